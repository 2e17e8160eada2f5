"""Answers about payment methods, people, chat, keys and the market, typed by hand, and what they must read as.

They are from `api-facts.md`, which has no example for three of them: `keys.permissions` is as Binance's wallet
documentation prints it, `payment_methods.get` has other fields of its list, `market.ad` is a row of a search.
"""

from datetime import UTC, datetime
from decimal import Decimal

from binance_c2c_sapi.models import (
    BindMobileStatus,
    BusinessStatus,
    ChatMessageStatus,
    ChatMessageType,
    FieldContentType,
    FieldDisplay,
    KycType,
    PayStatus,
    PayType,
    PublisherType,
    RestrictionType,
    RiskType,
    TradeType,
    UserKycStatus,
)
from tests.support.contract import Answer

DONE = '{"code":"000000","message":"success","success":true}'

OTHERS = (
    Answer(
        "payment_methods.get",
        """{"code":"000000","message":"success","success":true,"data":{"id":40100200,"userId":350000001,
        "mainUserId":350000001,"tradeMethodIdentifier":"SPEI","payType":"BANK","payStatus":"FORBID",
        "forbidReason":"name mismatch","payLimit":"50000.00","payLimitUnit":"MXN","currentPayAmount":"120.50",
        "createTime":1710300000000,"updateTime":1710460000000,"fieldList":[{"id":7,"fieldId":"3","fieldTitle":"CLABE",
        "fieldContentType":"pay_account","isRequired":1,"isEncrypt":0,"isDisplay":2,"restrictionType":1,"status":1}]}}""",
        {
            "pay_id": 40100200,
            "pay_type": PayType.BANK,
            "pay_status": PayStatus.FORBID,
            "pay_limit": Decimal("50000.00"),
            "current_pay_amount": Decimal("120.50"),
            "create_time": datetime(2024, 3, 13, 3, 20, tzinfo=UTC),
            "trade_method": None,
            "field_list.0.field_content_type": FieldContentType.PAY_ACCOUNT,
            "field_list.0.is_display": FieldDisplay.PRIVATE,
            "field_list.0.restriction_type": RestrictionType.DIGITS,
        },
        {
            "data.payStatus": "pay_status",
            "data.payType": "pay_type",
            "data.fieldList.0.fieldContentType": "field_list.0.field_content_type",
            "data.fieldList.0.isDisplay": "field_list.0.is_display",
            "data.fieldList.0.restrictionType": "field_list.0.restriction_type",
        },
    ),
    Answer(
        "payment_methods.mine",
        """{"code":"000000","message":"success","success":true,"data":[{"id":40100200,"tradeMethodIdentifier":"SPEI",
        "payStatus":"ACTIVE","advCount":2,"isRemoved":0,"tradeMethod":{"id":318,"identifier":"SPEI","name":"SPEI",
        "typeCode":"bank-transfer"},"fieldList":[{"fieldId":"3","fieldName":"CLABE","fieldContentType":"pay_account",
        "fieldValue":"000000000000000000","isRequired":1,"isCopyable":1,"lengthLimit":18}]}]}""",
        {
            "0.pay_id": 40100200,
            "0.trade_method_identifier": "SPEI",
            "0.pay_status": PayStatus.ACTIVE,
            "0.is_removed": 0,
            "0.trade_method.identifier": "SPEI",
            "0.trade_method.type_code": "bank-transfer",
            "0.field_list.0.field_value": "000000000000000000",
            "0.field_list.0.is_required": 1,
        },
        {
            "data.0.payStatus": "0.pay_status",
            "data.0.fieldList.0.fieldContentType": "0.field_list.0.field_content_type",
        },
    ),
    Answer(
        "payment_methods.list",
        """{"code":"000000","message":"success","success":true,"total":1,"data":[{"id":318,"identifier":"SPEI",
        "name":"SPEI","shortName":"SPEI","typeCode":"bank-transfer","typeName":"Bank transfer","bgColor":"#336699",
        "iconUrlColor":null,"riskLevel":1,"multiAllow":1,"chatNeed":0,"isVisible":1,"sequence":10}]}""",
        {"0.identifier": "SPEI", "0.icon_url_color": None, "0.risk_level": 1, "0.multi_allow": 1, "0.sequence": 10},
    ),
    Answer(
        "users.me",
        """{"code":"000000","message":"success","data":{"nickname":"ExampleMerchant","existsNickname":true,
        "kycFullName":"JOHN EXAMPLE","kycPassed":true,"kycType":1,"userKycStatus":"PASS","countryCode":"MX",
        "bindMobileStatus":"BIND","isUserGoogle":true,"isUserMobile":true,"isSubUser":false,
        "fiatProtocolConfirm":true,"registerDays":902,"overComplained":0,"businessStatus":1},"success":true}""",
        {
            "nickname": "ExampleMerchant",
            "exists_nickname": True,
            "kyc_full_name": "JOHN EXAMPLE",
            "kyc_type": KycType.INDIVIDUAL,
            "user_kyc_status": UserKycStatus.PASS,
            "bind_mobile_status": BindMobileStatus.BIND,
            "is_sub_user": False,
            "over_complained": 0,
            "business_status": BusinessStatus.OPEN,
        },
        {
            "data.kycType": "kyc_type",
            "data.userKycStatus": "user_kyc_status",
            "data.bindMobileStatus": "bind_mobile_status",
            "data.businessStatus": "business_status",
        },
    ),
    Answer(
        "chat.risk_tips",
        """{"code":"000000","message":"success","data":{"riskHints":[
        {"riskType":"counterparty","riskTips":"Example hint"}]},"success":true}""",
        {"risk_hints.0.risk_type": RiskType.COUNTERPARTY, "risk_hints.0.risk_tips": "Example hint"},
        {"data.riskHints.0.riskType": "risk_hints.0.risk_type"},
    ),
    Answer(
        "chat.image_upload_url",
        """{"code":"000000","message":"success","data":{
        "uploadUrl":"https://example-bucket.invalid/c2c/chat/abc.jpg?X-Amz-Expires=300&X-Amz-SignedHeaders=host",
        "imageUrl":"https://example-cdn.invalid/c2c/chat/abc.jpg"},"success":true}""",
        {
            "upload_url": "https://example-bucket.invalid/c2c/chat/abc.jpg?X-Amz-Expires=300&X-Amz-SignedHeaders=host",
            "image_url": "https://example-cdn.invalid/c2c/chat/abc.jpg",
        },
    ),
    Answer("chat.mark_order_read", DONE, {"": None}),
    Answer("chat.mark_user_read", DONE, {"": None}),
    Answer(
        "chat.credential",
        """{"code":"000000","message":"success","data":{"chatWssUrl":"wss://im.binance.com:443/chat",
        "listenKey":"c2c_00000000000000000000000000000000_v2",
        "listenToken":"TOKEN00000000000000000000000000000000"},"success":true}""",
        {
            "chat_wss_url": "wss://im.binance.com:443/chat",
            "listen_key": "c2c_00000000000000000000000000000000_v2",
            "listen_token": "TOKEN00000000000000000000000000000000",
        },
    ),
    Answer(
        "chat.messages",
        """{"code":"000000","message":"success","success":true,"total":2,"data":[{"id":"1990000000000000002","type":"text",
        "status":"unread","content":"Hello","fromNickName":"ExampleBuyer","orderNo":"22784010203040506113",
        "self":false,"uuid":"1710460310000","createTime":1710460310000},{"id":"1990000000000000001","type":"image",
        "status":"read","content":"","imageUrl":"https://example-cdn.invalid/c2c/chat/abc.jpg",
        "thumbnailUrl":"https://example-cdn.invalid/c2c/chat/abc_t.jpg","imageType":"jpg","width":800,"height":600,
        "fromNickName":"ExampleBuyer","orderNo":"22784010203040506113","self":false,"uuid":"1710460305000",
        "createTime":1710460305000}]}""",
        {
            "total": 2,
            "0.type": ChatMessageType.TEXT,
            "0.status": ChatMessageStatus.UNREAD,
            "0.content": "Hello",
            "0.order_number": "22784010203040506113",
            "0.is_own": False,
            "0.uuid": "1710460310000",
            "0.create_time": datetime(2024, 3, 14, 23, 51, 50, tzinfo=UTC),
            "0.image_url": None,
            "1.type": ChatMessageType.IMAGE,
            "1.content": "",
            "1.width": 800,
        },
        {"data.0.type": "0.type", "data.1.status": "1.status"},
    ),
    Answer("system.time", '{"serverTime":1710460800000}', {"server_time": datetime(2024, 3, 15, tzinfo=UTC)}),
    Answer("system.ping", "{}"),
    Answer(
        "keys.permissions",
        """{"ipRestrict":false,"createTime":1623840271000,"enableReading":true,"enableWithdrawals":false,
        "enableInternalTransfer":true,"enableMargin":false,"enableFutures":false,"permitsUniversalTransfer":true,
        "enableVanillaOptions":false,"enableFixApiTrade":false,"enableFixReadOnly":true,
        "enableSpotAndMarginTrading":false,"enablePortfolioMarginTrading":true}""",
        {
            "ip_restrict": False,
            "create_time": datetime(2021, 6, 16, 10, 44, 31, tzinfo=UTC),
            "enable_reading": True,
            "enable_withdrawals": False,
        },
    ),
    Answer(
        "market.search",
        """{"code":"000000","message":null,"messageDetail":null,"success":true,"total":143,"data":[{"adv":{
        "advNo":"12784019999999999999","tradeType":"SELL","asset":"USDT","fiatUnit":"MXN","price":"18.39",
        "surplusAmount":"1500.00","minSingleTransAmount":"300.00","maxSingleTransAmount":"9000.00","payTimeLimit":15,
        "remarks":null,"tradeMethods":[{"identifier":"SPEI","payType":"SPEI","tradeMethodName":"SPEI","payId":null}]},
        "advertiser":{"userNo":"s00000000000000000000000000000002","nickName":"ExampleTrader","monthOrderCount":88,
        "monthFinishRate":0.987,"positiveRate":0.99,"userType":"merchant","userGrade":3,
        "userIdentity":"MASS_MERCHANT","isBlocked":false},"privilegeType":null,"privilegeDesc":null}]}""",
        {
            "total": 143,
            "0.adv.adv_no": "12784019999999999999",
            "0.adv.trade_type": TradeType.SELL,
            "0.adv.fiat": "MXN",
            "0.adv.max_single_trans_amount": Decimal("9000.00"),
            "0.adv.remarks": None,
            "0.adv.trade_methods.0.pay_id": None,
            "0.advertiser.month_finish_rate": Decimal("0.987"),
            "0.advertiser.positive_rate": Decimal("0.99"),
            "0.advertiser.user_type": PublisherType.MERCHANT,
            "0.advertiser.is_blocked": False,
            "0.privilege_type": None,
        },
        {
            "data.0.adv.tradeType": "0.adv.trade_type",
            "data.0.advertiser.userType": "0.advertiser.user_type",
        },
    ),
    Answer(
        "market.ad",
        """{"code":"000000","message":null,"messageDetail":null,"success":true,"data":{"adv":{
        "advNo":"12784019999999999999","tradeType":"SELL","asset":"USDT","fiatUnit":"MXN","price":"18.39"},
        "advertiser":{"userNo":"s00000000000000000000000000000002","nickName":"ExampleTrader"}}}""",
        {
            "adv.adv_no": "12784019999999999999",
            "adv.price": Decimal("18.39"),
            "advertiser.nick_name": "ExampleTrader",
        },
        {"data.adv.tradeType": "adv.trade_type"},
    ),
    Answer(
        "keys.rsa_public_key",
        '{"code":"000000","message":"success","data":"TUlJQklqQU4uLi5leGFtcGxlLi4u","success":true}',
        {"": "TUlJQklqQU4uLi5leGFtcGxlLi4u"},
    ),
)
