"""Groups of statuses: what a program asks instead of comparing numbers on which the sources disagree."""

from enum import Enum
from typing import Any

import pytest

from binance_c2c import C2CClient
from binance_c2c.sandbox import Sandbox
from binance_c2c_sapi.models import OrderHistoryStatus, OrderStatus
from tests.support.trade import an_ad, an_order

OPEN, PAID, DISPUTED, OVER = "open", "paid", "disputed", "over"
NUMBERS = {1: {OPEN}, 2: {OPEN, PAID}, 3: {OPEN, DISPUTED}, 4: {OVER}, 5: {OPEN, DISPUTED}, 6: {OVER}, 7: {OVER}}
WORDS = {
    "PENDING": {OPEN},
    "TRADING": {OPEN},
    "BUYER_PAYED": {OPEN, PAID},
    "PAID": {OPEN, PAID},
    "DISTRIBUTING": {OPEN, DISPUTED},
    "IN_APPEAL": {OPEN, DISPUTED},
    "APPEALING": {OPEN, DISPUTED},
    "COMPLETED": {OVER},
    "CANCELLED": {OVER},
    "CANCELLED_BY_SYSTEM": {OVER},
    "VERIFYING": set[str](),
    "TIMEOUT": set[str](),
}


def groups(status: Any) -> set[str]:
    """The groups that a status says it is in."""
    return {name for name in (OPEN, PAID, DISPUTED, OVER) if getattr(status, f"is_{name}")}


@pytest.mark.parametrize(
    ("read", "expected"), [(OrderStatus, NUMBERS), (OrderHistoryStatus, WORDS)], ids=["numbers", "words"]
)
def test_a_status_tells_its_groups(read: type[Enum], expected: dict[Any, set[str]]):
    """Open, paid, disputed and over can be asked of every status; 3 and 5 are both a dispute, and never paid."""
    assert expected == {status.value: groups(status) for status in read}
    for name in (OPEN, PAID, DISPUTED, OVER):
        listed = getattr(read, f"all_{name}")()
        assert {value for value, names in expected.items() if name in names} == {one.value for one in listed}


@pytest.mark.parametrize("status", [OrderStatus(8), OrderHistoryStatus("OF_NEXT_YEAR")])
def test_a_new_status_is_in_no_group(status: Any):
    """A program that acts on groups leaves alone what nobody knows yet."""
    assert set[str]() == groups(status)


def test_an_appeal_is_a_dispute_in_the_sandbox():
    """A merchant finds an appealed order by the group of its status, in the list and in the history."""
    sandbox = Sandbox()
    with (
        C2CClient.in_sandbox(sandbox) as merchant,
        C2CClient.in_sandbox(sandbox, account="taker") as taker,
    ):
        adv_no = merchant.ads.post(**an_ad(online_now=True))
        number = taker.orders.place(**an_order(adv_no)).order_match.order_number
        taker.orders.mark_paid(order_number=number)
        sandbox.moves.appeal("taker", number)
        [row] = merchant.orders.list(order_status_list=OrderStatus.all_disputed())
        [entry] = merchant.orders.history()

    assert (number, OrderStatus.IN_APPEAL) == (row.order_number, row.order_status)
    assert entry.order_status.is_disputed
