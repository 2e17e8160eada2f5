"""What an exception from outside finds: Ctrl-C and its like may strike at any line of a call that carries a code."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest

from binance_c2c import C2CClient
from binance_c2c_sapi.resources.orders import build_release
from tests.support.clients import KEY, SECRET, answering, yes
from tests.support.wire import Wire, reply

ROOT = Path(__file__).parents[2]
CODE = "135790246"
OURS = ("/src/binance_c2c/", "/src/binance_c2c_runtime/", "/generated_sdk/")
RELEASE = {"order_number": "1", "auth_type": "GOOGLE", "google_verify_code": CODE}


class Interruption(BaseException):
    """Comes from outside, as a signal does."""


def is_ours(frame: FrameType) -> bool:
    return any(part in frame.f_code.co_filename.replace("\\", "/") for part in OURS)


def text_of(value: object) -> str:
    """As a report shows it: where something is half made, it says that much."""
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - whatever was not there yet
        return "half made"


def shown(error: BaseException) -> list[str]:
    """Where an error report that lists the variables of our frames would show the code."""
    found: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if is_ours(frame):
            names = [name for name, value in frame.f_locals.items() if CODE in text_of(value)]
            found += [f"{frame.f_code.co_name}: {name}" for name in names]
        trace = trace.tb_next
    return found


def interrupted(act: Callable[[], object], number: int) -> Interruption | None:
    """What comes up when the line of that number, of all that run, is interrupted; None where there is none."""
    lines = 0

    def at_line(_: FrameType, event: str, __: object) -> Any:
        nonlocal lines
        lines += event == "line"
        if event == "line" and lines == number:
            raise Interruption
        return at_line

    before = sys.gettrace()
    sys.settrace(lambda frame, *_: at_line if is_ours(frame) else None)
    try:
        act()
    except Interruption as error:
        return error
    finally:
        sys.settrace(before)
    return None


def places(act: Callable[[], object]) -> list[list[str]]:
    """For every line of a call, where the code is shown when that line is interrupted."""
    act()
    found: list[list[str]] = []
    while (error := interrupted(act, len(found) + 1)) is not None:
        found.append(shown(error))
    assert len(found) > 20
    return found


def places_in_a_release(*, own: bool) -> list[list[str]]:
    """For every line of a release, over connections of its own or a transport of the caller's: where the code shows."""
    with Wire(then=reply(yes())) as wire:
        http = None if own else answering(lambda _: httpx.Response(200, json=yes()))
        with C2CClient(api_key=KEY, api_secret=SECRET, base_url=wire.url, http=http) as client:
            return places(lambda: client.orders.release(**RELEASE))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


# Sockets whose opening is interrupted are left to the collector, which warns of them.
IN_A_PROCESS = """
import json
import warnings

warnings.simplefilter("ignore")
from tests.client.test_interruptions import places_in_a_release

print(json.dumps(places_in_a_release(own={own})))
"""


def in_a_process(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


# CPython 3.11 itself may crash, now and then, where a trace function raises. That says nothing of code in Python.
TRIES = 3
SEGMENTATION_FAULT = 11


@pytest.mark.parametrize("own", [True, False], ids=["own connections", "the caller's"])
def test_a_code_stands_in_no_frame_whatever_line_is_interrupted(own: bool):
    """But for the first line of the method, which is handed the code as it is, no frame of ours shows it.

    What is made of a request's body is kept in `HiddenBytes`.
    """
    command = [sys.executable, "-c", IN_A_PROCESS.format(own=own)]
    done, tries = in_a_process(command), 1
    while done.returncode == -SEGMENTATION_FAULT and tries < TRIES:
        done, tries = in_a_process(command), tries + 1
    assert 0 == done.returncode, done.stderr
    first, *others = json.loads(done.stdout)

    assert ["release: google_verify_code"] == first
    assert [] == [place for line in others for place in line]


def test_a_code_stands_in_no_frame_of_what_builds_a_call():
    """The call as a value shows none either, once it is built and while it is."""
    found = places(lambda: build_release(**RELEASE))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    assert ["built: kwargs"] == found[0]
    assert {"built: kwargs"} >= {place for line in found for place in line}
    assert CODE not in repr(build_release(**RELEASE).body)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert CODE == (build_release(**RELEASE).body or {})["googleVerifyCode"]  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


class Striking(str):
    """A text that is interrupted when it is looked at."""

    __slots__ = ()

    def isascii(self) -> bool:
        raise KeyboardInterrupt


def test_a_call_that_is_interrupted_while_it_is_built_says_where():
    """Ctrl-C comes up with its frames, and without what stood in them."""
    with pytest.raises(KeyboardInterrupt) as caught:
        build_release(order_number=Striking("1"), google_verify_code=CODE)
    frames = [frame.frame for frame in caught.traceback if is_ours(frame.frame.raw)]

    assert ["built", "build_release", "text"] == [frame.code.name for frame in frames]
    assert [] == shown(caught.value)
