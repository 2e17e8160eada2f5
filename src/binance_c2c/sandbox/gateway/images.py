"""Pictures as such, with Pillow: what kind one is and how large, and the picture of a bank's receipt."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from binance_c2c.sandbox.gateway.pictures import LARGEST_PICTURE
from binance_c2c.sandbox.gateway.validation import require_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = {"JPEG": "jpg", "PNG": "png"}
_WIDTH = 480
_LINE = 56
_INK, _SOFT, _GREEN = "#1b2330", "#566173", "#1a6b37"


class ImageHead(NamedTuple):
    """What the first bytes of a picture say of it."""

    kind: str
    """`jpg` or `png`."""
    width: int
    height: int


def image_head(content: bytes) -> ImageHead:
    """The kind and size of a picture. Raises `ValueError` for what is no JPEG and no PNG, or is too large."""
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
    """A picture in PNG with a title, and each line's name above its value."""
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
