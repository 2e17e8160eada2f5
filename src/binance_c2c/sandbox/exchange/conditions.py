"""Conditions that the maker of an ad sets for its takers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.refusals import InvalidValueError, RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange.accounts import Account
    from binance_c2c.sandbox.exchange.trading_stats import Totals

_LAST_30_DAYS = 1
_SIDES = {0: ("BUY",), 1: ("SELL",), 2: ("BUY", "SELL")}
LONGEST_REGISTRATION_DAYS = 180


@dataclass(frozen=True, slots=True)
class TakerConditions:
    """The conditions that an account has to meet to take an ad. None, or a negative maximum, sets no limit.

    Two ads with equal conditions are open to the same takers.
    """

    kyc: int | None = None
    """1 where the exchange must have verified the taker."""
    days: int | None = None
    """Days since the taker's registration, at least."""
    btc: Decimal | None = None
    """Bitcoin that the taker has, at least."""
    count_time: int | None = None
    """The period in which orders are counted: 1 for the last 30 days, else all time."""
    all_min: int | None = None
    all_max: int | None = None
    buy_min: int | None = None
    buy_max: int | None = None
    sell_min: int | None = None
    sell_max: int | None = None
    completed_min: int | None = None
    rate_time: int | None = None
    rate_min: Decimal | None = None
    """Share of orders that the taker completed, from 0 to 1."""
    volume_time: int | None = None
    volume_side: int | None = None
    """0 for coins bought, 1 for coins sold, else both."""
    volume_asset: str | None = None
    volume_min: Decimal | None = None
    volume_max: Decimal | None = None

    def check(self) -> None:
        """Refuse conditions that make no sense, and those that no account could fulfil."""
        if self.kyc not in {None, 0, 1}:
            raise InvalidValueError("kyc")
        bounds = (
            (self.all_min, self.all_max),
            (self.buy_min, self.buy_max),
            (self.sell_min, self.sell_max),
            (self.volume_min, self.volume_max),
            (self.rate_min, 1),
            (self.days, LONGEST_REGISTRATION_DAYS),
        )
        if any(least is not None and most is not None and 0 <= most < least for least, most in bounds):
            raise RefusedError(refusals.CONDITIONS_IMPOSSIBLE)

    def allows(self, taker: Account, now_ms: int) -> bool:
        """Whether this account may take the ad."""
        counted = _totals(taker, self.count_time, now_ms)
        btc = taker.wallet["BTC"]
        return (
            (taker.kyc_passed or self.kyc != 1)
            and taker.days_registered(now_ms) >= (self.days or 0)
            and _within(btc.free + btc.locked, self.btc, None)
            and _within(counted.completed, self.all_min, self.all_max)
            and _within(counted.bought, self.buy_min, self.buy_max)
            and _within(counted.sold, self.sell_min, self.sell_max)
            and _within(counted.completed, self.completed_min, None)
            and _within(_totals(taker, self.rate_time, now_ms).rate, self.rate_min, None)
            and _within(self._volume(_totals(taker, self.volume_time, now_ms)), self.volume_min, self.volume_max)
        )

    def _volume(self, totals: Totals) -> Decimal:
        sides = _SIDES[2 if self.volume_side is None else self.volume_side]
        asset = self.volume_asset or "USDT"
        parts = (volume for (side, coin), volume in totals.volumes.items() if side in sides and coin == asset)
        return sum(parts, Decimal(0))


NO_CONDITIONS = TakerConditions()


def _within(value: int | Decimal, least: int | Decimal | None, most: int | Decimal | None) -> bool:
    return (least is None or value >= least) and (most is None or most < 0 or value <= most)


def _totals(taker: Account, time: int | None, now_ms: int) -> Totals:
    return taker.stats.last_30_days(now_ms) if time == _LAST_30_DAYS else taker.stats.all_time
