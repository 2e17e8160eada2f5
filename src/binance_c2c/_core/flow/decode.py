"""Decodes an answer into a value or an error. Does no I/O and knows nothing of retries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from binance_c2c._core.flow.refusals import RESTRICTED_LOCATION, error_context, no_usable_answer, refusal
from binance_c2c._core.support import BOM, loads, parse_count
from binance_c2c._core.transport import Answer
from binance_c2c.errors import C2CError, DecodeError
from binance_c2c_runtime import Call, Operation, WireError, jsonable, raw_data, reading

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

OK = range(200, 300)
# The size of an answer, in bytes, from which a compiled page reader is faster.
LONG_ANSWER = 4096
SUCCESS_VALUES = {"true": True, "1": True, "false": False, "0": False}
PAIR_DECODER = json.JSONDecoder(object_pairs_hook=list)
WEIGHT_HEADERS = ("x-sapi-used-ip-weight-1m", "x-mbx-used-weight-1m", "x-sapi-used-uid-weight-1m")


# Without slots: `Exchange[Ad](…)` would fail on Python 3.11.
@dataclass(frozen=True)
class Exchange(Generic[T]):
    """A decoded value with the status, the headers and the raw envelope of its answer."""

    value: T
    status: int
    headers: "httpx.Headers" = field(repr=False)
    content: bytes = field(repr=False)
    """The body of the answer, decompressed."""

    @cached_property
    def answer(self) -> Mapping[str, Any]:
        """The whole answer in wire names. Numbers with a fraction are `Decimal`."""
        answer: dict[str, Any] = loads(self.content)
        return answer

    @property
    def envelope(self) -> dict[str, Any]:
        """The whole answer in wire names, ready for `json.dumps`: numbers with a fraction are strings of digits."""
        envelope: dict[str, Any] = jsonable(self.answer)
        return envelope

    @property
    def used_weight(self) -> int | None:
        """The weight used up in this minute, as the exchange counts it; None if it did not report it."""
        for name in WEIGHT_HEADERS:
            used = parse_count(self.headers.get(name, ""))
            if used is not None:
                return used
        return None


def decode(call: Call[T], response: Answer) -> Exchange[T]:
    """Decode an answer into a value, or raise the error that it reports."""
    status, content = response.status_code, response.content
    long = None
    may_be_page = len(content) >= LONG_ANSWER and status in OK and call.operation.enveloped
    if may_be_page and isinstance(call.reader, reading.PageReader):
        # Loaded here: most programs never receive such a long page.
        from binance_c2c._core.flow.long_pages import long_pages  # noqa: PLC0415

        long = long_pages(call.reader)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        found = long.read(call, content)
        if found is not None and _verdict(call.operation, found[0], content):
            page: Any = found[1]
            return Exchange(page, status, response.headers, content)
    answer, why = _parse(response)
    if status not in OK:
        raise _refusal_or_unknown(call.operation, response, answer, why)
    if answer is None and call.reader is raw_data and not call.operation.enveloped:  # pyright: ignore[reportUnknownMemberType]
        rows, _ = _parse_any(response)
        if isinstance(rows, list):
            # Many paths outside of C2C answer with a list.
            return Exchange(cast("T", rows), status, response.headers, content)
    if answer is None:
        raise no_usable_answer(call.operation, f"HTTP {status}, {why}", response)
    verdict = _verdict(call.operation, answer, response.content)
    if verdict is False:
        raise refusal(call.operation, response, answer, why)
    if verdict is None:
        raise no_usable_answer(
            call.operation, f"HTTP {status}, JSON that reports neither success nor failure, or both", response
        )
    try:
        value = call.read(answer)
    except WireError as error:
        message = f"the exchange reported success, but its answer cannot be read: {error}"
        raise DecodeError(message, **error_context(call.operation, response)) from error
    if value is None and _denies(call.operation, answer):
        raise no_usable_answer(
            call.operation, f"HTTP {status}, JSON that reports success, with data that denies it", response
        )
    if long is not None:
        long.learn(answer)
    exchange = Exchange(value, status, response.headers, content)
    # Fills the cached property: the answer is parsed already.
    vars(exchange)["answer"] = answer
    return exchange


def refusal_from(operation: Operation, response: Answer) -> C2CError:
    """The error for an answer whose HTTP status is a refusal."""
    return _refusal_or_unknown(operation, response, *_parse(response))


def server_time(response: Answer) -> object:
    """The exchange's time in an answer, unchecked; None if there is none."""
    answer, _ = _parse(response)
    return None if answer is None else answer.get("serverTime")


def _parse(response: Answer) -> tuple[dict[str, Any] | None, str]:
    """The JSON object in the body, or None and the reason why there is none."""
    value, why_none = _parse_any(response)
    if isinstance(value, dict):
        return value, ""  # pyright: ignore[reportUnknownVariableType]
    return None, why_none or "JSON that is not an object"


def _parse_any(response: Answer) -> tuple[Any, str]:
    """The JSON value in the body; if there is none, the reason."""
    content = response.content
    if not content:
        return None, "an empty body"
    try:
        return loads(content), ""
    except ValueError:
        kind = response.headers.get("content-type", "without a content type").partition(";")[0]
        return None, f"a body that is not JSON ({kind})"


def _refusal_or_unknown(
    operation: Operation, response: Answer, answer: Mapping[str, Any] | None, why_none: str
) -> C2CError:
    # The gateway refuses a restricted location with the code 0, which elsewhere means success.
    is_blocked = response.status_code == RESTRICTED_LOCATION and answer is not None and "success" not in answer
    if (
        answer is not None
        and not is_blocked
        and not operation.safe_to_repeat
        and _reports_success(operation, answer, response.content)
    ):
        return no_usable_answer(operation, f"HTTP {response.status_code} with JSON that reports success", response)
    return refusal(operation, response, answer, why_none)


def _reports_success(operation: Operation, answer: Mapping[str, Any], content: bytes) -> bool:
    """Whether an answer reports success, even if it reports failure as well."""
    return operation.enveloped and (True in _verdicts(answer) or _has_two_verdicts(content))


def _verdicts(answer: Mapping[str, Any]) -> tuple[bool | None, bool | None]:
    """What `code` and `success` report: True for success, False for failure, None for neither."""
    code = answer.get("code")
    by_code = None if code in (None, "") else not str(code).strip("0")
    return by_code, SUCCESS_VALUES.get(str(answer.get("success")).lower())


def _verdict(operation: Operation, answer: Mapping[str, Any], content: bytes) -> bool | None:
    """True if an answer reports success, False if failure, None if neither or both.

    After None it is not known whether a write took effect.
    """
    by_code, by_word = _verdicts(answer)
    if not operation.enveloped:
        if "code" not in answer or not ("msg" in answer or "message" in answer):
            return True
        of_gateway = str(answer["code"]).startswith("-")
        if not (operation.safe_to_repeat or of_gateway or by_code or by_word is False):
            # Some paths outside of C2C report success with a code such as 200.
            return None
    if {True, False} == {by_code, by_word} or (not operation.safe_to_repeat and _has_two_verdicts(content)):
        return None
    if False in (by_code, by_word):
        return False
    # If `success` is neither true nor false, a code of success is not believed.
    return True if by_word or (by_code and answer.get("success") is None) else None


def _denies(operation: Operation, answer: Mapping[str, Any]) -> bool:
    """Whether the answer to a write that is described as having no data has the data `false`."""
    return not operation.safe_to_repeat and str(answer.get("data")).lower() == "false"


def _has_two_verdicts(content: bytes) -> bool:
    """Whether a JSON object has `code` or `success` twice with different values, of which parsers keep the last."""
    # A fast test first: the JSON is parsed again only if a name occurs twice or may be written with escapes.
    if content.count(b'"code"') <= 1 and content.count(b'"success"') <= 1 and b"\\u" not in content:
        return False
    pairs: list[tuple[str, Any]] = PAIR_DECODER.decode(content.removeprefix(BOM).decode())
    verdicts = [(name, repr(value)) for name, value in pairs if name in {"code", "success"}]
    return len(set(verdicts)) > len(dict(verdicts))
