"""Events on demand: each by the rules of the exchange, with all that has to be so before."""

from decimal import Decimal
from pathlib import Path

import pytest

from binance_c2c import C2CClient
from binance_c2c.sandbox import TRIGGERS, MoveRefusedError, Sandbox
from binance_c2c.sandbox.exchange import OrderStatus

ENDS = {
    "order-placed": OrderStatus.UNPAID,
    "paid": OrderStatus.PAID,
    "released": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
    "timed-out": OrderStatus.CANCELLED_BY_SYSTEM,
    "appeal": OrderStatus.IN_APPEAL,
    "appeal-won": OrderStatus.COMPLETED,
    "appeal-lost": OrderStatus.CANCELLED_BY_SYSTEM,
    "message": OrderStatus.UNPAID,
    "picture": OrderStatus.UNPAID,
    "false-receipt": OrderStatus.UNPAID,
}


@pytest.mark.parametrize("event", TRIGGERS)
def test_each_event_happens_from_nothing(event: str):
    """In a fresh sandbox: an ad is posted, somebody takes it, and the order ends where the event leaves it."""
    sandbox = Sandbox()
    done = sandbox.trigger(event)
    with C2CClient.in_sandbox(sandbox) as merchant:
        order = merchant.orders.get(order_number=done.order_number)

    assert int(ENDS[event]) == order.order_status
    assert done.steps[0].startswith("merchant posted ad")
    assert done.steps[1].startswith("taker placed order")


def test_the_events_of_one_order_follow_each_other():
    """With its number the next thing happens to an order that is there, and nothing else."""
    sandbox = Sandbox()
    number = sandbox.trigger("order placed", amount=200).order_number
    for event in ("message", "picture", "false_receipt", "paid", "appeal", "appeal-won"):
        done = sandbox.trigger(event, order_number=number, text="Hola")
        assert (number, 1) == (done.order_number, len(done.steps))
    order = next(iter(sandbox._exchange.orders))
    kinds = [str(message.kind) for message in sandbox._exchange.chats.of_account(order.seller, number)]

    assert (Decimal(200), OrderStatus.COMPLETED) == (order.total, order.status)
    assert (1, 2) == (kinds.count("text"), kinds.count("image"))


def test_the_newest_ad_that_can_be_taken_is_taken():
    """One that sells before one that buys, unless another is named; the other side is whoever is not the account."""
    sandbox = Sandbox()
    post = sandbox.moves.post_ad
    buys = post("merchant", "BUY", price="18.00", amount=100, smallest=100, largest=1000)
    alone = sandbox.trigger("paid").order_number
    sells = [post("merchant", "SELL", price="18.45", amount=100, smallest=100, largest=1000) for _ in range(2)]
    post("merchant", "BUY", price="18.00", amount=100, smallest=100, largest=1000)
    numbers = [alone, *(sandbox.trigger("paid", adv_no=ad).order_number for ad in (None, sells[0]))]
    orders = [sandbox._exchange.orders.find(number) for number in numbers]

    assert [buys, sells[1], sells[0]] == [order.ad.number for order in orders]
    assert ["taker", "merchant", "merchant"] == [order.seller.name for order in orders]
    assert "merchant placed" in sandbox.trigger("order-placed", "taker").steps[1]


def test_time_runs_out_for_a_single_order():
    """The clock goes to the end of its time and no further."""
    sandbox = Sandbox(lambda: 1_710_460_800.0)
    done = sandbox.trigger("timed-out")

    assert 15 * 60 == sandbox.clock.ahead.total_seconds()
    assert "The clock went ahead by 0:15:00" in done.steps[-1]
    with pytest.raises(MoveRefusedError, match="the order is cancelled by system; only an unpaid one"):
        sandbox.trigger("timed-out", order_number=done.order_number)


def test_an_account_without_coins_buys(tmp_path: Path):
    """Where it has nothing to sell the ad that is posted buys; in a currency of its own, if it is paid in one."""
    sandbox = Sandbox()
    sandbox.seed_market(fiats=("BRL",), ads=10)
    file = tmp_path / "alice.toml"
    file.write_text('balances = {}\n[[payment_methods]]\nidentifier = "PIX"\n')
    sandbox.add_account("alice", file)
    steps = sandbox.trigger("paid", "alice").steps

    assert "alice posted ad" in steps[0]
    assert "buys 1000.00 USDT at" in steps[0]
    assert "BRL" in steps[0]
    file.write_text('[[payment_methods]]\nidentifier = "Barter"\n')
    sandbox.add_account("bob", file)
    assert "sells 1000.00 USDT at 18.40 MXN" in sandbox.trigger("paid", "bob").steps[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"event": "explode"}, "event: one of order-placed, paid"),
        ({"event": "paid", "account": "nobody"}, "account: one of merchant, taker is expected, not 'nobody'"),
        ({"event": "paid", "account": "AlbaCambio"}, "account: one of merchant, taker"),
        ({"event": "order-placed", "order_number": "1"}, "order_number: leave it out"),
        ({"event": "order-placed", "amount": "many"}, "total_amount: a positive number"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: dict[str, str], words: str):
    """The argument is named, with what was expected."""
    with pytest.raises(ValueError, match=words):
        Sandbox().trigger(**arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"event": "paid", "order_number": "1"}, "there is no order with this number"),
        ({"event": "order-placed", "adv_no": "1"}, "wrong advNo"),
        ({"event": "order-placed", "amount": "1"}, "the total is outside the ad's limits"),
    ],
)
def test_what_the_exchange_refuses_is_told_in_its_words(arguments: dict[str, str], words: str):
    """It is the answer that a program would have had."""
    with pytest.raises(MoveRefusedError, match=words):
        Sandbox().trigger(**arguments)


def test_nobody_takes_the_ad_of_a_merchant_who_rests():
    """It is said so."""
    sandbox = Sandbox()
    adv_no = sandbox.moves.post_ad("merchant", "SELL", price="18.45", amount=100, smallest=100, largest=1000)
    with C2CClient.in_sandbox(sandbox) as merchant:
        merchant.merchant.start_rest()

    with pytest.raises(MoveRefusedError, match=f"no account of this sandbox may take ad {adv_no} as it is"):
        sandbox.trigger("order-placed")
