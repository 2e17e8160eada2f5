"""The store of chat pictures, in the manner of S3: signed upload URLs, uploads, and downloads.

It is no part of the exchange's API: requests need no key and no signature, and have no rate limit. As on the exchange,
a picture can be read only a moment after its upload. Pillow recognises pictures, and draws receipts.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from binance_c2c.sandbox.gateway.messages import Answer
from binance_c2c.sandbox.gateway.validation import require_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.exchange import Chats, Upload
    from binance_c2c.sandbox.gateway.messages import Addresses, Request

UPLOAD_SECONDS = 300
"""The seconds for which an upload URL is valid."""
LARGEST_PICTURE = 10 * 1_048_576
"""The most bytes of one picture. The exchange's own limit is not known."""

_FOLDER = "/c2c/chat/"
_PATH = re.compile(_FOLDER + r"([0-9]{12})\.(jpg|jpeg|png)", re.ASCII)
_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
_KINDS = {"JPEG": "jpg", "PNG": "png"}
_WIDTH = 480
_LINE = 56
_INK, _SOFT, _GREEN = "#1b2330", "#566173", "#1a6b37"
_SIGNING_KEY = b"binance-c2c sandbox, uploads"
"""Not secret: it only permits uploads to a sandbox."""


class _Stored(Protocol):
    """A picture in the store: one in a message, or an upload."""

    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...


def is_picture(path: str) -> bool:
    """Whether a path belongs to the store. The exchange's API has no such paths."""
    return path.startswith(_FOLDER)


def picture_url(picture: _Stored, addresses: Addresses) -> str:
    """The URL from which a picture is read."""
    return f"{addresses.pictures}{_FOLDER}{picture.number:012}.{picture.kind}"


def picture_number(url: str) -> int | None:
    """The number of the picture with this URL; None if it is no picture of the store."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    found = _PATH.fullmatch(path)
    return None if found is None else int(found[1])


def upload_url(upload: Upload, addresses: Addresses) -> str:
    """The signed URL to which a picture may be uploaded for `UPLOAD_SECONDS`."""
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={UPLOAD_SECONDS}&X-Amz-SignedHeaders=host"
    path = f"{_FOLDER}{upload.number:012}.{upload.kind}"
    return f"{addresses.uploads}{path}?{query}&X-Amz-Signature={_signature(upload)}"


def answer_picture(chats: Chats, request: Request[Any]) -> Answer:
    """The answer of the store to one request."""
    method, path = request.method, request.path
    if "x-mbx-apikey" in request.headers:
        # S3 would ignore it. Refused here, so that a program learns that it sends its key to a host outside the API.
        return _refusal(400, "InvalidArgument", "send the API key to the exchange only, not to this store of pictures")
    found = _PATH.fullmatch(path)
    upload = None if found is None else chats.uploads.get(int(found[1]))
    if upload is None or not path.endswith(f".{upload.kind}"):
        return _refusal(403 if method == "PUT" else 404, "NoSuchKey", "The specified key does not exist.")
    if method == "PUT":
        return _upload(chats, upload, request)
    if method not in {"GET", "HEAD"}:
        return _refusal(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    if not upload.is_readable(request.now_ms):
        return _refusal(404, "NoSuchKey", "The specified key does not exist.")
    return Answer(200, {"Content-Type": _TYPES[upload.kind]}, upload.content)


def _upload(chats: Chats, upload: Upload, request: Request[Any]) -> Answer:
    if not hmac.compare_digest(request.query.get("X-Amz-Signature").encode(), _signature(upload).encode()):
        return _refusal(403, "SignatureDoesNotMatch", "The request signature does not match the one you provided.")
    if request.now_ms > upload.announced_ms + UPLOAD_SECONDS * 1000:
        return _refusal(403, "AccessDenied", "Request has expired")
    if not request.body:
        return _refusal(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
    if len(request.body) > LARGEST_PICTURE:
        return _refusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    chats.upload(upload, request.body, request.now_ms)
    return Answer(200, {}, b"")


def _signature(upload: Upload) -> str:
    signed = f"{upload.number}/{upload.owner}/{upload.announced_ms}".encode()
    return hmac.new(_SIGNING_KEY, signed, hashlib.sha256).hexdigest()


def _refusal(status: int, code: str, message: str) -> Answer:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(status, {"Content-Type": "application/xml"}, body.encode())


class ImageHead(NamedTuple):
    """The kind and size of a picture, from its first bytes."""

    kind: str
    """`jpg` or `png`."""
    width: int
    height: int


def image_head(content: bytes) -> ImageHead:
    """The kind and size of a picture. Raises `ValueError` if it is no JPEG or PNG, or too large."""
    with require_extra():
        from PIL import Image  # noqa: PLC0415
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=tuple(_KINDS)) as image:
                head = ImageHead(_KINDS[str(image.format)], *image.size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        head = None
    if head is None or len(content) > LARGEST_PICTURE:
        message = f"picture: a JPEG or PNG of at most {LARGEST_PICTURE} bytes is expected"
        raise ValueError(message)
    return head


def draw_receipt(title: str, lines: Mapping[str, str]) -> bytes:
    """A PNG with a title and lines, each with its name above its value."""
    with require_extra():
        from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415
    image = Image.new("RGB", (_WIDTH, 110 + _LINE * len(lines)), "white")
    draw, large, small = ImageDraw.Draw(image), ImageFont.load_default(22), ImageFont.load_default(14)
    draw.rectangle((0, 0, _WIDTH, 8), fill=_GREEN)
    draw.text((28, 34), title, fill=_GREEN, font=large)
    for number, (name, value) in enumerate(lines.items()):
        top = 86 + _LINE * number
        draw.text((28, top), name, fill=_SOFT, font=small)
        draw.text((28, top + 18), value, fill=_INK, font=large)
    content = BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
