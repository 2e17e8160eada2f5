"""`sign`: how a request is signed, and what is wrong with one that another program signed."""

import hashlib
import hmac
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from binance_c2c.sandbox import Sandbox
from tests.support.key_pairs import pem
from tests.support.servers.command_line import Run

KEY = Sandbox().keys["merchant"]
NOW = 1_710_460_800_000


def url(hashed: str, sent: str | None = None, secret: str = KEY.api_secret) -> str:
    """A URL whose signature is made over one string, with another in its query."""
    signature = hmac.new(secret.encode(), hashed.encode(), hashlib.sha256).hexdigest()
    return f"https://api.binance.com/sapi/v1/c2c/ads/search?{sent or hashed}&signature={signature}"


def test_each_step_is_shown(run: Run):
    """The string that is hashed is encoded and sorted, the signature is its HMAC, and the URL carries both."""
    told = run(f"sign get /sapi/v1/c2c/user/baseDetail 'z=a b' a=ü --timestamp {NOW} --sandbox")
    steps = json.loads(told.out)
    payload = f"a=%C3%BC&recvWindow=60000&timestamp={NOW}&z=a%20b"
    signature = hmac.new(KEY.api_secret.encode(), payload.encode(), hashlib.sha256).hexdigest()

    assert (payload, signature) == (steps["3_encoded_and_sorted"], steps["4_signature"])
    assert steps["6_url"].startswith("GET https://api.binance.com/sapi/v1/c2c/user/baseDetail?a=%C3%BC&")
    assert steps["6_url"].endswith(f"&signature={signature}")
    assert "HMAC" in steps["5_made_by"]
    assert KEY.api_secret not in told.out
    assert KEY.api_key not in told.out


def test_the_order_of_the_agents_operations_is_kept(run: Run):
    """Those are signed in the order in which they are given."""
    steps = json.loads(run(f"sign POST /sapi/v1/c2c/agent/x z=1 a=2 --timestamp {NOW} --sandbox").out)

    assert f"z=1&a=2&recvWindow=60000&timestamp={NOW}" == steps["3_encoded_and_sorted"]


def test_now_is_the_time_without_another(run: Run):
    """A timestamp is added by itself."""
    assert "&timestamp=1" in json.loads(run("sign GET /x a=1 --sandbox").out)["3_encoded_and_sorted"]


def test_a_private_key_signs(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """By its file, too; a URL is checked with a secret alone."""
    file = tmp_path / "key.pem"
    file.write_text(pem("ed25519"))
    monkeypatch.setenv("BINANCE_API_KEY", "k")
    monkeypatch.setenv("BINANCE_API_SECRET_FILE", str(file))

    assert "the private key" == json.loads(run("sign GET /x").out)["5_made_by"]
    told = run(f"sign --check '{url('a=1')}'")
    assert (3, True) == (told.status, "the secret here is a private key" in told.err)
    monkeypatch.setenv("BINANCE_API_SECRET_FILE", str(tmp_path / "gone"))
    assert 3 == run("sign GET /x").status
    monkeypatch.delenv("BINANCE_API_SECRET_FILE")
    told = run("sign GET /x")
    assert (3, True) == (told.status, "there is no api_secret" in told.err)


def test_the_secret_is_taken_from_the_environment_or_a_file(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Both make the same signature."""
    line = f"sign GET /x a=1 --timestamp {NOW}"
    file = tmp_path / "key.toml"
    file.write_text(f'api_key = "{KEY.api_key}"\napi_secret = "{KEY.api_secret}"\n')
    file.chmod(0o600)
    by_file = run(f"{line} --key-file {file}")
    monkeypatch.setenv("BINANCE_API_KEY", KEY.api_key)
    monkeypatch.setenv("BINANCE_API_SECRET", KEY.api_secret)

    assert (0, run(line).out) == (by_file.status, by_file.out)


def test_a_right_signature_is_called_so(run: Run):
    """Its age is told all the same; status 0."""
    told = run(f"sign --check '{url(f'a=1&recvWindow=5000&timestamp={NOW}')}' --sandbox")
    found = json.loads(told.out)

    assert (0, "right") == (told.status, found["verdict"])
    assert "Its timestamp, 2024-03-15T00:00:00+00:00, is " in found["remarks"]


def test_a_fresh_one_has_no_remarks(run: Run):
    """What `sign` makes is right and of now."""
    made = json.loads(run("sign GET /sapi/v1/c2c/user/baseDetail a=1 --sandbox").out)["6_url"].removeprefix("GET ")
    found = json.loads(run(f"sign --check '{made}' --sandbox").out)

    assert ("right", None) == (found["verdict"], found["remarks"])


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (url(f"a=b/c&timestamp={NOW}", f"a={quote('b/c', safe='')}&timestamp={NOW}"), "You hashed the values before"),
        (url(f"https://api.binance.com/sapi/v1/c2c/ads/search?timestamp={NOW}", f"timestamp={NOW}"), "the whole URL"),
        (url(f"timestamp={NOW}", secret="other"), "Most likely you signed with a secret that does not belong"),
        (f"https://x/y?timestamp={NOW}&signature=abc", "The signature has to be 64 hexadecimal digits"),
        (f"https://x/y?timestamp={NOW}", "The query has no `signature`."),
        ("https://x/y?signature=1", "The query has no `timestamp`."),
        (url(f"a=1&a=2&timestamp={NOW}"), "`a` is in the query more than once"),
        (url(f"recvWindow=99999&timestamp={NOW}"), "`recvWindow` is 99999"),
    ],
)
def test_what_is_wrong_is_told_in_words(address: str, words: str, run: Run):
    """The cause and the remedy; status 1."""
    told = run(f"sign --check '{address}' --sandbox")
    found = json.loads(told.out)

    assert (1, "wrong") == (told.status, found["verdict"])
    assert words in found["what"]


def test_what_was_hashed_is_shown_where_it_is_known(run: Run):
    """Beside what the exchange hashes, for a look at the difference."""
    found = json.loads(run(f"sign --check '{url(f'a=b/c&timestamp={NOW}', f'a=b%2Fc&timestamp={NOW}')}' --sandbox").out)

    assert (f"a=b/c&timestamp={NOW}", f"a=b%2Fc&timestamp={NOW}") == (found["you_hashed"], found["exchange_hashes"])


def test_a_body_that_was_signed_is_found(run: Run, tmp_path: Path):
    """Given with the URL, a body that was hashed along is named."""
    body = tmp_path / "body.json"
    body.write_text('{"page":1}')
    address = url(f'timestamp={NOW}{{"page":1}}', f"timestamp={NOW}")
    found = json.loads(run(f"sign --check '{address}' --body-file {body} --sandbox").out)

    assert "You hashed the body, alone or with the query" in found["what"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sign GET", "METHOD and PATH are expected, or --check URL"),
        ("sign --check https://x/y", "--check: a URL with a query is expected"),
        ("sign --check 'https://x/y?a=1' --body-file /nowhere/body", "--body-file: /nowhere/body cannot be read"),
    ],
)
def test_a_wrong_argument_of_sign_is_named(line: str, said: str, run: Run):
    """With what was expected; status 2."""
    told = run(f"{line} --sandbox")

    assert (2, True) == (told.status, said in told.err)
