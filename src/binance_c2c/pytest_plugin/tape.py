"""Tapes, the contents of cassettes: one records requests with their answers, one finds the answers again."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from binance_c2c._core.recording import Scrubber, origin
from binance_c2c.errors import ConfigurationError
from binance_c2c.pytest_plugin.matching import Matching, Options, Sent

SIGNING_PARAMETERS = frozenset({"recvWindow", "signature", "timestamp"})
REQUEST_HEADERS = frozenset({"clienttype", "content-type"})
RESPONSE_HEADERS = frozenset({"content-type", "retry-after", "x-mbx-used-weight-1m", "x-sapi-used-ip-weight-1m"})
_NOWHERE = "sandbox.invalid"
_MILLISECOND = timedelta(milliseconds=1)
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")

Headers = Iterable[tuple[str, str]]


@dataclass
class Interaction:
    """A request and the answer to it."""

    sent: Sent
    headers: Mapping[str, list[str]]
    """Of the request."""
    status: int
    answer_headers: Mapping[str, list[str]]
    answer: str
    played: bool = False

    def as_vcr(self) -> dict[str, Any]:
        """The answer as vcrpy hands it to a client."""
        return {
            "status": {"code": self.status, "message": _reason(self.status)},
            "headers": dict(self.answer_headers),
            "body": {"string": self.answer.encode("utf-8")},
        }

    def as_json(self) -> dict[str, Any]:
        """The request and its answer as JSON in the format of vcrpy."""
        uri = urlunsplit(("https", _NOWHERE, self.sent.path, urlencode(self.sent.query), ""))
        answer = {**self.as_vcr(), "body": {"string": self.answer}}
        request = {"method": self.sent.method, "uri": uri, "body": self.sent.body or None, "headers": self.headers}
        return {"request": request, "response": answer}

    @classmethod
    def of_json(cls, value: Any) -> "Interaction":
        """Read the JSON that `as_json` gives. Raises `KeyError` or `TypeError` for anything else."""
        request, response = value["request"], value["response"]
        sent = sent_of(request["method"], request["uri"], request["body"] or "")
        headers, status = request["headers"], response["status"]["code"]
        return cls(sent, headers, status, response["headers"], response["body"]["string"])


class Request(NamedTuple):
    """A request as it was intercepted."""

    method: str
    uri: str
    headers: Headers
    body: bytes


class Tape:
    """The interactions of one cassette, for any number of threads."""

    def __init__(self, file: Path, options: Options, now: Callable[[], float]) -> None:
        self.file = file
        self.options = options
        self.interactions: list[Interaction] = []
        self.recorded_at = datetime.fromtimestamp(now(), UTC)
        self._lock = Lock()

    def unplayed(self) -> list[str]:
        """Method and path of each recorded request that was not made."""
        return [str(one.sent) for one in self.interactions if not one.played]


class Recording(Tape):
    """A tape that keeps every request and answer, without personal data and secrets."""

    def __init__(self, file: Path, options: Options, now: Callable[[], float]) -> None:
        super().__init__(file, options, now)
        self._scrubber = Scrubber()
        self._host: str | None = None

    def keep(self, request: Request, status: int, headers: Headers, content: bytes) -> None:
        """Add a request and the answer to it. `content` is not compressed."""
        with self._lock:
            self._host = self._host or urlsplit(request.uri).hostname
            sent = sent_of(request.method, request.uri, self._scrubber.request(request.body))
            sent = sent._replace(query=self._scrubber.query(sent.query))
            kept = _grouped(request.headers, REQUEST_HEADERS)
            of_answer = _grouped(headers, RESPONSE_HEADERS)
            answer = self._scrubber.answer(content)
            self.interactions.append(Interaction(sent, kept, status, of_answer, answer, played=True))

    def text(self) -> str:
        """The text of the cassette's file."""
        for one in self.interactions:
            # A later answer may reveal that a word in an earlier sentence is a person's name.
            one.answer = self._scrubber.sentences(one.answer)
        place = "nowhere: nothing was asked" if self._host is None else origin(self._host)
        head = {"recorded_from": place, "recorded_at": self.recorded_at.isoformat(timespec="milliseconds")}
        whole = {**head, "version": 1, "interactions": [one.as_json() for one in self.interactions]}
        return _without_halves(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


class Replay(Tape):
    """A tape that was read from its file, and gives each answer once."""

    def __init__(self, file: Path, options: Options, now: Callable[[], float]) -> None:
        super().__init__(file, options, now)
        began = self.recorded_at
        self.interactions = self._read()
        self._matching = Matching(options, (began - self.recorded_at) // _MILLISECOND)
        self._claimed: dict[int, Interaction] = {}

    def claim(self, key: object, sent: Sent) -> bool:
        """Whether there is an answer to this request. If so, it is reserved for `claimed`."""
        with self._lock:
            for one in self.interactions:
                if not one.played and self._matching.agree(one.sent, sent):
                    one.played = True
                    self._claimed[id(key)] = one
                    return True
            return False

    def claimed(self, key: object) -> Interaction:
        """The answer that `claim` reserved."""
        with self._lock:
            return self._claimed.pop(id(key))

    def why_not(self, sent: Sent) -> str:
        """Why a request has no answer here: how it differs from the recorded ones, and what to do."""
        given = sum(not self._matching.differences(one.sent, sent) for one in self.interactions)
        lines = [f"{sent} has no answer left in {self.file}."]
        waiting = [one.sent for one in self.interactions if not one.played]
        if given:
            lines.append(f"It was recorded {given} time{'s' * (given > 1)}, and each of these answers was used.")
        elif near := self._nearest(waiting, sent):
            lines += ["The nearest that was recorded, and not yet asked for, differs in:", *near]
        else:
            asked_for = ", ".join(map(str, waiting)) or "nothing"
            lines.append(f"Recorded, and not yet asked for: {asked_for}.")
        lines.append(
            "If the test is right, record it anew with --c2c-record. Leave out parameters that differ in every run by "
            "@pytest.mark.c2c_cassette(ignore=[…]), and compute times from c2c_cassette.recorded_at, not from now."
        )
        return "\n".join(lines)

    def _nearest(self, waiting: list[Sent], sent: Sent) -> list[str]:
        same = [one for one in waiting if (one.method, one.path) == (sent.method, sent.path)]
        found = sorted((self._matching.differences(one, sent) for one in same), key=len)
        return [f"  {line}" for line in found[0]] if found else []

    def _read(self) -> list[Interaction]:
        try:
            recording: Any = json.loads(self.file.read_bytes().decode("utf-8-sig"))
            self.recorded_at = datetime.fromisoformat(recording["recorded_at"]).astimezone(UTC)
            # Required: it tells a recording of the sandbox from one of the exchange.
            str(recording["recorded_from"])
            return [Interaction.of_json(one) for one in recording["interactions"]]
        except FileNotFoundError:
            message = f"{self.file} does not exist: record it first, with --c2c-record"
            raise ConfigurationError(message) from None
        except (ValueError, KeyError, TypeError) as error:
            message = f"{self.file} is no cassette of binance-c2c ({type(error).__name__}: {error}): record it anew"
            raise ConfigurationError(message) from None


def sent_of(method: str, uri: str, body: str) -> Sent:
    """A request as it is recorded: without its host and the parameters that the signer adds."""
    parts = urlsplit(uri)
    pairs = parse_qsl(parts.query, keep_blank_values=True, errors="surrogatepass")
    return Sent(method, parts.path, sorted(pair for pair in pairs if pair[0] not in SIGNING_PARAMETERS), body)


def _without_halves(text: str) -> str:
    """JSON in UTF-8: a lone surrogate, which UTF-8 cannot hold, is escaped."""
    return _HALF_A_CHARACTER.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _grouped(headers: Headers, wanted: frozenset[str]) -> dict[str, list[str]]:
    """The headers that are wanted, by their names in lower case."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() in wanted:
            found.setdefault(name.lower(), []).append(value)
    return found


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
