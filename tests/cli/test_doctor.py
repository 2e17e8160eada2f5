"""`doctor`: each thing that may be wrong is found, with what to do."""

import json
import re
import socket
from collections.abc import Mapping
from typing import Any

import pytest

from binance_c2c.sandbox import Answer, Sandbox, serve
from tests.support.servers.command_line import Outcome, Run


def checks(told: Outcome) -> dict[str, dict[str, str]]:
    """The rows that it printed, by check."""
    return {row["check"]: row for row in json.loads(told.out)}


class Bent(Sandbox):
    """A sandbox with something in between that changes requests or answers."""

    bend_query: tuple[bytes, bytes] = (b"", b"")
    bend_answer: tuple[bytes, bytes] = (b"", b"")
    drops_bodies = False

    def handle(self, method: str, path: str, query: bytes, headers: Mapping[str, str], body: bytes) -> Answer:
        bent = b"" if self.drops_bodies else body
        answer = super().handle(method, path, query.replace(*self.bend_query), headers, bent)
        return Answer(answer.status, answer.headers, answer.body.replace(*self.bend_answer))


@pytest.fixture
def bent(monkeypatch: pytest.MonkeyPatch) -> Any:
    sandbox = Bent()
    key = sandbox.keys["merchant"]
    with serve(sandbox) as base_url:
        monkeypatch.setenv("BINANCE_API_KEY", key.api_key)
        monkeypatch.setenv("BINANCE_API_SECRET", key.api_secret)
        monkeypatch.setenv("BINANCE_C2C_BASE_URL", base_url)
        yield sandbox


def test_all_is_well(exchange: Sandbox, run: Run):
    """Each check says what was found; a key that works from anywhere is a loud warning, and the status is 0."""
    del exchange
    told = run("doctor")
    found = checks(told)

    assert 0 == told.status
    assert {"warning"} == {row["result"] for row in found.values()} - {"ok"}
    assert "THIS KEY WORKS FROM ANY ADDRESS" == found["addresses"]["found"]
    assert "from the environment" == found["key"]["found"]
    assert " ms" in found["clock"]["found"]
    assert "arrive as they were signed" in found["special characters"]["found"]
    assert "business is open" == found["P2P account"]["found"]
    assert "of 12000 (sapi-ip-1m)" in found["used weight"]["found"]
    assert "httpx" in found["versions"]["found"]


def test_an_unreachable_host_is_found(run: Run, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch):
    """The rest is not tried; status 5."""
    del exchange
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    monkeypatch.setenv("BINANCE_C2C_BASE_URL", address)
    told = run("doctor")

    assert 5 == told.status
    assert "failed" == checks(told)["host"]["result"]
    assert "check the network" in checks(told)["host"]["next"]
    assert told.err.endswith("checks failed: host\n")


def test_a_missing_key_is_found(run: Run, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch):
    """What needs none is looked at all the same; status 3."""
    del exchange
    monkeypatch.delenv("BINANCE_API_KEY")
    monkeypatch.delenv("BINANCE_API_SECRET")
    told = run("doctor")

    assert (3, "failed", "ok") == (told.status, checks(told)["key"]["result"], checks(told)["host"]["result"])


def test_a_wrong_secret_is_found(run: Run, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch):
    """Status 4, with the exchange's advice."""
    del exchange
    monkeypatch.setenv("BINANCE_API_SECRET", "wrong")
    told = run("doctor")

    assert 4 == told.status
    assert "-1022" in checks(told)["signed GET"]["found"]
    assert checks(told)["signed GET"]["next"]


def test_a_wrong_clock_is_found(run: Run, exchange: Sandbox):
    """By how much, with its uncertainty; the SDK corrects for it, so it is a warning."""
    exchange.clock.advance(minutes=10)
    found = checks(run("doctor"))

    assert "warning" == found["clock"]["result"]
    assert "NTP" in found["clock"]["next"]
    assert re.fullmatch("(599|600) s behind the exchange's, give or take [0-9]+ ms", found["clock"]["found"])


def test_too_much_power_is_found(run: Run, bent: Bent):
    """A key that can withdraw is a loud warning; one that may not read, too."""
    bent.bend_answer = (
        b'"enableReading":true,"enableWithdrawals":false',
        b'"enableReading":false,"enableWithdrawals":true',
    )
    found = checks(run("doctor"))

    assert "THIS KEY CAN WITHDRAW COINS" == found["withdrawals"]["found"]
    assert "warning" == found["reading"]["result"]


def test_a_restricted_key_is_no_warning(run: Run, bent: Bent):
    """With addresses restricted nothing is said of them."""
    bent.bend_answer = (b'"ipRestrict":false', b'"ipRestrict":true')

    assert "addresses" not in checks(run("doctor"))


def test_a_changed_query_is_found(run: Run, bent: Bent):
    """Where something in between decodes and encodes anew, plain requests work and these do not."""
    bent.bend_query = (b"%2B", b"+")
    told = run("doctor")

    assert (4, "failed", "ok") == (
        told.status,
        checks(told)["special characters"]["result"],
        checks(told)["signed GET"]["result"],
    )


def test_a_refused_parameter_proves_the_signature(run: Run, bent: Bent):
    """An exchange that does not take the parameter has accepted the signature over it."""
    refused = b'{"code":-1104,"msg":"Not all sent parameters were read."}'

    class Refusing(Bent):
        def handle(self, method: str, path: str, query: bytes, headers: Mapping[str, str], body: bytes) -> Answer:
            if query.startswith(b"probe="):
                return Answer(400, {"Content-Type": "application/json"}, refused)
            return super().handle(method, path, query, headers, body)

    bent.__class__ = Refusing

    assert "(the parameter itself was not: -1104)" in checks(run("doctor"))["special characters"]["found"]


def test_a_lost_body_is_found(run: Run, bent: Bent):
    """Where something in between drops bodies, reading by POST fails."""
    bent.drops_bodies = True
    told = run("doctor")

    assert ("failed", "ok") == (checks(told)["signed POST"]["result"], checks(told)["signed GET"]["result"])
    assert 0 != told.status


def test_proxies_are_told_without_their_passwords(run: Run, monkeypatch: pytest.MonkeyPatch):
    """What the environment names is in use, and who it is for stays hidden."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy.example:3128")
    monkeypatch.setenv("ALL_PROXY", "socks5://proxy.example")
    told = run("doctor --sandbox")

    assert "HTTPS_PROXY=http://[hidden]@proxy.example:3128" in told.out
    assert "secret" not in told.out


def test_what_is_not_installed_is_told(run: Run, monkeypatch: pytest.MonkeyPatch):
    """A package that is missing is named."""
    monkeypatch.setattr("binance_c2c.cli.commands.doctor._PACKAGES", ("httpx", "no-such-package"))

    assert "no no-such-package" in checks(run("doctor --sandbox"))["versions"]["found"]
