"""The rules for limits, which arguments are checked against before they are sent, and for defaults within them."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from generator.description import Place, Source

Kind = tuple[str, Any]
"""A type and its format."""
_RANGE = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
# By type and format, the limits that are checked before anything is sent.
ENFORCED = {
    ("string", None): frozenset({"minLength", "maxLength", "pattern"}),
    ("string", "decimal"): _RANGE,
    ("integer", None): _RANGE | {"multipleOf"},
    ("integer", "int32"): _RANGE | {"multipleOf"},
    ("integer", "int64"): _RANGE | {"multipleOf"},
    ("array", None): frozenset({"minItems", "maxItems", "uniqueItems"}),
}
ALL = tuple(sorted({limit for limits in ENFORCED.values() for limit in limits}))
# The bounds of integers that are accepted as a time in milliseconds.
EARLIEST_MS, LATEST_MS = 10**11, 253_402_300_799_999
_LOWER = "minimum or exclusiveMinimum"
_WANTED = {
    ("string", None): "pattern, or minLength and maxLength",
    ("string", "decimal"): _LOWER,
    ("integer", None): _LOWER,
    ("integer", "int32"): _LOWER,
    ("integer", "int64"): _LOWER,
    ("array", None): "minItems",
}
"""The limit that each type must have at least, by type and format. Times and flags need none."""


def check(source: Source, place: Place, label: str, *, argument: bool, given: bool) -> Iterator[str]:
    """Check the limits and the default of a property, an argument or an item of an array.

    `given` says whether callers give the value; `argument`, whether it is an argument by itself.
    """
    kind = str(place.node.get("type")), place.node.get("format")
    given = given and "$ref" not in place.node
    problems = [*_wrong(source, place, kind, argument=argument, given=given)]
    # Mending these may also add the missing limit.
    for where, message in problems or _missing(place, kind, given=given):
        yield where.finding(f"{label}: {message}")


def _wrong(source: Source, place: Place, kind: Kind, *, argument: bool, given: bool) -> Iterator[tuple[Place, str]]:
    node: Mapping[str, Any] = place.node
    enforced = ENFORCED.get(kind, frozenset()) if given else frozenset[str]()
    for limit in ALL:
        if limit in node and limit not in enforced:
            yield place.under(limit), f"{limit} is not enforced here"
    if "pattern" in node and "pattern" in enforced and not _is_portable(str(node["pattern"])):
        expected = "a pattern from ^ to $ is expected, without (?…) and classes such as \\d, which differ between tools"
        yield place.under("pattern"), expected
    elif _leave_nothing(node):
        yield place, "no value can satisfy these limits"
    elif "default" in node and not (argument and fits(source.follow(place).node, node["default"])):
        expected = "only arguments have one, of their own type and within their limits"
        yield place.under("default"), f"the default cannot be used here; {expected}"


def _missing(place: Place, kind: Kind, *, given: bool) -> Iterator[tuple[Place, str]]:
    node: Mapping[str, Any] = place.node
    is_open = given and kind in _WANTED and not _is_limited(node, kind)
    if is_open and "x-unlimited" not in node:
        yield place, f"{_WANTED[kind]} is expected, or x-unlimited with the reason why not"
    elif not is_open and "x-unlimited" in node:
        yield place.under("x-unlimited"), "x-unlimited stands where a limit would be expected"
    elif not str(node.get("x-unlimited", "-")).strip():
        yield place.under("x-unlimited"), "x-unlimited says why there is no limit"


def _is_limited(node: Mapping[str, Any], kind: Kind) -> bool:
    match kind:
        case "string", None:
            return "pattern" in node or {"minLength", "maxLength"} <= set(node)
        case "array", _:
            return "minItems" in node
        case _:
            return "minimum" in node or "exclusiveMinimum" in node


def _is_portable(pattern: str) -> bool:
    """Whether a regular expression means the same in Python, in the strict models and in JSON Schema."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "", pattern)
    # An alternative outside of groups is anchored on one side only.
    outside = plain
    while (inner := re.sub(r"\([^()]*\)", "", outside)) != outside:
        outside = inner
    odd = re.search(r"\\[A-Za-z](?<!\\[nrtxu])|\(\?", pattern)
    return odd is None and "|" not in outside and plain.startswith("^") and plain.endswith("$")


def _leave_nothing(node: Mapping[str, Any]) -> bool:
    """Whether limits contradict each other, or are impossible."""
    counts = [node[limit] for limit in ("minLength", "maxLength", "minItems", "maxItems") if limit in node]
    if node.get("multipleOf", 1) < 1 or min(counts, default=0) < 0:
        return True
    sizes = [(node.get(f"min{of}"), node.get(f"max{of}")) for of in ("Length", "Items")]
    return any(low is not None and high is not None and low > high for low, high in (*sizes, _bounds(node)))


def _bounds(node: Mapping[str, Any]) -> tuple[Fraction | None, Fraction | None]:
    """The least and the greatest number that may be given; None for no such limit."""
    # Limits are integers. The next number beside one is an integer too, or a decimal.
    apart = Fraction(1) if node.get("type") == "integer" else Fraction(1, 2)
    step = node.get("multipleOf", 1) * apart
    low = [Fraction(node["minimum"])] if "minimum" in node else []
    high = [Fraction(node["maximum"])] if "maximum" in node else []
    low += [node["exclusiveMinimum"] + apart] if "exclusiveMinimum" in node else []
    high += [node["exclusiveMaximum"] - apart] if "exclusiveMaximum" in node else []
    return max((ceil(one / step) * step for one in low), default=None), min(high, default=None)


def fits(node: Mapping[str, Any], value: Any) -> bool:
    """Whether a default or an example has the right type and is within the limits."""
    if "enum" in node:
        return value in node["enum"] and type(value) is not bool
    match node.get("type"), node.get("format"):
        case "string", None:
            return isinstance(value, str) and _is_allowed_text(node, value)
        case "string", "decimal":
            # As `writing.decimal` accepts it.
            plain = isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", value)
            return bool(plain) and _is_allowed_number(node, Decimal(value))
        case "integer", "epoch-ms":
            return type(value) is int and EARLIEST_MS <= value <= LATEST_MS
        case "integer", _:
            return type(value) is int and _is_allowed_number(node, value)
        case "boolean", None:
            return isinstance(value, bool)
        case _:
            return False


def _is_allowed_text(node: Mapping[str, Any], text: str) -> bool:
    long_enough = node.get("minLength", 0) <= len(text) <= node.get("maxLength", len(text))
    return long_enough and re.fullmatch(node.get("pattern", "(?s:.*)"), text) is not None


def _is_allowed_number(node: Mapping[str, Any], number: Decimal | int) -> bool:
    return (
        node.get("minimum", number) <= number <= node.get("maximum", number)
        and not ("exclusiveMinimum" in node and number <= node["exclusiveMinimum"])
        and not ("exclusiveMaximum" in node and number >= node["exclusiveMaximum"])
        and ("multipleOf" not in node or number % node["multipleOf"] == 0)
    )
