"""The inspector's page as a person meets it: in a real browser, by mouse and by keyboard."""

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from binance_c2c.sandbox import Fault, FaultKind, Sandbox, serve
from tests.support.browser import chromium, look, need_chromium
from tests.support.key_pairs import public_pem
from tests.support.sandbox_client import BUY_AD, OPERATIONS_BY_HAND, Clock, Trader, signed

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
        self.sandbox = Sandbox(now=self.clock, empty=True)
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

    def type_into(self, name: str, text: str) -> None:
        field = self.browser.find_element("id", name)
        field.clear()
        field.send_keys(text)

    def forget_refusals(self) -> None:
        """The browser notes down every answer with status 400; nothing else may stand there."""
        messages = self.browser.execute("getLog", {"type": "browser"})["value"]
        assert [] == [one for one in messages if "400 (Bad Request)" not in one["message"]]

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
        desk.type_into(name, text)
    desk.click("Add fault")
    desk.wait_for("#faults td", "ads.*")

    assert ["firewall, 403", "ads.*", "1", "2", "0"] == desk.texts("#faults td")
    assert 403 == desk.merchant.send("ads.list", {"page": 1, "rows": 1}).status
    desk.wait_for("#faults td", "1")
    desk.click("Clear all")
    desk.wait("return !document.querySelector('#faults td')")


def test_each_part_of_a_fault_is_given_by_keyboard(desk: Desk):
    """Tab leads through the fields that the kind has, Enter puts the fault in force with what they say."""
    desk.wait("return document.querySelector('#fault-kind').options.length")
    desk.browser.execute_script("document.querySelector('#fault-kind').focus()")
    for key in ("error-before", Keys.TAB, "ads.*", Keys.TAB, "3", Keys.TAB, "0.25", Keys.TAB, "520", Keys.ENTER):
        desk.press(key)
    desk.wait_for("#faults td", "error-before, 520")
    for key in (
        (Keys.SHIFT + Keys.TAB + Keys.NULL) * 4,
        "skew",
        Keys.TAB,
        Keys.TAB,
        Keys.TAB,
        Keys.TAB,
        "-90",
        Keys.ENTER,
    ):
        desk.press(key)
    desk.wait_for("#faults td", "skew, -90 s")
    first, second = (planned.fault for planned in desk.sandbox.faults)

    assert Fault(FaultKind.ERROR_BEFORE, "ads.*", times=3, probability=0.25, status=520) == first
    assert Fault(FaultKind.SKEW, "ads.*", times=3, probability=0.25, seconds=-90) == second


def test_a_kind_is_asked_for_what_it_has(desk: Desk):
    """Seconds and status are there for the kinds that have them, with what they are if nothing is said."""
    desk.wait("return document.querySelector('#fault-kind').options.length")
    shown: dict[str, list[str]] = {}
    for kind in FaultKind:
        Select(desk.browser.find_element("id", "fault-kind")).select_by_visible_text(kind)
        script = "return [...document.querySelectorAll('#fault-seconds, #fault-status')]"
        script += ".filter((one) => one.offsetParent).map((one) => one.placeholder)"
        chosen = desk.browser.execute_script("return document.querySelector('#fault-kind').value")
        shown[chosen] = desk.browser.execute_script(script)

    assert {
        kind: [f"{default:g}" for default in (kind.seconds, kind.status) if default is not None] for kind in FaultKind
    } == shown


@pytest.mark.parametrize(
    ("field", "text", "button", "words"),
    [
        ("fault-operations", "order.*", "Add fault", "the name of an operation or a pattern that fits some"),
        ("fault-times", "0", "Add fault", "a positive number"),
        ("fault-probability", "2", "Add fault", "a number from 0 to 1"),
        ("fault-seconds", "soon", "Add fault", "a number is expected, not 'soon'"),
        ("seed", "one", "Set seed", "a whole number is expected, not 'one'"),
        ("price", "0", "Set price", "a number from 0.01 to 1000000000000 is expected, not '0'"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(desk: Desk, field: str, text: str, button: str, words: str):
    """Told to those who do not see as well; the field has the focus, and the words go once it is right."""
    desk.wait("return document.querySelector('#fault-kind').options.length")
    desk.type_into(field, text)
    desk.click(button)
    desk.wait("return document.querySelector('.wrong')")

    assert desk.texts(f"#{field} + .wrong")[0].startswith(words)
    assert [""] == desk.texts("#said")
    element = desk.browser.switch_to.active_element
    told = [element.get_attribute(name) for name in ("id", "aria-invalid", "aria-describedby")]
    assert [field, "true", f"{field}-wrong"] == told
    assert ["alert"] == [one.get_attribute("role") for one in desk.browser.find_elements("class name", "wrong")]
    desk.type_into(field, "1" if field != "fault-operations" else "*")
    desk.click(button)
    desk.wait("return !document.querySelector('.wrong') && !document.querySelector('[aria-invalid]')")
    desk.forget_refusals()


def test_a_seed_decides_the_chances(desk: Desk):
    """The one that is set stands beside the field."""
    desk.type_into("seed", "-1234567890")
    desk.press(Keys.ENTER)
    desk.wait_for("#seed-now", "-1234567890")

    assert -1234567890 == desk.sandbox.faults.seed


def test_a_market_is_moved(desk: Desk):
    """The price of the chosen market is another, and a floating ad's with it."""
    desk.merchant.post_ad(priceType=2, priceFloatingRatio="100")
    desk.wait_for("#ads td", "18.40 MXN")
    desk.type_into("price", "19.25")
    desk.press(Keys.ENTER)
    desk.wait_for("#markets td", "19.25")
    desk.wait_for("#ads td", "19.25 MXN")
    desk.browser.find_element("id", "price-market").send_keys("BTC")
    desk.type_into("price", "1300000")
    desk.press(Keys.ENTER)
    desk.wait_for("#markets td", "1300000")

    assert ["USDT/MXN", "19.25", "BTC/MXN", "1300000"] == desk.texts("#markets td")


def test_every_field_has_a_name(desk: Desk):
    """What can be typed or chosen says what it is to those who do not see it."""
    desk.merchant.post_ad()
    desk.wait_for("button", "taker buys")
    fields = [field for field in desk.browser.find_elements("css selector", "input, select") if field.is_displayed()]

    assert 9 < len(fields)
    assert [] == [field.get_attribute("outerHTML") for field in fields if not field.accessible_name.strip()]


def test_what_a_public_key_verified_is_shown(desk: Desk):
    """The string that was verified, the key's fingerprint, and in words that the signature is no base64."""
    api_key = desk.sandbox.register_key("merchant", public_pem("ed25519"))
    headers = {**desk.merchant.headers(), "x-mbx-apikey": api_key}
    desk.sandbox.handle("GET", MINE, signed("no", f"timestamp={desk.sandbox.clock.now_ms()}"), headers, b"")
    desk.wait("return document.querySelector('#requests tbody tr')")
    desk.browser.find_element("css selector", "#requests tbody button").click()
    desk.wait("return document.querySelector('.diagnosis')")

    assert "merchant" in desk.texts("#requests tbody td")
    assert "64 hexadecimal digits, as HMAC-SHA256 makes them" in desk.texts(".diagnosis")[0]
    assert "The gateway verified" in desk.texts("h3")
    [shown] = [text for text in desk.texts("pre") if text.startswith("public key: ")]
    assert ["public key: Ed25519, SHA-256", "genuine: no"] == [line[:28].strip() for line in shown.splitlines()[:2]]


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
    desk.type_into("fault-times", "none")
    desk.click("Add fault")
    desk.wait("return document.querySelector('.wrong')")
    assert desk.browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    texts = ("h1", "#link", "th", "td", "tr.refused .status", "button", ".diagnosis", "pre", ".hint", "h3")
    for selector in (*texts, "label", ".field input", "select", ".wrong"):
        element = desk.browser.find_element("css selector", selector)
        assert desk.browser.execute_script(CONTRAST, element) >= 4.5, selector
    desk.forget_refusals()


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
