"""MSAL for Python and azure-identity against grantbox: `trials.py <trial>`, which ends with 0 when all was as it should be."""

import os
import sys

import msal
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential

base = os.environ["BASE"]
# Unchanged, at the vendor's own host through the proxy; else with the one option that its authors have for other hosts.
unchanged = "HTTPS_PROXY" in os.environ
options = {} if unchanged else {"instance_discovery": False}
tenant = os.environ["TENANT"]
web = os.environ["CLIENT_ID"]
secret = os.environ["CLIENT_SECRET"]
native = os.environ["PUBLIC_CLIENT_ID"]
username, password = os.environ["USERNAME"], os.environ["PASSWORD"]
callback = os.environ["REDIRECT_URI"]
graph = ["https://graph.microsoft.com/.default"]


def confidential(word=tenant, credential=secret):
    return msal.ConfidentialClientApplication(
        web, authority=f"{base}/{word}", client_credential=credential, **options
    )


def public(word=tenant):
    return msal.PublicClientApplication(native, authority=f"{base}/{word}", **options)


def good(answer):
    assert "access_token" in answer, answer
    return answer


def client_credentials():
    app = confidential()
    first = good(app.acquire_token_for_client(graph))
    assert first["token_source"] == "identity_provider", first
    assert good(app.acquire_token_for_client(graph))["token_source"] == "cache"


def a_domain():
    good(confidential("contoso.onmicrosoft.com").acquire_token_for_client(graph))


def code_and_silently():
    app = confidential("common")
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=callback)
    print(flow["auth_uri"], flush=True)
    query = dict(pair.split("=", 1) for pair in input().split("?")[1].split("&"))
    answer = good(app.acquire_token_by_auth_code_flow(flow, {name: requests.utils.unquote(value) for name, value in query.items()}))
    claims = answer["id_token_claims"]
    assert claims["preferred_username"] == username and claims["tid"] == tenant, claims
    (account,) = app.get_accounts()
    assert account["home_account_id"] == f"{claims['oid']}.{tenant}", account
    assert good(app.acquire_token_silent(["User.Read"], account))["token_source"] == "cache"
    good(app.acquire_token_silent(["User.Read"], account, force_refresh=True))
    me = requests.get(f"{os.environ['GRAPH']}/v1.0/me", headers={"Authorization": f"Bearer {answer['access_token']}"}, timeout=10)
    assert me.json()["userPrincipalName"] == username, me.text


def a_password():
    answer = good(public("organizations").acquire_token_by_username_password(username, password, ["User.Read"]))
    assert answer["id_token_claims"]["name"] == "Alice Arnold", answer


def a_device_code():
    app = public()
    flow = app.initiate_device_flow(["User.Read"])
    assert flow["user_code"] in flow["message"], flow
    requests.post(
        f"{os.environ['CONTROL']}/_grantbox/sandboxes/entra/device",
        json={"user_code": flow["user_code"], "username": "alice", "decision": "allow"},
        timeout=10,
    ).raise_for_status()
    good(app.acquire_token_by_device_flow(flow))


def on_behalf_of():
    api, api_secret = os.environ["API_ID"], os.environ["API_SECRET"]
    caller = good(public().acquire_token_by_username_password(username, password, [f"api://{api}/access_as_user"]))
    app = msal.ConfidentialClientApplication(
        api, authority=f"{base}/{tenant}", client_credential=api_secret, **options
    )
    good(app.acquire_token_on_behalf_of(caller["access_token"], ["User.Read"]))


def refusals():
    wrong = confidential(credential="wrong").acquire_token_for_client(graph)
    assert wrong["error"] == "invalid_client" and wrong["error_codes"] == [7000215], wrong
    if unchanged:
        nobody = public().acquire_token_by_username_password(username, "wrong", ["User.Read"])
        assert nobody["error"] == "invalid_grant" and nobody["error_codes"] == [50126], nobody


def azure_identity():
    pointed = {} if unchanged else {"authority": base, "disable_instance_discovery": True}
    token = ClientSecretCredential(tenant, web, secret, **pointed).get_token(*graph)
    assert token.token.startswith("eyJ"), token
    try:
        ClientSecretCredential(tenant, web, "wrong", **pointed).get_token(*graph)
    except ClientAuthenticationError as refusal:
        assert "AADSTS7000215" in str(refusal), refusal
    else:
        raise AssertionError("not refused")


globals()[sys.argv[1]]()
