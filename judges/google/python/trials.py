"""google-auth and google-auth-oauthlib against grantbox: `trials.py <trial>`, which ends with 0 when all was as it should be."""

import json
import os

import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import credentials, id_token, service_account
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2 import InvalidGrantError
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidClientError

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
    print(address, flush=True)
    return input().replace("http:", "https:", 1)


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


if __name__ == "__main__":
    import sys

    {one.__name__: one for one in (code, scope_has_changed, refusals, service_accounts)}[sys.argv[1]]()
