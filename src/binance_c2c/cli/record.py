"""`binance-c2c record`: keep real answers of chosen read operations, without the people in them."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from binance_c2c import C2CClient

_WORDS_HELP = """an operation that reads, such as orders.get, and behind it its arguments, such as order_number=2278…:
    text as it is, lists and numbers as JSON, times as 2026-01-31T00:00:00Z or in milliseconds"""
_DESCRIPTION = """Calls the operations that are named, with the key of the environment (BINANCE_API_KEY,
    BINANCE_API_SECRET) where one of them needs it, and writes each answer to a file, made-up values in the place of
    people. It says before what it will call, and afterwards which fields came that no description has."""


def add_parser(commands: Any) -> None:
    """Add the command to the others."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "record", help="keep real answers of read operations, people taken out of them", description=_DESCRIPTION
    )
    parser.add_argument("words", nargs="*", metavar="OPERATION [NAME=VALUE ...]", help=_WORDS_HELP)
    parser.add_argument("--to", type=Path, default=Path("tests/recordings"), metavar="FOLDER", help="%(default)s")
    parser.add_argument("--yes", action="store_true", help="call without asking first")


def record(options: argparse.Namespace) -> int:
    """0: all was recorded. 1: something was not, or it was not allowed to. 2: the operations cannot be recorded."""
    from binance_c2c import C2CClient  # noqa: PLC0415 - not for the other commands
    from binance_c2c._core.recording import Plan, PlanError, usage  # noqa: PLC0415
    from binance_c2c._core.recording import record as record_plan  # noqa: PLC0415

    if not options.words:
        print("These operations read, and can be recorded:", *usage(), sep="\n  ")
        return 0
    try:
        plan = Plan.of(options.words, options.to)
    except PlanError as error:
        print(f"binance-c2c: {error}", file=sys.stderr)
        return 2
    # What nobody has to prove who he is for goes without a key, and none is asked for.
    make = C2CClient.from_env if plan.needs_key else _without_key
    # Made before anything is said of it: without a key that is needed nothing can be called.
    with make() as client:
        print(f"These calls will go to {client!r}:", *plan.lines(), sep="\n", flush=True)
    if not options.yes and not _agreed():
        print("Nothing was called.")
        return 1
    return 0 if record_plan(plan, make, print) else 1


def _without_key(**settings: Any) -> "C2CClient":
    """A client of the host that the environment names, without a key."""
    from binance_c2c import C2CClient  # noqa: PLC0415

    if "BINANCE_C2C_BASE_URL" in os.environ:
        settings["base_url"] = os.environ["BINANCE_C2C_BASE_URL"]
    return C2CClient(**settings)


def _agreed() -> bool:
    try:
        return input("Go on? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        print()
        return False
