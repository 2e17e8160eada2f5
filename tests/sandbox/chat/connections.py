"""A chat connection to the sandbox in process, written by hand from what is known of the frames."""

import json
from typing import Any

from binance_c2c.sandbox import ChatSession
from binance_c2c.sandbox.chat import Close, Drop, Frame, Freeze
from tests.support.sandbox_client import Trader, trading


def target(trader: Trader) -> str:
    """What a fresh credential lets its owner ask for once."""
    credential = trader.do("chat.credential")
    return f"/chat/{credential['listenKey']}?token={credential['listenToken']}&clientType=web"


def connected(trader: Trader) -> ChatSession:
    """A connection whose first frame, which counts unread messages, is taken already."""
    handshake = trader.sandbox.chat.connect(target(trader))
    assert handshake.session is not None, handshake.answer
    assert ["statistics"] == [frame["type"] for frame in frames(handshake.session)]
    return handshake.session


def frames(session: ChatSession) -> list[dict[str, Any]]:
    """The JSON of all that waits, of which each has to be text."""
    taken = session.take()
    assert all(isinstance(one, Frame) for one in taken), taken
    return [json.loads(one.data) for one in taken if isinstance(one, Frame)]


def events(session: ChatSession) -> list[str | float]:
    """What waits, in short: the content of a frame, the reason of a close, the seconds of a freeze, or `drop`."""
    short: list[str | float] = []
    for one in session.take():
        match one:
            case Frame(data):
                short.append(word_of(data))
            case Close(_, reason):
                short.append(f"close {reason}")
            case Drop():
                short.append("drop")
            case Freeze(seconds):
                short.append(seconds)
    return short


def word_of(data: str | bytes) -> str:
    """The content of a frame, or of a system message the type in it; the frame itself where it is no JSON."""
    try:
        frame = json.loads(data)
        content = frame.get("content", frame["type"])
    except ValueError:
        return repr(data)
    return str(json.loads(content)["type"] if frame["type"] == "system" else content)


def text(order: str, content: str, uuid: str, /, **more: Any) -> str:
    """The frame that says something, as the vendor's guide has it."""
    frame = {"type": "text", "uuid": uuid, "orderNo": order, "content": content, "self": True}
    return json.dumps({**frame, "clientType": "web", "createTime": 1_710_460_800_000, "sendStatus": 0, **more})


def image(order: str, url: str, uuid: str, /, **more: Any) -> str:
    """The frame that sends a picture, as the vendor's guide has it."""
    frame = {"type": "image", "uuid": uuid, "orderNo": order, "imageUrl": url, "thumbnailUrl": url, "imageType": "jpg"}
    return json.dumps(
        {**frame, "width": 800, "height": 600, "self": True, "clientType": "web", "sendStatus": 0, **more}
    )


def chatting(**ad: Any) -> tuple[Trader, Trader, str]:
    """A merchant and a taker with an order between them."""
    merchant, taker, _ = trading()
    return merchant, taker, taker.place(merchant.post_ad(**ad))
