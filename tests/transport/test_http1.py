"""HTTP/1.1 without I/O: where a response ends, what may not be one, and what is unpacked of it."""

import gzip
import zlib
from hashlib import sha512
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from binance_c2c._core.transport import http1, messages
from binance_c2c._core.transport.http1 import LONGEST_HEAD, Reading, encoded, unpacked
from binance_c2c._core.transport.messages import Answer, AnswerError, Origin, Request, left

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
ORIGIN = Origin("https", "api.binance.com", 443, b"api.binance.com")

names = st.sampled_from(
    [
        *(b"Content-Length", b"content-length", b"Transfer-Encoding", b"Connection", b"Content-Encoding", b"X-Own"),
        *(b"", b"X Own", b"X-Own ", b"\xff", b"Keep-Alive", b"Upgrade"),
    ]
)
values = st.sampled_from(
    [
        *(b"0", b"2", b"3", b"5", b"2, 2", b"+2", b"-1", b"0x2", b"1" * 16, b"9" * 4301, b"", b" 2 ", b"\t2", b"2\t"),
        *(b"chunked", b"identity", b"gzip", b"close", b"Close", b"keep-alive", b"keep-alive, close", b"upgrade"),
        *(b"a\x00b", b"a\x7fb", b"a\rb", b"\xe4", b"a b", b"a\x0bb"),
    ]
)
statuses = st.sampled_from(
    [
        b"200 OK",
        b"200",
        b"200 ",
        b"204 None",
        b"304 Same",
        b"101 Other",
        b"100 Go",
        b"599 x",
        b"600 x",
        b"99 x",
        b"2000 x",
    ]
)
versions = st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.2", b"http/1.1", b"HTTP/2", b" HTTP/1.1"])
ends = st.sampled_from([b"\r\n", b"\n", b"\r\r\n"])
bodies = st.sampled_from(
    [b"", b"{", b"{}", b"{}{", b"2\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\nmore", b"zz\r\n", OK]
)
heads = st.builds(
    lambda version, status, fields, end: (
        version + b" " + status + end + b"".join(name + b":" + value + end for name, value in fields) + end
    ),
    st.just(b"HTTP/1.1") | versions,
    statuses,
    st.lists(st.tuples(names, values | values.map(lambda value: b" " + value)), max_size=4),
    st.just(b"\r\n") | ends,
)
methods = st.sampled_from(["GET", "POST", "HEAD", "CONNECT"])


def with_header(header: bytes) -> bytes:
    """The head of an ordinary response, with another header at its end."""
    return OK.replace(b"\r\n\r\n{}", b"\r\n%b\r\n\r\n" % header)


def read(pieces: list[bytes], method: str, *, plain: bool) -> Any:
    """What comes of a response in these pieces, after which the server hangs up; or that it is none."""
    reading = Reading(method, 10_000, plain=plain)
    left = list(pieces)
    try:
        while not reading.complete:
            reading.feed(left.pop(0) if left else b"")
    except AnswerError:
        return "no answer"
    # What comes behind a complete response is not fed any more: the connection is looked at instead.
    answer = reading.answer(0.0)
    return answer.status_code, answer.raw_headers, answer.content, answer.packed, reading.reusable and not left


@settings(deadline=None, max_examples=400)
@given(head=heads, body=bodies, method=methods, cuts=st.lists(st.integers(0, 200), max_size=3))
@example(head=OK[:-2], body=b"{}", method="GET", cuts=[])
@example(head=OK[:-2], body=b"", method="HEAD", cuts=[])
@example(head=OK[:-2], body=b"", method="CONNECT", cuts=[])
@example(head=with_header(b"Transfer-Encoding: chunked"), body=b"2\r\n{}\r\n0\r\n\r\n", method="GET", cuts=[])
@example(head=with_header(b"Content-Encoding: gzip"), body=b"{}", method="GET", cuts=[])
@example(head=with_header(b"X-Own:  Xa:bX "), body=b"{}", method="GET", cuts=[])
@example(head=OK[:-2], body=b"{}" + OK, method="GET", cuts=[len(OK)])
def test_both_ways_to_read_agree(head: bytes, body: bytes, method: str, cuts: list[int]):
    """The strict pattern for the commonest responses comes to the result of h11, however the bytes are split."""
    data = head + body
    places = sorted({cut for cut in cuts if 0 < cut < len(data)})
    pieces = [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True) if start < end]

    assert read(pieces, method, plain=False) == read(pieces, method, plain=True)


COMMONEST = {
    "a length": OK[:-2],
    "names in lower case": OK[:-2].lower().replace(b"http", b"HTTP"),
    "kept": with_header(b"Connection: keep-alive"),
    "kept, in capitals": with_header(b"CONNECTION: Keep-Alive"),
    "not kept": with_header(b"connection:close"),
}


@pytest.mark.parametrize("body", [b"{}", b"{\r\n\r\n}"], ids=["short", "with an empty line"])
@pytest.mark.parametrize("head", COMMONEST.values(), ids=COMMONEST)
def test_the_commonest_responses_need_no_h11(head: bytes, body: bytes, monkeypatch: pytest.MonkeyPatch):
    """They are read at a tenth of the cost: whole, and with any part of the body in the first piece."""
    monkeypatch.setattr(http1, "h11", None)
    whole = head.replace(b": 2", b": %d" % len(body)) + body
    for cut in range(len(head), len(whole) + 1):
        reading = Reading("GET")
        for piece in filter(None, (whole[:cut], whole[cut:])):
            reading.feed(piece)

        assert (True, body) == (reading.complete, reading.answer(0.0).content)


@pytest.mark.parametrize("behind", [b"", b"x", OK, b"\r\n"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_response_ends_where_it_ends(chunked: bool, behind: bytes):
    """Split at every place; with anything behind it its connection is not used again."""
    whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" if chunked else OK
    for cut in range(1, len(whole)):
        reading = Reading("GET")
        ends = [reading.feed(piece) for piece in (whole[:cut], whole[cut:] + behind)]

        assert [False, True] == ends
        assert b"{}" == reading.answer(0.0).content
        assert (not behind) is reading.reusable


NO_ANSWERS = {
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "a length of 4301 digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 4301 + b"\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "a head without an end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * (LONGEST_HEAD + 1),
    "a length of 16 digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 16 + b"\r\n\r\n",
    "another language": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    "a length beyond the bound": b"HTTP/1.1 200 OK\r\nContent-Length: 65000001\r\n\r\n",
    "a chunk beyond the bound": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400000\r\n" + b"a" * 4194304,
}


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("data", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_an_error_of_ours(data: bytes, plain: bool):
    """Whatever comes, nothing foreign is raised, before more of it is waited for, and the text quotes nothing of it."""
    with pytest.raises(AnswerError) as caught:
        Reading("GET", 1_000_000, plain=plain).feed(data)

    assert str(caught.value) in {
        "the server did not answer in HTTP/1.1",
        "the answer is longer than max_response_bytes (1000000)",
    }


@pytest.mark.parametrize("plain", [True, False])
def test_an_answer_may_be_as_long_as_the_bound(plain: bool):
    """With the body in chunks too, no answer of so many bytes is refused, and each with a byte more is."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    for data in (OK, chunked):
        reading = Reading("GET", 2, plain=plain)

        assert reading.feed(data)
        assert b"{}" == reading.answer(0.0).content
        with pytest.raises(AnswerError, match=r"^the answer is longer than max_response_bytes \(1\)$"):
            Reading("GET", 1, plain=plain).feed(data)


@pytest.mark.parametrize("cut", [0, 9, len(OK) - 2, len(OK) - 1])
def test_an_answer_that_breaks_off_is_none(cut: int):
    """The server hung up before the last byte."""
    reading = Reading("GET")
    if cut:
        reading.feed(OK[:cut])

    with pytest.raises(AnswerError, match="the server closed the connection before its answer was complete"):
        reading.feed(b"")


@pytest.mark.parametrize("together", [False, True])
def test_news_before_the_answer_is_skipped(together: bool):
    """A response that only says that it goes on is not the answer, which may come in one piece with it."""
    news, reading = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", Reading("POST")
    if not together:
        assert not reading.feed(news)

    assert reading.feed(news + OK if together else OK)
    assert (200, True) == (reading.status_code, reading.reusable)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (b"keep-alive", True),
        (b"Close", False),
        (b"keep-alive, close", False),
        (b"close\r\nConnection: keep-alive", False),
        (b"keep-alive\r\nConnection: close", False),
    ],
)
def test_a_server_says_whether_it_keeps_a_connection(said: bytes, kept: bool):
    """One that it is going to close carries no other request."""
    reading = Reading("GET")
    reading.feed(with_header(b"Connection: " + said) + b"{}")

    assert (True, kept) == (reading.complete, reading.reusable)


def answer(body: bytes, coding: str) -> Answer:
    return Answer(200, [(b"Content-Encoding", coding.encode())], body, packed=True)


def raw(text: bytes, level: int = 9) -> bytes:
    """A text as servers deflate it that leave the wrapper out."""
    packing = zlib.compressobj(level, wbits=-zlib.MAX_WBITS)
    return packing.compress(text) + packing.flush()


PACKED = {
    "gzip": (gzip.compress(b"text"), "gzip"),
    "x-gzip": (gzip.compress(b"text"), "X-GZip"),
    "deflate": (zlib.compress(b"text"), "deflate"),
    "deflate without a wrapper": (raw(b"text"), "deflate"),
    "twice": (gzip.compress(zlib.compress(b"text")), "deflate, gzip"),
    "not at all": (b"text", "identity"),
    "with an empty place in the list": (gzip.compress(b"text"), "gzip, "),
}


@pytest.mark.parametrize(("body", "coding"), PACKED.values(), ids=PACKED)
def test_what_is_packed_is_unpacked(body: bytes, coding: str):
    """In each of the ways that are asked for, and in one that is none."""
    assert b"text" == unpacked(answer(body, coding), 99).content


def test_codings_may_stand_in_a_header_each():
    """The last of them is the outermost, as in one list."""
    headers = [(b"Content-Encoding", b"deflate"), (b"content-encoding", b"gzip")]
    packed = Answer(200, headers, gzip.compress(zlib.compress(b"text")), packed=True)

    assert b"text" == unpacked(packed, 99).content


def test_nothing_else_of_an_answer_changes_when_it_is_unpacked():
    """Neither status and headers nor the time it waited, for the clock is set by it; and once is enough."""
    packed = Answer(503, [(b"Content-Encoding", b"gzip")], gzip.compress(b"text"), packed=True, waited=3.0)
    done = unpacked(packed, 99)

    assert (503, packed.raw_headers, 3.0) == (done.status_code, done.raw_headers, done.waited)
    assert done is unpacked(done, 99)


LONG = b"".join(sha512(b"%d" % number).digest() + b" " * 1500 for number in range(2500))
"""Compressed, it is more than is read at once; and each such slice holds more than is unpacked at once."""
EDGE = b" " * (1024 * 1024 + 20)
"""When a MiB of it is unpacked, every compressed byte has been read, and the rest is still to come."""
LONG_ONES = {
    "gzip": (LONG, gzip.compress(LONG), "gzip"),
    "deflate without a wrapper": (LONG, raw(LONG), "deflate"),
    "a mebibyte and a little": (EDGE, raw(EDGE), "deflate"),
    "without a wrapper, but with a likeness of one": (b"a" * 23, raw(b"a" * 23, level=0), "deflate"),
}


@pytest.mark.parametrize(("text", "body", "coding"), LONG_ONES.values(), ids=LONG_ONES)
def test_all_of_an_answer_is_unpacked(text: bytes, body: bytes, coding: str):
    """However long it is, up to the very bound, and whatever its first bytes are."""
    assert text == unpacked(answer(body, coding), len(text)).content
    with pytest.raises(AnswerError, match="longer than max_response_bytes"):
        unpacked(answer(body, coding), len(text) - 1)


def test_nothing_unpacks_to_nothing():
    """An answer without a body may name a coding."""
    assert b"" == unpacked(answer(b"", "gzip"), 4).content


BROKEN = {
    "no gzip": (b"text", "gzip", "the compressed answer is damaged"),
    "another coding than it says": (zlib.compress(b"text"), "gzip", "the compressed answer is damaged"),
    "half of it": (gzip.compress(b"text" * 99)[:-9], "gzip", "the compressed answer is cut short"),
    "another way": (b"text", "br", "the answer is compressed in a way that was not asked for"),
    "thrice": (b"text", "gzip, gzip, gzip", "the answer is compressed in a way that was not asked for"),
    "a bomb": (gzip.compress(b" " * 10_000_000), "gzip", "the answer is longer than max_response_bytes (1000)"),
}


@pytest.mark.parametrize(("body", "coding", "said"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_unpacked_is_an_error_of_ours(body: bytes, coding: str, said: str):
    """Each of them says what is wrong."""
    with pytest.raises(AnswerError) as caught:
        unpacked(answer(body, coding), 1000)

    assert said == str(caught.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET /x"},
        {"target": b"/a b"},
        {"target": b"/\xff"},
        {"target": b""},
        {"headers": [(b"a", b"1\r\nb: 2")]},
        {"headers": [(b"a b", b"1")]},
        {"headers": [(b"", b"1")]},
        {"headers": []},
    ],
)
def test_a_request_that_is_none_does_not_leave(changed: dict[str, Any]):
    """What would be read as something else by the server is not sent."""
    request = Request("GET", ORIGIN, b"/x", [(b"Host", b"api.binance.com")])

    assert b"GET /x HTTP/1.1\r\nHost: api.binance.com\r\n\r\n" == encoded(request)
    with pytest.raises(httpx.LocalProtocolError, match=r"^the request cannot be written in HTTP/1\.1$"):
        encoded(request._replace(**changed))


def test_a_request_shows_no_secret():
    """Neither what is signed, nor with what."""
    request = Request("GET", ORIGIN, b"/x?page=1&note=?", [(b"X-MBX-APIKEY", b"key")], b"body", b"&signature=abc")

    assert "<GET /x>" == repr(request)
    assert encoded(request).startswith(b"GET /x?page=1&note=?&signature=abc HTTP/1.1\r\n")


PLACES = {
    "https://a.example": Origin("https", "a.example", 443, b"a.example"),
    "http://a.example": Origin("http", "a.example", 80, b"a.example"),
    "http://[::1]:443/path": Origin("http", "::1", 443, b"[::1]:443"),
}


@pytest.mark.parametrize(("url", "expected"), PLACES.items(), ids=PLACES)
def test_a_url_leads_to_a_server(url: str, expected: Origin):
    """To the usual port of its scheme where it names none."""
    assert expected == Origin.of(httpx.URL(url))


def test_the_time_left_ends_with_the_deadline(monkeypatch: pytest.MonkeyPatch):
    """At the very deadline too there is none left: a socket that may wait for 0 seconds would fail in another way."""
    monkeypatch.setattr(messages, "time", SimpleNamespace(monotonic=lambda: 10.0))

    assert None is left(None, httpx.ReadTimeout)
    assert 0.5 == left(10.5, httpx.ReadTimeout)
    for deadline in (9.5, 10.0):
        with pytest.raises(httpx.ReadTimeout, match=r"^the deadline has passed$"):
            left(deadline, httpx.ReadTimeout)
