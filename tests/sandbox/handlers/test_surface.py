"""Every operation there is, called on either client against the sandbox."""

from typing import Any

import pytest

from binance_c2c import C2CClient
from binance_c2c.errors import C2CError
from binance_c2c.sandbox import Sandbox
from binance_c2c.sandbox.handlers import HANDLERS, NOT_SIMULATED
from binance_c2c.sandbox.handlers.examples import MARK
from binance_c2c.sandbox.handlers.registry import private, public
from binance_c2c_sapi.operations import OPERATIONS
from binance_c2c_sapi.resources.agent_orders import build_get as get_order
from binance_c2c_sapi.resources.agent_orders import build_list as list_orders
from tests.support.clients import Kind, both_clients, run_in_sandbox
from tests.support.contract.calls import Request, act
from tests.support.contract.tables import MINIMAL, TABLE
from tests.support.trade import FACTOR, an_ad, an_order

# Where the least that a call takes is not enough, or has to fit what is offered.
MORE: dict[str, dict[str, Any]] = {
    "ads.post": an_ad(),
    "orders.cancel": {"order_cancel_additional_info": "duplicate order"},
    "orders.place": an_order("12784019999999999999"),
    "orders.release": FACTOR,
}
NOTHING_TO_SAY = {
    *("chat.mark_order_read", "chat.mark_user_read", "merchant.go_offline", "merchant.go_online"),
    *("orders.cancel", "orders.release", "market.check_version"),
}
AS_TAKER = {"orders.cancel", "orders.mark_paid", "orders.place"}
BEFORE_PAYMENT = {"orders.cancel", "orders.mark_paid", "orders.can_cancel"}


def world() -> tuple[Sandbox, str, str, str]:
    """An ad whose maker verifies buyers, and two orders whose buyer was: one waits for payment, one was paid."""
    sandbox = Sandbox()
    with C2CClient.in_sandbox(sandbox) as merchant, C2CClient.in_sandbox(sandbox, account="taker") as taker:
        ad = merchant.ads.post(
            **an_ad(init_amount=5000, max_single_trans_amount=20_000, taker_additional_kyc_required=1)
        )
        waiting, paid = (_place(taker, ad) for _ in range(2))
        for order in (waiting, paid):
            merchant.orders.verify_kyc(order_number=order)
        taker.orders.mark_paid(order_number=paid)
    return sandbox, ad, waiting, paid


def _place(taker: C2CClient, ad: str) -> str:
    placed = taker.orders.place(**an_order(ad))
    assert placed.order_match is not None
    return placed.order_match.order_number


def test_every_operation_is_answered():
    """There is a handler for each operation of the description, and for nothing else."""
    assert OPERATIONS.keys() == HANDLERS.keys()


def test_what_is_not_played_is_an_example_and_says_so():
    """An operation that nobody wrote a handler for is answered from the description's example, marked as one."""
    played = {name for name, row in TABLE.items() if row.family == "document"}
    with C2CClient.in_sandbox() as merchant:
        order, rows = merchant.exchange(get_order(order_number="1")), merchant.exchange(list_orders(asset="BTC"))
        walked = list(merchant.agent.orders.iterate_list(rows=1))

    assert frozenset[str]() == played & NOT_SIMULATED
    assert "agent.orders.get" in NOT_SIMULATED
    assert [MARK, MARK] == [order.envelope["message"], rows.envelope["message"]]
    assert ["22784010203040506113"] * 2 == [order.value.order_number, walked[0].order_number]
    assert 1 == len(walked)


def test_a_handler_knows_whether_it_has_a_caller():
    """A handler that says otherwise than the description whether it needs a key is not registered."""
    for register, operation in ((public, "orders.release"), (private, "market.search")):
        with pytest.raises(ValueError, match=f"{operation}: whether it needs a key differs from the description"):
            register(operation)


@both_clients
@pytest.mark.parametrize("request_", MINIMAL, ids=lambda request: request.operation)
def test_every_method_has_an_answer(kind: Kind, request_: Request):
    """Each method succeeds and gives what its signature says, on the clients as they ship."""
    sandbox, ad, waiting, paid = world()
    order = waiting if request_.operation in BEFORE_PAYMENT else paid
    ads = ("12784010203040506112", "12784019999999999999", "11519764917582123008")
    real = {**dict.fromkeys(ads, ad), "22784010203040506113": order}
    given = {**request_.arguments, **MORE.get(request_.operation, {})}
    arguments = {name: _real(value, real) for name, value in given.items()}
    account = "taker" if request_.operation in AS_TAKER else "merchant"
    result = run_in_sandbox(kind, sandbox, account, act(request_.operation, arguments))

    assert not isinstance(result, C2CError), result
    assert (result is None) == (request_.operation in NOTHING_TO_SAY)


def _real(value: Any, real: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_real(each, real) for each in value]
    return real.get(value, value) if isinstance(value, str) else value
