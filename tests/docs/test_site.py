"""The site as it is built: whole, and with nothing that is loaded from elsewhere."""

import http.server
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.support.ui import WebDriverWait

from docs.maker import build, pages
from docs.maker.code import PACKAGES, public_names
from tests.support.browser import chromium, look, need_chromium

LOADED = re.compile(r"<(?:script|img|iframe|source)[^>]*\ssrc=\"([^\"]*)\"|<link[^>]*\shref=\"([^\"]*)\"")

OPEN_SEARCH = """
const within = document.activeElement?.shadowRoot?.activeElement;
if (within?.tagName === "INPUT") return true;
document.querySelector(".md-search__button").click();
return false;
"""
FOUND = """
const links = [...document.activeElement?.shadowRoot?.querySelectorAll("a") ?? []].map((one) => one.href);
return links.some((one) => one.includes("187055")) ? links : null;
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site. Its build is strict: a link or an anchor that leads nowhere fails it."""
    folder = tmp_path_factory.mktemp("docs")
    assert 0 == build(folder)
    return folder / "site"


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """Where the site is served on this machine."""

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            del format, args

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_site_is_whole_and_loads_nothing_from_elsewhere(site: Path):
    """Every page is there, with the docstrings of every public name, and its files are the site's own."""
    html = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}

    assert {str(Path(name).with_suffix(".html")) for name in pages()} | {"404.html"} == set(html)
    whole = "".join(html.values())
    anchors = [f"{package}.{name}" for package in PACKAGES for name in public_names(package)]
    assert [] == [anchor for anchor in anchors if f'id="{anchor}"' not in whole]
    loaded = {found[0] or found[1] for text in html.values() for found in LOADED.findall(text)}
    assert loaded
    assert [] == [one for one in loaded if re.match(r"[a-z]+:|//", one) and not one.startswith("data:")]


def test_search_finds_how_to_handle_187055(address: str, tmp_path: Path):
    """In a browser that reaches nothing but the site, the search leads to the code and to the guide about it."""
    need_chromium()
    browser = chromium(tmp_path)
    try:
        look(browser, width=1280)
        browser.get(f"{address}/index.html")
        wait = WebDriverWait(browser, 60, poll_frequency=0.05)
        # The page's script makes the field, at its own time after the page is there.
        wait.until(lambda it: it.execute_script(OPEN_SEARCH))
        ActionChains(browser).send_keys("187055").perform()
        found: list[str] = wait.until(lambda it: it.execute_script(FOUND))
        elsewhere: list[str] = browser.execute_script(
            "return performance.getEntriesByType('resource').map((one) => one.name)"
            ".filter((one) => !one.startsWith(location.origin))"
        )
        complaints = browser.execute("getLog", {"type": "browser"})["value"]
    finally:
        browser.quit()

    assert {"reference/error-codes.html", "guides/repricing.html"} <= {
        one.removeprefix(f"{address}/").partition("?")[0] for one in found
    }
    assert ([], []) == (elsewhere, complaints)


WIDEST = (
    *("index", "getting-started", "guides/clients", "guides/errors", "guides/testing", "reference/code/clients"),
    *("reference/command-line", "reference/enums", "reference/error-codes"),
    *("reference/models/orders", "reference/operations/orders"),
)
"""Pages with the longest words and the widest tables, of each kind some."""


def test_no_page_is_wider_than_a_telephone(address: str, tmp_path: Path):
    """At 360 pixels no page has to be scrolled sideways."""
    need_chromium()
    browser = chromium(tmp_path)
    wide: list[str] = []
    try:
        look(browser, width=360)
        for name in WIDEST:
            browser.get(f"{address}/{name}.html")
            if browser.execute_script("return document.documentElement.scrollWidth") > 360:
                wide.append(name)
    finally:
        browser.quit()

    assert [] == wide
