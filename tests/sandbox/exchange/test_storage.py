"""The sandbox in a file: what was saved goes on after loading as if nothing had happened, and no file is ever lost."""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from pydantic import BaseModel

from binance_c2c.models import ChatMessageType
from binance_c2c.sandbox import Limits, MoveRefusedError, Sandbox, lock_state
from binance_c2c.sandbox.exchange import (
    Account,
    Ad,
    AdTerms,
    Appeal,
    Balance,
    Commission,
    FinishedOrder,
    Message,
    Order,
    OrderStatus,
    PaymentOption,
    PayMethod,
    Picture,
    PricePath,
    TakerConditions,
    Token,
    Totals,
    Upload,
)
from binance_c2c.sandbox.inspector.views import overview
from binance_c2c.sandbox.storage import models
from binance_c2c.sandbox.storage.files import VERSION
from tests.support.key_pairs import public_pem
from tests.support.random_lives import Lives
from tests.support.sandbox_client import BUY_AD, SELL_AD, START_MS, Clock, Trader, trading

PAGE = {"page": 1, "rows": 20}
USDT = {"asset": "USDT", "fiat": "MXN"}
WAYS = {"tradeMethods": [{"identifier": "SPEI", "payId": 50100200}]}


def lived() -> tuple[Sandbox, Clock]:
    """A sandbox in which each status occurs, with prices and time moved, a rest, and things said."""
    merchant, taker, clock = trading()
    sandbox, moves = merchant.sandbox, merchant.sandbox.moves
    sells = merchant.post_ad(SELL_AD, autoReplyMsg="Hola \ud83d\ude00", remarks="ñ", buyerRegDaysLimit=3)
    buys = merchant.post_ad(BUY_AD, priceType=2, priceFloatingRatio="101.5")
    merchant.post_ad(SELL_AD, initAmount="100.10", onlineNow=False)
    mine = taker.post_ad({**SELL_AD, **WAYS}, initAmount="2000", takerAdditionalKycRequired=1)
    for ad, who in ((sells, "taker"), (buys, "taker"), (mine, "merchant")):
        orders = [moves.place(who, ad, total_amount=f"{500 + count}") for count in range(7)]
        if ad == mine:
            for order in orders[:-1]:
                moves.verify_kyc(order)
        for order in orders[:4]:
            moves.mark_paid(order)
        moves.release(orders[0])
        moves.appeal("taker", orders[1])
        moves.appeal("merchant", orders[2])
        moves.decide_appeal(orders[2], winner="seller")
        moves.cancel(orders[4])
    merchant.do("chat.credential")
    first = next(iter(sandbox._exchange.orders))
    merchant.do("chat.mark_order_read", {"orderNo": first.number})
    chats = sandbox._exchange.chats
    upload = chats.announce_picture(first.maker, "jpg", START_MS)
    chats.upload(upload, b"\xff\xd8\xff", START_MS)
    chats.announce_picture(first.maker, "png", START_MS)
    picture = Picture(upload.number, "jpg", 8, 6)
    chats.say(first, first.maker, "", START_MS, kind=ChatMessageType.IMAGE, picture=picture)
    sandbox.clock.advance(minutes=16)
    clock.seconds += 1
    merchant, taker = (trader(sandbox, name, clock) for name in ("merchant", "taker"))
    for ad in (sells, buys):
        merchant.do("ads.update", {"advNo": ad, "initAmount": "6000"})
        moves.place("taker", ad, total_amount="900")
    moves.set_reference_price("USDT", "MXN", "18.90")
    moves.set_kyc_passed("taker", passed=False)
    sandbox.register_key("taker", public_pem("ed25519"))
    taker.do("merchant.start_rest")
    merchant.do("ads.update_status", {"advNos": [sells], "advStatus": 4})
    return sandbox, clock


def trader(sandbox: Sandbox, name: str, clock: Clock) -> Trader:
    return Trader(sandbox, name, lambda: clock.seconds + sandbox.clock.ahead.total_seconds())


def told(sandbox: Sandbox, clock: Clock) -> list[tuple[str, str, int, bytes]]:
    """All that there is to be read, by each account and without one."""
    answers: list[tuple[str, str, int, bytes]] = []
    for name in ("merchant", "taker"):
        who = trader(sandbox, name, clock)
        for ask in asked(sandbox):
            answer = who.send(ask[0], ask[1], **ask[2])
            answers.append((name, str(ask), answer.status, answer.body))
    return [*answers, ("", "overview", 0, repr(sandbox.read_state(overview)).encode())]


def asked(sandbox: Sandbox) -> list[tuple[str, Any, dict[str, Any]]]:
    """Operation, body and query of each reading operation, and of those about one thing for each thing there is."""
    exchange = sandbox._exchange
    plain = ("ads.categories", "currencies.digital", "currencies.fiat", "keys.permissions", "keys.rsa_public_key")
    own = ("merchant.profile", "orders.summary", "payment_methods.list", "payment_methods.mine", "users.me")
    asks: list[tuple[str, Any, dict[str, Any]]] = [(name, None, {}) for name in (*plain, *own)]
    asks += [(name, PAGE, {}) for name in ("ads.list", "orders.list")]
    asks += [("commission_rates.overview", {}, {})]
    for side in ("BUY", "SELL"):
        asks += [(name, {**USDT, **PAGE, "tradeType": side}, {}) for name in ("ads.search", "market.search")]
        asks.append(("ads.reference_prices", {"fiatCurrency": "MXN", "assets": ["USDT", "BTC"], "tradeType": side}, {}))
        asks.append(("commission_rates.taker", {**USDT, "tradeType": side.lower()}, {}))
        asks.append(("orders.history", None, {"tradeType": side}))
    asks += [("orders.list", {**PAGE, "orderStatusList": [status]}, {}) for status in OrderStatus]
    for ad in exchange.ads:
        asks += [("ads.get", None, {"adsNo": ad.number}), ("market.ad", None, {"advNo": ad.number})]
        asks.append(("orders.list", {**PAGE, "advNo": ad.number}, {}))
        asks.append(("orders.can_place", {"adOrderNo": ad.number}, {}))
    for order in exchange.orders:
        asks += [("orders.get", {"adOrderNo": order.number}, {}), ("chat.risk_tips", {"orderNo": order.number}, {})]
        asks += [(f"orders.can_{deed}", {"orderNumber": order.number}, {}) for deed in ("cancel", "release")]
        asks.append(("orders.counterparty_stats", {"orderNumber": order.number}, {}))
        asks.append(("chat.messages", None, {"orderNo": order.number}))
    return [*asks, ("chat.messages", None, {"rows": 100})]


def live_on(sandbox: Sandbox, clock: Clock) -> None:
    """Place, pay, release, chat, and let time pass."""
    merchant, moves = trader(sandbox, "merchant", clock), sandbox.moves
    waiting = [order for order in sandbox._exchange.orders if order.status == OrderStatus.PAID]
    appealed = [order for order in sandbox._exchange.orders if order.status == OrderStatus.IN_APPEAL]
    moves.release(waiting[0].number)
    moves.decide_appeal(appealed[0].number, winner="buyer")
    moves.set_kyc_passed("taker", passed=True)
    ad = merchant.post_ad(BUY_AD, price="18.99")
    order = moves.place("taker", ad, total_amount="1234.56")
    moves.mark_paid(order)
    moves.set_reference_price("USDT", "MXN", "19.10")
    merchant.do("chat.credential")
    merchant.do("chat.mark_user_read")
    moves.place("taker", ad, total_amount="777")
    sandbox.clock.advance(days=31)


def sums(sandbox: Sandbox) -> dict[str, Decimal]:
    wallets = list(sandbox.balances.values())
    parts = {coin: [wallet[coin] for wallet in wallets if coin in wallet] for coin in ("USDT", "BTC")}
    return {coin: sum((one.free + one.locked for one in own), Decimal(0)) for coin, own in parts.items()}


def test_a_loaded_sandbox_answers_as_the_saved_one(tmp_path: Path):
    """Whatever is read by either account, the bytes are the same, and so are balances and time."""
    sandbox, clock = lived()
    sandbox.save(tmp_path / "state.json")
    loaded = Sandbox.load(tmp_path / "state.json", clock)
    statuses = {order.status for order in loaded._exchange.orders}

    assert set(OrderStatus) == statuses
    assert told(sandbox, clock) == told(loaded, clock)
    assert sandbox.balances == loaded.balances
    assert sandbox.clock.now_ms() == loaded.clock.now_ms()


def test_life_goes_on_as_it_would_have(tmp_path: Path):
    """The same deeds after loading have the same consequences, and no coin appears or is lost."""
    sandbox, clock = lived()
    before = sums(sandbox)
    sandbox.save(tmp_path / "state.json")
    loaded = Sandbox.load(tmp_path / "state.json", clock)
    for one in (sandbox, loaded):
        live_on(one, clock)

    assert told(sandbox, clock) == told(loaded, clock)
    assert sandbox.balances == loaded.balances
    assert before == sums(loaded)
    assert {OrderStatus.UNPAID} & {order.status for order in loaded._exchange.orders} == set()


def test_the_saved_sandbox_and_the_loaded_one_share_nothing(tmp_path: Path):
    """What happens in one does not happen in the other."""
    sandbox, clock = lived()
    sandbox.save(tmp_path / "state.json")
    loaded = Sandbox.load(tmp_path / "state.json", clock)
    before = told(sandbox, clock)
    live_on(loaded, clock)

    assert before == told(sandbox, clock)


def test_what_was_one_object_is_one_again(tmp_path: Path):
    """An order's ad is the one in the book, its people are the accounts, a message lies once in two lists."""
    sandbox, clock = lived()
    sandbox.save(tmp_path / "state.json")
    exchange = Sandbox.load(tmp_path / "state.json", clock)._exchange
    people = {id(account) for account in exchange.accounts.values()}
    order = next(iter(exchange.orders))
    in_order, in_all = exchange.chats._by_order["taker", order.number], exchange.chats._by_account["taker"]

    assert exchange.ads[order.ad.number] is order.ad
    assert people == {id(order.maker), id(order.taker)}
    assert exchange.markets.get("USDT", "MXN") is order.ad.market
    assert {id(message) for message in in_order} < {id(message) for message in in_all}
    assert exchange.ads is exchange.orders._ads


def test_the_same_state_gives_the_same_file(tmp_path: Path):
    """Byte for byte: written twice, and written again after loading. No secret is in it, and nothing is left beside."""
    sandbox, clock = lived()
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    sandbox.save(first)
    sandbox.save(second)
    Sandbox.load(first, clock).save(str(third))

    assert first.read_bytes() == second.read_bytes() == third.read_bytes()
    assert [] == [name for name, key in sandbox.keys.items() if key.api_secret in first.read_text()]
    assert {first, second, third} == set(tmp_path.iterdir())


def test_the_clock_never_goes_back(tmp_path: Path):
    """Loaded where the time is earlier than when it was saved, it goes on from then."""
    sandbox, clock = lived()
    sandbox.save(tmp_path / "state.json")
    clock.seconds -= 3600.5
    earlier = Sandbox.load(tmp_path / "state.json", clock)
    clock.seconds += 7200.5
    later = Sandbox.load(tmp_path / "state.json", clock)

    assert START_MS + 1_000 + 960_000 == earlier.clock.now_ms() - 7_200_500
    assert START_MS + 1_000 + 960_000 + 3_600_000 == later.clock.now_ms()


def test_limits_and_faults_are_the_loaders(tmp_path: Path):
    """They are no state: nothing of them is saved, and `load` takes them as the class does."""
    sandbox, clock = lived()
    sandbox.faults.add("drop-before")
    sandbox.save(tmp_path / "state.json")
    loaded = Sandbox.load(tmp_path / "state.json", clock, limits=Limits(api=1), seed=7)
    statuses = [loaded.handle("GET", "/api/v3/time", b"", {}, b"").status for _ in range(2)]

    assert ([], 7) == (list(loaded.faults), loaded.faults.seed)
    assert [200, 429] == statuses


def test_another_state_is_another_version():
    """Whoever changes what is kept raises `VERSION`, and then writes the new sum here."""
    found = [model for model in vars(models).values() if isinstance(model, type) and issubclass(model, BaseModel)]
    shape = sorted((model.__name__, sorted(model.model_fields)) for model in found if model is not BaseModel)

    assert (5, "74c4660a237c") == (VERSION, hashlib.sha256(repr(shape).encode()).hexdigest()[:12])


@pytest.mark.parametrize(
    ("of", "model", "otherwise"),
    [
        (AdTerms, models.TermsState, {}),
        (TakerConditions, models.ConditionsState, {}),
        (Order, models.OrderState, {}),
        (Appeal, models.AppealState, {}),
        (Commission, models.CommissionState, {}),
        (Message, models.MessageState, {}),
        (Picture, models.PictureState, {}),
        (Upload, models.UploadState, {}),
        (Token, models.TokenState, {}),
        (Balance, models.BalanceState, {}),
        (FinishedOrder, models.FinishedOrderState, {}),
        (Totals, models.TotalsState, {}),
        (PaymentOption, models.OptionState, {}),
        (PayMethod, models.PayMethodState, {}),
        (PricePath, models.PathState, {}),
        (Ad, models.AdState, {"market": {"asset", "fiat"}}),
        (
            Account,
            models.AccountState,
            {
                "wallet": {"balances"},
                "stats": {"all_time", "last_month", "recent"},
                "status": {"is_open", "is_online", "break_ends_ms"},
                # The name is where it stands, and the key is made of it.
                "name": set(),
                "key": {"has_key"},
            },
        ),
    ],
)
def test_each_attribute_is_kept(of: Any, model: type[BaseModel], otherwise: dict[str, set[str]]):
    """What joins the exchange's objects joins the state, or is named here as what stands for it."""
    expected = [otherwise.get(field.name, {field.name}) for field in fields(of)]

    assert {name for names in expected for name in names} == set(model.model_fields)


def test_each_part_of_the_exchange_is_kept():
    """Beside what follows from it: indexes, deadlines, limits."""
    exchange = Sandbox()._exchange

    assert {"accounts", "markets", "fees", "ads", "chats", "orders"} == set(vars(exchange))
    assert {"_first", "_items", "_own", "_open", "_limits"} == set(vars(exchange.ads))
    assert {"_first", "_items", "_ads", "_markets", "_chats", "_fees", "_deadlines", "_by_account"} == set(
        vars(exchange.orders)
    )
    kept = {"count", "uploads", "tokens_given", "tokens"}
    assert {*kept, "_by_account", "_by_order", "_sent", "_listeners", "_on_read"} == set(vars(exchange.chats))


def test_a_disk_that_fails_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The old file is as it was, and the half of a new one is gone."""
    sandbox, path = Sandbox(), tmp_path / "state.json"
    sandbox.save(path)
    before = path.read_bytes()
    sandbox.clock.advance(minutes=1)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        sandbox.save(path)

    assert before == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_a_process_does_not_stand_in_its_own_way(tmp_path: Path):
    """Who has locked a file may save to it, as often as wanted and through a link, and it is free once all are done."""
    path, link = tmp_path / "state.json", tmp_path / "link.json"
    link.symlink_to(path)
    with lock_state(link):
        Sandbox().save(path)
        with lock_state(path):
            Sandbox().save(link)
        assert {path, link, tmp_path / ".state.json.lock"} == set(tmp_path.iterdir())

    assert {path, link} == set(tmp_path.iterdir())


def test_a_lock_on_a_file_that_is_gone_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Between opening the lock file and locking it, its last owner may remove it, and another may make a new one."""
    path, lock = tmp_path / "state.json", tmp_path / ".state.json.lock"
    comes_back = [False, True]

    def flock(handle: int, how: int) -> None:
        if comes_back:
            lock.unlink()
            if comes_back.pop():
                lock.touch()
        real(handle, how)

    real = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", flock)
    with lock_state(path):
        again = os.open(lock, os.O_RDWR)
        with pytest.raises(BlockingIOError):
            real(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(again)

    assert ([], []) == (comes_back, list(tmp_path.iterdir()))


def test_what_json_has_no_word_for_is_not_written(tmp_path: Path):
    """Other programs could not read the file, nor this one be sure of it."""
    sandbox = Sandbox()
    sandbox._exchange.chats.tokens_given = float("nan")  # type: ignore[assignment]
    with pytest.raises(ValueError, match="not JSON compliant"):
        sandbox.save(tmp_path / "state.json")

    assert [] == list(tmp_path.iterdir())


def test_all_is_on_the_disk_before_the_old_file_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is made safe is the whole file, and not what a buffer had let go of until then."""
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: sizes.append(os.fstat(handle).st_size))
    Sandbox().save(tmp_path / "state.json")

    assert [(tmp_path / "state.json").stat().st_size] == sizes


def test_a_link_goes_on_being_one(tmp_path: Path):
    """The file it leads to is the one that is written."""
    path, link = tmp_path / "state.json", tmp_path / "link.json"
    path.touch()
    link.symlink_to(path)
    Sandbox().save(link)

    assert link.is_symlink()
    assert path.stat().st_size > 0


def forged(content: Any) -> str:
    """A file with this content whose sum is right."""
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return json.dumps({"format": "binance-c2c sandbox", "version": VERSION, "sha256": digest, **content})


def content_of(sandbox: Sandbox, folder: Path) -> Any:
    """What the file of a sandbox says, without its head."""
    sandbox.save(folder / "content.json")
    document = json.loads((folder / "content.json").read_bytes())
    (folder / "content.json").unlink()
    return {name: document[name] for name in ("now_ms", "ahead_ms", "state")}


EMPTY = {"now_ms": 0, "ahead_ms": 0}
BROKEN = {
    "empty": ("", "Expecting value"),
    "not JSON": ("\0", "Expecting value"),
    "not text": ("\udcff", "codec can't decode"),
    "nested": ("[" * 100_000, ""),
    "digits": ("1" * 5_000, "Exceeds the limit"),
    "foreign": ("{}", "the file has another format"),
    "a list": ("[]", "the file has another format"),
    "no state": (
        json.dumps({"format": "binance-c2c sandbox", "version": VERSION}),
        "the file was changed after it was saved",
    ),
    "other version": (json.dumps({"format": "binance-c2c sandbox", "version": 99}), "the file has version 99"),
    "older version": (
        json.dumps({"format": "binance-c2c sandbox", "version": 4, "rows": []}),
        "the file has version 4",
    ),
    "no time": (forged({**EMPTY, "now_ms": "1", "state": {}}), "now_ms: milliseconds from 0 to"),
    "a time that is none": (forged({**EMPTY, "ahead_ms": 10**15, "state": {}}), "ahead_ms: milliseconds from 0 to"),
    "another state": (forged({**EMPTY, "state": []}), "state.: Input should be a valid dictionary"),
    "nothing in it": (forged({**EMPTY, "state": {}}), "state.accounts: Field required"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_is_none_is_refused_and_left_alone(what: str, tmp_path: Path):
    """The error names the file and what was expected; nothing that the file names is imported or called."""
    path, (text, words) = tmp_path / "state.json", BROKEN[what]
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(ValueError, match=r"a file that Sandbox\.save wrote, of version 5, is expected") as refused:
        Sandbox.load(path)

    assert str(refused.value).startswith(f"{path}: ")
    assert words in str(refused.value)
    assert "ValueError" not in str(refused.value)
    assert text == path.read_text(errors="surrogateescape")


def test_a_file_that_was_cut_or_changed_is_refused(tmp_path: Path):
    """Wherever it ends, and whichever digit is another."""
    path = tmp_path / "state.json"
    Sandbox().save(path)
    whole = path.read_text()
    for text in (*(whole[:end] for end in range(0, len(whole) - 2, 97)), whole.replace("10000", "10001")):
        path.write_text(text)
        with pytest.raises(ValueError, match=r"Sandbox\.save"):
            Sandbox.load(path)


A_TWIN = "an account like the merchant"
USDT_FREE = "accounts.merchant.balances.USDT.free"
NONSENSE: list[tuple[str, Any, str]] = [
    (USDT_FREE, "-1", f"state.{USDT_FREE}: "),
    (USDT_FREE, 1, "a text is expected"),
    (USDT_FREE, "NaN", "a decimal number as text is expected"),
    (USDT_FREE, "1e999999", "a decimal number as text is expected"),
    (USDT_FREE, "one", "a decimal number as text is expected"),
    (USDT_FREE, "0" * 61, "a decimal number as text is expected"),
    ("accounts.merchant.balances.USDT.locked", "1", "state.accounts.merchant.balances.USDT.locked: "),
    ("accounts.merchant.kyc_passed", 1, "state.accounts.merchant.kyc_passed: Input should be a valid boolean"),
    ("accounts.merchant.wrong_passwords", -1, "greater than or equal to 0"),
    ("accounts.merchant.colour", "red", "state.accounts.merchant.colour: Extra inputs are not permitted"),
    ("accounts.merchant.all_time.bought", 10**16, "less than or equal to"),
    (
        "accounts.merchant.last_month.sold",
        0,
        "state.accounts.merchant.last_month: at least the sum of the recent orders",
    ),
    ("accounts.merchant.recent.0.ended_ms", 10**13, "merchant.recent: orders sorted by their ends"),
    ("accounts.merchant.public_keys", ["mine"], "public_key_pem"),
    ("accounts", {}, "state.accounts: merchant, taker are expected"),
    ("markets.0.reference_price", "0", "a number above 0 is expected"),
    ("markets.0.asset", "ETH", "state.markets: the first ones are expected to be USDT/MXN, BTC/MXN"),
    ("markets.0.path", {"base": "0", "seed": ""}, "state.markets.0.path.base: "),
    ("markets.2.asset", "XRP", "state.markets.2.asset: there is no 'XRP'"),
    ("markets.2.fiat", "XXX", "state.markets.2.fiat: there is no 'XXX'"),
    ("accounts.Merchant", A_TWIN, "state.accounts.Merchant: another name is expected"),
    ("accounts.alice", A_TWIN, "state.accounts: a different user_id for each account is expected"),
    ("accounts.merchant.balances.XRP", {"free": "1", "locked": "0"}, "state.accounts.merchant.balances: there is no"),
    ("accounts.merchant.pay_methods.0.kind", 1, "a text is expected"),
    ("ads.0.number", "1", "state.ads.0.number: 12784"),
    ("ads.0.maker", "nobody", "state.ads.0.maker: there is no 'nobody'"),
    ("ads.0.classify", "royal", "state.ads.0.classify: one of"),
    ("ads.0.asset", "XRP", "state.ads.0.asset: there is no"),
    ("ads.0.side", "LEND", "state.ads.0.side: Input should be 'BUY' or 'SELL'"),
    ("ads.0.status", 2, "state.ads.0.status: "),
    ("ads.0.status", "ONLINE", "state.ads.0.status: "),
    ("ads.0.created_ms", 10**15, "state.ads.0.created_ms: "),
    ("ads.0.surplus", "99999999", "state.ads.0.surplus: no more than init_amount"),
    ("ads.0.terms.price", None, "state.ads.0.terms.price_type: a positive price"),
    ("ads.0.terms.largest", "0.01", "state.ads.0.terms.smallest: no more than largest"),
    ("ads.0.terms.options", [], "state.ads.0.terms.options: "),
    ("ads.0.terms.options.0.kind", "CASH", "state.ads.0.terms.options.0.kind: there is no 'CASH'"),
    ("ads.0.terms.options.0.method", 1, "state.ads.0.terms.options.0.method: there is no 1"),
    (
        "ads.0.terms.options.0.method",
        None,
        "state.ads.0.terms.options.0.method: a payment method is expected for an ad that sells",
    ),
    ("ads.0.terms.pay_minutes", 0, "state.ads.0.terms.pay_minutes: "),
    ("ads.1.terms.ratio", "0.000001", "state.ads.1.terms.ratio: a ratio that gives a price above 0"),
    ("orders.0.number", "1", "state.orders.0.number: 22784"),
    ("orders.0.ad", "1", "state.orders.0.ad: there is no '1'"),
    ("orders.0.taker", "merchant", "state.orders.0.taker: another account"),
    ("orders.0.pay_methods", [1], "state.orders.0.pay_methods: there is no 1"),
    ("orders.0.chosen", 1, "state.orders.0.chosen: there is no 1"),
    ("orders.0.chosen", None, "state.orders.0.chosen: a payment method is expected"),
    ("orders.0.commission.maker", "999999", "state.orders.0.commission: less than amount"),
    ("orders.0.paid_ms", None, "state.orders.0.paid_ms: a moment is expected"),
    ("orders.0.ended_ms", None, "state.orders.0.ended_ms: a moment is expected once the order is over"),
    ("orders.1.appeal", None, "state.orders.1.appeal: an appeal is expected"),
    ("orders.1.appeal.by", "nobody", "state.orders.1.appeal.by: there is no 'nobody'"),
    ("chats.tokens", {"x": {"owner": "nobody", "expires_ms": 1}}, "state.chats.tokens.x.owner: there is no 'nobody'"),
    ("chats.uploads.0.number", 2, "state.chats.uploads.0.number: 1 is expected"),
    ("chats.uploads.0.owner", "nobody", "state.chats.uploads.0.owner: there is no 'nobody'"),
    ("chats.uploads.0.content", "?", "state.chats.uploads.0.content: Value error, base64 is expected"),
    (
        "chats.uploads.0.content",
        "",
        "state.chats.uploads.0.uploaded_ms: a moment is expected exactly where there is content",
    ),
    ("chats.messages.merchant.68.picture.number", 3, "state.chats.messages.merchant.68.picture.number: there is no 3"),
    ("chats.messages.nobody", [], "state.chats.messages: there is no 'nobody'"),
    ("chats.messages.taker.0.order_number", "1", "state.chats.messages.taker.0.order_number: there is no '1'"),
    ("chats.messages.taker.0.id", 1_990_000_000_000_999_999, "state.chats.messages.taker.0.id: at most the count"),
    ("chats.messages.taker.0.content", None, "a text is expected"),
]


def put(content: Any, place: str, value: Any) -> None:
    """Give the value at a dotted place another one."""
    *path, last = place.split(".")
    for name in path:
        content = content[int(name) if isinstance(content, list) else name]
    content[int(last) if isinstance(content, list) else last] = value


@pytest.mark.parametrize(("place", "value", "words"), NONSENSE)
def test_nonsense_with_a_right_sum_is_refused(place: str, value: Any, words: str, tmp_path: Path):
    """The error names the file and the place: of a wrong type or range, or of what does not agree with the rest."""
    sandbox, clock = lived()
    sandbox._exchange.markets.open("ETH", "MXN")
    path, content = tmp_path / "state.json", content_of(sandbox, tmp_path)
    put(content["state"], place, content["state"]["accounts"]["merchant"] if value == A_TWIN else value)
    path.write_text(forged(content))
    with pytest.raises(ValueError, match=re.escape(words)) as refused:
        Sandbox.load(path, clock)

    assert str(refused.value).startswith(f"{path}: ")


def places(content: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every place of a state, dotted."""
    if path:
        yield ".".join(path)
    if isinstance(content, dict | list):
        parts = content.items() if isinstance(content, dict) else enumerate(content)
        for name, part in parts:
            yield from places(part, (*path, str(name)))


def test_whatever_is_loaded_can_be_lived_with(tmp_path: Path):
    """Any value in any place is refused by a `ValueError`, or the exchange goes on and answers what it is asked."""
    sandbox, clock = lived()
    content = content_of(sandbox, tmp_path)
    everywhere = list(places(content["state"]))
    texts = st.sampled_from(["", "0", "-1", "1e20", "1e-30", "BUY", "x"])
    values: st.SearchStrategy[Any] = st.one_of(st.none(), st.booleans(), st.integers(), texts, st.builds(list))

    @given(place=st.sampled_from(everywhere), value=values)
    @settings(max_examples=300)
    def check(place: str, value: Any) -> None:
        changed = json.loads(json.dumps(content))
        put(changed["state"], place, value)
        path = tmp_path / "state.json"
        path.write_text(forged(changed))
        loaded: Sandbox | str
        try:
            loaded = Sandbox.load(path, clock)
        except ValueError as error:
            loaded = str(error)
        if isinstance(loaded, str):
            assert loaded.startswith(f"{path}: ")
            return
        loaded.save(path)
        for name in ("merchant", "taker"):
            who = trader(loaded, name, clock)
            for one in ("ads.list", "orders.list"):
                assert who.send(one, PAGE).status in {200, 429}
            assert who.send("merchant.profile").status in {200, 429}
            assert who.send("chat.messages", None, rows=100).status in {200, 429}
        loaded.clock.advance(days=31)
        for order in loaded._exchange.orders:
            with suppress(MoveRefusedError):
                loaded.moves.release(order.number)
            with suppress(MoveRefusedError):
                loaded.moves.decide_appeal(order.number, winner="seller")

    check()


class SavedLives(Lives):
    """The random lives of test_sandbox_money, whose sandbox is saved and loaded in between."""

    @rule()
    def save_and_load(self) -> None:
        with TemporaryDirectory() as folder:
            self.sandbox.save(f"{folder}/state")
            self.sandbox = Sandbox.load(f"{folder}/state", self.clock)
        for who in self.traders.values():
            who.sandbox = self.sandbox


TestSavedLives = SavedLives.TestCase
TestSavedLives.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
