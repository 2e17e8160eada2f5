"""A proxy on loopback that opens tunnels."""

import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Thread


@contextmanager
def tunnel() -> Generator[tuple[str, list[bytes], list[bytes]]]:
    """A proxy that connects to the requested host: its address, the requests to it, and the bytes that clients sent."""
    asked: list[bytes] = []
    carried: list[bytes] = []
    threads: list[Thread] = []

    def copy(source: socket.socket, target: socket.socket, keep: list[bytes]) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                keep.append(piece)
                target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def serve(client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(65536)
                if not piece:
                    return
                head += piece
            asked.append(head)
            host, _, port = head.split()[1].decode().rpartition(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = Thread(target=copy, args=(server, client, []))
                back.start()
                copy(client, server, carried)
                back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threads.append(Thread(target=serve, args=(client,)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = Thread(target=accept)
        acceptor.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked, carried
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()
            for thread in threads:
                thread.join()
