"""The chat played without a connection: by moves, by the inspector's controls, and in its page."""

import base64
import json
import warnings
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from binance_c2c.sandbox import MoveRefusedError, Sandbox, serve
from binance_c2c.sandbox.access.server import MOST_BODY_BYTES
from binance_c2c.sandbox.gateway import LARGEST_PICTURE, image_head
from binance_c2c.sandbox.inspector.api import control
from binance_c2c.sandbox.inspector.views import MOST_MESSAGES, conversation
from tests.sandbox.chat.connections import chatting, connected, frames
from tests.support.sandbox_client import Clock, Trader

PAGE = {"page": 1, "rows": 100}


def picture(kind: str = "PNG", size: tuple[int, int] = (30, 20)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, "red").save(content, kind)
    return content.getvalue()


def pull(sandbox: Sandbox, name: str, **values: object) -> tuple[int, Any]:
    result = control(sandbox, name, json.dumps(values).encode())
    return result.status, result.payload


def test_a_buyer_writes_and_sends_pictures_by_moves():
    """The other side hears it over its connection at once, under the number that the move tells."""
    merchant, _, order = chatting()
    ours, moves = connected(merchant), merchant.sandbox.moves
    numbers = [
        moves.say("taker", order, "Ya pagué"),
        moves.send_picture("taker", order, picture("JPEG")),
        moves.send_receipt("taker", order),
    ]
    heard = frames(ours)
    path = heard[1]["imageUrl"].removeprefix("https://cdn.sandbox.invalid")
    got = merchant.sandbox.handle("GET", path, b"", {}, b"")

    assert numbers == [frame["id"] for frame in heard]
    assert [("text", "Ya pagué"), ("image", ""), ("image", "")] == [(it["type"], it["content"]) for it in heard]
    assert ("jpg", 30, 20) == (heard[1]["imageType"], heard[1]["width"], heard[1]["height"])
    assert (200, picture("JPEG")) == (got.status, got.body)
    assert ("png", 480) == (heard[2]["imageType"], heard[2]["width"])


def test_a_receipt_is_a_picture_of_what_it_says():
    """The same for the same order; another for another amount, and another for another name."""
    merchant, _, order = chatting()
    moves = merchant.sandbox.moves
    for forged in ({}, {}, {"amount": "1.5"}, {"payer": "SOMEBODY ELSE"}):
        moves.send_receipt("taker", order, **forged)
    drawn = [upload.content for upload in merchant.sandbox._exchange.chats.uploads.values()]

    assert drawn[0] == drawn[1]
    assert 3 == len(set(drawn))
    assert ("png", 480, 446) == image_head(drawn[0])


def test_reading_is_a_move_too():
    """The messages of that side are read, and the other's are as they were."""
    merchant, taker, order = chatting()
    moves = merchant.sandbox.moves
    moves.say("merchant", order, "Hola")
    moves.mark_read("taker", order)

    assert 0 == taker.do("orders.get", {"adOrderNo": order})["unreadCount"]
    assert 1 == merchant.do("orders.get", {"adOrderNo": order})["unreadCount"]


def test_chat_moves_keep_to_the_rules():
    """An order of others, a name that is none, words that are none, and what is no picture."""
    merchant, _, order = chatting()
    moves = merchant.sandbox.moves
    other = next(name for name in Sandbox()._exchange.accounts if name not in merchant.sandbox.keys)

    with pytest.raises(MoveRefusedError, match="no order with this number"):
        moves.say("taker", "1", "Hola")
    with pytest.raises(ValueError, match="account: one of merchant, taker"):
        moves.say(other, order, "Hola")
    with pytest.raises(ValueError, match="text: a text that is not blank"):
        moves.say("taker", order, " ")
    with pytest.raises(ValueError, match="amount: a positive number"):
        moves.send_receipt("taker", order, amount=0)
    assert 1 == len(merchant.do("chat.messages", **PAGE))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        picture("GIF"),
        picture()[:20],
        picture() + bytes(LARGEST_PICTURE),
        b"\x89PNG\r\n\x1a\n" + bytes(40),
    ],
    ids=["empty", "short", "GIF", "cut", "long", "broken"],
)
def test_what_is_no_picture_is_refused(content: bytes):
    """By the name of the argument, and nothing is sent."""
    merchant, _, order = chatting()

    with pytest.raises(ValueError, match="picture: a JPEG or PNG of at most 10485760 bytes is expected"):
        merchant.sandbox.moves.send_picture("taker", order, content)
    assert 1 == len(merchant.do("chat.messages", **PAGE))


def test_a_picture_with_too_many_pixels_is_refused():
    """A small file that would unpack to gigabytes; no warning comes out."""
    head = bytearray(picture())
    head[16:24] = (60_000).to_bytes(4, "big") * 2
    warnings.simplefilter("error")

    with pytest.raises(ValueError, match="picture: a JPEG or PNG"):
        image_head(bytes(head))


def test_controls_write_and_send():
    """As a person does in the page: words, a picture in base64, a receipt, and what is wrong with any of them."""
    merchant, _, order = chatting()
    side = {"account": "taker", "order_number": order}
    encoded = base64.b64encode(picture(size=(2000, 2000))).decode()
    found = [
        pull(merchant.sandbox, "moves.say", **side, text="Hola"),
        pull(merchant.sandbox, "moves.send_picture", **side, picture=encoded),
        pull(merchant.sandbox, "moves.send_receipt", **side, amount="1.00", payer="X"),
        pull(merchant.sandbox, "moves.mark_read", **side),
    ]
    wrong = [
        pull(merchant.sandbox, "moves.send_picture", **side, picture="?"),
        pull(merchant.sandbox, "moves.send_picture", **side, picture="ñ"),
        pull(merchant.sandbox, "moves.send_picture", **side, picture=7),
        pull(merchant.sandbox, "moves.say", **side, text=""),
    ]
    kept = [entry for entry in merchant.sandbox.journal.after(0) if getattr(entry, "name", "") == "moves.send_picture"]

    assert ["taker wrote.", "taker sent a picture.", "taker sent a receipt.", "taker has read the chat."] == [
        payload["said"] for _, payload in found
    ]
    assert [(400, "picture")] * 3 + [(400, "text")] == [(status, payload["field"]) for status, payload in wrong]
    assert "a text in base64 is expected" in wrong[0][1]["what"]
    # What a person sends is not kept a second time.
    assert len(repr(kept[0])) < 1000


def test_a_conversation_is_told_to_the_page():
    """Who said what, in order; the exchange's words are the seller's; what both have read is marked."""
    merchant, taker, order = chatting(autoReplyMsg="Bienvenido")
    moves = merchant.sandbox.moves
    moves.say("taker", order, "Hola")
    moves.send_receipt("taker", order)
    moves.mark_read("merchant", order)
    told: Any = merchant.sandbox.read_state(lambda exchange, now_ms: conversation(exchange, now_ms, order))

    assert (order, "taker", "merchant") == (told["number"], told["buyer"], told["seller"])
    assert [
        (None, "seller_merchant_trading", None, False),
        ("merchant", "Bienvenido", None, False),
        ("taker", "Hola", None, True),
        ("taker", "", 1, True),
    ] == [(one["by"], one["text"], one["picture"], one["read"]) for one in told["messages"]]
    assert [one["id"] for one in told["messages"]] == [
        message["id"] for message in taker.do("chat.messages", sort="asc", **PAGE)
    ]
    for number in range(MOST_MESSAGES):
        moves.say("taker", order, str(number))
    longer: Any = merchant.sandbox.read_state(lambda exchange, now_ms: conversation(exchange, now_ms, order))
    assert (MOST_MESSAGES, "0") == (len(longer["messages"]), longer["messages"][0]["text"])


def test_the_server_gives_conversations_and_pictures():
    """To the page alone; a picture of several megabytes gets through, and what is not there is not found."""
    clock = Clock()
    sandbox = Sandbox(now=clock, empty=True)
    merchant, taker = (Trader(sandbox, name, clock) for name in ("merchant", "taker"))
    order = taker.place(merchant.post_ad())

    noise = Image.effect_noise((1500, 1500), 100)
    content = BytesIO()
    noise.save(content, "PNG")
    assert len(content.getvalue()) > MOST_BODY_BYTES
    with serve(sandbox) as url, httpx.Client(base_url=url, timeout=120) as page:
        said = page.post(
            "/-/control/moves.send_picture",
            json={"account": "taker", "order_number": order, "picture": base64.b64encode(content.getvalue()).decode()},
        )
        sandbox.moves.send_picture("taker", order, picture("JPEG"))
        told, first, second = (page.get(f"/-/{path}") for path in (f"chats/{order}", "pictures/1", "pictures/2"))
        missing = [page.get(f"/-/{path}") for path in ("chats/1", "pictures/3", "pictures/x")]

    assert (200, "taker sent a picture.") == (said.status_code, said.json()["said"])
    assert [None, 1, 2] == [one["picture"] for one in told.json()["messages"]]
    assert ("image/png", content.getvalue()) == (first.headers["content-type"], first.content)
    assert ("image/jpeg", "nosniff") == (second.headers["content-type"], second.headers["x-content-type-options"])
    assert [{"error": "there is no such order"}, {"error": "this picture is not kept"}] == [
        it.json() for it in missing[:2]
    ]
    assert [200, 404, 404] == [it.status_code for it in missing]
