"""HTTP/1.1 without I/O: writes a request, reads its response, and tells whether the connection may carry another one.

h11 does the reading. The commonest responses, whose head arrives in one piece and gives a length, are recognised by a
strict pattern instead, at a tenth of the cost; a test holds both to one result, however the bytes are split.
"""

import re
import zlib

import h11
import httpx

from binance_c2c._core.support import HiddenBytes
from binance_c2c._core.transport.messages import (
    LONGEST_BODY,
    Answer,
    AnswerError,
    Header,
    Incoming,
    Request,
    left,
    too_long,
)

LONGEST_HEAD = 100 * 1024

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST = re.compile(rb"%b [\x21-\x7e]+ HTTP/1\.1\r\n(?:%b:[^\0\r\n]*\r\n)+\r\n" % (_TOKEN, _TOKEN))
_PLAIN_HEAD = re.compile(rb"HTTP/1\.1 ([2-5][0-9]{2})(?: [\x20-\x7e]*)?\r\n((?:%b:[\x20-\x7e]*\r\n)+)\r\n" % _TOKEN)
_LENGTH = re.compile(rb"[0-9]{1,15}")
_WITHOUT_BODY = frozenset({b"204", b"304"})
_PLAIN_METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
_TUNNEL = range(200, 300)
_BROKEN_OFF = "the server closed the connection before its answer was complete"
_CODINGS = frozenset({b"gzip", b"x-gzip", b"deflate"})
# More layers of compression mean an attack or a mistake.
_MOST_CODINGS = 2
# The most bytes unpacked between two looks at the clock, and the most compressed bytes read for them.
_PIECE, _SLICE = 1024 * 1024, 64 * 1024


def encoded(request: Request) -> bytes:
    """All bytes of a request. Raises `httpx.LocalProtocolError` where HTTP/1.1 has no form for it."""
    lines = b"".join([b"%b: %b\r\n" % header for header in request.headers])
    head = b"%b %b%b HTTP/1.1\r\n%b\r\n" % (request.method.encode(), request.target, request.signature, lines)
    # A value with a line end in it would be two headers.
    if not _REQUEST.fullmatch(head) or head.count(b"\r\n") != len(request.headers) + 2:
        raise httpx.LocalProtocolError("the request cannot be written in HTTP/1.1")
    # Of a body that may carry a one-time code.
    return HiddenBytes(head + request.body)


class Reading(Incoming):
    """Reads the response to one request, from the first byte that came after it."""

    status_code: int
    """Known with the head, as are the headers."""
    headers: list[Header]
    _keep: bool

    def __init__(self, method: str, most: int = LONGEST_BODY, *, plain: bool = True) -> None:
        self._method = method
        self._most = most
        self._plain = plain and method in _PLAIN_METHODS
        self._h11: h11.Connection | None = None
        self.status_code, self.headers = 0, []
        self._missing = 0
        self._body = bytearray()
        self.complete = False
        """Whether the last byte of the response is in."""
        self._packed = False

    def feed(self, data: bytes) -> bool:
        """Take in bytes, nothing where the server hung up. True once the response is complete.

        Raises `AnswerError` where it breaks off, is not HTTP/1.1 or is too long.
        """
        if self._missing:
            if not data:
                raise AnswerError(_BROKEN_OFF)
            self._count(data)
        elif self._h11 is not None or not (self._plain and self._is_plain(data)):
            self._feed_h11(data)
        return self.complete

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request: it stays open, and nothing came behind the response."""
        return self.complete and self._keep

    def answer(self, waited: float) -> Answer:
        """The response as it came, to a request that waited so many seconds for a connection."""
        return Answer(self.status_code, self.headers, bytes(self._body), packed=self._packed, waited=waited)

    def begun(self) -> Answer | None:
        """The head, with what came of the body unless it is compressed; None before the head is complete."""
        if not self.status_code:
            return None
        return Answer(self.status_code, self.headers, b"" if self._packed else bytes(self._body))

    def _is_plain(self, data: bytes) -> bool:
        """Begin to read the response here, where it is one of the commonest kind; otherwise nothing has happened."""
        head = _PLAIN_HEAD.match(data)
        if head is None or head[1] in _WITHOUT_BODY:
            return False
        headers: list[Header] = []
        length = connection = None
        for line in head[2].split(b"\r\n")[:-1]:
            name, _, value = line.partition(b":")
            value = value.strip()
            headers.append((name, value))
            match name.lower():
                case b"content-length" if length is None and _LENGTH.fullmatch(value):
                    length = int(value)
                case b"connection" if connection is None and value.lower() in {b"keep-alive", b"close"}:
                    connection = value.lower()
                case b"content-length" | b"connection" | b"transfer-encoding" | b"content-encoding":
                    return False
                case _:
                    pass
        if length is None:
            return False
        self.status_code, self.headers, self._keep = int(head[1]), headers, connection != b"close"
        self._bound(length)
        self._missing = length
        self._count(data[head.end() :])
        return True

    def _count(self, data: bytes) -> None:
        """Take `data` for a part of a body whose length is known."""
        self._keep = self._keep and len(data) <= self._missing
        self._body += data[: self._missing]
        self._missing = max(0, self._missing - len(data))
        self.complete = not self._missing

    def _feed_h11(self, data: bytes) -> None:
        if self._h11 is None:
            self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
            self._h11.send(h11.Request(method=self._method, target="/", headers=[("Host", "h")]))
            self._h11.send(h11.EndOfMessage())
        try:
            self._h11.receive_data(data)
            while not self.complete and self._take(self._h11, self._h11.next_event()):
                pass
        except (h11.RemoteProtocolError, ValueError):
            # The parser's text may quote the bytes that came.
            raise AnswerError("the server did not answer in HTTP/1.1" if data else _BROKEN_OFF) from None

    def _take(self, parser: h11.Connection, event: object) -> bool:
        """Whether there may be another event."""
        match event:
            case h11.Response():
                self.status_code, self.headers = event.status_code, list(event.headers.raw_items())
                known = dict(event.headers)
                self._packed = b"content-encoding" in known
                # A body without a length is bounded as it comes.
                self._bound(int(known.get(b"content-length", b"0")))
                # A tunnel begins behind the head; what it carries is no part of the response.
                self.complete = self._method == "CONNECT" and event.status_code in _TUNNEL
                self._keep = not parser.trailing_data[0]
            case h11.Data():
                self._body += event.data
                self._bound(len(self._body))
            case h11.EndOfMessage():
                self.complete = True
                done = parser.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}
                self._keep = done and not parser.trailing_data[0]
            case h11.InformationalResponse():
                pass
            case _:
                return False
        return True

    def _bound(self, length: int) -> None:
        if length > self._most:
            raise too_long(self._most)


def unpacked(answer: Answer, most: int, deadline: float | None = None) -> Answer:
    """An answer with its body unpacked. Raises `AnswerError` where it is broken or too long, or `httpx.ReadTimeout`."""
    if not answer.packed:
        return answer
    with _Packed(answer):
        return Answer(answer.status_code, answer.raw_headers, _body(answer, most, deadline), waited=answer.waited)


def _body(answer: Answer, most: int, deadline: float | None) -> bytes:
    named = b",".join([value for name, value in answer.raw_headers if name.lower() == b"content-encoding"])
    codings = [coding for part in named.split(b",") if (coding := part.strip().lower()) not in {b"", b"identity"}]
    if len(codings) > _MOST_CODINGS or not _CODINGS.issuperset(codings):
        raise AnswerError("the answer is compressed in a way that was not asked for")
    body = answer.content
    for coding in reversed(codings):
        body = _inflated(body, coding, most, deadline)
    return body


class _Packed(Incoming):
    """An answer that is being unpacked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def begun(self) -> Answer:
        return Answer(self._answer.status_code, self._answer.raw_headers, b"")


def _inflated(packed: bytes, coding: bytes, most: int, deadline: float | None) -> bytes:
    # `deflate` is meant to have a wrapper, which two bytes give away, and sometimes has none.
    wrapped = packed[:1] == b"x" and int.from_bytes(packed[:2]) % 31 == 0
    bits = zlib.MAX_WBITS + 16 if coding != b"deflate" else zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
    stream, whole, rest = zlib.decompressobj(bits), bytearray(), memoryview(packed)
    try:
        while packed and not stream.eof:
            left(deadline, httpx.ReadTimeout)
            # In slices: what is left over of one is copied each time.
            tail, rest = stream.unconsumed_tail or rest[:_SLICE], rest if stream.unconsumed_tail else rest[_SLICE:]
            whole += stream.decompress(tail, _PIECE)
            if len(whole) > most:
                raise too_long(most)
            # What was left over from all that came has now been unpacked.
            if not (tail or stream.eof):
                raise AnswerError("the compressed answer is cut short")
    except zlib.error:
        raise AnswerError("the compressed answer is damaged") from None
    return bytes(whole)
