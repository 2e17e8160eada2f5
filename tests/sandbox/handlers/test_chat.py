"""The chat of the sandbox, as far as it goes over HTTP."""

import json
from typing import Any

import pytest

from binance_c2c.sandbox.exchange.chat import Picture
from binance_c2c.sandbox.exchange.order import OrderStatus
from tests.support.sandbox_client import START_MS, Trader, trading

PAGE = {"page": 1, "rows": 20}


def chatting(**ad: Any) -> tuple[Trader, Trader, str]:
    """A merchant and a taker with an order between them."""
    merchant, taker, _ = trading()
    return merchant, taker, taker.place(merchant.post_ad(**ad))


def say(sender: Trader, order_number: str, content: str, **more: Any) -> None:
    """What a connected chat would do."""
    exchange = sender.sandbox._exchange
    account = exchange.accounts[sender.name]
    exchange.chats.say(exchange.orders.get(account, order_number), account, content, START_MS, **more)


def news(trader: Trader, order_number: str) -> list[str]:
    """What the exchange has told, oldest first."""
    messages = trader.do("chat.messages", orderNo=order_number, chatMessageType="system", sort="asc", **PAGE)
    assert all(order_number == json.loads(message["content"])["orderNo"] for message in messages)
    return [json.loads(message["content"])["type"] for message in messages]


def unread(trader: Trader, order_number: str) -> int:
    """What both the detail and the list say."""
    detail = trader.do("orders.get", {"adOrderNo": order_number})["unreadCount"]
    [row] = [row for row in trader.do("orders.list", PAGE) if row["orderNumber"] == order_number]
    assert detail == row["chatUnreadCount"]
    return int(detail)


def test_both_sides_are_told_how_an_order_goes():
    """Placed, paid and released: each side reads it from its own point of view."""
    merchant, taker, order = chatting()
    taker.do("orders.mark_paid", {"orderNumber": order})
    merchant.release(order)

    assert ["seller_merchant_trading", "seller_payed", "seller_completed"] == news(merchant, order)
    assert ["buyer_user_trading", "buyer_payed", "buyer_completed"] == news(taker, order)


def test_a_cancelled_order_is_told():
    """The seller learns that the buyer has cancelled."""
    merchant, taker, order = chatting()
    taker.do("orders.cancel", {"orderNumber": order, "orderCancelReasonCode": 1})

    assert "seller_cancelled" == news(merchant, order)[-1]


def test_an_order_that_timed_out_is_told():
    """The exchange itself has cancelled, at the moment the time was over."""
    merchant, taker, clock = trading()
    order = taker.place(merchant.post_ad())
    clock.seconds += 20 * 60
    last = taker.do("chat.messages", orderNo=order, **PAGE)[0]

    assert "cancelled_by_system" == json.loads(last["content"])["type"]
    assert START_MS + 15 * 60_000 == last["createTime"]


def test_an_appeal_is_told_by_who_made_it():
    """Who appealed reads that it was handed in, the other side that there is one."""
    merchant, taker, order = chatting()
    exchange = taker.sandbox._exchange
    appellant = exchange.accounts["taker"]
    appealed = exchange.orders.get(appellant, order)
    appealed.status = OrderStatus.IN_APPEAL
    exchange.chats.announce_status(appealed, START_MS, appellant)

    assert ("be_appeal", "submit_appeal") == (news(merchant, order)[-1], news(taker, order)[-1])


def test_an_ad_replies_by_itself():
    """The ad's automatic reply is the first thing its maker says."""
    merchant, taker, order = chatting(autoReplyMsg="Welcome")
    [reply] = taker.do("chat.messages", orderNo=order, chatMessageType="auto_reply", **PAGE)

    assert ("Welcome", "SandboxMerchant", False) == (reply["content"], reply["fromNickName"], reply["self"])
    assert [True] == [message["self"] for message in merchant.do("chat.messages", chatMessageType="auto_reply", **PAGE)]


def test_what_one_says_the_other_reads():
    """A text and a picture arrive as they were sent, under the sender's own name for them."""
    merchant, taker, order = chatting()
    say(taker, order, "Paid", uuid="1710460310000")
    upload = taker.sandbox._exchange.chats.announce_picture(taker.sandbox._exchange.accounts["taker"], "jpg", START_MS)
    say(taker, order, "", kind="image", picture=Picture(upload.number, "jpg", 800, 600))
    picture, text, *_ = merchant.do("chat.messages", orderNo=order, **PAGE)

    assert ("text", "Paid", "1710460310000", "unread", False) == (
        *(text["type"], text["content"], text["uuid"]),
        *(text["status"], text["self"]),
    )
    assert ("https://cdn.sandbox.invalid/c2c/chat/000000000001.jpg", "jpg", 800, 600) == (
        *(picture["imageUrl"], picture["imageType"]),
        *(picture["width"], picture["height"]),
    )
    assert [("read", True)] * 2 == [
        (message["status"], message["self"]) for message in taker.do("chat.messages", orderNo=order, **PAGE)[:2]
    ]


def test_reading_one_order_leaves_the_others_unread():
    """Unread counts are kept by order and by side."""
    merchant, taker, first = chatting()
    second = taker.place(merchant.do("orders.list", PAGE)[0]["advNo"])
    say(merchant, first, "Hello")
    before = [unread(taker, first), unread(taker, second), unread(merchant, first)]
    taker.do("chat.mark_order_read", {"orderNo": first, "userId": 0})

    assert [2, 1, 1] == before
    assert [0, 1, 1] == [unread(taker, first), unread(taker, second), unread(merchant, first)]


def test_reading_everything_reads_all_orders():
    """Afterwards nothing is unread, on this side."""
    merchant, taker, first = chatting()
    second = taker.place(merchant.do("orders.list", PAGE)[0]["advNo"])
    taker.do("chat.mark_user_read")

    assert [0, 0, 1] == [unread(taker, first), unread(taker, second), unread(merchant, second)]


def test_marking_as_read_takes_the_key_alone():
    """No signature is asked for, as one source says of the real exchange."""
    _, taker, order = chatting()
    body = json.dumps({"orderNo": order}).encode()
    path = "/sapi/v1/c2c/chat/markOrderMessagesAsRead"
    answer = taker.sandbox.handle("POST", path, b"", taker.headers(), body)

    assert 200 == answer.status
    assert 0 == unread(taker, order)


def test_messages_come_in_pages():
    """Newest first, as many as asked for, and older than the one that is named."""
    _, taker, order = chatting()
    for number in range(5):
        say(taker, order, str(number))
    second = taker.do("chat.messages", orderNo=order, page=2, rows=2)
    older = taker.do("chat.messages", page=1, rows=20, id=second[0]["id"])

    assert ["2", "1"] == [message["content"] for message in second]
    assert 6 == taker.total("chat.messages", orderNo=order, page=2, rows=2)
    assert ["1", "0"] == [message["content"] for message in older[:2]]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"chatMessageType": "shout"}, -1130),
        ({"id": "first"}, -1130),
        ({"rows": 101}, -1130),
        ({"page": 0}, -1130),
        ({"orderNo": "1"}, "990101"),
    ],
)
def test_what_cannot_be_listed_is_refused(query: dict[str, object], code: int | str):
    """Each parameter is looked at, and the order has to be one's own."""
    _, taker, _ = chatting()

    assert code == taker.code("chat.messages", **query)


def test_a_credential_is_new_each_time():
    """The key belongs to the account, the token to one connection; the address leads out of the sandbox to nobody."""
    merchant, taker, _ = trading()
    first, second = merchant.do("chat.credential"), merchant.do("chat.credential")
    other = taker.do("chat.credential")

    assert first["listenKey"] == second["listenKey"] != other["listenKey"]
    assert 3 == len({first["listenToken"], second["listenToken"], other["listenToken"]})
    assert "wss://im.sandbox.invalid:443/chat" == first["chatWssUrl"]


def test_pictures_have_addresses_of_their_own():
    """Two uploads never meet, and the address keeps the kind of picture."""
    _, taker, _ = trading()
    first, second = (taker.do("chat.image_upload_url", {"imageName": name}) for name in ("a.jpg", "a.PNG"))

    assert first["imageUrl"] != second["imageUrl"]
    assert first["imageUrl"].endswith(".jpg")
    assert second["imageUrl"].endswith(".png")
    assert first["uploadUrl"].partition("?")[0].endswith(first["imageUrl"].rpartition("/")[2])


@pytest.mark.parametrize("name", ["receipt.pdf", "jpg", ".jpg", "a/b.jpg", ""])
def test_only_pictures_are_uploaded(name: str):
    """What is no picture by its name is refused by the name of the field."""
    _, taker, _ = trading()

    assert (400, -31002, "illegal parameter: imageName") == (
        taker.refusal("chat.image_upload_url", {"imageName": name})
    )


def test_warnings_fit_what_was_named():
    """One warning for a currency, two for an order, none for nothing; and none about the order of others."""
    _, taker, order = chatting()
    named = taker.do("chat.risk_tips", {"fiat": "MXN", "orderNo": order, "scene": "Chat"})

    assert ["fiat", "paymethod", "counterparty"] == [hint["riskType"] for hint in named["riskHints"]]
    assert {"riskHints": []} == taker.do("chat.risk_tips", {})
    assert "990101" == taker.code("chat.risk_tips", {"orderNo": "1"})
