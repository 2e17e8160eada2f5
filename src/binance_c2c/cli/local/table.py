"""The declarations of the local commands, with their options, help texts and examples."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from binance_c2c.cli.local.options import LocalCommand, Option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT_PORT = 8788
_FAULT_HELP = """a fault to inject; may be given more than once: a kind (delay, drop-before, drop-after, error-before,
    error-after, firewall, cut, garbled, empty, skew, new-enum, new-field, duplicates, rate-limit, ban, and in the chat
    lost, reorder, freeze, huge, no-pong, token-refused), then its settings:
    drop-after,operations=orders.release,times=1 or error-before,probability=0.1,status=503 or
    delay,operations=ads.*,seconds=2 or duplicates,operations=chat.receive"""
_KEY_HELP = """register the RSA or Ed25519 public key of an account, a file in PEM: merchant=FILE or taker=FILE; may be
    given more than once. Prints the API key that goes with its private key, which is the same in each run. Needs the
    extra [keys]"""
_ACCOUNT_HELP = """one more account, such as alice, with an API key of its own; alice=FILE has its balances, payment
    methods and names from a TOML file. May be given more than once; merchant=FILE and taker=FILE do so for these two"""
_HOST_HELP = """the address to listen at (default: %(default)s, this machine only). 0.0.0.0 is every address: anyone
    who can reach this machine can then use the sandbox"""
_NAME_HELP = """a host name by which other machines reach this one, such as that of a container; may be given more than
    once. Requests to other host names are refused"""
_WORDS_HELP = """an operation that only reads, such as orders.get, followed by its arguments, such as
    order_number=2278…: text as it is, lists and numbers as JSON, times as 2026-01-31T00:00:00Z or in milliseconds"""


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004
        message = f"a port from 0 to 65535 is expected, not {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = f"a whole number is expected, not {text!r}"
        raise argparse.ArgumentTypeError(message) from None


def _fault(text: str) -> object:
    from binance_c2c.sandbox import Fault  # noqa: PLC0415 - the other commands do not need it

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


def _account(text: str) -> tuple[str, Path | None]:
    account, equals, file = text.partition("=")
    if not account or (equals and not file):
        message = f"NAME or NAME=FILE is expected, such as alice=alice.toml, not {text!r}"
        raise argparse.ArgumentTypeError(message)
    return account, Path(file) if file else None


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip().upper() for code in text.split(",") if code.strip())


def _events() -> Sequence[str]:
    from binance_c2c.sandbox import TRIGGERS  # noqa: PLC0415 - an extra

    return list(TRIGGERS)


def _readable() -> Sequence[str]:
    from binance_c2c._core.recording import recordable  # noqa: PLC0415 - the other commands do not need it

    return recordable()


_SANDBOX = LocalCommand(
    about="Run a sandbox exchange on this machine.",
    description="Run an exchange in memory, over real HTTP, until interrupted. No key, no real money.",
    options=(
        Option(
            name="--port",
            metavar="PORT",
            read=_port,
            default=DEFAULT_PORT,
            about="the port; 0 picks a free one (default: %(default)s)",
        ),
        Option(
            name="--chat-port",
            metavar="PORT",
            read=_port,
            default=0,
            about="the chat's port; 0 picks a free one, the default",
        ),
        Option(name="--host", metavar="ADDRESS", default="127.0.0.1", about=_HOST_HELP),
        Option(name="--allow-host", metavar="NAME", repeatable=True, about=_NAME_HELP),
        Option(
            name="--seed-market",
            about="fill the market with ads of many merchants, at prices that move; the same --seed, the same market",
        ),
        Option(
            name="--fiats",
            metavar="CODES",
            read=_codes,
            about="currencies of --seed-market, such as MXN,ARS,BRL (default: MXN)",
        ),
        Option(name="--assets", metavar="CODES", read=_codes, about="coins of --seed-market (default: USDT,BTC)"),
        Option(name="--ads", metavar="NUMBER", read=_whole, about="how many ads --seed-market posts (default: 300)"),
        Option(
            name="--history",
            metavar="MONTHS",
            read=_whole,
            about="give each merchant with a key a history of this many months of trades, and balances to match",
        ),
        Option(name="--account", metavar="NAME[=FILE]", read=_account, repeatable=True, about=_ACCOUNT_HELP),
        Option(
            name="--state",
            metavar="FILE",
            read=Path,
            about="load the exchange from this file, if it exists, and save it there at the end",
        ),
        Option(name="--fault", metavar="FAULT", read=_fault, repeatable=True, about=_FAULT_HELP),
        Option(
            name="--seed",
            metavar="NUMBER",
            read=_whole,
            default=0,
            about="the same number gives the same faults, market and history (default: %(default)s)",
        ),
        Option(name="--no-limits", about="never answer 429 or 418 for too many requests"),
        Option(
            name="--log",
            negatable=True,
            about="print a line for each request on standard error, as JSON with --json; by default only at a terminal",
        ),
        Option(
            name="--public-key",
            metavar="ACCOUNT=FILE",
            read=_public_key,
            repeatable=True,
            exclusive=True,
            about=_KEY_HELP,
        ),
        Option(name="--print-keys", exclusive=True, about="print the accounts' keys as JSON and end"),
        Option(
            name="--print-env",
            exclusive=True,
            about="print environment variables that make other programs use this sandbox, as shell commands, and end",
        ),
        Option(name="--json", about="print the first line, --log and --print-env as JSON, an object a line"),
    ),
    examples=(
        "binance-c2c sandbox",
        "binance-c2c sandbox --seed-market --fiats MXN,ARS --history 12 --state desk.json",
        "binance-c2c sandbox --account alice=alice.toml --port 0 --json --log",
        'eval "$(binance-c2c sandbox --print-env)"',
    ),
)
_TRIGGER = LocalCommand(
    about="Make an event happen in a running sandbox: an order, a payment, an appeal, a message.",
    description="Make an event happen in a running sandbox, with all the steps that lead to it. See --list.",
    options=(
        Option(
            name="event",
            metavar="EVENT",
            about="such as order-placed, paid, appeal, timed-out, cancelled, message",
            choices=_events,
        ),
        Option(name="--list", about="print the names of all events and end"),
        Option(
            name="--account", metavar="NAME", default="merchant", about="whose ad or order it is (default: %(default)s)"
        ),
        Option(name="--order", metavar="NUMBER", about="an existing order; without it a new one is placed first"),
        Option(name="--ad", metavar="NUMBER", about="the ad of a new order; without it the newest one, or a new one"),
        Option(
            name="--amount", metavar="MONEY", about="fiat money of a new order; without it the least that the ad allows"
        ),
        Option(name="--text", metavar="WORDS", about="the text of a message"),
        Option(
            name="--url",
            metavar="URL",
            about="where the sandbox answers; without it BINANCE_C2C_BASE_URL, or else this machine's port 8788",
        ),
        Option(name="--json", about="print JSON"),
    ),
    examples=(
        "binance-c2c trigger order-placed",
        "binance-c2c trigger paid --order 22784000000000000001",
        "binance-c2c trigger message --text 'Hola'",
        "binance-c2c trigger --list --json",
    ),
)
_DEMO = LocalCommand(
    about="Show an order from the ad to the release of the coins, against a sandbox of its own.",
    description="""Play an order from the view of buyer and seller, with the sync client and then with the async one:
real HTTP and real signatures against a sandbox on this machine. No key, no real money.""",
    options=(Option(name="--json", about="print a JSON object for each step, one a line"),),
    examples=("binance-c2c demo", "binance-c2c demo --json", "binance-c2c demo --json | tail -1"),
)
_RECORD = LocalCommand(
    about="Save real answers of operations that only read, with personal data replaced by made-up values.",
    description="""Call the operations that are named, and write each answer to a file, with personal data replaced by
made-up values. Operations that need a key take it from BINANCE_API_KEY and BINANCE_API_SECRET. Prints the calls and
asks before it makes them; afterwards prints the fields in the answers that the SDK does not know.
Without an operation it lists those that can be recorded.""",
    options=(
        Option(name="words", metavar="OPERATION [NAME=VALUE ...]", about=_WORDS_HELP, choices=_readable),
        Option(
            name="--to",
            metavar="FOLDER",
            read=Path,
            default=Path("tests/recordings"),
            about="the folder of the files (default: %(default)s)",
        ),
        Option(name="--yes", about="call without asking first"),
        Option(
            name="--json",
            about="print JSON: an object for each answer, one a line; the confirmation is asked on stderr",
        ),
    ),
    examples=(
        "binance-c2c record",
        "binance-c2c record users.me payment_methods.mine --to recordings",
        "binance-c2c record orders.history trade_type=SELL rows=5 --to recordings --yes --json",
    ),
)
LOCAL_COMMANDS: Mapping[str, LocalCommand] = {
    "sandbox": _SANDBOX,
    "trigger": _TRIGGER,
    "demo": _DEMO,
    "record": _RECORD,
}
"""The commands by their first word."""
