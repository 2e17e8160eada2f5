"""Helpers for all three kinds of connections: looking up a host, and noticing that bytes have come over a socket."""

import select
import socket
from collections.abc import Callable
from ipaddress import ip_address
from threading import Thread
from typing import Any

from binance_c2c._core.transport.messages import UnreachedError

MOST_CONNECTIONS = 100
LONGEST_IDLE = 5.0
"""Seconds that a connection is kept for another call."""

Address = tuple[int, int, int, str, Any]
"""An address in the form of `socket.getaddrinfo`."""
Found = list[Address] | OSError


def look_up(host: str, port: int, deliver: Callable[[Found], object]) -> None:
    """Look up the addresses of a host, and call `deliver` with them or with the reason why there are none.

    A daemon thread asks, since a look-up cannot be cancelled when a deadline passes or the program ends.
    """
    try:
        ip_address(host)
    except ValueError:
        Thread(target=lambda: deliver(_addresses(host, port)), daemon=True).start()
    else:
        deliver(_addresses(host, port))


def _addresses(host: str, port: int) -> Found:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        return OSError(type(error).__name__)


def no_address(host: str, why: OSError) -> UnreachedError:
    """The error for a host that was not found."""
    return UnreachedError(f"no address of {host} was found ({why})")


def unsolicited_data() -> UnreachedError:
    """The error for a connection on which something came before a request was sent."""
    return UnreachedError("the server sent data before it was asked, or closed the connection")


def is_quiet(descriptor: int) -> bool:
    """Whether nothing has come over a socket, neither bytes nor the end. One that is closed is not quiet."""
    if descriptor < 0:
        return False
    if not hasattr(select, "poll"):
        # Windows, whose `select` takes any number.
        return not select.select([descriptor], [], [], 0)[0]
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return not poll.poll(0)
