"""The programs in examples/ do what they say, each with one command, against a sandbox of their own."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

from binance_c2c.sandbox import Sandbox, serve
from tests.support.servers.redis_server import RedisServer

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
OFFLINE = {name: value for name, value in os.environ.items() if not name.startswith("BINANCE_")}
"""The environment of somebody who has no key, and so asks a sandbox."""

SAYS = {
    "chat_bot.py": [
        "new",
        "the buyer reads: Please pay 1845.00 MXN, and send the receipt here.",
        "a receipt came",
        "released",
        "the buyer reads: Received and released. Thank you!",
    ],
    "dashboard.py": [
        "│ USDT │  buy │    500 MXN │        18.46 │    2x │",
        "│ USDT │  buy │ 20,000 MXN │        18.41 │    2x │",
        "│  BTC │ sell │ 50,000 MXN │ 1,196,400.00 │    2x │",
    ],
    "django_desk.py": ["2 orders", "SELL 1845.00000000 MXN, COMPLETED", "SELL 738.00000000 MXN, TRADING"],
    "history_report.py": [],
    "release_ledger.py": ["is paid by the transfer T1", "is released"],
    "reprice.py": [
        "at the start: moved from 18.90 to 18.45",
        "a moment later: stays at 18.45",
        "a rival comes with 17.50: moved from 18.45 to 17.49",
        "the market falls to 14: not moved to 17.00: outside the band that the exchange allows; is yours still right?",
        "a moment later: rests after too many updates",
        "after five minutes: moved from 17.49 to 17.29",
    ],
}
"""For each example what it prints, among other things, without the numbers of orders."""
ELSEWHERE = {"fleet.py", "test_reprice.py"}
"""Examples that need more than a command of their own; their tests are below."""


def run(*command: str, folder: Path, **environment: str) -> str:
    """Run a Python command in a folder, and return what it printed. It has to end well, without a warning."""
    whole = [sys.executable, "-W", "error", *command]
    done = subprocess.run(
        whole, cwd=folder, env={**OFFLINE, **environment}, capture_output=True, text=True, timeout=300, check=False
    )
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    return done.stdout


def test_every_example_is_tested():
    """An example without a test would rot."""
    assert sorted([*SAYS, *ELSEWHERE]) == sorted(path.name for path in EXAMPLES.glob("*.py"))


def test_an_example_is_read_at_one_sitting():
    """Each program in examples/ has 30 lines at least, and 120 at most."""
    sizes = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in EXAMPLES.glob("*.py")}

    assert {} == {name: size for name, size in sizes.items() if not 30 <= size <= 120}


def test_the_index_lists_every_example():
    """The table in examples/README.md has a line for each file beside it, and for no other."""
    index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in index.splitlines() if line.startswith("| `")}
    here = {path.name for path in EXAMPLES.iterdir() if path.is_file()}

    assert here - {"README.md"} == listed


TEST_OF_A_BOT = """
from binance_c2c import C2CClient

def test_there_are_ads():
    with C2CClient.from_env() as client:
        assert client.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")
        assert client.users.me()
"""


def test_the_job_for_ci_passes_beside_its_service(tmp_path: Path):
    """With the environment of examples/ci.yml and a sandbox as the service, what the job runs finds an exchange."""
    job = yaml.safe_load((EXAMPLES / "ci.yml").read_text(encoding="utf-8"))["jobs"]["test"]
    steps = [step["run"] for step in job["steps"] if "run" in step]
    (tmp_path / "test_bot.py").write_text(TEST_OF_A_BOT, encoding="utf-8")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    with serve(Sandbox()) as url:
        port = job["services"]["sandbox"]["ports"][0].partition(":")[0]
        assert f"http://127.0.0.1:{port}" == job["env"]["BINANCE_C2C_BASE_URL"]
        environment = {**OFFLINE, **job["env"], "BINANCE_C2C_BASE_URL": url, "PATH": path}
        for step in steps:
            if not step.startswith("pip install "):
                assert "1 passed" in printed_by(step, tmp_path, environment)


def printed_by(command: str, folder: Path, environment: dict[str, str]) -> str:
    """What a shell prints that runs a command."""
    whole = ["sh", "-eu", "-c", command]
    return subprocess.run(whole, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("name", SAYS)
def test_an_example_plays_against_the_sandbox(name: str, tmp_path: Path):
    """One command, no key and no network: it ends by itself, complains of nothing, and shows its steps."""
    printed = run(str(EXAMPLES / name), folder=tmp_path)
    told = {line.partition("  ")[2] if line.startswith(("2", "f")) else line for line in printed.splitlines()}

    assert set() == set(SAYS[name]) - told


def test_the_history_becomes_a_table_and_a_picture(tmp_path: Path):
    """All orders are in the CSV, cancelled ones too; a plot lies beside it; the frame has thirty days of two sides."""
    printed = run(str(EXAMPLES / "history_report.py"), str(tmp_path), folder=tmp_path)
    lines = (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()

    assert 1 + 3 * 30 == len(lines)
    assert b"\x89PNG" == (tmp_path / "history.png").read_bytes()[:4]
    assert "shape: (60, 8)" in printed


def test_a_bots_own_tests_pass():
    """`pytest examples/test_reprice.py` runs from the root of a clone, with the plugin's fixtures."""
    printed = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "examples/test_reprice.py", folder=ROOT)

    assert printed.startswith(".....")


def test_a_run_within_a_run_has_its_own_options():
    """Tests that start pytest pass whatever options the environment gives to their own run."""
    asked = ("-q", "-p", "no:cacheprovider", f"{Path(__file__).relative_to(ROOT)}::test_a_bots_own_tests_pass")
    printed = run("-m", "pytest", *asked, folder=ROOT, PYTEST_ADDOPTS="-vv")

    assert "test_a_bots_own_tests_pass PASSED" in printed


def test_the_notebook_runs(tmp_path: Path):
    """Each cell of the notebook runs without an error; it ends with the picture and the orders."""
    notebook = nbformat.read(EXAMPLES / "market.ipynb", as_version=4)  # type: ignore[no-untyped-call]  # It has no types.
    folder = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(notebook, kernel_name="python3", timeout=None, startup_timeout=3600, resources=folder)
    asyncio.run(client.async_execute(env=OFFLINE))
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]

    assert any("image/png" in output.get("data", {}) for output in shown)
    assert "[]" == shown[-1]["data"]["text/plain"]


def test_a_fleet_shares_one_budget(redis_server: RedisServer, tmp_path: Path):
    """Processes that meet in Redis are held back before each has asked all it wanted, and Redis holds their counts."""
    command = [sys.executable, str(EXAMPLES / "fleet.py")]
    environment = {**OFFLINE, "REDIS_URL": redis_server.url}
    # On a busy machine Redis may be slow, which each process says on its standard error, and goes on with its share.
    done = subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    [asked] = [int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("together")]

    assert 0 < asked < 60
    assert any(key.startswith("binance-c2c:") for key in redis_server.contents())
