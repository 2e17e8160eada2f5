"""Where the sources disagree (`api-facts.md`, section 9): the other answer that was seen, and what it must read as."""

from datetime import UTC, datetime
from decimal import Decimal

from binance_c2c_sapi.models import AdStatus, Classify, OrderHistoryStatus, OrderStatus, TradeType
from tests.support.contract import Answer

CONFLICTS = {
    # 9.2: an account's own ads as recorded in 2023, with `messageDetail`, other names and -1 for no limit.
    "recorded ads": Answer(
        "ads.list",
        """{"code":"000000","message":null,"messageDetail":null,"success":true,"total":1,"data":[{
        "advNo":"12784010203040506112","classify":"mass","tradeType":"BUY","advStatus":3,"price":"18.45",
        "minSingleTransAmount":"4000","buyerBtcPositionLimit":"-1.00000000","buyerRegDaysLimit":-1,
        "userTradeVolumeMin":null,"createTime":1710300000000,"amountAfterEditing":null,"launchCountry":null,
        "abnormalStatusList":null,"closeReason":null,"storeInformation":null,"tradeMethodCommissionRates":[
        {"tradeMethodIdentifier":"SPEI","tradeMethodName":"SPEI","commissionRate":"0.00350000"}],
        "tradeMethods":[{"payId":null,"payMethodId":"","identifier":"SPEI","tradeMethodShortName":"SPEI",
        "tradeMethodBgColor":"#336699"}]}]}""",
        {
            "0.classify": Classify.MASS,
            "0.adv_status": AdStatus.OFFLINE,
            "0.min_single_trans_amount": Decimal(4000),
            "0.buyer_btc_position_limit": Decimal("-1.00000000"),
            "0.buyer_reg_days_limit": -1,
            "0.user_trade_volume_min": None,
            "0.create_time": datetime(2024, 3, 13, 3, 20, tzinfo=UTC),
            "0.trade_method_commission_rates.0.commission_rate": Decimal("0.00350000"),
            "0.trade_methods.0.pay_id": None,
        },
    ),
    # 9.2: a rate that comes as a number where all the others come as strings.
    "rates as numbers": Answer(
        "ads.search",
        """{"code":"000000","message":"success","success":true,"total":1,"data":[{"adv":{
        "advNo":"12784019999999999999","price":18.39},"advertiser":{"userNo":"s2","monthFinishRate":0.987}}]}""",
        {"0.adv.price": Decimal("18.39"), "0.advertiser.month_finish_rate": Decimal("0.987")},
    ),
    # One client got an object where the document has a string.
    "a number in an object": Answer(
        "ads.post",
        '{"code":"000000","message":"success","data":{"advNo":"12784010203040506112"},"success":true}',
        {"": "12784010203040506112"},
    ),
    # 9.15: the ads of a merchant under the names of one's own ads; the website's name for the statistics.
    "ads under other names": Answer(
        "merchant.profile",
        """{"code":"000000","message":"success","success":true,"data":{"merchant":{"nickName":"ExampleMerchant",
        "userStatsRet":{"completedOrderNum":5210}},"buyList":null,"sellList":[{"advNo":"12784010203040506112",
        "tradeType":"SELL","fiatUnit":"MXN","advStatus":1,"minSingleTransAmount":"500.00",
        "maxSingleTransAmount":"20000.00","remarks":"Own account only","advVisibleRet":{"userSetVisible":0},
        "tradeMethods":[{"payId":40100200,"identifier":"SPEI"}]}]}}""",
        {
            "merchant.user_stats_ret.completed_order_num": 5210,
            "buy_list": None,
            "sell_list.0.trade_type": TradeType.SELL,
            "sell_list.0.fiat": "MXN",
            "sell_list.0.adv_status": AdStatus.ONLINE,
            "sell_list.0.min_single_trans_amount": Decimal("500.00"),
            "sell_list.0.max_single_trans_amount": Decimal("20000.00"),
            "sell_list.0.remarks": "Own account only",
            "sell_list.0.adv_visible_ret.user_set_visible": 0,
            "sell_list.0.trade_methods.0.pay_id": 40100200,
        },
    ),
    # The guide that travels with the document has another name for the address.
    "the guide's address": Answer(
        "chat.image_upload_url",
        """{"code":"000000","message":"success","data":{"preSignedUrl":"https://example-bucket.invalid/abc.jpg",
        "imageUrl":"https://example-cdn.invalid/c2c/chat/abc.jpg"},"success":true}""",
        {"pre_signed_url": "https://example-bucket.invalid/abc.jpg"},
    ),
    # Some clients name a status that the document does not.
    "a status of some clients": Answer(
        "orders.history",
        """{"code":"000000","message":"success","success":true,"total":1,"data":[
        {"orderNumber":"22784010203040506113","orderStatus":"APPEALING"}]}""",
        {"0.order_status": OrderHistoryStatus.APPEALING, "0.order_status.is_disputed": True},
    ),
    # The document knows no 5, and has 3 for an appeal; live answers have 5. Both are a dispute.
    "an appeal by live answers": Answer(
        "orders.list",
        """{"code":"000000","message":"success","success":true,"total":2,"data":[
        {"orderNumber":"22784010203040506113","orderStatus":5},{"orderNumber":"22784010203040506114","orderStatus":3}]}""",
        {
            "0.order_status": OrderStatus.IN_APPEAL,
            "0.order_status.is_disputed": True,
            "0.order_status.is_open": True,
            "0.order_status.is_paid": False,
            "0.order_status.is_over": False,
            "1.order_status": OrderStatus.DISTRIBUTING,
            "1.order_status.is_disputed": True,
        },
    ),
    # The specification types a message's number as a number.
    "a message's number as a number": Answer(
        "chat.messages",
        """{"code":"000000","message":"success","success":true,"total":1,"data":[{"id":1990000000000000002}]}""",
        {"0.id": "1990000000000000002"},
    ),
    # An ad in a promoted place, as the public search of 2026 has it.
    "a promoted ad": Answer(
        "market.search",
        """{"code":"000000","message":null,"messageDetail":null,"success":true,"total":1,"data":[{"adv":{
        "advNo":"12784019999999999999","classify":"2","isSafePayment":false,"privilegeType":2,"closeReason":null,
        "adAdditionalKycVerifyItems":[{"displayTitleValue":"A selfie","livenessCheckStatus":0}]},
        "advertiser":{"userNo":"s2","positiveRate":0.99672131,"tagIconUrls":[]},"privilegeType":2}]}""",
        {
            "0.adv.classify": Classify("2"),
            "0.adv.is_safe_payment": False,
            "0.adv.privilege_type": 2,
            "0.adv.ad_additional_kyc_verify_items.0.liveness_check_status": 0,
            "0.advertiser.tag_icon_urls": [],
            "0.privilege_type": 2,
        },
    ),
    # 9.3: by the specification a time is a text.
    "times as texts": Answer(
        "orders.mark_paid",
        """{"code":"000000","message":"success","data":{"orderNumber":"22784010203040506114",
        "notifyPayTime":"2024-03-14T23:51:40.000+00:00","confirmPayEndTime":"2024-03-14T18:06:40-06:00",
        "complainFreezeTime":"2024-03-14T23:51:40Z"},"success":true}""",
        {
            "notify_pay_time": datetime(2024, 3, 14, 23, 51, 40, tzinfo=UTC),
            "confirm_pay_end_time": datetime(2024, 3, 15, 0, 6, 40, tzinfo=UTC),
            "complain_freeze_time": datetime(2024, 3, 14, 23, 51, 40, tzinfo=UTC),
        },
    ),
    # A page of nothing, in the two ways it comes.
    "an empty page": Answer(
        "orders.list", '{"code":"000000","message":"success","success":true,"total":0,"data":[]}', {"total": 0}
    ),
    "no page at all": Answer(
        "orders.list", '{"code":"000000","message":"success","success":true,"data":null}', {"total": None}
    ),
}
