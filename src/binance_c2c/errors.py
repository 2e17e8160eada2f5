"""The errors of the SDK.

```
C2CError
├── ConfigurationError        nothing was sent
├── TransportError            nothing usable came back
│   └── OutcomeUnknownError   a write went out; whether it took effect is not known
├── DecodeError               the exchange reported success, and its answer cannot be read
├── APIError                  the exchange refused: operation_id, http_status, code, message
│   ├── AuthenticationError   the key, the signature or the clock was refused
│   ├── RateLimitError        too many calls; retry_after says how long to wait, in seconds
│   └── ServerError           the exchange failed at something that is safe to repeat, or was too busy to begin
└── ChatError                 the chat refused a message, or its stream has ended
```

A wrong argument raises a `TypeError` or `ValueError` instead, before anything is sent.
"""

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from binance_c2c_sapi.error_codes import ErrorCategory, ErrorCode

E = TypeVar("E", bound="C2CError")


class C2CError(Exception):
    """Base class of all errors of the SDK."""

    def __init__(
        self,
        message: str,
        *,
        operation_id: str | None = None,
        http_status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: str = "",
    ) -> None:
        super().__init__(_printable(f"{operation_id}: {message}" if operation_id else message))
        self.operation_id = operation_id
        """The operation, such as `orders.release`."""
        self.http_status = http_status
        """The status of the answer; None if there was none."""
        self.headers: Mapping[str, str] = dict(headers or {})
        """The headers of the answer, with names in lower case."""
        self.body = body
        """The start of the answer's body. It may hold personal data, so it is in no message and in no pickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        # By default pickling loses the keyword arguments. The body is left out: a stored pickle must hold no bank data.
        return (_restored, (type(self), self.args, {**self.__dict__, "body": ""}))

    def __copy__(self) -> Self:
        return _restored(type(self), self.args, self.__dict__)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return _restored(type(self), self.args, deepcopy(self.__dict__, memo))


class ConfigurationError(C2CError):
    """Nothing was sent, because it could not have worked: a missing key, a wrong setting, a closed client."""


class TransportError(C2CError):
    """Nothing usable came back: no connection, a time-out, an answer that is not the exchange's.

    For an operation that is not safe to repeat, this class means that it did not take effect; if that is not certain,
    `OutcomeUnknownError` is raised.
    """

    def __init__(self, message: str, *, request_sent: bool = True, **about: Any) -> None:
        super().__init__(message, **about)
        self.request_sent = request_sent
        """False if it is certain that the exchange never saw the request."""


class OutcomeUnknownError(TransportError):
    """A write was sent and its answer was lost: it may or may not have taken effect. It was not sent again.

    `how_to_find_out` names a call that shows whether it did. Make that call before you send the write again.
    """

    sent: Mapping[str, Any] = MappingProxyType({})
    """The parameters of the call in wire names, such as order and amount. Secrets are replaced by `[hidden]`."""

    def __init__(self, message: str, *, how_to_find_out: str = "", **about: Any) -> None:
        hint = f" {how_to_find_out}" if how_to_find_out else ""
        super().__init__(f"{message}; whether it took effect is not known.{hint}", **about)
        self.how_to_find_out = how_to_find_out

    def __str__(self) -> str:
        return f"{super().__str__()} Sent: {dict(self.sent)}" if self.sent else super().__str__()


class DecodeError(C2CError):
    """The exchange reported success, and its answer cannot be read. A write has taken effect."""


class APIError(C2CError):
    """The exchange refused the call, or failed at it."""

    def __init__(self, message: str, *, code: int | str | None = None, category: str = "unknown", **about: Any) -> None:
        self.code = _printable(code) if isinstance(code, str) else code
        """A negative integer from the gateway, a string from the C2C service, or None if neither gave a code.

        If the gateway's -9000 wraps an error of the service, the service's code.
        """
        self.message = _printable(message)
        """The exchange's message; empty if it gave none."""
        self._category = category
        status = about.get("http_status")
        parts = (f"HTTP {status}" if status else None, code, message or None)
        said = " ".join(str(part) for part in parts if part is not None)
        super().__init__(said, **about)
        if known := self.known:
            # A note is shown below the message in a traceback.
            self.add_note(f"{known.meaning} {known.advice}")

    @property
    def category(self) -> "ErrorCategory":
        """The kind of refusal, such as `price_out_of_band`, from the error catalogue."""
        from binance_c2c_sapi.error_codes import ErrorCategory  # noqa: PLC0415 - most programs meet no refusal

        return ErrorCategory(self._category)

    @property
    def known(self) -> "ErrorCode | None":
        """The code's entry in the error catalogue: name, meaning, advice. None if the catalogue does not list it."""
        from binance_c2c_sapi.error_codes import ERROR_CODES  # noqa: PLC0415

        return None if self.code is None else ERROR_CODES.get(self.code)


class AuthenticationError(APIError):
    """The key, the signature or the clock was refused. Nothing was done."""


class RateLimitError(APIError):
    """Too many calls. Nothing was done.

    If `http_status` is None, the client itself stopped the call, because of its budget or because the exchange had
    refused an earlier call, and nothing was sent.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, banned: bool = False, **about: Any) -> None:
        super().__init__(message, **about)
        self.retry_after = retry_after
        """Seconds until a call may be accepted; None if that is not known."""
        self.banned = banned
        """Whether the IP address is banned (HTTP 418). Until the ban ends, the client sends nothing."""


class ServerError(APIError):
    """The exchange failed at something that is safe to repeat, or was too busy to begin."""


class ChatError(C2CError):
    """The chat refused a message of the program's own, or its stream has ended. The message was not sent."""

    def __init__(self, message: str, *, code: str | None = None, uuid: str | None = None, **about: Any) -> None:
        super().__init__(message, **about)
        self.code = code
        """The exchange's code for the reason, such as `ILLEGAL_PARAM`; None if it gave none, or no valid code."""
        self.uuid = uuid
        """The uuid of the message that was refused."""


def _printable(text: str) -> str:
    """The text with lone surrogates as escapes: JSON may hold them, but UTF-8 cannot."""
    return text.encode("utf-8", "backslashreplace").decode()


def _restored(kind: type[E], args: tuple[Any, ...], state: dict[str, Any]) -> E:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


__all__ = [
    "APIError",
    "AuthenticationError",
    "C2CError",
    "ChatError",
    "ConfigurationError",
    "DecodeError",
    "OutcomeUnknownError",
    "RateLimitError",
    "ServerError",
    "TransportError",
]
