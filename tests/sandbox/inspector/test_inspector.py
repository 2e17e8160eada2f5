"""The inspector's page as a person meets it: in a real browser, by mouse and by keyboard."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from binance_c2c.sandbox import Fault, FaultKind, Sandbox, serve
from binance_c2c.sandbox.inspector.views import detail
from binance_c2c.sandbox.journal import JournalEntry
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

    def click_summary(self, label: str) -> None:
        self.browser.find_element("xpath", f"//summary[text()='{label}']").click()

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

    assert ["200", "000000", "payment_methods.mine", "merchant"] == desk.texts("#requests tbody td")[1:5]
    assert desk.texts("#requests tbody td")[5].replace(".", "").isdecimal()


def test_a_wrong_signature_is_explained_by_keyboard(desk: Desk):
    """Arrow keys and Enter open a request with its diagnosis; Escape leads back to its row."""
    desk.merchant.do("payment_methods.mine")
    good = desk.merchant.query(note="a b")
    desk.sandbox.handle("GET", MINE, good.replace(b"%20", b"+"), desk.merchant.headers(), b"")
    desk.merchant.do("payment_methods.mine")
    desk.wait("return document.querySelectorAll('#requests tbody tr').length === 3")
    desk.browser.execute_script("document.querySelector('#clear').focus()")
    for key in (Keys.TAB, Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_DOWN, Keys.ENTER):
        desk.press(key)
    desk.wait("return document.activeElement.id === 'detail-title'")

    assert ["You hashed %20 for a space and sent +: send %20."] == desk.texts(".diagnosis")
    assert ["+", "%"] == desk.texts("mark")
    desk.press(Keys.ESCAPE)
    assert "payment_methods.mine" == desk.browser.switch_to.active_element.text
    assert "refused" == desk.browser.execute_script("return document.activeElement.closest('tr').className")
    assert ["Refused: payment_methods.mine, -1022"] == desk.texts("#news")


def shown_rows(desk: Desk) -> list[str]:
    script = "return [...document.querySelectorAll('#requests tbody tr')].filter((row) => row.offsetParent)"
    found: list[str] = desk.browser.execute_script(f"{script}.map((row) => row.querySelector('button').textContent)")
    return found


def test_the_list_is_sifted(desk: Desk):
    """By what became of a request, by who sent it, by hand or not, and by words that stand in its row."""
    number = desk.merchant.post_ad()
    desk.taker.place(number)
    desk.sandbox.handle("GET", MINE, signed("no", "a=1"), desk.merchant.headers(), b"")
    desk.click("+1 min")
    desk.wait("return document.querySelectorAll('#requests tbody tr').length === 4")
    everything = ["clock.advance", "payment_methods.mine", "orders.place", "ads.post"]
    shown = {}
    for name in ("refused", "accepted", "by hand", "by merchant", "by taker", "all"):
        Select(desk.browser.find_element("id", "filter")).select_by_visible_text(name)
        shown[name] = shown_rows(desk)
    found = {}
    for words in ("PLACE", number, "merchant -1102", "merchant place", ""):
        desk.type_into("search", words + " ")
        found[words] = shown_rows(desk)

    assert {
        "refused": everything[1:2],
        "accepted": everything[2:],
        "by hand": everything[:1],
        "by merchant": [everything[1], everything[3]],
        "by taker": [everything[2]],
        "all": everything,
    } == shown
    assert {
        "PLACE": [everything[2]],
        number: everything[2:],
        "merchant -1102": [everything[1]],
        "merchant place": [],
        "": everything,
    } == found


def test_a_request_that_comes_is_sifted_too(desk: Desk):
    """What does not fit stays away, that nothing fits is said, and the keyboard walks over what is shown alone."""
    Select(desk.browser.find_element("id", "filter")).select_by_visible_text("refused")
    desk.merchant.do("payment_methods.mine")
    desk.wait("return document.querySelector('#requests-none').offsetParent")
    desk.sandbox.handle("GET", MINE, signed("no", "a=1"), desk.merchant.headers(), b"")
    desk.merchant.do("payment_methods.mine")
    desk.sandbox.handle("GET", MINE, signed("no", "a=1"), desk.taker.headers(), b"")
    desk.wait("return document.querySelectorAll('#requests tbody tr').length === 4")
    desk.browser.execute_script("document.querySelector('#clear').focus()")
    for key in (Keys.TAB, Keys.ARROW_DOWN, Keys.ENTER):
        desk.press(key)
    desk.wait("return document.activeElement.id === 'detail-title'")

    assert "2: payment_methods.mine" == desk.texts("#detail-title")[0]
    assert None is desk.browser.execute_script("return document.querySelector('#requests-none').offsetParent")


def test_the_list_is_cleared(desk: Desk):
    """On this page and in the sandbox, with what was open; what comes afterwards is listed."""
    desk.merchant.do("payment_methods.mine")
    desk.wait("return document.querySelector('#requests tbody tr')")
    desk.browser.find_element("css selector", "#requests tbody button").click()
    desk.wait("return !document.querySelector('#detail').hidden")
    desk.click("Clear")
    desk.wait("return !document.querySelector('#requests tbody tr') && document.querySelector('#detail').hidden")

    assert [] == desk.sandbox.journal.after(0)
    desk.merchant.do("ads.categories")
    desk.wait_for("#requests td", "ads.categories")


def test_the_list_uses_the_height(desk: Desk):
    """On a wide screen it reaches to the bottom, and the rest of the page scrolls on its own."""
    for _ in range(60):
        desk.sandbox.handle("GET", "/api/v3/ping", b"", {}, b"")
    desk.wait("return document.querySelectorAll('#requests tbody tr').length === 60")
    box = "document.querySelector('.list').getBoundingClientRect()"
    height, bottom, whole = desk.browser.execute_script(f"return [{box}.height, {box}.bottom, innerHeight]")

    assert height > 0.7 * whole
    assert whole - 60 < bottom < whole
    root = "document.documentElement"
    assert desk.browser.execute_script(f"return {root}.scrollHeight <= {root}.clientHeight")
    cut = ".filter((one) => one.scrollHeight > one.clientHeight + 1)"
    sections = "document.querySelectorAll('.column:not(.tall) section')"
    assert 0 == desk.browser.execute_script(f"return [...{sections}]{cut}.length")


def test_a_person_plays_the_buyer(desk: Desk):
    """The buyer's buttons place an order on the merchant's ad and pay it, at an amount that is typed."""
    ad = desk.merchant.post_ad()
    desk.wait_for("button", "taker buys")
    total = desk.browser.find_element("css selector", "#ads input")
    total.clear()
    total.send_keys("1234")
    desk.click("taker buys")
    desk.wait_for("#orders td", "1,234.00 MXN")
    desk.click("taker pays")
    desk.wait_for("#orders td", "paid")

    [order] = desk.merchant.do("orders.list", {"page": 1, "rows": 20})
    assert (ad, "1234.00", 2) == (order["advNo"], order["totalPrice"], order["orderStatus"])
    desk.click("merchant releases")
    desk.wait_for("#orders td", "completed")


def in_view(desk: Desk, selector: str) -> bool:
    """Whether an element is in the window as it stands."""
    script = """
        const box = document.querySelector(arguments[0]).getBoundingClientRect();
        return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight
            && box.left >= 0 && box.right <= innerWidth"""
    seen: bool = desk.browser.execute_script(script, selector)
    return seen


@pytest.mark.parametrize("width", [360, 1280])
def test_what_a_click_did_is_said_beside_it(desk: Desk, width: int):
    """Why it was refused or what was done stands where the click was, in the window, whichever of the two it is."""
    look(desk.browser, width=width)
    number = desk.merchant.post_ad()
    desk.wait_for("button", "taker buys")
    ad = f'[data-place="{number}"]'
    total = desk.browser.find_element("css selector", f"{ad} input")
    desk.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", total)
    total.clear()
    total.send_keys("1")
    desk.browser.find_element("css selector", f"{ad} button").click()
    desk.wait(f"return document.querySelector('{ad} .outcome.bad')")

    assert "the total is outside the ad's limits" in desk.texts(f"{ad} .outcome")[0]
    assert in_view(desk, f"{ad} .outcome")
    total = desk.browser.find_element("css selector", f"{ad} input")
    total.clear()
    total.send_keys("500")
    desk.browser.find_element("css selector", f"{ad} button").click()
    desk.wait(f"return document.querySelector('{ad} .outcome:not(.bad)')?.textContent.startsWith('taker placed order')")
    assert in_view(desk, f"{ad} .outcome")


@pytest.mark.parametrize("width", [360, 1280])
def test_what_a_button_of_a_section_did_is_said_in_it(desk: Desk, width: int):
    """The clock, a price, a fault and a seed each have their answer beside the button, in the window."""
    look(desk.browser, width=width)
    desk.wait("return document.querySelector('#fault-kind').options.length")
    for place, field, text, label, words in (
        ("clock", None, "", "+1 day", "It is 2024-03-16 00:00:00 UTC."),
        ("price-form", "price", "19", "Set price", "USDT/MXN is at 19."),
        ("price-form", "price", "1", "Set price", "USDT/MXN is at 1."),
        ("fault-form", None, "", "Add fault", "delay is in force for *."),
        ("fault-form", None, "", "Clear all", "No fault is in force."),
        ("seed-form", "seed", "7", "Set seed", "The seed is 7."),
    ):
        if field is not None:
            desk.type_into(field, text)
        button = f"//*[@data-place='{place}']//button[text()='{label}']"
        element = desk.browser.find_element("xpath", button)
        desk.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        desk.wait_for(f'[data-place="{place}"] .outcome', words)
        assert in_view(desk, f'[data-place="{place}"] .outcome')


def test_a_sandbox_that_is_gone_is_said_beside_the_click(browser: webdriver.Chrome):
    """A button that nobody answers any more says so."""
    desk = Desk(browser)
    with serve(desk.sandbox) as url:
        browser.get(url)
        desk.wait("return document.querySelector('#balances tbody tr')")
    desk.click("+1 h")
    desk.wait_for(".clock .outcome", "The sandbox does not answer.")
    browser.get("about:blank")


def test_an_ad_is_posted(desk: Desk):
    """By either account, on either side and in either market, at the reference price unless another is typed."""
    desk.click_summary("New ad")
    desk.wait("return document.querySelector('#ad-price').placeholder === '18.40'")
    desk.click("Post ad")
    desk.wait_for("#ads td", "merchant SELL")
    Select(desk.browser.find_element("id", "ad-account")).select_by_visible_text("taker")
    Select(desk.browser.find_element("id", "ad-side")).select_by_visible_text("BUY")
    Select(desk.browser.find_element("id", "ad-market")).select_by_visible_text("BTC/MXN")
    for name, text in (("price", "1250000"), ("amount", "0.5"), ("smallest", "1000"), ("largest", "90000.50")):
        desk.type_into(f"ad-{name}", text)
    desk.press(Keys.ENTER)
    desk.wait_for("#ads td", "taker BUY")
    mine, others = ([ad for ad in desk.sandbox._exchange.ads if ad.maker.name == who] for who in ("merchant", "taker"))

    assert [("SELL", "18.40", "500")] == [(ad.side, str(ad.price), str(ad.surplus)) for ad in mine]
    shown = ["1,250,000.00 MXN", "0.50000000 BTC", "1,000.00 \N{EN DASH} 90,000.50"]
    assert shown == desk.texts("#ads tr:first-child td")[2:5]
    assert ["merchant sells"] == desk.texts("#ads tr:first-child button")
    assert f"taker posted ad {others[0].number}." == desk.texts("#ad-form .outcome")[0]


def test_moves_by_hand_are_among_the_requests(desk: Desk):
    """With who made them and about what, and opened they show what was asked for and what became of it."""
    number = desk.merchant.post_ad()
    desk.wait_for("button", "taker buys")
    desk.click("taker buys")
    desk.wait_for("#requests tr.action td", "taker")
    assert ["moves.place"] == desk.texts("#requests tr.action button")
    desk.browser.find_element("css selector", "#requests tr.action button").click()
    desk.wait("return !document.querySelector('#detail').hidden")

    [order] = [order.number for order in desk.sandbox._exchange.orders]
    assert [f"…{order[-6:]}"] == desk.texts("#requests tr.action .subject")
    assert [f"taker placed order {order}."] == desk.texts("#detail .remark")
    assert [f"account: taker\nadv_no: {number}\ntotal_amount: 500.00"] == desk.texts("#detail pre")


def test_a_day_later_the_day_is_shown(desk: Desk):
    """Times of another day than the exchange's own have their date, in the list and where an order ends."""
    desk.taker.place(desk.merchant.post_ad(payTimeLimit=60))
    desk.wait_for("#orders td", "unpaid until 01:00")
    desk.wait("return document.querySelectorAll('#requests tbody tr').length === 2")
    before = desk.texts("#requests tr:last-child td")[0]
    desk.click("+1 day")
    desk.wait("return document.querySelector('#clock').textContent.startsWith('2024-03-16')")
    desk.wait("return document.querySelectorAll('#requests tbody tr').length === 3")
    desk.wait_for("#requests tr:last-child td", "2024-03-15 00:00:00")
    desk.wait_for("#orders td", "cancelled by system")

    assert "00:00:00.000" == before
    assert "00:00:00.000" == desk.texts("#requests tr:first-child td")[0]
    desk.clock.seconds += 86_400 - 1_800
    desk.taker.place(desk.merchant.post_ad(payTimeLimit=60))
    desk.wait_for("#orders td", "unpaid until 2024-03-17 00:30")


def test_a_request_is_copied(desk: Desk):
    """As a curl command and as Python, into the clipboard; what both are is said by their own tests."""
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    desk.browser.execute_cdp_cmd("Browser.grantPermissions", grant)
    desk.merchant.do("payment_methods.mine")
    desk.wait("return document.querySelector('#requests tbody tr')")
    desk.browser.find_element("css selector", "#requests tbody button").click()
    desk.wait("return !document.querySelector('#detail').hidden")
    copied: dict[str, str] = {}
    for label in ("Copy as curl", "Copy as Python"):
        desk.browser.execute_script("document.querySelector('#detail .outcome').textContent = ''")
        desk.click(label)
        desk.wait_for("#detail .outcome", "Copied.")
        copied[label] = desk.browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    desk.browser.execute_cdp_cmd("Browser.resetPermissions", {})
    [entry] = desk.sandbox.journal.after(0)
    shown = detail(entry, desk.sandbox.journal.keyring, desk.browser.current_url.rstrip("/"))

    assert {"Copy as curl": shown["curl"], "Copy as Python": shown["python"]} == copied


def test_a_browser_that_forbids_to_copy_shows_the_text(desk: Desk):
    """Selected, to be copied by hand."""
    desk.browser.execute_script("navigator.clipboard.writeText = () => Promise.reject()")
    desk.merchant.do("payment_methods.mine")
    desk.wait("return document.querySelector('#requests tbody tr')")
    desk.browser.find_element("css selector", "#requests tbody button").click()
    desk.wait("return !document.querySelector('#detail').hidden")
    desk.click("Copy as Python")
    desk.wait("return document.querySelector('#copied')")

    assert desk.texts("#copied")[0] == desk.browser.execute_script("return getSelection().toString()")
    assert "client.payment_methods.mine()" in desk.texts("#copied")[0]


@pytest.mark.parametrize("operation", ["ads.get", "orders.list", "payment_methods.mine"])
def test_an_answer_is_shown_with_all_its_digits(desk: Desk, operation: str):
    """Put in lines, but each number and text as it came, and what is empty in one piece."""
    ad = desk.merchant.post_ad(remarks='{"a": [1, 2]} \\"')
    body, query = {"orders.list": ({"page": 1, "rows": 20}, {})}.get(operation, (None, {"adsNo": ad}))
    desk.merchant.do(operation, body, **query)
    desk.wait("return document.querySelectorAll('#requests tbody tr').length === 2")
    desk.browser.find_element("css selector", "#requests tbody button").click()
    desk.wait("return !document.querySelector('#detail').hidden")
    entry = desk.sandbox.journal.get(2)
    assert isinstance(entry, JournalEntry)
    shown = desk.texts("#detail-body pre")[-1]

    exact: dict[str, Any] = {"parse_float": str, "parse_int": str}
    assert json.loads(entry.answer.body, **exact) == json.loads(shown, **exact)
    assert shown.startswith('{\n  "code": "000000",\n')
    assert (operation == "orders.list") == ('"data": [],' in shown)


def test_typing_is_not_disturbed(desk: Desk):
    """While something else changes, a field keeps its focus and what was typed into it."""
    number = desk.merchant.post_ad()
    desk.wait_for("button", "taker buys")
    total = desk.browser.find_element("css selector", f'[data-place="{number}"] input')
    total.clear()
    total.send_keys("12")
    desk.merchant.do("ads.categories")
    desk.merchant.post_ad(initAmount="100")
    desk.wait("return document.querySelectorAll('#ads tbody tr').length === 2")
    total.send_keys("34")

    assert "1234" == total.get_property("value")


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
        ("fault-operations", "order.*", "Add fault", "the name of an operation or a pattern that matches some"),
        ("fault-times", "0", "Add fault", "a positive number"),
        ("fault-probability", "2", "Add fault", "a number from 0 to 1"),
        ("fault-seconds", "soon", "Add fault", "a number is expected, not 'soon'"),
        ("seed", "one", "Set seed", "a whole number is expected, not 'one'"),
        ("price", "0", "Set price", "a number from 0.01 to 1000000000000 is expected, not '0'"),
        ("ad-amount", "many", "Post ad", "a positive number up to 1000000000000 is expected, not 'many'"),
        ("ad-largest", "", "Post ad", "a positive number up to 1000000000000 is expected, not ''"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(desk: Desk, field: str, text: str, button: str, words: str):
    """Told to those who do not see as well; the field has the focus, and the words go once it is right."""
    desk.wait("return document.querySelector('#fault-kind').options.length")
    desk.click_summary("New ad")
    desk.type_into(field, text)
    desk.click(button)
    desk.wait("return document.querySelector('.wrong')")

    assert desk.texts(f"#{field} + .wrong")[0].startswith(words)
    assert [""] == list(set(desk.texts(".outcome")))
    element = desk.browser.switch_to.active_element
    told = [element.get_attribute(name) for name in ("id", "aria-invalid", "aria-describedby")]
    assert [field, "true", f"{field}-wrong"] == told
    assert ["alert"] == [one.get_attribute("role") for one in desk.browser.find_elements("class name", "wrong")]
    desk.type_into(field, {"fault-operations": "*", "ad-amount": "100", "ad-largest": "5000"}.get(field, "1"))
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
    desk.wait_for("#markets td", "1,300,000.00")

    assert ["USDT/MXN", "19.25", "BTC/MXN", "1,300,000.00"] == desk.texts("#markets td")


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
    assert "64 hexadecimal digits, like one of HMAC-SHA256" in desk.texts(".diagnosis")[0]
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


def test_a_person_talks_as_the_buyer(desk: Desk, tmp_path: Path):
    """Words, a picture from a file and a forged receipt stand in the conversation, and reach the merchant's chat."""
    seen = "[...document.querySelectorAll('#chat .buyer img')].filter((one) => one.naturalWidth).length"
    order = desk.taker.place(desk.merchant.post_ad())
    desk.click("Chat (1)")
    desk.wait_for("#chat .words", "seller_merchant_trading")
    desk.wait("return document.activeElement.id === 'chat-text'")
    desk.press(HOSTILE + Keys.ENTER)
    desk.wait_for("#chat .words", HOSTILE)
    desk.wait_for("#chat-form .outcome", "taker wrote.")
    desk.click("Send picture")
    desk.wait_for(".wrong", "a JPEG or PNG of at most 10485760 bytes is expected")
    desk.sandbox.moves.send_receipt("merchant", order)
    (tmp_path / "receipt.png").write_bytes(desk.sandbox._exchange.chats.uploads[1].content)
    desk.browser.find_element("id", "picture").send_keys(str(tmp_path / "receipt.png"))
    desk.click("Send picture")
    desk.wait(f"return {seen} === 1")
    desk.type_into("receipt-amount", "1")
    desk.click("Send receipt")
    desk.wait(f"return {seen} === 2")
    heard = desk.merchant.do("chat.messages", orderNo=order, sort="asc", page=1, rows=20)

    assert [("system", False), ("text", False), ("image", True), ("image", False), ("image", False)] == [
        (message["type"], message["self"]) for message in heard
    ]
    assert HOSTILE == heard[1]["content"]
    desk.browser.find_element("id", "chat-close").click()
    desk.wait("return document.querySelector('#chat-section').hidden")
    desk.wait("return document.activeElement.textContent.startsWith('Chat')")
    desk.forget_refusals()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_it_fits_and_is_legible(desk: Desk, width: int, scheme: str):
    """From a phone's width up nothing sticks out sideways, and all text has the contrast of WCAG AA."""
    order = desk.taker.place(desk.merchant.post_ad())
    desk.sandbox.moves.say("taker", order, "y" * 300)
    desk.sandbox.moves.send_receipt("merchant", order)
    desk.sandbox.handle("GET", MINE, signed("no", f"x=1&{'y' * 300}=1"), desk.merchant.headers(), b"")
    look(desk.browser, width=width, scheme=scheme)
    desk.wait_for("button", "taker pays")
    desk.click("Chat (3)")
    desk.wait("return document.querySelector('#chat img')?.naturalWidth")
    desk.browser.execute_script("document.querySelector('#requests tbody button').click()")
    desk.wait("return document.querySelector('.diagnosis')")

    root = "document.documentElement"
    assert desk.browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    dark = desk.browser.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
    assert (scheme == "dark") == dark
    desk.click_summary("New ad")
    desk.type_into("fault-times", "none")
    desk.click("Add fault")
    desk.wait("return document.querySelector('.wrong')")
    assert desk.browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    desk.click("+1 h")
    desk.wait_for(".clock .outcome", "It is 2024-03-15 01:00:00 UTC.")
    texts = ("h1", "#link", "th", "td", "tr.refused .status", "button", ".diagnosis", "pre", ".hint", "h3", ".outcome")
    for selector in (*texts, "label", ".field input", "select", ".wrong", "#chat .who", "#chat .words", "#picture"):
        element = desk.browser.find_element("css selector", selector)
        assert desk.browser.execute_script(CONTRAST, element) >= 4.5, selector
    desk.forget_refusals()


@pytest.mark.parametrize("width", [520, 1000, 1400, 1920])
def test_no_list_is_cut_off(desk: Desk, width: int):
    """With a full market and orders, each row's text and buttons have room in their list."""
    desk.sandbox.seed_market(ads=40)
    desk.taker.place(desk.merchant.post_ad())
    look(desk.browser, width=width)
    desk.wait("return document.querySelectorAll('#ads tbody tr').length > 20")
    lists = "[...document.querySelectorAll('.scroll')].filter((list) => list.offsetParent)"

    assert [] == desk.browser.execute_script(
        f"return {lists}.filter((list) => list.scrollWidth > list.clientWidth).map((list) => list.innerHTML)"
    )
    assert desk.browser.execute_script(f"return {lists}.length") >= 5


def test_it_finds_a_sandbox_that_was_started_again(browser: webdriver.Chrome):
    """The page lives through a restart: requests of before are marked as such, and say so when they are opened."""
    desk = Desk(browser)
    with serve(desk.sandbox) as url:
        for _ in range(3):
            desk.merchant.do("payment_methods.mine")
        browser.get(url)
        desk.wait("return document.querySelectorAll('#requests tbody tr').length === 3")
    desk.wait("return document.querySelector('#link').dataset.state === 'lost'")
    again = Desk(browser)
    with serve(again.sandbox, port=int(url.rpartition(":")[2])):
        for _ in range(2):
            again.taker.do("orders.list", {"page": 1, "rows": 1})
        desk.wait("return document.querySelectorAll('#requests tbody tr:not(.old)').length === 2")

        assert ["orders.list"] * 2 == desk.texts("#requests tr:not(.old) button")
        assert ["payment_methods.mine"] * 3 == desk.texts("#requests tr.old button")
        assert ["The sandbox was restarted. It no longer knows the requests below."] == desk.texts(".restart td")
        browser.find_element("css selector", "#requests tr.old button").click()
        desk.wait("return !document.querySelector('#detail').hidden")
        words = "This request was made before the sandbox was restarted, which no longer knows it."
        assert [words] == desk.texts("#detail .remark")
        desk.press(Keys.ESCAPE)
        browser.find_element("css selector", "#requests tr:not(.old) button").click()
        desk.wait("return document.querySelectorAll('#detail pre').length > 1")
        browser.get("about:blank")


def test_a_person_plays_the_seller(desk: Desk):
    """On a BUY ad it is the taker who sells, and who releases once the merchant has paid."""
    desk.merchant.post_ad(BUY_AD)
    desk.click("taker sells")
    desk.click("merchant pays")
    desk.click("taker releases")
    desk.wait_for("#orders td", "completed")

    assert [] == desk.texts(".outcome.bad")
