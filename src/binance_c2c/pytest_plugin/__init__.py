"""Fixtures for the tests of programs that use this SDK: a sandbox, clients of it, and cassettes."""

from binance_c2c.pytest_plugin.fixtures import (
    c2c_async_client,
    c2c_async_taker,
    c2c_cassette,
    c2c_client,
    c2c_sandbox,
    c2c_taker,
    pytest_addoption,
    pytest_configure,
    pytest_runtest_makereport,
    pytest_runtest_setup,
)

__all__ = [
    "c2c_async_client",
    "c2c_async_taker",
    "c2c_cassette",
    "c2c_client",
    "c2c_sandbox",
    "c2c_taker",
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
]
