"""Record and replay: cassettes without personal data and secrets. The signature of every request is checked.

vcrpy stands in for `httpx`'s transports, so the whole client runs on replay: flow, signer, decoding. A transport around
the one that vcrpy replaces checks the signatures of the requests.
"""

import hashlib
import hmac
import ssl
import time
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Unpack, cast

import httpx

from binance_c2c._core.client import (
    AsyncC2CClient,
    AsyncClientOptions,
    C2CClient,
    ClientOptions,
    set_clock,
    wrap_secrets,
)
from binance_c2c._core.recording import write_recording
from binance_c2c.errors import ConfigurationError
from binance_c2c.pytest_plugin.matching import PARTS, Options
from binance_c2c.pytest_plugin.tape import Recording, Replay, Tape

REPLAYED = "replayed"
"""Key and secret of a client whose requests reach no exchange."""


class VerifyingTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Recomputes the signature of each signed request, then passes it on. Shares no code with our signer.

    It trusts no server's certificate, since it is only for replays. It holds no connection from one request to the
    next, so it need not be closed.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self.verified = 0
        """How many signed requests passed."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Check the signature, then replay."""
        self._verify(request)
        with httpx.HTTPTransport(verify=_trusting_nobody()) as transport:
            response = transport.handle_request(request)
            response.read()
            return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check the signature, then replay."""
        self._verify(request)
        async with httpx.AsyncHTTPTransport(verify=_trusting_nobody()) as transport:
            response = await transport.handle_async_request(request)
            await response.aread()
            return response

    def _verify(self, request: httpx.Request) -> None:
        payload, found, signature = request.url.query.rpartition(b"&signature=")
        if not found:
            return
        expected = hmac.new(self._secret, payload, hashlib.sha256).hexdigest().encode()
        if not hmac.compare_digest(expected, signature):
            message = (
                f"{request.method} {request.url.path} has a signature that does not match the secret of its cassette"
            )
            raise AssertionError(message)
        self.verified += 1


class C2CCassette:
    """A cassette that plays or records while the test runs."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._began = time.monotonic()

    @property
    def recording(self) -> bool:
        """Whether requests go out and are written down, instead of being answered from the file."""
        return isinstance(self._tape, Recording)

    @property
    def recorded_at(self) -> datetime:
        """The time at which the recording began, the same in each replay.

        While recording that is this machine's time at the start of the test.
        """
        return self._tape.recorded_at

    @property
    def all_played(self) -> bool:
        """Whether each recorded answer was used."""
        return not self._tape.unplayed()

    @property
    def unplayed(self) -> list[str]:
        """Method and path of each recorded request that was not made."""
        return self._tape.unplayed()

    def client(self, **settings: Unpack[ClientOptions]) -> C2CClient:
        """A client that speaks to the cassette, with the keyword arguments of `C2CClient`.

        Key and secret are needed for recording only. In a replay neither they nor `http` are used: nothing is
        sent. Its clock starts when the recording began, unless the cassette goes by the wall clock.

        Raises:
            ConfigurationError: An argument cannot work, or recording lacks a key. The message names it.

        """
        given = wrap_secrets(settings)
        # An error report that lists local variables is to show no secret.
        settings = {}
        client = C2CClient(**self._settings(given))
        self._set_clock(client)
        return client

    def async_client(self, **settings: Unpack[AsyncClientOptions]) -> AsyncC2CClient:
        """A client for `await` that speaks to the cassette, with the keyword arguments of `AsyncC2CClient`."""
        given = wrap_secrets(settings)
        # An error report that lists local variables is to show no secret.
        settings = {}
        client = AsyncC2CClient(**self._settings(given))
        self._set_clock(client)
        return client

    def save(self) -> None:
        """Replace the file by what was recorded, as a whole. Does nothing in a replay."""
        if isinstance(self._tape, Recording):
            write_recording(self._tape.file, self._tape.text())

    def _settings(self, given: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(self._tape, Recording):
            replayed = {"api_key": REPLAYED, "api_secret": REPLAYED, "http": VerifyingTransport(REPLAYED)}
            return {**given, **replayed, "api_secret_password": None, "fleet": None}
        missing = [name for name in ("api_key", "api_secret") if given.get(name) is None]
        if missing:
            message = (
                f"{missing[0]}: recording needs a key and its secret: c2c_cassette.client(api_key=…, api_secret=…)"
            )
            raise ConfigurationError(message)
        http: Any = given.get("http")
        is_known = isinstance(http, (httpx.Client, httpx.AsyncClient, httpx.BaseTransport, httpx.AsyncBaseTransport))
        return {**given, "http": _engine().RecordingTransport(self._tape, http)} if is_known else given

    def _set_clock(self, client: C2CClient | AsyncC2CClient) -> None:
        if isinstance(self._tape, Replay) and not self._tape.options.wall_clock:
            set_clock(client, self._tape.recorded_at + timedelta(seconds=time.monotonic() - self._began))


@contextmanager
def cassette(
    path: Path,
    *,
    record: bool,
    match_on: Collection[str] = PARTS,
    ignore: Collection[str] = (),
    time_tolerance: float = 60.0,
    wall_clock: bool = False,
    now: Callable[[], float] = time.time,
) -> Generator[C2CCassette]:
    """Replay the file at `path`, each request once and nothing else; or record it anew.

    The file is replaced when the block has come to its end without an error, and otherwise left as it was.

    Args:
        path: The file.
        record: Whether to record it.
        match_on: The parts of a request that have to agree with a recorded one: method, path, query, body.
        ignore: Parameters that may differ, by their wire names, in the query and at any depth of the body.
        time_tolerance: By how many seconds times may differ.
        wall_clock: Whether a replaying client goes by this machine's clock.
        now: Seconds since 1970.

    Raises:
        ConfigurationError: vcrpy is not installed, there is nothing to replay, or an argument cannot work.

    """
    with playing(path, Options(match_on, ignore, time_tolerance, wall_clock), record=record, now=now) as played:
        yield played
    played.save()


@contextmanager
def playing(
    path: Path, options: Options, *, record: bool, now: Callable[[], float] = time.time
) -> Generator[C2CCassette]:
    """Like `cassette`, but the caller saves it."""
    engine = _engine()
    tape = (Recording if record else Replay)(path, options, now)
    with engine.listening(tape):
        yield C2CCassette(tape)


def _engine() -> Any:
    try:
        import_module("vcr")
    except ModuleNotFoundError as error:
        message = 'cassettes need vcrpy, which is not installed: pip install "binance-c2c[testing]"'
        raise ConfigurationError(message) from error
    return cast("Any", import_module("binance_c2c.pytest_plugin.engine"))


@cache
def _trusting_nobody() -> ssl.SSLContext:
    """A TLS context for connections that are never opened: quick to make, and without any trusted authority."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
