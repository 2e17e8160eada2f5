"""Turns the exchange's refusals into exceptions, by HTTP status, code and the error catalogue."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from binance_c2c._core.support import parse_date, parse_seconds, redact_secrets
from binance_c2c._core.transport import Answer
from binance_c2c.errors import (
    APIError,
    AuthenticationError,
    C2CError,
    OutcomeUnknownError,
    RateLimitError,
    ServerError,
    TransportError,
)
from binance_c2c_runtime import Operation
from binance_c2c_sapi.error_codes import ERROR_CODES, TEXTS

REDIRECT = range(300, 400)
UNAUTHORIZED, TIMED_OUT, TOO_MANY, BANNED, SERVER_FAILED = 401, 408, 429, 418, 500
# The operation does not exist, whatever the code says.
NO_ROUTE = frozenset({404, 405})
LOWEST_FINAL_STATUS = 200
# The gateway's code around an error of the C2C service, whose own code is in the message.
WRAPPER = -9000
# The exchange failed while it handled the request. Not -1004 and -1008, which it sends before it accepts one.
OUTCOME_UNKNOWN = frozenset({-1000, -1001, -1006, -1007})
# The gateway's codes for what is wrong with a parameter. The catalogue has those that C2C is known to send.
PARAMETER_CODES = range(-1130, -1099)
BODY_START = 500
# Bytes of a body that are searched for secrets, far more than are kept.
SEARCHED = 16_384
RESTRICTED_LOCATION = 451
# 31 years, in seconds. Nothing can sleep for much longer, and enough digits make a float infinite.
LONGEST_RETRY_AFTER = 1e9
# Python refuses to convert integers of more than 4300 digits to text.
HIGHEST_CODE = 10**1000
SERVICE_CODES = range(10**9)
_CODE_DIGITS = 6
_BANNED_UNTIL = r"(?a)banned until (\d{13})(?!\d)"
_INNER_CODE = r"(?<![\d.])\d{5,9}(?![\d.]*\d)"


def refusal(operation: Operation, response: Answer, answer: Mapping[str, Any] | None, why_none: str) -> C2CError:
    """The error for a refusal. `why_none` is the reason if the body has no JSON object (`answer` is None)."""
    status = response.status_code
    code, message = _code_and_message(answer or {})
    if status in REDIRECT:
        return no_usable_answer(operation, f"HTTP {status}, a redirect, which is never followed", response)
    if status < LOWEST_FINAL_STATUS:
        return no_usable_answer(operation, f"HTTP {status}, which is not a final answer", response)
    if not message and answer is None:
        message = f"{why_none}; perhaps a firewall or a proxy answered"
    # 408 comes from a gateway that got no answer from the exchange.
    broke_down = status >= SERVER_FAILED or status == TIMED_OUT or (code in OUTCOME_UNKNOWN and status not in NO_ROUTE)
    if broke_down and not operation.safe_to_repeat:
        # Even if the body says that nothing was done: a failing server may be wrong about that.
        return no_usable_answer(operation, " ".join(str(x) for x in (f"HTTP {status}", code, message) if x), response)
    category = _category(status, code, message)
    if category == "server" and status in NO_ROUTE:
        # The server did not fail: the path does not exist.
        category = "parameter"
    facts: dict[str, Any] = {**error_context(operation, response), "code": code, "category": category}
    if category in {"rate_limit", "ban"}:
        ban_seconds = _banned_for(response, message)
        wait = _retry_after(response)
        banned = status == BANNED or ban_seconds is not None
        return RateLimitError(message, retry_after=ban_seconds if wait is None else wait, banned=banned, **facts)
    if broke_down or category == "server":
        return ServerError(message, **(facts | {"category": "server"}))
    if category in {"authentication", "clock"}:
        return AuthenticationError(message, **facts)
    return APIError(message, **facts)


def no_usable_answer(operation: Operation, why: str, response: Answer | None = None) -> TransportError:
    """The error for an unusable or missing answer to a request that may have been sent."""
    facts = error_context(operation, response)
    if operation.safe_to_repeat:
        return TransportError(f"nothing usable came back ({why})", **facts)
    return OutcomeUnknownError(f"no usable answer ({why})", how_to_find_out=operation.outcome, **facts)


def error_context(operation: Operation, response: Answer | None) -> dict[str, Any]:
    """The keyword arguments of errors that hold operation, status, headers and the start of the body."""
    if response is None:
        return {"operation_id": operation.id}
    return {
        "operation_id": operation.id,
        "http_status": response.status_code,
        "headers": {name: redact_secrets(value) for name, value in response.headers.items()},
        # Cut afterwards: of a secret that is cut before, its first part would not be found.
        "body": _start(redact_secrets(response.content[:SEARCHED].decode("utf-8", errors="replace"))),
    }


def _start(text: str) -> str:
    return text.encode()[:BODY_START].decode("utf-8", errors="replace")


def _category(status: int, code: int | str | None, message: str) -> str:
    if status in {TOO_MANY, BANNED}:
        return "ban" if status == BANNED else "rate_limit"
    if status == RESTRICTED_LOCATION:
        return "restricted_location"
    known = ERROR_CODES.get(code) if code is not None else None
    if known is not None and known.category != "unknown":
        return known.category
    if code in PARAMETER_CODES:
        return "parameter"
    said = message.lower()
    for words, category in TEXTS:
        if words in said:
            return category
    return "authentication" if status == UNAUTHORIZED else "unknown"


def _code_and_message(answer: Mapping[str, Any]) -> tuple[int | str | None, str]:
    code = answer.get("code")
    if (
        isinstance(code, bool)
        or not isinstance(code, (int, str))
        or (isinstance(code, int) and abs(code) > HIGHEST_CODE)
    ):
        code = None
    # Bring codes into one form: the gateway's are negative integers, the service's are strings of digits.
    if isinstance(code, str) and re.fullmatch(r"-\d{1,9}", code, re.ASCII):
        code = int(code)
    elif isinstance(code, int) and code in SERVICE_CODES:
        code = _service_code(code)
    texts = (answer.get(key) for key in ("msg", "message", "messageDetail"))
    message = next((text for text in texts if isinstance(text, str) and text), "")
    return (_inner_code(message) or code) if code == WRAPPER else code, redact_secrets(message)


def _service_code(number: int) -> str:
    """The service's code for an integer: with the leading zeros that it lost, if the catalogue lists that code."""
    text = str(number)
    padded = text.zfill(_CODE_DIGITS)
    return padded if text not in ERROR_CODES and padded in ERROR_CODES else text


def _inner_code(message: str) -> str | None:
    """The service's own code in the message of a -9000: one that the catalogue lists, else one that it begins with."""
    found = re.findall(_INNER_CODE, message)
    known = next((number for number in found if number in ERROR_CODES), None)
    first = re.match(_INNER_CODE, message.strip())
    return known or (first[0] if first else None)


def _retry_after(response: Answer) -> float | None:
    value = response.headers.get("retry-after", "").strip()
    wait, until = parse_seconds(value), parse_date(value)
    if wait is None and until is not None:
        wait = _seconds_until(until, response)
    return None if wait is None else min(wait, LONGEST_RETRY_AFTER)


def _banned_for(response: Answer, message: str) -> float | None:
    """Seconds until a ban ends, from the message of a -1003, which states the end in milliseconds since 1970."""
    found = re.search(_BANNED_UNTIL, message)
    return _seconds_until(datetime.fromtimestamp(int(found[1]) / 1000, UTC), response) if found else None


def _seconds_until(until: datetime, response: Answer) -> float:
    # By the exchange's clock, if the answer has its time: the local clock may be off.
    now = parse_date(response.headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())
