"""What a model and a page of models are shown as, and what JSON and data frames get of them."""

import copy
import json
import pickle
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest

from binance_c2c import Page, models
from binance_c2c_runtime import WireError, jsonable
from tests.support.clients import ad_data, listed_order, order_data

ROW = models.OrderRow.from_dict(
    {
        **listed_order(),
        "totalPrice": "0.00000000",
        "orderStatus": 4,
        "tradeType": "BUY",
        "createTime": 1710460800123,
        "news": {"rate": Decimal("0.12345678901234567890"), "list": [Decimal("1E+400"), None, True]},
    }
)

PERSON = models.OrderDetail.from_dict(order_data(sellerName="JANE EXAMPLE"))
OTHER = models.OrderRow.from_dict(listed_order("2"))


def test_what_json_has_no_word_for_goes_out_as_text():
    """Whatever is in `extra` can be dumped, and a number keeps each of its digits."""
    sent = json.loads(json.dumps(ROW.to_dict()))

    assert {"rate": "0.12345678901234567890", "list": ["1E+400", None, True]} == sent["news"]
    assert Decimal("1E+400") == ROW.extra["news"]["list"][0]


def test_nesting_without_end_can_be_written():
    """An answer nested as deeply as can be read is no harder to write."""
    deep: list[object] = []
    for _ in range(20_000):
        deep = [deep]

    assert 1 == len(jsonable({"deep": deep, "when": datetime(2024, 3, 15, tzinfo=UTC)})["deep"])
    assert "2024-03-15T00:00:00+00:00" == jsonable(datetime(2024, 3, 15, tzinfo=UTC))
    # It would be taken apart by one call within another.
    while deep:
        [deep] = deep  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


def test_a_model_can_be_pickled_and_copied_whatever_came():
    """Fields, parts and what is not described come back as they were, also when that is nested without end."""
    ad = models.Ad.from_dict({**ad_data(), "tradeMethods": [{"identifier": "SPEI"}], "new": {"a": [1, {}, []]}})
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    nested = models.OrderRow.from_dict(listed_order(deep=deep))

    for made in (pickle.loads(pickle.dumps(ad)), copy.copy(ad), copy.deepcopy(ad)):  # noqa: S301 - our own
        assert ad == made
    assert ROW == pickle.loads(pickle.dumps(ROW))  # noqa: S301 - our own
    level = pickle.loads(pickle.dumps(nested)).extra["deep"]  # noqa: S301 - our own
    depth = 0
    while level:
        [level] = level
        depth += 1
    assert 5_000 == depth


def test_a_row_shows_what_is_there_and_nothing_secret():
    """`repr` leaves out what is None, what is unknown, and what names a person; money is in plain digits."""
    shown = repr(ROW)

    assert shown.startswith("OrderRow(order_number='1', ")
    assert "total_price=Decimal('0.00000000')" in shown
    assert "order_status=<OrderStatus.COMPLETED: 4>" in shown
    assert "None" not in shown
    assert "news" not in shown
    assert "JANE" not in repr(PERSON)


def test_a_notebook_shows_a_table_without_secrets():
    """Columns are the fields that some row has; what the exchange sent is escaped."""
    other = models.OrderRow.from_dict(listed_order("<b>2</b>"))
    charged = models.OrderRow.from_dict({**listed_order("3"), "commission": "1"})
    page = Page([ROW, other, charged])

    table = page._repr_html_()
    assert "<th>order_number</th>" in table
    assert "<td>&lt;b&gt;2&lt;/b&gt;</td>" in table
    assert "<td>0.00000000</td>" in table
    assert "<td>COMPLETED</td>" in table
    assert "<td>2024-03-15 00:00:00+00:00</td>" in table
    assert "JANE" not in PERSON._repr_html_()
    assert "<td></td>" in table
    assert 3 == table.count("<td>MXN</td>")
    assert ROW._repr_html_().count("<tr>") == 2


def test_a_nested_value_is_shown_too():
    """Lists and models within a row stand in its cell."""
    ad = models.Ad.from_dict({**ad_data(), "tradeMethods": [{"identifier": "SPEI"}], "launchCountry": ["MX", "AR"]})

    assert "AdTradeMethod(identifier=&#x27;SPEI&#x27;)" in ad._repr_html_()


def test_python_names_on_request():
    """`wire=False` gives the fields that are there by their Python names, as JSON has them."""
    plain = ROW.to_dict(wire=False)

    assert ("1", "0.00000000", 4) == (plain["order_number"], plain["total_price"], plain["order_status"])
    assert "2024-03-15T00:00:00.123000+00:00" == plain["create_time"]
    assert {"news": {"rate": "0.12345678901234567890", "list": ["1E+400", None, True]}} == plain["extra"]
    assert plain == json.loads(json.dumps(plain))
    assert "extra" not in OTHER.to_dict(wire=False)
    assert "adv_no" in OTHER.to_dict(wire=False)


def test_python_names_within_python_names():
    """With `wire=False` a model within a model leaves out what is not there, too."""
    plain = models.Ad.from_dict({**ad_data(), "tradeMethods": [{"identifier": "SPEI"}, {"news": 1}]}).to_dict(
        wire=False
    )

    assert [{"identifier": "SPEI"}, {"extra": {"news": 1}}] == plain["trade_methods"]


def test_data_frames_get_rows_with_the_same_names():
    """Each row has every field; money and times stay what they are, members become values, parts become mappings."""
    ad = models.Ad.from_dict({**ad_data(), "tradeMethods": [{"identifier": "SPEI"}]})
    first, second = Page([ROW, OTHER]).to_dicts()

    assert list(first) == list(second)
    assert (Decimal("0.00000000"), 4, "BUY") == (first["total_price"], first["order_status"], first["trade_type"])
    assert datetime(2024, 3, 15, 0, 0, 0, 123000, UTC) == first["create_time"]
    assert (int, str) == (type(first["order_status"]), type(first["trade_type"]))
    assert None is second["chat_unread_count"]
    [[method]] = [one["trade_methods"] for one in Page([ad]).to_dicts()]
    assert "SPEI" == method["identifier"]


@pytest.mark.parametrize(
    ("digits", "shown"), [("0.00000000", "0.00000000"), ("0.00000012", "0.00000012"), ("-0.0000001", "-0.0000001")]
)
def test_small_money_is_shown_with_all_its_digits(digits: str, shown: str):
    """Neither `str` nor formatting writes it with an exponent; it is compared, copied and formatted as a Decimal."""
    amount = models.OrderRow.from_dict(listed_order(amount=digits)).amount

    assert (shown, shown, f"{shown:>20}") == (str(amount), f"{amount}", f"{amount:>20}")
    assert f"Decimal('{shown}')" == repr(amount)
    assert (f"{Decimal(digits):.2f}", f"{Decimal(digits):.0%}") == (f"{amount:.2f}", f"{amount:.0%}")
    assert (Decimal(digits), hash(Decimal(digits))) == (amount, hash(amount))
    for made in (pickle.loads(pickle.dumps(amount)), copy.copy(amount), copy.deepcopy(amount)):  # noqa: S301 - our own
        assert shown == str(made)


def test_what_is_computed_from_small_money_is_shown_with_all_its_digits():
    """A total of fees that are all zero is `0.00000000` and not `0E-8`."""
    zero, small = (models.OrderRow.from_dict(listed_order(amount=one)).amount for one in ("0.00000000", "0.00000012"))
    computed = {
        "sum": sum([zero, zero]),
        "sum from a Decimal": sum([zero, zero], Decimal()),
        "worth": Decimal("18.40") * zero,
        "share": zero / 4,
        "added": small + small,
        "doubled": 2 * small,
        "halved": small * Decimal("0.5"),
        "less": small - Decimal("0.00000002"),
        "taken away": Decimal("0.00000011") - small,
        "ratio": Decimal("0.000000000000012") / small,
        "negative": -small,
        "absolute": abs(-small),
        "rounded by a context": +small,
        "rounded": round(small, 7),
        "quantized": small.quantize(Decimal("0.0000001"), rounding=ROUND_DOWN),
        "large": small + 1,
    }

    assert {name: str(number) for name, number in computed.items()} == {
        "sum": "0.00000000",
        "sum from a Decimal": "0.00000000",
        "worth": "0.0000000000",
        "share": "0.00000000",
        "added": "0.00000024",
        "doubled": "0.00000024",
        "halved": "0.000000060",
        "less": "0.00000010",
        "taken away": "-0.00000001",
        "ratio": "0.0000001",
        "negative": "-0.00000012",
        "absolute": "0.00000012",
        "rounded by a context": "0.00000012",
        "rounded": "0.0000001",
        "quantized": "0.0000001",
        "large": "1.00000012",
    }


def test_arithmetic_of_small_money_has_its_bounds():
    """A float is refused, and a number that is too small to be written out is shown as Decimal shows it."""
    small = models.OrderRow.from_dict(listed_order(amount="0.00000012")).amount

    with pytest.raises(TypeError, match="unsupported operand"):
        small + 0.1  # type: ignore[operator] # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    # In full it would have thousands of digits.
    assert "1.2E-4007" == str(small * Decimal("1E-4000"))


def test_a_number_with_an_exponent_is_shown_without():
    """As JSON may write one, or a text."""
    rows = [models.OrderRow.from_dict(listed_order(amount=amount)) for amount in ("1E+2", Decimal("1E+2"))]

    assert ["100", "100"] == [str(row.amount) for row in rows]


def test_a_number_of_a_set_is_told_by_its_name():
    """`str` and formatting say what a status means; where a number is asked for, it is one."""
    assert ("COMPLETED", "COMPLETED", "04") == (
        str(ROW.order_status),
        f"{ROW.order_status}",
        f"{ROW.order_status:02d}",
    )
    assert "99" == str(models.OrderStatus(99))


def test_a_row_cannot_be_hashed():
    """It can be changed and is compared by its values: a set would lose it."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(ROW)


@pytest.mark.parametrize("given", [None, [], "text", {}, {"orderNumber": []}], ids=repr)
def test_what_is_no_object_of_its_kind_is_a_wrong_argument(given: Any):
    """As with every wrong argument, a `ValueError` says so."""
    with pytest.raises(ValueError, match=r"expected|missing"):
        models.OrderRow.from_dict(given)


def test_a_flag_is_no_time():
    """`true` under a time is a field of the wrong type, not the first millisecond of 1970."""
    with pytest.raises(WireError, match=r"^createTime: a time is expected, not a boolean$"):
        models.OrderRow.from_dict({**listed_order(), "createTime": True})
