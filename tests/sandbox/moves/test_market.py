"""A market filled by chance: many ads of many merchants, and prices that follow the clock."""

from decimal import Decimal
from itertools import pairwise

import pytest

from binance_c2c import C2CClient
from binance_c2c.sandbox import Sandbox
from binance_c2c.sandbox.exchange import FIATS, FIXED, PricePath
from tests.support.sandbox_client import START_MS, Clock


def filled(seed: int = 0, **plan: object) -> Sandbox:
    """A filled sandbox whose clock stands unless it is moved."""
    sandbox = Sandbox(Clock(), seed=seed)
    sandbox.seed_market(**plan)  # type: ignore[arg-type] # as the tests give it
    return sandbox


def offers(sandbox: Sandbox, fiat: str = "MXN", asset: str = "USDT", side: str = "BUY") -> list[tuple[str, Decimal]]:
    """Merchants and prices as the taker's search finds them, the best first."""
    with C2CClient.in_sandbox(sandbox, account="taker") as client:
        found = client.ads.iterate_search(asset=asset, fiat=fiat, trade_type=side)  # type: ignore[arg-type]
        return [(str(row.advertiser.nick_name), row.adv.price or Decimal(0)) for row in found]


def test_a_few_hundred_ads_of_many_merchants_are_found():
    """Both sides of each chosen market have them, and the best price to buy is above the best one to sell at."""
    sandbox = filled(fiats=("ARS", "EUR"), assets=("USDT", "BTC", "ETH"), ads=400)
    total = 0
    for fiat in ("ARS", "EUR"):
        for asset in ("USDT", "BTC", "ETH"):
            asks, bids = (offers(sandbox, fiat, asset, side) for side in ("BUY", "SELL"))
            total += len(asks) + len(bids)
            assert len({name for name, _ in asks + bids}) > 5
            assert asks[0][1] > bids[0][1]

    assert 400 == total


def test_the_market_is_equal_for_an_equal_seed():
    """Ads, prices and coins are the same with the same seed at the same time, and others with another seed."""
    first, second, other = filled(7), filled(7), filled(8)

    assert offers(first) == offers(second) != offers(other)
    assert first.balances == second.balances != other.balances


def test_prices_move_with_the_clock():
    """Within minutes, little by little; wherever the clock jumps to, the prices are those of that moment."""
    here, there = filled(3), filled(3)
    seen = [offers(here)]
    for _ in range(12):
        here.clock.advance(minutes=1)
        seen.append(offers(here))
    there.clock.advance(minutes=12)
    best = [found[0][1] for found in seen]

    assert len(set(best)) > 3
    assert max(abs(one - other) / one for one, other in pairwise(best)) < Decimal("0.02")
    assert {name for name, _ in offers(here)} == {name for name, _ in offers(there)}
    assert here._exchange.markets.get("USDT", "MXN").reference_price == (
        there._exchange.markets.get("USDT", "MXN").reference_price
    )


def test_both_kinds_of_prices_follow():
    """Floating ones at once, fixed ones when their merchants change them: none is left far from the market."""
    sandbox = filled(5)
    sandbox.clock.advance(days=9)
    offers(sandbox)
    for market in sandbox._exchange.markets:
        others = [ad for ad in sandbox._exchange.ads if ad.market is market and ad.maker.key is None]
        assert {1, 2} == {ad.terms.price_type for ad in others}
        assert [] == [ad.price for ad in others if abs(ad.price / market.reference_price - 1) > Decimal("0.06")]
        assert any(ad.updated_ms > START_MS + 8 * 86_400_000 for ad in others if ad.terms.price_type == FIXED)


def test_a_merchant_on_a_break_changes_no_price():
    """It stays as it was, and the others go on."""
    sandbox = filled(5)
    ads = [ad for ad in sandbox._exchange.ads if ad.terms.price_type == FIXED]
    resting = ads[0].maker
    resting.status.start_break(START_MS)
    before = {ad.number: ad.price for ad in ads}
    sandbox.clock.advance(hours=3)
    offers(sandbox)
    after = {ad.number: ad.price for ad in ads}

    own = {ad.number for ad in ads if ad.maker is resting}
    assert {before[number] for number in own} == {after[number] for number in own}
    assert any(before[number] != after[number] for number in before.keys() - own)


def test_a_price_set_by_hand_stays():
    """Whoever moves a market wants it there, and not where it would have gone by itself."""
    sandbox = filled()
    sandbox.moves.set_reference_price("USDT", "MXN", "19.00")
    sandbox.clock.advance(hours=5)
    offers(sandbox)

    assert Decimal("19.00") == sandbox._exchange.markets.get("USDT", "MXN").reference_price


def test_accounts_can_be_paid_in_each_currency():
    """The two accounts get a method for a currency that they have none for, and an order is paid by it to its end."""
    sandbox = filled(fiats=("BRL",), assets=("USDT",), ads=20)
    adv_no = sandbox.moves.post_ad("merchant", "SELL", fiat="BRL", price="5.350", amount=100, smallest=10, largest=500)
    order = sandbox.moves.place("taker", adv_no, total_amount=100)
    sandbox.moves.mark_paid(order)
    sandbox.moves.release(order)
    with C2CClient.in_sandbox(sandbox) as client:
        methods = [one.trade_method_identifier for one in client.payment_methods.mine()]
        kinds = {one.identifier for one in client.payment_methods.list()}
        detail = client.orders.get(order_number=order)

    assert (["SPEI", "PIX"], "PIX") == (methods, detail.pay_type)
    assert {"SPEI", "PIX", "MercadoPagoNew"} == kinds


def test_many_merchants_have_names_of_their_own():
    """However many there are, and however often a market is filled."""
    sandbox = filled(ads=2_500)
    sandbox.seed_market(ads=10)
    nicknames = [account.nickname for account in sandbox._exchange.accounts.values()]

    assert len(nicknames) == len(set(nicknames)) > 300


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"fiats": ("MXN", "XXX")}, "fiats: only MXN, ARS"),
        ({"fiats": ()}, "fiats: only"),
        ({"assets": ("DOGE",)}, "assets: only USDT, BTC"),
        ({"ads": 0}, "ads: a number from 1 to 5000 is expected, not 0"),
        ({"ads": True}, "ads: a number"),
    ],
)
def test_a_market_that_cannot_be_is_refused(plan: dict[str, object], words: str):
    """The argument is named, with what was expected, and nothing was done."""
    sandbox = Sandbox()
    before = sandbox.balances
    with pytest.raises(ValueError, match=words):
        sandbox.seed_market(**plan)  # type: ignore[arg-type] # on purpose

    assert before == sandbox.balances


@pytest.mark.parametrize("fiat", FIATS)
def test_a_path_stays_near_where_it_begins(fiat: str):
    """Within 4 percent, to both sides, with no jump from one step to the next."""
    base = FIATS[fiat].per_dollar
    path = PricePath(base, f"0/USDT/{fiat}")
    ratios = [path.at(START_MS + hour * 3_600_000) / base for hour in range(24 * 60)]
    steps = [path.at(START_MS + number * 5_000) / base for number in range(1_000)]

    assert Decimal("0.96") < min(ratios) < 1 < max(ratios) < Decimal("1.04")
    assert max(abs(one - other) for one, other in pairwise(steps)) < Decimal("0.001")
