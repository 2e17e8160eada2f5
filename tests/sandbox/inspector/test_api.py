"""The admin API: what each action does, answers and leaves in the journal."""

import base64
import json
from decimal import Decimal
from inspect import signature
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c.sandbox import Moves, Sandbox
from binance_c2c.sandbox.inspector.api import control
from binance_c2c.sandbox.inspector.views import MOST_ROWS, detail, overview, row
from tests.support.sandbox_client import START_MS, Clock, Trader

NEW_AD: dict[str, Any] = {
    "account": "merchant", "side": "SELL", "price": "18.45", "amount": "500", "smallest": "500", "largest": "5000",
}  # fmt: skip
LOST: dict[str, Any] = {
    "kind": "drop-after", "operations": "orders.release", "times": 1, "probability": 1.0, "seconds": None,
    "status": None,
}  # fmt: skip


def pull(sandbox: Sandbox, name: str, values: object = None) -> tuple[int, Any]:
    result = control(sandbox, name, b"" if values is None else json.dumps(values).encode())
    return result.status, json.loads(json.dumps(result.payload))


def faults(sandbox: Sandbox, name: str, values: object = None) -> tuple[int, int, Any]:
    """Status, seed and faults."""
    status, told = pull(sandbox, name, values)
    return status, told["seed"], told["faults"]


def test_faults_are_added_listed_and_cleared():
    """What was added is listed with how often it happened, and can be added again as it is listed."""
    sandbox = Sandbox()
    fault = {"kind": "drop-after", "operations": "orders.release", "times": 1}

    assert (200, 0, []) == faults(sandbox, "faults.list")
    assert (200, 0, [{**LOST, "happened": 0}]) == faults(sandbox, "faults.add", fault)
    assert (200, 0, [{**LOST, "happened": 0}] * 2) == faults(sandbox, "faults.add", LOST)
    assert 9 == faults(sandbox, "faults.seed", {"seed": 9})[1] == sandbox.faults.seed
    assert (200, 9, []) == faults(sandbox, "faults.clear")
    assert -12 == faults(sandbox, "faults.seed", {"seed": "-12"})[1] == sandbox.faults.seed


def test_the_clock_is_moved():
    """It answers with the time it is then."""
    sandbox = Sandbox(now=Clock())

    told = {"now_ms": START_MS + 960_000, "said": "It is 2024-03-15 00:16:00 UTC."}
    assert (200, told) == pull(sandbox, "clock.advance", {"minutes": 16})
    # Python's calendar ends with the year 9999.
    status, told = pull(sandbox, "clock.advance", {"days": 3_000_000})
    assert (400, True) == (status, "stops at the end of the year 9998" in told["error"])


@pytest.mark.parametrize(
    ("name", "values", "status", "words"),
    [
        ("clock.stop", {}, 404, "one of clock.advance"),
        ("clock.advance", {"minutes": -1}, 400, "only forward"),
        ("clock.advance", {"minutes": "1"}, 400, "minutes"),
        ("clock.advance", {"fortnights": 1}, 400, "fortnights"),
        ("clock.advance", [], 400, "a JSON object is expected"),
        ("faults.add", {}, 400, "kind: one of delay"),
        ("faults.add", {"kind": "delay", "seconds": "soon"}, 400, "seconds: a number"),
        ("faults.seed", {"seed": "x"}, 400, "seed: a whole number"),
        ("faults.seed", {"seed": True}, 400, "seed: a whole number"),
        ("faults.seed", {"seed": ""}, 400, "seed: a whole number"),
        ("faults.seed", {"seed": "1" * 5_000}, 400, "seed: a whole number"),
        ("x" * 5_000, {}, 404, "one of clock.advance"),
        ("moves.cancel", {"order_number": "1", "reason": "x"}, 400, "reason: a whole number is expected, not 'x'"),
        ("moves.cancel", {"order_number": "1", "reason": True}, 400, "reason: a whole number is expected, not true"),
        ("moves.release", {"order_number": None}, 400, "order_number: a text is expected, not null"),
        ("moves.release", {"order_number": {"a": [1]}}, 400, 'order_number: a text is expected, not {"a": [1]}'),
        ("moves.release", {}, 400, "missing a required argument: 'order_number'; it takes order_number"),
        ("moves.release", {"order": "1"}, 400, "order_number"),
        ("moves.release", [], 400, "a JSON object is expected"),
        ("moves.release", {"order_number": "1"}, 200, "no order"),
        ("moves.set_kyc_passed", {"account": "x", "passed": False}, 400, "account: one of merchant, taker"),
        ("moves._turn", {}, 404, "one of clock.advance"),
        ("moves.post_ad", {**NEW_AD, "price": "dear"}, 400, "price: a positive number"),
        ("moves.post_ad", {**NEW_AD, "price": "99"}, 200, "limited range"),
        ("moves.post_ad", {**NEW_AD, "side": "LEND"}, 400, "side: BUY or SELL is expected, not 'LEND'"),
        ("moves.post_ad", {**NEW_AD, "amount": "0.001"}, 200, "amount"),
        ("moves.place", {"account": "taker", "adv_no": "1", "total_amount": "1e9999"}, 200, "advNo"),
    ],
)
def test_what_cannot_be_done_is_said(name: str, values: object, status: int, words: str):
    """404 for a name that is none, 400 with the argument at fault."""
    found, told = pull(Sandbox(), name, values)

    assert status == found
    assert words in told["error"]


@given(name=st.sampled_from(["clock.advance", "faults.add", "faults.seed", "moves.place", "x"]), body=st.binary())
def test_any_body_is_answered(name: str, body: bytes):
    """Whatever is sent, it does not fall over."""
    assert control(Sandbox(), name, body).status in {200, 400, 404}


def test_each_move_can_be_made():
    """Every method of `Sandbox.moves` has its control, with all of its parameters and a sentence of what was done."""
    sandbox = Sandbox(now=Clock())

    def move(name: str, **values: object) -> Any:
        status, told = pull(sandbox, f"moves.{name}", values)
        assert 200 == status
        assert "error" not in told
        done.add(name)
        return told

    done = set[str]()
    ad = move("post_ad", **NEW_AD)
    assert f"merchant posted ad {ad['number']}." == ad["said"]
    orders = [move("place", account="taker", adv_no=ad["number"], total_amount="500")["number"] for _ in range(4)]
    for name, more in (("say", {"text": "Hola"}), ("send_receipt", {}), ("mark_read", {})):
        move(name, account="taker", order_number=orders[0], **more)
    drawn = sandbox._exchange.chats.uploads[1].content
    encoded = base64.b64encode(drawn).decode()
    move("send_picture", account="merchant", order_number=orders[0], picture=encoded)
    for order in orders[:3]:
        assert f"Order {order} is marked as paid." == move("mark_paid", order_number=order)["said"]
    move("release", order_number=orders[0])
    for order in orders[1:3]:
        move("appeal", account="merchant", order_number=order, reason="no money")
    move("withdraw_appeal", account="merchant", order_number=orders[1])
    assert (
        f"Order {orders[2]}: the buyer gets the coins."
        == move("decide_appeal", order_number=orders[2], winner="buyer")["said"]
    )
    move("cancel", order_number=orders[3], reason=5, text="no")
    move("set_reference_price", asset="USDT", fiat="MXN", price="19.05")
    move("set_kyc_passed", account="taker", passed=True)
    kyc = Trader(sandbox, "merchant", Clock()).post_ad(takerAdditionalKycRequired=1)
    move("verify_kyc", order_number=move("place", account="taker", adv_no=kyc, total_amount="500")["number"])

    public = {name for name, value in vars(Moves).items() if callable(value) and not name.startswith("_")}
    assert public == done
    for name in public:
        asked = [one for one in signature(getattr(Moves, name)).parameters if one != "self"]
        words = pull(sandbox, f"moves.{name}", {"": ""})[1]["error"]
        assert words.endswith(f"it takes {', '.join(asked)}") or sorted(asked) == sorted(
            words.rpartition("takes ")[2].split(", ")
        )


def test_what_is_done_by_hand_is_in_the_journal():
    """Each action with its arguments and outcome; only lists leave no trace, and no key that is given is kept."""
    sandbox = Sandbox(now=Clock())
    number = pull(sandbox, "moves.post_ad", NEW_AD)[1]["number"]
    pull(sandbox, "moves.place", {"account": "taker", "adv_no": number, "total_amount": "1"})
    pull(sandbox, "faults.list")
    pull(sandbox, "clock.advance", {"days": 1})
    pull(sandbox, "keys.register", {"account": "taker", "public_key_pem": "mine", "pem": "mine"})
    entries = sandbox.journal.after(0)
    rows = [row(entry, sandbox.journal.keyring) for entry in entries]

    assert [
        (1, "moves.post_ad", "merchant", number, "done"),
        (2, "moves.place", "taker", number, "refused"),
        (3, "clock.advance", None, None, "done"),
        (4, "keys.register", "taker", None, "refused"),
    ] == [(one["number"], one["operation"], one["account"], one["subject"], one["status"]) for one in rows]
    shown = [detail(entry, sandbox.journal.keyring) for entry in entries]
    assert (NEW_AD, f"merchant posted ad {number}.") == (shown[0]["arguments"], shown[0]["outcome"])
    assert "outside the ad's limits" in str(shown[1]["outcome"])
    assert {"account": "taker"} == shown[3]["arguments"]
    assert START_MS + 86_400_000 == rows[2]["at_ms"]


def test_the_journal_is_cleared():
    """Nothing is kept, and numbers go on."""
    sandbox = Sandbox(now=Clock())
    pull(sandbox, "clock.advance", {"days": 1})
    assert 1 == sandbox.journal.first_number

    assert (200, {"said": "Done."}) == pull(sandbox, "journal.clear")
    assert ([], 2) == (sandbox.journal.after(0), sandbox.journal.first_number)
    pull(sandbox, "clock.advance", {"days": 1})
    assert [2] == [entry.number for entry in sandbox.journal.after(0)]


def test_a_document_nested_too_deep_is_refused():
    """Not even that is more than a refusal."""
    assert 400 == control(Sandbox(), "faults.add", b"[" * 100_000).status


def test_a_filled_market_with_a_history_is_shown():
    """Ads that can be taken come first, and coins of an account are shown that no market is open for."""
    sandbox = Sandbox(Clock())
    sandbox.add_account("alice")
    sandbox._exchange.accounts["alice"].wallet.deposit("ETH", Decimal(3))
    sandbox.seed_market(ads=60)
    sandbox.seed_history(1)
    shown: Any = sandbox.read_state(overview)
    alice = next(account for account in shown["accounts"] if account["name"] == "alice")
    numbers = [ad["number"] for ad in shown["ads"]]

    assert {"online"} == {ad["status"] for ad in shown["ads"]}
    assert (MOST_ROWS, sorted(numbers, reverse=True)) == (len(numbers), numbers)
    assert {"asset": "ETH", "free": "3.00000000", "locked": "0.00000000"} in alice["balances"]


def test_events_are_triggered_by_controls():
    """Their names are listed, one happens with its number and steps told, and what is no text is refused by name."""
    sandbox = Sandbox(Clock())
    status, told = pull(sandbox, "triggers.fire", {"event": "paid"})
    names = [one["name"] for one in pull(sandbox, "triggers.list")[1]["triggers"]]

    assert (200, 3) == (status, len(told["steps"]))
    assert told["number"] == sandbox.journal.after(0)[-1].subject  # type: ignore[union-attr] # an action
    assert "timed-out" in names
    assert (400, "event") == (pull(sandbox, "triggers.fire", {"event": 1})[0], "event")
