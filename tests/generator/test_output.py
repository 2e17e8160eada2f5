"""What a run of the generator leaves: the whole new tree or the old one untouched, and names for what differs."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_python_client.parser.errors import ParseError

from generator import __main__ as command
from generator import lint, output, tools
from generator.description import DescriptionError, Source, bundle, fingerprint
from generator.generate import generate
from generator.shape import parse, parser
from generator.tools import ToolError

ROOT = Path(__file__).parents[2]
MINIMAL, KINDS = (ROOT / "tests/golden" / name / "openapi" for name in ("minimal", "kinds"))
THINGS = "binance_c2c_sapi/resources/things.py"


@cache
def both() -> tuple[dict[str, str], dict[str, str]]:
    """What the minimal description makes."""
    return generate(MINIMAL)


def made() -> dict[str, str]:
    """The SDK."""
    return both()[0]


def made_for_others() -> dict[str, str]:
    """The same description in one file, and its table of names."""
    return both()[1]


@pytest.fixture
def description(tmp_path: Path) -> Path:
    """A copy of the minimal description, with what is made of it for others."""
    folder = shutil.copytree(MINIMAL, tmp_path / "openapi")
    output.write_tree(folder / "dist", made_for_others())
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What was made of it."""
    output.write_tree(tmp_path / "sdk", made())
    return tmp_path / "sdk"


def made_before(description: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What the generator makes, which takes a second, or what it made of the same files a moment ago."""
    same = fingerprint(Source(description)) == fingerprint(Source(MINIMAL))
    return both() if same else generate(description)


def run(description: Path, tree: Path, *options: str) -> int:
    """The command as a person types it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "generate", made_before)
        return command.main([*options, "--description", str(description), "--output", str(tree)])


def edit(path: Path, old: str, new: str) -> None:
    """Changes one place of a file."""
    text = path.read_text(encoding="utf-8")
    assert 1 == text.count(old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def state(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Content, identity and time of every file of a folder: whoever writes to one changes at least the last."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns)
        for path in files
    }


def test_a_tree_in_order_passes_without_a_word(description: Path, tree: Path, capsys: pytest.CaptureFixture[str]):
    """`--check` on what was just made: exit status 0, nothing said, nothing touched."""
    before = state(tree)

    assert 0 == run(description, tree, "--check")
    assert ("", "") == capsys.readouterr()
    assert before == state(tree)


def test_check_names_every_difference(description: Path, tree: Path, capsys: pytest.CaptureFixture[str]):
    """A hand edit, a stray file, a missing file and one that is no text are each named; all stay as they are."""
    edit(tree / THINGS, "def build_list(", "def build_lists(")
    (tree / "binance_c2c_sapi/stray.py").write_text("", encoding="utf-8")
    (tree / "binance_c2c_sapi/py.typed").unlink()
    (tree / "binance_c2c_strict/models.py").write_bytes(b"\xff\x00")
    before = state(tree)

    assert 1 == run(description, tree, "--check")
    out, told = capsys.readouterr()
    assert "" == out
    assert [
        "sdk/binance_c2c_sapi/py.typed: is missing",
        f"sdk/{THINGS}: differs from what the generator makes",
        "sdk/binance_c2c_sapi/stray.py: is not made by the generator",
        "sdk/binance_c2c_strict/models.py: differs from what the generator makes",
        "Run `make generate`; never edit generated code by hand.",
    ] == [line for line in told.splitlines() if line.startswith(("sdk/", "Run"))]
    assert "-def build_lists(" in told
    assert "+def build_list(" in told
    assert before == state(tree)


def test_check_names_what_a_changed_description_changes(
    description: Path, tree: Path, capsys: pytest.CaptureFixture[str]
):
    """A description that was changed and not generated from is noticed, by the files that would change."""
    edit(description / "paths/things.yaml", "Make a thing.", "Make another thing.")
    before = state(tree)

    assert 1 == run(description, tree, "--check")
    told = capsys.readouterr().err
    assert ["sdk/binance_c2c_sapi/provenance.json", f"sdk/{THINGS}"] == re.findall(r"^(sdk/\S+):", told, re.MULTILINE)
    assert before == state(tree)


def test_a_comment_in_the_description_changes_provenance_alone(
    description: Path, tree: Path, capsys: pytest.CaptureFixture[str]
):
    """The hash is over every byte, so the tree always tells whether it is of this very description."""
    edit(description / "c2c.yaml", "openapi: 3.1.0", "openapi: 3.1.0  # The version.")

    assert 1 == run(description, tree, "--check")
    assert ["sdk/binance_c2c_sapi/provenance.json"] == re.findall(r"^(sdk/\S+):", capsys.readouterr().err, re.MULTILINE)


def test_generating_puts_the_whole_tree_in_place(description: Path, tree: Path, capsys: pytest.CaptureFixture[str]):
    """Hand edits and stray files are gone, missing files are back, and each is named; nothing else lies around."""
    edit(tree / THINGS, "def build_list(", "def build_lists(")
    (tree / "stray").mkdir()
    (tree / "stray/file.py").write_text("", encoding="utf-8")
    (tree / "binance_c2c_sapi/py.typed").unlink()

    assert 0 == run(description, tree)
    assert made() == output.read_tree(tree)
    assert ["sdk/binance_c2c_sapi/py.typed", f"sdk/{THINGS}", "sdk/stray/file.py"] == capsys.readouterr().out.split()
    assert ["openapi", "sdk"] == sorted(path.name for path in tree.parent.iterdir())


def test_what_is_made_for_others_is_held_to_the_description_too(
    description: Path, tree: Path, capsys: pytest.CaptureFixture[str]
):
    """A hand edit in `openapi/dist/` and a stray file there are named, and gone after generating."""
    edit(description / "dist/names.md", "# Names", "# Our names")
    (description / "dist/notes.txt").write_text("", encoding="utf-8")

    assert 1 == run(description, tree, "--check")
    told = capsys.readouterr().err
    assert ["names.md", "notes.txt"] == re.findall(r"^openapi/dist/(\S+):", told, re.MULTILINE)
    assert 0 == run(description, tree)
    assert made_for_others() == output.read_tree(description / "dist")


def test_generating_makes_what_was_not_there(description: Path, tmp_path: Path):
    """The folder of the output need not exist, nor those above it."""
    assert 0 == run(description, tmp_path / "new/folder/sdk")
    assert made() == output.read_tree(tmp_path / "new/folder/sdk")


def test_generating_again_writes_nothing(description: Path, tree: Path, capsys: pytest.CaptureFixture[str]):
    """Without a change no file is touched, caches of other tools included."""
    (tree / "binance_c2c_sapi/__pycache__").mkdir()
    (tree / "binance_c2c_sapi/__pycache__/calls.cpython-311.pyc").write_bytes(b"\0")
    before = state(tree)

    assert 0 == run(description, tree)
    assert "" == capsys.readouterr().out
    assert before == state(tree)


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_a_bad_description_is_told_by_file_and_line(
    description: Path, tree: Path, options: list[str], capsys: pytest.CaptureFixture[str]
):
    """Exit status 2, one line a finding that an editor can jump to, and the tree as it was."""
    edit(description / "schemas/things.yaml", "format: decimal", "format: money")
    edit(description / "paths/things.yaml", "x-weight: 2", "x-weight: 0")
    before = state(tree)

    assert 2 == run(description, tree, *options)
    out, told = capsys.readouterr()
    assert "" == out
    assert [
        "openapi/paths/things.yaml:54: things.make: x-weight: an integer from 1 to 6000 is expected",
        (
            "openapi/schemas/things.yaml:32: Thing.price: format money is not known for string;"
            " one of date-time, decimal is expected"
        ),
    ] == told.splitlines()
    assert before == state(tree)


@pytest.mark.parametrize("tool", sorted(tools.PINNED))
def test_another_version_of_a_tool_is_refused(
    description: Path, tree: Path, tool: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Another release writes other files, so the generator says which one it found and which it wants."""
    pinned = tools.PINNED[tool]
    monkeypatch.setitem(tools.PINNED, tool, "0.0.1")

    assert 2 == command.main(["--check", "--description", str(description), "--output", str(tree)])
    assert f"{tool} {pinned} is installed, 0.0.1 is pinned\n" == capsys.readouterr().err


def test_a_tool_that_is_not_installed_is_named(
    description: Path, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Where the environment was not set up, the generator says which tool it lacks."""
    monkeypatch.setitem(tools.PINNED, "no-such-tool-of-ours", "1.2")

    assert 2 == command.main(["--check", "--description", str(description), "--output", str(tree)])
    assert "no-such-tool-of-ours 1.2 is not installed\n" == capsys.readouterr().err


@pytest.mark.parametrize("what", ["a file", "a folder", "a link"])
@pytest.mark.parametrize("which", ["sdk", "openapi/dist"])
def test_files_of_others_are_not_replaced(
    description: Path, tmp_path: Path, what: str, which: str, capsys: pytest.CaptureFixture[str]
):
    """A folder that the generator did not make, named by mistake, keeps its files, whatever else was to be written."""
    folder = tmp_path / which
    shutil.rmtree(folder, ignore_errors=True)
    if what == "a folder":
        folder.mkdir()
        (folder / "mine.txt").write_text("Mine.", encoding="utf-8")
    elif what == "a file":
        folder.write_text("Mine.", encoding="utf-8")
    else:
        folder.symlink_to(tmp_path / "nowhere")
    before = state(tmp_path)

    assert 2 == run(description, tmp_path / "sdk")
    assert f"{folder}: a new or an empty folder is expected, or one that has " in capsys.readouterr().err
    assert before == state(tmp_path)


def test_an_empty_folder_is_filled(description: Path, tmp_path: Path):
    """Caches do not count as files of others."""
    (tmp_path / "sdk/__pycache__").mkdir(parents=True)
    (tmp_path / "sdk/__pycache__/a.pyc").write_bytes(b"")

    assert 0 == run(description, tmp_path / "sdk")
    assert made() == output.read_tree(tmp_path / "sdk")


@pytest.mark.parametrize("status", [2, 130])
def test_a_run_that_is_ended_says_so(
    description: Path, tree: Path, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Ctrl-C and a full disk are told in a line, and leave all as it was."""
    edit(description / "paths/things.yaml", "Make a thing.", "Make another thing.")
    before = state(tree), state(description)

    def end(*_: object) -> None:
        raise ENDS[status]

    monkeypatch.setattr(output, "write_tree", end)

    assert status == command.main(["--description", str(description), "--output", str(tree)])
    assert {2: "busy\n", 130: "Interrupted.\n"}[status] == capsys.readouterr().err
    assert before == (state(tree), state(description))


def test_what_a_killed_run_leaves_is_no_description(description: Path, tree: Path):
    """The folder beside dist/ in which a run prepares files is passed over by the next, or by one at the same time."""
    shutil.copytree(description / "dist", description / ".dist-abc/fresh")

    assert 0 == run(description, tree, "--check")


def test_a_formatter_that_fails_leaves_the_tree(
    description: Path, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """When a tool fails nothing has been written yet."""
    edit(description / "paths/things.yaml", "Make a thing.", "Make another thing.")
    before = state(tree)

    def fail(folder: Path) -> None:
        raise ToolError(f"ruff failed on {folder.name}")

    monkeypatch.setattr(tools, "format_python", fail)

    assert 2 == run(description, tree)
    assert "ruff failed on tree\n" == capsys.readouterr().err
    assert before == state(tree)


def test_a_full_disk_leaves_the_tree(tree: Path, monkeypatch: pytest.MonkeyPatch):
    """When a file cannot be written, those before it are thrown away and the old tree stays."""
    before, write_bytes = state(tree), Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "operations.py":
            raise OSError(28, "No space left on device")
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(OSError, match="No space left"):
        output.replace_trees({tree: {**made(), "another.py": ""}})
    assert before == state(tree)
    assert [tree] == list(tree.parent.iterdir())


def failing_moves(monkeypatch: pytest.MonkeyPatch, error: BaseException, *failing: int) -> None:
    """Has the moves of these numbers fail, counted from 1. Ctrl-C comes when the move is done."""
    rename, moves = Path.rename, iter(range(1, 99))

    def move(path: Path, target: Path) -> Path:
        fails = next(moves) in failing
        if fails and isinstance(error, OSError):
            raise error
        moved = rename(path, target)
        if fails:
            raise error
        return moved

    monkeypatch.setattr(Path, "rename", move)


ENDS = {2: OSError("busy"), 130: KeyboardInterrupt()}
"""What ends a run, by the status that it has then."""


@pytest.mark.parametrize("status", ENDS)
@pytest.mark.parametrize("moved", [1, 2, 3, 4])
def test_a_swap_that_fails_brings_both_trees_back(
    description: Path, tree: Path, status: int, moved: int, monkeypatch: pytest.MonkeyPatch
):
    """Whichever of the four moves fails, or is followed by Ctrl-C, both old trees stand where they stood."""
    edit(tree / THINGS, "def build_list(", "def build_lists(")
    edit(description / "dist/names.md", "# Names", "# Our names")
    before = state(tree), state(description)
    failing_moves(monkeypatch, ENDS[status], moved)

    assert status == run(description, tree)
    assert before == (state(tree), state(description))
    assert ["openapi", "sdk"] == sorted(path.name for path in tree.parent.iterdir())
    assert [] == list(description.glob(".dist-*"))


@pytest.mark.parametrize("moved", [1, 2, 3])
def test_a_swap_that_fails_leaves_no_folder_that_was_not_there(
    tmp_path: Path, tree: Path, moved: int, monkeypatch: pytest.MonkeyPatch
):
    """A first run that fails leaves nothing of its own, and the tree that was there."""
    before = state(tree)
    failing_moves(monkeypatch, OSError("busy"), moved)

    with pytest.raises(OSError, match="busy"):
        output.replace_trees({tmp_path / "first": made(), tree: {"another.py": ""}})
    assert before == state(tree)
    assert [tree] == list(tmp_path.iterdir())


def test_an_old_tree_that_cannot_come_back_is_kept(description: Path, tree: Path, monkeypatch: pytest.MonkeyPatch):
    """Where the way back fails too, the old tree lies beside its place, and the other one is back all the same."""
    before = state(tree), state(description)
    # The second tree is moved away and not replaced; the first of the ways back is its own.
    failing_moves(monkeypatch, OSError("busy"), 4, 5)

    with pytest.raises(OSError, match=r"openapi could not be put back, its files are in .*\.openapi-\w+/old: busy"):
        output.replace_trees({tree: {"another.py": ""}, description: {"another.py": ""}})
    [kept] = tree.parent.glob(".openapi-*")
    assert before == (state(tree), state(kept / "old"))
    assert {tree, kept} == set(tree.parent.iterdir())


HOSTILE = """
[tool.ruff]
line-length = 40
indent-width = 2
lint.select = ["ALL"]
format.quote-style = "single"
[tool.datamodel-codegen]
snake-case-field = true
extra-fields = "allow"
[tool.black]
line-length = 40
[tool.isort]
line_length = 40
"""


def generated(folder: Path, seed: str, temporary: Path) -> dict[str, bytes]:
    """What a process that works in `folder` makes of a description with everything in it, as bytes."""
    description = shutil.copytree(KINDS, folder / "openapi")
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-P", "-m", "generator", "--description", description, "--output", "sdk"],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=True,
    )
    return {
        f"{made.name}/{path}": content
        for made in (folder / "sdk", description / "dist")
        for path, (content, _, _) in state(made).items()
    }


def test_two_runs_are_equal_to_the_byte(tmp_path: Path):
    """Neither the hash seed, nor the working directory, nor configuration or modules lying around change the output."""
    quiet, hostile = tmp_path / "quiet", tmp_path / "hostile"
    for folder in (quiet, hostile, hostile / "tmp"):
        folder.mkdir()
    for folder in (hostile, hostile / "tmp"):
        (folder / "pyproject.toml").write_text(HOSTILE, encoding="utf-8")
        (folder / "ruff.toml").write_text("format.quote-style = 'single'\n", encoding="utf-8")
    for module in ("ruff", "datamodel_code_generator", "pydantic", "attrs"):
        (hostile / f"{module}.py").write_text("raise SystemExit('not the tool')\n", encoding="utf-8")

    shutil.copytree(ROOT / "src/binance_c2c_runtime", hostile / "src/binance_c2c_runtime")

    first = generated(quiet, "1", quiet)
    assert first == generated(hostile, "2", hostile / "tmp")
    here = zip(("sdk", "dist"), generate(KINDS), strict=True)
    assert first == {f"{name}/{path}": text.encode() for name, files in here for path, text in files.items()}


def test_no_date_and_no_version_but_in_provenance():
    """Regenerating without a change is an empty diff: provenance.json alone knows versions, and nothing knows dates."""
    versions = re.compile("|".join(re.escape(version) for version in tools.PINNED.values()))
    passing = re.compile(rf"\b20\d\d-\d\d-\d\d\b|\d\d:\d\d:\d\d|{re.escape(tempfile.gettempdir())}")

    assert ["binance_c2c_sapi/provenance.json"] == [path for path, text in made().items() if versions.search(text)]
    assert [] == [path for path, text in made().items() if passing.search(text)]


def module(folder: Path, name: str, code: str) -> None:
    """A module for the tools' own Python to run."""
    (folder / f"{name}.py").write_text(code, encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import sys; print('UserWarning: format money is not known', file=sys.stderr)", 0),
        ("import warnings; warnings.warn('format money is not known', DeprecationWarning, 1)", 0),
        ("print('warning: format money is not known')", 0),
        ("print('format money is not known'); raise SystemExit(3)", 3),
    ],
)
def test_a_tool_that_warns_has_failed(tmp_path: Path, code: str, status: int, monkeypatch: pytest.MonkeyPatch):
    """A warning of a tool means that something was lost: it is an error that repeats what the tool said."""
    module(tmp_path, "complaining", code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with pytest.raises(ToolError, match=rf"^complaining failed \({status}\): .*format money is not known"):
        tools._run("complaining")


def parsed(description: Path = MINIMAL) -> Any:
    """The shape, without the lint in front of it."""
    source = Source(description)
    return parse(source, bundle(source))


def lose_a_schema(data: Any, complaint: Any) -> None:
    data.errors.append(complaint)


def lose_an_operation(data: Any, complaint: Any) -> None:
    data.endpoint_collections_by_tag["things"].parse_errors.append(complaint)


def lose_a_response(data: Any, complaint: Any) -> None:
    data.endpoint_collections_by_tag["things"].endpoints[0].errors.append(complaint)


def parsed_data(change: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes what openapi-python-client makes of a document."""
    tool: Any = vars(parser)["GeneratorData"]
    from_dict = tool.from_dict

    def changed(*arguments: Any, **named: Any) -> Any:
        data = from_dict(*arguments, **named)
        change(data)
        return data

    monkeypatch.setattr(tool, "from_dict", changed)


@pytest.mark.parametrize("lose", [lose_a_schema, lose_an_operation, lose_a_response])
def test_any_warning_of_the_parser_is_fatal(lose: Callable[[Any, Any], None], monkeypatch: pytest.MonkeyPatch):
    """What openapi-python-client merely warns of, a lost schema, operation or response, ends the run."""
    complaint = ParseError(header="WARNING parsing", detail="it was lost")
    parsed_data(lambda data: lose(data, complaint), monkeypatch)

    with pytest.raises(DescriptionError, match=r"^c2c.yaml:1: openapi-python-client: WARNING parsing it was lost$"):
        parsed()


def test_a_document_that_the_parser_refuses_is_told(
    description: Path, tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """What the lint lets pass and openapi-python-client does not ends the run as well, in that tool's words."""
    edit(description / "schemas/things.yaml", "maxLength: 10", "maxLength: -1")
    monkeypatch.setattr(lint, "check", lambda _: None)

    assert 2 == run(description, tree, "--check")
    told = capsys.readouterr().err
    assert told.startswith("openapi/c2c.yaml:1: openapi-python-client: Failed to parse OpenAPI document")
    assert "MakeThingRequest" in told


def test_an_operation_that_silently_vanishes_is_missed(monkeypatch: pytest.MonkeyPatch):
    """Operations are counted, whatever the parser says."""
    parsed_data(lambda data: data.endpoint_collections_by_tag["things"].endpoints.pop(), monkeypatch)

    with pytest.raises(DescriptionError, match=r"^c2c.yaml:1: openapi-python-client sees 1 of 2 operations$"):
        parsed()


def test_a_type_that_nobody_planned_for_is_told(description: Path):
    """A property that becomes something else than the known kinds is named, with what the parser made of it."""
    edit(description / "schemas/things.yaml", "format: decimal", "format: date")

    with pytest.raises(
        DescriptionError, match=r"^c2c.yaml:1: price: openapi-python-client makes a DateProperty of it$"
    ):
        parsed(description)
