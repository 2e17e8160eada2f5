"""The public market of the sandbox, as a visitor without a key sees it."""

import json
from typing import Any

import pytest

from tests.support.sandbox_client import OPERATIONS_BY_HAND, SELL_AD, Trader, check_form, trading

SEARCH = {"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "page": 1, "rows": 20}


def visit(
    trader: Trader, operation: str, body: object = None, query: bytes = b"", *, status: int = 200
) -> dict[str, Any]:
    """What somebody reads who has no key."""
    method, path, _ = OPERATIONS_BY_HAND[operation]
    content = b"" if body is None else json.dumps(body).encode()
    answer = trader.sandbox.handle(method, path, query, {"content-type": "application/json"}, content)
    assert status == answer.status
    payload: dict[str, Any] = json.loads(answer.body)
    if payload["success"]:
        check_form(operation, payload)
    return payload


def found(trader: Trader, **changes: object) -> list[str]:
    return [row["adv"]["advNo"] for row in visit(trader, "market.search", {**SEARCH, **changes})["data"]]


def test_everybody_finds_the_ads_without_a_key():
    """The ads one can buy from, the cheapest first, with who posted them and without what is private."""
    merchant, _, _ = trading()
    dear, cheap = merchant.post_ad(), merchant.post_ad(price="18.40", remarks="Own account only", autoReplyMsg="Hi")
    payload = visit(merchant, "market.search", SEARCH)
    row = payload["data"][0]

    assert [cheap, dear] == [each["adv"]["advNo"] for each in payload["data"]]
    assert 2 == payload["total"]
    assert ("18.40", "SandboxMerchant", "MASS_MERCHANT") == (
        *(row["adv"]["price"], row["advertiser"]["nickName"]),
        row["advertiser"]["userIdentity"],
    )
    assert (None, None, None) == (row["adv"]["remarks"], row["adv"]["autoReplyMsg"], row["adv"]["initAmount"])
    assert [{"identifier": "SPEI", "payType": "SPEI", "tradeMethodName": "SPEI", "iconUrlColor": None}] == (
        row["adv"]["tradeMethods"]
    )


def test_a_body_as_the_website_sends_it_is_understood():
    """Filters that are there and say nothing leave nothing out."""
    merchant, _, _ = trading()
    ad = merchant.post_ad()

    assert [ad] == found(
        merchant,
        payTypes=[],
        countries=[],
        publisherType=None,
        proMerchantAds=False,
        shieldMerchantAds=False,
        filterType="all",
        periods=[],
        additionalKycVerifyFilter=0,
        classifies=["mass", "profession"],
    )


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"periods": [15, 30]}, True),
        ({"periods": [30]}, False),
        ({"proMerchantAds": True}, False),
        ({"shieldMerchantAds": True}, False),
        ({"publisherType": "merchant"}, True),
        ({"publisherType": "user"}, False),
        ({"filterType": "tradable"}, True),
        ({"payTypes": ["SPEI"]}, True),
        ({"payTypes": ["Zelle"]}, False),
        ({"transAmount": 500}, True),
        ({"transAmount": "499.99"}, False),
        ({"followed": True, "tradedWith": True}, True),
        ({"page": 2}, False),
    ],
)
def test_filters_leave_out_what_does_not_fit(changes: dict[str, object], *, seen: bool):
    """Each filter is held against the ad."""
    merchant, _, _ = trading()
    ad = merchant.post_ad(SELL_AD)

    assert ([ad] if seen else []) == found(merchant, **changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rows": 21}, "rows"),
        ({"rows": 0}, "rows"),
        ({"page": 0}, "page"),
        ({"tradeType": "HOLD"}, "tradeType"),
        ({"transAmount": "much"}, "transAmount"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_the_website_refuses_has_its_own_code(changes: dict[str, object], field: str):
    """More than 20 rows and everything else that does not fit is 400 with 000002, in the service's form."""
    merchant, _, _ = trading()
    payload = visit(merchant, "market.search", {**SEARCH, **changes}, status=400)

    assert ("000002", f"illegal parameter: {field}") == (payload["code"], payload["message"])


def test_one_ad_is_read_by_its_number():
    """As it stands in the search."""
    merchant, _, _ = trading()
    ad = merchant.post_ad()
    [row] = visit(merchant, "market.search", SEARCH)["data"]

    assert row == visit(merchant, "market.ad", query=f"advNo={ad}".encode())["data"]


def test_an_ad_that_is_not_shown_is_not_read():
    """Neither one that is offline, nor one that is sold out, nor one that never was; and a number is needed."""
    merchant, taker, _ = trading()
    offline = merchant.post_ad()
    merchant.do("ads.update_status", {"advNos": [offline], "advStatus": 3})
    sold_out = merchant.post_ad(initAmount="30")
    taker.place(sold_out, totalAmount="550")
    codes = {
        visit(merchant, "market.ad", query=f"advNo={number}".encode())["code"] for number in (offline, sold_out, "1")
    }

    assert {"187022"} == codes
    assert "000002" == visit(merchant, "market.ad", status=400)["code"]
