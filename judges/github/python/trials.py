"""social-auth-core and Authlib at GitHub's own addresses: `trials.py <trial>`, which ends with 0 when all was as it should be."""

import os
import sys
from urllib.parse import parse_qs, urlsplit

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from social_core.backends.github import GithubAppAuth, GithubOAuth2, GithubOrganizationOAuth2
from social_core.exceptions import AuthCanceled, AuthException, AuthPolicyError

sys.path.append(os.path.join(os.path.dirname(__file__), "../../python"))
from social_auth import Strategy, fails, visited  # noqa: E402

CLIENT = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
REDIRECT_URI = os.environ["REDIRECT_URI"]


def social(kind, prefix="SOCIAL_AUTH_GITHUB", secret=CLIENT[1], **settings):
    """A whole sign-in; gives what the backend knows of the user then."""
    known = {"KEY": CLIENT[0], "SECRET": secret, "SCOPE": ["user:email", "read:org"], **settings}
    strategy = Strategy({f"{prefix}_{name}": value for name, value in known.items()})
    backend = kind(strategy, redirect_uri=REDIRECT_URI)
    strategy.data = {name: values[0] for name, values in parse_qs(urlsplit(visited(backend.auth_url())).query).items()}
    backend.data = strategy.data
    return backend.auth_complete(), backend


def social_sign_in():
    response, backend = social(GithubOAuth2)
    details = backend.get_user_details(response)
    assert details["username"] == "bob" and details["email"] == "bob@example.com", details
    assert response["token_type"] == "bearer" and response["scope"] == "user:email,read:org", response
    assert str(backend.get_user_id(details, response)) == "583232", response


def social_organization():
    prefix = "SOCIAL_AUTH_GITHUB_ORG"
    response, _ = social(GithubOrganizationOAuth2, prefix, NAME="example-org")
    assert response["login"] == "bob", response
    fails(AuthPolicyError, lambda: social(GithubOrganizationOAuth2, prefix, NAME="other-org"))


def social_installation():
    """Its user comes from the app's installation, without a state, and is sent to sign in with one."""
    app = (os.environ["APP_CLIENT_ID"], os.environ["APP_CLIENT_SECRET"])
    strategy = Strategy({f"SOCIAL_AUTH_GITHUB_APP_{name}": value for name, value in zip(("KEY", "SECRET"), app)})
    backend = GithubAppAuth(strategy, redirect_uri=REDIRECT_URI)

    def comes_back(url):
        strategy.data = {name: values[0] for name, values in parse_qs(urlsplit(visited(url)).query).items()}
        backend.data = strategy.data
        return backend.auth_complete()

    again = comes_back("https://github.com/apps/example-github-app/installations/new")
    assert strategy.data["setup_action"] == "install" and "state" not in strategy.data, strategy.data
    response = comes_back(again)
    assert response["login"] == "bob" and response["email"] == "bob@example.com", response


def social_cancelled():
    fails(AuthCanceled, lambda: social(GithubOAuth2))


def social_refused():
    refusal = fails(AuthException, lambda: social(GithubOAuth2, secret="wrong"))
    assert "rejected the request" in str(refusal), refusal


def authlib_sign_in():
    verifier = generate_token(48)
    client = OAuth2Session(*CLIENT, scope="read:user gist", redirect_uri=REDIRECT_URI, code_challenge_method="S256")
    url, state = client.create_authorization_url("https://github.com/login/oauth/authorize", code_verifier=verifier)
    back = visited(url)
    where = "https://github.com/login/oauth/access_token"
    token = client.fetch_token(where, authorization_response=back, state=state, code_verifier=verifier)
    assert token["scope"] == "read:user,gist" and "expires_at" not in token, token
    user = client.get("https://api.github.com/user", timeout=10)
    assert user.json()["login"] == "bob" and user.headers["X-OAuth-Scopes"] == "read:user, gist", user.headers
    again = OAuth2Session(*CLIENT, redirect_uri=REDIRECT_URI)
    refusal = fails(OAuthError, lambda: again.fetch_token(where, authorization_response=back))
    assert refusal.error == "bad_verification_code", refusal


if __name__ == "__main__":
    globals()[sys.argv[1]]()
