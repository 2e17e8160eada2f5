"""`binance-c2c sandbox` with a filled market, a history, accounts, a log, and the variables for other programs."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from binance_c2c import C2CClient
from binance_c2c.cli.local import LOCAL_COMMANDS
from binance_c2c.sandbox import Sandbox
from tests.support.servers.command_line import Run
from tests.support.servers.commands import COMMAND, serving

ALICE = 'nickname = "AliceCambio"\n[balances]\nUSDT = 77\n[[payment_methods]]\nidentifier = "SPEI"\n'


def test_a_market_a_history_and_an_account_from_the_shell(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch):
    """A second process sees them over HTTP with the variables it is given; after a restart they are there still."""
    (tmp_path / "alice.toml").write_text(ALICE)
    state = tmp_path / "desk.json"
    seeds = ["--seed-market", "--fiats", "mxn,ars", "--assets", "usdt", "--ads", "60", "--history", "1", "--seed", "4"]
    flags = ["sandbox", "--port", "0", "--account", f"alice={tmp_path / 'alice.toml'}", "--state", str(state)]
    with serving(*flags, *seeds) as (_, base_url):
        port = base_url.rpartition(":")[2]
        told = run(f"sandbox --print-env --account alice --port {port} --json")
        for name, value in json.loads(told.out)["merchant"].items():
            monkeypatch.setenv(name, value)
        history = json.loads(run("orders history --json --limit 500").out)
        offers = json.loads(run("ads search USDT ARS BUY --json").out)
        for name, value in json.loads(told.out)["alice"].items():
            monkeypatch.setenv(name, value)
        placed = json.loads(run("trigger order-placed --account alice --json").out)
        ads = json.loads(run("ads mine --json").out)
    with serving(*flags, *seeds) as (process, base_url):
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", base_url)
        again = json.loads(run("orders show " + placed["order_number"] + " --json").out)
        process.send_signal(signal.SIGINT)
        process.wait()

    assert len(history) > 20
    assert len({one["nickname"] for one in offers}) > 3
    assert [one["adv_no"] for one in ads]
    assert placed["order_number"] == again["order_number"]
    assert {"alice"} < Sandbox.load(state).keys.keys()


def test_the_line_it_begins_with_is_json_where_that_is_wanted():
    """Address and keys of all accounts, in one line; the log goes elsewhere, an object for each request."""
    process = subprocess.Popen(
        [*COMMAND, *["sandbox", "--port", "0", "--account", "bob", "--json", "--log"]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    began = json.loads(process.stdout.readline())
    key = began["accounts"]["bob"]
    with C2CClient(**key, base_url=began["base_url"]) as client:
        client.users.me()
    process.send_signal(signal.SIGINT)
    out, log = process.communicate()

    assert ({"merchant", "taker", "bob"}, {}) == (began["accounts"].keys(), began["public_keys"])
    assert (0, "") == (process.returncode, out)
    [logged] = map(json.loads, log.splitlines())
    assert ("POST", "/sapi/v1/c2c/user/baseDetail", 200, "000000", "bob") == tuple(
        logged[name] for name in ("method", "path", "status", "code", "account")
    )
    assert [] == [part for part in (*key.values(), "signature") if part in log]


def test_the_variables_are_for_a_shell(run: Run):
    """`eval` of them sets those of the first account that is named; the others are told in comments."""
    told = run("sandbox --print-env --account alice --port 8801")
    shell = subprocess.run(
        [
            "/bin/sh",
            "-c",
            f"{told.out}\nexec {shlex.quote(sys.executable)} -c {shlex.quote('import os; print(dict(os.environ))')}",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    set_by_it: dict[str, str] = eval(shell.stdout)  # noqa: S307 - printed by Python above
    key = Sandbox()
    alice = key.add_account("alice")

    assert alice.api_key == set_by_it["BINANCE_API_KEY"]
    assert alice.api_secret == set_by_it["BINANCE_API_SECRET"]
    assert "http://127.0.0.1:8801" == set_by_it["BINANCE_C2C_BASE_URL"]
    assert "# taker: export BINANCE_API_KEY=sandboxTakerKey" in told.out
    assert "export BINANCE_API_KEY=sandboxMerchantKey" in run("sandbox --print-env").out.splitlines()[0]


def test_the_keys_of_all_accounts_are_printed(run: Run):
    """Those that are added too; one that is there and only described has the key that it had."""
    keys = json.loads(run("sandbox --print-keys --account alice --account merchant=mine.toml").out)

    assert ["alice", "merchant", "taker"] == list(keys)
    assert Sandbox().keys["merchant"].api_key == keys["merchant"]["api_key"]


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:8788"), ("192.0.2.7", "http://192.0.2.7:8788"), ("::1", "http://[::1]:8788")],  # noqa: S104
)
def test_the_variables_name_where_it_is_reached(host: str, url: str, run: Run):
    """By this machine's own address where it listens at all of them."""
    assert url == json.loads(run(f"sandbox --print-env --json --host {host}").out)["taker"]["BINANCE_C2C_BASE_URL"]


def test_a_wider_host_is_warned_of():
    """Before it answers: that others reach it, that keys are known, and how clients get past the rule on plain http."""
    process = subprocess.Popen(
        [*COMMAND, *["sandbox", "--port", "0", "--host", "0.0.0.0", "--allow-host", "desk", "--no-log"]],  # noqa: S104
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, warned = process.communicate()

    assert "http://127.0.0.1:" in told
    for words in ("Warning: at 0.0.0.0", "its keys are no secret", "allow_plain_http=True", "ssh -L"):
        assert words in warned


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("sandbox --fiats MXN", 2, "--fiats can only be given together with --seed-market"),
        ("sandbox --seed-market --fiats XXX", 2, "fiats: only MXN"),
        ("sandbox --seed-market --ads 0", 2, "ads: a number from 1 to 5000"),
        ("sandbox --history 99", 2, "months: a number from 1 to 60"),
        ("sandbox --account Alice", 2, "account: a name of up to 24 small letters"),
        ("sandbox --account alice=/nowhere/alice.toml", 2, "--account alice=/nowhere/alice.toml: No such file"),
        ("sandbox --print-env --port 0", 2, "--print-env: a --port other than 0 is expected"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(line: str, status: int, words: str, run: Run):
    """The option is named, and nothing is served."""
    told = run(line)

    assert (status, "") == (told.status, told.out)
    assert words in told.err
    assert 1 == told.err.count("\n")


def test_an_extra_that_is_missing_is_told_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run):
    """A public key is read by another package; without it the line says what to install."""
    pem = tmp_path / "key.pem"
    pem.write_text("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n")
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    told = run(f"sandbox --port 0 --no-log --public-key merchant={pem}")

    assert (3, "", 1) == (told.status, told.out, told.err.count("\n"))
    assert 'pip install "binance-c2c[keys]"' in told.err


@pytest.mark.parametrize("host", ["192.0.2.7", "no such name"])
def test_an_address_that_is_not_this_machine_is_told(host: str, run: Run):
    """Both options of the address are named, with what the system says and the next step."""
    told = run(f"sandbox --host '{host}' --port 0 --no-log")
    last = told.err.splitlines()[-1]

    assert (1, "") == (told.status, told.out)
    assert last.startswith(f"binance-c2c: --host {host} --port 0: the sandbox cannot listen there (")
    assert last.endswith("). Next: another --host, or --port 0 for a free port")
    assert "while attempting" not in last


def test_a_state_that_cannot_be_written_at_the_end_is_told(tmp_path: Path):
    """Its folder is gone by then: a line names the file, and the status tells a script."""
    folder = tmp_path / "kept"
    folder.mkdir()
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "--port", "0", "--no-log", "--state", str(folder / "state.json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    shutil.rmtree(folder)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()

    assert (1, 1) == (process.returncode, told.count("\n"))
    assert told.startswith(f"binance-c2c: {folder}/")
    assert told.endswith(": No such file or directory\n")


@pytest.mark.parametrize("flag", ["--account=", "--account=alice=", "--history=x", "--print-keys --print-env"])
def test_an_option_that_cannot_be_read_ends_with_status_2(flag: str, run: Run):
    """As everywhere."""
    told = run(f"sandbox {flag}")

    assert (2, "", 1) == (told.status, told.out, told.err.count("\n"))


@pytest.mark.parametrize("name", LOCAL_COMMANDS)
def test_the_help_is_the_same_with_and_without_the_extra(name: str, monkeypatch: pytest.MonkeyPatch, run: Run):
    """Every option and every example stand in it."""
    with_extra = run(f"{name} --help").out
    monkeypatch.setitem(sys.modules, "typer", None)

    assert with_extra == run(f"{name} --help").out
    one = LOCAL_COMMANDS[name]
    assert [] == [example for example in one.examples if f"  {example}\n" not in with_extra]
    assert [] == [
        option.name for option in one.options if option.name.startswith("-") and option.name not in with_extra
    ]
    assert len(one.examples) > 2


def test_shells_complete_its_options():
    """Those of the sandbox, the events of a trigger, and the operations that can be recorded."""

    def completed(words: str) -> str:
        variables = {
            **os.environ,
            "_BINANCE_C2C_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        return subprocess.run(COMMAND, env=variables, capture_output=True, text=True, check=False).stdout

    assert {"--seed", "--seed-market"} <= set(completed("binance-c2c sandbox --se").split())
    assert {"--print-env", "--print-keys"} <= set(completed("binance-c2c sandbox --print").split())
    assert ["timed-out"] == completed("binance-c2c trigger timed").split()
    assert ["orders.get"] == completed("binance-c2c record orders.ge").split()
