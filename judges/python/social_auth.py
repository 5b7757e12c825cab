"""What social-auth-core asks of a web framework, without one, and the user of a trial. Programs of several vendors import it."""

from social_core.storage import BaseStorage, NonceMixin
from social_core.strategy import BaseStrategy


def visited(url):
    """Somebody else is the user and the browser."""
    print(url, flush=True)
    return input()


def fails(kind, call):
    try:
        call()
    except kind as refusal:
        return refusal
    raise AssertionError(f"not refused with {kind.__name__}")


class Nonces(NonceMixin):
    """States that were given out, and may come back once."""

    known = set()

    @classmethod
    def use(cls, server_url, timestamp, salt):
        cls.known.add((server_url, timestamp, salt))
        return True

    @classmethod
    def consume(cls, server_url, timestamp, salt):
        there = (server_url, timestamp, salt) in cls.known
        cls.known.discard((server_url, timestamp, salt))
        return there


class Storage(BaseStorage):
    nonce = Nonces


class Strategy(BaseStrategy):
    def __init__(self, settings):
        super().__init__(Storage)
        self.settings = settings
        self.session = {}
        self.data = {}

    def get_setting(self, name):
        return self.settings[name]

    def session_get(self, name, default=None):
        return self.session.get(name, default)

    def session_set(self, name, value):
        self.session[name] = value

    def session_pop(self, name):
        return self.session.pop(name, None)

    def request_data(self, merge=True):
        return self.data

    def build_absolute_uri(self, path=None):
        return path

    def redirect(self, url):
        return url

    def authenticate(self, backend, *args, **kwargs):
        return kwargs["response"]
