"""From an answer to a value or the error it means. Touches no network and knows no attempts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar

import httpx

from binance_c2c._json import loads
from binance_c2c.errors import (
    APIError,
    AuthenticationError,
    C2CError,
    DecodeError,
    OutcomeUnknownError,
    RateLimitError,
    ServerError,
    TransportError,
)
from binance_c2c_sapi.calls import Call, Operation
from binance_c2c_sapi.reading import WireError

T = TypeVar("T")

OK = range(200, 300)
REDIRECT = range(300, 400)
UNAUTHORIZED, TOO_MANY, BANNED, SERVER_FAILED = 401, 429, 418, 500
REFUSES_CALLER = frozenset({-1021, -1022, -2008, -2014, -2015})
TOO_OFTEN = frozenset({-1003, -1015})
SERVER_TROUBLE = frozenset({-1000, -1001, -1004, -1006, -1007, -1008})
# The exchange broke down with the request in hand; -1004 and -1008 it says before it takes one.
OUTCOME_UNKNOWN = frozenset({-1000, -1001, -1006, -1007})
YES_WORDS, NO_WORDS = (True, "true"), (False, "false")
BODY_START = 500
WEIGHT_HEADERS = ("x-sapi-used-ip-weight-1m", "x-mbx-used-weight-1m", "x-sapi-used-uid-weight-1m")


@dataclass(frozen=True, slots=True)
class Exchange(Generic[T]):
    """An answer with all that came along."""

    value: T
    status: int
    headers: httpx.Headers
    envelope: Mapping[str, Any]
    """The whole answer, in wire names."""

    @property
    def used_weight(self) -> int | None:
        """Weight used up within the minute, as the exchange counts it; None where it did not say."""
        for name in WEIGHT_HEADERS:
            value = self.headers.get(name, "")
            if value.isdecimal():
                return int(value)
        return None


def judge(call: Call[T], response: httpx.Response) -> Exchange[T]:
    """The value in an answer. Raises the error it means."""
    status = response.status_code
    answer, why = _parsed(response)
    if status not in OK:
        raise _refusal(call.operation, response, answer)
    if answer is None:
        raise unusable(call.operation, f"HTTP {status}, {why}", response)
    verdict = _verdict(call.operation, answer)
    if verdict is False:
        raise _refusal(call.operation, response, answer)
    if verdict is None:
        raise unusable(call.operation, f"HTTP {status}, JSON without the exchange's envelope", response)
    try:
        value = call.read(answer)
    except WireError as error:
        message = f"the answer cannot be read: {error}"
        raise DecodeError(message, **about(call.operation, response)) from error
    return Exchange(value, status, response.headers, answer)


def unusable(operation: Operation, why: str, response: httpx.Response | None = None) -> TransportError:
    """The error for an answer that says nothing, or for none at all once the request was on its way."""
    facts = about(operation, response)
    if operation.safe_to_repeat:
        return TransportError(f"nothing usable came back ({why})", **facts)
    return OutcomeUnknownError(f"no usable answer ({why})", how_to_find_out=operation.outcome, **facts)


def about(operation: Operation, response: httpx.Response | None) -> dict[str, Any]:
    """What every error keeps of the answer."""
    if response is None:
        return {"operation_id": operation.id}
    return {
        "operation_id": operation.id,
        "http_status": response.status_code,
        "headers": dict(response.headers),
        "body": response.content[:BODY_START].decode("utf-8", errors="replace"),
    }


def _parsed(response: httpx.Response) -> tuple[dict[str, Any] | None, str]:
    """The JSON object in the body, or why there is none."""
    content = response.content
    if not content:
        return None, "an empty body"
    try:
        answer = loads(content)
    except ValueError:
        kind = response.headers.get("content-type", "no content type").partition(";")[0]
        return None, f"no JSON but {kind}"
    if not isinstance(answer, dict):
        return None, "JSON that is no object"
    return answer, ""  # pyright: ignore[reportUnknownVariableType]


def _verdict(operation: Operation, answer: Mapping[str, Any]) -> bool | None:
    """Yes, no, or None where the answer says neither: silence is no reason to believe that coins were released."""
    if not operation.enveloped:
        return not ("code" in answer and ("msg" in answer or "message" in answer))
    code, success = answer.get("code"), answer.get("success")
    zeros = None if code in (None, "") else not str(code).strip("0")
    if zeros is False or success in NO_WORDS:
        return False
    return True if zeros or success in YES_WORDS else None


def _refusal(operation: Operation, response: httpx.Response, answer: Mapping[str, Any] | None) -> C2CError:
    status = response.status_code
    code, message = _code_and_message(answer or {})
    facts = about(operation, response)
    if not message:
        message = "" if answer is not None else f"{_parsed(response)[1]} and no word of the exchange's"
    number = code if isinstance(code, int) else None
    if status in {TOO_MANY, BANNED} or number in TOO_OFTEN:
        wait = _retry_after(response)
        return RateLimitError(message, code=code, retry_after=wait, banned=status == BANNED, **facts)
    if status in REDIRECT:
        return unusable(operation, f"HTTP {status}, a redirect, which is never followed", response)
    service_said_no = isinstance(code, str) and (answer or {}).get("success") is False
    if (status >= SERVER_FAILED and not service_said_no) or number in OUTCOME_UNKNOWN:
        if not operation.safe_to_repeat:
            return unusable(operation, " ".join(str(x) for x in (f"HTTP {status}", code, message) if x), response)
        return ServerError(message, code=code, **facts)
    if number in SERVER_TROUBLE:
        return ServerError(message, code=code, **facts)
    if status == UNAUTHORIZED or number in REFUSES_CALLER:
        return AuthenticationError(message, code=code, **facts)
    return APIError(message, code=code, **facts)


def _code_and_message(answer: Mapping[str, Any]) -> tuple[int | str | None, str]:
    code = answer.get("code")
    if isinstance(code, bool) or not isinstance(code, (int, str)):
        code = None
    # The gateway's negative numbers come as strings now and then; the service's codes have no sign.
    if isinstance(code, str) and re.fullmatch(r"-\d{1,9}", code, re.ASCII):
        code = int(code)
    texts = (answer.get(key) for key in ("msg", "message", "messageDetail"))
    return code, next((text for text in texts if isinstance(text, str) and text), "")


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(value)) if value[:1].isdecimal() else _until(value)
    except ValueError:
        return None


def _until(date: str) -> float | None:
    if not date:
        return None
    moment = parsedate_to_datetime(date)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
