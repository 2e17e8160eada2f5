"""The common options of all commands, and what depends on them: the client, the output, and prompts."""

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from getpass import getpass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.key_sources import URL_VARIABLE, base_url_settings, key_settings, revealed_key
from binance_c2c.cli.shared.output import Form, ask_to_go_on, show, wrapped
from binance_c2c.cli.shared.values import Record, Rows

if TYPE_CHECKING:
    from binance_c2c import C2CClient

_MOST_CODE_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The values of the options that every command has."""

    json: bool = False
    csv: bool = False
    table: bool = False
    utc: bool = False
    sandbox: bool = False
    key_file: Path | None = None
    keyring: str | None = None
    timeout: float = 10.0
    yes: bool = False
    debug: bool = False

    def __post_init__(self) -> None:
        if self.json + self.csv + self.table > 1:
            raise CommandError("--json, --csv and --table exclude one another; give one of them", Status.USAGE)
        if not (isfinite(self.timeout) and self.timeout > 0):
            message = f"--timeout: a positive number of seconds is expected, not {self.timeout}"
            raise CommandError(message, Status.USAGE)

    @property
    def form(self) -> Form:
        """The form to print in: the one that an option names, or else a table on a terminal and JSON elsewhere."""
        if self.csv:
            return Form.CSV
        if self.json or not (self.table or sys.stdout.isatty()):
            return Form.JSON
        return Form.TABLE

    @property
    def zone(self) -> tzinfo | None:
        """The zone in which times are printed; None for this machine's."""
        return UTC if self.utc else None

    def show(self, result: Rows | Record) -> None:
        """Print a result."""
        show(result, self.form, self.zone, sys.stdout)
        # While the command can still say what it did.
        sys.stdout.flush()

    def say(self, words: str) -> None:
        """Print a message for a person, on standard error: programs read standard output."""
        print(wrapped(words, sys.stderr), file=sys.stderr, flush=True)

    @contextmanager
    def client(self, *, signed: bool = True, served: bool = False) -> "Generator[C2CClient]":
        """A client with the key that the options name, or without a key if `signed` is false.

        With `--sandbox` it talks to a sandbox in this process; with `served`, over a port, which the chat needs.
        """
        from binance_c2c import C2CClient  # noqa: PLC0415 - not for `--help`

        if self.sandbox:
            from binance_c2c.cli.sample_sandbox import sample_sandbox  # noqa: PLC0415 - an extra
            from binance_c2c.sandbox import serve  # noqa: PLC0415

            sandbox = sample_sandbox()
            if not served:
                with C2CClient.in_sandbox(sandbox, timeout=self.timeout) as client:
                    yield client
                return
            key = sandbox.keys["merchant"]
            pair: dict[str, Any] = {"api_key": key.api_key, "api_secret": key.api_secret}
            with serve(sandbox) as base_url, C2CClient(**pair, base_url=base_url, timeout=self.timeout) as client:
                yield client
            return
        settings: dict[str, Any] | None = {} if not signed else key_settings(self.key_file, self.keyring)
        if settings is None:
            with C2CClient.from_env(timeout=self.timeout) as client:
                yield client
            return
        settings |= base_url_settings()
        with C2CClient(**settings, timeout=self.timeout) as client:
            # Tools that show the local variables of a traceback would show the secret.
            settings.clear()
            yield client

    @property
    def uses_local_sandbox(self) -> bool:
        """Whether calls go to a sandbox on this machine, whose chat and pictures come without TLS."""
        host = urlsplit(os.environ.get(URL_VARIABLE, "")).hostname or ""
        return self.sandbox or host in {"localhost", "127.0.0.1", "::1"}

    def key_pair(self) -> tuple[str, str]:
        """The API key and its secret, for requests that are signed but not sent."""
        if self.sandbox:
            from binance_c2c.cli.sample_sandbox import sample_sandbox  # noqa: PLC0415 - an extra

            key = sample_sandbox().keys["merchant"]
            return key.api_key, key.api_secret
        return revealed_key(self.key_file, self.keyring)

    def confirm(self, what: Sequence[str]) -> None:
        """Print what will happen, and ask whether to go on. Raises `CommandError` without a yes or `--yes`."""
        for line in what:
            self.say(line)
        if self.yes:
            return
        if not sys.stdin.isatty():
            raise CommandError("nothing was sent: without a terminal this needs --yes", Status.DECLINED)
        if not ask_to_go_on(sys.stderr):
            raise CommandError("nothing was sent", Status.DECLINED)

    def secret(self, prompt: str, descriptor: int | None, *, option: str, lines: int = 1) -> str:
        """A one-time code or a password, read from the first lines of a file descriptor, or typed without echo."""
        if descriptor is not None:
            try:
                found = os.read(descriptor, _MOST_CODE_BYTES).decode().split("\n")[:lines]
            except (OSError, ValueError):
                found = []
            if len(found) < lines or not all(map(str.strip, found)):
                message = f"nothing was sent: file descriptor {descriptor} does not give {lines} line(s) of text"
                raise CommandError(message, Status.USAGE)
            return "\n".join(map(str.strip, found))
        if not sys.stdin.isatty():
            message = f"nothing was sent: without a terminal the {prompt} is read from a file descriptor, {option} 3"
            raise CommandError(message, Status.DECLINED)
        given = getpass(f"{prompt}: ").strip()
        if not given:
            raise CommandError("nothing was sent: nothing was typed", Status.DECLINED)
        return given
