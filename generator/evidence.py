"""Lists the facts in the description that rest on a guess or on clients alone, for an owner of a key to check."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from generator import lint
from generator.description import Place, Source

WEAK = ("guess", "clients")


def weak(description: Path) -> Iterator[str]:
    """One line per fact: file, line, the fact and its evidence; guesses first. Raises `DescriptionError`.

    Weights are last among the guesses, since nearly every operation has one.
    """
    source = Source(description)
    lint.check(source)
    found = [*_operations(source), *_frames(source), *_schemas(source), *_codes(source)]
    found.sort(key=lambda fact: fact[1].endswith(": weight"))
    for grade in WEAK:
        yield from (f"{place.file}:{place.line}: {what}: {grade}" for place, what, own in found if own == grade)


def _operations(source: Source) -> Iterator[tuple[Place, str, str]]:
    for operation in source.operations():
        place = operation.place
        yield place, operation.id, str(place.node.get("x-evidence"))
        if "x-weight-evidence" in place.node:
            yield place.under("x-weight-evidence"), f"{operation.id}: weight", str(place.node["x-weight-evidence"])


def _frames(source: Source) -> Iterator[tuple[Place, str, str]]:
    for message in source.messages():
        yield message.place, f"frame {message.name}", str(message.place.node.get("x-evidence"))


def _schemas(source: Source) -> Iterator[tuple[Place, str, str]]:
    for name, schema in source.schemas():
        for value, grade in zip(schema.node.get("enum", []), schema.node.get("x-enum-evidence", []), strict=False):
            yield schema.under("x-enum-evidence"), f"{name}: {value}", str(grade)
        if "x-required-evidence" in schema.node:
            there = f"{name}: every answer has {', '.join(schema.node['required'])}"
            yield schema.under("x-required-evidence"), there, str(schema.node["x-required-evidence"])
        for wire, node in schema.node.get("properties", {}).items():
            if isinstance(node, Mapping) and "x-evidence" in node:
                yield schema.under("properties").under(wire), f"{name}.{wire}", str(node["x-evidence"])


def _codes(source: Source) -> Iterator[tuple[Place, str, str]]:
    if source.errors is not None:
        codes = source.errors.under("codes")
        for code in codes.node:
            yield codes.under(code), f"code {code}", str(codes.node[code].get("evidence"))
