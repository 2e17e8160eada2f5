"""The chat in process: what a connection brings, what it takes, and what faults make of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from binance_c2c.sandbox import Sandbox
from binance_c2c.sandbox.chat import Close, Frame, session
from binance_c2c_strict import models as strict
from tests.sandbox.chat.connections import chatting, connected, events, frames, image, target, text, word_of
from tests.support.sandbox_client import START_MS, Trader, trading

PAGE = {"page": 1, "rows": 100}
ERROR = "ILLEGAL_PARAM"


def uploaded(trader: Trader, kind: str = "jpg", content: bytes = b"\xff\xd8\xff") -> str:
    """The address of a picture that was uploaded."""
    upload = trader.do("chat.image_upload_url", {"imageName": f"receipt.{kind}"})
    path, _, query = upload["uploadUrl"].removeprefix("https://bucket.sandbox.invalid").partition("?")
    answer = trader.sandbox.handle("PUT", path, query.encode(), {}, content)
    assert (200, b"") == (answer.status, answer.body), answer
    url: str = upload["imageUrl"]
    return url


def test_what_one_says_both_hear_and_both_can_read_later():
    """The echo has the sender's uuid; the number is the same on both sides and over HTTP, a text of 19 digits."""
    merchant, taker, order = chatting()
    ours, theirs = connected(merchant), connected(taker)
    ours.receive(text(order, "¿Listo?", "1710460800000"))
    [echo], [heard] = frames(ours), frames(theirs)
    [read, *_] = taker.do("chat.messages", orderNo=order, **PAGE)

    assert ("1710460800000", True, "¿Listo?", "read") == tuple(echo[it] for it in ("uuid", "self", "content", "status"))
    assert (False, "¿Listo?", "unread", "SandboxMerchant") == (
        *(heard["self"], heard["content"]),
        *(heard["status"], heard["fromNickname"]),
    )
    assert (order, order, "ORDER", START_MS) == tuple(
        heard[it] for it in ("orderNo", "topicId", "topicType", "createTime")
    )
    assert echo["id"] == heard["id"] == read["id"]
    assert (19, True) == (len(echo["id"]), echo["id"].isdecimal())


def test_a_connection_begins_with_what_is_unread():
    """One frame of statistics, which no program should take for a message."""
    merchant, taker, _ = chatting()
    session = merchant.sandbox.chat.connect(target(taker)).session
    assert session is not None

    assert [{"type": "statistics", "subType": "totalUnreadMessageCount", "totalCount": 1}] == frames(session)


def test_each_move_of_an_order_is_told_at_once():
    """By a system frame in the words of the reader's side, with the number that HTTP has for it."""
    merchant, taker, clock = trading()
    ours, theirs = connected(merchant), connected(taker)
    order = taker.place(merchant.post_ad(takerAdditionalKycRequired=1))
    moves = merchant.sandbox.moves
    moves.verify_kyc(order)
    moves.verify_kyc(order)
    moves.mark_paid(order)
    moves.appeal("taker", order)
    moves.withdraw_appeal("taker", order)
    moves.release(order)
    late = taker.place(merchant.post_ad())
    clock.seconds += 16 * 60
    told = frames(ours)

    assert [
        *("seller_merchant_trading", "order_created_with_additional_kyc_maker_sell"),
        *("maker_verified_additional_kyc_maker_sell", "seller_payed", "be_appeal"),
        *("seller_cancel_appeal_completed", "seller_completed", "seller_merchant_trading"),
        *("order_about_timeout", "cancelled_by_system"),
    ] == [json.loads(frame["content"])["type"] for frame in told]
    assert [order] * 7 + [late] * 3 == [json.loads(frame["content"])["orderNo"] for frame in told]
    assert "order_created_with_additional_kyc_taker_buy" == events(theirs)[1]
    assert [frame["id"] for frame in told] == [
        message["id"] for message in merchant.do("chat.messages", sort="asc", **PAGE)
    ]


def test_the_time_to_pay_is_warned_of_once():
    """Three minutes before its end, by a message for both sides; an order that was paid by then is left alone."""
    merchant, taker, clock = trading()
    ours, theirs = connected(merchant), connected(taker)
    merchant.sandbox.moves.mark_paid(taker.place(merchant.post_ad()))
    order = taker.place(merchant.post_ad())
    clock.seconds += 12 * 60 - 1
    before = [*events(ours), *events(theirs)]
    clock.seconds += 1
    told = [events(ours), events(theirs)]
    clock.seconds += 60
    merchant.sandbox.moves.mark_paid(order)

    assert "order_about_timeout" not in before
    assert [["order_about_timeout"]] * 2 == told
    assert ["seller_payed"] == events(ours)


def test_what_was_warned_of_is_not_warned_of_again(tmp_path: Path):
    """A saved sandbox knows it."""
    merchant, taker, clock = trading()
    order = taker.place(merchant.post_ad())
    clock.seconds += 13 * 60
    merchant.sandbox.moves.say("merchant", order, "Hola")
    merchant.sandbox.save(tmp_path / "state.json")
    loaded = Sandbox.load(tmp_path / "state.json", lambda: clock.seconds)
    loaded.moves.say("merchant", order, "¿Hola?")

    told = loaded.read_state(
        lambda exchange, _: [one.content for one in exchange.chats.of_account(exchange.accounts["taker"])]
    )
    assert 1 == sum("order_about_timeout" in content for content in told)


def test_what_was_read_is_marked():
    """The other side of the order is told, once for each, and not who has nothing new to read."""
    merchant, taker, order = chatting()
    other = taker.place(merchant.post_ad())
    merchant.sandbox.moves.mark_read("merchant", order)
    ours, theirs = connected(merchant), connected(taker)
    merchant.sandbox.moves.mark_read("merchant", order)
    merchant.sandbox.moves.mark_read("merchant", other)
    taker.do("chat.mark_user_read")
    taker.do("chat.mark_user_read")
    marks, marked = frames(ours), frames(theirs)

    assert [("mark", order, "read"), ("mark", other, "read")] == [
        (frame["type"], frame["orderNo"], frame["status"]) for frame in marks
    ]
    assert [("mark", other)] == [(frame["type"], frame["orderNo"]) for frame in marked]


def test_each_frame_is_as_described():
    """By the strict models: type, subtype, keys, and the JSON in a content."""
    merchant, taker, clock = trading()
    ours, theirs = connected(merchant), connected(taker)
    moves = merchant.sandbox.moves
    order = taker.place(merchant.post_ad(takerAdditionalKycRequired=1, autoReplyMsg="Hola"))
    clock.seconds += 13 * 60
    moves.verify_kyc(order)
    moves.mark_paid(order)
    moves.say("taker", order, "¿Listo?")
    moves.send_receipt("taker", order)
    moves.mark_read("merchant", order)
    ours.receive(text("1", "x", "1"))
    sent = [*frames(ours), *frames(theirs)]

    assert {"text", "image", "system", "auto_reply", "error", "mark"} == {frame["type"] for frame in sent}
    for frame in sent:
        read = strict.ChatFrame.model_validate_json(json.dumps(frame))
        if read.type == strict.ChatMessageType.SYSTEM:
            strict.ChatSystemContent.model_validate_json(str(read.content))


def test_a_second_login_ends_the_first():
    """It is told by a close with the reason "Bye", and hears nothing more; the other account's goes on."""
    merchant, taker, order = chatting()
    first, other = connected(merchant), connected(taker)
    second = connected(merchant)
    second.receive(text(order, "Hola", "1"))
    first.receive(text(order, "Adiós", "2"))

    assert [Close(1000, "Bye")] == first.take()
    assert (["Hola"], ["Hola"]) == (events(second), events(other))
    first.end()
    assert ["merchant", "taker"] == sorted(merchant.sandbox.chat.connected)
    second.end()
    assert ["taker"] == sorted(merchant.sandbox.chat.connected)


def test_a_token_opens_one_connection():
    """The second time it is refused with 401, as is one that has expired, and one that was never given."""
    merchant, _, clock = trading()
    used, stale = target(merchant), target(merchant)
    chat = merchant.sandbox.chat
    assert 101 == chat.connect(used).answer.status
    clock.seconds += 3600

    assert [401, 401, 401] == [chat.connect(one).answer.status for one in (used, stale, used[:-20])]
    assert "990301" == json.loads(chat.connect(used).answer.body)["code"]


@pytest.mark.parametrize(
    ("part", "other"),
    [("/chat/c2c", "/chatrooms/c2c"), ("01_v2", "02_v2"), ("=web", "="), ("&clientType=web", ""), ("/chat", "//[")],
)
def test_the_rest_of_the_target_has_to_be_right(part: str, other: str):
    """Another path, another account's key, a client of no known type: refused."""
    merchant, _, _ = trading()
    good = target(merchant)

    assert part in good
    assert 401 == merchant.sandbox.chat.connect(good.replace(part, other)).answer.status


def test_a_token_that_was_not_used_waits_beside_a_newer_one():
    """Two programs that ask one after the other both get in, and the later login ends the earlier."""
    merchant, _, _ = trading()
    first, second = target(merchant), target(merchant)

    assert 101 == merchant.sandbox.chat.connect(second).answer.status
    assert 101 == merchant.sandbox.chat.connect(first).answer.status


@pytest.mark.parametrize(
    "frame",
    [
        {"content": ""},
        {"content": "  "},
        {"content": 7},
        {"content": "x" * 2001},
        {"type": "shout"},
        {"orderNo": "22784000000000000999"},
        {"orderNo": None},
        {"sessionId": ""},
    ],
)
def test_what_cannot_be_said_is_refused_by_its_uuid(frame: dict[str, Any]):
    """An error frame with the code comes to the sender alone, and nothing was said."""
    merchant, taker, order = chatting()
    ours, theirs = connected(merchant), connected(taker)
    ours.receive(text(order, "Hola", "u1", **frame))

    assert [{"type": "error", "content": ERROR, "uuid": "u1"}] == frames(ours)
    assert [] == theirs.take()
    assert 1 == len(merchant.do("chat.messages", **PAGE))


@pytest.mark.parametrize(
    "data", ["no JSON", b"\xff", "[]", "[" * 100_000, json.dumps({"type": "text", "uuid": 7}), '{"type":"text"}']
)
def test_what_is_no_message_is_refused_without_a_uuid(data: str | bytes):
    """Whatever the bytes, the connection goes on."""
    merchant, _, order = chatting()
    ours = connected(merchant)
    ours.receive(data)
    ours.receive(text(order, "Hola", "1"))

    assert [ERROR, "Hola"] == events(ours)


def test_a_uuid_is_good_for_one_message():
    """Said again under the same name, it is refused: nothing is said twice, on this order. Another order is another."""
    merchant, taker, order = chatting()
    other = taker.place(merchant.post_ad())
    ours = connected(merchant)
    for number in (order, order, other):
        ours.receive(text(number, "Hola", "1"))

    assert ["Hola", ERROR, "Hola"] == events(ours)


def test_heartbeats_are_no_messages():
    """A ping in a frame gets its pong; empty frames and pongs get nothing."""
    merchant, _, _ = trading()
    ours = connected(merchant)
    for data in ('{"type":"ping"}', "", b"", "pong", "{}", '{"type":"pong"}', '{"e":"pong"}'):
        ours.receive(data)

    assert [{"type": "pong"}] == frames(ours)


def test_a_picture_is_said_by_its_address():
    """Both sides get the frame with both addresses and the size, and the same over HTTP."""
    merchant, taker, order = chatting()
    ours, theirs = connected(merchant), connected(taker)
    url = uploaded(merchant)
    ours.receive(image(order, url, "1"))
    [heard], [read] = frames(theirs), taker.do("chat.messages", chatMessageType="image", **PAGE)

    assert ["1"] == [frame["uuid"] for frame in frames(ours)]
    for message in (heard, read):
        assert ("image", url, url, "jpg", 800, 600) == tuple(
            message[it] for it in ("type", "imageUrl", "thumbnailUrl", "imageType", "width", "height")
        )
    assert ("", heard["id"]) == (heard["content"], read["id"])


@pytest.mark.parametrize(
    "change",
    [
        {"content": "receipt"},
        {"imageUrl": None},
        {"imageUrl": "https://elsewhere.invalid/a.jpg"},
        {"imageUrl": "https://[/c2c"},
        {"imageUrl": "https://cdn.sandbox.invalid/c2c/chat/000000000002.jpg"},
        {"imageUrl": "https://cdn.sandbox.invalid/c2c/chat/000000000003.jpg"},
        {"imageUrl": "https://cdn.sandbox.invalid/c2c/chat/000000000009.jpg"},
        {"width": 0},
        {"height": "600"},
    ],
)
def test_a_picture_that_is_not_there_is_refused(change: dict[str, Any]):
    """One with a content, one elsewhere, one not uploaded, one of another account, one without a size."""
    merchant, taker, order = chatting()
    ours = connected(merchant)
    url = uploaded(merchant)
    merchant.do("chat.image_upload_url", {"imageName": "a.jpg"})
    uploaded(taker)
    ours.receive(image(order, url, "1", **change))

    assert [{"type": "error", "content": ERROR, "uuid": "1"}] == frames(ours)


def test_somebody_who_reads_too_slowly_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    """What waits is bounded: then the connection is closed, and what was said can be read over HTTP."""
    monkeypatch.setattr(session, "MOST_WAITING", 3)
    merchant, taker, order = chatting()
    ours, theirs = connected(merchant), connected(taker)
    for number in range(5):
        theirs.receive(text(order, str(number), str(number)))
        theirs.take()

    assert ["0", "1", "2", "close "] == events(ours)
    assert 5 == len(merchant.do("chat.messages", chatMessageType="text", **PAGE))


def test_whoever_waits_is_woken():
    """At each frame, from whichever thread brings it, and once more for nothing after the end."""
    merchant, taker, order = chatting()
    ours, theirs = connected(merchant), connected(taker)
    rung: list[int] = []
    ours.on_ready = lambda: rung.append(1)
    heard: list[int] = []
    merchant.sandbox.chat.listen(lambda: heard.append(1))
    theirs.receive(text(order, "Hola", "1"))
    ours.end()
    theirs.receive(text(order, "Hola", "2"))

    assert [1] == rung
    # A message has a copy for each side.
    assert 4 == len(heard)


FRAME_FAULTS = [
    ("lost", "chat.receive", ["b", "c"]),
    ("drop-before", "chat.receive", ["drop"]),
    ("drop-after", "chat.receive", ["a", "drop"]),
    ("duplicates", "chat.receive", ["a", "a", "b", "c"]),
    ("reorder", "chat.receive", ["b", "a", "c"]),
    ("freeze", "chat.receive", [60.0, "a", "b", "c"]),
    ("garbled", "chat.receive", ["""b'\\xff\\xfe{"code": "\\xc3\\x28"}'""", "b", "c"]),
    ("empty", "chat.receive", ["''", "b", "c"]),
    ("delay", "chat.receive", ["a", "b", "c"]),
    ("lost", "chat.send", ["b", "c"]),
    ("drop-before", "chat.send", ["drop"]),
    ("drop-after", "chat.send", ["drop"]),
    ("error-before", "chat.send", ["SYSTEM_ERROR", "b", "c"]),
]


@pytest.mark.parametrize(("kind", "place", "expected"), FRAME_FAULTS)
def test_each_fault_strikes_a_frame(kind: str, place: str, expected: list[str | float]):
    """Of three messages the first is struck; what the others make of it stands here."""
    merchant, _, order = chatting()
    ours = connected(merchant)
    planned = merchant.sandbox.faults.add(kind, place, times=1)
    for letter in "abc":
        ours.receive(text(order, letter, letter))

    assert [word.replace("\\x28", "(") if isinstance(word, str) else word for word in expected] == events(ours)
    assert 1 == planned.happened


@pytest.mark.parametrize(("kind", "said"), [("drop-before", 0), ("drop-after", 1), ("lost", 0), ("error-before", 0)])
def test_what_a_fault_swallowed_was_said_or_not(kind: str, said: int):
    """Over HTTP one sees whether the message got through before the fault struck."""
    merchant, _, order = chatting()
    ours = connected(merchant)
    merchant.sandbox.faults.add(kind, "chat.send")
    ours.receive(text(order, "Hola", "1"))

    assert said == len(merchant.do("chat.messages", chatMessageType="text", **PAGE))


def test_a_connection_that_was_dropped_says_nothing_more():
    """Not even that what its last frame said was wrong."""
    merchant, _, _ = chatting()
    ours = connected(merchant)
    merchant.sandbox.faults.add("drop-after", "chat.send")
    ours.receive(text("1", "Hola", "1"))
    ours.receive('{"type":"ping"}')

    assert ["drop"] == events(ours)


def test_a_frame_that_nobody_overtakes_comes_by_itself():
    """A second later by the exchange's clock."""
    merchant, _, order = chatting()
    ours = connected(merchant)
    merchant.sandbox.faults.add("reorder", "chat.receive")
    ours.receive(text(order, "Hola", "1"))
    before = ours.take()
    merchant.sandbox.clock.advance(seconds=1)

    assert ([], ["Hola"]) == (before, events(ours))


def test_frames_are_altered_as_answers_are():
    """Half the JSON, an unknown type, an unknown field, a megabyte of one; and a delay stands beside the frame."""
    merchant, _, order = chatting()
    ours = connected(merchant)
    found: dict[str, Frame] = {}
    for kind in ("cut", "new-enum", "new-field", "huge", "delay"):
        merchant.sandbox.faults.clear()
        merchant.sandbox.faults.add(kind, "chat.receive")
        ours.receive(text(order, kind, kind))
        [frame] = ours.take()
        assert isinstance(frame, Frame)
        found[kind] = frame

    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(found["cut"].data)
    assert "SOMETHING_NEW" == json.loads(found["new-enum"].data)["type"]
    assert {"since": "tomorrow"} == json.loads(found["new-field"].data)["somethingNew"]
    assert 1_048_576 == len(str(found["huge"].data).encode())
    assert "huge" == word_of(found["huge"].data)
    assert [0.0, 1.0] == [found["huge"].delay, found["delay"].delay]


@pytest.mark.parametrize(
    ("kind", "status", "opens"),
    [("error-before", 503, True), ("firewall", 403, True), ("token-refused", 401, False)],
)
def test_a_handshake_fails_on_demand(kind: str, status: int, opens: bool):
    """With a status, or a page; where the exchange saw the token, it is used up."""
    merchant, _, _ = trading()
    chat, good = merchant.sandbox.chat, target(merchant)
    merchant.sandbox.faults.add(kind, "chat.connect", times=1)
    refused = chat.connect(good)

    assert (status, None) == (refused.answer.status, refused.session)
    assert opens == (101 == chat.connect(good).answer.status)
    assert (b"<html>" in refused.answer.body) == (kind == "firewall")


def test_a_handshake_may_end_or_be_late():
    """Before the token was looked at, or after; the seconds are for whoever carries it."""
    merchant, _, _ = trading()
    found = []
    for kind in ("drop-before", "drop-after", "delay"):
        merchant.sandbox.faults.clear()
        merchant.sandbox.faults.add(kind, "chat.connect")
        found.append(merchant.sandbox.chat.connect(target(merchant)))

    assert [(True, 0.0), (True, 0.0), (False, 1.0)] == [(one.answer.dropped, one.answer.delay) for one in found]
    assert [False, True, True] == [one.session is not None for one in found]


def test_pings_are_answered_but_for_faults():
    """A frozen connection is silent for a minute; without a fault each ping has its pong."""
    merchant, _, _ = trading()
    ours = connected(merchant)
    found = [ours.answers_ping()]
    merchant.sandbox.faults.add("no-pong", "chat.ping", times=1)
    found += [ours.answers_ping(), ours.answers_ping()]
    merchant.sandbox.faults.add("freeze", "chat.ping", times=1)
    found += [ours.answers_ping(), ours.answers_ping()]

    assert [True, False, True, False, True] == found
    assert [60.0] == events(ours)


def test_faults_of_operations_leave_the_chat_alone():
    """A skewed clock or a limit strikes requests, and no frame."""
    merchant, _, order = chatting()
    ours = connected(merchant)
    for kind in ("skew", "ban", "rate-limit"):
        merchant.sandbox.faults.add(kind)
    ours.receive(text(order, "Hola", "1"))

    assert ["Hola"] == events(ours)
    assert [0, 0, 0] == [planned.met for planned in merchant.sandbox.faults]


def test_a_saved_chat_goes_on(tmp_path: Any):
    """Messages, pictures, tokens and names of messages are those of before; connections are not."""
    merchant, taker, order = chatting()
    connected(merchant).receive(text(order, "Hola", "1"))
    connected(merchant).receive(image(order, uploaded(merchant), "2"))
    unused, before = target(merchant), merchant.do("chat.messages", **PAGE)
    merchant.sandbox.save(tmp_path / "state.json")
    again = Trader(Sandbox.load(tmp_path / "state.json", merchant.now), "merchant", merchant.now)
    assert () == again.sandbox.chat.connected
    ours = again.sandbox.chat.connect(unused).session
    assert ours is not None
    ours.receive(text(order, "Hola", "1"))

    assert ["statistics", ERROR] == events(ours)
    assert before == again.do("chat.messages", **PAGE)
    assert b"\xff\xd8\xff" == again.sandbox._exchange.chats.uploads[1].content
    assert taker.name == "taker"
