"""Many objects read at once: what the shapes of the generated models do not show."""

from typing import Any, Self

import pytest
from attrs import define, field

from binance_c2c_runtime import WireError
from binance_c2c_runtime.batches import batch_of
from binance_c2c_runtime.shapes import DECIMAL, TEXT, TIME, Field, Reader, many, one


@define(kw_only=True)
class Branch:
    name: str | None = None
    branches: list[Any] | None = None
    root: Any = None
    extra: dict[str, Any] = field(factory=dict[str, Any])

    @classmethod
    def from_dict(cls, data: dict[str, Any], /) -> Self:
        read: Self = BRANCH.latest(cls, data)
        return read


BRANCH = Reader(
    Branch,
    Field("name", "name", TEXT),
    Field("branches", "branches", many(Branch.from_dict)),
    Field("root", "root", one(Branch.from_dict)),
)


@define(kw_only=True)
class Sale:
    amount: Any
    time: Any
    extra: dict[str, Any] = field(factory=dict[str, Any])


SALE = Reader(Sale, Field("amount", "amount", DECIMAL, required=True), Field("time", "time", TIME, required=True))


class Row:
    """An object as a library gives it that knows types."""

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)


def test_a_class_that_holds_itself_is_read_to_its_depth():
    """Its inner objects are read as `from_dict` reads them, since no list of fields would ever end."""
    inner = {"name": "leaf", "new": 1}
    rows = [Row(name="stem", branches=[inner, {}], root=inner), Row(name=None, branches=None, root=None)]
    read = batch_of(Branch).compiled(absent=None)(Branch, rows)

    leaf = Branch(name="leaf", extra={"new": 1})
    assert [Branch(name="stem", branches=[leaf, Branch()], root=leaf), Branch()] == read


def test_no_objects_are_no_objects():
    """An empty list is read, whatever its objects would have been."""
    assert [] == batch_of(Sale).compiled(absent=None)(Sale, [])


@pytest.mark.parametrize("missing", ["amount", "time"])
def test_a_required_value_that_is_null_is_an_error(missing: str):
    """No object comes of it, of whatever kind the value should have been."""
    values = {"amount": "18.45", "time": 1, missing: None}

    with pytest.raises(WireError, match="is missing"):
        batch_of(Sale).compiled(absent=None)(Sale, [Row(amount="1", time=1), Row(**values)])


def test_half_a_character_is_no_amount():
    """A text that cannot be written out is refused as any other that is no number."""
    with pytest.raises(ArithmeticError):
        batch_of(Sale).compiled(absent=None)(Sale, [Row(amount="\ud83d", time=1)])
