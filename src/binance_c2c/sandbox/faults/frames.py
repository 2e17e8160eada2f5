"""The effects of faults on a frame of the chat: other fields, other bytes, or a huge size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from binance_c2c.sandbox.faults.plan import FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from binance_c2c.sandbox.faults.plan import Fault

    Json = dict[str, object]

NEW_WORD = "SOMETHING_NEW"
"""A value that is in no fixed set of the API description."""
NEW_FIELD = "somethingNew"
"""The name of a field that is not in the API description."""
NO_TEXT = b'\xff\xfe{"code": "\xc3\x28"}'
"""Bytes that are not UTF-8."""
HUGE_BYTES = 1_048_576
"""The size of a frame of the fault `huge`, in bytes."""


def dumps(frame: Json) -> str:
    """The text of a frame."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def altered_frame(faults: Sequence[Fault], frame: Json) -> str | bytes:
    """The frame as each of the faults that alters frames leaves it: text, or bytes for a binary frame."""
    for fault in faults:
        frame = {**frame, **_FIELDS.get(fault.kind, {})}
        if fault.kind is FaultKind.HUGE:
            frame = _huge(frame)
    content: str | bytes = dumps(frame)
    for fault in faults:
        if fault.kind in _CONTENT:
            content = _CONTENT[fault.kind](content)
    return content


def _huge(frame: Json) -> Json:
    """The frame with one more field, so that its text has `HUGE_BYTES` bytes."""
    missing = HUGE_BYTES - len(dumps({**frame, NEW_FIELD: ""}).encode())
    return {**frame, NEW_FIELD: "x" * missing}


_FIELDS: dict[FaultKind, Json] = {
    FaultKind.NEW_ENUM: {"type": NEW_WORD, "status": NEW_WORD},
    FaultKind.NEW_FIELD: {NEW_FIELD: {"since": "tomorrow"}},
}
_CONTENT: dict[FaultKind, Callable[[str | bytes], str | bytes]] = {
    FaultKind.CUT: lambda content: content[: len(content) // 2],
    FaultKind.GARBLED: lambda _: NO_TEXT,
    FaultKind.EMPTY: lambda _: "",
}
