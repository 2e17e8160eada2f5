"""The list of survivors that `make mutants` compares with: it judges each, and nothing else."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.judging import Survivor, faults, function_of, outcomes, survivors_of

ROOT = Path(__file__).parents[2]
LISTED = tomllib.loads((ROOT / "tests/mutants/survivors.toml").read_text(encoding="utf-8"))
CHANGE = "-a = 1\n+a = 2"
ONE = Survivor("signer.HmacAuth.sign", CHANGE)
ENTRY = {"function": ONE.function, "change": "\n-    a = 1\n+    a = 2\n", "why": "Nobody reads it."}
DAY: dict[str, Any] = {"run_whole": date(2026, 1, 1), "mutants": 2, "survived": 1}
DONE = {"m": "killed", "n": "survived"}


def test_a_survivor_that_is_listed_with_a_reason_is_no_fault():
    """Blanks around the lines do not count, so an entry outlives that code is moved or indented."""
    assert [] == faults("signer", DAY | {"survivor": [ENTRY]}, DONE, [ONE])


def test_a_survivor_without_a_reason_is_a_fault():
    """Whether it is missing in the list or has an empty reason there, the line names part, function and change."""
    expected = [f"signer: no test fails, and no reason is listed, for this in {ONE.function}:\n{CHANGE}"]

    assert expected == faults("signer", DAY, DONE, [ONE])
    assert expected == faults("signer", DAY | {"survivor": [ENTRY | {"why": " "}]}, DONE, [ONE])


def test_an_entry_that_is_no_survivor_is_a_fault():
    """What a test fails for, or stands in another function, has no place in the list."""
    elsewhere = ONE._replace(function="signer.other")
    stale = f"signer: listed, but a test fails for it or the code has changed: this in signer.HmacAuth.sign:\n{CHANGE}"

    assert [stale] == faults("signer", DAY | {"survivor": [ENTRY]}, DONE, [])
    assert stale in faults("signer", DAY | {"survivor": [ENTRY]}, DONE, [elsewhere])


def test_a_run_that_is_not_whole_is_a_fault():
    """Mutants without a verdict, and no mutants at all, are each told."""
    assert "signer: 1 mutants have no verdict: not checked" in faults("signer", DAY, {"m": "not checked"}, [])
    assert "signer: not one mutant was made" in faults("signer", DAY, {}, [])


@pytest.mark.parametrize("wrong", [{"run_whole": "never"}, {"mutants": 3}, {"survived": 2}])
def test_a_list_that_tells_of_another_run_is_a_fault(wrong: dict[str, Any]):
    """Without the day of a whole run, or with the figures of other code, the list says nothing of this one."""
    expected = "signer: not listed with the day of a whole run and its figures, which are {'mutants': 2, 'survived': 1}"

    assert [expected] == faults("signer", DAY | {"survivor": [ENTRY]} | wrong, DONE, [ONE])


def test_what_mutmut_prints_is_read():
    """Outcomes of two words, mangled names of functions and of methods, and differences with their file names."""
    found = outcomes("    a.b.x_free__mutmut_1: killed\n    a.b.xǁHmacAuthǁsign__mutmut_12: no tests\n")
    difference = "# a: survived\n--- src/a.py\n+++ src/a.py\n@@ -1 +1 @@\n def sign():\n-    a = 1\n+    a = 2\n"

    assert {"a.b.x_free__mutmut_1": "killed", "a.b.xǁHmacAuthǁsign__mutmut_12": "no tests"} == found
    assert ["a.b.xǁHmacAuthǁsign__mutmut_12"] == survivors_of(found)
    assert ["b.free", "b.HmacAuth.sign"] == [function_of(one) for one in found]
    assert ["b._root", "b.HmacAuth.__init__"] == [
        function_of("a.b.x__root__mutmut_1"),
        function_of("a.b.xǁHmacAuthǁ__init____mutmut_1"),
    ]
    assert CHANGE == Survivor.of("b.sign", difference).change


def test_each_listed_survivor_has_a_reason():
    """No entry of the list is without its function, its change and why the change is harmless."""
    entries = [entry for part in LISTED.values() for entry in part.get("survivor", ())]

    assert entries
    assert [] == [entry for entry in entries if not all(entry[key].strip() for key in ("function", "change", "why"))]
