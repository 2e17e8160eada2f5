"""The merchant's three switches in the sandbox, and the public profile."""

import pytest

from tests.support.sandbox_client import BUY_AD, DAY, ORDER, START_MS, Trader, trading

SEARCH = {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "page": 1, "rows": 20}
REST_MS = 86_400_000
RESTING, NOT_ENDED, NOT_ONLINE = "83229", "83230", "187022"


def found(taker: Trader) -> list[str]:
    return [row["adv"]["advNo"] for row in taker.do("ads.search", SEARCH)]


def business_status(trader: Trader) -> int:
    status: int = trader.do("users.me")["businessStatus"]
    return status


def test_a_rest_pauses_the_ads():
    """A merchant at rest shows no ad, sells nothing and changes nothing, and is told when the rest ends."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    rest = merchant.do("merchant.start_rest")

    assert {"suspendEndTime": START_MS + REST_MS} == rest
    assert 3 == business_status(merchant)
    assert [] == found(taker)
    assert RESTING == taker.code("orders.place", {**ORDER, "advOrderNumber": ad})
    assert RESTING == merchant.code("ads.post", BUY_AD)
    assert RESTING == merchant.code("ads.update", {"advNo": ad, "price": "18.40"})
    assert [{"advNo": ad, "errorCode": RESTING, "errorMsg": "the merchant is resting, the ads are paused"}] == (
        merchant.do("ads.update_status", {"advNos": [ad], "advStatus": 3})["failList"]
    )
    assert 0 == merchant.do("ads.get", adsNo=ad)["advVisibleRet"]["orderFlowVisible"]


def test_orders_go_on_during_a_rest():
    """What was agreed on before the rest can be paid and released."""
    merchant, taker, _ = trading()
    order = taker.place(merchant.post_ad())
    merchant.do("merchant.start_rest")
    taker.do("orders.mark_paid", {"orderNumber": order})
    merchant.release(order)

    assert 4 == taker.status(order)


def test_the_other_side_does_not_rest():
    """A rest is the merchant's own: whoever rests may take the ads of others."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    taker.do("merchant.start_rest")

    assert 1 == taker.status(taker.place(ad))


@pytest.mark.parametrize("ends_by_itself", [True, False])
def test_after_the_rest_the_ads_are_back(*, ends_by_itself: bool):
    """A rest ends when the merchant says so, and by itself at the time that was told; the ads are where they were."""
    merchant, taker, clock = trading()
    ad = merchant.post_ad()
    merchant.do("merchant.start_rest")
    if ends_by_itself:
        clock.seconds += DAY
    else:
        assert merchant.do("merchant.end_rest") is True

    assert [ad] == found(taker)
    assert 1 == business_status(merchant)


def test_a_rest_lasts_until_its_last_millisecond():
    """One moment before its end, the rest is still there."""
    merchant, _, clock = trading()
    merchant.do("merchant.start_rest")
    clock.seconds += DAY - 0.001

    assert 3 == business_status(merchant)


@pytest.mark.parametrize("switch", ["start_rest", "start_business", "close_business"])
def test_during_a_rest_the_business_stays_as_it_is(switch: str):
    """A rest has to end before another begins and before the business is opened or closed."""
    merchant, _, clock = trading()
    merchant.do("merchant.start_rest")
    clock.seconds += 60

    assert NOT_ENDED == merchant.code(f"merchant.{switch}")
    assert 3 == business_status(merchant)


def test_a_rest_that_never_began_can_be_ended():
    """Ending what is not there changes nothing."""
    merchant, _, _ = trading()

    assert merchant.do("merchant.end_rest") is True
    assert 1 == business_status(merchant)


def test_a_closed_business_sells_nothing():
    """Closed, the ads are neither found nor taken; they can be changed, and are back when the business opens."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    merchant.do("merchant.close_business")

    assert 2 == business_status(merchant)
    assert [] == found(taker)
    assert NOT_ONLINE == taker.code("orders.place", {**ORDER, "advOrderNumber": ad})
    assert merchant.do("ads.update", {"advNo": ad, "price": "18.40"}) is True
    assert merchant.do("merchant.start_business") is True
    assert [ad] == found(taker)


def test_a_closed_business_stays_closed_after_a_rest():
    """The two switches are two: the end of a rest opens nothing."""
    merchant, _, _ = trading()
    merchant.do("merchant.close_business")
    merchant.do("merchant.start_rest")
    merchant.do("merchant.end_rest")

    assert 2 == business_status(merchant)


def test_presence_is_a_sign_and_nothing_else():
    """Others see whether the merchant is there; the ads are shown all the same."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    number = merchant.do("users.me")["merchantNo"]
    signs = [taker.do("merchant.profile", merchantNo=number)["merchant"]["onlineStatus"]]
    for switch in ("go_offline", "go_online"):
        merchant.do(f"merchant.{switch}")
        signs.append(taker.do("merchant.profile", merchantNo=number)["merchant"]["onlineStatus"])

    assert ["1", "0", "1"] == signs
    merchant.do("merchant.go_offline")
    assert [ad] == found(taker)


def test_a_profile_holds_the_ads_by_side():
    """Whoever names a merchant reads the ads that are online, without the account that pays."""
    merchant, taker, _ = trading()
    sell, buy, closed = merchant.post_ad(), merchant.post_ad(BUY_AD), merchant.post_ad()
    merchant.do("ads.update_status", {"advNos": [closed], "advStatus": 4})
    read = taker.do("merchant.profile", merchantNo=merchant.do("users.me")["userNo"])

    assert "SandboxMerchant" == read["merchant"]["nickName"]
    assert [sell] == [ad["advNo"] for ad in read["sellList"]]
    assert [buy] == [ad["advNo"] for ad in read["buyList"]]
    assert [(True, "18.45", "500.00", "20000.00", "5000.00")] == [
        (ad["isTradable"], ad["price"], ad["minOrderPrice"], ad["maxOrderPrice"], ad["surplusAmount"])
        for ad in read["sellList"]
    ]
    assert "payAccount" not in read["sellList"][0]["payMethodDtos"][0]


def test_a_profile_without_a_name_is_ones_own():
    """Who names nobody reads the own profile, at rest with the own ads, which others do not see then."""
    merchant, taker, _ = trading()
    ad = merchant.post_ad()
    merchant.do("merchant.start_rest")
    own = merchant.do("merchant.profile")

    assert [(ad, False)] == [(row["advNo"], row["isTradable"]) for row in own["sellList"]]
    assert [] == taker.do("merchant.profile", merchantNo=own["merchant"]["merchantNo"])["sellList"]


def verification(taker: Trader, number: str, order: str) -> list[object]:
    """What others read of a merchant's verification, in each answer that tells it."""
    profile = taker.do("merchant.profile", merchantNo=number)["merchant"]
    grade, kyc = profile["userGradeInstanceResp"], profile["userKycResp"]
    told = [profile["idVerified"], profile["authentication"], grade["kycStatus"], kyc["kycType"], kyc["addressStatus"]]
    detail = taker.do("orders.get", {"adOrderNo": order})
    return [*told, grade["userGrade"], detail["authentication"]]


def test_a_profile_shows_whether_the_merchant_is_verified():
    """A merchant whose verification was withdrawn is shown without it, also in an order's detail."""
    merchant, taker, _ = trading()
    order, number = taker.place(merchant.post_ad()), merchant.do("users.me")["merchantNo"]
    before = verification(taker, number, order)
    merchant.sandbox.moves.set_kyc_passed("merchant", passed=False)

    assert [True, True, 1, "1", "PASS", 3, True] == before
    assert [False, False, 0, "-1", None, 1, False] == verification(taker, number, order)


def test_a_verified_user_is_no_verified_merchant():
    """The grade of a user is 2, and only merchants are authenticated."""
    _, taker, _ = trading()
    profile = taker.do("merchant.profile")["merchant"]

    assert (True, False, 2) == (
        *(profile["idVerified"], profile["authentication"]),
        profile["userGradeInstanceResp"]["userGrade"],
    )


def test_a_profile_of_nobody_is_refused():
    """A number that no account has is named in the refusal."""
    merchant, _, _ = trading()

    assert (400, -1130, "Data sent for parameter 'merchantNo' is not valid.") == (
        merchant.refusal("merchant.profile", merchantNo="s0")
    )
