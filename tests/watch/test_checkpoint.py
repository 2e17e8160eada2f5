"""The checkpoint of a watch: strictly read, and never half of it on the disk."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c.watch import CheckpointFile
from binance_c2c.watch.checkpoint import Known, loads
from binance_c2c.watch.stages import Stage, Told

WHOLE = st.integers(0, 253_402_300_799_999)
NUMBERS = st.text("0123456789", min_size=19, max_size=20)
OPEN_STAGES = [stage for stage in Stage if not stage.is_over]
TOLD = st.builds(Told, st.sampled_from(OPEN_STAGES), st.booleans(), WHOLE, st.booleans(), WHOLE)
KNOWN = st.builds(
    Known,
    WHOLE,
    WHOLE,
    WHOLE,
    st.none() | WHOLE,
    st.dictionaries(NUMBERS, st.tuples(WHOLE, TOLD), max_size=5),
    st.dictionaries(NUMBERS, WHOLE, max_size=5),
)
EXAMPLE = Known(1, 2, 6, 3, {"7": (4, Told(Stage.PAID, paid=True))}, {"8": 5})


@given(KNOWN)
def test_what_was_written_is_read(known: Known):
    """A checkpoint reads as what it was made of."""
    assert known == loads(known.dumps())


def changed(path: str, value: Any) -> str:
    """The example with one value replaced, or without it."""
    content = json.loads(EXAMPLE.dumps())
    inner, names = content, path.split(".")
    for name in names[:-1]:
        inner = inner[name]
    if value is ...:
        del inner[names[-1]]
    else:
        inner[names[-1]] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "this is not JSON"),
        (EXAMPLE.dumps()[:-1], "this is not JSON"),
        ("[]", "a JSON object is expected"),
        (changed("version", 2), "version 1 is expected, not 2"),
        (changed("version", ...), "version 1 is expected, not None"),
        (changed("since", ...), "exactly the fields"),
        (changed("surplus", 1), "exactly the fields"),
        (changed("since", -1), "since: an integer from 0"),
        (changed("since", 10**18), "since: an integer from 0"),
        (changed("since", 1.0), "since: an integer from 0"),
        (changed("since", True), "since: an integer from 0"),
        (changed("forgotten", None), "forgotten: an integer from 0"),
        (changed("begun", "3"), "begun: an integer from 0"),
        (changed("open", []), "open: a JSON object is expected"),
        (changed("open.7", None), "open.7: a JSON object is expected"),
        (changed("open.7.stage", "released"), "open.7.stage: a stage of an open order is expected"),
        (changed("open.7.paid", 1), "open.7.paid: true or false is expected"),
        (changed("open.7.halts", ...), "open.7: exactly the fields"),
        (changed("over", {"8": "x"}), "over.8: an integer from 0"),
    ],
)
def test_anything_else_is_refused(text: str, why: str):
    """No checkpoint is guessed at: the error names the argument and the place."""
    with pytest.raises(ValueError, match=f"^checkpoint: .*{why}"):
        loads(text)


def test_a_checkpoint_is_a_text():
    """Bytes, or a path, are refused by name."""
    given: Any = b"{}"
    with pytest.raises(TypeError, match="checkpoint: the text that `checkpoint\\(\\)` gave is expected, not bytes"):
        loads(given)


def test_a_file_keeps_the_latest(tmp_path: Path):
    """What was saved last is loaded, nothing where nothing was, and no other file stays behind."""
    file = CheckpointFile(tmp_path / "orders.json")

    assert file.load() is None
    file.save("old")
    file.save("new")
    assert "new" == file.load()
    assert ["orders.json"] == [path.name for path in tmp_path.iterdir()]
    assert f"CheckpointFile('{tmp_path / 'orders.json'}')" == repr(file)


def test_a_save_that_fails_leaves_the_one_before(tmp_path: Path):
    """What cannot be written, for example half of a character, costs neither the old checkpoint nor a stray file."""
    file = CheckpointFile(str(tmp_path / "orders.json"))
    file.save("old")
    with pytest.raises(UnicodeEncodeError):
        file.save("\ud800")

    assert "old" == file.load()
    assert ["orders.json"] == [path.name for path in tmp_path.iterdir()]
