"""A plugin of pytest that runs the tests of a part on each mutant, in a process of its own for each.

Tests are collected once. A first process runs all of them on the unchanged code, where they have to pass, and notes
which test calls which function. Then a process for each mutant runs the tests that call its function, until one fails.
Only a test that ran and failed, or exceeded its time limit, kills a mutant; an error of the collection or of this
plugin is no verdict.
"""

import contextlib
import gc
import json
import os
import resource
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

KILLED, SURVIVED = 10, 11
"""Exit statuses of a process that reached a verdict; any other status is none."""
_MOST_MEMORY = 2 << 30
TIMES = 20
"""A test may take so many times its time on the unchanged code, plus `--shortest`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the file that lists the mutants, where the outcomes go, and how many are tested at once."""
    group = parser.getgroup("mutants")
    group.addoption("--mutants", type=Path, help="a JSON file: the name of each mutant, and of its function")
    group.addoption("--outcomes", type=Path, help="a JSON file to write: the outcome of each mutant")
    group.addoption("--shortest", type=int, default=20, help="seconds that each test of a mutant may take at least")
    group.addoption("--at-once", type=int, default=1, help="mutants that are tested at once")


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the tests on the unchanged code, and then on each mutant."""
    if session.testsfailed or not session.items:
        raise session.Interrupted("the tests could not be collected")
    options = session.config.option
    mutants: dict[str, str] = json.loads(options.mutants.read_text(encoding="utf-8"))
    unchanged = _run_unchanged(session, options.outcomes.with_suffix(".calls"))
    calling = _tests_by_function(session.items, unchanged)
    outcomes: dict[str, str] = {}
    # Keeps memory shared with the forked processes: the garbage collector would write to it.
    gc.freeze()
    # Mutants with fast tests first.
    order = sorted(mutants, key=lambda one: sum(seconds for _, seconds in calling[mutants[one]]))
    for mutant, outcome in _outcomes(session, {one: calling[mutants[one]] for one in order}):
        outcomes[mutant] = outcome
        options.outcomes.write_text(json.dumps(outcomes, indent=1), encoding="utf-8")
    return True


Tests = list[tuple[pytest.Item, float]]
"""Tests, and how many seconds each took."""


def _run_unchanged(session: pytest.Session, noted: Path) -> dict[str, Any]:
    """Run all tests on the unchanged code. Returns for each which functions it calls and how long it took."""
    process = _fork(lambda: noted.write_text(json.dumps(_observe(session)), encoding="utf-8"))
    if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]):
        raise session.Interrupted("the tests do not pass on the unchanged code")
    found: dict[str, Any] = json.loads(noted.read_text(encoding="utf-8"))
    return found


def _observe(session: pytest.Session) -> dict[str, Any]:
    called: set[str] = set()
    _trampoline().record_trampoline_hit = lambda name, **_: called.add(name)
    _switch("stats")
    found, failed = dict[str, Any](), list[str]()
    for item in session.items:
        called.clear()
        began = time.monotonic()
        if _run_fails(session, item):
            failed.append(item.nodeid)
        found[item.nodeid] = {"calls": sorted(called), "seconds": time.monotonic() - began}
    if failed:
        raise session.Failed("\n".join(["these fail on the unchanged code:", *failed]))
    return found


def _tests_by_function(items: Iterable[pytest.Item], unchanged: dict[str, Any]) -> defaultdict[str, Tests]:
    """For each function the tests that call it, the fastest first."""
    calling: defaultdict[str, Tests] = defaultdict(list)
    for item in sorted(items, key=lambda one: float(unchanged[one.nodeid]["seconds"])):
        for function in unchanged[item.nodeid]["calls"]:
            calling[function].append((item, unchanged[item.nodeid]["seconds"]))
    return calling


def _outcomes(session: pytest.Session, work: dict[str, Tests]) -> Iterator[tuple[str, str]]:
    """The outcome of each mutant, as it is found."""
    waiting, running = list(reversed(work)), dict[int, str]()
    while waiting or running:
        while waiting and len(running) < session.config.option.at_once:
            mutant = waiting.pop()
            if work[mutant]:
                running[_fork(partial(_try, session, mutant, work[mutant]))] = mutant
            else:
                yield mutant, "no tests"
        if running:
            process, status = os.wait()
            if process in running:
                # Ends the processes that its tests have started and left running.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process, signal.SIGKILL)
                yield running.pop(process), _outcome(os.waitstatus_to_exitcode(status))


def _outcome(status: int) -> str:
    verdicts = {KILLED: "killed", SURVIVED: "survived", -signal.SIGALRM: "timeout"}
    return verdicts.get(status, f"no verdict: ended with {status}")


def _try(session: pytest.Session, mutant: str, tests: Tests) -> None:
    """Run tests on a mutant until one fails, and end this process with the verdict as its status."""
    # An endless loop could use up all memory before its time limit.
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    # Nobody reads the tracebacks. They would show all mutants of the function, and Python 3.11 may fail to parse these
    # for a traceback while a `__del__` fails.
    session.config.option.tbstyle = "no"
    _switch(mutant)
    for test, seconds in tests:
        # Nothing handles this signal, so it ends the process wherever that is.
        signal.setitimer(signal.ITIMER_REAL, session.config.option.shortest + TIMES * seconds)
        if _run_fails(session, test):
            os._exit(KILLED)
    os._exit(SURVIVED)


def _run_fails(session: pytest.Session, item: pytest.Item) -> bool:
    """Run a test with its fixtures, those of its module too, and return whether it failed."""
    before = session.testsfailed
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return session.testsfailed > before


def _switch(mutant: str) -> None:
    # Set in the environment, so that processes started by a test have it too.
    _trampoline().set_mutant_under_test(mutant)


def _trampoline() -> Any:
    # Imported by name, since only the environment of `make mutants` has it.
    return import_module("mutmut.mutation.trampoline")


def _fork(work: Callable[[], object]) -> int:
    """Do something in a new process that leads a process group. It ends with 0, or with 1 after an error."""
    process = os.fork()
    if process:
        return process
    try:
        os.setsid()
        work()
    except BaseException as error:  # noqa: BLE001 - else the process would go on and test the other mutants
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os._exit(0)
