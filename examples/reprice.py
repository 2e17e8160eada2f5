"""Reprices an ad: one step better than the best competitor, inside the merchant's price band.

    python examples/reprice.py                          in a sandbox of its own, which goes through all cases
    python examples/reprice.py AD_NUMBER LOWEST HIGHEST on the exchange, with BINANCE_API_KEY and BINANCE_API_SECRET

Needs `pip install "binance-c2c[sandbox]"`. Expect two refusals: 187055, the price is outside the exchange's band,
and 187049, the quantity is more than the account holds, which is also the answer to too many updates.
"""

import os
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from binance_c2c import C2CClient, errors
from binance_c2c.arithmetic import price_within
from binance_c2c.models import Ad

TOO_MANY_UPDATES, OUTSIDE_THE_BAND = "187049", "187055"
REST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Band:
    """The prices that the merchant is willing to ask or to pay, and the least difference to a competitor."""

    lowest: Decimal
    highest: Decimal
    step: Decimal = Decimal("0.01")


class Repricer:
    """Keeps the price of one ad; `look` is one round."""

    def __init__(self, client: C2CClient, adv_no: str, band: Band) -> None:
        self._client, self._adv_no, self._band = client, adv_no, band
        self._rests_until: datetime | None = None

    def look(self, now: datetime) -> str:
        """Compare the ad with the market, change its price if that helps, and say in a sentence what was done."""
        if self._rests_until is not None and now < self._rests_until:
            return "rests after too many updates"
        ad = self._client.ads.get(adv_no=self._adv_no)
        wanted = self._wanted_price(ad)
        if wanted in {None, ad.price}:
            return f"stays at {ad.price}"
        try:
            self._client.ads.update(adv_no=self._adv_no, price=wanted)
        except errors.APIError as refused:
            if refused.code == TOO_MANY_UPDATES:
                self._rests_until = now + REST
                return f"not moved to {wanted}: too many updates, or the quantity is more than the account holds"
            if refused.code == OUTSIDE_THE_BAND:
                return f"not moved to {wanted}: outside the band that the exchange allows; is yours still right?"
            raise
        return f"moved from {ad.price} to {wanted}"

    def _wanted_price(self, ad: Ad) -> Decimal | None:
        """The price that is best for the ad; None where nobody else offers anything."""
        if ad.price_scale is None:
            message = f"the ad {self._adv_no} was answered without its market"
            raise errors.DecodeError(message)
        sells = ad.trade_type == "SELL"
        # The search is from the side of the takers: they BUY from ads that SELL.
        market = self._client.ads.search(asset=ad.asset, fiat=ad.fiat, trade_type="BUY" if sells else "SELL")
        prices = [row.adv.price for row in market if row.adv.adv_no != self._adv_no]
        if not prices:
            return None
        lowest, highest, step = self._band.lowest, self._band.highest, self._band.step
        if sells:
            return price_within(min(prices) - step, lowest=lowest, highest=highest, scale=ad.price_scale, rounding="up")
        return price_within(max(prices) + step, lowest=lowest, highest=highest, scale=ad.price_scale, rounding="down")


def on_the_exchange(adv_no: str, band: Band) -> None:
    """Look every half minute, until the program is ended or an error needs a person."""
    with C2CClient.from_env() as client:
        repricer = Repricer(client, adv_no, band)
        while True:
            now = datetime.now().astimezone()
            print(f"{now:%H:%M:%S}  {repricer.look(now)}", flush=True)
            time.sleep(30)


def in_a_sandbox() -> None:
    """Show what the bot does when a competitor comes, the market moves, and the exchange refuses more updates."""
    from binance_c2c.sandbox import Limits, Sandbox  # noqa: PLC0415 - on the exchange it is not needed

    # The exchange also refuses too many updates; their number is not known.
    sandbox = Sandbox(limits=Limits(ad_updates=3))
    moves = sandbox.moves
    adv_no = moves.post_ad("merchant", "SELL", price="18.90", amount=500, smallest=500, largest=5000)
    with C2CClient.in_sandbox(sandbox) as client:
        repricer = Repricer(client, adv_no, Band(Decimal("17.00"), Decimal("19.00")))

        def look(after: str) -> None:
            print(f"{after}: {repricer.look(client.system.time().server_time)}")

        look("at the start")
        look("a moment later")
        moves.post_ad("taker", "SELL", price="17.50", amount=90, smallest=500, largest=1000)
        look("a rival comes with 17.50")
        moves.set_reference_price("USDT", "MXN", 14)
        look("the market falls to 14")
        moves.set_reference_price("USDT", "MXN", "18.40")
        moves.post_ad("taker", "SELL", price="17.30", amount=90, smallest=500, largest=1000)
        look("it is back, with a rival at 17.30")
        look("a moment later")
        sandbox.clock.advance(minutes=5)
        look("after five minutes")


if __name__ == "__main__":
    if "BINANCE_API_KEY" in os.environ:
        number, lowest, highest = sys.argv[1:]
        on_the_exchange(number, Band(Decimal(lowest), Decimal(highest)))
    else:
        in_a_sandbox()
