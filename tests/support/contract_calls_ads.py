"""Each operation on ads called with every argument there is, and what must then leave, typed by hand.

`api-facts.md`, section 2, has the wire names. Money is given in all the ways there are (a `Decimal`, an integer, a
string), and leaves as the digits that were meant.
"""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from binance_c2c_sapi.models import AdStatus, AdTradeMethodRequest, TradeType
from tests.support.contract import Request

AD = "12784010203040506112"
OTHER_AD = "12784019999999999999"
ORDER = "22784010203040506113"

MARCH = datetime(2024, 3, 1, tzinfo=UTC)
MARCH_MS = 1_709_251_200_000
# Half past six in the evening in Mexico is half past midnight in London.
EVENING = datetime(2024, 3, 9, 18, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=-6)))
EVENING_MS = 1_710_030_600_250

FACTORS = {
    "auth_type": "FIDO2",
    "code": "000001",
    "google_verify_code": "000002",
    "mobile_verify_code": "000003",
    "email_verify_code": "000004",
    "yubikey_verify_code": "000005",
}
FACTORS_ON_THE_WIRE = {
    "authType": "FIDO2",
    "code": "000001",
    "googleVerifyCode": "000002",
    "mobileVerifyCode": "000003",
    "emailVerifyCode": "000004",
    "yubikeyVerifyCode": "000005",
}
GATES = {
    "taker_additional_kyc_required": 0,
    "buyer_kyc_limit": 1,
    "buyer_reg_days_limit": 30,
    "buyer_btc_position_limit": Decimal("1E-8"),
    "user_trade_count_filter_time": 1,
    "user_all_trade_count_min": 2,
    "user_all_trade_count_max": 3,
    "user_buy_trade_count_min": 4,
    "user_buy_trade_count_max": 5,
    "user_sell_trade_count_min": 6,
    "user_sell_trade_count_max": 7,
    "user_trade_complete_rate_filter_time": 2,
    "user_trade_complete_count_min": 8,
    "user_trade_complete_rate_min": Decimal("0.98"),
    "user_trade_volume_filter_time": 1,
    "user_trade_type": 2,
    "user_trade_volume_asset": "BTC",
    "user_trade_volume_min": "0.5",
    "user_trade_volume_max": 1000,
}
GATES_ON_THE_WIRE = {
    "takerAdditionalKycRequired": 0,
    "buyerKycLimit": 1,
    "buyerRegDaysLimit": 30,
    "buyerBtcPositionLimit": "0.00000001",
    "userTradeCountFilterTime": 1,
    "userAllTradeCountMin": 2,
    "userAllTradeCountMax": 3,
    "userBuyTradeCountMin": 4,
    "userBuyTradeCountMax": 5,
    "userSellTradeCountMin": 6,
    "userSellTradeCountMax": 7,
    "userTradeCompleteRateFilterTime": 2,
    "userTradeCompleteCountMin": 8,
    "userTradeCompleteRateMin": "0.98",
    "userTradeVolumeFilterTime": 1,
    "userTradeType": 2,
    "userTradeVolumeAsset": "BTC",
    "userTradeVolumeMin": "0.5",
    "userTradeVolumeMax": "1000",
}
TERMS = {
    "asset": "USDT",
    "fiat": "MXN",
    "price": Decimal("18.450"),
    "price_floating_ratio": Decimal("101.5"),
    "rate_floating_ratio": 100,
    "init_amount": Decimal("5E+3"),
    "min_single_trans_amount": 500,
    "max_single_trans_amount": "20000.00",
    "trade_methods": [
        {"identifier": "SPEI", "pay_id": 40100200},
        AdTradeMethodRequest(identifier="BANK", pay_id=9_007_199_254_740_993, pay_type="BANK"),
    ],
    "pay_time_limit": 15,
    "remarks": "Sólo cuenta propia, 谢谢",
    "auto_reply_msg": "Thanks",
    "save_as_template": 1,
    "template_name": "evening",
    "launch_country": ["MX"],
}
TERMS_ON_THE_WIRE = {
    "asset": "USDT",
    "fiatUnit": "MXN",
    "price": "18.450",
    "priceFloatingRatio": "101.5",
    "rateFloatingRatio": "100",
    "initAmount": "5000",
    "minSingleTransAmount": "500",
    "maxSingleTransAmount": "20000.00",
    "tradeMethods": [
        {"identifier": "SPEI", "payId": 40100200},
        {"identifier": "BANK", "payId": 9_007_199_254_740_993, "payType": "BANK"},
    ],
    "payTimeLimit": 15,
    "remarks": "Sólo cuenta propia, 谢谢",
    "autoReplyMsg": "Thanks",
    "saveAsTemplate": 1,
    "templateName": "evening",
    "launchCountry": ["MX"],
}

ADS = (
    Request("ads.get", {"adv_no": AD}, query={"adsNo": AD}),
    Request(
        "ads.reference_prices",
        {
            "fiat": "MXN",
            "trade_type": "SELL",
            "assets": ["USDT", "BTC", "ETH"],
            "pay_type": "BANK",
            "from_user_role": "USER",
        },
        body={
            "fiatCurrency": "MXN",
            "tradeType": "SELL",
            "assets": ["USDT", "BTC", "ETH"],
            "payType": "BANK",
            "fromUserRole": "USER",
        },
    ),
    Request(
        "ads.list",
        {
            "page": 2,
            "rows": 50,
            "adv_no": AD,
            "adv_status": AdStatus.ONLINE,
            "asset": "USDT",
            "fiat": "MXN",
            "trade_type": "SELL",
            "classify": "profession",
            "in_deal": 1,
            "start": MARCH_MS,
            "end": EVENING,
            "order": "createTime",
            "sort": "desc",
        },
        body={
            "page": 2,
            "rows": 50,
            "advNo": AD,
            "advStatus": 1,
            "asset": "USDT",
            "fiatUnit": "MXN",
            "tradeType": "SELL",
            "classify": "profession",
            "inDeal": 1,
            "startDate": "2024-03-01T00:00:00.000Z",
            "endDate": "2024-03-10T00:30:00.250Z",
            "order": "createTime",
            "sort": "desc",
        },
    ),
    Request(
        "ads.post",
        {
            **TERMS,
            **GATES,
            **FACTORS,
            "trade_type": "SELL",
            "classify": "mass",
            "price_type": 1,
            "online_now": False,
            "online_delay_time": 5,
        },
        body={
            **TERMS_ON_THE_WIRE,
            **GATES_ON_THE_WIRE,
            **FACTORS_ON_THE_WIRE,
            "tradeType": "SELL",
            "classify": "mass",
            "priceType": 1,
            "onlineNow": False,
            "onlineDelayTime": 5,
        },
    ),
    Request(
        "ads.search",
        {
            "asset": "USDT",
            "fiat": "MXN",
            "trade_type": TradeType.BUY,
            "page": 3,
            "rows": 10,
            "pay_types": ["SPEI", "BANK"],
            "countries": ["MX"],
            "publisher_type": "merchant",
            "trans_amount": Decimal("5E+3"),
            "filter_type": "tradable",
            "additional_kyc_verify_filter": 1,
            "classifies": ["mass", "profession"],
            "order": "price",
            "sort": "asc",
        },
        body={
            "asset": "USDT",
            "fiat": "MXN",
            "tradeType": "BUY",
            "page": 3,
            "rows": 10,
            "payTypes": ["SPEI", "BANK"],
            "countries": ["MX"],
            "publisherType": "merchant",
            "transAmount": "5000",
            "filterType": "tradable",
            "additionalKycVerifyFilter": 1,
            "classifies": ["mass", "profession"],
            "order": "price",
            "sort": "asc",
        },
    ),
    Request(
        "ads.update",
        {
            **TERMS,
            **GATES,
            **FACTORS,
            "adv_no": AD,
            "trade_type": "BUY",
            "price_type": 2,
            "adv_status": 3,
            "update_mode": "full",
        },
        body={
            **TERMS_ON_THE_WIRE,
            **GATES_ON_THE_WIRE,
            **FACTORS_ON_THE_WIRE,
            "advNo": AD,
            "tradeType": "BUY",
            "priceType": 2,
            "advStatus": 3,
            "updateMode": "full",
        },
    ),
    Request(
        "ads.update_status",
        {"adv_nos": [AD, OTHER_AD], "adv_status": 4},
        body={"advNos": [AD, OTHER_AD], "advStatus": 4},
    ),
)
