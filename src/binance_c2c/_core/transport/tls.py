"""TLS without I/O: encrypts and decrypts the bytes of one connection, and tells whether a record came only in part."""

import ssl

from binance_c2c._core.transport.http1 import Reading
from binance_c2c._core.transport.sockets import spoke_first

_HEAD, _LENGTH_AT = 5, 3
# The most bytes in one record.
_RECORD = 16 * 1024


class Tls:
    """The client's side of TLS on one connection, for all kinds of connections.

    OpenSSL keeps the first half of a record to itself. An answer that nobody asked for could hide there, and be taken
    for the answer to the next request when its other half comes. So the records are counted as their bytes come.
    """

    def __init__(self, trust: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trust.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._head: bytes = b""
        """The start of a record, as long as its length is not known."""
        self._missing = 0
        """Bytes of a record that are still to come."""
        self._ended = False

    @property
    def is_between_records(self) -> bool:
        """Whether all that came has been decrypted, and the server has not ended TLS."""
        return not (self._missing or self._head or self._ended)

    def shake_hands(self, data: bytes | None) -> bool:
        """Take in bytes of the handshake, None at its start. True once it is over.

        Raises `OSError` where it fails, and `UnreachedError` where the server has sent more than that.
        """
        if data is not None:
            self._take_in(data)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            if self._ended:
                raise ConnectionAbortedError from None
            return False
        if self._text() or self._ended:
            raise spoke_first()
        return self.is_between_records

    def outgoing(self) -> bytes:
        """Bytes of TLS's own that are to be sent: of the handshake, and replies to what the server said of it later."""
        return self._outgoing.read()

    def encrypted(self, text: bytes) -> bytes:
        """A text as it is sent."""
        view = memoryview(text)
        while view:
            view = view[self._tls.write(view) :]
        return self._outgoing.read()

    def decrypted(self, data: bytes) -> bytes:
        """The text in bytes that came, none where they belong to TLS itself. Raises `ssl.SSLError`."""
        self._take_in(data)
        return self._text()

    def feed(self, data: bytes, reading: Reading) -> None:
        """Decrypt bytes that came, and have the text in them read as part of a response."""
        text = self.decrypted(data)
        if text:
            reading.feed(text)
        if self._ended and not reading.complete:
            reading.feed(b"")

    def _take_in(self, data: bytes) -> None:
        self._incoming.write(data)
        self._ended = self._ended or not data
        if len(data) < self._missing:
            self._missing -= len(data)
            return
        data, at = self._head + data[self._missing :], 0
        while len(data) - at >= _HEAD:
            at += _HEAD + int.from_bytes(data[at + _LENGTH_AT : at + _HEAD])
        self._head, self._missing = data[at:], max(0, at - len(data))

    def _text(self) -> bytes:
        parts: list[bytes] = []
        try:
            while part := self._tls.read(_RECORD):
                parts.append(part)
            self._ended = True
        except ssl.SSLWantReadError:
            # All that came has been read.
            pass
        except ssl.SSLError:
            if not parts:
                raise
            # The text before it is genuine, and may be a whole answer.
            self._ended = True
        return b"".join(parts)
