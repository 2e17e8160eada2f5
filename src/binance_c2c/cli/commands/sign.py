"""The command `sign`: shows how a request is signed, and what is wrong with one that another program signed."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from binance_c2c._core.auth import Clock, HmacAuth, Pairs
from binance_c2c.cli.shared.arguments import operation_for, pair
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Record, Value

if TYPE_CHECKING:
    from binance_c2c.sandbox.gateway import Keyring

_ROOT = "https://api.binance.com"
_TIMESTAMP = re.compile("[0-9]{13}")
_LONGEST_WINDOW = 60_000


@command("sign", example="binance-c2c sign GET /sapi/v1/c2c/user/baseDetail 'note=a b' --sandbox")
def sign(
    shell: Shell,
    method: Annotated[str | None, typer.Argument(help="GET or POST.")] = None,
    path: Annotated[str | None, typer.Argument(help="Such as /sapi/v1/c2c/ads/search.")] = None,
    parameters: Annotated[list[str] | None, typer.Argument(metavar="[K=V]...", help="Parameters of the query.")] = None,
    *,
    timestamp: Annotated[
        int | None,
        typer.Option("--timestamp", min=0, help="Milliseconds since 1970, to compare programs; the default is now."),
    ] = None,
    check: Annotated[
        str | None,
        typer.Option("--check", metavar="URL", help="Check a URL that another program signed."),
    ] = None,
    body: Annotated[Path | None, typer.Option("--body-file", help="With --check: a file with the body.")] = None,
) -> Record:
    """Show step by step how a request is signed; or check one that another program signed. Sends nothing.

    With --check the exit status is 0 for a right signature, and 1 for a wrong one.
    """
    api_key, secret = shell.key_pair()
    if check is not None:
        found = _verdict(check, method or ("GET" if body is None else "POST"), body, api_key, secret)
        shell.show(found)
        raise typer.Exit(Status.DONE if found.fields["verdict"] == "right" else Status.FAILED)
    if method is None or path is None:
        raise CommandError("METHOD and PATH are expected, or --check URL. Next: binance-c2c sign --help", Status.USAGE)
    pairs: Pairs = [pair(one) for one in parameters or ()]
    now = time.time() if timestamp is None else timestamp / 1000
    auth = HmacAuth(api_key, secret, Clock(now=lambda: now))
    signed = auth.credentials(_ROOT, pairs, operation_for(method.upper(), path))
    query, signature = signed.query.decode("ascii"), signed.signature.decode("ascii").partition("=")[2]
    is_pem = _is_pem(secret)
    return Record(
        {
            "1_parameters": ", ".join(f"{name}={value}" for name, value in pairs) or "none",
            "2_added": "recvWindow and timestamp, in milliseconds",
            "3_encoded_and_sorted": query,
            "4_signature": signature,
            "5_made_by": "the private key" if is_pem else "HMAC-SHA256 of line 3 with the secret, in hex",
            "6_url": f"{method.upper()} {_ROOT}{path}?{query}&signature={signature}",
            "7_headers": "X-MBX-APIKEY: the key; clientType: web on C2C paths",
            "8_body": "JSON with Content-Type: application/json, never part of the signature",
        }
    )


def _is_pem(secret: str) -> bool:
    return secret.lstrip().startswith("-----BEGIN")


def _verdict(url: str, method: str, body: Path | None, api_key: str, secret: str) -> Record:
    """What the exchange would say of a signed URL, and why."""
    from binance_c2c.sandbox.diagnosis import diagnose, remarks  # noqa: PLC0415 - an extra
    from binance_c2c.sandbox.gateway import Authentication, Query, Request  # noqa: PLC0415
    from binance_c2c.sandbox.refusals import RefusedError  # noqa: PLC0415

    if _is_pem(secret):
        message = "--check only checks signatures by an API secret (HMAC), and the secret here is a private key"
        raise CommandError(message, Status.SETTINGS)
    parts = urlsplit(url)
    if not parts.query:
        message = "--check: a URL with a query is expected, in quotes so that the shell leaves the & alone"
        raise CommandError(message, Status.USAGE)
    query = Query(parts.query.encode())
    now_ms = int(time.time() * 1000)
    stamped = query.get("timestamp")
    # Checked as if sent at its timestamp, so that old requests can be checked too.
    at_ms = int(stamped) if _TIMESTAMP.fullmatch(stamped) else now_ms
    content = b"" if body is None else _content(body)
    headers = {"host": parts.netloc, "x-mbx-apikey": api_key}
    request = Request[Any](method.upper(), parts.path, query, headers, content, at_ms, at_ms)
    keyring = _keyring(api_key, secret)
    fields: dict[str, Value] = {"verdict": "right", "what": "The signature is the one that this key makes."}
    try:
        Authentication(keyring).with_signature(request.headers, query, at_ms)
    except RefusedError as refused:
        found = diagnose(request, str(refused.refusal.code), str(refused), keyring)
        words = str(refused) if found is None else found.words
        fields = {"verdict": "wrong", "what": words, "code": str(refused.refusal.code)}
        if found is not None and found.hashed is not None:
            fields["you_hashed"] = found.hashed.decode("utf-8", "backslashreplace")
    fields["exchange_hashes"] = query.payload.decode("utf-8", "backslashreplace")
    fields["remarks"] = " ".join([*remarks(query), *_age_remarks(query.get("recvWindow"), at_ms, now_ms)]) or None
    return Record(fields)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"--body-file: {file} cannot be read ({error.strerror})"
        raise CommandError(message, Status.USAGE) from None


def _keyring(api_key: str, secret: str) -> "Keyring":
    from binance_c2c.sandbox import Key, Sandbox  # noqa: PLC0415 - an extra
    from binance_c2c.sandbox.gateway import Keyring  # noqa: PLC0415

    account = Sandbox(empty=True).read_state(lambda exchange, _: exchange.accounts["merchant"])
    account.key = Key(api_key, secret)
    return Keyring({account.name: account})


def _age_remarks(window: str, at_ms: int, now_ms: int) -> list[str]:
    """A remark on a timestamp that the exchange would refuse as too old or too far ahead; none if it would not."""
    allowed = int(window) if window.isascii() and window.isdecimal() else 5_000
    if abs(now_ms - at_ms) <= min(allowed, _LONGEST_WINDOW):
        return []
    when = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
    return [
        f"Its timestamp, {when}, is {abs(now_ms - at_ms) // 1000} s from now, so that it would be refused if sent now."
    ]


COMMANDS = (sign,)
