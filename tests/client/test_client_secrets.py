"""Key, secret and signature: they leave in a request, and in nothing else."""

import asyncio
import copy
import io
import logging
import pickle
import re
import traceback
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, HmacAuth, RetryPolicy
from binance_c2c._core.auth.secrets import Secret
from binance_c2c._core.client.config import Settings
from binance_c2c._core.support.redact import LOGGERS, keep_signatures_out_of_logs
from tests.support.clients import (
    KEY,
    SECRET,
    Act,
    Kind,
    OnTrio,
    OnUvloop,
    both_clients,
    gateway,
    no,
    order_data,
    run,
    settings,
    yes,
)
from tests.support.wire import HANG_UP, RESET, Answer, Wire, reply

SIGNATURE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
ANSWERS = [
    reply(yes(order_data("1"))),
    reply(no(), 400),
    reply(gateway(-1021), 400),
    reply({"serverTime": 4_000_000_000_000}),
    reply(gateway(-2015), 401),
    reply(b"<html>", 502),
    HANG_UP,
    RESET,
    Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", hang_up=True),
    reply(b"", 302, [("Location", f"https://elsewhere.example/?signature={SIGNATURE}&token={SECRET}")]),
    reply(b"", 429, [("Retry-After", "0")]),
    reply(b"", 418),
]
ACTS: list[Act] = [lambda c: c.orders.get(order_number="1"), lambda c: c.orders.release(order_number="1")] * 9


def secrets(wire: Wire) -> list[str]:
    """What must not be seen: the pair, and every signature that went out."""
    signatures = [found for one in wire.requests for found in re.findall(r"signature=([0-9a-f]{64})", one.target)]
    assert len(signatures) > 5
    return [KEY, SECRET, SIGNATURE, *signatures]


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Everything the records hold, as text and as parts."""
    return caplog.text + "".join(repr(vars(record)) for record in caplog.records)


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        *((kind, False) for kind in (C2CClient, AsyncC2CClient, OnUvloop, OnTrio)),
        *((kind, True) for kind in (C2CClient, AsyncC2CClient, OnUvloop)),
    ],
)
def test_no_log_tells_a_secret(kind: Kind, own: bool, caplog: pytest.LogCaptureFixture):
    """With every logger at DEBUG, good calls and failed ones leave neither key nor secret nor signature behind."""
    caplog.set_level(logging.DEBUG)
    for name in ("binance_c2c", *LOGGERS):
        caplog.set_level(logging.DEBUG, logger=name)
    make = httpx.Client if kind is C2CClient else httpx.AsyncClient
    below = {"httpcore.http11"} if own else set[str]()
    with Wire(*ANSWERS) as wire:
        http = {"http": make(trust_env=False)} if own else {}
        results = run(kind, wire.url, *ACTS, retry=RetryPolicy(attempts=2, first_wait=0), **http)
        hidden = secrets(wire)

    text = logged(caplog)
    assert {"binance_c2c", *below, *(["httpx"] if own else [])} <= {one.name for one in caplog.records}
    assert bool(below) is ("signature=[hidden]" in text)
    assert [] == [secret for secret in hidden if secret in text]
    told = "".join(f"{one!s}{one!r}" + "".join(traceback.format_exception(one)) for one in results[1:])
    assert [] == [secret for secret in hidden if secret in told]


@pytest.mark.parametrize("name", LOGGERS)
@pytest.mark.parametrize(
    "shown",
    [
        f"GET https://api.binance.com/x?timestamp=1&signature={SIGNATURE} done",
        f"(b':path', b'/x?timestamp=1&signature={SIGNATURE}')",
        f"[(b'X-MBX-APIKEY', b'{SIGNATURE}'), (b'Accept', b'*/*')]",
        f"('x-mbx-apikey', '{SIGNATURE}')",
        f"wss://im.binance.com/chat?token={SIGNATURE}&listenKey={SIGNATURE}",
        f"Location: https://www.binance.com/login?back=https%3A%2F%2Fapi%3Ftimestamp%3D1%26signature%3D{SIGNATURE}",
        f"back=https%253A%252F%252Fapi%253Ftimestamp%253D1%2526signature%253D{SIGNATURE}",
        rf'{{"path":"/x?timestamp\u003d1\u0026signature\u003d{SIGNATURE}"}}',
    ],
)
def test_a_line_of_the_libraries_below_is_cleaned(name: str, shown: str, caplog: pytest.LogCaptureFixture):
    """What httpx and the libraries below it say about a request loses its secrets, and nothing else."""
    keep_signatures_out_of_logs()
    caplog.set_level(logging.DEBUG, logger=name)
    logging.getLogger(name).debug("before %s after", shown)

    [record] = caplog.records
    assert SIGNATURE not in logged(caplog)
    assert f"before {shown} after".replace(SIGNATURE, "[hidden]") == record.getMessage()


def test_a_line_without_secrets_passes_as_it_is(caplog: pytest.LogCaptureFixture):
    """A record that holds none keeps its arguments, and cleaning is set up once, however many clients there are."""
    for _ in range(3):
        keep_signatures_out_of_logs()
    caplog.set_level(logging.DEBUG, logger="httpx")
    logging.getLogger("httpx").debug("%s %d", "status", 200)

    assert ("status", 200) == caplog.records[0].args
    assert 1 == len(logging.getLogger("httpx").filters)


def test_a_signer_under_a_client_of_ones_own_keeps_signatures_out_of_logs(caplog: pytest.LogCaptureFixture):
    """`HmacAuth` alone, without a client of ours, is enough for it."""
    httpx_log = logging.getLogger("httpx")
    for one in httpx_log.filters[:]:
        httpx_log.removeFilter(one)
    caplog.set_level(logging.DEBUG)
    with Wire(then=reply(yes({}))) as wire, httpx.Client(auth=HmacAuth(KEY, SECRET), trust_env=False) as client:
        client.get(f"{wire.url}/sapi/v1/c2c/x")

    assert 1 == len(wire.requests)
    assert ["[hidden]"] == re.findall(r"signature=(\S+)", caplog.text)


@both_clients
def test_a_client_does_not_show_what_it_knows(kind: Kind):
    """Neither its `repr` nor its attributes nor those of its parts show key or secret, used or not."""
    seen: list[str] = []
    with Wire(then=reply(yes(order_data("1")))) as wire:
        run(kind, wire.url, lambda c: seen.append(shown(c)), ACTS[0], lambda c: seen.append(shown(c)))

    assert [] == [text for text in seen if KEY in text or SECRET in text]
    assert "HmacAuth" in seen[0]


def shown(client: Any) -> str:
    parts = [client, client._driver, client._driver.flow, client._driver._auth]
    return "".join(f"{part!r} {part!s} {vars(part)!r}" for part in parts)


def test_settings_show_neither_key_nor_secret():
    """The checked settings of a client are a value whose `repr` keeps quiet about the pair."""
    key, secret = Secret("api_key", KEY), Secret("api_secret", SECRET)
    made = Settings(key, secret, "https://api.binance.com", None, 5000, 10.0, RetryPolicy(), allow_plain_http=False)

    assert "recv_window=5000" in repr(made)
    assert [] == [secret for secret in (KEY, SECRET) if secret in repr(made)]


@pytest.mark.parametrize("leave", [pickle.dumps, copy.deepcopy])
@both_clients
def test_a_client_does_not_leave_its_process(kind: Kind, leave: Any):
    """Pickling or copying a client fails, and the failure tells nothing."""
    with pytest.raises(TypeError) as caught:
        leave(kind(**settings()))

    assert KEY not in repr(caught.value)
    assert SECRET not in repr(caught.value)


def test_a_pickled_error_holds_no_secret():
    """What an error takes to another process has neither the key nor the signature of its request in it."""
    with Wire(*ANSWERS) as wire:
        errors = run(C2CClient, wire.url, *ACTS)
        hidden = secrets(wire)
    errors = [error for error in errors if isinstance(error, Exception)]
    packed = io.BytesIO(b"".join(pickle.dumps(error) for error in errors)).getvalue()

    assert len(errors) > 5
    assert [] == [secret for secret in hidden if secret.encode() in packed]


def test_a_client_without_a_key_has_nothing_to_hide():
    """It can be made without a pair, and shows as any other."""
    assert "<C2CClient https://api.binance.com>" == repr(C2CClient())
    client = AsyncC2CClient()
    assert "<AsyncC2CClient https://api.binance.com>" == repr(client)
    asyncio.run(client.aclose())
