"""Authlib against grantbox, as its documentation has it: `trials.py <trial>`, which ends with 0 when all was as it should be."""

import os
import sys

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from joserfc import jwt
from joserfc.jwk import KeySet

issuer = os.environ["ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
token_endpoint = server["token_endpoint"]


def session(**options):
    return OAuth2Session(
        os.environ["CLIENT_ID"],
        os.environ["CLIENT_SECRET"],
        redirect_uri=os.environ["REDIRECT_URI"],
        token_endpoint=token_endpoint,
        **options,
    )


def sign_in(client, nonce=None):
    """A whole code flow with PKCE; somebody else is the user and the browser."""
    verifier = generate_token(48)
    url, state = client.create_authorization_url(
        server["authorization_endpoint"], code_verifier=verifier, **({"nonce": nonce} if nonce else {})
    )
    print(url, flush=True)
    return client.fetch_token(token_endpoint, authorization_response=input(), state=state, code_verifier=verifier)


def fails(error, call):
    try:
        call()
    except OAuthError as refusal:
        assert refusal.error == error, refusal
    else:
        raise AssertionError(f"not refused with {error}")


def client_credentials():
    for method in ("client_secret_basic", "client_secret_post"):
        token = session(scope="read", token_endpoint_auth_method=method).fetch_token(
            token_endpoint, grant_type="client_credentials"
        )
        assert token["scope"] == "read" and token["expires_in"] == 3600, token
        assert "refresh_token" not in token, token


def code_with_pkce():
    client = session(scope="openid profile email", code_challenge_method="S256")
    nonce = generate_token()
    token = sign_in(client, nonce)
    keys = KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=10).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=server["id_token_signing_alg_values_supported"]).claims
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client.client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
    ).validate(claims)
    user = client.get(server["userinfo_endpoint"]).json()
    assert user["sub"] == claims["sub"] == "alice" and user["email"] == "alice@example.com", user


def code_of_a_public_client():
    client = OAuth2Session(
        os.environ["PUBLIC_CLIENT_ID"],
        token_endpoint_auth_method="none",
        redirect_uri=os.environ["REDIRECT_URI"],
        scope="openid",
        code_challenge_method="S256",
    )
    sign_in(client)
    assert client.get(server["userinfo_endpoint"]).json() == {"sub": "alice"}


def refresh():
    client = session(scope="openid offline_access", code_challenge_method="S256")
    first = sign_in(client)
    second = client.refresh_token(token_endpoint, refresh_token=first["refresh_token"])
    assert second["access_token"] != first["access_token"], second
    assert second["refresh_token"] != first["refresh_token"], second
    assert client.get(server["userinfo_endpoint"]).status_code == 200
    # A token that has expired is refreshed without being asked for, and the application told.
    told = []
    client.update_token = lambda token, refresh_token: told.append((token["access_token"], refresh_token))
    client.token = {**second, "expires_at": 1}
    assert client.get(server["userinfo_endpoint"]).status_code == 200
    assert told == [(client.token["access_token"], second["refresh_token"])], told
    fails("invalid_grant", lambda: client.refresh_token(token_endpoint, refresh_token=first["refresh_token"]))


def introspection_and_revocation():
    client = session(scope="openid read", code_challenge_method="S256")
    token = sign_in(client)["access_token"]

    def introspect():
        return client.introspect_token(
            server["introspection_endpoint"], token=token, token_type_hint="access_token"
        ).json()

    answer = introspect()
    assert answer["active"] and answer["sub"] == "alice" and answer["client_id"] == client.client_id, answer
    assert client.revoke_token(server["revocation_endpoint"], token=token).status_code == 200
    assert introspect() == {"active": False}


def errors():
    wrong = OAuth2Session(os.environ["CLIENT_ID"], "wrong")
    fails("invalid_client", lambda: wrong.fetch_token(token_endpoint, grant_type="client_credentials"))
    client = session()
    fails("invalid_grant", lambda: client.fetch_token(token_endpoint, grant_type="authorization_code", code="unknown"))
    fails("invalid_scope", lambda: client.fetch_token(token_endpoint, grant_type="client_credentials", scope="unknown"))


trials = [client_credentials, code_with_pkce, code_of_a_public_client, refresh, introspection_and_revocation, errors]
{trial.__name__: trial for trial in trials}[sys.argv[1]]()
