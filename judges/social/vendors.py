"""social-auth-core at the own addresses of Apple, Facebook, Slack and Discord: `vendors.py <trial>`, which ends with 0 when all was as it should be."""

import os
import sys
from urllib.parse import parse_qs, urlsplit

sys.path.append(os.path.join(os.path.dirname(__file__), "../python"))

from social_core.backends.apple import AppleIdAuth  # noqa: E402
from social_core.backends.discord import DiscordOAuth2  # noqa: E402
from social_core.backends.facebook import FacebookOAuth2  # noqa: E402
from social_core.backends.slack import SlackOAuth2  # noqa: E402
from social_core.exceptions import AuthCanceled, AuthException  # noqa: E402
from social_auth import Strategy, fails, visited  # noqa: E402

CLIENT = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
REDIRECT_URI = os.environ["REDIRECT_URI"]
APPLE = {
    "CLIENT": CLIENT[0],
    "TEAM": os.environ.get("TEAM"),
    "KEY": os.environ.get("KEY"),
    "SECRET": CLIENT[1],
    "SCOPE": ["email", "name"],
}
FACEBOOK = {
    "KEY": CLIENT[0],
    "SECRET": CLIENT[1],
    "SCOPE": ["email"],
    "PROFILE_EXTRA_PARAMS": {"fields": "id,name,email"},
}


SLACK = {"KEY": CLIENT[0], "SECRET": CLIENT[1], "TEAM": "T0GRANTBOX1"}
DISCORD = {"KEY": CLIENT[0], "SECRET": CLIENT[1], "SCOPE": ["email"]}


def social(kind, prefix, settings):
    """A whole sign-in; gives what the vendor said of the user, and the backend."""
    strategy = Strategy({f"{prefix}_{name}": value for name, value in settings.items()})
    backend = kind(strategy, redirect_uri=REDIRECT_URI)
    came = parse_qs(urlsplit(visited(backend.auth_url())).query)
    strategy.data = {name: values[0] for name, values in came.items()}
    backend.data = strategy.data
    return backend.auth_complete(), backend


def apple(**changed):
    return social(AppleIdAuth, "SOCIAL_AUTH_APPLE_ID", {**APPLE, **changed})


def facebook(**changed):
    return social(FacebookOAuth2, "SOCIAL_AUTH_FACEBOOK", {**FACEBOOK, **changed})


def slack(**changed):
    return social(SlackOAuth2, "SOCIAL_AUTH_SLACK", {**SLACK, **changed})


def discord(**changed):
    return social(DiscordOAuth2, "SOCIAL_AUTH_DISCORD", {**DISCORD, **changed})


def apple_sign_in():
    response, backend = apple()
    details = backend.get_user_details(response)
    assert details["email"] == "alice@example.com" and details["first_name"] == "Alice", (details, response)
    assert backend.get_user_id(details, response) == os.environ["SUB"], response


def apple_cancelled():
    fails(AuthException, apple)


def apple_refused():
    fails(Exception, lambda: apple(TEAM="OTHERTEAM1"))


def facebook_sign_in():
    response, backend = facebook()
    details = backend.get_user_details(response)
    assert details["email"] == "alice@example.com" and details["fullname"] == "Alice Arnold", details
    # What it gives says nothing: it compares bytes with a text.
    backend.revoke_token(response["access_token"], response["id"])
    fails(Exception, lambda: backend.user_data(response["access_token"]))


def facebook_cancelled():
    fails(AuthCanceled, facebook)


def facebook_refused():
    fails(Exception, lambda: facebook(SECRET="wrong"))


def slack_sign_in():
    response, backend = slack()
    details = backend.get_user_details(response)
    assert details["email"] == "alice@example.com" and details["fullname"] == "Alice Arnold", details
    assert backend.get_user_id(details, response) == os.environ["SUB"], response


def slack_cancelled():
    fails(AuthCanceled, slack)


def slack_refused():
    fails(Exception, lambda: slack(SECRET="wrong"))


def discord_sign_in():
    response, backend = discord()
    details = backend.get_user_details(response)
    assert details == {"username": "alice", "email": "alice@example.com"}, details
    assert backend.get_user_id(details, response) == os.environ["SUB"], response
    fresh = backend.refresh_token(response["refresh_token"])
    assert fresh["refresh_token"] != response["refresh_token"], fresh


def discord_cancelled():
    fails(AuthCanceled, discord)


def discord_refused():
    fails(Exception, lambda: discord(SECRET="wrong"))


if __name__ == "__main__":
    globals()[sys.argv[1]]()
