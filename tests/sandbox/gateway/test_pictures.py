"""The store of chat pictures: signed addresses, uploads, downloads, and who may do which when."""

from typing import Any

import pytest

from binance_c2c.sandbox.exchange import chat
from binance_c2c.sandbox.gateway import LARGEST_PICTURE
from tests.support.sandbox_client import Clock, Trader, trading

JPEG = b"\xff\xd8\xff\xe0 a picture"
XML = "application/xml"


class Store:
    """An upload of the merchant's, and what the store answers about it."""

    def __init__(self, name: str = "receipt.jpg") -> None:
        self.merchant: Trader
        self.clock: Clock
        self.merchant, _, self.clock = trading()
        upload = self.merchant.do("chat.image_upload_url", {"imageName": name})
        self.image_url: str = upload["imageUrl"]
        self.path, _, self.query = upload["uploadUrl"].removeprefix("https://bucket.sandbox.invalid").partition("?")

    def put(self, body: bytes = JPEG, *, query: str | None = None, **headers: str) -> tuple[int, str]:
        return self._ask("PUT", self.path, self.query if query is None else query, headers, body)

    def get(self, method: str = "GET", path: str = "", **headers: str) -> tuple[int, str]:
        return self._ask(method, path or self.path, "", headers, b"")

    def _ask(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.merchant.sandbox.handle(method, path, query.encode(), named, body)
        return answer.status, answer.body.decode("latin-1")


def test_a_picture_is_read_a_moment_after_its_upload():
    """Not before it was uploaded, and not at once: a second and a half later, as it came, with its type."""
    store = Store()
    found = [store.get()[0], store.put()[0], store.get()[0]]
    store.clock.seconds += 1.499
    found.append(store.get()[0])
    store.clock.seconds += 0.001
    answer = store.merchant.sandbox.handle("GET", store.path, b"", {}, b"")

    assert [404, 200, 404, 404] == found
    assert (200, "image/jpeg", JPEG) == (answer.status, answer.headers["Content-Type"], answer.body)
    assert store.image_url.endswith(store.path)
    assert 200 == store.get("HEAD")[0]


def test_an_address_takes_uploads_for_five_minutes():
    """Any number of them, of which the last counts; afterwards none."""
    store = Store()
    found = [store.put(b"first")[0], store.put()[0]]
    store.clock.seconds += 300
    found.append(store.put()[0])
    store.clock.seconds += 1
    found.append(store.put(b"late")[0])
    store.clock.seconds += 2

    assert [200, 200, 200, 403] == found
    assert JPEG.decode("latin-1") == store.get()[1]


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ({"query": ""}, 403, "SignatureDoesNotMatch"),
        ({"query": "X-Amz-Signature=\udcff".encode("utf-8", "replace").decode()}, 403, "SignatureDoesNotMatch"),
        ({"body": b""}, 411, "MissingContentLength"),
        ({"body": bytes(LARGEST_PICTURE + 1)}, 400, "EntityTooLarge"),
        ({"x_mbx_apikey": "x"}, 400, "InvalidArgument"),
    ],
)
def test_an_upload_that_is_not_right_is_refused(arguments: dict[str, Any], status: int, code: str):
    """In the words of S3. One with the API key, which is for the exchange alone, is refused here though not there."""
    store = Store()
    refused = store.put(**arguments)

    assert status == refused[0]
    assert f"<Code>{code}</Code>" in refused[1]
    assert 200 == store.put(content_type="image/jpeg")[0]


def test_what_is_not_there_is_not_there():
    """Another number, another kind, another folder, another method: nothing of the exchange shows through."""
    store = Store()
    store.put()
    store.clock.seconds += 2
    paths = ("/c2c/chat/000000000009.jpg", "/c2c/chat/000000000001.png", "/c2c/chat/", "/c2c/chat/1.jpg")

    assert [404] * 4 == [store.get(path=path)[0] for path in paths]
    assert [403, 405] == [store.get("PUT", paths[0])[0], store.get("DELETE")[0]]
    assert 400 == store.get(x_mbx_apikey="x")[0]


def test_the_store_keeps_so_much_and_no_more(monkeypatch: pytest.MonkeyPatch):
    """The oldest picture goes first, and is as if it had not been uploaded."""
    monkeypatch.setattr(chat, "MOST_PICTURE_BYTES", 10)
    store = Store()
    taker = Trader(store.merchant.sandbox, "taker", store.clock)
    store.put(b"123456")
    second = taker.do("chat.image_upload_url", {"imageName": "a.png"})
    path, _, query = second["uploadUrl"].removeprefix("https://bucket.sandbox.invalid").partition("?")
    store.clock.seconds += 1
    store.merchant.sandbox.handle("PUT", path, query.encode(), {}, b"12345")
    store.clock.seconds += 2

    assert [404, 200] == [store.get()[0], store.get(path=path)[0]]


@pytest.mark.parametrize(
    ("kind", "status"), [("error-before", 503), ("error-after", 504), ("firewall", 403), ("empty", 200)]
)
def test_faults_strike_uploads_and_downloads(kind: str, status: int):
    """Each by its own name: a fault of the one leaves the other alone."""
    store = Store()
    store.merchant.sandbox.faults.add(kind, "chat.upload")
    found = store.put()[0]
    store.clock.seconds += 2
    downloaded = store.get()[0]
    store.merchant.sandbox.faults.add(kind, "chat.download")

    assert (status, status) == (found, store.get()[0])
    assert (404 if kind in {"error-before", "firewall"} else 200) == downloaded


def test_an_upload_is_in_the_journal_and_no_failure():
    """Its answer has no body, which of the exchange would mean that there is no such operation."""
    from binance_c2c.sandbox.inspector.views import row  # noqa: PLC0415 - beside what it is about

    store = Store()
    store.put()
    journal = store.merchant.sandbox.journal
    [entry] = journal.requests()[-1:]

    assert (200, False, None) == tuple(row(entry, journal.keyring)[name] for name in ("status", "refused", "operation"))
