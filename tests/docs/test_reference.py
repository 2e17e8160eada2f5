"""The pages that are made: complete by the description, the code and the commands, and each with its evidence."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import binance_c2c
from binance_c2c.cli.local import LOCAL_COMMANDS
from binance_c2c.cli.tree import BRANCHES
from docs.maker.code import PACKAGES, public_names
from docs.maker.commands import commands
from docs.maker.pages import generated

ROOT = Path(__file__).parents[2]
GRADES = {"official", "specification", "clients", "guess"}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """What is made, by page."""
    return generated()


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The description as other tools read it, in one file."""
    document: dict[str, Any] = json.loads((ROOT / "openapi/dist/c2c.json").read_text(encoding="utf-8"))
    return document


def operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in described["paths"].values():
        yield from item.values()


def sections(pages: dict[str, str], folder: str) -> dict[str, str]:
    """The text below each heading that has an anchor, by that, on the pages of a folder or on one page."""
    found: dict[str, str] = {}
    for name, text in pages.items():
        if name.startswith(folder):
            parts = re.split(r"^#+ .*? \{ #(\S+) \}$", text, flags=re.MULTILINE)
            found |= dict(zip(parts[1::2], parts[2::2], strict=True))
    return found


def test_every_operation_has_its_place(pages: dict[str, str], described: dict[str, Any]):
    """Its page says how it is asked for, with which arguments, and what that rests on and where it was read."""
    found = sections(pages, "reference/operations/")

    expected = {one["operationId"]: one for one in operations(described)}
    assert set(expected) == set(found)
    for name, operation in expected.items():
        assert operation["x-evidence"] in found[name]
        assert " ".join(operation["x-source"].split()) in found[name].replace("\\", "")
        assert (
            f"weight | {operation.get('x-weight', 1)}, by [{operation.get('x-weight-evidence', 'spec')}" in found[name]
        )
        assert operation["x-safe-to-repeat"] is not ("`OutcomeUnknownError`" in found[name])


def test_every_schema_has_its_place(pages: dict[str, str], described: dict[str, Any]):
    """A model's section has a row for each field, and an enum's one for each value, with what it rests on."""
    models = sections(pages, "reference/models/")
    enums = sections(pages, "reference/enums.md")
    schemas = described["components"]["schemas"]
    sets = {name: schema for name, schema in schemas.items() if "enum" in schema}

    assert set(sets) == set(enums)
    for name, schema in sets.items():
        rows = [line for line in enums[name].splitlines() if line.startswith("| `")]
        grades = schema.get("x-enum-evidence", ["specification"] * len(schema["enum"]))
        assert len(schema["enum"]) == len(rows)
        told = [(row.split(" | ")[1].strip("`"), row.split(" | ")[2].split("]")[0].lstrip("[")) for row in rows]
        assert [(str(value), grade) for value, grade in zip(schema["enum"], grades, strict=True)] == told
    assert models
    for name, text in models.items():
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        assert len(schemas[name].get("properties", {})) == len(rows)
        assert [] == [
            row for row in rows if not re.search(r"Evidence: \[(official|specification|clients|guess)\]", row)
        ]


def test_every_model_that_users_can_import_is_told(pages: dict[str, str]):
    """What `binance_c2c.models` offers has a section, as a model or as an enum."""
    told = {*sections(pages, "reference/models/"), *sections(pages, "reference/enums.md")}

    assert set() == set(binance_c2c.models.__all__) - told


def test_every_error_code_has_its_place(pages: dict[str, str]):
    """Each code of the catalogue has a section with its name, meaning, advice, category and evidence."""
    catalogue = yaml.safe_load((ROOT / "openapi/errors.yaml").read_text(encoding="utf-8"))
    found = sections(pages, "reference/error-codes.md")

    assert {f"code-{code}" for code in catalogue["codes"]} == {name for name in found if name.startswith("code-")}
    for code, entry in catalogue["codes"].items():
        told = found[f"code-{code}"].replace("\\", "")
        assert [] == [entry[key] for key in ("meaning", "advice") if " ".join(entry[key].split()) not in told]
        assert f"Category `{entry['category']}`. Evidence: [{entry['evidence']}]" in told
    assert [] == [name for name in catalogue["categories"] if f"`{name}`" not in found["categories"]]


def test_every_frame_of_the_chat_has_its_place(pages: dict[str, str]):
    """Each message of the chat's description has a section with its evidence and source."""
    frames = json.loads((ROOT / "openapi/dist/asyncapi.json").read_text(encoding="utf-8"))
    messages = frames["channels"]["chat"]["messages"]
    found = sections(pages, "reference/chat-frames.md")

    told = {name.partition("-")[2]: text for name, text in found.items() if "-" in name}
    assert set(messages) <= set(told)
    for name, message in messages.items():
        assert f"Evidence: [{message['x-evidence']}]" in told[name]


def test_every_public_name_is_on_a_page(pages: dict[str, str]):
    """What a package written by hand offers is read by mkdocstrings; the package itself is listed."""
    text = "\n".join(pages[name] for name in pages if name.startswith("reference/code/"))

    assert [] == [
        f"{package}.{name}"
        for package in PACKAGES
        for name in public_names(package)
        if f"::: {package}.{name}\n" not in text
    ]
    assert {"binance_c2c.C2CClient", "binance_c2c.errors.OutcomeUnknownError", "binance_c2c.sandbox.Sandbox"} <= {
        f"{package}.{name}" for package in PACKAGES for name in public_names(package)
    }


def test_every_example_is_shown(pages: dict[str, str]):
    """The page of the examples has the text of each program, and its table leads there."""
    told = sections(pages, "examples.md")
    programs = {path.name: path for path in (ROOT / "examples").iterdir() if path.suffix != ".md" and path.is_file()}

    assert set(programs) == set(told)
    assert [] == [name for name in programs if f"](#{name})" not in pages["examples.md"]]
    texts = {name: path.read_text(encoding="utf-8") for name, path in programs.items() if path.suffix != ".ipynb"}
    assert [] == [name for name, text in texts.items() if text not in told[name]]


def test_every_command_is_told(pages: dict[str, str]):
    """Each command of the tree has a section with what `--help` prints of it."""
    found = sections(pages, "reference/command-line.md")

    assert {*BRANCHES, *LOCAL_COMMANDS} == {words[0] for words in commands()}
    assert {"-".join(words) for words in commands()} == set(found)
    assert [] == [words for words in commands() if "sage: binance-c2c" not in found["-".join(words)]]
