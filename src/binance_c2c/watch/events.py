"""The events that a watch of orders gives."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from binance_c2c_sapi.models import OrderDetail, OrderRow


class OrderEventKind(StrEnum):
    """What happened to an order."""

    NEW = "new"
    """The order was placed."""
    PAID = "paid"
    """The buyer marked it as paid."""
    RELEASED = "released"
    """The coins were released: it is over."""
    CANCELLED = "cancelled"
    """It was cancelled by a person or by the system: it is over."""
    DISPUTED = "disputed"
    """One side has appealed, or the exchange is to decide (status 3 or 5): hands off."""
    RESUMED = "resumed"
    """It is no longer disputed or in an unknown status, and goes on as before: an appeal was withdrawn, perhaps."""
    UNKNOWN = "unknown"
    """This version does not know its status: hands off."""
    VERIFICATION_ASKED = "verification_asked"
    """The buyer's identity has to be verified before the trade goes on."""
    DEADLINE_NEAR = "deadline_near"
    """The time to pay, or to confirm the payment, is nearly over; `deadline` says when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """One change of one order. Each is given once, and those of one order in the order in which they happened."""

    kind: OrderEventKind
    order: OrderRow | OrderDetail
    """The order as it was when the change was noticed, as `orders.list` or as `orders.get` gives it."""
    key: str
    """Identifies this change: the same after a restart, and no other change has it. For a unique database column."""
    late: bool = False
    """Whether the order had moved on when this was noticed. A late PAID needs no action."""
    deadline: datetime | None = None
    """Of DEADLINE_NEAR: when the time is over."""

    @property
    def order_number(self) -> str:
        """The order's number."""
        return self.order.order_number

    def __repr__(self) -> str:
        # The order is left out: it holds names of people.
        return f"<OrderEvent {self.key}{' (late)' if self.late else ''}>"
