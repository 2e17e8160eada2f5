"""The command `raw`: calls any path of the API, signed."""

import json
import sys
from typing import Annotated, Any, cast

import typer

from binance_c2c.cli.shared.arguments import operation_for, pair
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.output import Form
from binance_c2c.cli.shared.registry import command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Record, Rows, text
from binance_c2c_runtime import jsonable


@command("raw", asks=True, example="binance-c2c raw GET /sapi/v1/account/apiRestrictions --sandbox")
def raw(
    shell: Shell,
    method: Annotated[str, typer.Argument(help="GET, POST, PUT or DELETE.")],
    path: Annotated[str, typer.Argument(help="Without host and query, such as /sapi/v1/c2c/ads/search.")],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="[K=V]...", help="Parameters of the query, in wire names.")
    ] = None,
    *,
    body: Annotated[str | None, typer.Option("--body", help="JSON, in wire names; - reads standard input.")] = None,
) -> Rows | Record | None:
    """Call any path of the API, signed, even one that this program does not know. Prints JSON.

    Every method but GET counts as a write, unless the path is known to only read. A write is confirmed first, and
    never sent twice.
    """
    method = method.upper()
    query = dict(pair(one) for one in parameters or ())
    content = _body(body)
    operation = operation_for(method, path)
    with shell.client() as client:
        if not operation.safe_to_repeat:
            shell.confirm([f"This sends {method} {path} to the exchange, which may change something there."])
        answer = jsonable(client.raw(method, path, query=query, body=content))
    if shell.form is Form.CSV:
        return _as_rows(answer)
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
    return None


def _body(given: str | None) -> dict[str, Any] | None:
    if given is None:
        return None
    try:
        content: object = json.loads(sys.stdin.read() if given == "-" else given)
    except ValueError as error:
        content = error
    if not isinstance(content, dict):
        why = f": {content}" if isinstance(content, ValueError) else f", not {type(content).__name__}"
        message = f"nothing was sent: --body: a JSON object is expected{why}"
        raise CommandError(message, Status.USAGE)
    return cast("dict[str, Any]", content)


def _as_rows(answer: Any) -> Rows:
    """An answer as rows: one for each item of a list, or one for an answer that is no list. Nested values are JSON."""
    rows: list[Any] = answer if isinstance(answer, list) else [answer]  # pyright: ignore[reportUnknownVariableType]
    if not all(isinstance(row, dict) for row in rows):
        rows = [{"value": row} for row in rows]
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Rows(columns, [{name: _flat(row.get(name)) for name in columns} for row in rows])


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else text(value, None)


COMMANDS = (raw,)
