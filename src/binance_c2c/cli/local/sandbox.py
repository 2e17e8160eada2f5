"""`binance-c2c sandbox`: runs the exchange, or prints the keys and variables that programs need to use it."""

import argparse
import json
import os
import sys
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from binance_c2c.cli.shared.failures import CommandError, Status

if TYPE_CHECKING:
    from binance_c2c.sandbox import Key, Sandbox

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - compared with --host
_WARNING = """Warning: at {host} anyone who can reach this machine can use this sandbox, and its keys are no secret.
  It speaks plain http, which shows API keys to the network, so that a client on another machine refuses its URL.
  C2CClient(…, allow_plain_http=True) accepts it; use that with keys of a sandbox only.
  The command line has no such option: there, ssh -L {port}:127.0.0.1:{port} THIS-MACHINE makes the sandbox local."""


def sandbox(options: argparse.Namespace) -> int:
    """Run the exchange until interrupted, or with `--print-keys` and `--print-env` only print."""
    if options.print_keys:
        keys = {name: {"api_key": key.api_key, "api_secret": key.api_secret} for name, key in _keys(options).items()}
        print(json.dumps(keys, indent=2))
        return 0
    if options.print_env:
        return _print_environment(options)
    with ExitStack() as until_the_end:
        return _serve(options, until_the_end)


def _keys(options: argparse.Namespace) -> "Mapping[str, Key]":
    """The keys of all accounts, by name. A key depends only on the account's name, so its file is not read."""
    from binance_c2c.sandbox import Sandbox  # noqa: PLC0415 - an extra

    made = Sandbox(empty=True)
    for name, _ in options.account:
        if name not in made.keys:
            made.add_account(name)
    return dict(sorted(made.keys.items()))


def _print_environment(options: argparse.Namespace) -> int:
    if not options.port:
        raise CommandError(
            "--print-env: a --port other than 0 is expected, the one that the sandbox runs at", Status.USAGE
        )
    base_url = f"http://{_host_in_url(options.host)}:{options.port}"
    variables = {
        name: {
            "BINANCE_API_KEY": key.api_key,
            "BINANCE_API_SECRET": key.api_secret,
            "BINANCE_C2C_BASE_URL": base_url,
        }
        for name, key in _keys(options).items()
    }
    chosen = options.account[0][0] if options.account else "merchant"
    if options.json:
        print(json.dumps(variables, indent=2))
        return 0
    print(_exports(variables.pop(chosen), ""))
    for name, others in variables.items():
        print(_exports(others, f"# {name}: "))
    return 0


def _exports(variables: Mapping[str, str], before: str) -> str:
    return "\n".join(f"{before}export {name}={quote(value)}" for name, value in variables.items())


def _host_in_url(host: str) -> str:
    """The host of a URL at which this machine reaches the sandbox."""
    if host in _ALL_ADDRESSES:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _serve(options: argparse.Namespace, until_the_end: ExitStack) -> int:
    from binance_c2c.sandbox import RequestLog, lock_state, serve_forever  # noqa: PLC0415 - an extra

    state: Path | None = options.state
    try:
        if state is not None:
            until_the_end.enter_context(lock_state(state))
        exchange = _make_exchange(options)
        api_keys = [_register_key(exchange, account, file) for account, file in options.public_key]
        if state is not None:
            # Raises at once if the file cannot be written.
            exchange.save(state)
    except ValueError as error:
        raise CommandError(str(error), Status.USAGE) from error
    except OSError as error:
        message = f"--state {state}: {error.strerror}"
        raise CommandError(message) from error
    for fault in options.fault:
        exchange.faults.plan(fault)
    if options.host not in _LOOPBACK:
        print(_WARNING.format(host=options.host, port=options.port), file=sys.stderr, flush=True)
    log = RequestLog(exchange, _write_line, as_json=options.json)
    if sys.stderr.isatty() if options.log is None else options.log:
        until_the_end.enter_context(log)

    def announce(base_url: str) -> None:
        if options.json:
            keys = {name: {"api_key": key.api_key, "api_secret": key.api_secret} for name, key in exchange.keys.items()}
            uploaded = dict(zip((f"{name}={file}" for name, file in options.public_key), api_keys, strict=True))
            print(json.dumps({"base_url": base_url, "accounts": keys, "public_keys": uploaded}), flush=True)
            return
        print(f"The sandbox answers at {base_url}. End it with Ctrl-C.", flush=True)
        flags = "".join(f" --account {name}" for name, _ in options.account)
        number = base_url.rpartition(":")[2]
        print(f"Look at it in a browser there. Its keys: binance-c2c sandbox --print-keys{flags}", flush=True)
        for (account, file), api_key in zip(options.public_key, api_keys, strict=True):
            print(f"--public-key {account}={file}: {api_key}", flush=True)
        print(f'For other programs: eval "$(binance-c2c sandbox --print-env --port {number}{flags})"', flush=True)

    with _address_errors_explained(options):
        serve_forever(
            exchange,
            options.port,
            announce,
            host=options.host,
            names=options.allow_host,
            chat_port=options.chat_port,
            on_refused=log.refused,
        )
    if state is not None:
        exchange.save(state)
    return 0


@contextmanager
def _address_errors_explained(options: argparse.Namespace) -> Generator[None]:
    """Turn an `OSError` of the listening sockets into a `CommandError` that names --host and --port."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        # asyncio's own message shows the address as a tuple.
        code = error.errno or 0
        why = os.strerror(code) if code > 0 else str(error.strerror).partition(" (while")[0]
        where = f"--host {options.host} --port {options.port}"
        message = f"{where}: the sandbox cannot listen there ({why}). Next: another --host, or --port 0 for a free port"
        raise CommandError(message) from error


def _write_line(line: str) -> None:
    # Not through the buffer: while a terminal is stopped, its lock would keep the program from ending.
    os.write(sys.stderr.fileno(), f"{line}\n".encode("utf-8", "backslashreplace"))


def _make_exchange(options: argparse.Namespace) -> "Sandbox":
    """The exchange that the options describe. Raises `ValueError` or `OSError`."""
    from binance_c2c.sandbox import Limits, Sandbox  # noqa: PLC0415 - an extra

    given = {name: getattr(options, name) for name in ("fiats", "assets", "ads") if getattr(options, name) is not None}
    if given and not options.seed_market:
        message = f"--{next(iter(given))} can only be given together with --seed-market"
        raise ValueError(message)
    limits = None if options.no_limits else Limits()
    state: Path | None = options.state
    is_loaded = state is not None and state.exists()
    make = Sandbox if state is None or not is_loaded else partial(Sandbox.load, state)
    exchange = make(limits=limits, seed=options.seed)
    for name, file in options.account:
        if not (is_loaded and name in exchange.keys):
            _add_account(exchange, name, file)
    if is_loaded:
        if options.seed_market or options.history is not None:
            print(
                f"The exchange goes on from {options.state}: --seed-market and --history only fill a new one.",
                file=sys.stderr,
                flush=True,
            )
        return exchange
    if options.seed_market:
        exchange.seed_market(**given)
    if options.history is not None:
        exchange.seed_history(options.history)
    return exchange


def _add_account(exchange: "Sandbox", name: str, file: Path | None) -> None:
    """Add an account. Raises `ValueError` that names the option whose file cannot be read."""
    try:
        exchange.add_account(name, file)
    except OSError as error:
        message = f"--account {name}={file}: {error.strerror}"
        raise ValueError(message) from None


def _register_key(exchange: "Sandbox", account: str, file: Path) -> str:
    """Register a public key and return its API key. Raises `ValueError` that names the option with a wrong file."""
    try:
        return exchange.register_key(account, file.read_bytes())
    except (ValueError, OSError) as error:
        message = f"--public-key {account}={file}: {error.strerror if isinstance(error, OSError) else error}"
        raise ValueError(message) from None
