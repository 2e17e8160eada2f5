"""Where a request comes from: only programs on this machine, and the sandbox's own page, are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


def foreign(headers: Mapping[str, str], hosts: Collection[str] = LOOPBACK_NAMES, *, linked: bool = False) -> str | None:
    """Why a request is refused: it comes, or may come, from a web page of another site. None where it does not.

    A name whose owner points it at this machine shows in `Host`, another page in `Origin` or `Sec-Fetch-Site`, which no
    script can set. `linked` is whether other pages may link to what is asked for.
    """
    host = headers.get("host", "")
    name, colon, port = host.rpartition(":")
    if (name if colon and (port.isdecimal() or not port) and not host.endswith("]") else host).lower() not in hosts:
        return f"Host: {', '.join(sorted(hosts))} is expected, since this sandbox answers this machine alone"
    if headers.get("origin", f"http://{host}") != f"http://{host}":
        return "Origin: the inspector's own page is expected, or none"
    if not linked and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return "Sec-Fetch-Site: same-origin is expected, or none"
    return None
