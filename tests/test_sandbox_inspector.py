"""The inspector's page as a person meets it: in a real browser, by mouse and by keyboard."""

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from binance_c2c.sandbox import Sandbox, serve
from tests.support.browser import chromium, look, need_chromium
from tests.test_sandbox_by_hand import BUY_AD, OPERATIONS_BY_HAND, Clock, Trader, signed

HOSTILE = "<img src=x onerror='document.title=1'>\"><script>document.title=2</script>"
MINE = OPERATIONS_BY_HAND["payment_methods.mine"][1]

# The contrast of WCAG between two colours of the page, the second of which may be transparent.
CONTRAST = """
const [element] = arguments;
const luminance = (rgb) => rgb.map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
let behind = element;
while (numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
const paper = luminance(numbers(getComputedStyle(behind).backgroundColor).slice(0, 3));
const ink = luminance(numbers(getComputedStyle(element).color).slice(0, 3));
return (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05);
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    need_chromium()
    browser = chromium(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.quit()


class Desk:
    """A sandbox that is served, its two traders, and the page open beside it."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser
        self.clock = Clock()
        self.sandbox = Sandbox(now=self.clock)
        self.merchant = Trader(self.sandbox, "merchant", self.sandbox_seconds)
        self.taker = Trader(self.sandbox, "taker", self.sandbox_seconds)

    def sandbox_seconds(self) -> float:
        return self.sandbox.clock.now_ms() / 1000

    def wait(self, script: str) -> object:
        """What a script says once that is something."""
        return WebDriverWait(self.browser, 20, poll_frequency=0.02).until(lambda it: it.execute_script(script))

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)"
        found: list[str] = self.browser.execute_script(script, selector)
        return found

    def wait_for(self, selector: str, text: str) -> None:
        WebDriverWait(self.browser, 20, poll_frequency=0.02).until(lambda _: text in self.texts(selector))

    def press(self, key: str) -> None:
        self.browser.switch_to.active_element.send_keys(key)

    def click(self, label: str) -> None:
        self.wait_for("button", label)
        script = "[...document.querySelectorAll('button')].find((one) => one.textContent === arguments[0]).click()"
        self.browser.execute_script(script, label)


@pytest.fixture
def desk(browser: webdriver.Chrome) -> Iterator[Desk]:
    desk = Desk(browser)
    with serve(desk.sandbox) as url:
        look(browser, width=1280)
        # What the page of an earlier test said when its server ended is not this one's complaint.
        browser.execute("getLog", {"type": "browser"})
        browser.get(url)
        desk.wait("return document.querySelector('#link').textContent === 'live'")
        desk.wait("return document.querySelector('#balances tbody tr')")
        yield desk
        messages = browser.execute("getLog", {"type": "browser"})["value"]
        browser.get("about:blank")
    assert [] == messages, "the page complained"


def test_a_request_shows_up_by_itself(desk: Desk):
    """A row with operation, status, code and account appears as soon as a request is answered."""
    desk.merchant.do("payment_methods.mine")
    desk.wait("return document.querySelector('#requests tbody tr')")

    assert ["200", "000000", "payment_methods.mine", "merchant"] == desk.texts("#requests tbody td")[1:]


def test_a_wrong_signature_is_explained_by_keyboard(desk: Desk):
    """Arrow keys and Enter open a request with its diagnosis; Escape leads back to its row."""
    desk.merchant.do("payment_methods.mine")
    good = desk.merchant.query(note="a b")
    desk.sandbox.handle("GET", MINE, good.replace(b"%20", b"+"), desk.merchant.headers(), b"")
    desk.merchant.do("payment_methods.mine")
    desk.wait("return document.querySelectorAll('#requests tbody tr').length === 3")
    desk.browser.execute_script("document.querySelector('#refused-only').focus()")
    for key in (Keys.TAB, Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_DOWN, Keys.ENTER):
        desk.press(key)
    desk.wait("return document.activeElement.id === 'detail-title'")

    assert ["You hashed %20 for a space and sent +: send %20."] == desk.texts(".diagnosis")
    assert ["+", "%"] == desk.texts("mark")
    desk.press(Keys.ESCAPE)
    assert "payment_methods.mine" == desk.browser.switch_to.active_element.text
    assert "refused" == desk.browser.execute_script("return document.activeElement.closest('tr').className")
    assert ["Refused: payment_methods.mine, -1022"] == desk.texts("#news")


def test_only_refusals_may_be_listed(desk: Desk):
    """A box hides what went well."""
    desk.merchant.do("payment_methods.mine")
    desk.sandbox.handle("GET", MINE, signed("no", "a=1"), desk.merchant.headers(), b"")
    desk.wait("return document.querySelectorAll('#requests tbody tr').length === 2")
    desk.browser.find_element("id", "refused-only").click()

    shown = [row.text for row in desk.browser.find_elements("css selector", "#requests tbody tr") if row.is_displayed()]
    assert 1 == len(shown)
    assert "-1102" in shown[0]


def test_a_person_plays_the_buyer(desk: Desk):
    """The buyer's buttons place an order on the merchant's ad and pay it, at an amount that is typed."""
    ad = desk.merchant.post_ad()
    desk.wait_for("button", "taker buys")
    total = desk.browser.find_element("css selector", "#ads input")
    total.clear()
    total.send_keys("1234")
    desk.click("taker buys")
    desk.wait_for("#orders td", "1234.00 MXN")
    desk.click("taker pays")
    desk.wait_for("#orders td", "paid")

    [order] = desk.merchant.do("orders.list", {"page": 1, "rows": 20})
    assert (ad, "1234.00", 2) == (order["advNo"], order["totalPrice"], order["orderStatus"])
    desk.click("merchant releases")
    desk.wait_for("#orders td", "completed")


def test_a_move_that_is_refused_says_why(desk: Desk):
    """The exchange's words stand at the top of the page, until a move goes well."""
    desk.merchant.post_ad()
    desk.wait_for("button", "taker buys")
    total = desk.browser.find_element("css selector", "#ads input")
    total.clear()
    total.send_keys("1")
    desk.click("taker buys")

    desk.wait("return document.querySelector('#said').textContent.includes('limits')")
    desk.click("+1 min")
    desk.wait("return document.querySelector('#said').textContent === ''")


def test_the_clock_goes_forward(desk: Desk):
    """A quarter of an hour later an order that nobody paid is over, on the page as well."""
    order = desk.taker.place(desk.merchant.post_ad())
    desk.wait_for("button", "taker pays")
    desk.click("+15 min")
    desk.wait_for("#orders td", "cancelled by system")

    assert 7 == desk.taker.status(order)


def test_faults_are_ordered_on_the_page(desk: Desk):
    """One is chosen, put in force for some operations, seen in the list, and cleared."""
    desk.wait("return document.querySelector('#fault-kind').options.length")
    desk.browser.find_element("id", "fault-kind").send_keys("firewall")
    for name, text in (("fault-operations", "ads.*"), ("fault-times", "2")):
        desk.browser.find_element("id", name).clear()
        desk.browser.find_element("id", name).send_keys(text)
    desk.click("Add fault")
    desk.wait_for("#faults td", "ads.*")

    assert ["firewall", "ads.*", "2", "0"] == desk.texts("#faults td")
    assert 403 == desk.merchant.send("ads.list", {"page": 1, "rows": 1}).status
    desk.wait_for("#faults td", "1")
    desk.click("Clear all")
    desk.wait("return !document.querySelector('#faults td')")


def test_hostile_text_stays_text(desk: Desk):
    """Whatever a request carries, in path, query, header or body, is shown and never run."""
    headers = {**desk.merchant.headers(), "user-agent": HOSTILE, "clienttype": HOSTILE}
    desk.sandbox.handle("GET", f"/{HOSTILE}", HOSTILE.encode(), headers, HOSTILE.encode())
    desk.wait("return document.querySelector('#requests tbody tr')")
    desk.browser.find_element("css selector", "#requests tbody button").click()
    desk.wait("return !document.querySelector('#detail').hidden")

    assert any(HOSTILE in text for text in desk.texts("pre"))
    assert "C2C sandbox" == desk.browser.title
    assert [] == desk.texts("main img") + desk.texts("main script")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_it_fits_and_is_legible(desk: Desk, width: int, scheme: str):
    """From a phone's width up nothing sticks out sideways, and all text has the contrast of WCAG AA."""
    desk.taker.place(desk.merchant.post_ad())
    desk.sandbox.handle("GET", MINE, signed("no", f"x=1&{'y' * 300}=1"), desk.merchant.headers(), b"")
    look(desk.browser, width=width, scheme=scheme)
    desk.wait_for("button", "taker pays")
    desk.browser.execute_script("document.querySelector('#requests tbody button').click()")
    desk.wait("return document.querySelector('.diagnosis')")

    root = "document.documentElement"
    assert desk.browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    dark = desk.browser.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
    assert (scheme == "dark") == dark
    for selector in ("h1", "#link", "th", "td", "tr.refused .status", "button", ".diagnosis", "pre", ".hint", "h3"):
        element = desk.browser.find_element("css selector", selector)
        assert desk.browser.execute_script(CONTRAST, element) >= 4.5, selector


def test_it_finds_a_sandbox_that_was_started_again(browser: webdriver.Chrome):
    """The page lives through a restart of the exchange and lists the requests of the new one alone."""
    desk = Desk(browser)
    with serve(desk.sandbox) as url:
        for _ in range(3):
            desk.merchant.do("payment_methods.mine")
        browser.get(url)
        desk.wait("return document.querySelectorAll('#requests tbody tr').length === 3")
    desk.wait("return document.querySelector('#link').dataset.state === 'lost'")
    again = Desk(browser)
    with serve(again.sandbox, port=int(url.rpartition(":")[2])):
        again.taker.do("orders.list", {"page": 1, "rows": 1})
        desk.wait("return document.querySelectorAll('#requests tbody tr').length === 1")

        assert "orders.list" in desk.texts("#requests tbody td")
        browser.get("about:blank")


def test_a_person_plays_the_seller(desk: Desk):
    """On a BUY ad it is the taker who sells, and who releases once the merchant has paid."""
    desk.merchant.post_ad(BUY_AD)
    desk.click("taker sells")
    desk.click("merchant pays")
    desk.click("taker releases")
    desk.wait_for("#orders td", "completed")

    assert [""] == desk.texts("#said")
