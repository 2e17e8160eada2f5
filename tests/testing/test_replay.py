"""Conversations recorded from the sandbox and replayed by both clients, without a network.

`make record` makes them anew.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from vcr.errors import CannotOverwriteExistingCassetteException

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy, errors
from binance_c2c._core.auth.signer import HmacAuth
from binance_c2c._core.recording import SANDBOX
from binance_c2c.pytest_plugin.cassettes import VerifyingTransport, cassette
from binance_c2c.sandbox import Sandbox, serve
from binance_c2c_sapi.models import AdStatus, OrderStatus
from tests.support.trade import FACTOR, an_ad, an_order

CASSETTES = Path(__file__).parents[1] / "cassettes"
# The sandbox's clock stands still while recording, so that recording again changes nothing.
RECORDED_AT = 1_767_225_600.0
KEYS = {name: (pair.api_key, pair.api_secret) for name, pair in Sandbox().keys.items()}
NAMES = ("ad_life/posted_and_closed", "order_life/released", "order_life/cancelled", "refusals/gateway_and_service")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def record(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--c2c-record"))


@pytest.fixture
def base_url(record: bool) -> Iterator[str]:
    if not record:
        yield "http://127.0.0.1:9"
        return
    with serve(Sandbox(now=lambda: RECORDED_AT, empty=True)) as address:
        yield address


def test_a_cassette_replays_for_the_sync_client(name: str, base_url: str, record: bool):
    """What was recorded comes back as values, every request is signed, and each answer is used once."""
    transports = {account: VerifyingTransport(secret) for account, (_, secret) in KEYS.items()}
    clients = {account: _sync_client(account, base_url, transports[account], record) for account in KEYS}
    with cassette(_path(name), record=record, now=lambda: RECORDED_AT) as played:
        SYNC[name](clients["merchant"], clients["taker"])
    for client in clients.values():
        client.close()
    for transport in transports.values():
        transport.close()

    assert record or played.all_played
    assert sum(transport.verified for transport in transports.values()) == len(_signed(name))


def test_the_same_cassette_replays_for_the_async_client(name: str):
    """One recording serves both clients: they send the same."""

    async def play() -> tuple[bool, int]:
        transports = {account: VerifyingTransport(secret) for account, (_, secret) in KEYS.items()}
        clients = {
            account: AsyncC2CClient(
                api_key=key, api_secret=secret, base_url="http://127.0.0.1:9", http=transports[account]
            )
            for account, (key, secret) in KEYS.items()
        }
        with cassette(_path(name), record=False) as played:
            await ASYNC[name](clients["merchant"], clients["taker"])
        for client in clients.values():
            await client.aclose()
        for transport in transports.values():
            await transport.aclose()
        return played.all_played, sum(transport.verified for transport in transports.values())

    all_played, verified = asyncio.run(play())

    assert all_played
    assert len(_signed(name)) == verified


def test_a_cassette_says_where_it_was_recorded(name: str):
    """Nobody takes a recording of the sandbox for the exchange's word."""
    recording = json.loads(_path(name).read_text(encoding="utf-8"))

    assert SANDBOX == recording["recorded_from"]


def test_a_cassette_holds_no_secret_and_no_person(name: str):
    """Neither key, secret, signature, stamp, one-time code nor anybody's name or account is in a file."""
    text = _path(name).read_text(encoding="utf-8")
    secrets = [part for pair in KEYS.values() for part in pair]
    marks = ("signature", "timestamp=", "recvWindow", "X-MBX-APIKEY", "127.0.0.1", 'VerifyCode\\": \\"000000')
    people = ("SandboxMerchant", "SandboxTaker", "EJEMPLO", "MUESTRA", "BANCO FICTICIO", "00000000000000001")

    assert [] == [word for word in (*secrets, *marks, *people) if word.lower() in text.lower()]


def test_what_was_not_recorded_is_refused():
    """A request that the cassette does not hold never reaches a network; another body is another request."""
    client = _sync_client("merchant", "http://127.0.0.1:9", VerifyingTransport(KEYS["merchant"][1]), record=False)

    with cassette(_path("order_life/released"), record=False), pytest.raises(CannotOverwriteExistingCassetteException):
        client.orders.get(order_number="1")


def test_an_answer_is_used_once():
    """Asking twice what was asked once is noticed."""
    client = _sync_client("merchant", "http://127.0.0.1:9", VerifyingTransport(KEYS["merchant"][1]), record=False)

    with cassette(_path("ad_life/posted_and_closed"), record=False):
        client.payment_methods.mine()
        with pytest.raises(CannotOverwriteExistingCassetteException):
            client.payment_methods.mine()


REMARKS = "a=b & c, %41 ~ ¡sólo SPEI! 你好 🙂"


def _check_remarks(remarks: str | None) -> None:
    """They come back as they were, and from a recording as what stands for them there."""
    assert remarks == REMARKS or (remarks or "").startswith("scrubbed-")


def _post(seller: C2CClient) -> str:
    method = seller.payment_methods.mine()[0]
    return seller.ads.post(**an_ad(remarks=REMARKS, trade_methods=[{"identifier": "SPEI", "pay_id": method.pay_id}]))


def _ad_life(seller: C2CClient, buyer: C2CClient) -> None:
    adv_no = _post(seller)
    page = buyer.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")
    assert [adv_no] == [row.adv.adv_no for row in page]
    _check_remarks(seller.ads.get(adv_no=adv_no).remarks)
    assert seller.ads.update(adv_no=adv_no, price="18.50") is True
    assert ["18.50"] == [format(ad.price or 0, "f") for ad in seller.ads.iterate_list(asset="USDT")]
    assert seller.ads.update_status(adv_nos=[adv_no], adv_status=AdStatus.CLOSED).status is True
    assert 0 == len(buyer.ads.search(asset="USDT", fiat="MXN", trade_type="BUY"))


def _released(seller: C2CClient, buyer: C2CClient) -> None:
    number = buyer.orders.place(**an_order(_post(seller))).order_match.order_number
    assert OrderStatus.WAIT_FOR_RELEASE == buyer.orders.mark_paid(order_number=number).order_status
    assert seller.orders.can_release(order_number=number) is True
    seller.orders.release(order_number=number, **FACTOR)
    assert OrderStatus.COMPLETED == seller.orders.get(order_number=number).order_status
    assert ["COMPLETED"] == [row.order_status for row in seller.orders.history(trade_type="SELL")]
    assert [number] == [row.order_number for row in buyer.orders.list(order_status_list=[4])]


def _cancelled(seller: C2CClient, buyer: C2CClient) -> None:
    number = buyer.orders.place(**an_order(_post(seller))).order_match.order_number
    buyer.orders.cancel(order_number=number, order_cancel_reason_code=1)
    assert OrderStatus.CANCELLED == buyer.orders.get(order_number=number).order_status
    assert seller.orders.can_release(order_number=number) is False


def _refusals(seller: C2CClient, buyer: C2CClient) -> None:
    number = buyer.orders.place(**an_order(_post(seller))).order_match.order_number
    with pytest.raises(errors.APIError) as early:
        seller.orders.release(order_number=number, **FACTOR)
    with pytest.raises(errors.APIError) as foreign:
        buyer.ads.get(adv_no="1")
    assert "orders.release" == early.value.operation_id
    assert foreign.value.code is not None


async def _post_async(seller: AsyncC2CClient) -> str:
    method = (await seller.payment_methods.mine())[0]
    return await seller.ads.post(
        **an_ad(remarks=REMARKS, trade_methods=[{"identifier": "SPEI", "pay_id": method.pay_id}])
    )


async def _ad_life_async(seller: AsyncC2CClient, buyer: AsyncC2CClient) -> None:
    adv_no = await _post_async(seller)
    page = await buyer.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")
    assert [adv_no] == [row.adv.adv_no for row in page]
    _check_remarks((await seller.ads.get(adv_no=adv_no)).remarks)
    assert await seller.ads.update(adv_no=adv_no, price="18.50") is True
    assert ["18.50"] == [format(ad.price or 0, "f") async for ad in seller.ads.iterate_list(asset="USDT")]
    assert (await seller.ads.update_status(adv_nos=[adv_no], adv_status=AdStatus.CLOSED)).status is True
    assert 0 == len(await buyer.ads.search(asset="USDT", fiat="MXN", trade_type="BUY"))


async def _released_async(seller: AsyncC2CClient, buyer: AsyncC2CClient) -> None:
    number = (await buyer.orders.place(**an_order(await _post_async(seller)))).order_match.order_number
    assert OrderStatus.WAIT_FOR_RELEASE == (await buyer.orders.mark_paid(order_number=number)).order_status
    assert await seller.orders.can_release(order_number=number) is True
    await seller.orders.release(order_number=number, **FACTOR)
    assert OrderStatus.COMPLETED == (await seller.orders.get(order_number=number)).order_status
    assert ["COMPLETED"] == [row.order_status for row in await seller.orders.history(trade_type="SELL")]
    assert [number] == [row.order_number for row in await buyer.orders.list(order_status_list=[4])]


async def _cancelled_async(seller: AsyncC2CClient, buyer: AsyncC2CClient) -> None:
    number = (await buyer.orders.place(**an_order(await _post_async(seller)))).order_match.order_number
    await buyer.orders.cancel(order_number=number, order_cancel_reason_code=1)
    assert OrderStatus.CANCELLED == (await buyer.orders.get(order_number=number)).order_status
    assert await seller.orders.can_release(order_number=number) is False


async def _refusals_async(seller: AsyncC2CClient, buyer: AsyncC2CClient) -> None:
    number = (await buyer.orders.place(**an_order(await _post_async(seller)))).order_match.order_number
    with pytest.raises(errors.APIError) as early:
        await seller.orders.release(order_number=number, **FACTOR)
    with pytest.raises(errors.APIError) as foreign:
        await buyer.ads.get(adv_no="1")
    assert "orders.release" == early.value.operation_id
    assert foreign.value.code is not None


SYNC: dict[str, Callable[[C2CClient, C2CClient], None]] = dict(
    zip(NAMES, (_ad_life, _released, _cancelled, _refusals), strict=True)
)
ASYNC: dict[str, Callable[[AsyncC2CClient, AsyncC2CClient], Awaitable[None]]] = dict(
    zip(NAMES, (_ad_life_async, _released_async, _cancelled_async, _refusals_async), strict=True)
)


def _sync_client(account: str, base_url: str, http: VerifyingTransport, record: bool) -> C2CClient:
    key, secret = KEYS[account]
    client = C2CClient(api_key=key, api_secret=secret, base_url=base_url, http=http, retry=RetryPolicy(attempts=1))
    if record:
        auth = client._driver._auth
        assert isinstance(auth, HmacAuth)
        auth._clock._now = lambda: RECORDED_AT
    return client


def _path(name: str) -> Path:
    return CASSETTES / f"{name}.json"


def _signed(name: str) -> list[Any]:
    interactions: list[Any] = json.loads(_path(name).read_text(encoding="utf-8"))["interactions"]
    return [one for one in interactions if "/sapi/" in one["request"]["uri"]]
