"""A TLS server whose records can be cut in two, and that keeps the second half back until the next request comes."""

import socket
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from threading import Thread


class Records:
    """The server's side of one connection, record by record."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        self.connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def wait_for_bytes(self) -> None:
        """Take in what comes next. Raises `OSError` where the client hung up."""
        came = self.connection.recv(65536)
        if not came:
            raise ConnectionAbortedError
        self._incoming.write(came)

    def do_handshake(self) -> None:
        """Carry out the handshake, but for the last bytes that are to be sent."""
        while True:
            try:
                return self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self.send()
                self.wait_for_bytes()

    def read(self) -> bytes:
        """What the client sent."""
        while True:
            try:
                return self.tls.read(65536)
            except ssl.SSLWantReadError:
                self.wait_for_bytes()

    def record(self, text: bytes = b"") -> bytes:
        """A record with a text, behind whatever else TLS wants to send."""
        self.tls.write(text)
        return self._outgoing.read()

    def send(self, behind: bytes = b"") -> None:
        """Send what TLS wants to send, and bytes behind it."""
        self.connection.sendall(self._outgoing.read() + behind)


@contextmanager
def served(context: ssl.SSLContext, serve: Callable[[Records], object]) -> Generator[str]:
    """A server that deals with each connection, before the handshake, in a thread: its address."""
    threads: list[Thread] = []

    def begin(connection: socket.socket) -> None:
        # What is sent is to be there at once, and not only when the client has confirmed what came before.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A client that hangs up is no failure of the server's.
        with connection, suppress(OSError):
            serve(Records(connection, context))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threads.append(Thread(target=begin, args=(connection,)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = Thread(target=accept)
        acceptor.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()
            for thread in threads:
                thread.join()
