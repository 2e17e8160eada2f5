"""The fields of the API that hold personal data, by their wire names. A name that is not listed counts as personal."""

import re
from functools import cache

from binance_c2c_runtime import reading, shapes

PERSONAL = frozenset(
    {
        # Names of people and companies, and the numbers the exchange knows them by.
        *("buyerCompanyAccountName", "buyerName", "buyerNickname", "buyerUserNo", "counterPartNickName"),
        *("creatorNickName", "fromNickName", "fromNickname", "kycFullName", "makerNickname", "makerUserNo"),
        *("merchantNo", "nickName", "nickname", "operatorName", "realName", "sellerCompanyAccountName", "sellerName"),
        *("sellerNickname", "sellerUserNo", "takerNickname", "takerUserNo", "userId", "userNo"),
        *("advMainUserId", "advUserId", "groupId", "inviteeChatId", "mainUserId", "makerUserId", "takerUserId"),
        # Where they live and are reached.
        *("address", "businessMobile", "buyerMobilePhone", "email", "fullAddress", "geoCode", "latitude", "longitude"),
        *("maskedBusinessMobile", "maskedEmail", "mobile", "redirectDeeplink", "redirectLink", "sellerMobilePhone"),
        *("storeId", "storeInformation", "storeName", "storeShortName"),
        # Documents and accounts.
        *("fieldValue", "idNumber", "payAccount", "payBank", "paySubBank", "payee", "qrCodePath"),
        # Texts that people write, and their names for files and templates.
        *("autoReply", "autoReplyMsg", "cancelReasonAdditional", "content", "description", "fileName", "imageName"),
        *("orderCancelAdditionalInfo", "refMessage", "remark", "remarkHtml", "remarks", "templateName"),
        "translateContent",
        # Pictures, and tokens that open something.
        *(
            "filePath",
            "fileUrl",
            "fileUrls",
            "imageUrl",
            "listenKey",
            "listenToken",
            "preSignedUrl",
            "thumbnailUrl",
            "uploadUrl",
        ),
    }
)
"""Fields whose values stand for a person, an account or a text that somebody wrote."""

CODES = frozenset(
    {"code", "emailVerifyCode", "fundPwd", "googleVerifyCode", "mobileVerifyCode", "yubikeyVerifyCode"}
)  # fmt: skip
"""Fields of a request that hold a one-time code or a password. In answers `code` is the code of the outcome."""

SENTENCES = frozenset(
    {
        *(
            "alertContent",
            "alertTitle",
            "cancelReasonDesc",
            "closeReason",
            "complaintReason",
            "errorMessage",
            "errorMsg",
            "errorWord",
        ),
        *("forbidReason", "hintWord", "invisibleReason", "message", "messageDetail", "msg", "offlineReason"),
        *("reason", "reasonDesc", "riskTips"),
    }
)
"""Fields with sentences by the exchange: kept, but personal values of other fields are replaced in them."""

HARMLESS = frozenset(
    re.findall(
        r"\w+",
        """
        adNo adOrderNo adsNo advNo advNos advOrderId advOrderNumber alertLevel approvalResult area areas asset
        assetLogo assetLogoUrl assetName assets assetTicketSize badges bgColor chanelInvolved channel chatWssUrl
        clientType code complaintNo convertAssets countries countryCode countyCode currency currencyCode
        currencySymbol currencyTicketSize data displayTitleValue enable eqMarginUnit errorCode errorKey fiat
        fiatCurrency fiatSymbol fiatUnit fieldId fieldName fieldTitle fieldTitleKey friOpenTime friOpenTimeLocal
        hintKey iconUrl iconUrlColor iconUrlGray id identifier imageType informMethods invisibleTitle
        invisibleType launchCountry logo marginAsset marginUnit merchantType monOpenTime monOpenTimeLocal name
        nameKey nickColor nonTradableRegions order orderAsset orderFiat orderNo orderNoList orderNumber origin
        parentId payId payLimitUnit payMethodId payMethodName payType payTypeDesc payTypeList payTypes periods
        priceTicketSize privilegeDesc restrictionType risk riskKey satOpenTime satOpenTimeLocal scenario
        selectedPayId seqNo shortName shortNameKey sort source sourceLangName sourceType specification status
        sunOpenTime sunOpenTimeLocal symbol tagIconUrls tagName tagNameContent targetLangName thuOpenTime
        thuOpenTimeLocal timeZone topicId topicType tradeMethodBgColor tradeMethodIdentifier
        tradeMethodIdentifiers tradeMethodName tradeMethodRisk tradeMethods tradeMethodShortName
        transcodingStatus tueOpenTime tueOpenTimeLocal typeCode typeName userIdentity userTradeVolumeAsset uuid
        valueEn valueZhCn version wedOpenTime wedOpenTimeLocal
        """,
    )
)
"""Fields with texts or identifiers that a person has checked to hold no personal data."""

# Names of the envelope, of queries and of requests that no model has.
_OTHERS = frozenset(
    {
        *("adOrderNo", "additionalKycVerifyFilter", "adsNo", "advNos", "authType", "buyType", "chatMessageType"),
        *("classifies", "code", "complaintStatusList", "data", "endDate", "endTime", "endTimestamp", "fiatCurrency"),
        *("filterType", "followed", "fromUserRole", "inDeal", "limit", "matchPrice", "message", "messageDetail", "msg"),
        *("onlineDelayTime", "onlineNow", "order", "orderCancelReasonCode", "orderNoList", "orderStatusList"),
        *("orderStatusListWhenInitiate", "page", "payTypes", "proMerchantAds", "rows", "saveAsTemplate", "scenario"),
        *("scene", "shieldMerchantAds", "sort", "startDate", "startTime", "startTimestamp", "success", "total"),
        *("totalAmount", "tradeMethodIdentifiers", "tradedWith", "transAmount", "updateMode", "version"),
    }
)


def is_kept(name: str) -> bool:
    """Whether the values of a field may be recorded as they are.

    That is so if the API's description has the field and it is not personal. A text, or a number that identifies
    something, has to be listed here too.
    """
    return name not in PERSONAL and (name in _impersonal() or name in HARMLESS or name in SENTENCES)


@cache
def _impersonal() -> frozenset[str]:
    """The wire names of all described fields that cannot identify a person: amounts, times, states."""
    from binance_c2c_sapi import models  # noqa: PLC0415 - all of them: only where something is recorded

    kinds = (getattr(models, name) for name in models.__all__)
    fields = [field for kind in kinds if kind in shapes.READERS for field in shapes.READERS[kind].fields]
    return _OTHERS.union(field.wire for field in fields) - {field.wire for field in fields if _may_be_personal(field)}


def _may_be_personal(field: shapes.Field) -> bool:
    # A field without a type in the description may be a text, or hold texts.
    is_text = field.kind is shapes.TEXT or field.kind is shapes.ANY or field.kind.use is reading.to_text
    return is_text or (field.kind is shapes.WHOLE and re.search(r"(?:Id|No|Number)$", field.wire) is not None)
