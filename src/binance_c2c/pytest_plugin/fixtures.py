"""Fixtures for the tests of whoever uses the SDK: an exchange of one's own, its clients, and cassettes.

pytest loads this with every run, so whatever costs time or needs an extra is imported by the fixture that uses it.
"""

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from binance_c2c import AsyncC2CClient, C2CClient
    from binance_c2c.pytest_plugin.cassettes import C2CCassette
    from binance_c2c.sandbox import Sandbox


_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--c2c-record`, and `c2c_all_played` for the configuration file."""
    group = parser.getgroup("binance-c2c")
    group.addoption("--c2c-record", action="store_true", help="record the cassettes of c2c_cassette anew")
    all_played_help = (
        "whether a test that passes fails after all where its c2c_cassette holds answers it did not ask for"
    )
    parser.addini("c2c_all_played", all_played_help, type="bool", default=False)


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Notes which tests did not come to their end."""
    if call.excinfo is not None:
        item.stash[_FAILED] = True


@pytest.fixture
def c2c_sandbox() -> "Sandbox":
    """A fresh exchange with two accounts, `merchant` and `taker`. Its clock is moved by `c2c_sandbox.clock.advance`."""
    from binance_c2c.sandbox import Sandbox  # noqa: PLC0415 - an extra

    return Sandbox()


@pytest.fixture
def c2c_client(c2c_sandbox: "Sandbox") -> "Generator[C2CClient]":
    """The merchant's client in `c2c_sandbox`. It waits before no repeat, and delays move the exchange's clock."""
    from binance_c2c import C2CClient  # noqa: PLC0415

    with C2CClient.in_sandbox(c2c_sandbox, **_settings(c2c_sandbox)) as client:
        yield client


@pytest.fixture
def c2c_taker(c2c_sandbox: "Sandbox") -> "Generator[C2CClient]":
    """The taker's client in `c2c_sandbox`; otherwise like `c2c_client`."""
    from binance_c2c import C2CClient  # noqa: PLC0415

    with C2CClient.in_sandbox(c2c_sandbox, account="taker", **_settings(c2c_sandbox)) as client:
        yield client


@pytest.fixture
def c2c_async_client(c2c_sandbox: "Sandbox") -> "Generator[AsyncC2CClient]":
    """The merchant's async client in `c2c_sandbox`; otherwise like `c2c_client`."""
    import asyncio  # noqa: PLC0415

    from binance_c2c import AsyncC2CClient  # noqa: PLC0415

    client = AsyncC2CClient.in_sandbox(c2c_sandbox, **_settings(c2c_sandbox))
    yield client
    # It holds no connection, so any event loop may close it.
    asyncio.run(client.aclose())


@pytest.fixture
def c2c_cassette(request: pytest.FixtureRequest) -> "Generator[C2CCassette]":
    """The recording of this test, in `cassettes/` beside its file. `--c2c-record` makes it anew.

    With `c2c_all_played = true` in pytest's configuration a test has to ask for all that is in it.
    """
    from binance_c2c.pytest_plugin.cassettes import cassette  # noqa: PLC0415 - an extra

    name = re.sub(r"[^\w.-]+", "_", request.node.name)
    path = request.path.parent / "cassettes" / request.path.stem / f"{name}.json"
    with cassette(path, record=bool(request.config.getoption("--c2c-record"))) as played:
        yield played
    unplayed = played.unplayed if request.config.getini("c2c_all_played") and not played.recording else []
    if unplayed and _FAILED not in request.node.stash:
        pytest.fail(f"{path} holds answers that the test did not ask for: {', '.join(unplayed)}", pytrace=False)


def _settings(sandbox: "Sandbox") -> dict[str, Any]:
    from binance_c2c import RetryPolicy  # noqa: PLC0415
    from binance_c2c.sandbox import SandboxTransport  # noqa: PLC0415 - an extra

    def sleep(seconds: float) -> None:
        sandbox.clock.advance(seconds=seconds)

    return {"retry": RetryPolicy(first_wait=0), "http": SandboxTransport(sandbox, sleep=sleep)}
