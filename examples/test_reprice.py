"""Tests of the bot in `reprice.py`, as its author would write them: `pytest examples/test_reprice.py`.

Needs `pip install "binance-c2c[testing]"`, which adds the fixtures that begin with `c2c_`: an exchange in memory, and
clients of its merchant and its taker.
"""

from decimal import Decimal

import pytest

from binance_c2c import C2CClient, errors
from binance_c2c.sandbox import Limits, Sandbox
from examples.reprice import REST, Band, Repricer

BAND = Band(Decimal("17.00"), Decimal("19.00"))


@pytest.fixture
def adv_no(c2c_sandbox: Sandbox) -> str:
    """An ad of the merchant, more expensive than those of others."""
    return c2c_sandbox.moves.post_ad("merchant", "SELL", price="18.90", amount=500, smallest=500, largest=5000)


def price_of(client: C2CClient, adv_no: str) -> Decimal | None:
    """The price of an ad as the exchange has it."""
    return client.ads.get(adv_no=adv_no).price


def test_the_ad_is_one_step_below_the_best(c2c_client: C2CClient, c2c_taker: C2CClient, adv_no: str) -> None:
    """A taker who looks for the lowest price finds the ad first."""
    Repricer(c2c_client, adv_no, BAND).look(c2c_client.system.time().server_time)
    best = c2c_taker.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")[0]

    assert best.adv.adv_no == adv_no


def test_no_rival_makes_the_bot_leave_its_band(c2c_sandbox: Sandbox, c2c_client: C2CClient, adv_no: str) -> None:
    """The band is what the merchant can afford."""
    c2c_sandbox.moves.post_ad("taker", "SELL", price="15.00", amount=90, smallest=500, largest=1000)

    Repricer(c2c_client, adv_no, BAND).look(c2c_client.system.time().server_time)

    assert price_of(c2c_client, adv_no) == Decimal("17.00")


def test_a_price_that_the_exchange_refuses_changes_nothing(
    c2c_sandbox: Sandbox, c2c_client: C2CClient, adv_no: str
) -> None:
    """After 187055 the ad keeps its price, and the bot goes on."""
    c2c_sandbox.moves.set_reference_price("USDT", "MXN", 14)

    said = Repricer(c2c_client, adv_no, BAND).look(c2c_client.system.time().server_time)

    assert said.startswith("not moved to 17.00: outside the band")
    assert price_of(c2c_client, adv_no) == Decimal("18.90")


def test_after_too_many_updates_the_bot_rests() -> None:
    """After 187049 it sends nothing for five minutes, and then it does. The test does not wait: it gives the time."""
    sandbox = Sandbox(limits=Limits(ad_updates=0))
    adv_no = sandbox.moves.post_ad("merchant", "SELL", price="18.90", amount=500, smallest=500, largest=5000)
    with C2CClient.in_sandbox(sandbox) as client:
        repricer = Repricer(client, adv_no, BAND)
        start = client.system.time().server_time

        assert "too many updates" in repricer.look(start)
        asked = len(sandbox.journal.requests())
        assert "rests" in repricer.look(start + REST / 2)
        assert len(sandbox.journal.requests()) == asked
        assert "too many updates" in repricer.look(start + REST)


def test_an_update_whose_answer_is_lost_is_not_sent_twice(
    c2c_sandbox: Sandbox, c2c_client: C2CClient, adv_no: str
) -> None:
    """The bot ends with an error that says what is not known; the exchange got the update once."""
    c2c_sandbox.faults.add("drop-after", operations="ads.update")

    with pytest.raises(errors.OutcomeUnknownError):
        Repricer(c2c_client, adv_no, BAND).look(c2c_client.system.time().server_time)

    updates = [one for one in c2c_sandbox.journal.requests() if one.request.path.endswith("/ads/update")]
    assert len(updates) == 1
