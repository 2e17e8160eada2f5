"""Reads long pages from JSON straight into models if msgspec is installed, without dicts in between.

A page that differs from the API description is read in the usual way, which reports where it differs.
"""

import re
from decimal import Decimal
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from binance_c2c._core.support import BOM
from binance_c2c_runtime import Call, Page, batches, reading

TRIALS = 3
"""The number of long pages that are read in the usual way first, and of failures in a row after which all are."""
_ENVELOPE = frozenset({"code", "message", "messageDetail", "success", "total"})
_MOST_NAMES = 32
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_MOST_OPERATIONS = 128


class LongPages:
    """Reads the long pages of one operation, once it has learned which names they have."""

    def __init__(self, reader: reading.PageReader[Any]) -> None:
        self._reader = reader
        self._around = _ENVELOPE
        self._known: int = 0
        self._learned = 0
        self._failures = 0
        self._read: Any = None

    def read(self, call: Call[Any], content: bytes) -> tuple[dict[str, Any], Page[Any]] | None:
        """The envelope of an answer and its page; None if the answer has to be read in the usual way."""
        msgspec = _msgspec() if self._learned >= TRIALS > self._failures else None
        if msgspec is None:
            return None
        if self._read is None:
            self._read = _compiled(msgspec, self._reader.row(), self._around)
        try:
            envelope, rows = self._read(content.removeprefix(BOM))
        except (msgspec.MsgspecError, *reading.READ_ERRORS):
            self._failures += 1
            return None
        self._failures = 0
        page = Page(rows, total=reading.to_total(envelope.total), page=reading.page_number(call))
        return {"code": envelope.code, "success": envelope.success}, page

    def learn(self, answer: dict[str, Any]) -> None:
        """Note the names in a long answer that was read in the usual way."""
        self._learned += 1
        names = [name for name in answer if name != "data" and _NAME.fullmatch(name)]
        if len(self._around) < _MOST_NAMES:
            self._around |= set(names[:_MOST_NAMES])
        known = len(self._around) + batches.batch_of(self._reader.row()).count_names()
        if known != self._known:
            self._known, self._failures, self._read = known, 0, None


@lru_cache(_MOST_OPERATIONS)
def long_pages(reader: reading.PageReader[Any]) -> LongPages:
    """The cached `LongPages` of a page reader."""
    return LongPages(reader)


@cache
def _msgspec() -> ModuleType | None:
    try:
        import msgspec  # noqa: PLC0415 - only the extra `[fast]` brings it
    except ImportError:
        return None
    return msgspec


def _compiled(msgspec: Any, row: type[Any], around: frozenset[str]) -> Any:
    """A function that decodes the JSON of an answer into its envelope and its rows as models."""
    batch = batches.batch_of(row)
    fields = [(name, Any, None) for name in sorted(around)]
    data = ("data", list[_struct(msgspec, batch)])  # type: ignore[misc] # a class made at run time
    envelope = msgspec.defstruct("Envelope", [*fields, data], kw_only=True, forbid_unknown_fields=True)
    decode = msgspec.json.Decoder(envelope, float_hook=Decimal).decode
    fill = batch.compiled(absent=msgspec.UNSET)

    def read(content: bytes) -> tuple[Any, list[Any]]:
        found = decode(content)
        return found, fill(row, found.data)

    return read


def _struct(msgspec: Any, batch: batches.Batch) -> Any:
    """A msgspec struct with the names of a row. It checks strings, integers and booleans."""
    fields: list[tuple[str, Any, Any]] = []
    for field in batch.fields:
        kind: Any = field.kind.plain or Any
        if field.python in batch.inner:
            kind = _struct(msgspec, batch.inner[field.python])
            kind = list[kind] if field.kind.listed else kind
        if field.required:
            fields.append((field.python, kind, msgspec.field(name=field.wire)))
        else:
            fields.append((field.python, kind | None, msgspec.field(name=field.wire, default=None)))
    for attribute, wire in batch.undescribed_attributes().items():
        fields.append((attribute, Any, msgspec.field(name=wire, default=msgspec.UNSET)))
    return msgspec.defstruct(batch.owner.__name__, fields, kw_only=True, forbid_unknown_fields=True, gc=False)
