"""Finds the changes between the state of an order that was told and the state that is seen. Knows no time, no list."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from binance_c2c.watch.events import OrderEventKind
from binance_c2c_sapi.enums import AdditionalKycVerify, ComplaintStatus, OrderStatus
from binance_c2c_sapi.models import OrderDetail, OrderRow


class Stage(StrEnum):
    """Where an order stands, as far as a watch tells it apart."""

    WAITING = "waiting"
    PAID = "paid"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"
    RELEASED = "released"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing comes after it."""
        return self in {Stage.RELEASED, Stage.CANCELLED}


# A dispute that has just begun shows in the status instead, and 0 may be no dispute at all.
_DISPUTE_IS_OVER = frozenset({ComplaintStatus.COMPLETED, ComplaintStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Told:
    """The state of an order by the events that were given so far."""

    stage: Stage = Stage.WAITING
    paid: bool = False
    halts: int = 0
    """How often it was disputed or in an unknown status."""
    verification: bool = False
    warned_ms: int = 0
    """The latest deadline of the present stage that was warned of."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The state of an order in one answer of the exchange."""

    stage: Stage
    was_paid: bool = False
    was_disputed: bool = False
    was_withdrawn: bool = False
    """Whether the last dispute ended because it was withdrawn."""
    needs_verification: bool = False

    @classmethod
    def of(cls, order: OrderRow | OrderDetail) -> Self:
        """Read a row of the list, or a whole order, which also tells of stages that are past."""
        detail = order if isinstance(order, OrderDetail) else None
        return cls(
            stage_of(order.order_status),
            detail is not None and detail.notify_pay_time is not None,
            detail is not None and detail.complaint_status in _DISPUTE_IS_OVER,
            detail is not None and detail.complaint_status == ComplaintStatus.CANCELLED,
            order.additional_kyc_verify == AdditionalKycVerify.NOT_VERIFIED,
        )


def stage_of(status: OrderStatus) -> Stage:
    """The stage that a status means."""
    if status.is_paid:
        return Stage.PAID
    if status.is_disputed:
        return Stage.DISPUTED
    if status.is_over:
        return Stage.RELEASED if status == OrderStatus.COMPLETED else Stage.CANCELLED
    return Stage.WAITING if status.is_open else Stage.UNKNOWN


def is_certain(told: Told | None, seen: Seen) -> bool:
    """Whether a row of the list, which may be old, is enough to tell the changes by, or certainly is old.

    It is not where the order would go back, may have skipped a stage, or came to its end: the order has to be read.
    """
    match seen.stage:
        case Stage.WAITING:
            return told is None or told.paid or told.stage is Stage.WAITING
        case Stage.PAID:
            return told is None or told.stage in {Stage.WAITING, Stage.PAID}
        case Stage.DISPUTED:
            # After a dispute that is over, this may be the old one.
            first = told is not None and told.stage is Stage.PAID and not told.halts
            return first or (told is not None and told.stage is Stage.DISPUTED)
        case _:
            return told is not None and told.stage is seen.stage


def changes(told: Told | None, seen: Seen) -> Iterator[tuple[OrderEventKind, Told]]:
    """Each change between the two states, the earliest first, with the state that has been told after it.

    A stage is never told twice, and no order goes back from PAID to WAITING or from an end: a row that says so is old.
    Coins that are released, and an order in dispute, were paid; a cancelled order was if the exchange says when.
    """
    if told is None:
        told = Told()
        yield OrderEventKind.NEW, told
    if told.stage.is_over or (seen.stage is Stage.WAITING and told.paid):
        return
    if not told.paid and (seen.was_paid or seen.stage in {Stage.PAID, Stage.DISPUTED, Stage.RELEASED}):
        told = replace(told, stage=Stage.PAID, paid=True, warned_ms=0)
        yield OrderEventKind.PAID, told
    if told.stage is not Stage.DISPUTED and (seen.stage is Stage.DISPUTED or (seen.was_disputed and not told.halts)):
        told = replace(told, stage=Stage.DISPUTED, halts=told.halts + 1)
        yield OrderEventKind.DISPUTED, told
    if seen.stage is Stage.UNKNOWN and told.stage is not Stage.UNKNOWN:
        told = replace(told, stage=Stage.UNKNOWN, halts=told.halts + 1)
        yield OrderEventKind.UNKNOWN, told
    withdrawn = seen.was_withdrawn and seen.stage.is_over and told.stage is Stage.DISPUTED
    if withdrawn or (seen.stage in {Stage.WAITING, Stage.PAID} and told.stage is not seen.stage):
        told = replace(told, stage=Stage.PAID if told.paid else Stage.WAITING)
        yield OrderEventKind.RESUMED, told
    if seen.stage.is_over:
        told = replace(told, stage=seen.stage)
        yield (OrderEventKind.RELEASED if seen.stage is Stage.RELEASED else OrderEventKind.CANCELLED), told
    elif seen.needs_verification and not told.verification:
        yield OrderEventKind.VERIFICATION_ASKED, replace(told, verification=True)
