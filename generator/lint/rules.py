"""Every way the description could mislead the tools without a word, found first and named by file and line.

What openapi-python-client drops, flattens or clashes over silently is listed in the rules; the rest are the conventions
of `openapi/README.md`. The rules about operations and about schemas have modules of their own.
"""

import keyword
import re
from collections.abc import Callable, Iterator

from generator.description import ROOT_FILE, DescriptionError, Place, Source
from generator.lint import errors, frames, grammar, operations, schemas
from generator.lint.schemas import is_missing
from generator.names import class_case, constant_case, snake_case

OPERATION_ID = re.compile(r"(?:[a-z][a-z0-9_]*\.){1,2}[a-z][a-z0-9_]*")
SCHEMA_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
# What the generated modules import or define beside the classes of the description.
RESERVED_CLASSES = frozenset(
    {
        "Annotated", "Any", "AsyncIterator", "AsyncResources", "AsyncSender", "BaseModel", "Call", "ClassVar",
        "ConfigDict", "Decimal", "Field", "IntEnum", "Iterator", "Literal", "Mapping", "Members", "Money", "OpenInt",
        "OpenStr", "Page", "Resources", "Self", "Sender", "Sequence", "StrEnum", "Time", "WireError",
    }
)  # fmt: skip

Rule = Callable[[Source], Iterator[str]]


def check(source: Source) -> None:
    """Raise `DescriptionError` with everything that is wrong, in the order of the files."""
    findings: list[str] = []
    for rule in RULES:
        findings.extend(rule(source))
        # What is not what it should be, or leads nowhere, would trip the rules that follow.
        if findings and rule is grammar.kinds:
            break
    if findings:
        raise DescriptionError(sorted(set(findings), key=_by_file_and_line))


def _root(source: Source) -> Iterator[str]:
    version = str(source.root.node.get("openapi", ""))
    if not version.startswith("3.1."):
        yield source.root.finding(f"openapi: 3.1 is expected, not {version or 'nothing'}")
    for key in ("title", "version"):
        if is_missing(source.root.node.get("info", {}), key):
            yield source.root.finding(f"info: {key} is missing")
    for index, tag in enumerate(source.root.node.get("tags", [])):
        if is_missing(tag, "name"):
            yield source.root.under("tags").under(index).finding("tags: name is missing")
    if "security" in source.root.node:
        yield source.root.under("security").finding("security stands on each operation; at the top it is ignored")


def _paths(source: Source) -> Iterator[str]:
    listed = {str(path) for path, _ in source.path_items()}
    for path, item in source.path_items():
        if not item.node:
            yield item.finding(f"{path} has no operation")
    for file, content in source.files.items():
        if file.startswith("paths/"):
            top = Place(file, content, 1)
            for path in content:
                if str(path) not in listed:
                    yield top.under(path).finding(f"{path} is not listed under `paths` of {ROOT_FILE}")


def _schema_names(source: Source) -> Iterator[str]:
    seen: dict[str, Place] = {}
    modules: dict[str, str] = {}
    for name, place in source.schemas():
        if name in seen:
            yield place.finding(f"schema {name} is also in {seen[name].file}:{seen[name].line}")
        seen[name] = place
        module = snake_case(name)
        if not SCHEMA_NAME.fullmatch(name):
            yield place.finding(f"schema {name}: a class name in CamelCase is expected")
        elif name in RESERVED_CLASSES or keyword.iskeyword(name) or keyword.iskeyword(module):
            yield place.finding(f"schema {name}: the generated code uses this name itself")
        if modules.setdefault(module, name) != name:
            yield place.finding(f"schema {name} and {modules[module]} both become module {module}")
    for name, place in seen.items():
        if "enum" in place.node and f"{name}Value" in seen:
            yield seen[f"{name}Value"].finding(f"schema {name}Value: so is called what {name} takes as an argument")


def _operation_names(source: Source) -> Iterator[str]:
    known: dict[str, Place] = {}
    constants: dict[str, str] = {}
    described = dict(source.schemas())
    for operation in source.operations():
        place, name = operation.place, operation.id
        tag, _, _ = name.rpartition(".")
        if not OPERATION_ID.fullmatch(name) or any(map(keyword.iskeyword, name.split("."))):
            yield place.finding(f"{name}: operationId is expected to be resource.method or family.resource.method")
        if name in known:
            yield place.finding(f"operationId {name} is also in {known[name].file}:{known[name].line}")
        known[name] = place
        constant = constant_case(name)
        if constants.setdefault(constant, name) != name:
            yield place.finding(f"{name} and {constants[constant]} both become {constant}")
        for taken in (class_case(tag), f"Async{class_case(tag)}"):
            if taken in described or taken in RESERVED_CLASSES:
                yield place.finding(f"{name}: the resource would be called {taken}, and something else is")
    for operation in source.operations():
        tag, _, method = operation.id.rpartition(".")
        twin = f"{tag}.iterate_{method}"
        if "x-page" in operation.place.node and twin in known:
            yield known[twin].finding(f"{twin}: so is called what walks the pages of {operation.id}")


def _by_file_and_line(finding: str) -> tuple[str, int, str]:
    file, line, message = finding.split(":", 2)
    return file, int(line), message


RULES: tuple[Rule, ...] = (
    *(grammar.kinds, grammar.keys, _root, _paths, _schema_names, _operation_names),
    *(operations.check, schemas.check, frames.check, errors.check),
)
