"""Decodes an answer into a value, or into the error it means. Does no I/O and knows no attempts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from binance_c2c._core.flow.refusals import RESTRICTED_LOCATION, error_context, no_usable_answer, refusal
from binance_c2c._core.support import BOM, count, loads
from binance_c2c._core.transport import Answer
from binance_c2c.errors import C2CError, DecodeError
from binance_c2c_runtime import Call, Operation, WireError, jsonable, reading

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

OK = range(200, 300)
# Bytes of an answer that make a compiled page reader worth its preparation.
LONG = 4096
YES_AND_NO = {"true": True, "1": True, "false": False, "0": False}
PAIRS = json.JSONDecoder(object_pairs_hook=list)
WEIGHT_HEADERS = ("x-sapi-used-ip-weight-1m", "x-mbx-used-weight-1m", "x-sapi-used-uid-weight-1m")


# Without slots: `Exchange[Ad](…)` would fail on Python 3.11.
@dataclass(frozen=True)
class Exchange(Generic[T]):
    """A decoded value with the status, the headers and the raw envelope of its answer."""

    value: T
    status: int
    headers: "httpx.Headers" = field(repr=False)
    content: bytes = field(repr=False)
    """The text of the answer, unpacked."""

    @cached_property
    def answer(self) -> Mapping[str, Any]:
        """The whole answer, in wire names. A number with a fraction is a `Decimal`."""
        answer: dict[str, Any] = loads(self.content)
        return answer

    @property
    def envelope(self) -> dict[str, Any]:
        """The whole answer in wire names, ready for JSON: a number with a fraction is its digits."""
        envelope: dict[str, Any] = jsonable(self.answer)
        return envelope

    @property
    def used_weight(self) -> int | None:
        """Weight used up within the minute, as the exchange counts it; None where it did not say."""
        for name in WEIGHT_HEADERS:
            used = count(self.headers.get(name, ""))
            if used is not None:
                return used
        return None


def decode(call: Call[T], response: Answer) -> Exchange[T]:
    """Decode an answer into a value. Raises the error that it means."""
    status, content = response.status_code, response.content
    long = None
    may_be_page = len(content) >= LONG and status in OK and call.operation.enveloped
    if may_be_page and isinstance(call.reader, reading.PageReader):
        # Most programs never receive such a long page.
        from binance_c2c._core.flow.long_pages import long_pages  # noqa: PLC0415

        long = long_pages(call.reader)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        found = long.read(call, content)
        if found is not None and _is_success(call.operation, found[0], content):
            page: Any = found[1]
            return Exchange(page, status, response.headers, content)
    answer, why = _parsed(response)
    if status not in OK:
        raise _refused(call.operation, response, answer, why)
    if answer is None:
        raise no_usable_answer(call.operation, f"HTTP {status}, {why}", response)
    verdict = _is_success(call.operation, answer, response.content)
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
    # Fills the cached property, since the answer is parsed already.
    vars(exchange)["answer"] = answer
    return exchange


def refused(operation: Operation, response: Answer) -> C2CError:
    """The error for an answer whose status is a refusal."""
    return _refused(operation, response, *_parsed(response))


def server_time(response: Answer) -> object:
    """The exchange's time in an answer, as it stands there; None where there is none."""
    answer, _ = _parsed(response)
    return None if answer is None else answer.get("serverTime")


def _parsed(response: Answer) -> tuple[dict[str, Any] | None, str]:
    """The JSON object in the body, or why there is none."""
    content = response.content
    if not content:
        return None, "an empty body"
    try:
        answer = loads(content)
    except ValueError:
        kind = response.headers.get("content-type", "without a content type").partition(";")[0]
        return None, f"a body that is not JSON ({kind})"
    if not isinstance(answer, dict):
        return None, "JSON that is not an object"
    return answer, ""  # pyright: ignore[reportUnknownVariableType]


def _refused(operation: Operation, response: Answer, answer: Mapping[str, Any] | None, why_none: str) -> C2CError:
    # The gateway's refusal of a restricted location has the code 0, which elsewhere means success.
    is_blocked = response.status_code == RESTRICTED_LOCATION and answer is not None and "success" not in answer
    if (
        answer is not None
        and not is_blocked
        and not operation.safe_to_repeat
        and _says_yes(operation, answer, response.content)
    ):
        return no_usable_answer(operation, f"HTTP {response.status_code} with JSON that reports success", response)
    return refusal(operation, response, answer, why_none)


def _says_yes(operation: Operation, answer: Mapping[str, Any], content: bytes) -> bool:
    """Whether an answer reports success anywhere, even where it also reports failure."""
    return operation.enveloped and (True in _words(answer) or _says_code_twice(content))


def _words(answer: Mapping[str, Any]) -> tuple[bool | None, bool | None]:
    """The verdicts of `code` and of `success`: True for yes, False for no, None for neither."""
    code = answer.get("code")
    by_code = None if code in (None, "") else not str(code).strip("0")
    return by_code, YES_AND_NO.get(str(answer.get("success")).lower())


def _is_success(operation: Operation, answer: Mapping[str, Any], content: bytes) -> bool | None:
    """True for success, False for failure, None where the answer reports neither, or both.

    Without a verdict, coins may not have been released; after a contradictory one, they may have been.
    """
    if not operation.enveloped:
        return not ("code" in answer and ("msg" in answer or "message" in answer))
    by_code, by_word = _words(answer)
    if {True, False} == {by_code, by_word} or (not operation.safe_to_repeat and _says_code_twice(content)):
        return None
    if False in (by_code, by_word):
        return False
    # A `success` that is neither true nor false outweighs a code of success.
    return True if by_word or (by_code and answer.get("success") is None) else None


def _denies(operation: Operation, answer: Mapping[str, Any]) -> bool:
    """Whether the answer to a write for which no data is described has some, and that says no."""
    return not operation.safe_to_repeat and str(answer.get("data")).lower() == "false"


def _says_code_twice(content: bytes) -> bool:
    """Whether a JSON object has `code` or `success` twice with different values, of which parsers keep the last."""
    # A cheap test first: the JSON is parsed again only where a name occurs twice or may be written with escapes.
    if content.count(b'"code"') <= 1 and content.count(b'"success"') <= 1 and b"\\u" not in content:
        return False
    pairs: list[tuple[str, Any]] = PAIRS.decode(content.removeprefix(BOM).decode())
    verdicts = [(name, repr(value)) for name, value in pairs if name in {"code", "success"}]
    return len(set(verdicts)) > len(dict(verdicts))
