"""google-auth, google-auth-oauthlib, social-auth-core and authlib against grantbox: `trials.py <trial>`, which ends with 0 when all was as it should be."""

import json
import os
import sys
from urllib.parse import parse_qsl, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import credentials, id_token, service_account
from google_auth_oauthlib.flow import Flow
from joserfc import jwt
from joserfc.jwk import KeySet
from oauthlib.oauth2 import InvalidGrantError
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidClientError
from social_core.backends.google import GoogleOAuth2

sys.path.append(os.path.join(os.path.dirname(__file__), "../../python"))
from social_auth import Strategy, visited  # noqa: E402

# Unchanged, at the vendor's own hosts through the proxy; else at the one address that is given.
unchanged = "HTTPS_PROXY" in os.environ
base = os.environ["BASE"]
accounts = "https://accounts.google.com" if unchanged else base
oauth2 = "https://oauth2.googleapis.com" if unchanged else base
apis = "https://www.googleapis.com" if unchanged else base
client_id = os.environ["CLIENT_ID"]
secret = os.environ["CLIENT_SECRET"]
callback = os.environ["REDIRECT_URI"]
prefix = "https://www.googleapis.com/auth/"
sign_in = ["openid", f"{prefix}userinfo.email", f"{prefix}userinfo.profile"]


def flow(scopes=None, client_secret=secret):
    client = {
        "client_id": client_id,
        "client_secret": client_secret,
        "auth_uri": f"{accounts}/o/oauth2/auth",
        "token_uri": f"{oauth2}/token",
        "redirect_uris": [callback],
    }
    return Flow.from_client_config({"web": client}, scopes=scopes or sign_in, redirect_uri=callback)


def came_back(one, **more):
    address, _state = one.authorization_url(**more)
    return visited(address).replace("http:", "https:", 1)


def refused(kind, words, attempt):
    try:
        attempt()
    except kind as thrown:
        assert words in str(thrown), thrown
    else:
        raise AssertionError(f"not refused: {words}")


def code():
    one = flow()
    back = came_back(one, access_type="offline", prompt="consent", include_granted_scopes="true")
    one.fetch_token(authorization_response=back)
    given = one.credentials
    assert given.refresh_token.startswith("1//"), given.refresh_token
    if unchanged:
        claims = id_token.verify_oauth2_token(given.id_token, Request(), client_id)
        assert claims["iss"] == "https://accounts.google.com", claims
    else:
        claims = id_token.verify_token(given.id_token, Request(), client_id, certs_url=f"{base}/oauth2/v1/certs")
    assert claims["sub"] == os.environ["SUB"] and claims["email"] == "alice@example.com", claims
    refused(ValueError, "wrong audience", lambda: id_token.verify_token(given.id_token, Request(), "x", f"{apis}/oauth2/v1/certs"))
    me = AuthorizedSession(given).get(f"{apis}/oauth2/v2/userinfo").json()
    assert me["id"] == os.environ["SUB"] and me["verified_email"] is True, me
    before = given.token
    given.refresh(Request())
    assert given.token != before and given.refresh_token.startswith("1//")
    assert requests.post(f"{oauth2}/revoke", params={"token": given.token}).status_code == 200
    refused(RefreshError, "invalid_grant: Token has been expired or revoked.", lambda: given.refresh(Request()))


def scope_has_changed():
    one = flow(["email"])
    back = came_back(one)
    refused(Warning, "Scope has changed", lambda: one.fetch_token(authorization_response=back))


def refusals():
    one = flow()
    refused(InvalidGrantError, "Malformed auth code.", lambda: one.fetch_token(code="x"))
    refused(InvalidClientError, "The provided client secret is invalid.", lambda: flow(client_secret="x").fetch_token(code="x"))
    back = came_back(one)
    another = flow()
    another.redirect_uri = callback + "/x"
    another.code_verifier = one.code_verifier
    refused(CustomOAuth2Error, "redirect_uri_mismatch", lambda: another.fetch_token(authorization_response=back))
    stale = credentials.Credentials(None, refresh_token="1//x", token_uri=f"{oauth2}/token", client_id=client_id, client_secret=secret)
    refused(RefreshError, "invalid_grant: Bad Request", lambda: stale.refresh(Request()))


def service_accounts():
    info = json.loads(os.environ["KEY_FILE"])
    robot = service_account.Credentials.from_service_account_info(info, scopes=[f"{prefix}calendar"])
    robot.refresh(Request())
    assert robot.token.startswith("ya29.c."), robot.token
    bob = robot.with_scopes(["email", "profile"]).with_subject("bob@example.com")
    assert AuthorizedSession(bob).get(f"{apis}/oauth2/v2/userinfo").json()["email"] == "bob@example.com"
    refused(RefreshError, "unauthorized_client", lambda: robot.with_subject("alice@example.com").refresh(Request()))
    target = "https://service.example"
    itself = service_account.IDTokenCredentials.from_service_account_info(info, target_audience=target)
    itself.refresh(Request())
    claims = id_token.verify_token(itself.token, Request(), target, f"{apis}/oauth2/v1/certs")
    assert claims["email"] == info["client_email"], claims


def social_auth():
    """At older addresses; its revocation is a GET."""
    settings = {
        "SOCIAL_AUTH_GOOGLE_OAUTH2_KEY": client_id,
        "SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET": secret,
        "SOCIAL_AUTH_GOOGLE_OAUTH2_AUTH_EXTRA_ARGUMENTS": {"access_type": "offline", "prompt": "consent"},
    }
    backend = GoogleOAuth2(Strategy(settings), redirect_uri=callback)
    backend.data = dict(parse_qsl(urlsplit(visited(backend.auth_url())).query))
    answer = backend.request_access_token(
        backend.access_token_url(), data=backend.auth_complete_params(backend.validate_state()), headers=backend.auth_headers(), method="POST"
    )
    user = backend.user_data(answer["access_token"])
    assert backend.get_user_details(user)["email"] == "alice@example.com" and user["sub"] == os.environ["SUB"], user
    assert "refresh_token" not in backend.refresh_token(answer["refresh_token"])
    backend.revoke_token(answer["access_token"], os.environ["SUB"])
    assert requests.get(f"{apis}/oauth2/v3/userinfo", params={"access_token": answer["access_token"]}).status_code == 401


def authlib():
    """By discovery."""
    metadata = requests.get(f"{accounts}/.well-known/openid-configuration").json()
    session = OAuth2Session(client_id, secret, scope="openid email", redirect_uri=callback, code_challenge_method="S256")
    verifier = generate_token(48)
    address, _state = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce="n", access_type="offline", prompt="consent")
    token = session.fetch_token(metadata["token_endpoint"], authorization_response=visited(address).replace("http:", "https:", 1), code_verifier=verifier)
    keys = requests.get(metadata["jwks_uri"]).json()
    claims = jwt.decode(token["id_token"], KeySet.import_key_set(keys)).claims
    jwt.JWTClaimsRegistry(iss={"essential": True, "value": metadata["issuer"]}, nonce={"essential": True, "value": "n"}).validate(claims)
    assert session.get(metadata["userinfo_endpoint"]).json()["sub"] == claims["sub"]
    assert session.refresh_token(metadata["token_endpoint"])["access_token"] != token["access_token"]
    session.revoke_token(metadata["revocation_endpoint"], token=token["refresh_token"])


if __name__ == "__main__":
    trials = (code, scope_has_changed, refusals, service_accounts, social_auth, authlib)
    {one.__name__: one for one in trials}[sys.argv[1]]()
