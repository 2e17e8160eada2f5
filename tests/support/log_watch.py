"""Searches everything that is logged during a test run for the keys and secrets that tests use."""

import logging
import os
import re

from binance_c2c.sandbox import Sandbox
from tests.support.clients import KEY, SECRET

SECRETS = (KEY, SECRET, *(part for key in Sandbox().keys.values() for part in (key.api_key, key.api_secret)))
# These loggers report requests. Others do not, and would slow the run down.
WATCHED = ("binance_c2c", "httpx", "httpcore", "hpack", "redis")
_FOUND = re.compile("|".join(SECRETS))


class LogWatch(logging.Handler):
    """Notes which logger leaked a secret in which test; never the text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.searched = 0
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.searched += 1
        if _FOUND.search(f"{self.format(record)} {vars(record)}"):
            self.told.append(f"{record.name} in {os.environ.get('PYTEST_CURRENT_TEST', 'no test')}")
