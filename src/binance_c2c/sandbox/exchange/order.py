"""An order: its two sides, its amounts, its status, and its appeal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from binance_c2c.sandbox.exchange.accounts import Account, PayMethod
    from binance_c2c.sandbox.exchange.ad import Ad
    from binance_c2c.sandbox.exchange.markets import Side


class OrderStatus(IntEnum):
    """The status of an order. 3, being released, does not occur: releasing takes no time here."""

    UNPAID = 1
    PAID = 2
    COMPLETED = 4
    IN_APPEAL = 5
    CANCELLED = 6
    CANCELLED_BY_SYSTEM = 7

    @property
    def words(self) -> str:
        """The status in words for people."""
        return self.name.lower().replace("_", " ")

    @property
    def is_over(self) -> bool:
        """Whether the order is completed or cancelled."""
        return self in {OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.CANCELLED_BY_SYSTEM}


class ExtraKyc(IntEnum):
    """Whether the maker has to verify the taker before the order is paid."""

    NOT_REQUIRED = 0
    PENDING = 1
    VERIFIED = 2


class AppealStatus(IntEnum):
    """The status of an appeal: two of the five that the exchange has."""

    WITH_RESPONDENT = 0
    DECIDED = 3


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal: one side has asked support to decide."""

    by: Account
    reason: str
    opened_ms: int


@dataclass(frozen=True, slots=True)
class Commission:
    """The exchange's commission on one order, in coins and as rates."""

    maker_rate: Decimal
    taker_rate: Decimal
    maker: Decimal
    taker: Decimal


@dataclass(slots=True, eq=False)
class Order:
    """One trade. Until it is over the seller has `held` coins locked for it."""

    number: str
    ad: Ad
    taker: Account
    amount: Decimal
    price: Decimal
    total: Decimal
    """In fiat."""
    commission: Commission
    placed_ms: int
    pay_minutes: int
    pay_methods: tuple[PayMethod, ...]
    """The seller's, as they were when the order was placed."""
    chosen: PayMethod | None
    remark: str | None
    """The ad's terms in words, as they were when the order was placed."""
    extra_kyc: ExtraKyc
    status: OrderStatus = OrderStatus.UNPAID
    paid_ms: int | None = None
    ended_ms: int | None = None
    """When the coins were released, or when it was cancelled."""
    cancel_text: str | None = None
    appeal: Appeal | None = None

    @property
    def maker(self) -> Account:
        """The account that posted the ad."""
        return self.ad.maker

    @property
    def seller(self) -> Account:
        """The account that gives the coins."""
        return self.maker if self.ad.side == "SELL" else self.taker

    @property
    def buyer(self) -> Account:
        """The account that pays."""
        return self.taker if self.ad.side == "SELL" else self.maker

    @property
    def held(self) -> Decimal:
        """Coins locked in the seller's wallet: the amount and the seller's commission."""
        return self.amount + (self.commission.maker if self.ad.side == "SELL" else self.commission.taker)

    @property
    def taken(self) -> Decimal:
        """Coins that the order takes from its ad; from a SELL ad with the commission."""
        return self.held if self.ad.side == "SELL" else self.amount

    @property
    def received(self) -> Decimal:
        """Coins that arrive in the buyer's wallet: the amount less the buyer's commission."""
        return self.amount - (self.commission.taker if self.ad.side == "SELL" else self.commission.maker)

    @property
    def taker_amount(self) -> Decimal:
        """Coins that the taker gives or gets, after commission."""
        return self.received if self.ad.side == "SELL" else self.held

    @property
    def pay_end_ms(self) -> int:
        """Until when the buyer has to pay."""
        return self.placed_ms + self.pay_minutes * 60_000

    @property
    def confirm_end_ms(self) -> int | None:
        """Until when the seller should release the coins. The seller can still do so afterwards."""
        return None if self.paid_ms is None else self.paid_ms + self.pay_minutes * 60_000

    @property
    def updated_ms(self) -> int:
        """When the order last changed, in epoch milliseconds."""
        return self.ended_ms or (self.appeal.opened_ms if self.appeal else self.paid_ms) or self.placed_ms

    @property
    def appeal_status(self) -> AppealStatus | None:
        """The status of the appeal, if there is one."""
        if self.appeal is None:
            return None
        return AppealStatus.DECIDED if self.status.is_over else AppealStatus.WITH_RESPONDENT

    def side_of(self, account: Account) -> Side:
        """The side that `account` is on."""
        return "SELL" if account is self.seller else "BUY"

    def other(self, account: Account) -> Account:
        """The account on the other side."""
        return self.buyer if account is self.seller else self.seller
