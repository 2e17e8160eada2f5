"""What the tests of connections are given."""

import pytest

from tests.support.servers.authority import Authority, make_authority
from tests.support.servers.ways import Way


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority for the servers of these tests."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def way(request: pytest.FixtureRequest, authority: Authority) -> Way:
    """One of the ways by which a call reaches the exchange; `tests.support.servers.ways` names them."""
    kind, route = request.param
    return Way(kind, route, authority)
