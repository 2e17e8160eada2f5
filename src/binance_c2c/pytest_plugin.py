"""Fixtures for the tests of whoever uses the SDK: an exchange of one's own, its clients, and cassettes.

pytest loads this with every run, so whatever costs time or needs an extra is imported by the fixture that uses it.
"""

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from binance_c2c import AsyncC2CClient, C2CClient
    from binance_c2c._cassettes import C2CCassette
    from binance_c2c.sandbox import Sandbox


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--c2c-record`."""
    group = parser.getgroup("binance-c2c")
    group.addoption("--c2c-record", action="store_true", help="record the cassettes of c2c_cassette anew")


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
    """The recording of this test, in `cassettes/` beside its file. `--c2c-record` makes it anew."""
    from binance_c2c._cassettes import cassette  # noqa: PLC0415 - an extra

    name = re.sub(r"[^\w.-]+", "_", request.node.name)
    path = request.path.parent / "cassettes" / request.path.stem / f"{name}.json"
    with cassette(path, record=bool(request.config.getoption("--c2c-record"))) as played:
        yield played


def _settings(sandbox: "Sandbox") -> dict[str, Any]:
    from binance_c2c import RetryPolicy  # noqa: PLC0415
    from binance_c2c.sandbox import SandboxTransport  # noqa: PLC0415 - an extra

    def sleep(seconds: float) -> None:
        sandbox.clock.advance(seconds=seconds)

    return {"retry": RetryPolicy(first_wait=0), "http": SandboxTransport(sandbox, sleep=sleep)}
