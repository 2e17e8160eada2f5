"""Files that are replaced whole."""

import os
import stat
from pathlib import Path

import pytest

from binance_c2c._core.support import write_whole


def test_a_file_is_replaced_once_its_content_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Until then the old content is there, so that a power cut leaves the one or the other."""
    file, seen, fsync = tmp_path / "a.jpg", list[tuple[int, bytes]](), os.fsync
    write_whole(file, b"old")

    def watched(handle: int) -> None:
        seen.append((os.fstat(handle).st_size, file.read_bytes()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    write_whole(file, b"content")

    assert [(7, b"old")] == seen
    assert b"content" == file.read_bytes()
    assert [file] == list(tmp_path.iterdir())


def test_writers_of_one_file_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One that writes while another waits for the disk: each has put its own content there, whole."""
    file, fsync, others = tmp_path / "a.jpg", os.fsync, iter([b"a longer content"])

    def slow(handle: int) -> None:
        for other in others:
            write_whole(file, other)
            assert other == file.read_bytes()
        fsync(handle)

    monkeypatch.setattr(os, "fsync", slow)
    write_whole(file, b"content")

    assert b"content" == file.read_bytes()
    assert [file] == list(tmp_path.iterdir())


def test_the_umask_decides_who_may_read_a_file(tmp_path: Path):
    """As for each file that a program opens."""
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a.jpg", b"content")
    finally:
        os.umask(before)

    assert 0o640 == stat.S_IMODE((tmp_path / "a.jpg").stat().st_mode)


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_file_that_cannot_be_written_stays_as_it_was(
    error: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is left beside it, also after Ctrl-C. A folder that does not exist is not made."""
    file = tmp_path / "a.jpg"
    write_whole(file, b"old")

    def fail(_: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(error):
        write_whole(file, b"content")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "a.jpg", b"content")

    assert b"old" == file.read_bytes()
    assert [file] == list(tmp_path.iterdir())
