"""Where imports may point and what may lie where, read from the files as they are."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

ROOT = Path(__file__).parents[1]

OURS = ("binance_c2c", "binance_c2c_sapi", "binance_c2c_strict", "generator", "tests", "src", "generated_sdk")

TOP_LEVEL = {
    *("openapi", "generator", "generated_sdk", "src", "tests", "requirements", ".ci"),
    *("pyproject.toml", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    *(".gitignore", ".gitattributes"),
}

HTTPX_USERS = {
    *("_auth.py", "_cassettes.py", "_client.py", "_flow.py", "_http.py", "_judge.py", "_refusal.py", "_settings.py"),
    *("_aiohttp.py", "_connections.py", "_deadline.py", "_messages.py", "_tasks.py", "_transports.py"),
    "sandbox/_transport.py",
}
"""The files of `src/binance_c2c/` that know httpx: moving to its successor touches these and no others."""

WITH_EXTRAS = ("sandbox", "demo", "cli", "pytest_plugin", "aiohttp")
"""The parts of `binance_c2c` that may lean on the sandbox and on packages that only an extra installs."""

LAYERS = (
    ("cli", "demo", "pytest_plugin"),
    ("cassettes",),
    ("client",),
    ("http", "settings"),
    ("fleet",),
    ("connections", "flow", "transports"),
    ("aiohttp", "auth", "deadline", "events", "judge", "limits", "retry", "redact", "tasks"),
    ("clock", "errors", "fork", "messages"),
)
"""The modules of `binance_c2c` from the top down, without underscores. One imports from its own layer and below."""

LONGEST_MODULE = 360

TYPE_CHECKING = re.compile(r"(typing\.)?TYPE_CHECKING")

When = Literal["load", "call", "typing"]
"""With the module, when a function runs, or for the type checker only."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One name imported at one line."""

    file: Path
    line: int
    target: str
    when: When

    def points_at(self, *modules: str) -> bool:
        return any(self.target == module or self.target.startswith(f"{module}.") for module in modules)

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target}"


def modules(folder: str) -> list[Path]:
    """Every module below a folder, of which there must be one: a rule about nothing would always hold."""
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"{folder} holds no module"
    return found


def arrows(folder: str, *, root: str) -> list[Arrow]:
    """Every import below a folder; `root` is the folder from which its modules take their names."""
    return [arrow for path in modules(folder) for arrow in _arrows_of(path, path.relative_to(ROOT / root))]


def _arrows_of(path: Path, name: Path) -> Iterator[Arrow]:
    package = name.parent.parts
    for node, when in _imports(ast.parse(path.read_text(encoding="utf-8")), "load"):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        else:
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            targets = [f"{base}.{alias.name}" for alias in node.names]
        yield from (Arrow(path.relative_to(ROOT), node.lineno, target, when) for target in targets)


def _imports(node: ast.AST, when: When) -> Iterator[tuple[ast.Import | ast.ImportFrom, When]]:
    match node:
        case ast.Import() | ast.ImportFrom():
            yield node, when
        case ast.If() if TYPE_CHECKING.fullmatch(ast.unparse(node.test)):
            for child in node.body:
                yield from _imports(child, "typing")
            for child in node.orelse:
                yield from _imports(child, when)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            for child in node.body:
                yield from _imports(child, "call")
        case _:
            for inner in ast.iter_child_nodes(node):
                yield from _imports(inner, when)


def part(arrow: Arrow) -> str:
    """The part of `binance_c2c` that a file belongs to: its module or subpackage, without underscore."""
    return arrow.file.relative_to("src/binance_c2c").with_suffix("").parts[0].strip("_")


def hand_layer() -> list[Arrow]:
    """Every import of the hand-written layer."""
    return arrows("src/binance_c2c", root="src")


def test_operations_and_models_import_nothing_of_ours():
    """The package made from the description stands on its own."""
    found = arrows("generated_sdk/binance_c2c_sapi", root="generated_sdk")

    others = [module for module in OURS if module != "binance_c2c_sapi"]
    assert [] == [str(arrow) for arrow in found if arrow.points_at(*others)]


def test_strict_models_import_only_pydantic():
    """The strict models need pydantic and the standard library, and nothing else."""
    found = arrows("generated_sdk/binance_c2c_strict", root="generated_sdk")

    allowed = ("binance_c2c_strict", "pydantic", *sys.stdlib_module_names)
    assert [] == [str(arrow) for arrow in found if not arrow.points_at(*allowed)]


def test_the_generator_imports_nothing_it_feeds():
    """The generator knows the description and its tools, never the SDK: it can run when the SDK is broken."""
    found = arrows("generator", root=".")

    others = [module for module in OURS if module != "generator"]
    assert [] == [str(arrow) for arrow in found if arrow.points_at(*others)]


def test_what_ships_imports_nothing_that_does_not():
    """The hand-written layer never imports the generator, the tests, or a package by its folder."""
    assert [] == [str(arrow) for arrow in hand_layer() if arrow.points_at("generator", "tests", "src", "generated_sdk")]


def test_the_sandbox_shares_no_code_with_the_client():
    """The exchange checks signatures and bodies by its own reading, so that two readings of one rule meet.

    What it shares is the table of operations, which says what there is to ask for.
    """
    found = arrows("src/binance_c2c/sandbox", root="src")

    table = ("binance_c2c_sapi.operations", "binance_c2c_sapi.calls.Operation")
    allowed = ("binance_c2c.sandbox", "binance_c2c_strict", *table)
    assert [] == [str(arrow) for arrow in found if arrow.points_at(*OURS) and not arrow.points_at(*allowed)]


def test_the_sandbox_is_loaded_only_where_it_is_wanted():
    """Importing the client loads neither the sandbox nor the strict models."""
    found = [arrow for arrow in hand_layer() if part(arrow) not in WITH_EXTRAS and arrow.when == "load"]

    assert [] == [str(arrow) for arrow in found if arrow.points_at("binance_c2c.sandbox", "binance_c2c_strict")]


@pytest.mark.parametrize("package", ["src/binance_c2c", "generated_sdk/binance_c2c_sapi"])
def test_importing_the_client_needs_no_extra(package: str):
    """Outside sandbox, demo and command line, what loads with a module is there in every installation."""
    found = [arrow for arrow in arrows(package, root=package.split("/", maxsplit=1)[0]) if arrow.when == "load"]
    if package == "src/binance_c2c":
        found = [arrow for arrow in found if part(arrow) not in WITH_EXTRAS]

    # httpcore is what httpx is made of.
    allowed = ("binance_c2c", "binance_c2c_sapi", "attr", "attrs", "httpx", "httpcore", *sys.stdlib_module_names)
    assert [] == [str(arrow) for arrow in found if not arrow.points_at(*allowed)]


def test_few_files_know_httpx():
    """A change of HTTP library is a change of the files named here."""
    found = [arrow for arrow in hand_layer() if arrow.points_at("httpx")]

    expected = {Path("src/binance_c2c") / name for name in HTTPX_USERS}
    assert [] == [str(arrow) for arrow in found if arrow.file not in expected]


def test_layers_import_downwards():
    """Command line, client, flow, then the pieces of the flow: no module knows one of a layer above it."""
    found = [arrow for arrow in hand_layer() if arrow.points_at("binance_c2c")]

    assert [] == [str(arrow) for arrow in found if part(arrow) in layers_below(arrow.target.split(".")[1].strip("_"))]


def layers_below(name: str) -> set[str]:
    """The modules that may not know the one of this name."""
    [depth] = [depth for depth, names in enumerate(LAYERS) if name in names] or [len(LAYERS)]
    return {name for names in LAYERS[depth + 1 :] for name in names}


def test_the_top_level_holds_what_the_design_lists():
    """A person who opens the repository sees the parts of the design, and nothing beside them."""
    assert set() == {path.split("/", maxsplit=1)[0] for path in repository()} - TOP_LEVEL


def repository() -> list[str]:
    """What git tracks; where git has nothing to say (an unpacked archive), all but what is hidden or made here."""
    try:
        command = ["git", "ls-files", "-z"]
        tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")[:-1]
    except (OSError, subprocess.CalledProcessError):
        tracked = []
    made_here = {"build", "dist", "htmlcov"}
    return tracked or [p.name for p in ROOT.iterdir() if not p.name.startswith(".") and p.name not in made_here]


def test_locks_name_no_package_index():
    """A lock says which version with which hash; where to fetch it is the business of whoever installs."""
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    address = re.compile(r"://|^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b")
    lines = [(lock, number, line) for lock in locks for number, line in enumerate(lock.read_text().splitlines(), 1)]

    assert lines
    assert [] == [f"{lock.relative_to(ROOT)}:{number} {line}" for lock, number, line in lines if address.search(line)]


@pytest.mark.parametrize("folder", ["src", "generator"])
def test_each_module_says_what_it_is_about(folder: str):
    """The first thing in every hand-written module is a docstring."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in modules(folder)}

    assert [] == [f"{path.relative_to(ROOT)}:1" for path, tree in trees.items() if not ast.get_docstring(tree)]


@pytest.mark.parametrize("folder", ["src", "generator"])
def test_no_module_has_grown_a_second_subject(folder: str):
    """No hand-written module is longer than can be read in one go."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(folder)}

    assert [] == [f"{path.relative_to(ROOT)}:{n}" for path, n in lengths.items() if n > LONGEST_MODULE]


def test_each_test_promises_something():
    """Every test opens with the sentence that it holds the code to."""
    functions = [
        (path, node)
        for path in modules("tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]

    silent = [f"{path.relative_to(ROOT)}:{node.lineno}" for path, node in functions if not ast.get_docstring(node)]
    assert [] == silent
