"""Records single answers of operations that only read, to check the description against."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import httpx

from binance_c2c._core.recording.files import origin, write_recording
from binance_c2c._core.recording.scrub import LEFT_OUT, Scrubber, indented
from binance_c2c.errors import APIError, C2CError
from binance_c2c_runtime import Call, Operation, Page, Security
from binance_c2c_sapi.operations import OPERATIONS

MAKES_SOMETHING = frozenset(
    {
        *("agent.complaints.evidence_upload_url", "complaints.evidence_upload_url"),
        *("chat.credential", "chat.image_upload_url"),
    }
)
"""Operations that are safe to repeat but do more than read: each call creates a token or an address."""


class Asking(Protocol):
    """The part of a client that recording uses."""

    def send(self, call: Call[Any], /) -> Any:
        """Send a call and return its value."""
        ...


class PlanError(Exception):
    """Raised for a recording that cannot be made. The message names the wrong word and what is expected."""


@dataclass(frozen=True)
class Step:
    """One call of a plan, and the file that its answer goes to."""

    operation: Operation
    call: Call[Any]
    file: Path


@dataclass(frozen=True)
class Plan:
    """The calls of a recording, checked before anything is sent."""

    steps: tuple[Step, ...]

    @property
    def needs_key(self) -> bool:
        """Whether one of its calls needs a key."""
        return any(step.operation.security is not Security.NONE for step in self.steps)

    @classmethod
    def of(cls, words: Sequence[str], folder: Path) -> "Plan":
        """The plan for operations with their arguments: `orders.get order_number=2278… ads.list`.

        Raises:
            PlanError: A word is neither an operation that reads nor an argument of the operation before it.

        """
        asked: list[tuple[str, dict[str, str]]] = []
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                asked.append((word, {}))
            elif not asked:
                message = f"{word}: an operation is expected first, such as orders.get order_number=…"
                raise PlanError(message)
            else:
                asked[-1][1][name] = value
        steps: list[Step] = []
        for name, arguments in asked:
            same = sum(step.operation.id == name for step in steps)
            file = folder / (f"{name}-{same + 1}.json" if same else f"{name}.json")
            steps.append(Step(_recordable_operation(name), _call(name, arguments), file))
        return cls(tuple(steps))

    def lines(self) -> list[str]:
        """The plan for a person to read: each call with its method, path and weight, and the file it makes."""
        return [
            f"  {step.operation.id:30} {step.operation.method} {step.operation.path} (weight {step.operation.weight})"
            f" -> {step.file}{', which is replaced' if step.file.exists() else ''}"
            for step in self.steps
        ]


@dataclass(frozen=True)
class Recorded:
    """The outcome of one call of a plan."""

    operation: str
    file: Path | None
    """Where the answer is; None where it was not recorded."""
    problem: str = ""
    """Why it was not recorded, or why this version cannot read the answer that was."""
    unknown_fields: Sequence[str] = ()
    """Fields of the answer that the description of the API does not have."""


def record(plan: Plan, client: Callable[..., AbstractContextManager[Asking]]) -> Iterator[Recorded]:
    """Make the calls of a plan and write each answer, scrubbed, to its file. Yields the outcome of each call.

    `client` is called with `http` and returns the client. Refusals are not written.
    """
    last: list[httpx.Response] = []

    def keep(response: httpx.Response) -> None:
        response.read()
        last[:] = [response]

    scrubber = Scrubber()
    with httpx.Client(event_hooks={"response": [keep]}) as http, client(http=http) as asking:
        for step in plan.steps:
            last.clear()
            name, value, problem = step.operation.id, None, ""
            try:
                value = asking.send(step.call)
            except C2CError as error:
                problem = str(error)
                # A refusal may come with status 200.
                if isinstance(error, APIError) or not last or not last[0].is_success:
                    yield Recorded(name, None, problem)
                    continue
                # A recording is needed most for an answer that this version cannot read.
            written = _text_of(step.operation, last[0], scrubber)
            if written is None:
                yield Recorded(name, None, "the answer is not JSON")
                continue
            write_recording(step.file, written)
            yield Recorded(name, step.file, problem, sorted(set(_unknown(value))))


def recordable() -> list[str]:
    """The operations that may be recorded: those that only read."""
    return [name for name, operation in OPERATIONS.items() if operation.safe_to_repeat and name not in MAKES_SOMETHING]


def usage() -> dict[str, list[str]]:
    """The operations that may be recorded, each with the arguments that it requires."""
    return {name: _missing(_builder(name), {}) for name in recordable()}


def _unknown(value: Any, path: str = "") -> Iterator[str]:
    """The fields in an answer that this version does not know, at any depth, without the index of a row."""
    if isinstance(value, (Page, list)):
        for row in cast("Iterable[Any]", value):
            yield from _unknown(row, path)
        return
    yield from (f"{path}{name}" for name in getattr(value, "extra", ()))
    names: Mapping[str, str] = getattr(value, "NAMES", {})
    for python, wire in names.items():
        yield from _unknown(getattr(value, python), f"{path}{wire}.")


def _text_of(operation: Operation, response: httpx.Response, scrubber: Scrubber) -> str | None:
    body = scrubber.answer(response.content)
    if body in {"", LEFT_OUT}:
        return None
    head = {
        "operation": operation.id,
        "recorded_from": origin(urlsplit(str(response.request.url)).hostname),
        "recorded_on": datetime.now(UTC).date().isoformat(),
        "status": response.status_code,
    }
    return indented(json.dumps(head)[:-1] + ', "answer": ' + scrubber.sentences(body) + "}") + "\n"


def _recordable_operation(name: str) -> Operation:
    if name not in OPERATIONS:
        near = [known for known in recordable() if known.partition(".")[0] == name.partition(".")[0]]
        message = f"{name}: there is no such operation; choose one of {', '.join(near or recordable())}"
        raise PlanError(message)
    if name not in recordable():
        message = f"{name}: it changes something; only operations that read are recorded"
        raise PlanError(message)
    return OPERATIONS[name]


def _call(name: str, arguments: Mapping[str, str]) -> Call[Any]:
    """The call with these arguments, checked as a client checks them."""
    build = _builder(name)
    known = signature(build).parameters
    unknown = [argument for argument in arguments if argument not in known]
    if unknown:
        message = f"{unknown[0]}=…: {name} has no such argument; it has {', '.join(known) or 'none'}"
        raise PlanError(message)
    missing = [f"{argument}=…" for argument in _missing(build, arguments)]
    if missing:
        message = f"{name}: {' and '.join(missing)} must be given"
        raise PlanError(message)
    try:
        return build(**{argument: _value(known[argument], text) for argument, text in arguments.items()})
    except (ValueError, TypeError) as error:
        message = f"{name}: {error}"
        raise PlanError(message) from error


def _builder(name: str) -> Callable[..., Call[Any]]:
    """The function that builds calls of an operation."""
    *resource, method = name.split(".")
    module = import_module(f"binance_c2c_sapi.resources.{'_'.join(resource)}")
    build: Callable[..., Call[Any]] = getattr(module, f"build_{method}")
    return build


def _missing(build: Callable[..., Call[Any]], given: Mapping[str, str]) -> list[str]:
    """The required arguments that are missing."""
    known = signature(build).parameters
    return [name for name, one in known.items() if one.default is Parameter.empty and name not in given]


def _value(parameter: Parameter, text: str) -> Any:
    """An argument as the caller of a method would give it."""
    kind = str(parameter.annotation)
    if text[:1] != "[" and re.search(r"\bstr\b", kind):
        return text
    if "Time" in kind and not text.isdecimal():
        return datetime.fromisoformat(text)
    try:
        return json.loads(text)
    except ValueError:
        return text
