"""Errors of commands: a sentence that says what went wrong and what to do next, and an exit status for scripts."""

from enum import IntEnum

from binance_c2c import errors


class Status(IntEnum):
    """The exit statuses of `binance-c2c`."""

    DONE = 0
    """It was done."""
    FAILED = 1
    """The exchange refused, or something else failed; the message says what."""
    USAGE = 2
    """The command or its arguments are wrong. Nothing was sent."""
    SETTINGS = 3
    """A key is missing, or a setting cannot work. Nothing was sent."""
    DENIED = 4
    """The exchange refused the key, the signature or the clock. Nothing was done."""
    UNREACHABLE = 5
    """The exchange could not be reached, or nothing usable came back. Nothing was done."""
    TOO_OFTEN = 6
    """Too many calls. Nothing was done."""
    UNKNOWN = 7
    """A write was sent, and whether it took effect is not known or cannot be seen yet."""
    DECLINED = 8
    """The person answered no, or there was no terminal to ask at. Nothing was sent."""
    INTERRUPTED = 130
    """Ctrl-C."""
    PIPE_CLOSED = 141
    """The program that read the output ended before all was written."""


class CommandError(Exception):
    """Raised if a command cannot go on. The message is a sentence, with the next step where there is one."""

    def __init__(self, message: str, status: Status = Status.FAILED) -> None:
        super().__init__(message)
        self.status = status


def status_of(error: errors.C2CError) -> Status:
    """The exit status for an error of the SDK."""
    kinds = (
        (errors.ConfigurationError, Status.SETTINGS),
        (errors.OutcomeUnknownError, Status.UNKNOWN),
        (errors.TransportError, Status.UNREACHABLE),
        (errors.AuthenticationError, Status.DENIED),
        (errors.RateLimitError, Status.TOO_OFTEN),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), Status.FAILED)


def sentence_of(error: errors.C2CError) -> str:
    """The message of an error of the SDK, with the next step if one is known."""
    message = str(error)
    if isinstance(error, errors.APIError) and (known := error.known):
        return f"{message.rstrip('.')}. {known.meaning} {known.advice}".strip()
    if isinstance(error, errors.AuthenticationError):
        return f"{message}. Next: binance-c2c doctor"
    if isinstance(error, errors.TransportError) and not isinstance(error, errors.OutcomeUnknownError):
        return f"{message}. Next: binance-c2c doctor"
    if isinstance(error, errors.APIError):
        resource = (error.operation_id or "").partition(".")[0]
        return f"{message.rstrip('.')}{_NEXT.get(resource, '.')}"
    return message


_NEXT = {"orders": ". Next: binance-c2c orders list", "ads": ". Next: binance-c2c ads mine"}
"""The next step after a refusal with an unknown code, by the first word of the operation."""
