"""social-auth-core and Authlib at Slack's and Discord's own addresses: `social.py <trial>`, which ends with 0 when all was as it should be."""

import os
import sys
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from joserfc import jwt
from joserfc.jwk import KeySet
from social_core.backends.discord import DiscordOAuth2
from social_core.backends.slack import SlackOAuth2
from social_core.exceptions import AuthCanceled, AuthConfigurationError, AuthException
from social_auth import Strategy, fails, visited

CLIENT = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
REDIRECT_URI = os.environ["REDIRECT_URI"]


def social(kind, secret=CLIENT[1], **settings):
    """A whole sign-in; gives what the backend knows of the user then."""
    known = {"KEY": CLIENT[0], "SECRET": secret, **settings}
    strategy = Strategy({f"SOCIAL_AUTH_{kind.name.upper()}_{name}": value for name, value in known.items()})
    backend = kind(strategy, redirect_uri=REDIRECT_URI)
    query = urlsplit(visited(backend.auth_url())).query
    strategy.data = {name: values[0] for name, values in parse_qs(query).items()}
    backend.data = strategy.data
    return backend.auth_complete(), backend


def slack_social():
    response, backend = social(SlackOAuth2, SCOPE=["identity.team"])
    details = backend.get_user_details(response)
    assert details["username"] == "alice@Example Workspace" and details["email"] == "alice@example.com", details
    assert response["id"] == "U0ALICE0001", response
    fails(AuthException, lambda: social(SlackOAuth2, secret="wrong"))


def slack_cancelled():
    fails(AuthCanceled, lambda: social(SlackOAuth2))


def slack_authlib():
    server = requests.get("https://slack.com/.well-known/openid-configuration", timeout=10).json()
    assert server["issuer"] == "https://slack.com", server
    client = OAuth2Session(*CLIENT, scope="openid profile email", redirect_uri=REDIRECT_URI)
    nonce = generate_token()
    url, state = client.create_authorization_url(server["authorization_endpoint"], nonce=nonce)
    token = client.fetch_token(server["token_endpoint"], authorization_response=visited(url), state=state)
    keys = KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=10).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    assert claims["iss"] == server["issuer"] and claims["nonce"] == nonce, claims
    user = client.get(server["userinfo_endpoint"], timeout=10).json()
    assert user["ok"] is True and user["sub"] == claims["sub"] == "U0ALICE0001", user


def discord_social():
    response, backend = social(DiscordOAuth2, SCOPE=["email"])
    details = backend.get_user_details(response)
    assert details == {"username": "alice", "email": "alice@example.com"}, details
    assert response["scope"] == "email identify", response
    # It takes 401 for a mistake in its own settings.
    fails(AuthConfigurationError, lambda: social(DiscordOAuth2, secret="wrong"))


def discord_cancelled():
    fails(AuthCanceled, lambda: social(DiscordOAuth2))


def discord_authlib():
    where = "https://discord.com/api/oauth2/token"
    client = OAuth2Session(*CLIENT, scope="identify guilds", redirect_uri=REDIRECT_URI, code_challenge_method="S256")
    verifier = generate_token(48)
    url, state = client.create_authorization_url("https://discord.com/oauth2/authorize", code_verifier=verifier)
    back = visited(url)
    token = client.fetch_token(where, authorization_response=back, state=state, code_verifier=verifier)
    assert token["scope"] == "identify guilds" and token["expires_in"] == 604800, token
    assert client.get("https://discord.com/api/users/@me", timeout=10).json()["username"] == "alice"
    renewed = client.refresh_token(where, refresh_token=token["refresh_token"])
    assert renewed["access_token"] != token["access_token"], renewed
    refusal = fails(OAuthError, lambda: client.fetch_token(where, authorization_response=back, code_verifier=verifier))
    assert refusal.error == "invalid_grant" and refusal.description == 'Invalid "code" in request.', refusal
    own = OAuth2Session(*CLIENT, scope="identify")
    assert own.fetch_token(where, grant_type="client_credentials")["scope"] == "identify"
    gone = client.revoke_token(f"{where}/revoke", token=renewed["access_token"])
    assert gone.status_code == 200 and gone.json() == {}, gone.text


if __name__ == "__main__":
    globals()[sys.argv[1]]()
