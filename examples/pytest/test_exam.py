"""Examines the app by grantbox's HTTP API: pip install -r requirements.txt, then pytest."""

import os
import shlex
import socket
import subprocess
import time

import pytest
import requests
from app import App

REDIRECT_URI = "http://127.0.0.1:8000/callback"


@pytest.fixture(scope="session")
def grantbox():
    """A grantbox in memory, at a port that nobody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = shlex.split(os.environ.get("GRANTBOX", "npx grantbox"))
    process = subprocess.Popen([*command, "--db", ":memory:", "--port", str(port)])
    url = f"http://localhost:{port}/_grantbox"
    try:
        wait_for(f"{url}/health")
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def report(grantbox):
    """The app signs in as it always does, as often as it is asked to, and is not told what is tried on it."""
    sandbox = post(f"{grantbox}/sandboxes", {"provider": "standard"})
    at = f"{grantbox}/sandboxes/{sandbox['name']}"
    wanted = {"profile": ["oidc"], "redirect_uri": REDIRECT_URI, "signals": ["signed_in", "user"]}
    exam = post(f"{at}/exam", wanted)
    app = App(exam["issuer"], exam["client"]["client_id"], exam["client"]["client_secret"], REDIRECT_URI)
    while (task := post(f"{at}/exam/next"))["do"] != "nothing_left":
        post(f"{at}/exam/signal", log_in(app, f"{at}/authorize", task["username"]))
    found = requests.get(f"{at}/exam").json()
    requests.delete(f"{at}/exam")
    return found


def log_in(app, browser, username):
    try:
        # What a browser does: it asks grantbox, where the user signs in, and comes back.
        back = post(browser, {**app.begin(), "username": username})
        return {"signed_in": True, "user": app.finish(back["redirect_to"])["sub"]}
    except Exception:
        return {"signed_in": False, "user": None}


def test_says_something(report):
    assert "void" not in report["exam"]
    assert report["counts"]["passed"] > 30


def test_fails_nothing_that_must_hold(report):
    failed = [rule for rule in report["rules"] if rule["verdict"] == "failed" and rule["level"] == "must"]
    assert [f"{rule['id']}: {rule['message']} {rule['mend']}" for rule in failed] == []


def post(url, body=None):
    answer = requests.post(url, json=body or {})
    answer.raise_for_status()
    return answer.json()


def wait_for(url):
    for _ in range(300):
        try:
            if requests.get(url).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError(url)
