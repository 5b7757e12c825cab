"""python-keycloak and Authlib at Keycloak's realm `demo`: `trials.py <trial>`, which ends with 0 when all was as it should be."""

import os
import sys

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet
from keycloak import KeycloakAdmin, KeycloakOpenID, KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakAuthenticationError, KeycloakGetError, KeycloakPostError
import requests

base = os.environ["BASE"]
client_id, client_secret = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]
redirect_uri = "http://localhost:3000/callback"


def openid():
    return KeycloakOpenID(server_url=base, realm_name="demo", client_id=client_id, client_secret_key=client_secret)


def admin(realm="demo"):
    connection = KeycloakOpenIDConnection(
        server_url=base, username="admin", password="admin", realm_name=realm, user_realm_name="master", client_id="admin-cli"
    )
    return KeycloakAdmin(connection=connection)


def refused(status, call):
    try:
        call()
    except (KeycloakAuthenticationError, KeycloakGetError, KeycloakPostError) as refusal:
        assert refusal.response_code == status, refusal
    else:
        raise AssertionError(f"not refused with {status}")


def openid_tokens():
    client = openid()
    assert client.well_known()["issuer"] == f"{base}/realms/demo"
    token = client.token("alice", "password", scope="openid")
    assert client.userinfo(token["access_token"])["preferred_username"] == "alice"
    claims = client.decode_token(token["access_token"])
    assert claims["realm_access"]["roles"], claims
    fresh = client.refresh_token(token["refresh_token"])
    client.logout(fresh["refresh_token"])
    refused(400, lambda: client.refresh_token(fresh["refresh_token"]))
    refused(400, lambda: client.token("alice", "wrong"))
    assert client.public_key().startswith("MII")


def openid_code():
    client = openid()
    url = client.auth_url(redirect_uri=redirect_uri, scope="openid", state="s")
    print(url, flush=True)
    code = dict(pair.split("=", 1) for pair in input().split("?", 1)[1].split("&"))["code"]
    token = client.token(grant_type="authorization_code", code=code, redirect_uri=redirect_uri)
    assert client.decode_token(token["access_token"])["preferred_username"] == "alice"
    kind = "urn:ietf:params:oauth:token-type:access_token"
    asked = {"audience": "account", "subject_token_type": kind, "requested_token_type": kind}
    exchanged = client.exchange_token(token["access_token"], **asked)
    assert exchanged["issued_token_type"].endswith("access_token"), exchanged


def admin_users():
    keycloak = admin()
    new = {"username": "petra", "email": "petra@example.com", "enabled": True, "firstName": "Pe", "lastName": "Tra"}
    user_id = keycloak.create_user(new, exist_ok=False)
    keycloak.set_user_password(user_id, "secret", temporary=False)
    assert keycloak.get_user_id("petra") == user_id
    assert openid().token("petra", "secret")["access_token"]
    assert len(keycloak.get_sessions(user_id)) == 1
    keycloak.create_realm_role({"name": "tester"})
    keycloak.assign_realm_roles(user_id, [keycloak.get_realm_role("tester")])
    assert "tester" in [role["name"] for role in keycloak.get_realm_roles_of_user(user_id)]
    group_id = keycloak.create_group({"name": "testers"})
    keycloak.group_user_add(user_id, group_id)
    assert [group["name"] for group in keycloak.get_user_groups(user_id)] == ["testers"]
    keycloak.update_user(user_id, {"firstName": "Petronella"})
    assert keycloak.get_user(user_id)["firstName"] == "Petronella"
    refused(409, lambda: keycloak.create_user(new, exist_ok=False))
    keycloak.delete_group(group_id)
    keycloak.delete_realm_role("tester")
    keycloak.delete_user(user_id)
    refused(404, lambda: keycloak.get_user(user_id))


def admin_clients():
    keycloak = admin()
    uuid = keycloak.create_client({"clientId": "snake", "secret": "snake-secret", "serviceAccountsEnabled": True})
    assert keycloak.get_client_id("snake") == uuid
    assert keycloak.get_client_secrets(uuid)["value"] == "snake-secret"
    keycloak.create_client_role(uuid, {"name": "bite"})
    assert [role["name"] for role in keycloak.get_client_roles(uuid)] == ["bite"]
    assert keycloak.get_client_service_account_user(uuid)["username"] == "service-account-snake"
    keycloak.delete_client(uuid)


def admin_realms():
    keycloak = admin("master")
    keycloak.create_realm({"realm": "python", "enabled": True}, skip_exists=False)
    assert "python" in [realm["realm"] for realm in keycloak.get_realms()]
    keycloak.delete_realm("python")


def authlib():
    server = requests.get(f"{base}/realms/demo/.well-known/openid-configuration", timeout=10).json()
    client = OAuth2Session(
        client_id, client_secret, redirect_uri=redirect_uri, scope="openid email", code_challenge_method="S256"
    )
    verifier, nonce = generate_token(48), generate_token()
    url, state = client.create_authorization_url(server["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    print(url, flush=True)
    token = client.fetch_token(
        server["token_endpoint"], authorization_response=input(), state=state, code_verifier=verifier
    )
    # One of the realm's keys is not for signatures.
    keys = [key for key in requests.get(server["jwks_uri"], timeout=10).json()["keys"] if key["use"] == "sig"]
    claims = jwt.decode(token["id_token"], KeySet.import_key_set({"keys": keys})).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (server["issuer"], client_id, nonce), claims
    fresh = client.refresh_token(server["token_endpoint"], refresh_token=token["refresh_token"])
    assert client.get(server["userinfo_endpoint"]).json()["email"] == "alice@example.com"
    client.revoke_token(server["revocation_endpoint"], token=fresh["refresh_token"], token_type_hint="refresh_token")


{
    "openid_tokens": openid_tokens,
    "openid_code": openid_code,
    "admin_users": admin_users,
    "admin_clients": admin_clients,
    "admin_realms": admin_realms,
    "authlib": authlib,
}[sys.argv[1]]()
