"""A day at the exchange through every operation, with marked people in it: none of the marks is recorded."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from binance_c2c import RetryPolicy
from binance_c2c._core.recording import PERSONAL
from binance_c2c.errors import C2CError
from binance_c2c.pytest_plugin.cassettes import C2CCassette, cassette
from binance_c2c.sandbox import Sandbox, SandboxTransport
from binance_c2c_sapi.operations import OPERATIONS
from tests.support.clients import KEY, SECRET, yes
from tests.support.contract.calls import act
from tests.support.contract.tables import ANSWERS, FULL, MINIMAL
from tests.support.trade import FACTOR, an_ad, an_order
from tests.support.wire import Answer, Received, Wire, reply

ONCE = RetryPolicy(attempts=1)
CODES = ("code", "google_verify_code", "mobile_verify_code", "email_verify_code", "yubikey_verify_code")
MARK, NUMBER, CODE = "Wilhelmina-Privata", 4711081547, "815246"
# What callers write themselves.
WRITTEN = (
    *("remarks", "auto_reply_msg", "description", "order_cancel_additional_info", "template_name", "user_no"),
    *("merchant_no", "image_name", "file_name", "remark"),
)


class Listening(httpx.BaseTransport):
    """Carries what a sandbox answers, and keeps it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = SandboxTransport(sandbox)
        self.answers: list[Any] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        content = response.read()
        self.answers.append(json.loads(content) if content else None)
        return response


def people(value: Any, *, personal: bool = False) -> Iterator[str]:
    """Each value that stands for a person in an answer."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from people(part, personal=personal or name in PERSONAL)
    elif isinstance(value, list):
        for part in value:
            yield from people(part, personal=personal)
    elif personal and value is not None and not isinstance(value, bool) and str(value).strip("0"):
        yield str(value)


def left(marks: set[str], file: Path) -> list[str]:
    """The marks that are in a file, as words of their own."""
    text = file.read_text(encoding="utf-8").replace("\\", "")
    return [mark for mark in sorted(marks) if re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", text)]


def marked(arguments: Any) -> dict[str, Any]:
    """Arguments of a call with marks for whatever a person writes, and one for codes."""
    # A number of somebody has no spaces.
    changed = {
        name: f"{MARK}{'-' if name.endswith('_no') else ' '}{name}" if name in WRITTEN else value
        for name, value in arguments.items()
    }
    return {name: CODE if name in CODES else value for name, value in changed.items()}


def ask_everything(client: Any) -> None:
    """Every operation with few and with all of its arguments; what the exchange refuses is recorded as well."""
    for request in (*MINIMAL, *FULL):
        try:
            act(request.operation, marked(request.arguments))(client)
        except (C2CError, ValueError):
            continue


def live_a_day(merchant: Any, taker: Any) -> None:
    """An ad and two orders, one released and one cancelled, with what both write, and all that can be asked of them."""
    note = f"{MARK} pays"
    adv_no = merchant.ads.post(**an_ad(remarks=note, auto_reply_msg=f"Hello from {MARK}", template_name=note))
    number = taker.orders.place(**an_order(adv_no)).order_match.order_number
    taker.orders.mark_paid(order_number=number)
    merchant.orders.release(order_number=number, **FACTOR)
    other = taker.orders.place(**an_order(adv_no)).order_match.order_number
    reason = {"order_cancel_reason_code": 1, "order_cancel_additional_info": note}
    taker.orders.cancel(order_number=other, **reason)
    for client in (merchant, taker):
        for number_of_one in (number, other):
            client.orders.get(order_number=number_of_one)
            client.orders.counterparty_stats(order_number=number_of_one)
            client.chat.messages(order_number=number_of_one)
        user = client.users.me()
        assert client.market.trader(user_no=user.user_no) is not None
        client.merchant.profile()
        list(client.orders.iterate_history())


def play(played: C2CCassette, sandbox: Sandbox, http: Any) -> None:
    keys = [sandbox.keys[name] for name in ("merchant", "taker")]
    made = [played.client(http=http, retry=ONCE, api_key=pair.api_key, api_secret=pair.api_secret) for pair in keys]
    live_a_day(*made)
    for client in made:
        ask_everything(client)


def test_a_day_in_the_sandbox_shows_nobody(tmp_path: Path):
    """No name, number, account, text or picture that an answer gave under a personal name is in the cassette."""
    sandbox, file = Sandbox(limits=None), tmp_path / "day.json"
    listening = Listening(sandbox)
    with cassette(file, record=True) as recording:
        play(recording, sandbox, listening)
    marks = {mark for answer in listening.answers for mark in people(answer)}
    # The exchange's own words for a kind of complaint.
    marks -= {"Not paid"}
    recorded = json.loads(file.read_text(encoding="utf-8"))["interactions"]

    assert len(marks) > 30
    assert len(recorded) == len(listening.answers) > 200
    assert [] == left(marks, file)
    assert [] == [word for word in (MARK, CODE, "signature", "timestamp=") if word in file.read_text(encoding="utf-8")]


def test_the_day_replays(tmp_path: Path):
    """Every join still holds: numbers of users and names that one answer gave are known to the next one."""
    sandbox, file = Sandbox(limits=None), tmp_path / "day.json"
    with cassette(file, record=True) as recording:
        play(recording, sandbox, SandboxTransport(sandbox))
    with cassette(file, record=False) as replay:
        play(replay, sandbox, None)

    assert [] == replay.unplayed


def with_people(value: Any) -> Any:
    """An answer with marks in every personal place, texts and numbers, and places that nobody has described."""
    if isinstance(value, dict):
        found = {name: told(name, part) if name in PERSONAL else with_people(part) for name, part in value.items()}
        return {**found, "newName": f"{MARK} new", "newNumber": NUMBER, "newPlace": {"name": MARK, "all": [NUMBER]}}
    return [with_people(part) for part in value] if isinstance(value, list) else value


def told(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [told(name, part) for part in value]
    text = f"https://{MARK}.example/{name}.jpg" if "Url" in name else f"{MARK} {name}"
    return NUMBER if isinstance(value, int) else text


ANSWER_AT = {OPERATIONS[name].path: reply(with_people(json.loads(answer.text))) for name, answer in ANSWERS.items()}


@pytest.mark.parametrize("is_refused", [False, True], ids=["answers", "refusals"])
def test_every_answer_of_the_contract_shows_nobody(is_refused: bool, tmp_path: Path):
    """Over sockets, an answer of each operation, or a refusal that quotes somebody: no text and no number is left."""
    file = tmp_path / "all.json"
    refusal = {"code": "83023", "message": f"{MARK} realName and {NUMBER} are blocked", "success": False}
    told_last = reply(yes({"realName": f"{MARK} realName", "userNo": str(NUMBER)}))

    def answer(request: Received) -> Answer:
        return reply(refusal) if is_refused else ANSWER_AT[request.path]

    # Of whom the refusals speak, the last answer says.
    with Wire(then=answer) as wire, Wire(told_last) as end, cassette(file, record=True) as recording:
        settings: dict[str, Any] = {"api_key": KEY, "api_secret": SECRET, "base_url": wire.url, "retry": ONCE}
        with recording.client(**settings) as client:
            ask_everything(client)
        settings["base_url"] = end.url
        with recording.client(**settings) as client:
            client.users.me()
    text = file.read_text(encoding="utf-8")

    assert {operation.path for operation in OPERATIONS.values()} == {request.path for request in wire.requests}
    assert [] == [word for word in (MARK, str(NUMBER), CODE, KEY, "signature=") if word in text]
