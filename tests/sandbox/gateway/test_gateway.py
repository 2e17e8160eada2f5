"""The sandbox's gate: key, clock, signature, and how each is refused."""

import dataclasses
import hashlib
import hmac
import json
import string

import pytest

from binance_c2c.sandbox import Sandbox
from binance_c2c.sandbox import sandbox as _sandbox
from binance_c2c.sandbox.exchange import Key, own_accounts
from binance_c2c.sandbox.gateway import Authentication, Keyring, Query
from binance_c2c.sandbox.refusals import RefusedError
from binance_c2c_runtime import Security
from binance_c2c_sapi.operations import OPERATIONS
from tests.support.sandbox_client import START_MS, Clock, Trader, signed

MINE = "/sapi/v1/c2c/paymentMethod/getPayMethodByUserId"


def merchant() -> Trader:
    clock = Clock()
    return Trader(Sandbox(now=clock), "merchant", clock)


def refusal(trader: Trader, query: bytes, **headers: str) -> tuple[int, object, object]:
    """Status, code and message for one signed operation with this query."""
    answer = trader.sandbox.handle("GET", MINE, query, {**trader.headers(), **headers}, b"")
    payload = json.loads(answer.body)
    return answer.status, payload["code"], payload.get("msg", "")


def code(payload: str) -> object:
    """The code for a query that is signed as it stands; `000000` for a success."""
    trader = merchant()
    return refusal(trader, signed(trader.api_secret, payload))[1]


@pytest.mark.parametrize("key", ["", " ", "two words", "kéy"])
def test_what_cannot_be_a_key_is_malformed(key: str):
    """A missing or malformed key is refused with -2014, before anything else is looked at."""
    assert (400, -2014, "API-key format invalid.") == refusal(merchant(), b"", **{"x-mbx-apikey": key})


@pytest.mark.parametrize("key", ["x" * 64, "unknown-key", "sandboxMerchantKey"])
def test_an_unknown_key_is_refused(key: str):
    """A key nobody has is refused with -2008, even when the rest of the request is missing."""
    assert (400, -2008, "Invalid Api-Key ID.") == refusal(merchant(), b"", **{"x-mbx-apikey": key})


def test_a_missing_timestamp_is_named():
    """Without a timestamp the gateway names it, in its own words."""
    message = "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."

    assert (400, -1102, message) == refusal(merchant(), b"")
    assert (400, -1102, message) == refusal(merchant(), b"timestamp=&signature=00")
    assert (400, -1102, message) == refusal(merchant(), b"timestamp=soon&signature=00")


def test_a_missing_signature_is_named():
    """Without a signature the gateway names it, even when the timestamp is stale."""
    message = "Mandatory parameter 'signature' was not sent, was empty/null, or malformed."

    assert (400, -1102, message) == refusal(merchant(), b"timestamp=1")
    assert (400, -1102, message) == refusal(merchant(), b"timestamp=1&signature=")


@pytest.mark.parametrize(
    ("offset", "window", "expected"),
    [
        (999, None, "000000"),
        (1_000, None, -1021),
        (60_000, 60_000, -1021),
        (-5_000, None, "000000"),
        (-5_001, None, -1021),
        (-60_000, 60_000, "000000"),
        (-60_001, 60_000, -1021),
        (-1, "0", -1021),
        (0, "0", "000000"),
        (-10, "10.000", "000000"),
        (-11, "10.999", -1021),
    ],
)
def test_the_window_is_the_documented_one(offset: int, window: object, expected: object):
    """A timestamp is good while it is less than a second ahead and at most `recvWindow` behind."""
    timestamp = f"timestamp={START_MS + offset}"

    assert expected == code(timestamp if window is None else f"recvWindow={window}&{timestamp}")


def test_a_stale_clock_is_told_before_a_wrong_signature():
    """The clock is looked at before the signature, and the refusal says which way it is off."""
    behind = b"timestamp=%d&signature=00" % (START_MS - 6_000)
    ahead = b"timestamp=%d&signature=00" % (START_MS + 6_000)

    assert (400, -1021, "Timestamp for this request is outside of the recvWindow.") == refusal(merchant(), behind)
    assert (400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.") == refusal(
        merchant(), ahead
    )


@pytest.mark.parametrize(("window", "expected"), [("60001", -1131), ("-1", -1100), ("5s", -1100), ("1.0001", -1100)])
def test_an_impossible_window_is_refused(window: str, expected: int):
    """A `recvWindow` over 60000, or none at all, is a parameter error."""
    assert expected == code(f"recvWindow={window}&timestamp={START_MS}")


@pytest.mark.parametrize("name", ["timestamp", "recvWindow", "signature", "anything"])
def test_a_doubled_parameter_is_refused(name: str):
    """Which of two values is meant cannot be told, so neither is taken."""
    value = START_MS if name == "timestamp" else 1_000
    trader = merchant()
    query = signed(trader.api_secret, f"{name}={value}&{name}={value}&timestamp={START_MS}")

    assert -1101 == refusal(trader, query)[1]


def test_a_wrong_signature_is_refused():
    """Another secret, another payload or no hexadecimal at all: -1022."""
    trader = merchant()
    wrong = (400, -1022, "Signature for this request is not valid.")
    good = trader.query(a="1")

    assert wrong == refusal(trader, signed("another secret", f"timestamp={START_MS}"))
    assert wrong == refusal(trader, good.replace(b"a=1", b"a=2"))
    assert wrong == refusal(trader, f"timestamp={START_MS}&signature=not%20hex%C3%A9".encode())
    assert "000000" == refusal(trader, good)[1]


def test_hexadecimal_is_read_in_either_case():
    """A signature in capitals is as good."""
    payload, _, digest = merchant().query().rpartition(b"=")

    assert "000000" == refusal(merchant(), payload + b"=" + digest.upper())[1]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_signature_may_stand_anywhere(place: int):
    """What is verified is the rest of the query, joined as it was."""
    trader = merchant()
    parts = ["a=1", f"timestamp={START_MS}"]
    signature = signed(trader.api_secret, "&".join(parts)).decode().rpartition("&")[2]
    parts.insert(place, signature)

    assert "000000" == refusal(trader, "&".join(parts).encode())[1]


@pytest.mark.parametrize("note", ["a%3Db%20%26%20c", "a%3Db+%26+c", "%e8%bf%99", "~._-", "%2541", ""])
def test_encoded_values_are_hashed_as_they_came(note: str):
    """Whatever is percent-encoded passes as long as the bytes are the signed ones, also with `+` for a space."""
    assert "000000" == code(f"note={note}&timestamp={START_MS}")


@pytest.mark.parametrize(
    "raw", [*sorted(set(string.punctuation) - set("-._~+&%")), " ", "é", "\x00", "%", "%4z", "%zz"]
)
def test_what_should_have_been_encoded_is_refused(raw: str):
    """A rightly signed query with a raw special character is -1022, as since January 2026."""
    assert -1022 == code(f"note=a{raw}b&timestamp={START_MS}")


def test_plus_and_percent_20_are_different_payloads():
    """The two spellings of a space mean the same and hash differently."""
    trader = merchant()
    query = signed(trader.api_secret, f"note=a%20b&timestamp={START_MS}")

    assert -1022 == refusal(trader, query.replace(b"%20", b"+"))[1]
    assert "a b" == Query(b"note=a+b").get("note") == Query(b"note=a%20b").get("note")


def test_the_body_is_never_signed():
    """A body that the signature covers as well is a wrong signature."""
    trader = merchant()
    body = b'{"orderNumber":"1"}'
    path = "/sapi/v1/c2c/orderMatch/checkIfCanReleaseCoin"
    payload = f"timestamp={START_MS}"
    digest = hmac.new(trader.api_secret.encode(), payload.encode() + body, hashlib.sha256).hexdigest()

    answer = trader.sandbox.handle("POST", path, f"{payload}&signature={digest}".encode(), trader.headers(), body)

    assert -1022 == json.loads(answer.body)["code"]


@pytest.mark.parametrize(
    ("payload", "signature"),
    [
        (
            "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559",
            "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
        ),
        (
            "adsNo=11218246497340923904&recvWindow=60000&timestamp=1710460800000",
            "9d987ff58cad74372e0c54c21d42f4a855ac6c35d763cb50bfee5a06a9b3a6fc",
        ),
        (
            "note=a%3Db+%26+c&timestamp=1710460800000",
            "868049a3773bd4a184c84e87e8f5f07e7bf50bdf57e726aac286ce387f91c1d6",
        ),
    ],
)
def test_the_gateway_verifies_the_documented_examples(payload: str, signature: str):
    """With the key of Binance's documents, their signatures pass and one digit less does not."""
    key = Key(
        "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
        "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
    )
    account = dataclasses.replace(own_accounts()["merchant"], key=key)
    gateway, headers = Authentication(Keyring({"merchant": account})), {"x-mbx-apikey": key.api_key}
    now_ms = int(payload.rpartition("=")[2])

    assert account is gateway.with_signature(headers, Query(f"{payload}&signature={signature}".encode()), now_ms)
    with pytest.raises(RefusedError):
        gateway.with_signature(headers, Query(f"{payload}&signature={signature[:-1]}".encode()), now_ms)


def test_a_key_only_operation_needs_no_signature(monkeypatch: pytest.MonkeyPatch):
    """What the description calls key-only is answered to whoever has a key, signed or not."""
    mine = OPERATIONS["payment_methods.mine"]._replace(security=Security.KEY)
    monkeypatch.setattr(_sandbox, "OPERATIONS", {**OPERATIONS, mine.id: mine})
    trader = merchant()

    assert "000000" == refusal(trader, b"")[1] == refusal(trader, trader.query())[1]
    assert -2008 == refusal(trader, b"", **{"x-mbx-apikey": "nobody"})[1]


def test_unsigned_operations_ask_for_nothing():
    """Time and ping answer anybody, in the body the real ones have."""
    sandbox = Sandbox(now=Clock())

    assert {"serverTime": START_MS} == json.loads(sandbox.handle("GET", "/api/v3/time", b"", {}, b"").body)
    assert {} == json.loads(sandbox.handle("GET", "/api/v3/ping", b"\xff=&&", {}, b"").body)


def test_unknown_paths_and_methods():
    """As the exchange was recorded: nothing at all for a path of C2C that is not there, 404 and -1000 for a method."""
    sandbox = Sandbox()

    def answer(method: str, path: str) -> tuple[int, bytes]:
        answer = sandbox.handle(method, path, b"", {}, b"")
        return answer.status, answer.body

    get = b'{"code":-1000,"msg":"Request method \'GET\' is not supported"}'
    website = b'{"code":"000002","message":"illegal parameter: GET","messageDetail":null,"data":null,"success":false}'
    assert (200, b"") == answer("GET", "/sapi/v1/c2c/ads/getAds")
    assert (404, -1099) == (answer("GET", "")[0], json.loads(answer("GET", "")[1])["code"])
    assert (404, get) == answer("GET", "/sapi/v1/c2c/ads/search")
    assert (404, get.replace(b"GET", b"get")) == answer("get", "/api/v3/time")
    assert (400, website) == answer("GET", "/bapi/c2c/v2/friendly/c2c/adv/search")


def test_client_type_is_needed_but_for_the_history():
    """Without the header `clientType` C2C operations are illegal, except the one whose table does not list it."""
    trader = merchant()
    headers = {"x-mbx-apikey": trader.api_key}
    history = trader.sandbox.handle("GET", "/sapi/v1/c2c/orderMatch/listUserOrderHistory", trader.query(), headers, b"")
    mine = trader.sandbox.handle("GET", MINE, trader.query(), headers, b"")

    assert 200 == history.status
    assert (400, {"code": -31002, "msg": "illegal parameter: clientType"}) == (mine.status, json.loads(mine.body))


def test_used_weight_is_counted_by_minute():
    """The headers count up, each operation for itself, and start anew with the next minute."""
    clock = Clock()
    trader = Trader(Sandbox(now=clock), "merchant", clock)

    trader.send("payment_methods.mine")
    second = trader.send("payment_methods.mine").headers
    other = trader.send("ads.list", {"page": 1, "rows": 1}).headers
    clock.seconds += 60
    later = trader.send("payment_methods.mine").headers

    assert ("2", "2") == (second["X-SAPI-USED-IP-WEIGHT-1M"], second["X-SAPI-USED-UID-WEIGHT-1M"])
    assert "1" == other["X-SAPI-USED-IP-WEIGHT-1M"]
    assert "1" == later["X-SAPI-USED-IP-WEIGHT-1M"]


def test_weight_of_the_unproven_is_counted_by_address():
    """A request with a wrong signature weighs on the address and on no account; /api has a header of its own."""
    trader = merchant()
    refused = trader.sandbox.handle("GET", MINE, b"timestamp=1&signature=0", trader.headers(), b"").headers
    ping = trader.sandbox.handle("GET", "/api/v3/ping", b"", {}, b"").headers

    assert "1" == refused["X-SAPI-USED-IP-WEIGHT-1M"]
    assert "X-SAPI-USED-UID-WEIGHT-1M" not in refused
    assert "1" == ping["X-MBX-USED-WEIGHT-1M"]


def test_keys_are_fixed_and_their_secrets_hidden():
    """Each sandbox has the same keys, of 64 printable characters, and shows no secret in a repr."""
    keys = Sandbox().keys

    assert dict(keys) == dict(Sandbox().keys)
    assert {"merchant", "taker"} == keys.keys()
    for key in keys.values():
        assert (64, 64) == (len(key.api_key), len(key.api_secret))
        assert (key.api_key + key.api_secret).isalnum()
        assert key.api_secret not in repr(keys)
