"""The merchant's arithmetic: exact, rounded once, in the direction that is asked for."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c import C2CClient, models
from binance_c2c.arithmetic import (
    Rounding,
    coin_amount,
    fiat_total,
    floating_price,
    new_init_amount,
    price_within,
    rounded,
    unit_price,
)
from binance_c2c.sandbox import Sandbox
from tests.support.clients import ad_data
from tests.support.trade import an_ad, an_order

MONEY = st.decimals("0.00000001", "999999999999", allow_nan=False, allow_infinity=False, places=8)
SCALES = st.integers(0, 12)
WAYS: list[Rounding] = ["down", "half_even", "half_up", "up"]


def ad(init: str | None = "5000.00", surplus: str | None = "3200.50", scale: int | None = 2) -> models.Ad:
    return models.Ad.from_dict(ad_data(initAmount=init, surplusAmount=surplus, assetScale=scale))


@pytest.mark.parametrize(
    ("value", "given"),
    [
        ("18.445", ["18.44", "18.44", "18.45", "18.45"]),
        ("18.455", ["18.45", "18.46", "18.46", "18.46"]),
        ("18.4501", ["18.45", "18.45", "18.45", "18.46"]),
        ("18.45", ["18.45"] * 4),
        ("-18.445", ["-18.45", "-18.44", "-18.44", "-18.44"]),
        (18, ["18.00"] * 4),
    ],
)
def test_digits_go_in_the_direction_that_is_asked_for(value: Any, given: list[str]):
    """All four directions, on two decimals, which are always there."""
    assert given == [str(rounded(value, scale=2, rounding=way)) for way in WAYS]


@given(MONEY, MONEY, SCALES)
def test_results_are_exact_but_for_one_rounding(one: Decimal, other: Decimal, scale: int):
    """Down is at most the true value and less than a unit below, up the same above, half at most half a unit away."""
    unit = Fraction(1, 10**scale)
    cases: list[tuple[Callable[..., Decimal], Fraction]] = [
        (fiat_total, Fraction(one) * Fraction(other)),
        (coin_amount, Fraction(one) / Fraction(other)),
        (unit_price, Fraction(one) / Fraction(other)),
        (floating_price, Fraction(one) * Fraction(other) / 100),
    ]
    for compute, true in cases:
        down, even, half, up = (Fraction(compute(one, other, scale=scale, rounding=way)) for way in WAYS)

        assert 0 <= true - down < unit
        assert 0 <= up - true < unit
        assert abs(half - true) <= unit / 2
        assert abs(even - true) <= unit / 2


def test_the_examples_of_the_exchange():
    """What the documents' examples compute: an order of 271 coins, one of 5000 MXN, and an ad 1.5 % above."""
    assert Decimal("4999.95") == fiat_total("271.00", "18.45", scale=2, rounding="half_up")
    assert Decimal("271.88") == coin_amount(5000, "18.39", scale=2, rounding="down")
    assert Decimal("18.45") == unit_price("4999.95", "271.00", scale=2, rounding="half_up")
    assert Decimal("18.69") == floating_price("18.41", "101.5", scale=2, rounding="half_up")


def test_the_precision_of_the_program_does_not_matter():
    """A context with few digits, as a program may set it, changes nothing."""
    with localcontext() as context:
        context.prec = 3
        total = fiat_total("123456789.12345678", "98765.4321", scale=12, rounding="down")
        stock = new_init_amount(ad("123456789.12", "1.00"), surplus="2.01")

    assert "12193263123456.789122374638" == str(total)
    assert "123456790.13" == str(stock)


@pytest.mark.parametrize(
    ("surplus", "new"),
    [("3200.50", "5000.00"), ("3300.50", "5100.00"), (0, "1799.50"), (Decimal("1E+4"), "11799.50"), ("1.5", "1801.00")],
)
def test_the_init_amount_moves_as_the_surplus_does(surplus: Any, new: str):
    """What was sold stays sold: the new amount differs from the old as the wished surplus does from the present one."""
    assert new == str(new_init_amount(ad(), surplus=surplus))


@pytest.mark.parametrize(
    ("init", "present", "surplus", "new"), [("5", "3", 4, "6"), ("5E+3", "1E+3", Decimal("2E+3"), "6000")]
)
def test_whole_coins_stay_whole(init: str, present: str, surplus: Any, new: str):
    """A coin without decimals gets none, however its amounts are written."""
    assert new == str(new_init_amount(ad(init, present, 0), surplus=surplus))


def test_amounts_of_any_length_are_exact():
    """Finer than any scale, they are still neither rounded nor refused."""
    fine = "0." + "0" * 38 + "1"

    assert f"1.{'0' * 38}1" == str(new_init_amount(ad("1", "0", None), surplus=fine))


@given(MONEY, MONEY, MONEY)
def test_the_rule_holds_for_all_amounts(init: Decimal, surplus: Decimal, wished: Decimal):
    """Applied as the exchange does it, the wished surplus is what is left, to the last digit."""
    new = new_init_amount(ad(str(init), str(surplus), None), surplus=wished)

    assert Fraction(wished) == Fraction(surplus) + Fraction(new) - Fraction(init)


def test_the_sandbox_leaves_the_wished_surplus():
    """An ad from which some was sold, updated with the new amount, has just so many coins left."""
    sandbox = Sandbox()
    with C2CClient.in_sandbox(sandbox) as seller, C2CClient.in_sandbox(sandbox, account="taker") as buyer:
        adv_no = seller.ads.post(**an_ad())
        buyer.orders.place(**an_order(adv_no))
        before = seller.ads.get(adv_no=adv_no)
        seller.ads.update(adv_no=adv_no, init_amount=new_init_amount(before, surplus=80))

        assert before.surplus_amount != before.init_amount
        assert Decimal(80) == seller.ads.get(adv_no=adv_no).surplus_amount


@pytest.mark.parametrize(("price", "kept"), [("18.456", "18.45"), ("17", "18.02"), ("20", "18.98"), ("18.02", "18.02")])
def test_a_price_is_kept_within_its_band(price: str, kept: str):
    """Rounded as asked for, and never out of the band by it."""
    assert kept == str(price_within(price, lowest="18.011", highest="18.989", scale=2, rounding="down"))


def test_a_band_may_be_a_single_price():
    """Where the lowest is the highest, that is the price."""
    assert "18.45" == str(price_within(17, lowest="18.45", highest="18.45", scale=2, rounding="up"))


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (
            lambda: rounded(18.45, scale=2, rounding="up"),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
            "value: a float has already lost digits; give a Decimal, an int or a string such as '18.45'",
        ),
        (
            lambda: rounded("a", scale=2, rounding="up"),
            "value: a decimal number such as '18.45' is expected, not 'a'",
        ),
        (lambda: rounded(1, scale=-1, rounding="up"), "scale: at least 0 is expected, not -1"),
        (lambda: rounded(1, scale=31, rounding="up"), "scale: at most 30 is allowed, not 31"),
        (
            lambda: rounded(1, scale=2, rounding="ceil"),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
            "rounding: one of 'down', 'half_even', 'half_up', 'up' is expected, not 'ceil'",
        ),
        (
            lambda: fiat_total(-1, 1, scale=2, rounding="up"),
            "amount: zero or more is expected, not -1",
        ),
        (lambda: coin_amount(-1, 1, scale=2, rounding="up"), "total: zero or more is expected, not -1"),
        (lambda: unit_price(-2, 1, scale=2, rounding="up"), "total: zero or more is expected, not -2"),
        (lambda: coin_amount(1, 0, scale=2, rounding="up"), "price: more than zero is expected, not 0"),
        (lambda: unit_price(1, "0.00", scale=2, rounding="up"), "amount: more than zero is expected, not 0.00"),
        (
            lambda: price_within(1, lowest="18.411", highest="18.419", scale=2, rounding="up"),
            "lowest, highest: no price with 2 decimals lies between 18.411 and 18.419",
        ),
        (lambda: new_init_amount(ad(init=None), surplus=1), "ad: init_amount is missing; read the ad with ads.get"),
        (
            lambda: new_init_amount({}, surplus=1),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
            "ad: an Ad is expected, as ads.get gives it, not dict",
        ),
        (lambda: new_init_amount(ad(scale=-1), surplus=1), "ad.asset_scale: at least 0 is expected, not -1"),
        (lambda: new_init_amount(ad(scale=10**9), surplus=1), "ad.asset_scale: at most 30 is allowed, not 1000000000"),
        (
            lambda: new_init_amount(attrs.evolve(ad(), init_amount=Decimal("NaN")), surplus=1),
            "ad.init_amount: a finite number of sensible size is expected, not Decimal('NaN')",
        ),
        (
            lambda: rounded(1, scale=2, rounding=[]),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
            "rounding: one of 'down', 'half_even', 'half_up', 'up' is expected, not []",
        ),
        (lambda: new_init_amount(ad(), surplus=-1), "surplus: zero or more is expected, not -1"),
        (
            lambda: new_init_amount(ad(), surplus="1.005"),
            "surplus: at most 2 decimals are expected, not 1.005; see rounded()",
        ),
    ],
)
def test_what_cannot_be_computed_is_refused(compute: Callable[[], Decimal], message: str):
    """The error names the argument and what was expected."""
    with pytest.raises((TypeError, ValueError)) as caught:
        compute()

    assert message == str(caught.value)


def test_a_small_result_is_shown_with_all_its_digits():
    """As the amounts of an answer are: `0.00000000` and not `0E-8`."""
    results = [rounded(one, scale=8, rounding="down") for one in (0, "0.00000012", "1.5")]

    assert ["0.00000000", "0.00000012", "1.50000000"] == [str(one) for one in results]
