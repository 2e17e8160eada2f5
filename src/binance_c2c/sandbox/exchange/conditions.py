"""What the maker of an ad asks of whoever takes it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange.accounts import Account
    from binance_c2c.sandbox.exchange.trading_stats import Tally
    from binance_c2c.sandbox.fields import Fields

_DAY_MS = 86_400_000
_LATEST = 1
_SIDES = {0: ("BUY",), 1: ("SELL",), 2: ("BUY", "SELL")}
LONGEST_REGISTRATION_DAYS = 180


@dataclass(frozen=True, slots=True)
class Range:
    """From a number to another one, where they are given. No limit is also written as a negative one."""

    least: int | Decimal | None
    most: int | Decimal | None

    def holds(self, value: int | Decimal) -> bool:
        """Whether a value lies inside."""
        return (self.least is None or value >= self.least) and (
            self.most is None or self.most < 0 or value <= self.most
        )

    @property
    def is_empty(self) -> bool:
        """Whether no value lies inside."""
        return self.least is not None and self.most is not None and 0 <= self.most < self.least


@dataclass(frozen=True, slots=True)
class Gates:
    """The conditions. Two ads with equal ones are open to the same takers."""

    kyc: bool
    days: int
    btc: Decimal
    count_time: int | None
    counts: tuple[Range, Range, Range]
    """Of all completed orders, of purchases, of sales."""
    completed: Range
    rate_time: int | None
    rate: Range
    volume_time: int | None
    volume_side: int
    volume_asset: str | None
    volume: Range

    def admit(self, taker: Account, now_ms: int) -> bool:
        """Whether this account may take the ad. A time that is not given means all time."""
        counted = _tally(taker, self.count_time, now_ms)
        numbers = (counted.completed, counted.bought, counted.sold)
        btc = taker.wallet["BTC"]
        return (
            (taker.kyc_passed or not self.kyc)
            and now_ms - taker.registered_ms >= self.days * _DAY_MS
            and btc.free + btc.locked >= self.btc
            and all(gate.holds(number) for gate, number in zip(self.counts, numbers, strict=True))
            and self.completed.holds(counted.completed)
            and self.rate.holds(_tally(taker, self.rate_time, now_ms).rate)
            and self.volume.holds(self._volume(_tally(taker, self.volume_time, now_ms)))
        )

    def _volume(self, tally: Tally) -> Decimal:
        sides = _SIDES[self.volume_side]
        asset = self.volume_asset or "USDT"
        return sum(
            (sum_ for (side, coin), sum_ in tally.volumes.items() if side in sides and coin == asset), Decimal(0)
        )


def read_gates(asked: Fields) -> Gates:
    """The conditions, or a refusal where nobody could meet them."""
    whole, money = asked.maybe_whole, asked.maybe_money
    gates = Gates(
        kyc=whole("buyerKycLimit") == 1,
        days=whole("buyerRegDaysLimit") or 0,
        btc=money("buyerBtcPositionLimit") or Decimal(0),
        count_time=whole("userTradeCountFilterTime"),
        counts=(
            Range(whole("userAllTradeCountMin"), whole("userAllTradeCountMax")),
            Range(whole("userBuyTradeCountMin"), whole("userBuyTradeCountMax")),
            Range(whole("userSellTradeCountMin"), whole("userSellTradeCountMax")),
        ),
        completed=Range(whole("userTradeCompleteCountMin"), None),
        rate_time=whole("userTradeCompleteRateFilterTime"),
        rate=Range(money("userTradeCompleteRateMin"), None),
        volume_time=whole("userTradeVolumeFilterTime"),
        volume_side=2 if (side := whole("userTradeType")) is None else side,
        volume_asset=asked.maybe_text("userTradeVolumeAsset"),
        volume=Range(money("userTradeVolumeMin"), money("userTradeVolumeMax")),
    )
    if gates.days > LONGEST_REGISTRATION_DAYS or any(gate.is_empty for gate in (*gates.counts, gates.volume)):
        raise RefusedError(codes.GATES_WRONG)
    return gates


def _tally(taker: Account, time: int | None, now_ms: int) -> Tally:
    return taker.record.last_30_days(now_ms) if time == _LATEST else taker.record.ever
