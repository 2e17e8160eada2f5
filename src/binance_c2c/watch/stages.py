"""Finds the changes between the state of an order that events have told and the state in an answer. Does no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from binance_c2c.watch.events import OrderEventKind
from binance_c2c_sapi.enums import AdditionalKycVerify, ComplaintStatus, OrderStatus
from binance_c2c_sapi.models import OrderDetail, OrderRow


class Stage(StrEnum):
    """The stages of an order that a watch distinguishes."""

    WAITING = "waiting"
    PAID = "paid"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"
    RELEASED = "released"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether no stage follows it."""
        return self in {Stage.RELEASED, Stage.CANCELLED}


# A dispute that has just begun shows in the status of the order, and complaint status 0 may mean no dispute at all.
_DISPUTE_IS_OVER = frozenset({ComplaintStatus.COMPLETED, ComplaintStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Told:
    """The state of an order according to the events given so far."""

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
        """Read a row of the list, or a whole order, which also shows past stages."""
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
    """Whether a row of the list, which may be outdated, can be used without reading the order itself.

    It cannot if the order would go back, may have skipped a stage, or has ended. A row that is certainly outdated can:
    `changes` finds none in it.
    """
    match seen.stage:
        case Stage.WAITING:
            return told is None or told.paid or told.stage is Stage.WAITING
        case Stage.PAID:
            return told is None or told.stage in {Stage.WAITING, Stage.PAID}
        case Stage.DISPUTED:
            # After a dispute has ended, the row may still show that one.
            first = told is not None and told.stage is Stage.PAID and not told.halts
            return first or (told is not None and told.stage is Stage.DISPUTED)
        case _:
            return told is not None and told.stage is seen.stage


def changes(told: Told | None, seen: Seen) -> Iterator[tuple[OrderEventKind, Told]]:
    """Each change between the two states, the earliest first, with the state after it.

    A stage is never told twice, and no order goes back from PAID to WAITING or from an end: a row that says so is
    outdated. A released or disputed order was paid; a cancelled one was if the answer says when.
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
