"""The list of survivors that `make mutants` compares with: it judges each, and nothing else."""

import json
import os
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.judging import Survivor, faults, function_of, survivors_of

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


def test_names_and_differences_of_mutmut_are_read():
    """Mangled names of functions and of methods give plain ones, and of a difference the changed lines count alone."""
    difference = "--- \n+++ \n@@ -2 +2 @@\n-    a = 1\n+    a = 2"

    assert ["a.b.xǁHmacAuthǁsign__mutmut_12"] == survivors_of(
        {"a.b.x_free__mutmut_1": "killed", "a.b.xǁHmacAuthǁsign__mutmut_12": "no tests"}
    )
    assert ["b.free", "b._root", "b.HmacAuth.sign", "b.HmacAuth.__init__"] == [
        function_of("a.b.x_free__mutmut_1"),
        function_of("a.b.x__root__mutmut_1"),
        function_of("a.b.xǁHmacAuthǁsign__mutmut_12"),
        function_of("a.b.xǁHmacAuthǁ__init____mutmut_1"),
    ]
    assert CHANGE == Survivor.of("b.sign", difference).change


TRAMPOLINE = '''
import os

def set_mutant_under_test(name):
    os.environ["MUTANT_UNDER_TEST"] = name

def record_trampoline_hit(name):
    pass

def sum_of(a, b):
    """Adds, unless a mutant is chosen."""
    mutant = os.environ.get("MUTANT_UNDER_TEST")
    if mutant == "stats":
        record_trampoline_hit("sum_of")
    if mutant == "leaves":
        os._exit(1)
    if mutant == "hangs":
        while True: pass
    if mutant == "devours":
        bytearray(4 << 30)
    return a - b if mutant == "subtracts" else a + b
'''
"""The place of mutmut's, with a function and its mutants."""
USE = "from mutmut.mutation.trampoline import sum_of\n\n"


def run_mutants(folder: Path, tests: str, selected: str, **functions: str) -> tuple[int, dict[str, str]]:
    """Run tests on mutants, given by name with the function of each. Returns the status and the outcomes."""
    package = folder / "mutmut/mutation"
    package.mkdir(parents=True)
    (package / "trampoline.py").write_text(TRAMPOLINE, encoding="utf-8")
    (folder / "test_sum.py").write_text(USE + tests, encoding="utf-8")
    (folder / "mutants.json").write_text(json.dumps(functions), encoding="utf-8")
    plugins = ("-p", "tests.mutants.running", "-p", "no:cacheprovider")
    files = ("--mutants", str(folder / "mutants.json"), "--outcomes", str(folder / "outcomes.json"))
    command = [sys.executable, "-m", "pytest", "-q", *plugins, *files, "--shortest", "2", selected]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE"))}
    environment |= {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT))), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
    outcomes = folder / "outcomes.json"
    return done.returncode, json.loads(outcomes.read_text(encoding="utf-8")) if outcomes.exists() else {}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants are tested where there is fork")
def test_a_mutant_is_killed_by_a_test_that_fails_and_by_nothing_else(tmp_path: Path):
    """Neither the end of its process nor a function that no test calls passes for one; to ask for 4 GiB fails."""
    tests = "def test_sum():\n    assert 3 == sum_of(1, 2)\n"
    mutants = {"subtracts": "sum_of", "unseen": "sum_of", "leaves": "sum_of", "hangs": "sum_of", "elsewhere": "other"}
    mutants["devours"] = "sum_of"

    status, outcomes = run_mutants(tmp_path, tests, "test_sum.py", **mutants)

    assert 0 == status
    expected = {"subtracts": "killed", "unseen": "survived", "hangs": "timeout", "elsewhere": "no tests"}
    expected["devours"] = "killed"
    assert {**expected, "leaves": "no verdict: ended with 1"} == outcomes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants are tested where there is fork")
@pytest.mark.parametrize("selected", ["test_sum.py", "test_sum.py::test_of_another_name"])
def test_no_mutant_is_tested_where_the_tests_do_not_pass_without_a_change(selected: str, tmp_path: Path):
    """A test that fails on the code as it is, or is not found, would seem to notice every change."""
    tests = "def test_sum():\n    assert 4 == sum_of(1, 2)\n"

    status, outcomes = run_mutants(tmp_path, tests, selected, subtracts="sum_of")

    assert (True, {}) == (status != 0, outcomes)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants are tested where there is fork")
def test_two_runs_do_not_share_a_folder(tmp_path: Path):
    """The second would lay the project out anew under the first, and is refused until that has ended."""
    from tests.mutants.__main__ import _lock  # noqa: PLC0415 - not on Windows

    with _lock(tmp_path / "signer"), pytest.raises(SystemExit, match=r"another run uses .*signer"):
        _lock(tmp_path / "signer")
    _lock(tmp_path / "signer").close()


def test_each_listed_survivor_has_a_reason():
    """No entry of the list is without its function, its change and why the change is harmless."""
    entries = [entry for part in LISTED.values() for entry in part.get("survivor", ())]

    assert entries
    assert [] == [entry for entry in entries if not all(entry[key].strip() for key in ("function", "change", "why"))]
