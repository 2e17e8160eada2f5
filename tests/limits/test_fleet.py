"""What a fleet is made with, and what shows of it."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from binance_c2c import Fleet
from binance_c2c.errors import ConfigurationError
from tests.support.clients import Kind, both_clients, settings

PASSWORD = "pass-word"
URL = f"redis://user:{PASSWORD}@localhost:6379/0"


@pytest.mark.parametrize("url", [None, "", "localhost:6379", "http://localhost", b"redis://", "memcached://host", 5])
def test_a_fleet_has_a_url_of_redis(url: Any):
    """Anything else is refused, without being shown."""
    with pytest.raises(ConfigurationError, match=r"^fleet: a URL that begins with redis://, rediss:// or unix://"):
        Fleet(url)


@pytest.mark.parametrize(
    "scheme",
    [
        *("redis+sentinel", "rediss+sentinel", "sentinel", "redis-cluster", "redis+cluster", "async+redis+cluster"),
        *("valkey", "valkeys", "valkey+sentinel"),
    ],
)
def test_what_is_no_single_redis_is_refused_by_name(scheme: str):
    """Cluster, Sentinel and Valkey are not supported, which the error says before anything is sent."""
    with pytest.raises(ConfigurationError) as caught:
        Fleet(f"{scheme}://:{PASSWORD}@localhost:6379")

    assert str(caught.value).startswith(f"fleet: {scheme}:// is not supported; the URL of a single Redis is expected")
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"redis://:{PASSWORD}@localhost:port", "the URL cannot be read"),
        (f"redis://:{PASSWORD}@localhost:99999", "the URL cannot be read"),
        (f"redis://:{PASSWORD}@[::1", "the URL cannot be read"),
        (f"redis://:#{PASSWORD}@localhost", "in a password `#`, `?`, `/` and `@` are written %23, %3F, %2F and %40"),
        (f"redis://:?{PASSWORD}@localhost", "the URL cannot be read"),
        (f"redis://:?a={PASSWORD}@localhost", "in a password `#`, `?`, `/` and `@` are written %23"),
        (f"redis://:/{PASSWORD}@localhost", "in a password `#`, `?`, `/` and `@` are written %23"),
        (f"redis://:{PASSWORD}@:6379", "in a password `#`, `?`, `/` and `@` are written %23"),
        (f"redis://:{PASSWORD}@localhost/zero", "in a password `#`, `?`, `/` and `@` are written %23"),
        (f"redis://:{PASSWORD}@localhost?socket_timeout=60", "after `?`, only db, username, password and the options"),
        (f"redis://:{PASSWORD}@localhost?protocol=3", "after `?`, only db, username, password and the options"),
    ],
)
def test_a_url_that_cannot_be_read_is_not_shown(url: str, said: str):
    """The error says what to do, and repeats nothing that may be a password."""
    with pytest.raises(ConfigurationError) as caught:
        Fleet(url)

    assert str(caught.value).startswith("fleet: ")
    assert said in str(caught.value)
    assert PASSWORD not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


@both_clients
def test_an_option_that_is_no_number_is_not_shown(kind: Kind):
    """What only the library for Redis can refuse is refused as the URL that it is part of."""
    with pytest.raises(ConfigurationError) as caught:
        kind(**settings(fleet=Fleet(f"redis://:{PASSWORD}@localhost?db=word")))

    assert "fleet: the URL cannot be read" == str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def file_with_url(folder: Path) -> Path:
    file = folder / "url"
    file.write_text(f"{URL}\n")
    file.chmod(0o600)
    return file


@pytest.mark.parametrize(
    "given", [lambda _: URL, lambda _: lambda: URL, file_with_url], ids=["text", "function", "file"]
)
def test_a_url_is_taken_as_any_secret(given: Callable[[Path], Any], tmp_path: Path):
    """It may hold a password, and so may stand in a file or come from a function."""
    assert URL == Fleet(given(tmp_path)).reveal_url()


def test_a_fleet_shows_no_password():
    """Neither by itself nor as a dictionary nor as a copy; it is not pickled at all."""
    fleet = Fleet(URL, "office", processes=3)
    shown = [repr(fleet), repr(asdict(fleet)), repr(copy.deepcopy(fleet)), repr(replace(fleet, name="home"))]

    assert [] == [text for text in shown if PASSWORD in text]
    assert URL == replace(fleet, name="home").reveal_url()
    with pytest.raises(TypeError, match="fleet is a secret and cannot be pickled"):
        pickle.dumps(fleet)


@pytest.mark.parametrize("name", [None, "", "a b", "a/b", "x" * 65, 5])
def test_a_fleet_has_a_plain_name(name: Any):
    """It becomes part of the names in Redis."""
    with pytest.raises(ConfigurationError, match=r"^fleet: name: 1 to 64 letters"):
        Fleet("redis://localhost", name)


@pytest.mark.parametrize("processes", [None, 0, -1, True, 1.5, "4"])
def test_processes_are_counted_in_whole_numbers(processes: Any):
    """Anything else is refused, with the name of the argument."""
    with pytest.raises(ConfigurationError, match=r"^fleet: processes: an integer of at least 1 is expected, not"):
        Fleet("redis://localhost", processes=processes)
