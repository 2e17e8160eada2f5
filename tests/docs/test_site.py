"""The site as it is built: whole, and with nothing that is loaded from elsewhere."""

import http.server
import re
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

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


class Links(HTMLParser):
    """The places that a page of HTML has, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.places = {"", "__top"}
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name == "id" or (tag, name) == ("a", "name")):
                self.places.add(value)
            elif value and (tag, name) == ("a", "href"):
                self.links.add(value)


def test_no_link_of_the_site_leads_nowhere(site: Path):
    """Each link of each built page, those of the navigation and of docstrings too, has its file and its place there."""
    found = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    broken: list[str] = []
    for page, of_page in found.items():
        for link in sorted(of_page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            # The page for an address that there is not is shown at any depth, so its links begin at the top.
            start = site if parts.path.startswith("/") else page.parent
            target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (target in found and unquote(parts.fragment) not in found[target].places):
                broken.append(f"{page.relative_to(site)}: {link}")

    assert 500 < sum(len(one.links) for one in found.values())
    assert [] == broken


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
