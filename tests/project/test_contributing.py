"""The worked example of CONTRIBUTING, carried out to the letter in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = CONTRIBUTING.partition("## A new family of operations\n")[2].partition("\n## ")[0]
NEEDED = ("openapi", "generator", "src", "tests/support", "tests/contract", "pyproject.toml")
# What stands behind the place that a block is put at the end of.
BEHIND = {"`tags`": "paths:\n", "`paths`": "components:\n", "`[families.outside]`": '"""\n\n[families.agent]'}
USE = """
import asyncio

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c.sandbox import Sandbox
from binance_c2c_sapi.resources.loans import build_list

async def use_async():
    async with AsyncC2CClient.in_sandbox(sandbox) as client:
        print(await client.loans.list(), [loan.due_time async for loan in client.loans.iterate_list()])
        print(await client.loans.repay(loan_no="33784010203040506113", amount="20.5"))

sandbox = Sandbox()
with C2CClient.in_sandbox(sandbox) as client:
{example}
    print(client.exchange(build_list()).envelope["message"])
asyncio.run(use_async())
"""
SAID = """\
120.50 100.00
an example from the description: the sandbox does not simulate this operation
<Page 1: 1 rows of 1> [datetime.datetime(2024, 3, 15, 0, 0, tzinfo=datetime.timezone.utc)]
100.00
"""


class Block(NamedTuple):
    """A block of the worked example."""

    file: str
    """That it is written to; nothing for one that is run."""
    place: str
    """At the end of what, where the file is there already."""
    text: str


def blocks() -> list[Block]:
    """Those of the worked example, in order."""
    found: list[Block] = []
    for indented in re.findall(r"^ *```(?:yaml|toml|python)\n(.*?)^ *```", SECTION, re.DOTALL | re.MULTILINE):
        text = textwrap.dedent(indented)
        head, _, rest = text.partition("\n")
        named = re.fullmatch(r"# (\S+?)(?:, at the end(?: of (.+))?)?", head)
        found.append(Block(named[1], named[2] or "", rest) if named else Block("", "", text))
    return found


def put(block: Block, project: Path) -> None:
    """Write a block to its file."""
    file = project / block.file
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    behind = BEHIND[block.place] if block.place else ""
    assert not behind or old.count(behind) == 1
    at = old.index(behind) if behind else len(old)
    file.write_text(f"{old[:at]}{block.text}{old[at:]}", encoding="utf-8")


def run(project: Path, *arguments: str) -> str:
    """What Python prints, run in the copy on what lies there."""
    paths = [str(project), *(str(project / name) for name in ("src", "generated_sdk"))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={name: value for name, value in environment.items() if not name.startswith(("COV", "PYTEST"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the worked example was carried out."""
    copy = tmp_path_factory.mktemp("project")
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    for block in blocks():
        if block.file:
            put(block, copy)
    run(copy, "-m", "generator")
    return copy


def test_the_worked_example_works_with_both_clients(project: Path):
    """What CONTRIBUTING describes can be generated and asked for; the sandbox answers from examples, and says so."""
    [example] = [block.text for block in blocks() if not block.file]

    assert SAID == run(project, "-c", USE.format(example=textwrap.indent(example, "    ")))


def test_the_worked_example_keeps_the_contract(project: Path):
    """With the lines of tables that CONTRIBUTING shows, the tests of the contract pass for the new operations."""
    asked = ("tests/contract/test_operations.py", "tests/contract/test_requests.py", "tests/contract/test_answers.py")
    told = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "loans or listed or is_required", *asked)

    assert 20 < int(re.findall(r"(\d+) passed", told)[0])
