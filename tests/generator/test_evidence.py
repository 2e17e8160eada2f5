"""The list of what rests on a guess or on clients alone."""

import shutil
from pathlib import Path

import pytest

from generator.__main__ import main
from generator.description import Source

WEAK = ("complaints.submit: guess", "orders.get: weight: guess", "OrderStatus: 5: clients", "code 83023: clients")
DESCRIPTION = Path(__file__).parents[2] / "openapi"
# Objects that an answer is there for, and the words of a refusal.
HOLDERS = {"adv", "advertiser", "code", "msg"}


def test_what_is_weak_is_listed_with_file_and_line(capsys: pytest.CaptureFixture[str]):
    """An owner of a key finds each operation, weight, field, value and code to settle, the guesses first."""
    assert 0 == main(["--evidence"])
    lines = capsys.readouterr().out.splitlines()
    grades = [line.rpartition(": ")[2] for line in lines]

    assert sorted(grades, reverse=True) == grades
    assert {"guess", "clients"} == set(grades)
    assert lines[0].endswith("complaints.reasons: guess")
    assert lines[grades.count("guess") - 1].endswith(": weight: guess")
    for what in (
        "complaints.submit: guess",
        "orders.get: weight: guess",
        "OrderStatus: 5: clients",
        "frame recall: clients",
        "QuotePrice: every answer has asset, fiat, price: clients",
        "code 83023: clients",
    ):
        [line] = [line for line in lines if line.endswith(f" {what}")]
        file, number, _ = line.removeprefix("openapi/").split(":", 2)
        assert 0 < int(number) <= len((DESCRIPTION / file).read_text(encoding="utf-8").splitlines())


def test_what_every_answer_has_rests_on_something():
    """Where more is required of an answer than what tells it apart and what it holds, the description says why."""
    missing = [
        schema.finding(f"schema {name}: more than one field is required; give x-required-evidence")
        for name, schema in Source(DESCRIPTION).schemas()
        if len(set(schema.node.get("required", ())) - HOLDERS) > 1
        and schema.node.get("x-nullable-properties")
        and "x-required-evidence" not in schema.node
    ]

    assert [] == missing


def test_a_description_without_codes_has_a_list_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """What is not described is not listed."""
    copied = shutil.copytree(DESCRIPTION.parent / "tests/golden/minimal/openapi", tmp_path / "openapi")
    (copied / "errors.yaml").unlink()

    assert 0 == main(["--evidence", "--description", str(copied)])
    assert "code " not in capsys.readouterr().out
