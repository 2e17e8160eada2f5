"""The rules for servers and security schemes."""

import re
from collections.abc import Iterator

from generator.description import Place, Source

KEY, SIGNATURE = "apiKey", "signature"
# The only way of signing that the client supports.
SIGNED = {"type": "apiKey", "in": "query", "name": "signature"}
URL = re.compile(r"https://[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?")
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""The name of a header."""
TEXT = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
"""The value of a header. Any other would be cut, refused or rewritten on the way."""
# Headers that are derived from the request itself: another value would cut it short or misdirect it.
CONNECTION_HEADERS = frozenset(
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
        elif name == KEY and (not TOKEN.fullmatch(given["name"] or "") or is_reserved_header(given["name"])):
            yield place.finding(f"securitySchemes: apiKey: {given['name']!r} cannot be the name of a header")


def key_header(source: Source) -> str:
    """The name of the header that carries the key."""
    schemes = source.root.node.get("components", {}).get("securitySchemes", {})
    return str(schemes.get(KEY, {}).get("name", ""))


def is_reserved_header(header: str) -> bool:
    """Whether a header is derived from the request itself."""
    return header.lower() in CONNECTION_HEADERS


def _nearest(place: Place, key: str) -> Place:
    """The place of a key; if it is missing, the place that should contain it."""
    return place.under(key) if key in place.node else place
