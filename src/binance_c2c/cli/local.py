"""The commands that need no extra but the sandbox's: the exchange, a demonstration against it, and recording."""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from binance_c2c._core.version import __version__
from binance_c2c.cli.record import add_parser, record
from binance_c2c.errors import C2CError

if TYPE_CHECKING:
    from binance_c2c.sandbox import Sandbox

DEFAULT_PORT = 8788
_FAULT_HELP = """something that goes wrong, as often as given: a kind (delay, drop-before, drop-after, error-before,
    error-after, firewall, cut, garbled, empty, skew, new-enum, new-field, duplicates, rate-limit, ban, and in the chat
    lost, reorder, freeze, huge, no-pong, token-refused), then what is special about it:
    drop-after,operations=orders.release,times=1 or error-before,probability=0.1,status=503 or
    delay,operations=ads.*,seconds=2 or duplicates,operations=chat.receive"""


_EVERYTHING_ELSE = 'binance-c2c: this command needs an extra: pip install "binance-c2c[cli]"'


def without_extra(arguments: Sequence[str]) -> int:
    """Say what there is without the extra `[cli]`, and how to get the rest."""
    if arguments and not arguments[0].startswith("-"):
        print(_EVERYTHING_ELSE, file=sys.stderr)
        return 3
    return main(arguments)


def main(arguments: Sequence[str]) -> int:
    """0: done. 1: it failed, and said why. 2: the arguments are wrong."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "demo":
            return _demo()
        if options.command == "record":
            return record(options)
        return _print_keys() if options.print_keys else _sandbox(options)
    except (C2CError, ModuleNotFoundError) as error:
        # The sandbox's extra may be missing; the error says how to get it.
        print(f"binance-c2c: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"binance-c2c: {error.strerror or error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="binance-c2c", description=__doc__)
    parser.add_argument("--version", action="version", version=f"binance-c2c {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    sandbox = commands.add_parser(
        "sandbox", help="run the sandbox exchange on this machine", description="Runs until interrupted."
    )
    port_help = "on 127.0.0.1; 0 picks a free one (%(default)s)"
    sandbox.add_argument("--port", type=_port, default=DEFAULT_PORT, help=port_help)
    sandbox.add_argument("--fault", type=_fault, action="append", default=[], metavar="FAULT", help=_FAULT_HELP)
    sandbox.add_argument("--seed", type=int, default=0, help="a number: the same one, the same faults (%(default)s)")
    state_help = "the exchange goes on from this file, if there is one, and is saved to it at the end"
    sandbox.add_argument("--state", type=Path, metavar="FILE", help=state_help)
    sandbox.add_argument("--no-limits", action="store_true", help="never answer 429 or 418 for too many requests")
    keys = sandbox.add_mutually_exclusive_group()
    key_help = """an RSA or Ed25519 public key in PEM, as given to the exchange, and whose it is: merchant=FILE or
        taker=FILE, as often as wanted. Prints the API key for what is signed with its private key, which is always
        the same one. Needs the extra [keys]"""
    keys.add_argument(
        "--public-key", type=_public_key, action="append", default=[], metavar="ACCOUNT=FILE", help=key_help
    )
    keys.add_argument("--print-keys", action="store_true", help="print the accounts' keys as JSON and end")
    commands.add_parser("demo", help="carry orders through their life against a sandbox of its own")
    add_parser(commands)
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004
        message = f"a port from 0 to 65535 is expected, not {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _fault(text: str) -> object:
    from binance_c2c.sandbox import Fault  # noqa: PLC0415 - not for the other commands

    try:
        return Fault.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _public_key(text: str) -> tuple[str, Path]:
    account, equals, file = text.partition("=")
    if not (account and equals and file):
        message = f"ACCOUNT=FILE is expected, such as merchant=public.pem, not {text!r}"
        raise argparse.ArgumentTypeError(message)
    return account, Path(file)


def _print_keys() -> int:
    from binance_c2c.sandbox import Sandbox  # noqa: PLC0415 - an extra

    keys = {
        name: {"api_key": pair.api_key, "api_secret": pair.api_secret} for name, pair in sorted(Sandbox().keys.items())
    }
    print(json.dumps(keys, indent=2))
    return 0


def _sandbox(options: argparse.Namespace) -> int:
    with ExitStack() as until_the_end:
        return _serve(options, until_the_end)


def _serve(options: argparse.Namespace, until_the_end: ExitStack) -> int:
    from binance_c2c.sandbox import Limits, Sandbox, lock_state, serve_forever  # noqa: PLC0415 - an extra

    limits = None if options.no_limits else Limits()
    state: Path | None = options.state
    try:
        if state is not None:
            until_the_end.enter_context(lock_state(state))
        load = Sandbox if state is None or not state.exists() else partial(Sandbox.load, state)
        sandbox = load(limits=limits, seed=options.seed)
        api_keys = [_registered(sandbox, account, file) for account, file in options.public_key]
        if state is not None:
            # A place that cannot be written to is better said now than at the end.
            sandbox.save(state)
    except (ValueError, OSError) as error:
        why = f"--state {state}: {error.strerror}" if isinstance(error, OSError) else error
        print(f"binance-c2c: {why}", file=sys.stderr)
        return 1
    for fault in options.fault:
        sandbox.faults.plan(fault)

    def say_where(base_url: str) -> None:
        print(f"The sandbox answers at {base_url}. End it with Ctrl-C.", flush=True)
        print("Its keys: binance-c2c sandbox --print-keys", flush=True)
        for line in api_keys:
            print(line, flush=True)

    serve_forever(sandbox, options.port, on_ready=say_where)
    if state is not None:
        sandbox.save(state)
    return 0


def _registered(sandbox: "Sandbox", account: str, file: Path) -> str:
    """The API key for a public key, with the flag that brought it."""
    flag = f"--public-key {account}={file}"
    try:
        return f"{flag}: {sandbox.register_key(account, file.read_bytes())}"
    except (ValueError, OSError) as error:
        message = f"{flag}: {error.strerror if isinstance(error, OSError) else error}"
        raise ValueError(message) from None


def _demo() -> int:
    from binance_c2c.cli.demo import play  # noqa: PLC0415 - an extra

    play(print)
    return 0
