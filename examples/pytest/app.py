"""An app as you might write it: it signs users in by OpenID Connect. It knows nothing of grantbox."""

import secrets
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, quote_plus, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import import_key

ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]
TOLERANCE = 60
# An unknown key may be a new one, and is no reason to ask for the keys again and again.
KEYS_ARE_GOOD_FOR = 30


class SignInError(Exception):
    """Nobody is let in."""


class App:
    def __init__(self, issuer, client_id, client_secret, redirect_uri):
        self.issuer = issuer
        self.client_id = client_id
        self.auth = (quote_plus(client_id), quote_plus(client_secret))
        self.redirect_uri = redirect_uri
        self.pending = {}
        self.keys = []
        self.keys_at = float("-inf")
        self.metadata = ask("GET", f"{issuer}/.well-known/openid-configuration")
        if self.metadata["issuer"] != issuer:
            raise SignInError("the metadata is of another issuer")

    def begin(self):
        """The parameters with which a browser is sent to the provider."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        self.pending[state] = (nonce, verifier)
        return {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }

    def finish(self, callback):
        """The browser comes back. Who it is, as the provider says."""
        answer = {name: values[-1] for name, values in parse_qs(urlsplit(callback).query).items()}
        # A state is good for one time.
        nonce, verifier = self.pending.pop(answer.get("state"), (None, None))
        if verifier is None:
            raise SignInError("nobody began this sign-in")
        if answer.get("iss") != self.issuer:
            raise SignInError("another provider answered")
        if "error" in answer or "code" not in answer:
            raise SignInError(answer.get("error", "there is no code"))
        tokens = ask(
            "POST",
            self.metadata["token_endpoint"],
            auth=self.auth,
            data={
                "grant_type": "authorization_code",
                "code": answer["code"],
                "redirect_uri": self.redirect_uri,
                "code_verifier": verifier,
            },
        )
        if not isinstance(tokens.get("access_token"), str) or str(tokens.get("token_type")).lower() != "bearer":
            raise SignInError("there is no bearer token")
        claims = self.verified(tokens.get("id_token", ""), nonce)
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        user = ask("GET", self.metadata["userinfo_endpoint"], headers=bearer)
        if user.get("sub") != claims["sub"]:
            raise SignInError("userinfo is about somebody else")
        return user

    def verified(self, id_token, nonce):
        """The claims of an ID token (OpenID Connect Core §3.1.3.7)."""
        claims = jwt.decode(id_token, lambda token: self.key_for(token.headers()), algorithms=ALGORITHMS).claims
        now = time.time()
        if claims["iss"] != self.issuer or claims["aud"] not in (self.client_id, [self.client_id]):
            raise SignInError("the ID token is not for this app")
        if claims["exp"] < now - TOLERANCE or abs(claims["iat"] - now) > 600 or claims["nonce"] != nonce:
            raise SignInError("the ID token is not of this sign-in")
        if not isinstance(claims.get("sub"), str):
            raise SignInError("the ID token is about nobody")
        return claims

    def key_for(self, header):
        """The key that a token names, or that fits its algorithm where it names none."""
        for _ in range(2):
            for key in self.keys:
                if key.get("alg") == header["alg"] and header.get("kid", key["kid"]) == key["kid"]:
                    return import_key(key)
            if time.monotonic() < self.keys_at + KEYS_ARE_GOOD_FOR:
                break
            self.keys = ask("GET", self.metadata["jwks_uri"])["keys"]
            self.keys_at = time.monotonic()
        raise SignInError("there is no such key")


def ask(method, url, **about):
    """JSON of the provider; a redirect is not followed, and what takes five seconds is down."""
    answer = requests.request(method, url, timeout=5, allow_redirects=False, **about)
    if answer.status_code != 200:
        raise SignInError(f"{url} answered {answer.status_code}")
    found = answer.json()
    if not isinstance(found, dict):
        raise SignInError(f"{url} answered no object")
    return found
