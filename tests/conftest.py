"""Options of the test run, and what several test modules are given."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.redis_server import RedisServer, need_redis

# The same cases in every run, and none of them judged by how long it takes: machines are noisy.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    need_redis()
    with RedisServer() as server:
        yield server
