"""Each way in which a call reaches the exchange: the kind of client, and the route that its requests take."""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from tests.support.clients import Act, Kind, OnTrio, OnUvloop, given_to, run
from tests.support.servers.authority import Authority
from tests.support.servers.proxy import tunnel
from tests.support.wire import Answer, Then, Wire

HOST = "http://c2c.example"
KINDS: dict[str, Kind] = {"threads": C2CClient, "asyncio": AsyncC2CClient, "uvloop": OnUvloop, "trio": OnTrio}
OWN = ["plain", "tls", "proxy", "tunnel"]
"""The routes of a client's own connections: plain HTTP and TLS, and both through a proxy."""
GIVEN = ["client", "transport"]
"""What a caller gives as `http`."""


class Way(NamedTuple):
    """A kind of client and a route."""

    kind: Kind
    route: str
    authority: Authority

    @property
    def keeps(self) -> bool:
        """Whether a connection is kept for later calls. A connection of the caller's client carries a single call."""
        return self.route in OWN

    @contextmanager
    def wire(self, *script: Answer, then: Then = None) -> Generator[Wire]:
        """A scripted server at the end of the route."""
        tls = self.authority.server if self.route in {"tls", "tunnel"} else None
        with Wire(*script, then=then, tls=tls) as wire, ExitStack() as stack:
            if self.route == "proxy":
                os.environ["HTTP_PROXY"] = wire.url
            if self.route == "tunnel":
                os.environ["HTTPS_PROXY"], _, _ = stack.enter_context(tunnel())
            if tls is not None:
                os.environ["SSL_CERT_FILE"] = str(self.authority.certificate)
            yield wire

    def run(self, wire: Wire, *acts: Act, **changed: Any) -> list[Any]:
        """The results of acts on a new client whose requests take the route."""
        if self.route == "proxy":
            return run(self.kind, HOST, *acts, allow_plain_http=True, **changed)
        if not self.keeps:
            changed["http"] = given_to(self.kind, self.route)
        return run(self.kind, wire.url, *acts, **changed)


def _each(*routes: str) -> pytest.MarkDecorator:
    ways = {f"{kind} {route}": (KINDS[kind], route) for route in routes for kind in KINDS}
    return pytest.mark.parametrize("way", ways.values(), ids=ways, indirect=True)


every_way = _each(*OWN, *GIVEN)
every_way_but_tunnels = _each("plain", "tls", "proxy", *GIVEN)
"""The routes on which the client receives at once what the server has sent."""
every_given_way = _each(*GIVEN)
