"""The fields of the API that hold personal data, by their wire names. A name that is not listed counts as personal."""

from functools import cache

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
        # What they write, and the names they give to files and templates.
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
"""Fields with sentences of the exchange's: kept, and looked through for what elsewhere stands for a person."""

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
    """Whether the values of a field may be recorded as they are: it is described, and not personal."""
    return name not in PERSONAL and name in _described()


@cache
def _described() -> frozenset[str]:
    """The wire name of every field that this version describes."""
    from binance_c2c_sapi import models  # noqa: PLC0415 - all of them: only where something is recorded

    kinds = (getattr(models, name) for name in models.__all__)
    return _OTHERS.union(*(getattr(kind, "NAMES", {}).values() for kind in kinds))
