"""TLS without I/O: encrypts and decrypts the bytes of one connection, and tells whether a record came only in part."""

import ssl

from binance_c2c._core.transport.http1 import Reading
from binance_c2c._core.transport.sockets import unsolicited_data

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

    def do_handshake(self, data: bytes | None) -> bool:
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
        if self._read_plaintext() or self._ended:
            raise unsolicited_data()
        return self.is_between_records

    def outgoing(self) -> bytes:
        """Bytes that TLS itself has to send: of the handshake, and replies to later messages of TLS."""
        return self._outgoing.read()

    def encrypt(self, plaintext: bytes) -> bytes:
        """The bytes to send for a plaintext."""
        view = memoryview(plaintext)
        while view:
            view = view[self._tls.write(view) :]
        return self._outgoing.read()

    def decrypt(self, data: bytes) -> bytes:
        """The plaintext in bytes that came; empty if they belong to TLS itself. Raises `ssl.SSLError`."""
        self._take_in(data)
        return self._read_plaintext()

    def feed(self, data: bytes, reading: Reading) -> None:
        """Decrypt bytes that came, and read the plaintext as part of a response."""
        plaintext = self.decrypt(data)
        if plaintext:
            reading.feed(plaintext)
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

    def _read_plaintext(self) -> bytes:
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
            # The plaintext before it is genuine, and may be a whole answer.
            self._ended = True
        return b"".join(parts)
