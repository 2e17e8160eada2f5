"""Where a request comes from: only programs that call the sandbox by its name, and its own page, are answered."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
ANY_ADDRESS = "any IP address"
"""Among the names of a sandbox: each address of its machine. A web page that tricks a browser does so by a name."""


def host_of(headers: Mapping[str, str]) -> str:
    """The name that a request calls its host by, without the port and in small letters."""
    host = headers.get("host", "")
    name, colon, port = host.rpartition(":")
    return (name if colon and (port.isdecimal() or not port) and not host.endswith("]") else host).lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def foreign(
    headers: Mapping[str, str], hosts: AbstractSet[str] = LOOPBACK_NAMES, *, linked: bool = False
) -> str | None:
    """Why a request is refused: it comes, or may come, from a web page of another site. None where it does not.

    A name whose owner points it at this machine shows in `Host`, another page in `Origin` or `Sec-Fetch-Site`, which no
    script can set. `linked` is whether other pages may link to what is asked for.
    """
    host, name = headers.get("host", ""), host_of(headers)
    if name not in hosts and not (ANY_ADDRESS in hosts and _is_address(name)):
        why = (
            "since this sandbox answers only this machine"
            if hosts == LOOPBACK_NAMES
            else "the names under which this sandbox is reached"
        )
        return f"Host: {', '.join(sorted(hosts))} is expected, {why}"
    if headers.get("origin", f"http://{host}") != f"http://{host}":
        return "Origin: the inspector's own page is expected, or none"
    if not linked and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return "Sec-Fetch-Site: same-origin is expected, or none"
    return None
