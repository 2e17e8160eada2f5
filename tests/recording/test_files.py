"""Files that are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from binance_c2c._core.recording import write_recording


def test_a_file_is_replaced_as_a_whole(tmp_path: Path):
    """With its folders, in UTF-8 with plain line ends, for others to read as far as this process lets them."""
    file = tmp_path / "a" / "b.json"
    before = os.umask(0o027)
    try:
        write_recording(file, "one\n")
        write_recording(file, "zwei ü\n")
    finally:
        os.umask(before)

    assert "zwei ü\n".encode() == file.read_bytes()
    assert ["b.json"] == [path.name for path in file.parent.iterdir()]
    assert 0o640 == stat.S_IMODE(file.stat().st_mode)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path):
    """A text that UTF-8 cannot hold, or a folder in the place of the file: what was there stays, and only that."""
    (tmp_path / "taken").mkdir()
    write_recording(tmp_path / "good", "good")

    with pytest.raises(UnicodeEncodeError):
        write_recording(tmp_path / "good", "\ud83d")
    with pytest.raises(OSError, match="taken"):
        write_recording(tmp_path / "taken", "text")
    assert "good" == (tmp_path / "good").read_text(encoding="utf-8")
    assert ["good", "taken"] == sorted(path.name for path in tmp_path.iterdir())
