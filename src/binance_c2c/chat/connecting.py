"""Shared by the chat's streams for tasks and for threads: options, address and settings of a connection, errors."""

from __future__ import annotations

import logging
import re
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import EllipsisType, MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from binance_c2c._core.support import HIDDEN
from binance_c2c._core.transport import Origin, Route, is_loopback
from binance_c2c.chat.codec import image_frame, text_frame
from binance_c2c.chat.pictures import missing_extra
from binance_c2c.chat.session import OutgoingMessage, Reconnect, Session
from binance_c2c.errors import (
    APIError,
    AuthenticationError,
    C2CError,
    ChatError,
    ConfigurationError,
    DecodeError,
    OutcomeUnknownError,
    RateLimitError,
    ServerError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c_sapi.models import ChatCredential, ChatFrame

log = logging.getLogger("binance_c2c")

SEND_TEXT = "chat.send_text"
SEND_IMAGE = "chat.send_image"
CLOSE_TIMEOUT = 1.0
"""Seconds for the other side to answer when a connection is closed."""
QUEUE = 64
"""The most frames that the WebSocket library reads ahead."""
_ORDER_NUMBER = re.compile(r"[0-9A-Za-z_-]{1,64}")
_CODE = re.compile(r"[A-Z0-9_.-]{1,64}")


@dataclass(frozen=True)
class Options:
    """The options of a stream. Raises `ConfigurationError`, which names the argument, where one cannot work."""

    state: Mapping[str, str] | None = None
    reconnect: Reconnect = field(default_factory=Reconnect)
    connect_timeout: float = 30.0
    send_timeout: float = 10.0
    ping_interval: float = 20.0
    pong_timeout: float = 20.0
    max_frame_bytes: int = 16 * 1024 * 1024
    most_waiting: int = 256
    allow_loopback: bool = False
    proxy: str | EllipsisType | None = field(default=..., repr=False)
    tls: ssl.SSLContext | EllipsisType | None = ...

    def __post_init__(self) -> None:
        for name in ("connect_timeout", "send_timeout", "ping_interval", "pong_timeout"):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < float("inf"):
                raise ConfigurationError(f"{name}: a positive number of seconds is expected, not {value!r}")
        for name in ("max_frame_bytes", "most_waiting"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ConfigurationError(f"{name}: an integer of at least 1 is expected, not {value!r}")
        if not isinstance(self.reconnect, Reconnect):
            raise ConfigurationError(f"reconnect: a Reconnect is expected, not {type(self.reconnect).__name__}")
        if not isinstance(self.proxy, EllipsisType) and self.proxy is not None and not _is_proxy(self.proxy):
            # The message leaves out the URL, which may hold a password.
            raise ConfigurationError(
                "proxy: a URL such as http://host:port, or None for a direct connection, is expected"
            )
        if not isinstance(self.tls, (ssl.SSLContext, EllipsisType)) and self.tls is not None:
            raise ConfigurationError(f"tls: an ssl.SSLContext is expected, not {type(self.tls).__name__}")

    def session(self) -> Session:
        """A new session for a stream."""
        return Session(self.state, self.reconnect, most_waiting=self.most_waiting)


def address(credential: ChatCredential) -> str:
    """The address to connect to, with key and token, never to be shown. Raises `DecodeError` without a usable one."""
    base, key, token = credential.chat_wss_url, credential.listen_key, credential.listen_token
    if not base or not key or not token:
        raise DecodeError("the exchange gave no credential for the chat", operation_id="chat.credential")
    try:
        parts = urlsplit(base)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    safe = parts.scheme == "wss" or (parts.scheme == "ws" and is_loopback(host))
    if not safe or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise DecodeError("the exchange gave no usable wss:// address of a chat server", operation_id="chat.credential")
    return f"{base.rstrip('/')}/{quote(key, safe='')}?token={quote(token, safe='')}&clientType=web"


def proxy_and_tls(url: str, options: Options, route: Route | None) -> dict[str, Any]:
    """Proxy and TLS of a connection: the caller's options, or else those of HTTP calls, from `route`.

    Raises `ConfigurationError` where calls go over an `http` of the caller's, whose proxy and TLS settings cannot be
    read, and `proxy` or `tls` is not given: the stream could bypass the proxy, or trust other authorities.
    """
    parts = urlsplit(url)
    if parts.scheme == "ws":
        # This machine, which is reached without a proxy.
        return {"proxy": None}
    proxy, tls = options.proxy, options.tls
    for name, value in (("proxy", proxy), ("tls", tls)):
        if route is None and isinstance(value, EllipsisType):
            raise ConfigurationError(
                f"{name}: the chat cannot read the proxy and TLS settings of the http that the client was given; give "
                "proxy and tls to chat.connect (None: no proxy, the usual certificate authorities)"
            )
    route = route or Route()
    if isinstance(proxy, EllipsisType):
        host, port = str(parts.hostname), parts.port or 443
        authority = f"[{host}]:{port}" if _is_ipv6(host) else f"{host}:{port}"
        found = route.proxy(Origin("https", host, port, authority.encode("ascii", "ignore")))
        proxy = None if found is None else found.url
    trust = tls if isinstance(tls, ssl.SSLContext) else route.tls
    return {"proxy": proxy, "ssl": trust, **({"proxy_ssl": trust} if proxy and proxy.startswith("https:") else {})}


def _is_proxy(url: object) -> bool:
    try:
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        return bool(parts.scheme and parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_ipv6(host: str) -> bool:
    try:
        return ip_address(host).version == 6  # noqa: PLR2004
    except ValueError:
        return False


def settings(url: str, options: Options, route: Route | None) -> dict[str, Any]:
    """Arguments for the WebSocket library."""
    return {
        # The log of the library would hold the token and every message.
        "logger": _silent_logger(),
        # The streams find dead connections themselves: the library would take one that is read slowly for dead.
        "ping_interval": None,
        "close_timeout": CLOSE_TIMEOUT,
        "open_timeout": options.connect_timeout,
        "max_size": options.max_frame_bytes,
        "max_queue": QUEUE,
        "user_agent_header": None,
        **proxy_and_tls(url, options, route),
    }


def _silent_logger() -> logging.Logger:
    # Not a child of the root logger, so that no program's settings turn it on.
    logger = logging.Logger("binance_c2c.chat", logging.CRITICAL + 1)  # noqa: LOG001
    logger.disabled = True
    return logger


def describe_error(error: BaseException) -> str:
    """A description of a connection that failed, without an address, a token or any message."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, C2CError):
        return str(error)
    if isinstance(status, int):
        if isinstance(error, load("exceptions").ProxyError):
            return f"the proxy before the chat's server refused the connection with HTTP {status}"
        return f"the chat's server refused the connection with HTTP {status}"
    if isinstance(error, TimeoutError):
        return "the chat's server did not answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of the chat's server is refused: {error.verify_message}"
    return f"the chat's server could not be reached ({type(error).__name__})"


def is_final(error: BaseException) -> bool:
    """Whether another attempt would fail too: the key is refused, or a setting cannot work."""
    return isinstance(error, (ConfigurationError, AuthenticationError)) or is_refused(error)


def is_refused(error: BaseException) -> bool:
    """Whether the exchange refuses this request, and would again, but not the account.

    A refusal without a code is the page of a firewall, and does not come from the exchange.
    """
    passing = (RateLimitError, ServerError, AuthenticationError)
    return isinstance(error, APIError) and error.code is not None and not isinstance(error, passing)


def history_failure(error: BaseException) -> tuple[str, float | None, bool]:
    """Why a page of the history failed: a description, the seconds to wait if given, and whether it was a refusal."""
    return describe_error(error), asked_wait(error), is_refused(error)


def asked_wait(error: BaseException) -> float | None:
    """The seconds that the exchange asks to wait, if it does."""
    return error.retry_after if isinstance(error, RateLimitError) else None


def log_reconnect(trouble: str) -> None:
    """Log that a connection could not be made. The event `Away` was given earlier, perhaps long ago."""
    log.warning("the chat will try to connect again, nothing is lost: %s", trouble)


def not_in_time(seconds: float, reason: str) -> TransportError:
    """The error for a stream that did not begin in time."""
    text = f"the chat was not connected within {seconds:g} s" + (f": {reason}" if reason else "")
    return TransportError(text, operation_id="chat.connect", request_sent=False)


def outgoing_text(order_number: str, text: str, now_ms: int) -> OutgoingMessage:
    """A text to be sent. Raises `TypeError` or `ValueError` where it cannot be sent."""
    order = checked_order(order_number)
    if not isinstance(text, str):
        message = f"text: a string is expected, not {type(text).__name__}"
        raise TypeError(message)
    if not text.strip():
        raise ValueError("text: a text that is not blank is expected")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("text: it holds half a character (a lone surrogate), which cannot be sent") from None
    uuid = str(uuid4())
    return OutgoingMessage(uuid, order, text_frame(uuid, order, text, now_ms))


def outgoing_image(order_number: str, url: str, kind: str, size: tuple[int, int], now_ms: int) -> OutgoingMessage:
    """A picture to be sent, which was uploaded."""
    uuid = str(uuid4())
    return OutgoingMessage(
        uuid, order_number, image_frame(uuid, order_number, url, kind=kind, size=size, now_ms=now_ms)
    )


def checked_order(order_number: object) -> str:
    """The order number, checked. Raises `TypeError` or `ValueError` where it cannot be one."""
    if not isinstance(order_number, str):
        message = f"order_number: a string is expected, not {type(order_number).__name__}"
        raise TypeError(message)
    if not _ORDER_NUMBER.fullmatch(order_number):
        raise ValueError("order_number: letters, digits, - and _ are expected, at most 64 of them")
    return order_number


def outcome(outgoing: OutgoingMessage, operation: str, why: str) -> ChatFrame:
    """The exchange's echo of a message; without one, raises the error that tells whether it was sent."""
    if outgoing.echo is not None:
        return outgoing.echo
    if outgoing.refusal is not None:
        # The refusal may quote the message: only a code is shown.
        text = outgoing.refusal.content or ""
        code = text if _CODE.fullmatch(text) else None
        message = f"the message was refused{f': {code}' if code else ''}"
        raise ChatError(message, code=code, uuid=outgoing.uuid, operation_id=operation, body=text)
    if outgoing.departed_on is None:
        message = f"the message was not sent: {why}"
        raise TransportError(message, operation_id=operation, request_sent=False)
    error = OutcomeUnknownError(
        f"the message was sent but not acknowledged, and it is not in the history yet: {why}",
        how_to_find_out="If it arrived, `chat.messages` lists it under its uuid; it is not sent again.",
        operation_id=operation,
    )
    error.sent = MappingProxyType({"orderNo": outgoing.order_number, "uuid": outgoing.uuid, "content": HIDDEN})
    raise error


def ended(failure: BaseException | None) -> ChatError:
    """The error for a message that is to be sent over a stream that has ended."""
    why = "the stream has ended" if failure is None else f"the stream has ended: {describe_error(failure)}"
    return ChatError(f"the message was not sent: {why}")


def load(module: str) -> Any:
    """A module of the WebSocket library. Raises `ConfigurationError` where the extra is not installed."""
    from importlib import import_module  # noqa: PLC0415 - only a stream needs it

    try:
        return import_module(f"websockets.{module}")
    except ImportError:
        raise missing_extra() from None
