"""The rules for the error catalogue."""

import re
from collections.abc import Iterator

from generator.description import Place, Source
from generator.lint.grammar import EVIDENCE
from generator.lint.names import MEMBER_NAME
from generator.lint.schemas import is_missing

CODE = re.compile(r"-[1-9][0-9]{0,17}|[A-Z0-9_]+")
CATEGORY = re.compile(r"[a-z][a-z_]*")
UNKNOWN = "unknown"


def check(source: Source) -> Iterator[str]:
    if source.errors is None:
        return
    top = source.errors
    categories = top.node.get("categories", {})
    if UNKNOWN not in categories:
        yield top.finding(f"categories: {UNKNOWN} is missing, for codes that are not listed")
    if not top.node.get("codes"):
        yield top.finding("codes: at least one is expected")
    for name in categories:
        if not CATEGORY.fullmatch(name):
            yield top.under("categories").under(name).finding(f"category {name!r}: a lower-case name is expected")
    for index, text in enumerate(top.node.get("texts", [])):
        if is_missing(text, "contains") or text["contains"] != text["contains"].lower():
            yield top.under("texts").under(index).finding("texts: `contains` is a text in lower case")
        earlier = [str(one.get("contains", "")) for one in top.node["texts"][:index]]
        if any(word in str(text.get("contains", "")) for word in earlier):
            yield (
                top.under("texts")
                .under(index)
                .finding("texts: an earlier text matches wherever this one does, so this one is never used")
            )
    for label, place in _entries(top):
        if place.node.get("category") not in categories:
            yield place.finding(f"{label}: category is one of {', '.join(categories)}")
        if place.node.get("evidence") not in EVIDENCE:
            yield place.finding(f"{label}: evidence: one of {', '.join(EVIDENCE)} is expected")
    yield from _codes(top)


def _entries(top: Place) -> Iterator[tuple[str, Place]]:
    for index in range(len(top.node.get("texts", []))):
        yield f"texts[{index}]", top.under("texts").under(index)
    for code in top.node.get("codes", {}):
        yield f"code {code}", top.under("codes").under(code)


def _codes(top: Place) -> Iterator[str]:
    names: dict[str, str] = {}
    for code in top.node.get("codes", {}):
        place = top.under("codes").under(code)
        if not CODE.fullmatch(code):
            yield place.finding(f"code {code!r}: a negative integer or a code of the service is expected, in quotes")
        for key in ("meaning", "advice"):
            if is_missing(place.node, key):
                yield place.finding(f"code {code}: {key} is missing")
        name = str(place.node.get("name", ""))
        if not MEMBER_NAME.fullmatch(name):
            yield place.finding(f"code {code}: name: UPPER_CASE is expected")
        elif names.setdefault(name, code) != code:
            yield place.finding(f"code {code}: {name} is also the name of {names[name]}")
