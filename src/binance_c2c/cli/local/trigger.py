"""`binance-c2c trigger`: makes an event happen in a running sandbox, through its inspector's HTTP routes."""

import argparse
import json
import os
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, cast
from urllib.parse import urlsplit

from binance_c2c.cli.local.table import DEFAULT_PORT
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.key_sources import URL_VARIABLE
from binance_c2c.cli.shared.values import printable

_SECONDS = 30.0
_MOST_BYTES = 1_048_576
_BAD_REQUEST = 400
_ARGUMENTS = {"account": "account", "order": "order_number", "ad": "adv_no", "amount": "amount", "text": "text"}
"""For each option, the name of the argument in the sandbox."""


def trigger(options: argparse.Namespace) -> int:
    """Make the event happen, or list all events.

    Raises:
        CommandError: The event did not happen, or no sandbox answers.

    """
    url = options.url or os.environ.get(URL_VARIABLE) or f"http://127.0.0.1:{DEFAULT_PORT}"
    if options.list:
        found: list[dict[str, str]] = _call_control(url, "triggers.list", {})["triggers"]
        if options.json:
            print(json.dumps(found, indent=2))
        else:
            width = max(len(one["name"]) for one in found)
            print("\n".join(f"{printable(one['name']):{width}}  {printable(one['about'])}" for one in found))
        return Status.DONE
    if not options.event:
        raise CommandError("an event is expected. Next: binance-c2c trigger --list", Status.USAGE)
    given = {name: getattr(options, option) for option, name in _ARGUMENTS.items()}
    values = {name: value for name, value in given.items() if value is not None}
    done = _call_control(url, "triggers.fire", {"event": "-".join(options.event), **values})
    if options.json:
        print(json.dumps({"order_number": done["number"], "steps": done["steps"]}, indent=2))
    else:
        print("\n".join(map(printable, done["steps"])))
    return Status.DONE


def _call_control(url: str, control: str, values: dict[str, str]) -> dict[str, Any]:
    """Call a control of the sandbox, and return its answer."""
    parts = urlsplit(url)
    try:
        usable, port = parts.scheme in {"http", "https"} and bool(parts.hostname), parts.port
    except ValueError:
        usable, port = False, None
    if not usable:
        message = f"--url: an address such as http://127.0.0.1:{DEFAULT_PORT} is expected, not {url!r}"
        raise CommandError(message, Status.USAGE)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(cast("str", parts.hostname), port, timeout=_SECONDS)
    headers = {"Content-Type": "application/json"}
    try:
        connection.request("POST", f"{parts.path.rstrip('/')}/-/control/{control}", json.dumps(values), headers)
        response = connection.getresponse()
        status, content = response.status, response.read(_MOST_BYTES)
    except OSError as error:
        message = f"no sandbox answers at {url} ({error.strerror or error}). Next: binance-c2c sandbox, or --url URL"
        raise CommandError(message, Status.UNREACHABLE) from None
    except HTTPException:
        status, content = 0, b""
    finally:
        connection.close()
    return _payload(url, status, content)


def _payload(url: str, status: int, content: bytes) -> dict[str, Any]:
    """The JSON of an answer. Raises `CommandError` for a refusal, or if the answer is not a sandbox's."""
    try:
        payload: object = json.loads(content)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict) or not {"said", "error"} & payload.keys():
        message = (
            f"the server at {url} is no sandbox of this version (HTTP {status}). Next: give its address, --url URL"
        )
        raise CommandError(message, Status.UNREACHABLE)
    answer = cast("dict[str, Any]", payload)
    if "error" in answer:
        words = printable(str(answer["error"]))
        raise CommandError(words, Status.USAGE if status == _BAD_REQUEST else Status.FAILED)
    return answer
