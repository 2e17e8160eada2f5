"""The checkpoint of a watch: the events that it gave, as a short text from which the next run continues."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from binance_c2c.watch.stages import Stage, Told

VERSION = 1
# The end of the year 9999: no time is later, and no count is as high.
_LATEST_MS = 253_402_300_799_999

_FIELDS = ("version", "since", "forgotten", "started", "begun", "open", "over")
_ORDER = ("created", "stage", "paid", "halts", "verification", "warned")


@dataclass(slots=True)
class Known:
    """All that a watch remembers of the events that it gave."""

    since_ms: int = 0
    """Sweeps read the orders placed from this time on, whatever their status."""
    forgotten_ms: int = 0
    """Finished orders placed before this time were told, and are no longer remembered."""
    started_ms: int = 0
    """When the first answer came, by the exchange's clock as the client knew it; 0 before."""
    begun_ms: int | None = None
    """When the newest order of the start was placed. None until the first sweeps have shown the orders of the start."""
    open: dict[str, tuple[int, Told]] = field(default_factory=dict[str, "tuple[int, Told]"])
    """For each order number: when the order was placed, and the state that was told."""
    over: dict[str, int] = field(default_factory=dict[str, int])
    """For each finished order: when it was placed. Its end was told, or came before the watch began."""

    def dumps(self) -> str:
        """As JSON."""
        content = {
            "version": VERSION,
            "since": self.since_ms,
            "forgotten": self.forgotten_ms,
            "started": self.started_ms,
            "begun": self.begun_ms,
            "open": {
                number: dict(
                    zip(
                        _ORDER,
                        (created, told.stage, told.paid, told.halts, told.verification, told.warned_ms),
                        strict=True,
                    )
                )
                for number, (created, told) in self.open.items()
            },
            "over": self.over,
        }
        return json.dumps(content, separators=(",", ":"))


def loads(text: str) -> Known:
    """Read what `dumps` wrote. Anything else is refused: a guess could repeat or lose events.

    Raises:
        TypeError, ValueError: It is no checkpoint, or one of another version.

    """
    if not isinstance(text, str):
        message = f"checkpoint: the text that `checkpoint()` gave is expected, not {type(text).__name__}"
        raise TypeError(message)
    try:
        content: Any = json.loads(text)
    except ValueError as error:
        message = f"checkpoint: this is not JSON; it was cut short, or is no checkpoint: {error}"
        raise ValueError(message) from None
    found = _mapping("checkpoint", content)
    if found.get("version") != VERSION:
        message = f"checkpoint: version {VERSION} is expected, not {found.get('version')!r}"
        raise ValueError(message)
    fields = _mapping("checkpoint", found, _FIELDS)
    begun = fields["begun"]
    return Known(
        _integer("since", fields["since"]),
        _integer("forgotten", fields["forgotten"]),
        _integer("started", fields["started"]),
        None if begun is None else _integer("begun", begun),
        {number: _order(number, value) for number, value in _mapping("open", fields["open"]).items()},
        {number: _integer(f"over.{number}", value) for number, value in _mapping("over", fields["over"]).items()},
    )


def _order(number: str, value: object) -> tuple[int, Told]:
    where = f"open.{number}"
    fields = _mapping(where, value, _ORDER)
    if fields["stage"] not in {stage.value for stage in Stage if not stage.is_over}:
        message = f"checkpoint: {where}.stage: a stage of an open order is expected"
        raise ValueError(message)
    for name in ("paid", "verification"):
        if not isinstance(fields[name], bool):
            message = f"checkpoint: {where}.{name}: true or false is expected"
            raise ValueError(message)  # noqa: TRY004 - the argument has the right type, and its content is wrong
    told = Told(
        Stage(fields["stage"]),
        fields["paid"],
        _integer(f"{where}.halts", fields["halts"]),
        fields["verification"],
        _integer(f"{where}.warned", fields["warned"]),
    )
    return _integer(f"{where}.created", fields["created"]), told


def _mapping(where: str, value: object, names: tuple[str, ...] = ()) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        message = f"checkpoint: {where}: a JSON object is expected"
        raise ValueError(message)  # noqa: TRY004 - the argument has the right type, and its content is wrong
    found = cast("dict[str, Any]", value)
    if names and set(names) != set(found):
        message = f"checkpoint: {where}: exactly the fields {', '.join(names)} are expected"
        raise ValueError(message)
    return found


def _integer(where: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LATEST_MS:
        message = f"checkpoint: {where}: an integer from 0 to {_LATEST_MS} is expected"
        raise ValueError(message)
    return value


class CheckpointFile:
    """A file that holds the latest checkpoint, whole at every moment: a crash leaves the old one or the new one.

    Args:
        path: Where it is. Its folder has to exist; the file need not.

    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def load(self) -> str | None:
        """The checkpoint that was saved last; None where none was."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def save(self, checkpoint: str) -> None:
        """Replace the file by this checkpoint, and return when it is on the disk."""
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(checkpoint)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def __repr__(self) -> str:
        return f"CheckpointFile({str(self.path)!r})"
