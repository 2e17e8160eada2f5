"""The rules for access: which servers are asked, and how a caller proves who it is."""

import re
from collections.abc import Iterator

from generator.description import Place, Source

KEY, SIGNATURE = "apiKey", "signature"
# The client signs in this one way, whatever a description says.
SIGNED = {"type": "apiKey", "in": "query", "name": "signature"}
URL = re.compile(r"https://[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?")
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""The name of a header."""
TEXT = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
"""The value of a header. Any other would be cut, refused or rewritten on its way."""
# Each is made from the request itself, and another one would cut it short or send it elsewhere.
OF_THE_CONNECTION = frozenset(
    {
        "accept-encoding", "authorization", "connection", "content-encoding", "content-length", "content-type",
        "cookie", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    }
)  # fmt: skip


def check(source: Source) -> Iterator[str]:
    """Check servers, security schemes and the server of each operation."""
    if "servers" in source.root.node:
        yield from _server(source.root, "servers")
    else:
        yield source.root.finding("servers: the API's is missing")
    yield from _schemes(source)
    public = [operation for operation in source.operations() if "servers" in operation.place.node]
    for operation in public:
        yield from _server(operation.place, f"{operation.id}: servers")
        if _urls(operation.place) != _urls(public[0].place):
            place = operation.place.under("servers")
            yield place.finding(f"{operation.id}: servers: the same url is expected as of {public[0].id}")


def _server(place: Place, label: str) -> Iterator[str]:
    servers = place.under("servers")
    urls = _urls(place)
    if len(urls) != 1 or not URL.fullmatch(urls[0]):
        yield servers.finding(f"{label}: exactly one is expected, its url such as https://api.example.com")


def _urls(place: Place) -> list[str]:
    return [str(server.get("url", "")) for server in place.node["servers"]]


def _schemes(source: Source) -> Iterator[str]:
    schemes = _nearest(_nearest(source.root, "components"), "securitySchemes")
    found = source.root.node.get("components", {}).get("securitySchemes", {})
    for name in (KEY, SIGNATURE):
        if name not in found:
            yield schemes.finding(f"securitySchemes: {name} is missing")
    for name in found:
        place = schemes.under(name)
        given = {key: place.node.get(key) for key in SIGNED}
        if name not in {KEY, SIGNATURE}:
            yield place.finding(f"securitySchemes: {name} is not understood by the generator")
        elif name == SIGNATURE and given != SIGNED:
            yield place.finding("securitySchemes: signature: type apiKey, in query, name signature is expected")
        elif name == KEY and (given["type"], given["in"]) != ("apiKey", "header"):
            yield place.finding("securitySchemes: apiKey: type apiKey, in header is expected")
        elif name == KEY and (not TOKEN.fullmatch(given["name"] or "") or is_taken(given["name"])):
            yield place.finding(f"securitySchemes: apiKey: {given['name']!r} cannot be the name of a header")


def key_header(source: Source) -> str:
    """The name of the header that carries the key."""
    schemes = source.root.node.get("components", {}).get("securitySchemes", {})
    return str(schemes.get(KEY, {}).get("name", ""))


def is_taken(header: str) -> bool:
    """Whether a header is made from the request itself."""
    return header.lower() in OF_THE_CONNECTION


def _nearest(place: Place, key: str) -> Place:
    """The place of a key, or the place where it would stand."""
    return place.under(key) if key in place.node else place
