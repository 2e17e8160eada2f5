"""Many objects read at once: what the shapes of the generated models do not show."""

from typing import Any, Self

import pytest
from attrs import define, field

from binance_c2c_runtime import WireError
from binance_c2c_runtime.batches import batch_of
from binance_c2c_runtime.reading import READ_ERRORS
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


@define(kw_only=True)
class Gift:
    amount: Any = None
    extra: dict[str, Any] = field(factory=dict[str, Any])

    @classmethod
    def from_dict(cls, data: dict[str, Any], /) -> Self:
        read: Self = GIFT.latest(cls, data)
        return read


GIFT = Reader(Gift, Field("amount", "amount", DECIMAL))


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


@pytest.mark.parametrize(
    "column",
    [
        ["0.00000000", "0.94850000", "12"],
        ["-0.00000001", "-3.50"],
        ["0.0000001", "00000000.00000001", ".00000001", ".5"],
        ["1E+3", "7"],
        ["0", "0"],
        ["0.00000000", "0.00000000"],
        [None, None],
        [None, "18.45"],
        [18, "18.45"],
        ["9" * 101, "1"],
        ["", "1"],
        ["1,5", "1"],
        ["1.5.0", "1"],
        ["-", "1"],
        ["NaN", "1"],
        ["NaN", "NaN"],
        [True, True],
        ["\ud83d", "1"],
    ],
)
def test_a_column_of_numbers_is_read_as_each_alone(column: list[Any]):
    """Which others a number comes with changes neither its digits, nor how it is written, nor whether it is refused."""
    read = batch_of(Gift).compiled(absent=None)
    try:
        alone = [str(Gift.from_dict({"amount": value}).amount) for value in column]
    except WireError:
        with pytest.raises(READ_ERRORS):
            read(Gift, [Row(amount=value) for value in column])
    else:
        assert alone == [str(gift.amount) for gift in read(Gift, [Row(amount=value) for value in column])]
