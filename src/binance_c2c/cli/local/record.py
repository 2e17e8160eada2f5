"""`binance-c2c record`: saves real answers of chosen read operations, with personal data replaced by made-up values."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.key_sources import base_url_settings
from binance_c2c.cli.shared.output import ask_to_go_on

if TYPE_CHECKING:
    from binance_c2c import C2CClient
    from binance_c2c._core.recording import Recorded


def record(options: argparse.Namespace) -> int:
    """Record the operations that are named, or list those that can be recorded.

    Raises:
        CommandError: The operations cannot be recorded, or the person said no.

    """
    from binance_c2c import C2CClient  # noqa: PLC0415 - not for the other commands
    from binance_c2c._core.recording import Plan, PlanError  # noqa: PLC0415
    from binance_c2c._core.recording import record as recorded  # noqa: PLC0415

    if not options.words:
        _list_operations(as_json=options.json)
        return Status.DONE
    try:
        plan = Plan.of(options.words, options.to)
    except PlanError as error:
        raise CommandError(str(error), Status.USAGE) from error
    # Public operations are called without a key.
    make_client = C2CClient.from_env if plan.needs_key else _without_key
    dialogue = sys.stderr if options.json else sys.stdout
    # Raises before anything is printed if a key is needed and missing.
    with make_client() as client:
        print(f"These calls will go to {client!r}:", *plan.lines(), sep="\n", file=dialogue, flush=True)
    if not options.yes and not ask_to_go_on(dialogue):
        raise CommandError("nothing was called", Status.DECLINED)
    all_recorded = True
    for one in recorded(plan, make_client):
        all_recorded = all_recorded and one.file is not None
        _print_outcome(one, as_json=options.json)
    return Status.DONE if all_recorded else Status.FAILED


def _list_operations(*, as_json: bool) -> None:
    from binance_c2c._core.recording import usage  # noqa: PLC0415

    found = usage()
    if as_json:
        print(json.dumps([{"operation": name, "needs": needs} for name, needs in found.items()], indent=2))
        return
    print("These operations only read, and can be recorded:")
    for name, needs in found.items():
        print(" ".join([f"  {name}", *(f"{argument}=…" for argument in needs)]))


def _print_outcome(one: "Recorded", *, as_json: bool) -> None:
    if as_json:
        row = {
            "operation": one.operation,
            "file": None if one.file is None else str(one.file),
            "problem": one.problem or None,
            "unknown_fields": one.unknown_fields,
        }
        print(json.dumps(row, ensure_ascii=False), flush=True)
        return
    if one.file is None:
        print(f"  {one.operation}: not recorded: {one.problem}")
        return
    if one.problem:
        print(f"  {one.operation}: an answer came, but could not be read: {one.problem}")
    print(f"  {one.operation}: {one.file}")
    if one.unknown_fields:
        print(f"    fields that the SDK does not know: {', '.join(one.unknown_fields)}")


def _without_key(**settings: Any) -> "C2CClient":
    """A client without a key, for the host that the environment names."""
    from binance_c2c import C2CClient  # noqa: PLC0415

    return C2CClient(**settings, **base_url_settings())
