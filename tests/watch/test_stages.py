"""Which changes lie between what was told of an order and what is seen of it."""

from datetime import UTC, datetime

import pytest

from binance_c2c.watch.stages import Seen, Stage, Told, changes, is_certain, stage_of
from binance_c2c_sapi.enums import AdditionalKycVerify, ComplaintStatus, OrderStatus
from tests.support.clients import order_detail, order_row

PAID = Told(Stage.PAID, paid=True)
DISPUTED = Told(Stage.DISPUTED, paid=True, halts=1)
UNKNOWN = Told(Stage.UNKNOWN, halts=1)


def seen(stage: Stage, **more: bool) -> Seen:
    return Seen(stage, **more)


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        (1, Stage.WAITING),
        (2, Stage.PAID),
        (3, Stage.DISPUTED),
        (4, Stage.RELEASED),
        (5, Stage.DISPUTED),
        (6, Stage.CANCELLED),
        (7, Stage.CANCELLED),
        (8, Stage.UNKNOWN),
        (0, Stage.UNKNOWN),
    ],
)
def test_every_status_has_a_stage(status: int, stage: Stage):
    """The doubtful 3 and 5 are both a dispute, and a status that nobody described is an unknown one."""
    assert stage == stage_of(OrderStatus(status))


@pytest.mark.parametrize(
    ("told", "now", "kinds"),
    [
        (None, seen(Stage.WAITING), ["new"]),
        (None, seen(Stage.PAID), ["new", "paid"]),
        (None, seen(Stage.RELEASED), ["new", "paid", "released"]),
        (None, seen(Stage.CANCELLED), ["new", "cancelled"]),
        (None, seen(Stage.CANCELLED, was_paid=True), ["new", "paid", "cancelled"]),
        (None, seen(Stage.DISPUTED), ["new", "paid", "disputed"]),
        (None, seen(Stage.UNKNOWN), ["new", "unknown"]),
        (None, seen(Stage.RELEASED, was_disputed=True), ["new", "paid", "disputed", "released"]),
        (
            None,
            seen(Stage.RELEASED, was_disputed=True, was_withdrawn=True),
            ["new", "paid", "disputed", "resumed", "released"],
        ),
        (Told(), seen(Stage.WAITING), []),
        (Told(), seen(Stage.PAID), ["paid"]),
        (PAID, seen(Stage.PAID), []),
        (PAID, seen(Stage.WAITING), []),
        (PAID, seen(Stage.DISPUTED), ["disputed"]),
        (PAID, seen(Stage.PAID, was_disputed=True), ["disputed", "resumed"]),
        (DISPUTED, seen(Stage.DISPUTED), []),
        (DISPUTED, seen(Stage.PAID), ["resumed"]),
        (DISPUTED, seen(Stage.RELEASED, was_disputed=True), ["released"]),
        (DISPUTED, seen(Stage.WAITING), []),
        (UNKNOWN, seen(Stage.UNKNOWN), []),
        (UNKNOWN, seen(Stage.WAITING), ["resumed"]),
        (UNKNOWN, seen(Stage.PAID), ["paid"]),
        (UNKNOWN, seen(Stage.DISPUTED), ["paid", "disputed"]),
        (Told(Stage.RELEASED, paid=True), seen(Stage.CANCELLED), []),
        (Told(), seen(Stage.WAITING, needs_verification=True), ["verification_asked"]),
        (Told(verification=True), seen(Stage.WAITING, needs_verification=True), []),
        (Told(), seen(Stage.CANCELLED, needs_verification=True), ["cancelled"]),
    ],
)
def test_what_happened_is_told_once_and_in_order(told: Told | None, now: Seen, kinds: list[str]):
    """Stages that were skipped are told before the one that is seen; what is old news, or news of old, is none."""
    found = list(changes(told, now))

    assert kinds == [kind.value for kind, _ in found]
    assert [] == [*changes(found[-1][1], now)] if found else True


def test_a_new_stage_has_a_deadline_of_its_own():
    """What was warned of before the payment is no warning for after it; a dispute keeps the warning."""
    warned = Told(warned_ms=17)

    assert [0] == [after.warned_ms for _, after in changes(warned, seen(Stage.PAID))]
    assert [17] == [after.warned_ms for _, after in changes(Told(Stage.PAID, True, warned_ms=17), seen(Stage.DISPUTED))]


@pytest.mark.parametrize(
    ("told", "stage", "certain"),
    [
        (None, Stage.WAITING, True),
        (None, Stage.PAID, True),
        (None, Stage.DISPUTED, False),
        (None, Stage.RELEASED, False),
        (Told(), Stage.WAITING, True),
        (Told(), Stage.PAID, True),
        (Told(), Stage.DISPUTED, False),
        (Told(), Stage.CANCELLED, False),
        (PAID, Stage.WAITING, True),
        (PAID, Stage.DISPUTED, True),
        (PAID, Stage.UNKNOWN, False),
        (Told(Stage.PAID, paid=True, halts=1), Stage.DISPUTED, False),
        (DISPUTED, Stage.DISPUTED, True),
        (DISPUTED, Stage.PAID, False),
        (DISPUTED, Stage.WAITING, True),
        (UNKNOWN, Stage.WAITING, False),
        (UNKNOWN, Stage.UNKNOWN, True),
    ],
)
def test_the_list_is_believed_about_plain_steps_forward_only(told: Told | None, stage: Stage, certain: bool):
    """Ends, ways back and skipped stages are asked of the order itself, and so is a dispute after another one."""
    assert certain == is_certain(told, seen(stage))


def test_an_order_tells_more_than_a_row():
    """The order itself says whether it was paid and disputed; both say whether a verification is asked for."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    row = order_row(
        order_status=OrderStatus.WAIT_FOR_RELEASE,
        complaint_status=ComplaintStatus.CANCELLED,
        additional_kyc_verify=AdditionalKycVerify.NOT_VERIFIED,
    )
    detail = order_detail(
        order_status=OrderStatus.COMPLETED,
        notify_pay_time=moment,
        complaint_status=ComplaintStatus.CANCELLED,
    )
    begun = order_detail(order_status=OrderStatus.COMPLETED, complaint_status=ComplaintStatus.WITH_RESPONDENT)

    assert Seen(Stage.PAID, needs_verification=True) == Seen.of(row)
    assert Seen(Stage.RELEASED, was_paid=True, was_disputed=True, was_withdrawn=True) == Seen.of(detail)
    assert Seen(Stage.RELEASED) == Seen.of(begun)
