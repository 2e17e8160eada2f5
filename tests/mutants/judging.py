"""Compares the mutants that survived with the listed ones, each of which has a reason why it is harmless."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

_FINISHED = {"killed", "timeout", "survived", "no tests"}
_SURVIVED = {"survived", "no tests"}


class Survivor(NamedTuple):
    """A change of one function that no test failed for."""

    function: str
    """Module, class and name, such as `signer.HmacAuth.sign`."""
    change: str
    """The lines before and after, with `-` and `+` in front, without indentation."""

    @classmethod
    def of(cls, function: str, difference: str) -> "Survivor":
        """Take the changed lines out of a difference, so that it stays the same where code moves."""
        lines = (line for line in difference.splitlines() if re.match(r"[-+](?![-+]{2})", line))
        return cls(function, "\n".join(f"{line[0]}{line[1:].strip()}" for line in lines))


def function_of(mutant: str) -> str:
    """The function that a mutant was made from: `b.HmacAuth.sign` for `a.b.xǁHmacAuthǁsign__mutmut_3`."""
    module, _, mangled = mutant.rpartition("__mutmut_")[0].rpartition(".")
    name = mangled.removeprefix("x").removeprefix("_") if "ǁ" not in mangled else mangled.removeprefix("xǁ")
    return ".".join([module.rpartition(".")[2], *name.split("ǁ")])


def survivors_of(found: Mapping[str, str]) -> list[str]:
    """The mutants that no test failed for, or that no test runs."""
    return [mutant for mutant, outcome in found.items() if outcome in _SURVIVED]


def faults(part: str, listed: Mapping[str, Any], found: Mapping[str, str], survived: Iterable[Survivor]) -> list[str]:
    """What is wrong: mutants without a verdict, survivors that are not listed, entries that did not survive."""
    return [f"{part}: {fault}" for fault in _faults(listed, found, survived)]


def _faults(listed: Mapping[str, Any], found: Mapping[str, str], survived: Iterable[Survivor]) -> Iterator[str]:
    if not found:
        yield "not one mutant was made"
    for outcome, number in Counter(found.values()).items():
        if outcome not in _FINISHED:
            yield f"{number} mutants have no verdict: {outcome}"
    reasons = {
        Survivor.of(entry["function"], entry["change"]): entry["why"].strip() for entry in listed.get("survivor", ())
    }
    alive = dict.fromkeys(survived)
    for one in alive:
        if not reasons.get(one):
            yield f"no test fails, and no reason is listed, for this in {one.function}:\n{one.change}"
    for one in reasons:
        if one not in alive:
            yield f"listed, but a test fails for it or the code has changed: this in {one.function}:\n{one.change}"
    figures = {"mutants": len(found), "survived": len(survivors_of(found))}
    if not isinstance(listed.get("run_whole"), date) or figures != {name: listed.get(name) for name in figures}:
        yield f"not listed with the day of a whole run and its figures, which are {figures}"
