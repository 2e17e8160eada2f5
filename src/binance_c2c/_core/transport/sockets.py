"""What drivers of connections have in common: looking up a host, and whether anything has come over a socket."""

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
"""As `socket.getaddrinfo` gives it."""
Found = list[Address] | OSError


def look_up(host: str, port: int, deliver: Callable[[Found], object]) -> None:
    """Have the addresses of a host delivered, or why there are none.

    By a thread that nobody waits for when a deadline has passed or the program ends: the question cannot be cut short.
    """
    try:
        ip_address(host)
    except ValueError:
        Thread(target=lambda: deliver(_addresses(host, port)), daemon=True).start()
    else:
        deliver(_addresses(host, port))


def _addresses(host: str, port: int) -> Found:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)) or OSError("none")
    except (OSError, UnicodeError) as error:
        return OSError(type(error).__name__)


def no_address(host: str, why: OSError) -> UnreachedError:
    """The error for a host that was not found."""
    return UnreachedError(f"no address of {host} was found ({why})")


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
