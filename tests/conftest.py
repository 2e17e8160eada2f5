"""Options of the test run."""

import pytest
from hypothesis import settings

# The same cases in every run, and none of them judged by how long it takes: machines are noisy.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="record the cassettes anew, from the sandbox")
