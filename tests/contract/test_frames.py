"""The chat's frames as clients and Binance's own programs know them: typed by hand, held against the description."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from binance_c2c_sapi import frames, models
from binance_c2c_sapi.enums import ChatMessageType, ChatSystemEvent
from binance_c2c_strict import models as strict

if TYPE_CHECKING:
    from pydantic import BaseModel

BUNDLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "openapi/dist/asyncapi.json").read_text(encoding="utf-8")
)
MESSAGES: dict[str, Any] = BUNDLE["channels"]["chat"]["messages"]
EXAMPLES = [(name, example["payload"]) for name, node in MESSAGES.items() for example in node.get("examples", [])]
TYPES = {
    *("text", "image", "video", "system", "auto_reply", "card", "quick_reply", "error", "unknown", "mark", "recall"),
    *("translate", "statistics", "contact", "recommend", "banner_b_unpaid", "banner_s_unpaid", "banner_s_paid"),
    *("refund_s_auto_seller", "refund_s_auto_buyer", "refund_b_sys", "ack"),
}
TEXT: dict[str, Any] = {
    "type": "text",
    "uuid": "1710460400000",
    "orderNo": "22784010203040506113",
    "content": "Received, releasing now",
    "self": True,
    "clientType": "web",
    "createTime": 1710460400000,
    "sendStatus": 0,
}
IMAGE: dict[str, Any] = {
    "type": "image",
    "uuid": "1710460401000",
    "orderNo": "22784010203040506113",
    "imageUrl": "https://example-cdn.invalid/c2c/chat/abc.jpg",
    "thumbnailUrl": "https://example-cdn.invalid/c2c/chat/abc.jpg",
    "imageType": "jpg",
    "width": 800,
    "height": 600,
    "self": True,
    "clientType": "web",
    "createTime": 1710460401000,
    "sendStatus": 0,
}


def test_every_type_of_frame_is_described():
    """The 22 of Binance's app, each with a model that reads it and a word of where it is known from."""
    assert 22 == len(TYPES)
    assert TYPES == set(frames.RECEIVED) == {one.value for one in ChatMessageType}
    assert {models.ChatFrame} == {frame.model for frame in frames.RECEIVED.values()}
    assert {"clients"} == {frame.evidence for frame in frames.RECEIVED.values()}


def test_every_news_of_an_order_is_named():
    """102 names of the app and one of clients; those a program acts on are found by what they mean."""
    assert 103 == len(ChatSystemEvent)
    assert ChatSystemEvent("seller_payed_with_ref_fiat_trade").is_paid
    assert ChatSystemEvent("cancelled_by_system").is_cancelled
    assert ChatSystemEvent("be_appeal").is_appeal
    assert ChatSystemEvent("seller_merchant_trading").is_placed
    assert ChatSystemEvent("liveness_check_complete_maker").is_verification
    assert ChatSystemEvent("buyer_quick_completed_fiat_trade").is_completed
    assert not ChatSystemEvent("seller_word_of_tomorrow").is_known


@pytest.mark.parametrize(("name", "payload"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_both_generators_read_every_example_of_a_frame(name: str, payload: dict[str, Any]):
    """Nothing in an example is unknown to either, and what one writes the other reads."""
    frame = frames.RECEIVED.get(name) or frames.SENT[name]
    read = frame.model.from_dict(payload)
    model: type[BaseModel] = getattr(strict, frame.model.__name__)

    assert {} == read.extra
    assert payload == model.model_validate(payload).model_dump(mode="json", by_alias=True, exclude_unset=True)
    model.model_validate(read.to_dict())


@pytest.mark.parametrize(("name", "payload"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_json_in_a_content_is_described_too(name: str, payload: dict[str, Any]):
    """Where a frame's content is JSON, its model reads it with nothing unknown."""
    contents = frames.RECEIVED[name].contents if name in frames.RECEIVED else {}
    model = contents.get(payload.get("subType", "")) or contents.get("*")

    assert (model is not None) == (payload.get("content", "").startswith("{"))
    if model is not None:
        assert {} == model.from_dict(json.loads(payload["content"])).extra


@pytest.mark.parametrize(("name", "payload"), [("sendText", TEXT), ("sendImage", IMAGE)])
def test_what_goes_out_is_the_guides(name: str, payload: dict[str, Any]):
    """The two frames of the vendor's guide, to the key; a picture without content."""
    model = frames.SENT[name].model

    assert payload == model.from_dict(payload).to_dict()
    assert list(payload) == list(model.NAMES.values())
    assert payload == dict(EXAMPLES)[name]


@pytest.mark.parametrize(
    ("ours", "spellings"),
    [
        ("from_nick_name", ("fromNickname", "fromNickName")),
        ("image_url", ("imageUrl", "image_url")),
        ("thumbnail_url", ("thumbnailUrl", "thumbnail_url")),
        ("image_type", ("imageType", "image_type")),
    ],
)
def test_both_spellings_are_one_field(ours: str, spellings: tuple[str, str]):
    """The WebSocket and the call, the app and the website spell these differently."""
    for spelling in spellings:
        read = models.ChatFrame.from_dict({"type": "image", spelling: "x"})

        assert "x" == getattr(read, ours)
        assert {} == read.extra


def test_what_people_say_and_are_called_does_not_show():
    """Neither text, address of a picture nor name is in a frame's `repr`."""
    told = {"content": "SECRET", "fromNickname": "SECRET", "imageUrl": "SECRET", "translateContent": "SECRET"}
    news = {"nickName": "SECRET", "realName": "SECRET", "refMessage": "SECRET"}

    assert "SECRET" not in repr(models.ChatFrame.from_dict({"type": "text", **told}))
    assert "SECRET" not in repr(models.ChatSystemContent.from_dict({"type": "seller_payed", **news}))
    assert "SECRET" not in repr(models.ChatTextToSend.from_dict({**TEXT, "content": "SECRET"}))
