"""Hostile descriptions: each makes right code, or is refused by file and line. What they are stands in hostile.toml."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c_runtime import Model, OpenInt, OpenStr, Operation
from binance_c2c_sapi import models, operations
from binance_c2c_sapi.resources import Resources
from generator.__main__ import main
from generator.description import Source, bundle
from generator.generate import generate
from generator.lint import names
from generator.names import snake_case
from generator.output import write_tree
from generator.render import render
from generator.shape import parse
from tests.support.descriptions import PATHS, ROOT, SCHEMAS, TOP, Edit, between, edited, findings, make_is

ERRORS = "errors.yaml"
RIGHT = "right code"
HERE = "  # here"
MADE = (PATHS, "  post:", f"  post:{HERE}")
"""Marks the line of the operation that an edit is about."""
LAST_ARGUMENT = "      maxLength: 10\n"
PATH = "/things/make"
BESIDE_OTHERS = (
    *("schema_named", "field_named", "argument_named", "secret_argument_named", "argument", "parameter_named"),
)
USE_IT = """
from binance_c2c_sapi import models
from binance_c2c_sapi.resources import AsyncResources, Resources
from binance_c2c_sapi.resources.things import Things, build_list, build_make
from binance_c2c_strict import models as strict

wire = {name: name for name in models.Thing.NAMES.values()}
wire |= {name: {"a": "1"} for name in wire if name.startswith("part")}
wire |= {"labels": ["1"], "size": "SMALL", "grade": 1, "price": "1"}
assert wire == models.Thing.from_dict(wire).to_dict()
assert wire == strict.Thing.model_validate(wire).model_dump(mode="json", by_alias=True)
sent = build_make(size="SMALL", retry="1", cls="2", n="3", password="4")
assert {"size": "SMALL", "retry": "1", "cls": "2", "n": "3", "password": "4"}.items() <= sent.body.items()
assert {"since": "1"}.items() <= build_list(since="1").query.items()


class Sender:
    def send(self, call):
        return call.body


assert "4" == Resources(Sender()).things.make(size="SMALL", password="4")["password"]
print("worked")
"""


def quoted(name: str) -> str:
    """A text in YAML, whatever it holds."""
    return json.dumps(name, ensure_ascii=False)


def schema_named(name: str) -> list[Edit]:
    """One more object, which the thing refers to."""
    keys = "type: object, description: A., required: [a], properties: {a: {type: string, description: A.}}"
    new = f"{LAST_ARGUMENT}\n{quoted(name)}: {{{keys}}}{HERE}\n"
    part = f"    part: {{$ref: {quoted(f'#/{name}')}, description: A.}}{HERE}\n    price:\n"
    referred = [(SCHEMAS, "    price:\n", part)] if name else []
    return [(SCHEMAS, LAST_ARGUMENT, new), *referred, (PATHS, "  get:", f"  get:{HERE}")]


def field_named(name: str) -> list[Edit]:
    """One more field of an answer."""
    new = f"    {quoted(name)}: {{type: string, description: A.}}{HERE}\n"
    return [(SCHEMAS, "    price:\n", f"{new}    price:\n")]


def argument(keys: str, name: str = "a") -> list[Edit]:
    """One more argument in a body."""
    new = f"    {quoted(name)}: {{description: A., {keys}}}{HERE}\n"
    return [(SCHEMAS, LAST_ARGUMENT, f"{LAST_ARGUMENT}{new}")]


def argument_named(name: str) -> list[Edit]:
    """One more argument in a body."""
    return argument("type: string, x-unlimited: Any.", name)


def secret_argument_named(name: str) -> list[Edit]:
    """One more argument in a body, which no report may show."""
    return argument("type: string, x-unlimited: Any., x-secret: true", name)


def parameter_named(name: str) -> list[Edit]:
    """One more argument in a query."""
    keys = f"name: {quoted(name)}, in: query, description: A., schema: {{type: string, x-unlimited: Any.}}"
    first = '    responses:\n      "200":\n        description: The page.\n'
    return [(PATHS, first, f"      - {{{keys}}}{HERE}\n{first}"), (PATHS, "  get:", f"  get:{HERE}")]


def operation_called(name: str) -> list[Edit]:
    """Another name for an operation, and for what it belongs to."""
    return [make_is(quoted(name), quoted(name.rpartition(".")[0])), MADE]


def tag_called(name: str) -> list[Edit]:
    """An operation that belongs to something else."""
    return operation_called(f"{name}.make")


def path(name: str) -> list[Edit]:
    """Another path."""
    reference = name.replace("~", "~0").replace("/", "~1")
    new = f"  {quoted(name)}:{HERE}\n    $ref: {quoted(f'./paths/things.yaml#/{reference}')}\n"
    old = f"  {PATH}:\n    $ref: ./paths/things.yaml#/~1things~1make\n"
    return [(TOP, old, new), (PATHS, f"{PATH}:", f"{quoted(name)}:"), MADE]


def header(name: str, values: str) -> list[Edit]:
    """Another header that goes out with a call."""
    keys = f"name: {name}, in: header, required: true, description: A., schema: {{type: string, enum: {values}}}"
    listed = "      - $ref: ../c2c.yaml#/components/parameters/ClientType"
    return [
        (TOP, between(TOP, "    ClientType:", ""), f"    ClientType: {{{keys}}}{HERE}\n"),
        (PATHS, listed, listed + HERE),
    ]


def header_value(values: str) -> list[Edit]:
    """Another value of the header."""
    return header("clientType", values)


def header_named(name: str) -> list[Edit]:
    """Another name of the header."""
    return header(quoted(name), "[web]")


def security_of_a_call(value: str) -> list[Edit]:
    """How a call proves who makes it."""
    old = "    security:\n      - apiKey: []\n    requestBody"
    return [(PATHS, old, f"    security: {value}{HERE}\n    requestBody"), MADE]


def security_scheme(value: str) -> list[Edit]:
    """How keys are sent."""
    return [(TOP, "    apiKey: {type: apiKey, in: header, name: X-MBX-APIKEY}", f"    {value}{HERE}")]


def signature_scheme(value: str) -> list[Edit]:
    """How signatures are sent."""
    old = "  securitySchemes:"
    return [
        (TOP, "    signature: {type: apiKey, in: query, name: signature}", f"    {value}{HERE}"),
        (TOP, old, old + HERE),
    ]


def servers(value: str) -> list[Edit]:
    """Which servers are asked."""
    return [(TOP, "servers:\n  - url: https://api.example.com\n", f"servers: {value}{HERE}\n")]


def values_of_a_set(keys: str) -> list[Edit]:
    """Another set of values."""
    return [
        (SCHEMAS, between(SCHEMAS, "Size:", "\nGrade:"), f"Size: {{description: A., {keys}}}{HERE}\n"),
        (PATHS, ", size: SMALL}", "}"),
    ]


def key_of_a_call(text: str) -> list[Edit]:
    """Another line of an operation, instead of its weight."""
    return [(PATHS, "    x-weight: 2\n", f"    {text}{HERE}\n"), MADE]


def answers_of_a_call(text: str) -> list[Edit]:
    """One more answer of an operation."""
    last = "                      x-unwrap: thingNo\n"
    return [(PATHS, last, f"{last}      {text}{HERE}\n"), MADE]


def method(name: str) -> list[Edit]:
    """Another method of HTTP."""
    return [(PATHS, "  post:", f"  {name}:{HERE}"), (PATHS, "    requestBody:", f"    requestBody:{HERE}")]


def code_of_an_error(text: str) -> list[Edit]:
    """One more code."""
    return [(ERRORS, '  "83229":\n', f'  {text}{HERE}\n  "83229":\n')]


KINDS: dict[str, Callable[[str], list[Edit]]] = {
    kind.__name__: kind
    for kind in (
        *(schema_named, field_named, argument_named, secret_argument_named, parameter_named, operation_called),
        *(tag_called, path, header_value, header_named, argument, security_of_a_call, security_scheme),
        *(signature_scheme, servers, values_of_a_set, key_of_a_call, answers_of_a_call, method, code_of_an_error),
    )
}
TABLES: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "hostile.toml").read_text(encoding="utf-8"))
REFUSED = [
    (kind, value, [said] if isinstance(said, str) else said)
    for kind, table in TABLES.items()
    for value, said in table.items()
    if said != RIGHT
]
TO_ITSELF = '$ref: "#/MakeThingRequest"'
TAKEN = [(kind, value) for kind, table in TABLES.items() for value, said in table.items() if said == RIGHT]


def marked(description: Path) -> set[str]:
    """Every line that an edit has touched."""
    return {
        f"{file.relative_to(description).as_posix()}:{number}"
        for file in description.rglob("*.yaml")
        for number, text in enumerate(file.read_text(encoding="utf-8").split("\n"), 1)
        if HERE in text
    }


@pytest.mark.parametrize(("kind", "value", "said"), REFUSED)
def test_what_would_make_wrong_code_is_refused_where_it_stands(tmp_path: Path, kind: str, value: str, said: list[str]):
    """A hostile description is an error with file and line, and its words say what is expected."""
    description = edited(tmp_path, *KINDS[kind](value))

    found = [re.fullmatch(r"([^:]+:\d+): (.*)", finding, re.DOTALL) for finding in findings(description)]
    places = marked(description)
    assert said == sorted(one[2] for one in found if one)
    assert [] == [one[0] for one in found if one and one[1] not in places]


@pytest.mark.parametrize(
    ("kind", "value"), [one for one in TAKEN if one[0] not in BESIDE_OTHERS or one[1] == TO_ITSELF]
)
def test_what_looks_hostile_and_is_not_makes_code(tmp_path: Path, kind: str, value: str):
    """Whatever is taken becomes Python."""
    source = Source(edited(tmp_path, *KINDS[kind](value)))
    assert [] == findings(source.folder)

    files = render(parse(source, bundle(source)))
    assert files
    for name, text in files.items():
        if name.endswith(".py"):
            compile(text, name, "exec")


MEMBERS = (models.PriceType(1), models.TradeType("BUY"))


def all_at_once(folder: Path) -> Path:
    """A description that has everything of the kinds that can stand beside one another."""
    description = edited(folder)
    used: set[tuple[str, str]] = set()
    for number, (kind, value) in enumerate(TAKEN):
        where = {"schema_named": "schemas", "field_named": "fields", "parameter_named": "query"}.get(kind, "body")
        name = f"a{number}" if kind == "argument" else snake_case(value)
        if kind not in BESIDE_OTHERS or value == TO_ITSELF or (where, name) in used:
            continue
        used.add((where, name))
        edits = argument(value, name) if kind == "argument" else KINDS[kind](value)
        for file, old, new in edits:
            text = (description / file).read_text(encoding="utf-8")
            one = new.replace("    part:", f"    part{number}:")
            (description / file).write_text(text.replace(old, one.replace(HERE, "")), encoding="utf-8")
    return description


def test_what_is_taken_passes_a_type_checker(tmp_path: Path):
    """All that looks hostile and is not, in one description: mypy finds nothing in what comes of it, and it works."""
    files, _ = generate(all_at_once(tmp_path))
    tree = tmp_path / "tree"
    write_tree(tree, files)
    config = tmp_path / "mypy.ini"
    config.write_text(f"[mypy]\nstrict = true\nmypy_path = {ROOT / 'src'}:{tree}\ncache_dir = {tmp_path / 'cache'}\n")

    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--config-file",
            str(config),
            "-p",
            "binance_c2c_sapi",
            "-p",
            "binance_c2c_strict",
        ],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Success" == checked.stdout.partition(":")[0], checked.stdout
    used = subprocess.run([sys.executable, "-c", USE_IT], cwd=tree, capture_output=True, text=True, check=False)
    assert ("worked\n", "") == (used.stdout, used.stderr)


def test_a_path_that_leads_to_another_is_refused(tmp_path: Path):
    """What the description lists under a path is what stands under it."""
    old = "    $ref: ./paths/things.yaml#/~1things~1make\n"
    description = edited(tmp_path, (TOP, old, f"    $ref: ./paths/things.yaml#/~1things~1list{HERE}\n"))

    told = "c2c.yaml:14: /things/make: the $ref leads to another path, /things/list"
    assert [told, "paths/things.yaml:2: operationId things.list is also in paths/things.yaml:2"] == findings(
        description
    )


def test_resources_that_become_one_module_are_refused(tmp_path: Path):
    """`a.b` of a family and `a_b` would be one file."""
    first = (PATHS, "things.list\n    tags: [things]", "a.b.list\n    tags: [a.b]")

    told = findings(edited(tmp_path, make_is("a_b.make", "a_b"), first))
    assert "paths/things.yaml:54: a_b and a.b both become module a_b" in told


@pytest.mark.parametrize("options", [[], ["--check"], ["--evidence"]])
def test_a_hostile_description_ends_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]):
    """The status is 2, standard error has file and line, and nothing was written."""
    description = edited(tmp_path, *header_value("[true]"))
    output = tmp_path / "made"

    assert 2 == main(["--description", str(description), "--output", str(output), *options])
    told = capsys.readouterr()
    assert "" == told.out
    assert "openapi/c2c.yaml:20: things.list: clientType: the value of a header is" in told.err
    assert not output.exists()


def generated(folder: str) -> Iterator[ast.stmt]:
    """What stands in the modules of a folder that are made of the golden descriptions and of the real one."""
    for tree in (ROOT / "generated_sdk", *(ROOT / "tests/golden").glob("*/expected")):
        for file in (tree / "binance_c2c_sapi").glob(folder):
            yield from ast.parse(file.read_text(encoding="utf-8")).body


def classes(folder: str) -> Iterator[ast.ClassDef]:
    """The classes among it."""
    return (node for node in generated(folder) if isinstance(node, ast.ClassDef))


def in_signature(function: ast.stmt) -> set[str]:
    """The names in the types of a function's arguments and of its result, and in its decorators."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return set()
    given = [*function.args.args, *function.args.posonlyargs, *function.args.kwonlyargs]
    parts = [*(one.annotation for one in given), function.returns, *function.decorator_list]
    return set[str]().union(*(names_in(one) for one in parts if one is not None))


def names_in(node: ast.AST) -> set[str]:
    """The names that code looks up."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def test_no_class_is_called_like_what_modules_use():
    """What generated modules import beside the classes of the description is reserved."""
    found = {
        alias.asname or alias.name
        for node in generated("**/*.py")
        if isinstance(node, ast.ImportFrom) and not node.level
        for alias in node.names
    }

    assert {"Decimal", "Page"} <= found
    assert set() == set(filter(names.SCHEMA_NAME.fullmatch, found)) - names.RESERVED_CLASSES


def test_no_argument_is_called_like_what_functions_use():
    """What the bodies of builders and methods look up, or call something, is reserved."""
    found = set[str]()
    methods = [node for made in classes("resources/[a-z]*.py") for node in made.body]
    for node in (*generated("resources/[a-z]*.py"), *methods):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.args.kwonlyargs:
            own = {argument.arg for argument in node.args.kwonlyargs}
            found |= set[str]().union(*map(names_in, node.body)) - own
    lower = {name for name in found if names.PYTHON_NAME.fullmatch(name) and not name.startswith("build_")}

    assert {"self", "call", "query", "body", "writing"} <= lower
    # Of lambdas that call nothing but what writes a value.
    assert {"n", "x"} == lower - names.RESERVED_ARGUMENTS


def test_no_field_is_called_like_what_models_have():
    """What the body of a model looks up, and what every model has, is reserved."""
    found = {name for name in dir(Model) if names.PYTHON_NAME.fullmatch(name)} | {"extra", "self"}
    for made in classes("models/[a-z]*.py"):
        found |= {node.name for node in made.body if isinstance(node, ast.FunctionDef)}
        for node in made.body:
            found |= in_signature(node) | (names_in(node.annotation) if isinstance(node, ast.AnnAssign) else set())
            if isinstance(node, ast.AnnAssign) and node.value:
                found |= names_in(node.value)
    lower = set(filter(names.PYTHON_NAME.fullmatch, found))

    assert {"to_dict", "from_dict", "str", "field"} <= lower
    assert set() == lower - names.RESERVED_FIELDS


def test_no_method_is_called_like_a_type_beside_it():
    """What stands in the signatures of a resource is looked up in its class: no method is called so."""
    found = set[str]().union(*(in_signature(node) for made in classes("resources/[a-z]*.py") for node in made.body))
    lower = set(filter(names.PYTHON_NAME.fullmatch, found))

    assert {"int", "str"} <= lower
    assert set() == lower - names.RESERVED_METHODS


def test_no_resource_is_called_like_what_clients_have():
    """Whatever a client has beside its resources is reserved, in both clients."""
    resources = {name for name in dir(Resources) if not name.startswith("_")} | {"agent"}
    found = {name for client in (C2CClient, AsyncC2CClient) for name in dir(client) if not name.startswith("_")}

    assert {"close", "aclose"} <= found
    assert set() == found - resources - names.RESERVED_RESOURCES


def test_no_operation_takes_the_place_of_a_constant():
    """What the module of operations has beside them is reserved."""
    beside = {
        name for name in dir(operations) if name.isupper() and not isinstance(getattr(operations, name), Operation)
    }

    assert {"OPERATIONS"} == beside - names.RESERVED_CONSTANTS
    assert names.RESERVED_CONSTANTS <= beside


def test_no_group_is_called_like_what_members_have():
    """What is asked of a member, or of a set, with `is_` or `all_` in front is reserved."""
    asked = {name for kind in (OpenInt, OpenStr, *(type(one) for one in MEMBERS)) for name in dir(kind)}
    asked |= {name for one in MEMBERS for name in dir(one)}

    taken = {name.partition("_")[2] for name in asked if name.startswith(("is_", "all_"))}
    assert set() == taken - names.RESERVED_GROUPS
