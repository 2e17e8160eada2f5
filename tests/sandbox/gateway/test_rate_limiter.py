"""How much may be asked in a minute: 429, then 418 for whoever goes on, all by the sandbox's clock."""

import json
from typing import Any

import pytest

from binance_c2c import C2CClient, RetryPolicy, errors
from binance_c2c.sandbox import Answer, Limits, Sandbox
from tests.support.sandbox_client import SELL_AD, START_MS, Clock, Trader

WAYS = [{"identifier": "SPEI", "payId": 50100200}]


def limited(**limits: int) -> tuple[Trader, Trader, Clock]:
    """A merchant and a taker in a sandbox with these limits, half a minute into a minute."""
    clock = Clock()
    clock.seconds += 30 - START_MS // 1000 % 60
    sandbox = Sandbox(now=clock, limits=Limits(**limits))
    return Trader(sandbox, "merchant", clock), Trader(sandbox, "taker", clock), clock


def asked(trader: Trader, times: int = 1) -> list[tuple[int, str | None]]:
    """Status and `Retry-After` of so many requests."""
    answers = [trader.send("payment_methods.mine") for _ in range(times)]
    return [(answer.status, answer.headers.get("Retry-After")) for answer in answers]


def code(answer: Answer) -> int:
    found: int = json.loads(answer.body)["code"]
    return found


def test_above_the_limit_the_minute_is_over_for_one_operation():
    """429 with the rest of the minute in `Retry-After`; other operations go on, and so does this one afterwards."""
    merchant, _, clock = limited(address=2)
    answers = asked(merchant, 3)
    refused = merchant.send("payment_methods.mine")
    other = merchant.send("ads.list", {"page": 1, "rows": 1}).status
    clock.seconds += 30

    assert [(200, None), (200, None), (429, "30")] == answers
    assert (-1003, "4") == (code(refused), refused.headers["X-SAPI-USED-IP-WEIGHT-1M"])
    assert 200 == other
    assert [(200, None)] == asked(merchant)


def test_an_accounts_limit_is_its_own():
    """One account above its limit leaves the other alone; the address counts both."""
    merchant, taker, _ = limited(account=1)

    assert [(200, None), (429, "30")] == asked(merchant, 2)
    assert [(200, None)] == asked(taker)
    assert "4" == merchant.send("payment_methods.mine").headers["X-SAPI-USED-IP-WEIGHT-1M"]


def test_the_plain_api_has_one_limit_for_all_of_it():
    """Time and ping are counted together."""
    merchant, _, _ = limited(api=1)
    answers = [merchant.sandbox.handle("GET", f"/api/v3/{name}", b"", {}, b"").status for name in ("time", "ping")]

    assert [200, 429] == answers


def test_who_goes_on_is_banned_from_everything():
    """After so many refusals the address gets 418 for all it asks, known or not, until two minutes are over."""
    merchant, taker, clock = limited(address=1, patience=2)
    answers = asked(merchant, 4)
    clock.seconds += 60
    others = [taker.send("orders.list", {}), merchant.sandbox.handle("GET", "/nowhere", b"", {}, b"")]
    clock.seconds += 59.5
    last = asked(merchant)
    clock.seconds += 0.5

    assert [(200, None), (429, "30"), (429, "30"), (418, "120")] == answers
    assert [(418, "60", -1003)] * 2 == [(one.status, one.headers["Retry-After"], code(one)) for one in others]
    assert [(418, "1")] == last
    assert [(200, None)] == asked(merchant)


def test_each_further_ban_is_twice_as_long_up_to_three_days():
    """Repeating it is what the length grows with."""
    merchant, _, clock = limited(address=1, patience=0)
    bans = list[int]()
    for _ in range(14):
        _, (_, wait) = asked(merchant, 2)
        bans.append(int(wait or 0))
        clock.seconds += bans[-1] + 60

    assert [120 * 2**n for n in range(12)] == bans[:12]
    assert [259_200, 259_200] == bans[12:]


def test_addresses_for_pictures_are_counted_by_themselves():
    """36 a minute by account; whatever else the account does, and the other account, goes on."""
    merchant, taker, clock = limited()

    def upload(who: Trader) -> tuple[int, str | None]:
        answer = who.send("chat.image_upload_url", {"imageName": "a.jpg"})
        return answer.status, answer.headers.get("Retry-After")

    assert [(200, None)] * 36 == [upload(merchant) for _ in range(36)]
    assert [(429, "30")] * 10 == [upload(merchant) for _ in range(10)]
    assert ((200, None), [(200, None)]) == (upload(taker), asked(merchant))
    clock.seconds += 30
    assert (200, None) == upload(merchant)
    free = Trader(Sandbox(now=clock, limits=None), "merchant", clock)
    assert [(200, None)] * 40 == [upload(free) for _ in range(40)]


def test_updates_of_ads_may_be_held_back():
    """By account, within any five minutes, with the code for a quantity too large; what is refused is not done."""
    merchant, taker, clock = limited(ad_updates=2)
    ad = merchant.post_ad()

    def update(amount: str) -> str | int:
        payload = json.loads(merchant.send("ads.update", {"advNo": ad, "initAmount": amount}).body)
        return payload["msg"].partition(":")[0] if payload["code"] == -9000 else str(payload["code"])

    first = [update("4000"), update("3000")]
    clock.seconds += 299
    assert ["000000", "000000", "187049"] == [*first, update("2000")]
    assert "3000" == merchant.do("ads.get", adsNo=ad)["initAmount"].partition(".")[0]
    assert taker.do("ads.update", {"advNo": taker.post_ad({**SELL_AD, "tradeMethods": WAYS}), "initAmount": "300"})
    clock.seconds += 1
    assert "000000" == update("2000")


def test_moving_the_clock_ends_a_ban():
    """A ban is as long as the sandbox's clock says, not the wall's."""
    sandbox = Sandbox(limits=Limits(address=2, patience=0))
    with C2CClient.in_sandbox(sandbox, retry=RetryPolicy(attempts=1)) as client:
        client.payment_methods.mine()
        client.payment_methods.mine()
        with pytest.raises(errors.RateLimitError) as banned:
            client.payment_methods.mine()
    sandbox.clock.advance(seconds=180)

    assert (418, 120) == (banned.value.http_status, banned.value.retry_after)
    with C2CClient.in_sandbox(sandbox) as again:
        assert 1 == len(again.payment_methods.mine())


def test_limits_are_the_documented_ones_and_can_be_lifted():
    """12000 an address and operation, 180000 an account, 6000 for the plain API; None asks for no limit."""
    free = Sandbox(now=Clock(), limits=None)
    bounded = Sandbox(now=Clock())
    asks = [[box.handle("GET", "/api/v3/ping", b"", {}, b"").status for _ in range(6_001)] for box in (free, bounded)]

    assert Limits(address=12_000, account=180_000, api=6_000, image_uploads=36, ad_updates=None) == Limits()
    assert [[200] * 6_001, [*[200] * 6_000, 429]] == asks


@pytest.mark.parametrize(("name", "wrong"), [("ad_updates", "5"), ("address", None), ("api", True), ("patience", -1)])
def test_a_limit_that_is_no_number_is_named(name: str, wrong: Any):
    """When it is given, and not by the first request that meets it."""
    with pytest.raises(ValueError, match=f"^limits: {name}: an integer of at least 0 is expected, not {wrong!r}$"):
        Limits(**{name: wrong})
    with pytest.raises(TypeError, match=r"^limits: Limits or None are expected, not int$"):
        Sandbox(limits=5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
