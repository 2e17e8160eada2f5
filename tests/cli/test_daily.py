"""The daily work by hand: ads, orders, the market, the switches, methods and fees."""

import json
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binance_c2c import C2CClient, errors
from binance_c2c.cli.commands.orders import _price
from binance_c2c.cli.sample_sandbox import BUY_AD, COMPLETED, SELL_AD, TO_BE_PAID, TO_PAY, TO_RELEASE
from binance_c2c.cli.shared.failures import CommandError
from binance_c2c.cli.shared.outcomes import send_and_verify
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.models import OrderRow, OrderStatus, TradeType
from binance_c2c.sandbox import Sandbox
from tests.support.servers.command_line import Outcome, Run, at_a_terminal
from tests.support.trade import an_ad

POST = "ads post USDT MXN SELL --price 18.50 --quantity 100 --min 500 --max 1000"


def read(told: Outcome) -> Any:
    """What a command printed as JSON."""
    assert (0, told.err) == (told.status, told.err)
    return json.loads(told.out)


def released(code: str = "000000") -> tuple[int, int]:
    """A pipe that a code can be read from."""
    reading, writing = os.pipe()
    os.write(writing, f"{code}\n".encode())
    return reading, writing


def test_a_sandbox_of_its_own_has_work_to_do(run: Run):
    """With `--sandbox` there are ads of both sides, and orders in the states that matter, with fixed numbers."""
    ads = {row["adv_no"]: row["side"] for row in read(run("ads mine --sandbox"))}
    orders = {row["order_number"]: row["status"] for row in read(run("orders history --sandbox"))}

    assert {SELL_AD: "sell", BUY_AD: "buy"} == ads
    assert {COMPLETED: "completed", TO_RELEASE: "buyer_payed", TO_BE_PAID: "trading", TO_PAY: "trading"} == orders


def test_lists_are_narrowed(exchange: Sandbox, run: Run):
    """By state, by side, by number of rows."""
    del exchange

    assert [TO_RELEASE] == [row["order_number"] for row in read(run("orders list --status wait_for_release"))]
    assert [TO_PAY] == [row["order_number"] for row in read(run("orders list --side buy"))]
    assert [SELL_AD] == [row["adv_no"] for row in read(run("ads mine --side sell --status online"))]
    assert 1 == len(read(run(f"orders history --limit 1 --side SELL --from {a_week_ago()} --to {tomorrow()}")))
    assert 2 == len(read(run("market USDT MXN BUY --limit 2 --amount 1000 --pay SPEI")))
    assert 2 == len(read(run("ads search USDT MXN buy --limit 2 --amount 1000 --pay SPEI")))


def test_coin_currency_and_side_are_given_by_place_or_by_name(run: Run):
    """Or some of them so and the others so, in small letters too: the same ads."""
    lines = ("USDT MXN BUY", "--asset usdt --fiat mxn --side buy", "--side BUY USDT MXN", "usdt --fiat MXN BUY")
    found = [[row["price"] for row in read(run(f"market {line} --sandbox"))] for line in lines]

    assert found[0]
    assert [found[0]] * len(lines) == found


def test_a_list_tells_the_price_where_just_one_fits(run: Run):
    """The exchange's list has none: it follows from the total and the amount, unless these were rounded too much."""
    prices = {row["order_number"]: row["price"] for row in read(run("orders list --sandbox"))}
    large, small = (listed_order(total, amount, step="0.01") for total, amount in ((5000, "277.77"), (5, "0.27")))
    bare = listed_order(5000, "277.77", step=None)

    assert {TO_RELEASE: "18.45", TO_BE_PAID: "18.45", TO_PAY: "18.05"} == prices
    assert (Decimal("18.00"), None, None) == (_price(large), _price(small), _price(bare))


def listed_order(total: int, amount: str, *, step: str | None) -> OrderRow:
    """An order as the list has it, with the smallest steps of price and amount."""
    return OrderRow(
        order_number="1",
        adv_no="2",
        trade_type=TradeType.BUY,
        order_status=OrderStatus.COMPLETED,
        asset="USDT",
        fiat="MXN",
        amount=Decimal(amount),
        total_price=Decimal(total),
        create_time=datetime(2026, 11, 1, tzinfo=UTC),
        price_ticket_size=step,
        asset_ticket_size=step,
    )


def a_week_ago() -> str:
    return (datetime.now(UTC) - timedelta(days=7)).isoformat()


def tomorrow() -> str:
    return (datetime.now() + timedelta(days=1)).date().isoformat()  # noqa: DTZ005 - a date as a person writes it


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("orders list --status open", "--status: one of wait_for_payment, wait_for_release"),
        ("ads mine --status gone", "--status: online, offline or closed is expected, not 'gone'"),
        ("orders history --from yesterday", "--from: a date or a time in ISO 8601 is expected"),
        (f"orders cancel {TO_PAY} --reason whim", "--reason: one of changed_mind, cannot_meet_terms"),
        (f"orders release {TO_RELEASE} --factor PIN --yes", "--factor: one of FIDO2, FUND_PWD, GOOGLE, SMS"),
        (
            f"{POST} --pay-id 7",
            "nothing was sent: --pay-id 7 is none of your payment methods. Next: binance-c2c methods",
        ),
        ("orders show x/y", "order_number"),
        ("market USDT --fiat MXN", "SIDE missing: coin, currency and side are expected, such as USDT MXN BUY"),
        ("ads search", "ASSET and FIAT and SIDE missing: "),
        ("ads search USDT MXN BUY --side SELL", "'BUY' is one word too many: "),
        ("market USDT MXN KAUF", "BUY or SELL is expected as the side, not 'KAUF'"),
    ],
)
def test_a_wrong_argument_is_named(line: str, said: str, run: Run):
    """With what was expected, and status 2; nothing is sent."""
    told = run(f"{line} --sandbox")

    assert 2 == told.status
    assert said in told.err


def test_the_market_needs_no_key(exchange: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch):
    """`market` asks without one."""
    del exchange
    monkeypatch.delenv("BINANCE_API_KEY")
    monkeypatch.delenv("BINANCE_API_SECRET")

    assert SELL_AD == read(run("market USDT MXN BUY --limit 1"))[0]["adv_no"]


def test_methods_and_fees_are_told(run: Run):
    """Yours without account numbers, all kinds by name, and fees as exact fractions."""
    mine, kinds, fees = (read(run(f"{line} --sandbox")) for line in ("methods", "methods --all", "fees --fiat MXN"))

    assert {"pay_id": "40100200", "method": "SPEI", "status": "active", "ads": 1} == mine[0]
    assert "SPEI" in {row["method"] for row in kinds}
    assert "0.0035" == next(row for row in fees if row["asset"] == "USDT")["maker_sells"]


def test_an_ad_is_posted_repriced_and_closed(exchange: Sandbox, run: Run):
    """Each step says what it will do and shows the ad as the exchange has it afterwards."""
    del exchange
    posted = run(f"{POST} --pay-id 40100200 --remarks fast --auto-reply hello --yes")
    number = read(posted)["adv_no"]
    repriced = run(f"ads reprice {number} 18.60 --yes")
    shown = read(run(f"ads show {number}"))
    lines = (f"ads offline {number} --yes", f"ads online {number} --yes", f"ads close {number} --yes")
    states = [read(run(line))[0]["status"] for line in lines]

    assert (
        "This publishes an ad that sells 100 USDT at 18.50 MXN each,\nin orders of 500 to 1000 MXN, paid by SPEI.\n"
        == (posted.err)
    )
    assert f"This changes the price of ad {number} from 18.50 to 18.60 MXN.\n" == repriced.err
    assert ("18.60", "fast", "hello") == (shown["price"], shown["remarks"], shown["auto_reply"])
    assert ["offline", "online", "closed"] == states


def test_ads_that_are_refused_are_named(exchange: Sandbox, run: Run):
    """The others are changed, the refused ones stand in the list, and the status is 1."""
    del exchange
    run(f"ads close {BUY_AD} --yes")
    told = run(f"ads online {BUY_AD} {SELL_AD} --yes")

    assert 1 == told.status
    assert f"1 of 2 ads were refused: {BUY_AD}" in told.err
    assert ["closed", "online"] == [row["status"] for row in json.loads(told.out)]


def test_a_floating_price_is_not_overwritten(exchange: Sandbox, run: Run):
    """`reprice` leaves an ad alone that follows the market."""
    with C2CClient.in_sandbox(exchange) as client:
        terms = an_ad(price_type=2, price_floating_ratio=101)
        del terms["price"]
        number = client.ads.post(**terms)
    told = run(f"ads reprice {number} 18 --yes")

    assert 1 == told.status
    assert "is floating: it follows the market" in told.err


def test_an_order_is_released(exchange: Sandbox, run: Run):
    """With the code from a file descriptor, after saying how much goes to whom."""
    del exchange
    reading, writing = released()
    told = run(f"orders release {TO_RELEASE} --yes --code-fd {reading}")
    os.close(reading)
    os.close(writing)

    assert "completed" == read(told)["status"]
    assert "This gives 100.00 USDT to SandboxTaker, for good.\nMake sure that 1845.00 MXN has arrived" in told.err
    assert "completed" == read(run(f"orders show {TO_RELEASE}"))["status"]


@pytest.mark.parametrize("factor", ["SMS", "FUND_PWD"])
def test_each_second_factor_goes_into_its_field(factor: str, run: Run):
    """A code that came by phone, or a fund password, which leaves encrypted, releases as well."""
    reading, writing = released()
    told = run(f"orders release {TO_RELEASE} --yes --factor {factor.lower()} --code-fd {reading} --sandbox")
    os.close(reading)
    os.close(writing)

    assert (0, "completed") == (told.status, json.loads(told.out)["status"])


def test_a_passkey_carries_no_code(run: Run):
    """With FIDO2 nothing is asked for. The sandbox, which knows no passkeys, refuses it."""
    told = run(f"orders release {TO_RELEASE} --yes --factor FIDO2 --sandbox")

    assert (1, True) == (told.status, "a second factor is needed" in told.err)


def test_an_order_that_is_not_paid_is_not_released(run: Run):
    """It is looked at before anything is asked or sent."""
    told = run(f"orders release {TO_BE_PAID} --yes --sandbox")

    assert (
        1,
        f"binance-c2c: nothing was sent: order {TO_BE_PAID} is not marked as paid, it is wait_for_payment\n",
    ) == (
        told.status,
        told.err,
    )


def test_orders_are_paid_and_cancelled(run: Run):
    """Each says what it means before."""
    paid = run(f"orders paid {TO_PAY} --yes --sandbox")
    cancelled = run(f"orders cancel {TO_PAY} --reason other --words sorry --yes --sandbox")

    assert ("wait_for_release", "cancelled") == (read(paid)["status"], read(cancelled)["status"])
    assert f"This tells SandboxTaker that you have sent 1805.00 MXN for order {TO_PAY}.\n" == paid.err
    assert f"This cancels order {TO_PAY} of 1805.00 MXN with SandboxTaker, for good.\n" == cancelled.err


def test_the_switches_are_thrown(exchange: Sandbox, run: Run):
    """Presence, break and business, each shown as it stands afterwards."""
    del exchange
    presence = [read(run(line))["presence"] for line in ("merchant offline --yes", "merchant online --yes")]
    lines = ("merchant rest --yes", "merchant back --yes", "merchant close --yes", "merchant open --yes")
    business = [read(run(line))["business"] for line in lines]

    assert ["offline", "online"] == presence
    assert ["on_break", "open", "closed", "open"] == business
    assert {"nickname": "SandboxMerchant", "business": "open", "presence": "online"} == read(run("merchant show"))


@pytest.mark.parametrize(
    "line",
    [
        f"orders release {TO_RELEASE}",
        f"orders paid {TO_PAY}",
        f"orders cancel {TO_PAY}",
        f"ads reprice {SELL_AD} 18.40",
        f"ads close {SELL_AD}",
        "merchant rest",
        f"{POST} --pay-id 40100200",
    ],
)
def test_without_a_terminal_nothing_is_done_unasked(line: str, exchange: Sandbox, run: Run):
    """What moves money or publishes needs `--yes` there, and nothing was sent."""
    before = len(exchange.journal.requests())
    told = run(line)
    sent = {entry.request.path.rpartition("/")[2] for entry in exchange.journal.requests()[before:]}

    assert 8 == told.status
    assert told.err.endswith("binance-c2c: nothing was sent: without a terminal this needs --yes\n")
    assert sent <= {"getUserOrderDetail", "getDetailByNo", "getPayMethodByUserId"}


def test_without_a_terminal_no_code_is_asked_for(run: Run):
    """It is said how to give one."""
    told = run(f"orders release {TO_RELEASE} --yes --sandbox")

    assert 8 == told.status
    assert "without a terminal the GOOGLE code is read from a file descriptor, --code-fd 3" in told.err


def test_a_descriptor_that_gives_nothing_is_told(run: Run):
    """A number that is open to nothing is an error that names it."""
    told = run(f"orders release {TO_RELEASE} --yes --code-fd 99 --sandbox")

    assert (2, True) == (told.status, "file descriptor 99 does not give 1 line(s) of text" in told.err)


def test_at_a_terminal_a_person_is_asked(exchange: Sandbox):
    """Yes does it, after the code was typed unseen; anything else sends nothing."""
    status, screen = at_a_terminal(f"orders release {TO_RELEASE}", answers="y\n000000\n")
    declined, said = at_a_terminal(f"orders paid {TO_PAY}", answers="n\n")
    empty, _ = at_a_terminal(f"orders release {TO_BE_PAID}", answers="y\n\n")

    assert (0, 8, 1) == (status, declined, empty)
    assert "Go on? [y/N] " in screen
    assert "GOOGLE code: " in screen
    assert "000000\n" not in screen.partition("GOOGLE code: ")[2]
    assert "nothing was sent" in said
    del exchange


def test_an_empty_code_sends_nothing(exchange: Sandbox):
    """Enter alone is no code."""
    status, screen = at_a_terminal(f"orders release {TO_RELEASE} --yes", answers="\n")

    assert (8, True) == (status, "nothing was sent: nothing was typed" in screen)
    del exchange


@pytest.mark.parametrize(
    ("operation", "line", "found"),
    [
        ("orders.mark_paid", f"orders paid {TO_PAY}", "the order is wait_for_release"),
        ("orders.cancel", f"orders cancel {TO_PAY}", "the order is cancelled"),
        ("ads.update", f"ads reprice {SELL_AD} 18.40", "the price is 18.40"),
        ("ads.update_status", f"ads close {SELL_AD}", "they are closed"),
        ("ads.post", f"{POST} --pay-id 40100200", "is new"),
        ("merchant.start_rest", "merchant rest", "business is on_break"),
    ],
)
def test_a_lost_answer_is_looked_up(operation: str, line: str, found: str, exchange: Sandbox, run: Run):
    """Where it took effect that is said, and the status is 0; where it did not, nothing is sent again and it is 7."""
    exchange.faults.add("drop-before", operation, times=1)
    lost = run(f"{line} --yes")
    exchange.faults.add("drop-after", operation, times=1)
    done = run(f"{line} --yes")

    assert 7 == lost.status
    assert "the call has shown no effect so far; check again before you repeat it." in lost.err
    assert 0 == done.status
    assert f"The answer to {operation} was lost. Checking whether it took effect; nothing is sent again.\n" in done.err
    assert found in done.err


def test_an_ad_of_another_program_is_not_taken_for_the_one_that_was_lost(
    exchange: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
):
    """An ad of other numbers, which the account posts at the same moment, does not say that this one was posted."""
    handle = exchange.handle

    def handle_after_another(*request: Any) -> Any:
        monkeypatch.setattr(exchange, "handle", handle)
        with C2CClient.in_sandbox(exchange) as other:
            other.ads.post(**an_ad(price="18.60"))
        exchange.faults.add("drop-before", "ads.post", times=1)
        return handle(*request)

    def handle_until_posted(method: str, path: str, *rest: Any) -> Any:
        return (handle_after_another if path.endswith("/ads/post") else handle)(method, path, *rest)

    monkeypatch.setattr(exchange, "handle", handle_until_posted)
    lost = run(f"{POST} --pay-id 40100200 --yes")

    assert 7 == lost.status
    assert "the call has shown no effect so far" in lost.err


def test_a_release_whose_answer_was_lost_is_looked_up(exchange: Sandbox, run: Run):
    """It is sent once, and what became of the order is told."""
    exchange.faults.add("drop-after", "orders.release", times=1)
    reading, writing = released()
    told = run(f"orders release {TO_RELEASE} --yes --code-fd {reading}")
    os.close(reading)
    os.close(writing)

    assert ("completed", True) == (read(told)["status"], "It took effect: the order is completed.\n" in told.err)
    assert 1 == sum(entry.request.path.endswith("releaseCoin") for entry in exchange.journal.requests())


def test_a_lost_answer_that_cannot_be_looked_up_is_unknown(exchange: Sandbox):
    """Both failures are told, and how to find out; the status is 7."""
    exchange.faults.add("drop-after", "orders.mark_paid", times=1)

    def look() -> str | None:
        raise errors.TransportError("no connection")

    with (
        C2CClient.in_sandbox(exchange) as client,
        pytest.raises(CommandError, match="checking it failed: no connection") as told,
    ):
        send_and_verify(Shell(), lambda: client.orders.mark_paid(order_number=TO_PAY), look)

    assert 7 == told.value.status
