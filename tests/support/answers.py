"""Answers of a scripted server: the order that was asked for, and every way in which an answer is lost."""

import json
from typing import Any

from tests.support.clients import gateway, no, order_data, yes
from tests.support.wire import HANG_UP, RESET, Answer, Received, reply

WHOLE = reply(yes()).data
HEAD, BODY = WHOLE[: WHOLE.index(b"\r\n\r\n") + 4], WHOLE[WHOLE.index(b"\r\n\r\n") + 4 :]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

LOST = {
    "dropped before the answer": HANG_UP,
    "reset while the request is read": RESET,
    "dropped inside the first line": Answer(HEAD[:12], hang_up=True),
    "dropped inside the head": Answer(HEAD[:-4], hang_up=True),
    "dropped before the body": Answer(HEAD, hang_up=True),
    "dropped inside the body": Answer(HEAD + BODY[:-1], hang_up=True),
    "dropped between chunks": Answer(CHUNKED + b"2\r\n{}\r\n", hang_up=True),
    "no HTTP": Answer(b"SSH-2.0-OpenSSH_9.6\r\n", hang_up=True),
    "a broken chunk": Answer(CHUNKED + b"zz\r\n", hang_up=True),
    "a broken compression": reply(b"no gzip", 200, [("Content-Encoding", "gzip")]),
    "502": reply(b"<html>Bad Gateway</html>", 502),
    "503": reply(gateway(-1008), 503),
    "520": reply(b"", 520),
    "a page": reply(b"<html>Checking your browser</html>"),
    "nothing": reply(b""),
    "accepted": reply(b"", 202),
    "a redirect": reply(b"", 307, [("Location", "/")]),
}
"""By the situation, what the server answers."""


def release(client: Any) -> Any:
    return client.orders.release(order_number="1", auth_type="GOOGLE", code="000000")


def own_answer(request: Received) -> Answer:
    """The order that was asked for; every third is refused, in words that name it."""
    number = json.loads(request.body)["adOrderNo"]
    return reply(no(message=f"not {number}") if int(number) % 3 == 0 else yes(order_data(number)))
