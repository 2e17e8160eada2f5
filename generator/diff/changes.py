"""Compares two versions of the API as callers see it, and gives the version step. Reads and prints nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from operator import attrgetter
from typing import Generic, TypeVar

from generator.diff.surface import Surface
from generator.render import argument_type, result_name, type_name
from generator.shape import Access, Code, Enum, Field, Frame, Kind, Member, Model, Operation, Tag, Type

T = TypeVar("T")

# Attributes of an operation that change the behaviour of a call but not its arguments or result, and their names.
BEHAVIOUR = {
    "method": "HTTP method",
    "path": "path",
    "security": "security",
    "headers": "fixed headers",
    "has_body": "sends a body",
    "safe_to_repeat": "safe to repeat",
    "sorted_query": "query sorted before it is signed",
    "weight": "weight",
    "enveloped": "answer in an envelope",
    "public": "on the public host",
    "unwrap": "key of a result that comes in an object",
    "wrap": "key of an object that comes without it",
}
ACCESS = {"api_url": "server", "public_url": "server of operations without a key", "key_header": "header of the key"}
TEXTS = ("summary", "description", "outcome", "evidence", "source")
LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "min_length": "at least {} characters",
    "max_length": "at most {} characters",
    "min_items": "at least {} items",
    "max_items": "at most {} items",
    "exclusive_minimum": "more than {}",
    "exclusive_maximum": "less than {}",
    "multiple_of": "a multiple of {}",
    "pattern": "of the form {}",
    "unique_items": "each item once: {}",
}
NO_LIMIT = {"min_length": 0, "min_items": 0, "unique_items": False}
NEED = {True: "required", False: "optional"}
NOW_REQUIRED = "callers who leave it out are refused"
ID, NAME = attrgetter("id"), attrgetter("name")
# Arguments of these kinds also accept an integer.
TAKES_INTEGERS = frozenset({Kind.DECIMAL, Kind.EPOCH_MS, Kind.ISO_TIME})


class Effect(IntEnum):
    """The effect of a change on callers. The greatest effect decides the version step."""

    DOCUMENTATION = 0
    BEHAVIOUR = 1
    ADDITION = 2
    BREAK = 3


COUNTED = {
    Effect.BREAK: ("break", "breaks"),
    Effect.ADDITION: ("addition", "additions"),
    Effect.BEHAVIOUR: ("change of behaviour", "changes of behaviour"),
    Effect.DOCUMENTATION: ("change of documentation", "changes of documentation"),
}
STEPS = {
    Effect.BREAK: "major (0.x: minor)",
    Effect.ADDITION: "minor",
    Effect.BEHAVIOUR: "patch",
    Effect.DOCUMENTATION: "patch",
}


@dataclass(frozen=True, order=True)
class Change:
    """One line of the report."""

    what: str
    sign: str
    effect: Effect
    why: str = ""
    """For a break: how it affects callers."""

    def __str__(self) -> str:
        text = {Effect.BREAK: f"   breaks: {self.why}", Effect.ADDITION: ""}
        return f"{self.sign} {self.what}{text.get(self.effect, f'   {self.effect.name.lower()}')}"


Group = tuple[str, tuple[Change, ...]]


@dataclass(frozen=True)
class Report:
    """Changes in groups: of servers, operations, models, enums, frames, then errors; each kind sorted by name."""

    groups: tuple[Group, ...]

    @property
    def effects(self) -> list[Effect]:
        return [change.effect for _, changes in self.groups for change in changes]

    @property
    def breaks(self) -> bool:
        return Effect.BREAK in self.effects

    def __str__(self) -> str:
        lines = [line for title, changes in self.groups for line in (title, *(f"  {change}" for change in changes))]
        counts = [(self.effects.count(effect), words) for effect, words in COUNTED.items()]
        counted = ", ".join(f"{count} {words[count > 1]}" for count, words in counts if count)
        step = STEPS[max(self.effects)] if self.effects else "none"
        return "\n".join([*lines, f"Result: {counted or 'nothing changed'} -> {step}"])


@dataclass(frozen=True)
class Pairs(Generic[T]):
    """Pairs of old and new entries, and those without a partner. If the first key finds none, the next is tried."""

    gone: list[T]
    fresh: list[T]
    kept: list[tuple[T, T]]

    @classmethod
    def of(cls, old: Iterable[T], new: Iterable[T], *keys: Callable[[T], object]) -> "Pairs[T]":
        pairs = cls(list(old), list(new), [])
        for key in keys:
            for before in tuple(pairs.gone):
                after = next((one for one in pairs.fresh if key(one) == key(before)), None)
                if after is not None:
                    pairs.gone.remove(before)
                    pairs.fresh.remove(after)
                    pairs.kept.append((before, after))
        return pairs

    def groups(self, kind: str, title: Callable[[T], str], rule: Callable[[T, T], Iterable[Change]]) -> Iterator[Group]:
        yield from ((title(one), (Change("removed", "-", Effect.BREAK, f"the {kind} is gone"),)) for one in self.gone)
        yield from ((title(one), (Change("added", "+", Effect.ADDITION),)) for one in self.fresh)
        for old, new in self.kept:
            changes = tuple(sorted(rule(old, new)))
            if changes:
                yield title(new), changes


def compare(old: Surface, new: Surface) -> Report:
    """The changes that a program written for `old` meets in `new`."""
    rules = _Rules(old, new)
    operations = Pairs.of(old.operations, new.operations, ID, attrgetter("method", "path"))
    # Added and removed resources show in their operations.
    resources = Pairs(gone=[], fresh=[], kept=Pairs.of(old.resources, new.resources, NAME).kept)
    models, enums = Pairs.of(old.models, new.models, NAME), Pairs.of(old.enums, new.enums, NAME)
    codes, texts = Pairs.of(old.codes, new.codes, attrgetter("code")), Pairs.of([old], [new], lambda _: "")
    access = Pairs.of([old.access], [new.access], lambda _: "")
    kinds = (
        access.groups("access", lambda _: "servers and key", _access),
        (*operations.groups("operation", ID, rules.operation), *resources.groups("resource", NAME, _resource)),
        models.groups("model", lambda one: f"model {one.name}", rules.model),
        enums.groups("enum", lambda one: f"enum {one.name}", _enum),
        Pairs.of(old.frames, new.frames, NAME).groups("frame", lambda one: f"frame {one.name}", _frame),
        codes.groups("code", lambda one: f"error {one.code}", _code),
        texts.groups("texts", lambda _: "errors without a code", _texts),
    )
    return Report(tuple(group for kind in kinds for group in sorted(kind)))


@dataclass(frozen=True)
class _Role:
    """Whether callers give the value of a field, read it, or both."""

    word: str
    given: bool
    read: bool


_ARGUMENT = _Role("argument", given=True, read=False)


class _Rules:
    """Decides which differences break callers, by whether they give or read a model in the old description."""

    def __init__(self, old: Surface, new: Surface) -> None:
        self._numbers = {enum.name for enum in (*old.enums, *new.enums) if enum.of_numbers}
        self._given, self._read = old.given, old.read

    def operation(self, old: Operation, new: Operation) -> Iterator[Change]:
        if old.id != new.id:
            yield _changed(f"renamed, was `{old.id}`", breaks="the old name is gone")
        before, after = _spelled(result_name(old)), _spelled(result_name(new))
        if before != after:
            # Nobody can have used a result of None.
            yield _changed(f"gives {after}, was {before}", breaks="it gives something else" if old.result else "")
        for attribute, words in BEHAVIOUR.items():
            yield from _behaves(words, getattr(old, attribute), getattr(new, attribute))
        if old.paged and new.paged:
            yield from _behaves("the key of a row", old.row_key, new.row_key)
            yield from _behaves("periods of its walk", old.periods, new.periods)
        yield from _described("", old, new, *TEXTS)
        yield from self._fields(_ARGUMENT, old.arguments, new.arguments)

    def model(self, old: Model, new: Model) -> Iterator[Change]:
        role = _Role("field", given=old.name in self._given, read=old.name in self._read)
        yield from _described("", old, new, "doc")
        yield from self._fields(role, old.fields, new.fields)

    def _fields(self, role: _Role, old: Iterable[Field], new: Iterable[Field]) -> Iterator[Change]:
        pairs = Pairs.of(old, new, attrgetter("wire", "python"), attrgetter("wire"), attrgetter("python"))
        for one in pairs.gone:
            yield Change(f"{role.word} `{one.python}`", "-", Effect.BREAK, f"the {role.word} is gone")
        for one in pairs.fresh:
            label = f"{role.word} `{one.python}`, {NEED[one.required]}"
            yield _changed(label, sign="+", breaks=NOW_REQUIRED if one.required and role.given else "")
        for before, after in pairs.kept:
            yield from self._field(role, before, after)

    def _field(self, role: _Role, old: Field, new: Field) -> Iterator[Change]:
        label = f"{role.word} `{new.python}`: "
        if old.python != new.python:
            yield _changed(f"{label}renamed, was `{old.python}`", breaks="the old name is gone")
        if old.required is not new.required:
            hit = (NOW_REQUIRED if role.given else "") if new.required else ("it may be None" if role.read else "")
            yield _changed(f"{label}{NEED[new.required]}, was {NEED[old.required]}", breaks=hit)
        elif repr(old.default) != repr(new.default):
            hit = "callers who leave it out ask for something else"
            yield _changed(f"{label}default {_shown(new.default)}, was {_shown(old.default)}", breaks=hit)
        yield from self._type(role, label, old.type, new.type)
        yield from _behaves(f"{label}name on the wire", old.wire, new.wire)
        yield from _behaves(f"{label}other names on the wire", old.also, new.also)
        yield from _behaves(f"{label}secret", old.secret, new.secret)
        if role is _ARGUMENT:
            yield from _behaves(f"{label}in the query", old.in_query, new.in_query)
        if role.given:
            yield from _limits(label, dict(old.limits), dict(new.limits))
            yield from _limits(f"{label}each item ", dict(old.item_limits), dict(new.item_limits))
        yield from _described(label, old, new, "doc")

    def _type(self, role: _Role, label: str, old: Type, new: Type) -> Iterator[Change]:
        spell = argument_type if role is _ARGUMENT else type_name
        before, after = _spelled(spell(old)), _spelled(spell(new))
        if before == after:
            if old != new:
                yield Change(f"{label}another kind of time on the wire", "~", Effect.BEHAVIOUR)
            return
        takes = self._takes(new, old) if role is _ARGUMENT else self._is_a(old, new)
        hit = "values that were accepted may be refused" if role.given and not takes else ""
        if role.read and not self._is_a(new, old):
            hit = "the value that is read is something else"
        yield _changed(f"{label}{after}, was {before}", breaks=hit)

    def _takes(self, new: Type, old: Type) -> bool:
        """Whether an argument still takes every value that it took before."""
        if new.item and old.item:
            return self._takes(new.item, old.item)
        return self._is_a(old, new) or (old.kind is Kind.WHOLE and new.kind in TAKES_INTEGERS)

    def _is_a(self, one: Type, other: Type) -> bool:
        """Whether a value of one type is also of the other: an enum member is a string or an integer."""
        plain = Kind.WHOLE if one.name in self._numbers else Kind.TEXT
        return one == other or (one.kind is Kind.ENUM and other.kind is plain)


def _access(old: Access, new: Access) -> Iterator[Change]:
    for attribute, words in ACCESS.items():
        yield from _behaves(words, getattr(old, attribute), getattr(new, attribute))


def _resource(old: Tag, new: Tag) -> Iterator[Change]:
    yield from _described("", old, new, "doc")


def _enum(old: Enum, new: Enum) -> Iterator[Change]:
    yield from _described("", old, new, "doc")
    pairs = Pairs.of(old.members, new.members, attrgetter("value", "name"), attrgetter("value"), NAME)
    for one in pairs.gone:
        yield Change(_member(one), "-", Effect.BREAK, "the name is gone, and as an argument the value is refused")
    for one in pairs.fresh:
        yield Change(_member(one), "+", Effect.ADDITION)
    for before, after in pairs.kept:
        label = f"{_member(after)}: "
        if before.name != after.name:
            yield _changed(f"{label}renamed, was `{before.name}`", breaks="the old name is gone")
        if before.value != after.value:
            text = f"{label}value {_shown(after.value)}, was {_shown(before.value)}"
            yield _changed(text, breaks="the old value is refused")
        yield from _described(label, before, after, "doc")
    renamed = {before.name: after.name for before, after in pairs.kept}
    yield from _enum_groups(old, new, renamed)


def _enum_groups(old: Enum, new: Enum, renamed: Mapping[str, str]) -> Iterator[Change]:
    pairs = Pairs.of(old.groups, new.groups, NAME)
    for one in pairs.gone:
        yield Change(f"`is_{one.name}`, `all_{one.name}`", "-", Effect.BREAK, "the names are gone")
    for one in pairs.fresh:
        yield Change(f"`is_{one.name}`, `all_{one.name}`", "+", Effect.ADDITION)
    for before, after in pairs.kept:
        were = ", ".join(renamed.get(name, name) for name in before.members)
        yield from _behaves(f"members of `is_{after.name}`", were, ", ".join(after.members))
        yield from _described(f"`is_{after.name}`: ", before, after, "doc")


def _frame(old: Frame, new: Frame) -> Iterator[Change]:
    yield from _behaves("received", old.received, new.received)
    for what, before, after in (("model", old.model, new.model), ("content", old.contents, new.contents)):
        if before != after:
            yield _changed(f"{what}: {_shown(after)}, was {_shown(before)}", breaks="it is read as something else")
    yield from _described("", old, new, "doc", "evidence", "source")


def _code(old: Code, new: Code) -> Iterator[Change]:
    yield from _behaves("name", old.name, new.name)
    yield from _behaves("category", old.category, new.category)
    yield from _described("", old, new, "meaning", "advice", "evidence")


def _texts(old: Surface, new: Surface) -> Iterator[Change]:
    if old.texts != new.texts:
        yield Change("recognised by other words", "~", Effect.BEHAVIOUR)


def _limits(label: str, old: dict[str, int | str], new: dict[str, int | str]) -> Iterator[Change]:
    for name, words in LIMITS.items():
        # A minimum length of 0 is no limit, nor is a missing keyword.
        no_limit = NO_LIMIT.get(name)
        before, after = old.get(name, no_limit), new.get(name, no_limit)
        if before != after:
            text = f"{words.format(after)}, was {'not limited' if before == no_limit else before}"
            text = f"no longer {words.format(before)}" if after == no_limit else text
            tighter = after != no_limit and (before == no_limit or _tighter(name, before, after))
            yield _changed(f"{label}{text}", breaks="values beyond it are refused" if tighter else "")


def _tighter(name: str, before: int | str | None, after: int | str | None) -> bool:
    """Whether values that were accepted may be refused. Assumed of patterns and multiples, which are not compared."""
    if not isinstance(before, int) or not isinstance(after, int) or name == "multiple_of":
        return True
    return after > before if "min" in name else after < before


def _member(member: Member) -> str:
    return f"member `{member.name}`"


def _behaves(words: str, old: object, new: object) -> Iterator[Change]:
    if old != new:
        yield Change(f"{words}: {_shown(new)}, was {_shown(old)}", "~", Effect.BEHAVIOUR)


def _described(label: str, old: object, new: object, *texts: str) -> Iterator[Change]:
    if any(getattr(old, text) != getattr(new, text) for text in texts):
        yield Change(f"{label}described otherwise", "~", Effect.DOCUMENTATION)


def _changed(what: str, *, sign: str = "~", breaks: str = "") -> Change:
    return Change(what, sign, Effect.BREAK if breaks else Effect.ADDITION, breaks)


def _spelled(kind: str) -> str:
    return f"`{kind.replace('builtins.', '')}`"


def _shown(value: object) -> str:
    return "none" if value in (None, "", ()) else f"`{value}`"
