"""Fixtures for the tests of programs that use the SDK: a sandbox exchange, its clients, and cassettes.

pytest loads this with every run, so a module that costs time or needs an extra is imported by the fixture that uses it.
"""

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from binance_c2c import AsyncC2CClient, C2CClient
    from binance_c2c.pytest_plugin.cassettes import C2CCassette
    from binance_c2c.pytest_plugin.matching import Options
    from binance_c2c.sandbox import Sandbox


_FAILED = pytest.StashKey[bool]()
_RECORDED = pytest.StashKey["C2CCassette | None"]()
_MARKER = """c2c_cassette(match_on=(...), ignore=(...), time_tolerance=60.0, wall_clock=False): how c2c_cassette finds
    the recorded answer to a request: the parts that are compared (method, path, query, body), the parameters that are
    not (wire names), and by how many seconds times may differ; with wall_clock=True the client keeps this machine's
    clock"""
_ARGUMENTS = ("match_on", "ignore", "time_tolerance", "wall_clock")
# Characters that every file system accepts, tells apart and keeps as they are.
_PLAIN_NAME = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9_]{1,80}")
_LONGEST_NAME = 60


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--c2c-record`, and `c2c_all_played` for the configuration file."""
    group = parser.getgroup("binance-c2c")
    record_help = "record the cassettes of c2c_cassette anew; each is replaced when its test has passed"
    group.addoption("--c2c-record", action="store_true", help=record_help)
    all_played_help = "fail a passing test whose c2c_cassette holds answers that it did not ask for"
    parser.addini("c2c_all_played", all_played_help, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker `c2c_cassette` known."""
    config.addinivalue_line("markers", " ".join(_MARKER.split()))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forgets how an earlier run of the test ended: some plugins run failed tests again."""
    item.stash[_FAILED] = False
    item.stash[_RECORDED] = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> "Generator[None, pytest.TestReport, pytest.TestReport]":
    """Notes which tests failed, and saves the recordings of the others."""
    report = yield
    if not (report.passed or hasattr(report, "wasxfail")):
        item.stash[_FAILED] = True
    recorded = item.stash.get(_RECORDED, None)
    if call.when == "teardown" and recorded is not None and not item.stash[_FAILED]:
        try:
            recorded.save()
        except OSError as error:
            report.outcome = "failed"
            report.longrepr = f"the cassette cannot be written: {error}"
    return report


@pytest.fixture
def c2c_sandbox() -> "Sandbox":
    """A fresh exchange with two accounts, `merchant` and `taker`. Its clock is moved by `c2c_sandbox.clock.advance`."""
    from binance_c2c.sandbox import Sandbox  # noqa: PLC0415 - an extra

    return Sandbox()


@pytest.fixture
def c2c_client(c2c_sandbox: "Sandbox") -> "Generator[C2CClient]":
    """The merchant's client in `c2c_sandbox`. It does not wait before a retry, and delays move the sandbox's clock."""
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
    yield from _async_client(c2c_sandbox, "merchant")


@pytest.fixture
def c2c_async_taker(c2c_sandbox: "Sandbox") -> "Generator[AsyncC2CClient]":
    """The taker's async client in `c2c_sandbox`; otherwise like `c2c_client`."""
    yield from _async_client(c2c_sandbox, "taker")


@pytest.fixture
def c2c_cassette(request: pytest.FixtureRequest) -> "Generator[C2CCassette]":
    """The recording of this test, in `cassettes/` beside its file. `--c2c-record` makes it anew.

    A recording is replaced when the test has passed, and otherwise left as it was. `@pytest.mark.c2c_cassette(…)`
    sets how requests are compared with recorded ones. With `c2c_all_played = true` in pytest's configuration a test has
    to ask for every recorded answer.
    """
    from binance_c2c.pytest_plugin.cassettes import playing  # noqa: PLC0415 - an extra

    item: pytest.Item = request.node
    path, record = _path(item), bool(request.config.getoption("--c2c-record"))
    with playing(path, _options(item), record=record) as played:
        yield played
    if record:
        item.stash[_RECORDED] = played
    unplayed = played.unplayed if request.config.getini("c2c_all_played") and not record else []
    if unplayed and not item.stash[_FAILED]:
        pytest.fail(f"{path} holds answers that the test did not ask for: {', '.join(unplayed)}", pytrace=False)


def _options(item: pytest.Item) -> "Options":
    from binance_c2c.pytest_plugin.matching import Options  # noqa: PLC0415

    given: dict[str, Any] = {}
    # The nearest marker comes first, and overrides the others.
    for marker in reversed(list(item.iter_markers("c2c_cassette"))):
        if marker.args:
            raise pytest.UsageError(f"@pytest.mark.c2c_cassette takes keyword arguments: {', '.join(_ARGUMENTS)}")
        given |= marker.kwargs
    unknown = [name for name in given if name not in _ARGUMENTS]
    if unknown:
        message = f"@pytest.mark.c2c_cassette has no argument {unknown[0]!r}; it takes {', '.join(_ARGUMENTS)}"
        raise pytest.UsageError(message)
    return Options(**given)


def _path(item: pytest.Item) -> "Path":
    """The file of a test's cassette. Tests of different names have different files, on every file system."""
    nodes = [node.name for node in item.listchain() if isinstance(node, (pytest.Class, pytest.Item))]
    name = "::".join(nodes)
    if not _PLAIN_NAME.fullmatch(name):
        readable = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:_LONGEST_NAME]
        name = f"{readable}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    return item.path.parent / "cassettes" / item.path.stem / f"{name}.json"


def _async_client(sandbox: "Sandbox", account: str) -> "Generator[AsyncC2CClient]":
    import asyncio  # noqa: PLC0415

    from binance_c2c import AsyncC2CClient  # noqa: PLC0415

    client = AsyncC2CClient.in_sandbox(sandbox, account=account, **_settings(sandbox))
    yield client
    # It holds no connection, so any event loop may close it.
    asyncio.run(client.aclose())


def _settings(sandbox: "Sandbox") -> dict[str, Any]:
    from binance_c2c import RetryPolicy  # noqa: PLC0415
    from binance_c2c.sandbox import SandboxTransport  # noqa: PLC0415 - an extra

    def sleep(seconds: float) -> None:
        sandbox.clock.advance(seconds=seconds)

    return {"retry": RetryPolicy(first_wait=0), "http": SandboxTransport(sandbox, sleep=sleep)}
