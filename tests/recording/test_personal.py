"""The judgement on each field of the description, whether its value tells of a person."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from binance_c2c._core.recording import CODES, PERSONAL, is_kept
from binance_c2c._core.recording.personal import SENTENCES

BUNDLE = json.loads((Path(__file__).parents[2] / "openapi/dist/c2c.json").read_text(encoding="utf-8"))
# By hand: texts and numbers that name no person. A field that the description gains is judged here, or in `PERSONAL`.
HARMLESS = frozenset(
    re.findall(
        r"\w+",
        """
        adNo adOrderNo adsNo advNo advNos advOrderId advOrderNumber alertLevel approvalResult area areas asset
        assetLogo assetLogoUrl assetName assets assetTicketSize badges bgColor chanelInvolved channel chatWssUrl
        clientType code complaintNo countries countryCode countyCode currency currencyCode currencySymbol
        currencyTicketSize data displayTitleValue enable eqMarginUnit errorCode errorKey fiat fiatCurrency
        fiatSymbol fiatUnit fieldId fieldName fieldTitle fieldTitleKey friOpenTime friOpenTimeLocal hintKey iconUrl
        iconUrlColor iconUrlGray id identifier imageType informMethods invisibleTitle invisibleType launchCountry
        logo marginAsset marginUnit merchantType monOpenTime monOpenTimeLocal name nameKey nickColor
        nonTradableRegions order orderAsset orderFiat orderNo orderNoList orderNumber origin parentId payId
        payLimitUnit payMethodId payMethodName payType payTypeDesc payTypeList payTypes periods priceTicketSize
        privilegeDesc restrictionType risk riskKey satOpenTime satOpenTimeLocal scenario selectedPayId seqNo
        shortName shortNameKey sort source sourceLangName sourceType specification status sunOpenTime
        sunOpenTimeLocal symbol tagIconUrls tagName tagNameContent targetLangName thuOpenTime thuOpenTimeLocal
        timeZone topicId topicType tradeMethodBgColor tradeMethodIdentifier tradeMethodIdentifiers tradeMethodName
        tradeMethodRisk tradeMethods tradeMethodShortName transcodingStatus tueOpenTime tueOpenTimeLocal typeCode
        typeName userIdentity userTradeVolumeAsset uuid valueEn valueZhCn version wedOpenTime wedOpenTimeLocal
        """,
    )
)


def fields(node: Any) -> Iterator[tuple[str, Any]]:
    """Every field and parameter of the description, with its schema."""
    if isinstance(node, dict):
        yield from node["properties"].items() if isinstance(node.get("properties"), dict) else ()
        if node.get("in") == "query" and "schema" in node:
            yield node["name"], node["schema"]
        for part in node.values():
            yield from fields(part)
    elif isinstance(node, list):
        for part in node:
            yield from fields(part)


def is_open(name: str, schema: Any) -> bool:
    """Whether its values are texts without a list of them, or numbers that name something."""
    items = schema.get("items", schema)
    text = "string" in str(items.get("type")) and not {"enum", "format", "const"} & items.keys()
    return text or bool(re.search(r"(?:Id|No|Number)$", name) and "integer" in str(items.get("type")))


def test_every_described_field_is_judged():
    """No text or name of the description goes into a recording because nobody thought of it."""
    found = {name for name, schema in fields(BUNDLE) if is_open(name, schema)}

    assert {"realName", "advNo", "payId", "userId", "merchantNo"} <= found
    assert set() == found - PERSONAL - SENTENCES - CODES - HARMLESS
    assert set() == PERSONAL & HARMLESS


def test_every_described_field_is_known():
    """What is not personal is kept: numbers, times, states, and the words of the envelope."""
    assert [] == sorted({name for name, _ in fields(BUNDLE) if not is_kept(name)} - PERSONAL - CODES)
    assert not is_kept("companyVat")
