"""The diagnosis of refused requests: each mistake is made here by hand, and has to be named exactly."""

import base64
import hashlib
import hmac
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c.sandbox import Sandbox
from binance_c2c.sandbox.diagnosis.explain import _EXPLAINED, diagnose, remarks
from binance_c2c.sandbox.diagnosis.signatures import Diagnosis, first_difference
from binance_c2c.sandbox.exchange.accounts import own_accounts
from binance_c2c.sandbox.gateway.keys import Keyring
from binance_c2c.sandbox.gateway.messages import Query, Request
from binance_c2c.sandbox.inspector.views import detail
from tests.support.sandbox_client import START_MS, Clock

SEARCH = "/sapi/v1/c2c/ads/search"
BODY = b'{"asset":"USDT","fiat":"MXN"}'
TIME = f"timestamp={START_MS}"
VALUE = "a b/é~(1)"
QUOTED = quote(VALUE, safe="")


def sign(text: str | bytes, secret: str = "", algorithm: str = "sha256") -> str:
    content = text.encode() if isinstance(text, str) else text
    return hmac.new((secret or keys("merchant")[1]).encode(), content, algorithm).hexdigest()


def keys(account: str) -> tuple[str, str]:
    key = Sandbox().keys[account]
    return key.api_key, key.api_secret


def told(query: str | bytes, body: bytes = BODY, path: str = SEARCH, method: str = "POST", **headers: str):
    """What the page says of a request: the diagnosis and the signature's part."""
    sandbox = Sandbox(now=Clock())
    sent = {"x-mbx-apikey": keys("merchant")[0], "clienttype": "web", "content-type": "application/json", **headers}
    sandbox.handle(method, path, query if isinstance(query, bytes) else query.encode(), sent, body)
    [record] = sandbox.journal.after(0)
    shown = detail(record, sandbox.journal.keyring)
    assert shown["diagnosis"] is None or shown["refused"]
    return json.loads(json.dumps(shown))


def kinds(query: str | bytes, body: bytes = BODY, **more: str) -> list[str]:
    found: list[str] = told(query, body, **more)["diagnosis"]["kinds"]
    return found


def sent(query: str, hashed: str | bytes, **more: str) -> str:
    return f"{query}&signature={sign(hashed, **more)}"


@pytest.mark.parametrize(
    ("kind", "query", "hashed"),
    [
        ("plus-sent", f"note=a+b&{TIME}", f"note=a%20b&{TIME}"),
        ("plus-hashed", f"note=a%20b&{TIME}", f"note=a+b&{TIME}"),
        ("encoded-twice", f"note=a%2520b&{TIME}", f"note=a%20b&{TIME}"),
        ("hashed-twice-encoded", f"note=a%20b&{TIME}", f"note=a%2520b&{TIME}"),
        ("unsorted", f"{TIME}&note=1&asset=2", f"asset=2&note=1&{TIME}"),
        ("order", f"ê=2&é=1&{TIME}", f"é=1&ê=2&{TIME}"),
        ("order", f"a=1&b=2&{TIME}", f"b=2&a=1&{TIME}"),
        ("order", f"{TIME}&b=1&a=2&c=3&d=4&e=5", f"b=1&a=2&c=3&d=4&e=5&{TIME}"),
        ("lower-case-escapes", f"note=%2f&{TIME}", f"note=%2F&{TIME}"),
        ("upper-case-escapes", f"note=%2F&{TIME}", f"note=%2f&{TIME}"),
        ("hashed-unencoded", f"note=%C3%A9&{TIME}", f"note=é&{TIME}"),
        ("hashed-unencoded", f"note=a+b%2F&{TIME}", f"note=a b/&{TIME}"),
        ("unreserved-escaped", f"note=%7E&{TIME}", f"note=~&{TIME}"),
        ("unreserved-escaped", f"note=~&{TIME}", f"note=%7E&{TIME}"),
        ("sent-raw", f"note=é(1)&{TIME}", f"note=%C3%A9%281%29&{TIME}"),
        ("slash-hashed-raw", f"note=%2F%3F&{TIME}", f"note=/%3F&{TIME}"),
        ("specials-hashed-raw", f"note=%281%29%3F&{TIME}", f"note=(1)%3F&{TIME}"),
        ("latin-1", f"note=%C3%A9&{TIME}", f"note=%E9&{TIME}"),
        ("body-signed", TIME, f"{TIME}{BODY.decode()}"),
        ("body-signed", TIME, f"{TIME}&asset=USDT&fiat=MXN"),
        ("body-signed", TIME, f"asset=USDT&fiat=MXN&{TIME}"),
        ("body-signed", f"{TIME}&z=1", f"asset=USDT&fiat=MXN&{TIME}&z=1"),
        ("added-later", f"recvWindow=9000&{TIME}", TIME),
        ("path-signed", TIME, f"{SEARCH}?{TIME}"),
        ("path-signed", TIME, f"POST{SEARCH}?{TIME}"),
        ("path-signed", TIME, f"?{TIME}"),
        ("empty-signature-signed", TIME, f"{TIME}&signature="),
    ],
)
def test_another_string_than_the_sent_one_was_hashed(kind: str, query: str, hashed: str):
    """Each way to hash another string is named, and the string and its first byte that differs are shown."""
    shown = told(sent(query, hashed))

    assert ([kind], True) == (shown["diagnosis"]["kinds"], shown["diagnosis"]["proven"])
    hers, ours = shown["signature"]["hashed"], shown["signature"]["payload"]
    assert hashed == hers["before"] + hers["byte"] + hers["rest"]
    assert first_difference(hashed.encode(), query.encode()) == ours["at"] == hers["at"]


@pytest.mark.parametrize("start", ["https://", "http://", ""])
def test_a_whole_url_was_hashed(start: str):
    """With the scheme or from the host on; the host is the one that the request names."""
    query = sent(TIME, f"{start}localhost:8788{SEARCH}?{TIME}")

    assert ["url-signed"] == told(query, host="localhost:8788")["diagnosis"]["kinds"]
    assert ["wrong-secret"] == told(query, host="localhost")["diagnosis"]["kinds"]


@pytest.mark.parametrize(
    "body", [b'{"remarks":"\\ud800"}', b'{"\\udfff":[["\\ud83d"]]}', b'{"a":' + b"1" * 5_000 + b"}"]
)
def test_a_body_that_has_no_utf8_is_looked_at(body: bytes):
    """Half of a character, which JSON can carry as an escape, and a number too long to be one, stop no diagnosis."""
    assert ["wrong-secret"] == kinds(sent(TIME, "x"), body)
    assert ["body-signed"] == kinds(sent(TIME, TIME.encode() + body), body)


def test_what_stands_behind_the_signature_is_hashed_too():
    """Parameters behind `signature` that were not hashed are named; hashed ones are only remarked upon."""
    wrong, right = f"a=1&signature={sign('a=1')}&{TIME}", f"a=1&signature={sign(f'a=1&{TIME}')}&{TIME}"

    assert ["signature-not-last"] == kinds(wrong)
    assert "signature-not-last" not in (told(right)["diagnosis"] or {}).get("kinds", ())
    assert ["`signature` is not the last parameter: accepted, though the documents put it last."] == remarks(
        Query(right.encode())
    )


def test_capitals_are_remarked_upon():
    """A signature in capitals passes here, and is told; a good one in lower case is not."""
    query, capitals = (f"{TIME}&signature={digits}" for digits in (sign(TIME), sign(TIME).upper()))

    assert ["The signature is in upper case"] == [
        words.partition(":")[0] for words in remarks(Query(capitals.encode()))
    ]
    assert [] == remarks(Query(query.encode()))


@pytest.mark.parametrize(
    ("query", "at", "what"),
    [
        (f"note=a'&{TIME}", 6, "a raw `'`"),
        (f"note=é&{TIME}", 5, "a raw `0xc3`"),
        (f"note=%zz&{TIME}", 5, "a raw `%`"),
        (f"{TIME}&a=b=c", 27, "a raw `=`"),
    ],
)
def test_a_raw_character_is_pointed_at(query: str, at: int, what: str):
    """A rightly hashed query that is not percent-encoded is told with the byte that is raw."""
    shown = told(sent(query, query))

    assert (["not-encoded"], at) == (shown["diagnosis"]["kinds"], shown["signature"]["payload"]["at"])
    assert what in shown["diagnosis"]["words"]


@pytest.mark.parametrize(
    ("kind", "signature"),
    [
        ("wrong-secret", sign(TIME, "another")),
        ("secret-of-another-account", sign(TIME, keys("taker")[1])),
        ("key-as-secret", sign(TIME, keys("merchant")[0])),
        ("secret-with-blanks", sign(TIME, keys("merchant")[1] + "\n")),
        ("secret-with-blanks", sign(TIME, f'"{keys("merchant")[1]}"')),
        ("not-hmac", hashlib.sha256((keys("merchant")[1] + TIME).encode()).hexdigest()),
        ("not-hmac", hashlib.sha256((TIME + keys("merchant")[1]).encode()).hexdigest()),
        ("not-hmac", hashlib.sha256(TIME.encode()).hexdigest()),
        ("hmac-swapped", sign(keys("merchant")[1], TIME)),
        ("another-hash", sign(TIME, algorithm="sha512")),
        ("another-hash", sign(TIME, algorithm="md5")),
        ("base64", quote_plus(base64.b64encode(bytes.fromhex(sign(TIME))).decode())),
        ("base64", base64.b64encode(bytes.fromhex(sign(TIME))).decode().replace("=", "%3D")),
        ("not-a-signature", "00"),
        ("not-a-signature", quote_plus(base64.b64encode(b"x" * 64).decode())),
    ],
)
def test_the_right_string_was_hashed_wrongly(kind: str, signature: str):
    """A wrong secret, a wrong algorithm or a wrong notation is named."""
    shown = told(f"{TIME}&signature={signature}")

    assert [kind] == shown["diagnosis"]["kinds"]
    assert (kind != "wrong-secret") == shown["diagnosis"]["proven"]


def test_two_mistakes_at_once_are_both_told():
    """Sorting and spelling may be wrong together."""
    query = f"note=a+b&asset=1&{TIME}"

    assert ["plus-sent", "unsorted"] == kinds(
        sent(f"f=a+b&e=5&d=4&c=3&b=2&a=1&{TIME}", f"a=1&b=2&c=3&d=4&e=5&f=a%20b&{TIME}")
    )
    assert ["plus-sent", "unsorted"] == kinds(sent(query, f"asset=1&note=a%20b&{TIME}"))
    assert ["plus-sent", "body-signed"] == kinds(sent(query, f"note=a%20b&asset=1&{TIME}{BODY.decode()}"))


def test_what_cannot_be_proven_is_compared():
    """Without a proof the first byte is shown that is not as the documents ask for."""
    shown = told(sent(f"b=1&a=2&{TIME}", "nothing of the kind"))

    assert (["wrong-secret"], 0) == (shown["diagnosis"]["kinds"], shown["signature"]["payload"]["at"])
    assert None is shown["signature"]["hashed"]


def test_expected_and_given_signatures_are_shown():
    """The right signature stands beside the one that came."""
    shown = told(f"{TIME}&signature=00")["signature"]

    assert (sign(TIME), "00") == (shown["expected"], shown["got"])


@pytest.mark.parametrize(
    ("kind", "query", "words"),
    [
        ("timestamp-behind", f"timestamp={START_MS - 7_500}", "7500 ms behind the exchange's clock"),
        ("timestamp-ahead", f"timestamp={START_MS + 1_500}", "1500 ms ahead of the exchange's clock"),
        ("timestamp-in-seconds", f"timestamp={START_MS // 1000}", "`timestamp` is in seconds"),
        ("timestamp-in-microseconds", f"timestamp={START_MS}000", "`timestamp` is in microseconds"),
        ("timestamp-in-nanoseconds", f"timestamp={START_MS}000000", "`timestamp` is in nanoseconds"),
        ("timestamp-malformed", "timestamp=now", "a whole number such as"),
        ("timestamp-missing", "a=1", "has no `timestamp`"),
        ("timestamp-missing", "timestamp=", "`timestamp` is empty"),
        ("timestamp-missing", f"timeStamp={START_MS}", "has `timeStamp`, but names are case-sensitive"),
        ("duplicate-parameter", f"{TIME}&a=1&a=2", "`a` is in the query more than once"),
        ("recv-window", f"recvWindow=60001&{TIME}", "at most 60000"),
        ("recv-window", f"recvWindow=long&{TIME}", "`recvWindow` is long"),
    ],
)
def test_parameters_are_told(kind: str, query: str, words: str):
    """A parameter that is missing, doubled or out of its range is named, with by how much."""
    shown = told(sent(query, query))

    assert [kind] == shown["diagnosis"]["kinds"]
    assert words in shown["diagnosis"]["words"]


def test_a_missing_signature_is_told():
    """Also where it stands instead."""
    assert ["signature-missing"] == kinds(TIME)
    assert "It is in the body" in told(TIME, b'{"signature":"00"}')["diagnosis"]["words"]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("key-missing", ""),
        ("wrong-key", "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"),
        ("secret-as-key", keys("merchant")[1]),
        ("key-quoted", f'"{keys("merchant")[0]}"'),
    ],
)
def test_keys_are_told(kind: str, key: str):
    """What is wrong with a key is named, and of a key that is not the sandbox's own only four letters are kept."""
    shown = told(sent(TIME, TIME), BODY, SEARCH, "POST", **{"x-mbx-apikey": key})

    assert [kind] == shown["diagnosis"]["kinds"]
    assert (key[:4] + "…" if key else "") == shown["headers"]["x-mbx-apikey"]
    assert not key or key not in json.dumps(shown)
    assert None is shown["signature"]["expected"]


def test_headers_and_bodies_are_told():
    """A missing `clientType`, a form, what is not JSON, and a wrong field."""
    good = sent(TIME, TIME)

    assert ["client-type-missing"] == kinds(good, clienttype="")
    assert ["body-is-a-form"] == kinds(
        good, urlencode({"a": 1}).encode(), **{"content-type": "application/x-www-form-urlencoded"}
    )
    assert ["body-unreadable"] == kinds(good, b"{")
    assert ["wrong-secret"] == kinds(sent(TIME, "x"), b"[]") == kinds(sent(TIME, "x"), b"{")
    assert ["body-field"] == kinds(good, b'{"asset":1}')


def test_paths_and_methods_are_told():
    """A path that is nearly one, one that is none, and the method that a path takes."""
    assert "Did you mean `/sapi/v1/c2c/ads/search`?" in told("", path="/sapi/v1/c2c/ad/search")["diagnosis"]["words"]
    assert "There is no such path." == told("", path="/x")["diagnosis"]["words"]
    assert "This path takes POST, not GET." == told("", method="GET")["diagnosis"]["words"]


def test_what_is_no_mistake_in_the_request_has_no_diagnosis():
    """Neither a success nor a refusal by the exchange itself is explained away."""
    detail_path, good = "/sapi/v1/c2c/orderMatch/getUserOrderDetail", sent(TIME, TIME)

    assert None is told("", method="GET", path="/api/v3/ping")["diagnosis"]
    refused = told(good, b'{"adOrderNo":"1"}', path=detail_path)
    assert refused["refused"]
    assert None is refused["diagnosis"]


KEYRING = Keyring(own_accounts())


def diagnosed(query: str | bytes, code: str = "-1022", message: str = "", body: bytes = b"") -> Diagnosis | None:
    """What is told of a refusal that the sandbox itself would perhaps not have given."""
    content = query if isinstance(query, bytes) else query.encode()
    headers = {"x-mbx-apikey": keys("merchant")[0]}
    return diagnose(Request("POST", SEARCH, Query(content), headers, body, START_MS, START_MS), code, message, KEYRING)


def test_a_refusal_that_was_ordered_is_not_explained_away():
    """Where the request was right after all, nothing wrong is found in it."""
    right = sent(TIME, TIME)

    assert ("unexplained",) == getattr(diagnosed(right), "kinds", None)
    assert None is diagnosed(right, "-1102")
    assert None is diagnosed("", "-1021")
    assert "`timestamp` is malformed" in getattr(diagnosed(right, "-1102", "'timestamp'"), "words", "")
    assert "`a` is malformed: its value" in getattr(diagnosed("a=1", "-1102", "'a'"), "words", "")


@given(
    code=st.sampled_from([*_EXPLAINED, "-1022", "-2014", "-2008"]),
    query=st.binary(max_size=60) | st.text("ab=&+%2Fsignature~'", max_size=60).map(str.encode),
    body=st.binary(max_size=20),
    message=st.text(max_size=20),
)
def test_any_request_can_be_looked_at(code: str, query: bytes, body: bytes, message: str):
    """No bytes make the diagnosis fail, and what it points at lies inside what was sent."""
    found = diagnosed(query + b"&signature=" + b"0" * 64, code, message, body)

    assert found is None or found.at is None or 0 <= found.at <= len(query)


def test_a_query_of_any_length_is_looked_at():
    """A query that nobody would send honestly is not guessed about."""
    found = diagnosed(b"&".join([b"a=1"] * 5_000) + b"&signature=" + b"0" * 64)

    assert ("wrong-secret",) == getattr(found, "kinds", None)
