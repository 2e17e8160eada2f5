"""The programs in examples/ do what they say, each with one command, against a sandbox of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

SAYS = {
    "chat_bot.py": [
        "new",
        "the buyer reads: Please pay 1845.00 MXN, and send the receipt here.",
        "a receipt came",
        "released",
        "the buyer reads: Received and released. Thank you!",
    ],
}
"""For each example what it prints, among other things, without the numbers of orders."""


def test_every_example_is_listed_here():
    """An example without a test would rot."""
    assert sorted(SAYS) == sorted(path.name for path in EXAMPLES.glob("*.py"))


@pytest.mark.parametrize("name", SAYS)
def test_an_example_plays_against_the_sandbox(name: str):
    """One command, no key and no network: it ends by itself, complains of nothing, and shows its steps."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert (0, "") == (done.returncode, done.stderr)
    told = {line.partition("  ")[2] for line in done.stdout.splitlines()}
    assert set() == set(SAYS[name]) - told
