"""boto3 and pycognito against grantbox: `trials.py <trial>`, which ends with 0 when all was as it should be."""

import base64
import hashlib
import hmac
import json
import os
import sys
import urllib.request

if "RANDOM_WORD" in os.environ:
    # Who is recorded draws known numbers, so that what it proves by them can be made anew.
    word = bytes.fromhex(os.environ["RANDOM_WORD"])
    os.urandom = lambda count: (word * count)[:count]

import boto3
from botocore.exceptions import ClientError
from pycognito import AWSSRP

pool = os.environ["POOL"]
spa = os.environ["PUBLIC_CLIENT_ID"]
web, secret = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]
# Where it is stands in AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER; unchanged, at the vendor's own host.
client = boto3.client("cognito-idp", region_name="us-east-1")


def password_auth(username, password, client_id=spa, **more):
    parameters = {"USERNAME": username, "PASSWORD": password, **more}
    return client.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", ClientId=client_id, AuthParameters=parameters)


def refused(error, message, call):
    try:
        call()
    except error as refusal:
        assert isinstance(refusal, ClientError)
        assert refusal.response["Error"]["Message"] == message, refusal.response
        assert refusal.response["ResponseMetadata"]["HTTPStatusCode"] == 400, refusal.response
    else:
        raise AssertionError(f"not refused with {error.__name__}")


def code_of(kind):
    with urllib.request.urlopen(f"{os.environ['CONTROL']}/_grantbox/sandboxes/cognito/outbox?kind={kind}") as answer:
        return json.load(answer)["items"][0]["code"]


def password():
    result = password_auth("alice", "Password1!")["AuthenticationResult"]
    assert result["ExpiresIn"] == 3600 and result["TokenType"] == "Bearer", result
    user = client.get_user(AccessToken=result["AccessToken"])
    assert {"Name": "email", "Value": "alice@example.com"} in user["UserAttributes"], user
    refreshed = client.initiate_auth(
        AuthFlow="REFRESH_TOKEN_AUTH", ClientId=spa, AuthParameters={"REFRESH_TOKEN": result["RefreshToken"]}
    )["AuthenticationResult"]
    assert "RefreshToken" not in refreshed, refreshed
    client.revoke_token(ClientId=spa, Token=result["RefreshToken"])
    refused(
        client.exceptions.NotAuthorizedException,
        "Access Token has been revoked",
        lambda: client.get_user(AccessToken=result["AccessToken"]),
    )


def secret_hash():
    digest = hmac.new(secret.encode(), f"alice{web}".encode(), hashlib.sha256).digest()
    answer = password_auth("alice", "Password1!", web, SECRET_HASH=base64.b64encode(digest).decode())
    assert answer["ChallengeParameters"] == {}, answer
    refused(
        client.exceptions.NotAuthorizedException,
        f"Client {web} is configured with secret but SECRET_HASH was not received",
        lambda: password_auth("alice", "Password1!", web),
    )


def srp():
    def sign_in(username, given):
        return AWSSRP(username=username, password=given, pool_id=pool, client_id=spa, client=client).authenticate_user()

    result = sign_in("bob", "Password1!")["AuthenticationResult"]
    assert client.get_user(AccessToken=result["AccessToken"])["Username"] == "bob"
    for username in ("bob", "nobody"):
        refused(
            client.exceptions.NotAuthorizedException,
            "Incorrect username or password.",
            lambda: sign_in(username, "wrong"),
        )


def fixtures():
    attributes = [{"Name": "email", "Value": "fixture@example.com"}]
    made = client.admin_create_user(
        UserPoolId=pool, Username="fixture", TemporaryPassword="Temporary1!", UserAttributes=attributes
    )["User"]
    assert made["UserStatus"] == "FORCE_CHANGE_PASSWORD" and made["UserCreateDate"].year > 2000, made
    refused(
        client.exceptions.UsernameExistsException,
        "User already exists",
        lambda: client.admin_create_user(UserPoolId=pool, Username="fixture"),
    )
    started = client.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=spa,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "fixture", "PASSWORD": "Temporary1!"},
    )
    assert started["ChallengeName"] == "NEW_PASSWORD_REQUIRED", started
    client.admin_respond_to_auth_challenge(
        UserPoolId=pool,
        ClientId=spa,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=started["Session"],
        ChallengeResponses={"USERNAME": "fixture", "NEW_PASSWORD": "Chosen1!"},
    )
    client.create_group(UserPoolId=pool, GroupName="staff", Precedence=1)
    client.admin_add_user_to_group(UserPoolId=pool, Username="fixture", GroupName="staff")
    groups = client.admin_list_groups_for_user(UserPoolId=pool, Username="fixture")["Groups"]
    assert [group["GroupName"] for group in groups] == ["staff"], groups
    found = client.list_users(UserPoolId=pool, Filter='email = "fixture@example.com"')["Users"]
    assert [user["Username"] for user in found] == ["fixture"], found
    pages = client.get_paginator("list_users").paginate(UserPoolId=pool, PaginationConfig={"PageSize": 1})
    names = [user["Username"] for page in pages for user in page["Users"]]
    assert {"alice", "bob", "fixture"} <= set(names), names
    client.admin_delete_user(UserPoolId=pool, Username="fixture")
    refused(
        client.exceptions.UserNotFoundException,
        "User does not exist.",
        lambda: client.admin_get_user(UserPoolId=pool, Username="fixture"),
    )


def sign_up():
    email = [{"Name": "email", "Value": "dora@example.com"}]
    signed_up = client.sign_up(ClientId=spa, Username="dora", Password="Password1!", UserAttributes=email)
    assert signed_up["CodeDeliveryDetails"]["Destination"] == "d***@e***", signed_up
    refused(
        client.exceptions.UserNotConfirmedException,
        "User is not confirmed.",
        lambda: password_auth("dora", "Password1!"),
    )
    refused(
        client.exceptions.CodeMismatchException,
        "Invalid verification code provided, please try again.",
        lambda: client.confirm_sign_up(ClientId=spa, Username="dora", ConfirmationCode="0"),
    )
    client.confirm_sign_up(ClientId=spa, Username="dora", ConfirmationCode=code_of("SignUp"))
    assert "AuthenticationResult" in password_auth("dora", "Password1!")
    refused(
        client.exceptions.InvalidPasswordException,
        "Password did not conform with policy: Password not long enough",
        lambda: client.sign_up(ClientId=spa, Username="eva", Password="Aa1!"),
    )


def attempts():
    for _ in range(5):
        client.forgot_password(ClientId=spa, Username="bob")
    refused(
        client.exceptions.LimitExceededException,
        "Attempt limit exceeded, please try after some time.",
        lambda: client.forgot_password(ClientId=spa, Username="bob"),
    )


def lockout():
    client.admin_create_user(UserPoolId=pool, Username="fay", MessageAction="SUPPRESS")
    client.admin_set_user_password(UserPoolId=pool, Username="fay", Password="Password1!", Permanent=True)
    # Each is locked out for twice as long as the one before.
    said = []
    for _ in range(9):
        try:
            password_auth("fay", "wrong")
        except client.exceptions.NotAuthorizedException as refusal:
            said.append(refusal.response["Error"]["Message"])
    assert said[:5] == ["Incorrect username or password."] * 5 and said[-1] == "Password attempts exceeded", said


def pools():
    made = client.create_user_pool(PoolName="second", Policies={"PasswordPolicy": {"MinimumLength": 6}})["UserPool"]
    assert made["Arn"].endswith(made["Id"]), made
    open_client = client.create_user_pool_client(UserPoolId=made["Id"], ClientName="open")["UserPoolClient"]
    client.sign_up(ClientId=open_client["ClientId"], Username="gus", Password="simple")
    assert client.describe_user_pool(UserPoolId=made["Id"])["UserPool"]["EstimatedNumberOfUsers"] == 1
    client.delete_user_pool(UserPoolId=made["Id"])
    refused(
        client.exceptions.ResourceNotFoundException,
        f"User pool {made['Id']} does not exist.",
        lambda: client.describe_user_pool(UserPoolId=made["Id"]),
    )


trials = [password, secret_hash, srp, fixtures, sign_up, attempts, lockout, pools]
{trial.__name__: trial for trial in trials}[sys.argv[1]]()
