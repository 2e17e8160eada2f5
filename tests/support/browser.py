"""Starts a headless Chromium with an empty profile."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

PROGRAMS = ("chromium", "chromedriver")
SWITCHES = (
    *("headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "no-proxy-server"),
    *("disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage"),
)


def need_chromium() -> None:
    """Skip a test where there is no Chromium to be started; in CI there always is."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        message = f"needs {' and '.join(missing)}: apt-get install chromium chromium-driver"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)


def chromium(profile: Path) -> webdriver.Chrome:
    """A new browser with this profile, which keeps the messages of its console."""
    binary, driver = (shutil.which(program) for program in PROGRAMS)
    options = webdriver.ChromeOptions()
    options.binary_location = str(binary)
    for switch in (*SWITCHES, f"user-data-dir={profile}"):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, Service(str(driver)))


def look(browser: webdriver.Chrome, *, width: int, scheme: str = "light") -> None:
    """Set the width of the page, in CSS pixels, and the colour scheme that its user prefers."""
    metrics: dict[str, Any] = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
