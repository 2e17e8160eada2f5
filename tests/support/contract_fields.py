"""Every field the vendor's document lists in an answer, typed by hand from it and from recorded answers.

Some have a name and no type; they too are known.
"""

from typing import NamedTuple


class Fields(NamedTuple):
    """The fields of one object in an answer."""

    operation: str
    wire: str
    """Where the object stands on the wire."""
    python: str
    """Where it is to be found in the value."""
    names: str
    disagrees: str = ""
    """Where the description does not say what the sources say."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Money, rates and quantities: a `Decimal`, whether they come as a string, as the recordings have it, or as a number.
NUMBERS = _words(
    """
    price priceFloatingRatio rateFloatingRatio currencyRate initAmount surplusAmount tradableQuantity
    minSingleTransAmount maxSingleTransAmount dynamicMaxSingleTransAmount minSingleTransQuantity maxSingleTransQuantity
    dynamicMaxSingleTransQuantity commissionRate takerCommissionRate buyerBtcPositionLimit userTradeCompleteRateMin
    userTradeVolumeMin userTradeVolumeMax referencePrice monthFinishRate margin minOrderPrice maxOrderPrice
    minOrderAmount maxOrderAmount dynamicMaxOrderPrice dynamicMaxOrderAmount buyerBtcAmount
    completedOrderTotalBtcAmount completedOrderTotalBtcAmountOfLatest30day completedBuyOrderTotalBtcAmount
    completedSellOrderTotalBtcAmount avgReleaseTimeOfLatest30day avgPayTimeOfLatest30day finishRateLatest30day amount
    totalPrice unitPrice commission takerCommission takerAmount payLimit currentPayAmount finishRate
    finishRateLatest30Day positiveRate userDiscountOffRateMaker userDiscountOffRateTaker makerBuyBaseCommissionRate
    makerBuyCommissionRate makerSellBaseCommissionRate makerSellCommissionRate takerBuyBaseCommissionRate
    takerBuyCommissionRate takerSellBaseCommissionRate takerSellCommissionRate baseCommissionRate avgPayTime
    avgPayTimeOfLatest30day avgReleaseTime minFiatAmountForAdditionalKyc minTakerFee buyerCreditScore sellerCreditScore
    """
)
# Moments, which come as milliseconds since 1970. `advConfirmTime` and the filters are durations and sets.
TIMES = _words(
    """
    createTime updateTime advUpdateTime registrationTime suspendEndTime notifyPayTime confirmPayTime cancelTime
    notifyPayEndTime confirmPayEndTime allowComplainTime complainFreezeTime complaintDeadline expectedPayTime
    expectedReleaseTime sysCancelTime cancelComplaintTime serverTime
    """
)

VISIBILITY = "userSetVisible surplusAmountVisible orderFlowVisible freeAmountVisible"
RATE = "tradeMethodIdentifier tradeMethodName commissionRate"
AD = """
    advNo advStatus offlineReason createTime advUpdateTime advVisibleRet classify tradeType asset assetLogo assetScale
    fiatScale priceScale assetVo fiatUnit fiatSymbol fiatVo priceType price priceFloatingRatio rateFloatingRatio
    currencyRate initAmount surplusAmount tradableQuantity minSingleTransAmount maxSingleTransAmount
    dynamicMaxSingleTransAmount minSingleTransQuantity maxSingleTransQuantity dynamicMaxSingleTransQuantity
    payTimeLimit remarks autoReplyMsg isTradable commissionRate takerCommissionRate takerAdditionalKycRequired
    buyerKycLimit buyerRegDaysLimit buyerBtcPositionLimit userTradeCountFilterTime userTradeCompleteRateFilterTime
    userTradeVolumeFilterTime userAllTradeCountMin userAllTradeCountMax userBuyTradeCountMin userBuyTradeCountMax
    userSellTradeCountMin userSellTradeCountMax userTradeCompleteCountMin userTradeCompleteRateMin userTradeType
    userTradeVolumeAsset userTradeVolumeMin userTradeVolumeMax tradeMethods tradeMethodCommissionRateVoList
    tradeMethodCommissionRates adAdditionalKycVerifyItems adTags amountAfterEditing launchCountry abnormalStatusList
    closeReason storeInformation allowTradeMerchant inventoryType isSafePayment isStarTraderAdditionalKycExclusion
    isStarTraderCounterpartyConditionsExclusion minFiatAmountForAdditionalKyc minTakerFee nonTradableRegions
    adTradeInstructionTagInfoRets invisibleType invisibleTitle invisibleReason privilegeType
"""
METHOD = """
    payId identifier payType tradeMethodName iconUrlColor payAccount payBank paySubBank
    payMethodId tradeMethodShortName tradeMethodBgColor
"""
MERCHANTS_AD = """
    advNo asset logo fiatUnit fiatSymbol autoReply remark offlineReason tradeType mainUserId userId price surplusAmount
    minOrderPrice maxOrderPrice minOrderAmount maxOrderAmount dynamicMaxOrderPrice dynamicMaxOrderAmount buyerBtcAmount
    buyerRegisterLimit kycLimit payTimeLimit takerAdditionalKycRequired assetScale fiatScale priceScale assetTicketSize
    currencyTicketSize priceTicketSize isConformed payTypeList adVisibleRet payMethodDtos
    minSingleTransAmount maxSingleTransAmount advStatus remarks autoReplyMsg tradeMethods advVisibleRet
"""
ORDER = """
    orderNumber advOrderNumber advOrderId tradeType orderStatus asset fiatUnit fiatSymbol iconUrl amount price
    totalPrice currencyRate assetTicketSize currencyTicketSize priceTicketSize buyerNickname buyerName
    buyerMobilePhone sellerNickname sellerName sellerMobilePhone payee idNumber address payType payAccount payBank
    paySubBank qrCodePath selectedPayId payMethods createTime updateTime notifyPayTime confirmPayTime cancelTime
    notifyPayEndTime confirmPayEndTime allowComplainTime complainFreezeTime complaintDeadline expectedPayTime
    expectedReleaseTime notifyPayedExpireMinute confirmPayedExpireMinute confirmPayTimeout avgPayPeriod
    avgReleasePeriod unreadCount isComplaintAllowed canCancelComplaintOrder authentication complaintStatus
    complaintReason commissionRate commission takerCommissionRate takerCommission takerAmount
    tradeMethodCommissionRateVoList additionalKycVerify merchantNo nickColor onlineStatus clientType origin remark
    takerUserNo confirmPaidType quickConfirmAmountUpLimit chatUnreadCount classify payTimeLimit maker taker
"""
PLACED = """
    publisherType cancelReasonDesc cancelReasonAdditional sysCancelTime advMakerRoles orderTakerRoles lengthOfPayTime
    lengthOfConfirmTime buyerCreditScore sellerCreditScore statFlag isRiskCount isChatEnabled store
    orderComplaintAmount userId mainUserId advUserId advMainUserId payTypeDesc cancelComplaintTime isSupportVirtualNum
    isBuyerCompanyAccount isSellerCompanyAccount buyerCompanyAccountName sellerCompanyAccountName
"""
PAYMENT_METHOD = """
    id userId mainUserId tradeMethodIdentifier payType payee payAccount payBank paySubBank qrCodePath payLimitUnit
    forbidReason payStatus payLimit currentPayAmount advCount isRemoved createTime updateTime tradeMethod fieldList
"""
PAYMENT_FIELD = """
    id fieldId fieldName fieldTitle fieldTitleKey fieldContentType fieldValue hintWord hintKey errorWord errorKey
    isRequired isCopyable isEncrypt isDisplay lengthLimit restrictionType sequence status createTime updateTime
"""
TRADE_METHOD = """
    id tradeMethodCode identifier name nameKey shortName shortNameKey typeCode typeName bgColor iconUrlColor
    iconUrlGray remark risk riskKey riskLevel sequence chatNeed multiAllow isOnline isRecommended isVisible createTime
    updateTime
"""

FIELDS = (
    Fields("ads.categories", "data", "", "advClassifies"),
    Fields("ads.get", "data", "", AD),
    Fields("ads.get", "data.advVisibleRet", "adv_visible_ret", VISIBILITY),
    Fields("ads.get", "data.assetVo", "asset_vo", "asset name iconUrl decimalScale"),
    Fields(
        "ads.get",
        "data.fiatVo",
        "fiat_vo",
        "countryCode currencyCode currencySymbol iconUrl currencyScale priceScale",
    ),
    Fields("ads.get", "data.tradeMethods.0", "trade_methods.0", METHOD),
    Fields("ads.get", "data.tradeMethodCommissionRateVoList.0", "trade_method_commission_rate_vo_list.0", RATE),
    Fields("ads.list", "data.0", "0", AD),
    Fields("ads.search", "data.0.adv", "0.adv", AD),
    Fields(
        "ads.search",
        "data.0.advertiser",
        "0.advertiser",
        """userNo nickName realName email mobile userType marginUnit tagIconUrls orderCount monthOrderCount
        advConfirmTime monthFinishRate margin registrationTime""",
    ),
    Fields(
        "ads.reference_prices",
        "data.0",
        "0",
        "asset currency currencySymbol referencePrice assetScale currencyScale priceScale",
    ),
    Fields("ads.update_status", "data", "", "status failList"),
    Fields("ads.update_status", "data.failList.0", "fail_list.0", "advNo errorCode errorMsg"),
    Fields(
        "currencies.digital",
        "data.0",
        "0",
        "asset name iconUrl decimalScale ranking isEnable isTransVisible createTime updateTime",
    ),
    Fields(
        "currencies.fiat", "data.0", "0", "currencyCode countryCode currencySymbol currencyScale iconUrl priceScale"
    ),
    Fields("merchant.start_rest", "data", "", "suspendEndTime"),
    Fields("merchant.profile", "data", "", "merchant buyList sellList"),
    Fields(
        "merchant.profile",
        "data.merchant",
        "merchant",
        """merchantNo userNo nickName nickColor userType onlineStatus marginUnit assetTicketSize chanelInvolved margin
        monthFinishRate orderCount monthOrderCount advConfirmTime registerDays firstOrderDays authentication bindMobile
        emailVerified idVerified userGradeInstanceResp userKycResp userStatsResp userStatsRet""",
    ),
    Fields(
        "merchant.profile",
        "data.merchant.userGradeInstanceResp",
        "merchant.user_grade_instance_resp",
        "agreementSigned emailStatus kycStatus marginStatus mobileStatus nickNameStatus userGrade",
    ),
    Fields("merchant.profile", "data.merchant.userKycResp", "merchant.user_kyc_resp", "addressStatus kycType"),
    Fields(
        "merchant.profile",
        "data.merchant.userStatsResp",
        "merchant.user_stats_resp",
        """completedOrderNum completedOrderNumOfLatest30day completedBuyOrderNum completedBuyOrderNumOfLatest30day
        completedSellOrderNum completedSellOrderNumOfLatest30day completedOrderTotalBtcAmount
        completedOrderTotalBtcAmountOfLatest30day completedBuyOrderTotalBtcAmount completedSellOrderTotalBtcAmount
        avgReleaseTimeOfLatest30day avgPayTimeOfLatest30day finishRateLatest30day payMethodCount registerDays
        firstOrderDays""",
    ),
    Fields("merchant.profile", "data.sellList.0", "sell_list.0", MERCHANTS_AD),
    Fields("merchant.profile", "data.sellList.0.adVisibleRet", "sell_list.0.ad_visible_ret", VISIBILITY),
    Fields(
        "merchant.profile",
        "data.sellList.0.payMethodDtos.0",
        "sell_list.0.pay_method_dtos.0",
        """id payMethodId identifier payType payAccount payBank paySubBank tradeMethodName tradeMethodShortName
        tradeMethodBgColor iconUrlColor""",
    ),
    Fields("orders.get", "data", "", ORDER),
    Fields("orders.get", "data.payMethods.0", "pay_methods.0", "id identifier tradeMethodName iconUrlColor fields"),
    Fields(
        "orders.get",
        "data.payMethods.0.fields.0",
        "pay_methods.0.fields.0",
        """fieldId fieldName fieldContentType fieldValue hintWord isRequired isCopyable lengthLimit sequence
        restrictionType""",
    ),
    Fields("orders.summary", "data", "", "tradingCount buyerPayedCount inAppealCount inProcessCount"),
    Fields(
        "orders.list",
        "data.0",
        "0",
        """orderNumber advNo tradeType asset fiat fiatSymbol amount totalPrice orderStatus createTime notifyPayEndTime
        confirmPayEndTime buyerNickname sellerNickname commissionRate commission takerCommissionRate takerCommission
        takerAmount assetTicketSize currencyTicketSize priceTicketSize chatUnreadCount additionalKycVerify
        tradeMethodCommissionRateVoList price makerNickname makerUserNo complaintStatus canCancelComplaintOrder""",
    ),
    Fields(
        "orders.history",
        "data.0",
        "0",
        """orderNumber advNo tradeType asset fiat fiatSymbol amount totalPrice unitPrice commission takerCommissionRate
        takerCommission takerAmount orderStatus createTime counterPartNickName payMethodName additionalKycVerify
        advertisementRole""",
    ),
    Fields(
        "orders.mark_paid",
        "data",
        "",
        "orderNumber orderStatus selectedPayId notifyPayTime confirmPayEndTime complainFreezeTime",
    ),
    Fields("orders.place", "data", "", "result orderMatch"),
    Fields("orders.place", "data.orderMatch", "order_match", ORDER + PLACED),
    Fields(
        "orders.counterparty_stats",
        "data",
        "",
        """completedOrderNum completedOrderNumOfLatest30day finishRate finishRateLatest30Day
        numberOfTradesWithCounterpartyCompleted30day registerDays avgPayTime avgPayTimeOfLatest30day avgReleaseTime
        avgReleaseTimeOfLatest30day""",
    ),
    Fields("orders.verify_kyc", "data", "", "orderNumber kycVerified"),
    Fields("payment_methods.get", "data", "", PAYMENT_METHOD),
    Fields("payment_methods.get", "data.fieldList.0", "field_list.0", PAYMENT_FIELD),
    Fields("payment_methods.mine", "data.0", "0", PAYMENT_METHOD),
    Fields("payment_methods.mine", "data.0.tradeMethod", "0.trade_method", TRADE_METHOD),
    Fields("payment_methods.list", "data.0", "0", TRADE_METHOD),
    Fields(
        "users.me",
        "data",
        "",
        """nickname kycFullName countryCode existsNickname kycPassed isUserGoogle isUserMobile isSubUser
        fiatProtocolConfirm bindMobileStatus userKycStatus kycType registerDays overComplained businessStatus
        userNo merchantNo nickName""",
    ),
    Fields("chat.risk_tips", "data", "", "riskHints"),
    Fields("chat.risk_tips", "data.riskHints.0", "risk_hints.0", "riskTips riskType"),
    Fields("chat.image_upload_url", "data", "", "uploadUrl imageUrl preSignedUrl"),
    Fields("chat.credential", "data", "", "chatWssUrl listenKey listenToken"),
    Fields(
        "chat.messages",
        "data.0",
        "0",
        """id type status content fromNickName imageUrl thumbnailUrl imageType orderNo uuid width height self
        createTime""",
    ),
    Fields(
        "commission_rates.overview",
        "data",
        "",
        "userLevel userDiscountOffRateMaker userDiscountOffRateTaker assetRetList",
    ),
    Fields(
        "commission_rates.overview",
        "data.assetRetList.0",
        "asset_ret_list.0",
        "asset assetName assetLogoUrl items",
    ),
    Fields(
        "commission_rates.overview",
        "data.assetRetList.0.items.0",
        "asset_ret_list.0.items.0",
        """area channel fiat makerBuyBaseCommissionRate makerBuyCommissionRate makerSellBaseCommissionRate
        makerSellCommissionRate takerBuyBaseCommissionRate takerBuyCommissionRate takerSellBaseCommissionRate
        takerSellCommissionRate""",
    ),
    Fields(
        "commission_rates.taker", "data.0", "0", "tradeType tradeMethodIdentifier commissionRate baseCommissionRate"
    ),
    Fields(
        "keys.permissions",
        "",
        "",
        """ipRestrict createTime enableReading enableWithdrawals enableInternalTransfer enableMargin enableFutures
        permitsUniversalTransfer enableVanillaOptions enableFixApiTrade enableFixReadOnly enableSpotAndMarginTrading
        enablePortfolioMarginTrading""",
    ),
    Fields("system.time", "", "", "serverTime"),
    Fields("market.search", "data.0", "0", "adv advertiser privilegeDesc privilegeType privilegeTypeAdTotalCount"),
    Fields(
        "market.search",
        "data.0.advertiser",
        "0.advertiser",
        """userNo nickName monthOrderCount monthFinishRate positiveRate userType userGrade userIdentity vipLevel
        isBlocked activeTimeInSecond badges merchantGroupMember orderCount advConfirmTime realName email mobile margin
        marginUnit registrationTime tagIconUrls""",
    ),
    Fields(
        "market.search",
        "data.0.advertiser",
        "0.advertiser",
        "proMerchant",
    ),
    Fields("market.ad", "data", "", "adv advertiser"),
)
