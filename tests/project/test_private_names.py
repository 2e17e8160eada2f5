"""Private names of other packages that ours stand on: each with its reason, and a test that sees it change."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

import httpx
import pytest

import binance_c2c
import binance_c2c_runtime

ROOT = Path(__file__).parents[2]
OURS = ("binance_c2c", "binance_c2c_runtime")
REASONS = {
    "httpx.AsyncHTTPTransport._pool": "replaced: httpx's transport passes to our connections what a recorder lets pass",
    "httpx.HTTPTransport._pool": "replaced, for the same reason",
    "httpx.Client._transport_for_url": "looked at: a test that replaces it chooses where a request goes",
    "httpx.HTTPError._request": "emptied, for it holds key and signature; the public name raises where it is empty",
}
# Where one of the names above is used without being replaced.
USES = {
    "src/binance_c2c/_core/support/redact.py": "httpx.HTTPError._request",
    "src/binance_c2c/_core/transport/choose.py": "httpx.Client._transport_for_url",
}


def test_each_private_name_that_is_used_has_its_reason():
    """Ruff refuses the use of a private name where nothing is said; where something is, it is in the table above."""
    used = {
        path.relative_to(ROOT).as_posix()
        for folder in ("src", "generator", "docs")
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "noqa: SLF001" in line and "_clock" not in line
    }

    assert {*USES} == used
    assert {*REASONS} >= {*USES.values()}


def test_each_private_name_that_is_replaced_has_its_reason():
    """A class of ours that overrides what a class of another package keeps for itself is in the table above."""
    replaced = {name for cls in _classes() for name in _replaced(cls)}

    assert {*REASONS} - {*USES.values()} == replaced


def test_httpx_keeps_its_request_where_it_did():
    """An error of httpx's has it under the private name, and tells nothing of it once that is empty."""
    error = httpx.ConnectError("no", request=httpx.Request("GET", "https://c2c.localhost/?signature=1"))
    assert error.request is error._request
    error._request = None

    with pytest.raises(RuntimeError, match="has not been set"):
        _ = error.request


def _classes() -> Iterator[type]:
    """The classes of the installed parts of the SDK."""
    for package in (binance_c2c, binance_c2c_runtime):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith("__main__"):
                continue
            try:
                module = import_module(found.name)
            except ModuleNotFoundError:
                # What an extra brings that is not installed.
                continue
            for thing in vars(module).values():
                if isinstance(thing, type) and thing.__module__ == module.__name__:
                    yield thing


def _replaced(cls: type) -> Iterator[str]:
    """The private names that a class defines, and that a class of another package has, which it extends."""
    for name, value in vars(cls).items():
        if name.startswith("_") and not name.endswith("_") and _is_written_in(cls, value):
            for base in cls.__mro__[1:]:
                if base.__module__.partition(".")[0] not in OURS and _has(base, name):
                    yield f"{base.__module__}.{base.__name__}.{name}"


def _is_written_in(cls: type, value: Any) -> bool:
    function = getattr(value, "fget", None) or getattr(value, "func", None) or value
    return isinstance(function, FunctionType) and function.__module__ == cls.__module__


def _has(base: type, name: str) -> bool:
    """Whether a class defines the name, or sets it on what it makes."""
    made = vars(base).get("__init__")
    return name in vars(base) or (isinstance(made, FunctionType) and name in made.__code__.co_names)
