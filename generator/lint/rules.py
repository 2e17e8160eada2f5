"""Runs all rules, and has those for the root file and for paths. Each finding names file and line.

The rules find what openapi-python-client would silently drop, flatten or confuse, and breaches of the conventions of
`openapi/README.md`.
"""

import re
from collections.abc import Callable, Iterator

from generator.description import ROOT_FILE, DescriptionError, Place, Source
from generator.lint import access, errors, examples, frames, grammar, names, operations, schemas
from generator.lint.schemas import is_missing

PATH = re.compile(r"(/[A-Za-z0-9_~-]+(\.[A-Za-z0-9_~-]+)*)+")
"""A path that clients, proxies and servers pass on without rewriting it."""

Rule = Callable[[Source], Iterator[str]]


def check(source: Source, *, with_examples: bool = True) -> None:
    """Raise `DescriptionError` with all findings, sorted by file and line, if there are any.

    Without examples, those that do not fit their schemas are no findings.
    """
    findings: list[str] = []
    for rule in RULES:
        findings.extend(rule(source))
        # The other rules would fail at values of the wrong kind and at broken references.
        if findings and rule is grammar.kinds:
            break
    if with_examples and not findings:
        # An example can only be held against schemas in order.
        findings.extend(examples.check(source))
    if findings:
        raise DescriptionError(sorted(set(findings), key=_by_file_and_line))


def _root(source: Source) -> Iterator[str]:
    version = str(source.root.node.get("openapi", ""))
    if not version.startswith("3.1."):
        yield source.root.finding(f"openapi: 3.1 is expected, not {version or 'nothing'}")
    for key in ("title", "version"):
        if is_missing(source.root.node.get("info", {}), key):
            yield source.root.finding(f"info: {key} is missing")
    yield from _tags(source)
    if "security" in source.root.node:
        yield source.root.under("security").finding("security stands on each operation; at the top it is ignored")


def _tags(source: Source) -> Iterator[str]:
    used = {operation.id.rpartition(".")[0] for operation in source.operations()}
    used |= {tag.partition(".")[0] for tag in used}
    seen: set[str] = set()
    for index, tag in enumerate(source.root.node.get("tags", [])):
        place, name = source.root.under("tags").under(index), str(tag.get("name", ""))
        if is_missing(tag, "name"):
            yield place.finding("tags: name is missing")
        elif name not in used:
            yield place.finding(f"tags: no operation belongs to {name}")
        elif name in seen:
            yield place.finding(f"tags: {name} is listed twice")
        seen.add(name)


def _paths(source: Source) -> Iterator[str]:
    listed = {str(path) for path, _ in source.path_items()}
    for path, item in source.path_items():
        entry = source.root.under("paths").under(path)
        if "{" not in path and not PATH.fullmatch(path):
            yield entry.finding(f"{path!r}: a path such as /sapi/v1/things is expected, without query, escapes or dots")
        elif entry.node is not item.node and _last_part(entry) != path:
            yield entry.under("$ref").finding(f"{path}: the $ref leads to another path, {_last_part(entry)}")
        if not item.node:
            yield item.finding(f"{path} has no operation")
    for file, content in source.files.items():
        if file.startswith("paths/"):
            top = Place(file, content, 1)
            for path in content:
                if str(path) not in listed:
                    yield top.under(path).finding(f"{path} is not listed under `paths` of {ROOT_FILE}")


def _last_part(reference: Place) -> str:
    """The API path in a reference to a path item."""
    return str(reference.node["$ref"]).rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def _by_file_and_line(finding: str) -> tuple[str, int, str]:
    file, line, message = finding.split(":", 2)
    return file, int(line), message


RULES: tuple[Rule, ...] = (
    *(grammar.kinds, grammar.keys, _root, _paths, names.check),
    *(access.check, operations.check, schemas.check, frames.check, errors.check),
)
