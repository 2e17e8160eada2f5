"""What error reports show that list the local variables of each frame, as those of Sentry, rich and pytest do."""

import asyncio
import inspect
import re
import threading
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient
from binance_c2c._core.support.redact import clear_locals
from binance_c2c.errors import ConfigurationError, OutcomeUnknownError, TransportError
from tests.support.clients import KEY, SECRET, Kind, answering, both_clients, no, over_sockets, run, settings, yes
from tests.support.contract.calls import EXCHANGE
from tests.support.wire import HANG_UP, Answer, Received, Wire, reply

TESTS = Path(__file__).parents[1]
# What a transport of the tests consists of.
BELOW_A_CALL = {"handle", "open_nothing", "raise_with"}


def report(error: BaseException) -> str:
    """All of it: causes, contexts, and every local variable, but for those of the tests themselves."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in (frame for part in caused(shown) for frame in part.stack):
        if Path(frame.filename).is_relative_to(TESTS) and frame.name not in BELOW_A_CALL:
            frame.locals = None
    return "".join(shown.format())


def signatures(wire: Wire) -> list[str]:
    return [found for one in wire.requests for found in re.findall(r"signature=([0-9a-f]{64})", one.target)]


def caused(error: Any) -> list[Any]:
    return [] if error is None else [error, *caused(error.__cause__), *caused(error.__context__)]


@over_sockets
def test_no_cause_keeps_its_request(kind: Kind):
    """An error of httpx has the request, and so the key and the signature, as an attribute: not below one of ours."""
    with Wire(then=HANG_UP) as wire:
        lost = run(kind, wire.url, lambda c: c.orders.list(), lambda c: c.orders.release(order_number="1"))
        hidden = [KEY, *signatures(wire)]
    causes = [cause for error in lost for cause in caused(error.__cause__)]

    assert [TransportError, OutcomeUnknownError] == [type(error) for error in lost]
    assert 2 == sum(isinstance(cause, httpx.RequestError) for cause in causes)
    assert [] == [one for one in hidden if any(one in repr(vars(cause)) for cause in causes)]
    for cause in causes:
        with pytest.raises((RuntimeError, AttributeError)):
            _ = cause.request


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
@both_clients
def test_what_passes_through_a_call_shows_where_and_not_with_what(kind: Kind, interruption: type[BaseException]):
    """Ctrl-C, or a mistake in a transport of one's own, keeps its frames, without the signed request in them."""
    sent: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        key, signature = request.headers["X-MBX-APIKEY"], request.url.params["signature"]
        sent.extend((key, signature))
        try:
            return open_nothing(key)
        except OSError:
            raise interruption  # noqa: B904 - with what it met as its context

    with pytest.raises(interruption) as caught:
        run(kind, EXCHANGE, lambda c: c.orders.list(), http=answering(handle))
    shown = report(caught.value)

    assert 2 == len(sent)
    assert "in handle" in shown
    assert "in open_nothing" in shown
    assert [] == [one for one in sent if one in shown]


CODES = {
    "code": "onetime-one",
    "google_verify_code": "onetime-two",
    "mobile_verify_code": "onetime-three",
    "email_verify_code": "onetime-four",
    "yubikey_verify_code": "onetime-five",
}
AD: dict[str, Any] = {
    "asset": "USDT",
    "fiat": "MXN",
    "trade_type": "SELL",
    "classify": "mass",
    "price_type": 1,
    "price": "18.4",
    "init_amount": "5",
    "min_single_trans_amount": "1",
    "max_single_trans_amount": "2",
    "buyer_kyc_limit": 0,
    "trade_methods": [{"identifier": "SPEI"}],
}
WITH_CODES: list[tuple[str, dict[str, Any]]] = [
    ("orders.release", {"order_number": "1"}),
    ("orders.can_release", {"order_number": "1"}),
    ("ads.update", {"adv_no": "1"}),
    ("ads.post", AD),
]


@pytest.mark.parametrize(("operation", "arguments"), WITH_CODES, ids=[name for name, _ in WITH_CODES])
@pytest.mark.parametrize(
    "wrong", [{}, {"auth_type": "NONE"}, {"email_verify_code": "onetime-\udc80"}, {"code": 47114711}], ids=repr
)
@both_clients
def test_one_time_codes_stand_in_no_frame(kind: Kind, wrong: dict[str, Any], operation: str, arguments: dict[str, Any]):
    """Refused by the exchange or before anything was sent, a call shows no report what its codes were."""
    resource, method = operation.split(".")
    given = {**arguments, **CODES, **wrong}
    with Wire(then=reply(no(), 400)) as wire:
        try:
            [error] = run(kind, wire.url, lambda c: getattr(getattr(c, resource), method)(**given))
        except (TypeError, ValueError) as refused:
            error = refused
    shown = report(error)

    assert bool(wrong) is (not wire.requests)
    assert len(CODES) == shown.count("= '[hidden]'") - 2 * bool(wrong)
    assert f"in {method}" in shown
    assert "onetime" not in shown
    assert "47114711" not in shown


@pytest.mark.parametrize("name", ["from_env", "in_sandbox"])
@both_clients
def test_a_client_that_cannot_be_made_shows_no_secret(kind: Kind, name: str, monkeypatch: pytest.MonkeyPatch):
    """Given or from the environment, key, secret and password stand in no frame."""
    monkeypatch.setenv("BINANCE_API_SECRET_FILE", "/no/file")
    for variable in ("BINANCE_API_SECRET", "BINANCE_API_SECRET_PASSWORD"):
        monkeypatch.setenv(variable, f"{SECRET}-of-the-environment")
    pair = {"api_key": KEY, "api_secret": SECRET, "api_secret_password": "onetime"}
    texts: list[str] = []
    for given in ({**pair, "timeout": -1}, {**pair, "time_out": 1}, {"account": "nobody"}):
        with pytest.raises((ConfigurationError, TypeError)) as caught:
            getattr(kind, name)(**given)
        texts.append(report(caught.value))
        frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
        # As cgitb shows them: a frame without one of its arguments would raise here.
        assert all(inspect.formatargvalues(*inspect.getargvalues(frame)) for frame in frames)

    assert all(f"in {name}" in text for text in texts)
    assert [] == [one for one in (KEY, SECRET, "onetime") if one in "".join(texts)]


def open_nothing(key: str) -> httpx.Response:
    assert key
    raise OSError


def test_errors_that_are_each_others_context_lose_their_locals():
    """A circle of contexts comes to an end."""
    first, second = LookupError(), OSError()
    first.__context__, second.__context__ = second, first
    with pytest.raises(LookupError):
        raise_with(first, "something secret")
    clear_locals(first)

    assert "in raise_with" in report(first)
    assert "secret = " not in report(first)


def raise_with(error: Exception, secret: str) -> None:
    assert secret
    raise error


@pytest.mark.parametrize("own", [False, True], ids=["own connections", "the caller's"])
def test_a_cancelled_call_does_not_show_what_it_sent(own: bool):
    """The frames of the libraries below hold headers and URL; the cancellation comes up without them."""
    arrived, leave = threading.Event(), threading.Event()

    def late(received: Received) -> Answer:
        del received
        arrived.set()
        leave.wait()
        return reply(yes([]))

    async def main() -> asyncio.CancelledError:
        http: dict[str, Any] = {"http": httpx.AsyncClient(trust_env=False)} if own else {}
        async with AsyncC2CClient(**settings(base_url=wire.url, **http)) as client:
            task = asyncio.create_task(client.orders.list())
            await asyncio.to_thread(arrived.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            leave.set()
        if own:
            await http["http"].aclose()
        return caught.value

    with Wire(then=late) as wire:
        error = asyncio.run(main())
        hidden = [KEY, SECRET, *signatures(wire)]
    shown = report(error)

    assert 3 == len(hidden)
    assert ("in handle_async_request" if own else "in fetch") in shown
    assert [] == [one for one in hidden if one in shown]
