"""The options of these commands, in a table of which both are made: the parser, and what shells complete."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DEFAULT_PORT = 8788
_FAULT_HELP = """something that goes wrong, as often as given: a kind (delay, drop-before, drop-after, error-before,
    error-after, firewall, cut, garbled, empty, skew, new-enum, new-field, duplicates, rate-limit, ban, and in the chat
    lost, reorder, freeze, huge, no-pong, token-refused), then what is special about it:
    drop-after,operations=orders.release,times=1 or error-before,probability=0.1,status=503 or
    delay,operations=ads.*,seconds=2 or duplicates,operations=chat.receive"""
_KEY_HELP = """an RSA or Ed25519 public key in PEM, as given to the exchange, and whose it is: merchant=FILE or
    taker=FILE, as often as wanted. Prints the API key for what is signed with its private key, which is always the
    same one. Needs the extra [keys]"""
_ACCOUNT_HELP = """one more account, such as alice, with an API key of its own; alice=FILE has its balances, payment
    methods and names from a TOML file. As often as wanted; merchant=FILE and taker=FILE describe those two"""
_HOST_HELP = """the address to listen at (%(default)s, this machine alone). 0.0.0.0 is every address: whoever reaches
    this machine may then use the sandbox"""
_NAME_HELP = """a name that others call this machine by, such as that of a container; as often as wanted. Requests to
    other names are refused"""


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


def _account(text: str) -> tuple[str, Path | None]:
    account, equals, file = text.partition("=")
    if not account or (equals and not file):
        message = f"NAME or NAME=FILE is expected, such as alice=alice.toml, not {text!r}"
        raise argparse.ArgumentTypeError(message)
    return account, Path(file) if file else None


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip().upper() for code in text.split(",") if code.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option, or the words behind the command where `name` has no dashes."""

    name: str
    about: str
    metavar: str = ""
    """Of its value. Without one it is a switch."""
    read: Callable[[str], object] = str
    default: object = None
    many: bool = False
    alone: bool = False
    """Whether it excludes the others that are marked so."""
    negative: bool = False
    """Whether `--no-…` turns the switch off; without either it is None."""


@dataclass(frozen=True, slots=True)
class Local:
    """One of these commands."""

    about: str
    """In the list of commands."""
    description: str = ""
    options: Sequence[Option] = ()
    examples: Sequence[str] = field(default=())

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Give a parser the options and examples."""
        parser.description = self.description
        parser.epilog = "examples:\n" + "\n".join(f"  {line}" for line in self.examples)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        alone = None
        for option in self.options:
            if option.alone:
                alone = alone or parser.add_mutually_exclusive_group()
                _add(alone.add_argument, option)
            else:
                _add(parser.add_argument, option)


def _add(add_argument: Callable[..., object], option: Option) -> None:
    if not option.name.startswith("-"):
        add_argument(option.name, nargs="*", metavar=option.metavar, help=option.about)
    elif option.negative:
        add_argument(option.name, action=argparse.BooleanOptionalAction, default=None, help=option.about)
    elif not option.metavar:
        add_argument(option.name, action="store_true", help=option.about)
    elif option.many:
        add_argument(
            option.name, action="append", default=[], type=option.read, metavar=option.metavar, help=option.about
        )
    else:
        add_argument(option.name, type=option.read, default=option.default, metavar=option.metavar, help=option.about)


_SANDBOX = Local(
    "Run a sandbox exchange on this machine.",
    "Run an exchange in memory, over real HTTP, until interrupted. No key, no real money.",
    (
        Option(
            name="--port", metavar="PORT", read=_port, default=DEFAULT_PORT, about="0 picks a free one (%(default)s)"
        ),
        Option(name="--chat-port", metavar="PORT", read=_port, default=0, about="of the chat; 0 picks a free one"),
        Option(name="--host", metavar="ADDRESS", default="127.0.0.1", about=_HOST_HELP),
        Option(name="--allow-host", metavar="NAME", many=True, about=_NAME_HELP),
        Option(
            name="--seed-market",
            about="fill the market with ads of many merchants, at prices that move; the same --seed, the same market",
        ),
        Option(name="--fiats", metavar="CODES", read=_codes, about="currencies of --seed-market (MXN); MXN,ARS,BRL"),
        Option(name="--assets", metavar="CODES", read=_codes, about="coins of --seed-market (USDT,BTC)"),
        Option(name="--ads", metavar="NUMBER", read=int, about="how many ads --seed-market posts (300)"),
        Option(
            name="--history",
            metavar="MONTHS",
            read=int,
            about="let each merchant with a key have traded for so many months, with balances to match",
        ),
        Option(name="--account", metavar="NAME[=FILE]", read=_account, many=True, about=_ACCOUNT_HELP),
        Option(
            name="--state",
            metavar="FILE",
            read=Path,
            about="the exchange goes on from this file, if there is one, and is saved to it at the end",
        ),
        Option(name="--fault", metavar="FAULT", read=_fault, many=True, about=_FAULT_HELP),
        Option(
            name="--seed",
            metavar="NUMBER",
            read=int,
            default=0,
            about="the same number, the same faults, market and history (%(default)s)",
        ),
        Option(name="--no-limits", about="never answer 429 or 418 for too many requests"),
        Option(
            name="--log",
            negative=True,
            about="a line for each request, on standard error; by itself where that is a terminal",
        ),
        Option(name="--public-key", metavar="ACCOUNT=FILE", read=_public_key, many=True, alone=True, about=_KEY_HELP),
        Option(name="--print-keys", alone=True, about="print the accounts' keys as JSON and end"),
        Option(
            name="--print-env",
            alone=True,
            about="print the variables that make other programs use it, as a shell reads them, and end",
        ),
        Option(name="--json", about="print the line that it begins with, and --print-env, as JSON"),
    ),
    (
        "binance-c2c sandbox",
        "binance-c2c sandbox --seed-market --fiats MXN,ARS --history 12 --state desk.json",
        "binance-c2c sandbox --account alice=alice.toml --port 0 --json",
        'eval "$(binance-c2c sandbox --print-env)"',
    ),
)
_TRIGGER = Local(
    "Let an event happen in a running sandbox: an order, a payment, an appeal, a message.",
    "Let an event happen in a running sandbox, with all that has to be so before. See --list.",
    (
        Option(
            name="event", metavar="EVENT", about="such as order-placed, paid, appeal, timed-out, cancelled, message"
        ),
        Option(name="--list", about="print the events there are and end"),
        Option(name="--account", metavar="NAME", default="merchant", about="whose ad or order it is (%(default)s)"),
        Option(name="--order", metavar="NUMBER", about="an order that is there; without it a new one is placed first"),
        Option(name="--ad", metavar="NUMBER", about="the ad that is taken; without it the newest one, or a new one"),
        Option(name="--amount", metavar="MONEY", about="fiat money of the new order; without it the ad's least"),
        Option(name="--text", metavar="WORDS", about="what is written in a message"),
        Option(
            name="--url",
            metavar="URL",
            about="where the sandbox answers; without it BINANCE_C2C_BASE_URL, or else this machine's port 8788",
        ),
        Option(name="--json", about="print JSON"),
    ),
    (
        "binance-c2c trigger order-placed",
        "binance-c2c trigger paid --order 22784000000000000001",
        "binance-c2c trigger message --text 'Hola'",
        "binance-c2c trigger --list --json",
    ),
)
LOCAL: Mapping[str, Local] = {
    "sandbox": _SANDBOX,
    "trigger": _TRIGGER,
    "demo": Local("Carry orders through their life against a sandbox of its own."),
    "record": Local("Keep real answers of read operations, people taken out of them."),
}
"""By their first word. The last two bring their own options."""
