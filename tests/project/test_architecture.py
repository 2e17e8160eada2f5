"""Where imports may point and what may lie where, read from the files as they are."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

import binance_c2c_runtime

ROOT = Path(__file__).parents[2]

OURS = (
    *("binance_c2c", "binance_c2c_runtime", "binance_c2c_sapi", "binance_c2c_strict"),
    *("generator", "tests", "src", "generated_sdk"),
)

TOP_LEVEL = {
    *("openapi", "generator", "generated_sdk", "src", "tests", "requirements", ".ci", "docs", "examples"),
    "packaging",
    *("pyproject.toml", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"),
    *(".gitignore", ".gitattributes", ".github", ".pre-commit-config.yaml"),
}

HTTPX_USERS = {
    *("_core/auth/signer.py", "_core/client/client.py", "_core/client/config.py", "_core/client/options.py"),
    *("_core/flow/conversation.py", "_core/flow/decode.py", "_core/flow/drivers.py", "_core/flow/steps.py"),
    *(
        "_core/transport/asyncio.py",
        "_core/transport/choose.py",
        "_core/transport/environment.py",
        "_core/transport/http1.py",
    ),
    *("_core/transport/messages.py", "_core/transport/sync.py", "_core/transport/trio.py"),
    *(
        "_core/recording/answers.py",
        "pytest_plugin/cassettes.py",
        "pytest_plugin/engine.py",
        "sandbox/access/transport.py",
    ),
}
"""The files of `src/binance_c2c/` that know httpx: moving to its successor touches these and no others."""

WITH_EXTRAS = ("sandbox", "cli", "pytest_plugin")
"""The rooms and modules of `binance_c2c` that may import packages that only an extra installs."""

CLIENT = {
    "binance_c2c": {"auth", "client", "flow", "limits", "version", "errors", "models"},
    "__main__": {"cli"},
    "cli": {
        *("binance_c2c", "auth", "flow", "recording", "fund_password", "version", "errors", "models"),
        *("chat", "watch"),
        *("sandbox", "diagnosis", "gateway", "refusals"),
    },
    "pytest_plugin": {"binance_c2c", "sandbox", "client", "recording", "support", "errors"},
    "recording": {"support", "errors"},
    "fund_password": {"errors"},
    "arithmetic": set[str](),
    "chat": {"transport", "support", "errors"},
    "client": {"watch", "sandbox", "chat", "flow", "limits", "auth", "transport", "support", "errors"},
    "watch": {"errors"},
    "flow": {"fund_password", "limits", "auth", "transport", "support", "version", "errors"},
    "limits": {"auth", "support", "errors"},
    "auth": {"support", "errors"},
    "transport": {"support", "errors"},
    "support": {"errors"},
    "errors": set[str](),
    "models": set[str](),
    "version": set[str](),
    "_core": set[str](),
}
"""The rooms of `binance_c2c` from the top down, packages and single modules, each with those that it may import.

Those in `_core` stand here by their own names.
"""

SANDBOX = {
    "sandbox": {"access", "sandbox.chat", "exchange", "faults", "gateway", "moves", "sandbox.sandbox", "storage"},
    "access": {"inspector", "sandbox.sandbox", "sandbox.chat", "gateway"},
    "inspector": {
        *("sandbox.sandbox", "moves", "faults", "journal", "diagnosis", "gateway", "exchange"),
        "refusals",
    },
    "sandbox.sandbox": {
        *("sandbox.chat", "faults", "handlers", "moves", "storage", "journal", "gateway", "exchange"),
        "refusals",
    },
    "sandbox.chat": {"faults", "gateway", "exchange", "refusals"},
    "storage": {"exchange", "gateway"},
    "journal": {"diagnosis", "gateway"},
    "moves": {"gateway", "exchange", "refusals"},
    "faults": set[str](),
    "handlers": {"gateway", "exchange", "refusals"},
    "diagnosis": {"gateway", "refusals"},
    "gateway": {"faults", "exchange", "refusals"},
    "exchange": {"refusals"},
    "refusals": set[str](),
}
"""The rooms of `binance_c2c.sandbox`, in the manner of `CLIENT`."""

GENERATOR = {
    "__main__": {"generate", "evidence", "diff", "output", "tools", "description"},
    "generate": {"lint", "render", "shape", "output", "tools", "description"},
    "evidence": {"lint", "description"},
    "diff": {"lint", "render", "shape", "description"},
    "render": {"shape", "description", "names"},
    "shape": {"description", "names"},
    "lint": {"description", "names"},
    "tools": {"description"},
    "output": set[str](),
    "description": set[str](),
    "names": set[str](),
}
"""The rooms of the generator, in the manner of `CLIENT`."""

MOST_FLOORS = 6
"""Of packages, one above the other, in the client and in the sandbox."""

MOST_ENTRIES = 14
"""Of modules, packages and folders in one folder that a person opens."""

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


def room(module: str) -> str:
    """The room of a module of `binance_c2c`: the package or single module it belongs to, as the tables have it."""
    parts = module.split(".")[1:]
    match parts:
        case []:
            return "binance_c2c"
        # Names that rooms of the client, or the package itself, have too.
        case ["sandbox", ("sandbox" | "chat") as inside, *_]:
            return f"sandbox.{inside}"
        case [("_core" | "sandbox"), inside, *_]:
            return inside
        case _:
            return parts[0]


def is_package(module: str) -> bool:
    return (ROOT / "src" / module.replace(".", "/") / "__init__.py").is_file()


def door(module: str) -> str:
    """The name by which other rooms import from the room of a module."""
    parts = module.split(".")
    return ".".join(parts[: 3 if parts[1:2] in (["_core"], ["sandbox"]) else 2])


def home(arrow: Arrow) -> str:
    """The dotted name of the module that imports."""
    parts = arrow.file.relative_to("src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def module_of(target: str) -> str:
    """The module that an import loads: the target, or what stands before the imported name."""
    path = ROOT / "src" / target.replace(".", "/")
    return target if is_package(target) or path.with_suffix(".py").is_file() else target.rpartition(".")[0]


def crossings() -> list[tuple[Arrow, str, str, str]]:
    """Every import from one room of `binance_c2c` into another: the arrow, both rooms, and the imported module."""
    found = [(arrow, home(arrow), module_of(arrow.target)) for arrow in hand_layer() if arrow.points_at("binance_c2c")]
    return [(arrow, room(inner), room(outer), outer) for arrow, inner, outer in found if room(inner) != room(outer)]


def hand_layer() -> list[Arrow]:
    """Every import of the hand-written layer."""
    return arrows("src/binance_c2c", root="src")


def test_operations_and_models_stand_on_the_runtime_alone():
    """The package made from the description imports what is written for it by hand, and nothing else of ours."""
    found = arrows("generated_sdk/binance_c2c_sapi", root="generated_sdk")

    others = [module for module in OURS if module not in {"binance_c2c_sapi", "binance_c2c_runtime"}]
    assert [] == [str(arrow) for arrow in found if arrow.points_at(*others)]


def test_the_runtime_stands_on_its_own():
    """What generated code stands on needs Python alone, and knows neither the API nor anything else of ours."""
    found = arrows("src/binance_c2c_runtime", root="src")

    allowed = ("binance_c2c_runtime", *sys.stdlib_module_names)
    assert [] == [str(arrow) for arrow in found if not arrow.points_at(*allowed)]


@pytest.mark.parametrize("folder", ["src/binance_c2c", "generated_sdk/binance_c2c_sapi"])
def test_the_runtime_is_entered_by_its_door(folder: str):
    """Other packages take the names it offers from the package, and reach into no module of it."""
    found = arrows(folder, root=folder.split("/", maxsplit=1)[0])

    offered = {f"binance_c2c_runtime.{name}" for name in binance_c2c_runtime.__all__}
    used = [arrow for arrow in found if arrow.points_at("binance_c2c_runtime")]
    assert used
    assert [] == [str(arrow) for arrow in used if arrow.target not in offered]


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


def test_the_generator_has_rooms_with_doors():
    """A package of the generator is imported from its `__init__`, and only by those that the table allows."""
    found = [arrow for arrow in arrows("generator", root=".") if arrow.points_at("generator")]
    names = [(arrow, arrow.file.with_suffix("").parts[1], arrow.target.split(".")[1:]) for arrow in found]
    crossing = [(arrow, inner, outer) for arrow, inner, outer in names if inner != outer[0]]

    assert {*GENERATOR} == {path.stem for path in (ROOT / "generator").iterdir()} - {"__init__", "__pycache__"}
    assert [] == [str(arrow) for arrow, inner, outer in crossing if outer[0] not in GENERATOR[inner]]
    offered = {name: getattr(importlib.import_module(f"generator.{name}"), "__all__", None) for name in GENERATOR}
    past = [
        str(arrow)
        for arrow, _, (name, *inside) in crossing
        if inside[1:] or (inside and inside[0] not in (offered[name] or inside))
    ]
    assert [] == past


def test_test_modules_are_imported_by_nothing():
    """Helpers of several test modules are in `tests/support`, where a change of one test cannot break another."""
    found = [arrow for arrow in arrows("tests", root=".") if arrow.points_at("tests")]

    assert found
    assert [] == [str(arrow) for arrow in found if re.search(r"\.(test_|conftest)", arrow.target)]


def test_what_ships_imports_nothing_that_does_not():
    """The hand-written layer never imports the generator, the tests, or a package by its folder."""
    assert [] == [str(arrow) for arrow in hand_layer() if arrow.points_at("generator", "tests", "src", "generated_sdk")]


def test_the_sandbox_shares_no_code_with_the_client():
    """The exchange checks signatures and bodies by its own reading, so that two readings of one rule meet.

    What it shares are the table of operations, which says what there is to ask for, and the described words of the
    chat: those of the strict models need an extra, without which the sandbox can be imported.
    """
    found = arrows("src/binance_c2c/sandbox", root="src")

    words = tuple(f"binance_c2c_sapi.enums.Chat{name}" for name in ("MessageSubtype", "MessageType", "SystemEvent"))
    table = ("binance_c2c_sapi.operations", "binance_c2c_runtime.Operation", *words)
    allowed = ("binance_c2c.sandbox", "binance_c2c_strict", *table)
    assert [] == [str(arrow) for arrow in found if arrow.points_at(*OURS) and not arrow.points_at(*allowed)]


def test_the_sandbox_is_loaded_only_where_it_is_wanted():
    """Importing the client loads neither the sandbox nor the strict models."""
    found = [arrow for arrow in hand_layer() if not with_extras(arrow) and arrow.when == "load"]

    assert [] == [str(arrow) for arrow in found if arrow.points_at("binance_c2c.sandbox", "binance_c2c_strict")]


@pytest.mark.parametrize("package", ["src/binance_c2c", "generated_sdk/binance_c2c_sapi"])
def test_importing_the_client_needs_no_extra(package: str):
    """Outside sandbox, demo and command line, what loads with a module is there in every installation."""
    found = [arrow for arrow in arrows(package, root=package.split("/", maxsplit=1)[0]) if arrow.when == "load"]
    if package == "src/binance_c2c":
        found = [arrow for arrow in found if not with_extras(arrow)]

    # The last three are what httpx is made of.
    ours = ("binance_c2c", "binance_c2c_runtime", "binance_c2c_sapi")
    allowed = (*ours, "attr", "attrs", "httpx", "anyio", "h11", "httpcore", *sys.stdlib_module_names)
    assert [] == [str(arrow) for arrow in found if not arrow.points_at(*allowed)]


def test_few_files_know_httpx():
    """A change of HTTP library is a change of the files named here."""
    found = [arrow for arrow in hand_layer() if arrow.points_at("httpx")]

    expected = {Path("src/binance_c2c") / name for name in HTTPX_USERS}
    assert [] == [str(arrow) for arrow in found if arrow.file not in expected]


def with_extras(arrow: Arrow) -> bool:
    """Whether the importing module may lean on packages that only an extra installs."""
    return any(f"{home(arrow)}.".startswith(f"binance_c2c.{name}.") for name in WITH_EXTRAS)


def test_rooms_are_entered_by_their_doors():
    """Another package is imported from its `__init__`, which lists all that it offers; no module reaches past it."""
    past = [
        str(arrow) for arrow, _, _, module in crossings() if module not in {door(module), "binance_c2c.sandbox.sandbox"}
    ]

    assert [] == past


def test_rooms_import_only_what_the_table_allows():
    """Every import between two rooms is an arrow of the tables above."""
    others = [
        str(arrow)
        for arrow, inner, outer, module in crossings()
        if outer not in (SANDBOX if inner in SANDBOX and module.startswith("binance_c2c.sandbox.") else CLIENT)[inner]
    ]

    assert [] == others


def test_each_room_is_in_the_table():
    """No module of `binance_c2c` is exempt from the arrows."""
    names = {".".join(path.relative_to(ROOT / "src").with_suffix("").parts) for path in modules("src/binance_c2c")}

    assert {*CLIENT, *SANDBOX} == {room(name.removesuffix(".__init__")) for name in names}


@pytest.mark.parametrize("table", [CLIENT, SANDBOX], ids=["client", "sandbox"])
def test_packages_stand_on_few_floors(table: dict[str, set[str]]):
    """The arrows run in no circle, and at most six packages stand one on top of the other."""
    prefixes = ("binance_c2c.sandbox.",) if table is SANDBOX else ("binance_c2c.", "binance_c2c._core.")

    def floors(name: str, above: tuple[str, ...]) -> int:
        assert name not in above, f"a circle: {' -> '.join([*above, name])}"
        below = [floors(other, (*above, name)) for other in table.get(name, ())]
        return max(below, default=0) + any(is_package(f"{prefix}{name}") for prefix in prefixes)

    assert max(floors(name, ()) for name in table) <= MOST_FLOORS


@pytest.mark.parametrize("folder", ["src", "generator", "tests/support"])
def test_folders_are_read_at_a_glance(folder: str):
    """No folder of hand-written code has more entries than a person takes in."""
    folders = {path.parent for path in modules(folder)}
    sizes = {
        path: len([one for one in path.iterdir() if one.name != "py.typed" and _holds_files(one)]) for path in folders
    }

    assert [] == [f"{path.relative_to(ROOT)}: {size}" for path, size in sizes.items() if size > MOST_ENTRIES]


def _holds_files(path: Path) -> bool:
    """Whether a path is a file, or a folder with more below it than the caches that a moved package leaves behind."""
    return path.is_file() or any(one.is_file() and "__pycache__" not in one.parts for one in path.rglob("*"))


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
