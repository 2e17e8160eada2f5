"""The contents of the inspector's page as JSON: rows of the list, a request in full, the state of the exchange.

Also a request as a line of the log.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.diagnosis import diagnose, expected_signature, first_difference, remarks
from binance_c2c.sandbox.exchange import COINS, AdStatus, OrderStatus
from binance_c2c.sandbox.gateway import decimals, is_picture, signature_bytes
from binance_c2c.sandbox.inspector.copies import as_curl, as_python
from binance_c2c.sandbox.journal import ActionEntry
from binance_c2c_sapi.operations import OPERATIONS

if TYPE_CHECKING:
    from binance_c2c.sandbox.diagnosis import Diagnosis
    from binance_c2c.sandbox.exchange import Account, Ad, Exchange, Message, Order
    from binance_c2c.sandbox.gateway import Json, Keyring, PublicKey, Query
    from binance_c2c.sandbox.journal import Entry, JournalEntry

MOST_ROWS = 50
"""How many ads and orders are shown, the newest ones."""
MOST_MESSAGES = 500
"""How many messages of a chat are shown, the newest ones."""

_MOST_BALANCE_DECIMALS = 8
# Every answer's JSON begins with its code, so the code can be read from a body that was cut.
_CODE = re.compile(rb'\{"code":(?:"([^"]*)"|(-?[0-9]+))')
_MESSAGE = re.compile(rb'"(?:msg|message)":"([^"]*)"')
_SUBJECT = re.compile(
    rb'"?(?:orderNumber|adOrderNo|orderNo|advNo|adsNo|advOrderNumber|data)"?[:=]\s*"?([0-9]{12,24})\b', re.ASCII
)
_CONTINUATIONS = {bytes([byte]) for byte in range(0x80, 0xC0)}
"""The bytes of UTF-8 that continue a character."""
_BY_TARGET = {(operation.method, operation.path): operation for operation in OPERATIONS.values()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OK = 200
_LONGEST_LINE = 600


def moment(epoch_ms: int) -> str:
    """A time as text, in UTC and to the second."""
    return f"{_EPOCH + timedelta(milliseconds=epoch_ms):%Y-%m-%d %H:%M:%S}"


def row(entry: Entry, keyring: Keyring) -> Json:
    """The row of the list for an entry of the journal."""
    if isinstance(entry, ActionEntry):
        account, subject = entry.arguments.get("account"), entry.subject
        return {
            "number": entry.number,
            "action": True,
            "at_ms": entry.at_ms,
            "status": "refused" if entry.refused else "done",
            "code": None,
            "refused": entry.refused,
            "operation": entry.name,
            "account": account if isinstance(account, str) else None,
            "subject": subject,
            "milliseconds": None,
        }
    request = entry.request
    operation, code = _BY_TARGET.get((request.method, request.path)), _code(entry)
    owner = keyring.owners.get(request.headers.get("x-mbx-apikey", ""))
    return {
        "number": entry.number,
        "action": False,
        "at_ms": request.now_ms,
        "status": None if entry.answer.dropped else entry.answer.status,
        "code": code,
        "refused": _is_refused(entry, code),
        "operation": None if operation is None else operation.id,
        "method": request.method,
        "path": request.path,
        "account": None if owner is None else owner.name,
        "subject": _subject(entry),
        "milliseconds": round(entry.seconds * 1000, 1),
    }


def detail(entry: Entry, keyring: Keyring, base_url: str = "") -> Json:
    """An entry of the journal in full."""
    if isinstance(entry, ActionEntry):
        return {**row(entry, keyring), "arguments": dict(entry.arguments), "outcome": entry.outcome}
    request, found = entry.request, _diagnosis_of(entry, keyring)
    key = keyring.owners.get(request.headers.get("x-mbx-apikey", ""))
    return {
        **row(entry, keyring),
        "query": _text(request.query.raw),
        "headers": dict(request.headers),
        "body": _text(request.body),
        "body_size": entry.body_size,
        "answer": {
            "headers": dict(entry.answer.headers),
            "body": _text(entry.answer.body),
            "body_size": entry.answer_size,
        },
        "signature": _signature(entry, found, keyring),
        "diagnosis": None if found is None else {"kinds": found.kinds, "words": found.words, "proven": found.proven},
        "remarks": remarks(request.query),
        "curl": as_curl(request, base_url, keyring),
        "python": as_python(request, base_url, key),
    }


def reason(entry: JournalEntry, keyring: Keyring) -> str | None:
    """Why a request was refused: the message of the answer, and the diagnosis."""
    message = _MESSAGE.search(entry.answer.body)
    found = _diagnosis_of(entry, keyring)
    words = [None if message is None else message[1].decode("utf-8", "replace"), None if found is None else found.words]
    return " - ".join(part for part in words if part) or None


def overview(exchange: Exchange, now_ms: int) -> Json:
    """Balances, markets, the newest ads and orders, and the moves each of them allows. Money is text, as in the API.

    Ads that are closed come last: a history leaves many of them.
    """
    traders = [account for account in exchange.accounts.values() if account.key is not None]
    scales = {coin.code: coin.scale for coin in COINS.values()}
    newest = sorted(exchange.ads, key=lambda ad: (ad.status != AdStatus.CLOSED, ad.number), reverse=True)
    return {
        "now_ms": now_ms,
        "accounts": [_account(account, scales) for account in traders],
        "markets": [
            {
                "asset": market.coin.code,
                "fiat": market.fiat.code,
                "price": decimals(market.reference_price, market.fiat.price_scale),
            }
            for market in exchange.markets
        ],
        "ads": [_ad(ad, traders, now_ms) for ad in newest[:MOST_ROWS]],
        "orders": [_order(order, exchange) for order in islice(reversed(exchange.orders), MOST_ROWS)],
    }


def conversation(exchange: Exchange, now_ms: int, order_number: str) -> Json:
    """The messages of an order, oldest first. System messages are those that the seller gets."""
    del now_ms
    order = next((order for order in exchange.orders if order.number == order_number), None)
    if order is None:
        return {"error": "there is no such order"}
    read = {message.id for message in exchange.chats.of_account(order.buyer, order.number) if message.is_read}
    return {
        "number": order.number,
        "buyer": order.buyer.name,
        "seller": order.seller.name,
        "messages": [
            _message(message, order, is_read=message.is_read and message.id in read)
            for message in exchange.chats.of_account(order.seller, order.number)[-MOST_MESSAGES:]
        ],
    }


def _message(message: Message, order: Order, *, is_read: bool) -> Json:
    """A message, from the seller's copy. `is_read` is whether both sides have read it."""
    sender = order.seller if message.is_own else order.buyer
    return {
        "id": str(message.id),
        "at_ms": message.sent_ms,
        "kind": message.kind,
        "by": None if message.sender is None else sender.name,
        "text": json.loads(message.content)["type"] if message.kind == "system" else message.content,
        "picture": None if message.picture is None else message.picture.number,
        "read": is_read,
    }


def _is_refused(entry: JournalEntry, code: str | None) -> bool:
    is_success = entry.answer.status == _OK and code in {None, "000000"}
    return entry.answer.dropped or not is_success or _found_nothing(entry)


def _code(entry: JournalEntry) -> str | None:
    found = _CODE.match(entry.answer.body)
    if found is None:
        return None
    return found[2].decode() if found[1] is None else found[1].decode("utf-8", "replace")


def _subject(entry: JournalEntry) -> str | None:
    """The number of the order or ad that a request is about or has created."""
    for content in (entry.request.body, entry.request.query.raw, entry.answer.body):
        found = _SUBJECT.search(content)
        if found is not None:
            return found[1].decode()
    return None


def _diagnosis_of(entry: JournalEntry, keyring: Keyring) -> Diagnosis | None:
    code, found = _code(entry), _MESSAGE.search(entry.answer.body)
    message = None if found is None else found[1].decode("utf-8", "replace")
    if _found_nothing(entry):
        code, message = str(refusals.NOTHING_THERE.code), refusals.NOTHING_THERE.text
    if code is None or message is None:
        return None
    diagnosis = diagnose(entry.request, code, message, keyring)
    # A foreign key is not kept; its diagnosis was made when the request came.
    return entry.foreign_key if diagnosis and "wrong-key" in diagnosis.kinds else diagnosis


def _found_nothing(entry: JournalEntry) -> bool:
    """Whether the path is unknown, for which the exchange's answer is empty."""
    is_unknown = (entry.request.method, entry.request.path) not in _BY_TARGET and not is_picture(entry.request.path)
    return is_unknown and entry.answer.body == b"" and not entry.answer.dropped


def _signature(entry: JournalEntry, found: Diagnosis | None, keyring: Keyring) -> Json | None:
    operation = _BY_TARGET.get((entry.request.method, entry.request.path))
    if operation is None or operation.security != "signed":
        return None
    query, key = entry.request.query, entry.request.headers.get("x-mbx-apikey", "")
    secret, public_key = keyring.secrets.get(key), keyring.public_keys.get(key)
    at = None if found is None else found.at
    hashed = None if found is None else found.hashed
    return {
        "expected": None if secret is None else expected_signature(secret, query),
        "got": query.get("signature") if public_key is None else _text(query.as_sent("signature")),
        "public_key": None if public_key is None else _verified(query, public_key),
        "payload": _marked(query.payload, at),
        "hashed": None if hashed is None else _marked(hashed, first_difference(hashed, query.payload)),
    }


def _verified(query: Query, key: PublicKey) -> Json:
    """The public key that the signature was checked with, and the result of the check."""
    signature = signature_bytes(query.as_sent("signature"))
    genuine = signature is not None and key.verifies(query.payload, signature)
    return {"kind": key.kind, "fingerprint": key.fingerprint, "genuine": genuine}


def _marked(text: bytes, at: int | None) -> Json:
    """The text in three parts: before the byte at `at`, the character of that byte, and the rest."""
    if at is None:
        return {"at": None, "before": _text(text), "byte": "", "rest": ""}
    start, end = at, at + 1
    while start and text[start : start + 1] in _CONTINUATIONS:
        start -= 1
    while text[end : end + 1] in _CONTINUATIONS:
        end += 1
    return {"at": at, "before": _text(text[:start]), "byte": _text(text[start:end]), "rest": _text(text[end:])}


def _text(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")


def _account(account: Account, scales: dict[str, int]) -> Json:
    balances = account.wallet.balances().items()
    return {
        "name": account.name,
        "balances": [
            {
                "asset": asset,
                "free": decimals(balance.free, scales[asset]),
                "locked": decimals(balance.locked, scales[asset]),
            }
            for asset, balance in balances
        ],
    }


def _ad(ad: Ad, traders: list[Account], now_ms: int) -> Json:
    coin, fiat = ad.market.coin, ad.market.fiat
    return {
        "number": ad.number,
        "account": ad.maker.name,
        "side": ad.side,
        "asset": coin.code,
        "fiat": fiat.code,
        "price": decimals(ad.price, fiat.price_scale),
        "left": decimals(ad.surplus, coin.scale),
        "smallest": decimals(ad.terms.smallest, fiat.scale),
        "largest": decimals(ad.largest_now, fiat.scale),
        "status": AdStatus(ad.status).name.lower(),
        "moves": [_take(ad, taker) for taker in traders if ad.is_open_to(taker, now_ms)],
    }


def _order(order: Order, exchange: Exchange) -> Json:
    coin, fiat = order.ad.market.coin, order.ad.market.fiat
    unpaid = order.status == OrderStatus.UNPAID
    return {
        "number": order.number,
        "buyer": order.buyer.name,
        "seller": order.seller.name,
        "asset": coin.code,
        "fiat": fiat.code,
        "amount": decimals(order.amount, coin.scale),
        "total": decimals(order.total, fiat.scale),
        "status": order.status.words,
        "ends_ms": order.pay_end_ms if unpaid else None,
        "messages": len(exchange.chats.of_account(order.buyer, order.number)),
        "moves": _order_moves(order),
    }


def _take(ad: Ad, taker: Account) -> Json:
    smallest = decimals(ad.terms.smallest, ad.market.fiat.scale)
    verb = "buys" if ad.side == "SELL" else "sells"
    move = _move(f"{taker.name} {verb}", "place", account=taker.name, adv_no=ad.number, total_amount=smallest)
    return {**move, "asks": "total_amount"}


def _order_moves(order: Order) -> list[Json]:
    number, buyer, seller = order.number, order.buyer.name, order.seller.name
    if order.status == OrderStatus.UNPAID:
        return [
            _move(f"{buyer} pays", "mark_paid", order_number=number),
            _move(f"{buyer} cancels", "cancel", order_number=number, reason=4),
        ]
    if order.status == OrderStatus.PAID:
        return [
            _move(f"{seller} releases", "release", order_number=number),
            *(_move(f"{who} appeals", "appeal", account=who, order_number=number) for who in (buyer, seller)),
        ]
    if order.status == OrderStatus.IN_APPEAL:
        return [
            _move(f"coins to {name}", "decide_appeal", order_number=number, winner=winner)
            for name, winner in ((buyer, "buyer"), (seller, "seller"))
        ]
    return []


def _move(label: str, name: str, **arguments: Any) -> Json:
    """A button: its label, and the control it calls."""
    return {"label": label, "name": f"moves.{name}", "arguments": arguments}


def log_line(entry: Entry, keyring: Keyring) -> str:
    """A line for a request: method, path, status, code, duration, account. For an action by hand: name and outcome."""
    fields = row(entry, keyring)
    if isinstance(entry, ActionEntry):
        return plain_line(f"- {entry.name}: {entry.outcome}")
    status = "dropped" if fields["status"] is None else fields["status"]
    parts = [
        fields["method"],
        fields["path"],
        status,
        fields["code"],
        f"{fields['milliseconds']} ms",
        fields["account"],
    ]
    why = reason(entry, keyring) if fields["refused"] else None
    return plain_line(" ".join(str(part) for part in parts if part is not None) + (f": {why}" if why else ""))


def log_object(entry: Entry, keyring: Keyring) -> Json:
    """The fields of a request or an action by hand, for a log in JSON."""
    fields = row(entry, keyring)
    if isinstance(entry, ActionEntry):
        return {**fields, "outcome": entry.outcome}
    return {**fields, "reason": reason(entry, keyring) if fields["refused"] else None}


def plain_line(text: str) -> str:
    """The text as one line of limited length, without control characters."""
    shown = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(text.split())
    )
    return shown if len(shown) <= _LONGEST_LINE else f"{shown[:_LONGEST_LINE]}…"
