"""Pictures of a chat: checks, uploads and downloads them, as steps for a driver to run."""

from __future__ import annotations

import io
import os
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from binance_c2c._core.transport import Answer, Request, bare_request
from binance_c2c.errors import ConfigurationError, DecodeError, TransportError

if TYPE_CHECKING:
    from collections.abc import Generator

LARGEST = 10 * 1024 * 1024
"""The most bytes of a picture that is sent, and the default limit for one that is downloaded."""
MOST_PIXELS = 16_384
"""The largest width or height."""
URLS_A_MINUTE = 36
"""How many upload URLs the exchange gives a user within a minute."""
MOST_LOOKS = 5
"""How often an uploaded picture is requested until it can be read."""
LOOK_INTERVAL = 2.0
"""Seconds before each of these requests, as on Binance's website."""
_MINUTE = 60.0
_KINDS = {"JPEG": "jpg", "PNG": "png"}
_OK = range(200, 300)


@dataclass(frozen=True)
class Picture:
    """A picture to be sent, of a format and size that the exchange accepts."""

    data: bytes = field(repr=False)
    kind: str
    """Its file extension, `jpg` or `png`."""
    size: tuple[int, int]
    """Width and height, in pixels."""


def checked(picture: bytes | str | os.PathLike[str]) -> Picture:
    """The picture in these bytes or in this file. Raises `TypeError` or `ValueError` where it cannot be sent.

    Its format is recognised by its bytes, not by the name of the file.
    """
    try:
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - the extra `[chat]`
    except ImportError:
        raise missing_extra() from None
    if isinstance(picture, bytes):
        data = picture
    elif isinstance(picture, (str, os.PathLike)):
        with Path(picture).open("rb") as file:
            data = file.read(LARGEST + 1)
    else:
        message = f"picture: bytes or the path of a file is expected, not {type(picture).__name__}"
        raise TypeError(message)
    if len(data) > LARGEST:
        message = f"picture: at most {LARGEST} bytes are expected"
        raise ValueError(message)
    try:
        # This reads only the header of the picture, no pixels.
        with Image.open(io.BytesIO(data), formats=tuple(_KINDS)) as image:
            kind, size = _KINDS[str(image.format)], image.size
    except (
        *(UnidentifiedImageError, OSError, SyntaxError, ValueError),
        *(Image.DecompressionBombError, Image.DecompressionBombWarning),
    ):
        raise ValueError("picture: the bytes of a JPEG or a PNG are expected") from None
    if max(size) > MOST_PIXELS:
        message = f"picture: at most {MOST_PIXELS} pixels a side are expected"
        raise ValueError(message)
    return Picture(data, kind, size)


def missing_extra() -> ConfigurationError:
    """The error for an installation without the packages that the chat needs."""
    return ConfigurationError('the chat needs packages of the extra [chat]: pip install "binance-c2c[chat]"')


class Pace:
    """Keeps requests for upload URLs below the exchange's limit."""

    def __init__(self) -> None:
        self._asked: deque[float] = deque()

    def wait(self, now: float) -> float:
        """The seconds to wait before the request for an upload URL. If 0, the request is counted as made."""
        while self._asked and now - self._asked[0] >= _MINUTE:
            self._asked.popleft()
        if len(self._asked) < URLS_A_MINUTE:
            self._asked.append(now)
            return 0.0
        return self._asked[0] + _MINUTE - now


@dataclass(frozen=True)
class AskForUrl:
    """A step: ask the exchange for a URL to upload a picture of this name to. Expects the answer."""

    name: str


@dataclass(frozen=True)
class Fetch:
    """A step: send this request without key and signature. Expects the answer or, without one, the reason as text."""

    request: Request
    most_bytes: int = LARGEST


@dataclass(frozen=True)
class Sleep:
    """A step: wait for some seconds."""

    seconds: float


Step = AskForUrl | Fetch | Sleep


def upload(picture: Picture, name: str, *, allow_loopback: bool) -> Generator[Step, object, str]:
    """Upload a picture and wait until it can be read, as Binance's website does; returns its URL."""
    urls = yield AskForUrl(name)
    upload_url = getattr(urls, "upload_url", None) or getattr(urls, "pre_signed_url", None)
    image_url = getattr(urls, "image_url", None)
    if not isinstance(upload_url, str) or not isinstance(image_url, str):
        raise DecodeError("the exchange gave no address for the upload", operation_id="chat.image_upload_url")
    # The URL is signed for a request that has these headers and no others.
    stored = yield Fetch(_request("PUT", upload_url, picture.data, allow_loopback=allow_loopback))
    if not isinstance(stored, Answer) or stored.status_code not in _OK:
        raise TransportError(
            f"the picture could not be uploaded ({_reason(stored)}); nothing was sent to the other side"
        )
    for _ in range(MOST_LOOKS):
        yield Sleep(LOOK_INTERVAL)
        seen = yield Fetch(_request("GET", image_url, allow_loopback=allow_loopback))
        if isinstance(seen, Answer) and seen.status_code in _OK:
            return image_url
    raise TransportError("the uploaded picture cannot be read; nothing was sent to the other side")


def check_download(path: object, timeout: object) -> None:
    """Refuse a path and a time-out that cannot work, before anything is fetched."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path: the path of a file is expected, not {type(path).__name__}")
    if not isinstance(timeout, (int, float)) or isinstance(timeout, bool):
        raise TypeError(f"timeout: a number of seconds is expected, not {type(timeout).__name__}")
    if not 0 < timeout < float("inf"):
        raise ValueError(f"timeout: a positive number of seconds is expected, not {timeout!r}")


def download(url: str, most_bytes: Any, *, allow_loopback: bool) -> Generator[Step, object, bytes]:
    """Download a picture, only over https and never with the key."""
    if not isinstance(most_bytes, int) or isinstance(most_bytes, bool) or most_bytes < 1:
        message = f"max_bytes: an integer of at least 1 is expected, not {most_bytes!r}"
        raise ValueError(message)
    answer = yield Fetch(_request("GET", url, allow_loopback=allow_loopback), most_bytes)
    if not isinstance(answer, Answer) or answer.status_code not in _OK:
        raise TransportError(f"the picture could not be fetched ({_reason(answer)})")
    if len(answer.content) > most_bytes:
        raise TransportError(f"the picture is longer than max_bytes ({most_bytes})")
    return answer.content


def _request(method: str, url: str, body: bytes | None = None, *, allow_loopback: bool) -> Request:
    try:
        return bare_request(method, url, body, allow_loopback=allow_loopback)
    except ValueError as error:
        raise ConfigurationError(f"the address of a picture: {error}") from None


def _reason(answer: object) -> str:
    return f"HTTP {answer.status_code}" if isinstance(answer, Answer) else str(answer)
