"""Options of the test run, and what several test modules are given."""

import logging
import os
import signal
from collections.abc import Iterator

import coverage
import pytest
from hypothesis import settings

from binance_c2c._core.limits import connection
from tests.support.log_watch import WATCHED, LogWatch
from tests.support.servers.redis_server import RedisServer, need_redis

# The same cases in every run, and none of them judged by how long it takes: machines are noisy.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


# This run has read its options. A test that starts a run of its own starts it without them.
for variable in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
    os.environ.pop(variable, None)

# A run in the background of a shell inherits that Ctrl-C is ignored, as would the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def redis_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    need_redis()
    # A fleet goes on alone when Redis is slow, which on a busy machine it may be at any time.
    monkeypatch.setattr(connection, "REPLY_TIMEOUT", 60.0)
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def log_watch() -> Iterator[LogWatch]:
    """Whatever the tests of this run let be logged holds neither key nor secret; if it does, the run fails."""
    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    for name in WATCHED:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield watch
    logging.getLogger().removeHandler(watch)

    assert [] == watch.told


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Save a worker's coverage when its tests end: pytest-xdist kills a worker that takes over ten seconds to exit."""
    running = coverage.Coverage.current()
    if running is not None and hasattr(session.config, "workerinput"):
        running.save()
