"""The check of a request's origin: only requests of programs and of the inspector's own page are answered."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
ANY_ADDRESS = "any IP address"
"""Among the host names of a sandbox: any IP address. Safe, because DNS rebinding needs a host name."""


def host_of(headers: Mapping[str, str]) -> str:
    """The host name in the header `Host`, without the port and in lower case."""
    host = headers.get("host", "")
    name, colon, port = host.rpartition(":")
    return (name if colon and (port.isdecimal() or not port) and not host.endswith("]") else host).lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def why_cross_site(
    headers: Mapping[str, str], hosts: AbstractSet[str] = LOOPBACK_NAMES, *, allow_links: bool = False
) -> str | None:
    """Why a request may come from a web page of another site, and is refused; None if it is not refused.

    DNS rebinding shows in `Host`, a request from another page in `Origin` or `Sec-Fetch-Site`; no script can set these.
    `allow_links` is whether other pages may link to the path.
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
    if not allow_links and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return "Sec-Fetch-Site: same-origin is expected, or none"
    return None
