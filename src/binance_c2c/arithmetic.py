"""A merchant's arithmetic: the `init_amount` for a wanted stock; prices, amounts and totals on the exchange's scales.

Nothing is sent here. Money is a `Decimal`, an int or a string such as `"18.45"`; a float is refused, since it has
already lost digits. A scale is a number of decimals, which each ad states: `asset_scale` for coins, `fiat_scale` for
fiat money, `price_scale` for prices. Results are exact but for one rounding, whose direction you choose: `"down"` never
gives more than the exact value, `"up"` never less; `"half_up"` and `"half_even"` give the nearest, and differ if two
are equally near. How the exchange rounds is not documented, so there is no default.
"""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from binance_c2c_runtime import reading, writing

if TYPE_CHECKING:
    from binance_c2c_runtime import Money
    from binance_c2c_sapi.models import Ad

__all__ = [
    "Rounding",
    "coin_amount",
    "fiat_total",
    "floating_price",
    "new_init_amount",
    "price_within",
    "rounded",
    "unit_price",
]

Rounding = Literal["down", "half_even", "half_up", "up"]
_ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "down": math.floor,
    "half_even": round,
    "half_up": lambda value: math.floor(value + Fraction(1, 2)),
    "up": math.ceil,
}
_HIGHEST_SCALE = 30


def rounded(value: "Money", *, scale: int, rounding: Rounding) -> Decimal:
    """`value` rounded to exactly `scale` decimals. A negative number rounds `"down"` away from 0.

    Raises:
        TypeError, ValueError: An argument is not what is expected. The message names it.
    """
    return _on_scale(_number("value", value), scale, rounding)


def new_init_amount(ad: "Ad", *, surplus: "Money") -> Decimal:
    """The `init_amount` to send with `ads.update` so that `surplus` coins are left in `ad`.

    The exchange changes the remaining coins by as much as `init_amount` changes, and ignores or refuses a
    `surplusAmount` in the request: new init = old init + (wanted surplus - present surplus). So read the ad just before
    (`ads.get`): coins sold in between reduce the wanted surplus too. Source: several clients that agree, none of them
    official.

    Args:
        ad: From `ads.get` or `ads.list`, with `init_amount` and `surplus_amount`.
        surplus: The number of coins that are to be left, in `ad.asset`.

    Raises:
        TypeError, ValueError: The ad lacks an amount, or `surplus` is negative or finer than the ad's `asset_scale`.
    """
    wished = _number("surplus", surplus, at_least_zero=True)
    init, present = _amount_of(ad, "init_amount"), _amount_of(ad, "surplus_amount")
    if ad.asset_scale is not None:
        # Checked, since the exchange may send any value.
        most = writing.whole("ad.asset_scale", ad.asset_scale, minimum=0, maximum=_HIGHEST_SCALE)
        if (wished * 10**most).denominator != 1:
            raise ValueError(f"surplus: at most {most} decimals are expected, not {surplus}; see rounded()")
    # As many decimals as the longest of the three, so that nothing is rounded.
    places = max(0, *(-int(Decimal(one).as_tuple().exponent) for one in (init, present, surplus)))
    return _with_places(Fraction(init) + wished - Fraction(present), places, round)


def fiat_total(amount: "Money", price: "Money", *, scale: int, rounding: Rounding) -> Decimal:
    """The total, in fiat money on the `fiat_scale`, of `amount` coins at `price` each: amount times price.

    Raises:
        TypeError, ValueError: An argument is not what is expected. The message names it.
    """
    return _on_scale(_number("amount", amount, at_least_zero=True) * _price("price", price), scale, rounding)


def coin_amount(total: "Money", price: "Money", *, scale: int, rounding: Rounding) -> Decimal:
    """The number of coins, on the `asset_scale`, that `total` in fiat money buys at `price` each: total / price.

    With `"down"` a buyer never gets more coins than were paid for, which is what the sandbox does.

    Raises:
        TypeError, ValueError: An argument is not what is expected. The message names it.
    """
    return _on_scale(_number("total", total, at_least_zero=True) / _price("price", price), scale, rounding)


def unit_price(total: "Money", amount: "Money", *, scale: int, rounding: Rounding) -> Decimal:
    """The price per coin of an order, in fiat money on the `price_scale`: total divided by amount.

    `orders.list` does not give it (the specification has no such field); `orders.get` and `orders.history` do.

    Raises:
        TypeError, ValueError: An argument is not what is expected. The message names it.
    """
    return _on_scale(_number("total", total, at_least_zero=True) / _price("amount", amount), scale, rounding)


def floating_price(reference: "Money", ratio: "Money", *, scale: int, rounding: Rounding) -> Decimal:
    """The price of an ad with a floating price, in fiat money on the `price_scale`: `ratio` percent of the reference.

    Args:
        reference: The reference price from `ads.reference_prices`, in fiat money per coin.
        ratio: The ad's `price_floating_ratio` in percent: 101.5 is 1.5 % above the reference. Source: the
            specification.
        scale: The `price_scale`.
        rounding: The direction of rounding.

    Raises:
        TypeError, ValueError: An argument is not what is expected. The message names it.
    """
    return _on_scale(_price("reference", reference) * _price("ratio", ratio) / 100, scale, rounding)


def price_within(price: "Money", *, lowest: "Money", highest: "Money", scale: int, rounding: Rounding) -> Decimal:
    """The price on the `price_scale` that is nearest to `price` among those from `lowest` to `highest`.

    The exchange refuses a price outside its band (187055) but does not report the band, so you have to know it.

    Raises:
        TypeError, ValueError: An argument is not what is expected, or no price of that scale lies in the band.
    """
    least = _on_scale(_price("lowest", lowest), scale, "up")
    most = _on_scale(_price("highest", highest), scale, "down")
    if least > most:
        raise ValueError(f"lowest, highest: no price with {scale} decimals lies between {lowest} and {highest}")
    return min(max(_on_scale(_price("price", price), scale, rounding), least), most)


def _on_scale(value: Fraction, scale: Any, rounding: Any) -> Decimal:
    places = writing.whole("scale", scale, minimum=0, maximum=_HIGHEST_SCALE)
    if not isinstance(rounding, str) or rounding not in _ROUNDINGS:
        raise ValueError(f"rounding: one of {', '.join(map(repr, _ROUNDINGS))} is expected, not {rounding!r}")
    return _with_places(value, places, _ROUNDINGS[rounding])


def _with_places(value: Fraction, places: int, whole: Callable[[Fraction], int]) -> Decimal:
    # Made from a string: arithmetic would round to the precision of the decimal context.
    return reading.in_full(Decimal(f"{whole(value * 10**places)}e-{places}"))


def _amount_of(ad: Any, name: str) -> Decimal:
    if not hasattr(ad, name):
        raise TypeError(f"ad: an Ad is expected, as ads.get gives it, not {type(ad).__name__}")
    amount = getattr(ad, name)
    if amount is None:
        raise ValueError(f"ad: {name} is missing; read the ad with ads.get")
    return Decimal(writing.decimal(f"ad.{name}", amount))


def _number(name: str, value: Any, *, at_least_zero: bool = False) -> Fraction:
    number = Fraction(Decimal(writing.decimal(name, value)))
    if at_least_zero and number < 0:
        raise ValueError(f"{name}: zero or more is expected, not {value}")
    return number


def _price(name: str, value: Any) -> Fraction:
    number = _number(name, value)
    if number <= 0:
        raise ValueError(f"{name}: more than zero is expected, not {value}")
    return number
