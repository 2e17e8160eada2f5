"""Which requests are those that were recorded, and what is said of the others."""

from typing import Any

import pytest

from binance_c2c.errors import ConfigurationError
from binance_c2c.pytest_plugin.matching import Matching, Options, Sent

PATH = "/sapi/v1/c2c/x"
NOW = 1_767_225_600_000
HOUR = 3_600_000


def sent(body: str = "", method: str = "POST", path: str = PATH, **query: str) -> Sent:
    return Sent(method, path, sorted(query.items()), body)


def differences(recorded: Sent, asked: Sent, shift_ms: int = 0, **options: Any) -> list[str]:
    return Matching(Options(**options), shift_ms).differences(recorded, asked)


@pytest.mark.parametrize(
    ("recorded", "asked", "said"),
    [
        (sent(method="GET"), sent(), "method: recorded GET, asked POST"),
        (sent(path="/a"), sent(path="/b"), "path: recorded /a, asked /b"),
        (sent(rows="1"), sent(rows="2"), "query rows: recorded '1', asked '2'"),
        (sent(rows="1"), sent(), "query rows: recorded '1', asked nothing"),
        (sent(), sent(rows="1"), "query rows: recorded nothing, asked '1'"),
        (sent(userNo="s1"), sent(userNo="7"), "query userNo: recorded another (not shown), asked another (not shown)"),
        (sent('{"rows": 1}'), sent('{"rows": 2}'), "body rows: recorded 1, asked 2"),
        (sent('{"rows": 1}'), sent('{"rows": true}'), "body rows: recorded 1, asked True"),
        (sent('{"rows": 1}'), sent('{"rows": "1"}'), "body rows: recorded 1, asked '1'"),
        (sent('{"rows": null}'), sent("{}"), "body rows: recorded None, asked nothing"),
        (sent('{"advNos": ["1"]}'), sent('{"advNos": ["1", "2"]}'), "body advNos[1]: recorded nothing, asked '2'"),
        (
            sent('{"tradeMethods": [{"payId": 1}]}'),
            sent('{"tradeMethods": [{"payId": 2}]}'),
            "body tradeMethods[0].payId: recorded 1, asked 2",
        ),
        (sent("(page)"), sent("{}"), "body: recorded '(page)', asked {}"),
        (sent(), sent("[1]"), "body: recorded nothing, asked [1]"),
        (sent('{"asset": "' + "a" * 99 + '"}'), sent("{}"), f"body asset: recorded '{'a' * 79}…, asked nothing"),
        (
            sent('{"googleVerifyCode": "scrubbed"}'),
            sent("{}"),
            "body googleVerifyCode: recorded another (not shown), asked nothing",
        ),
    ],
)
def test_what_differs_is_named(recorded: Sent, asked: Sent, said: str):
    """Part, parameter and both values; values that may be personal, and codes, are not shown."""
    assert [said] == differences(recorded, asked)


@pytest.mark.parametrize(
    ("recorded", "asked"),
    [
        (sent('{"priceFloatingRatio": 1.0}'), sent('{"priceFloatingRatio": 1.00}')),
        (sent('{"rows": 1, "page": 2}'), sent(' {"page": 2, "rows": 1}')),
        (sent('{"code": "scrubbed"}'), sent('{"code": "123456"}')),
        (sent('{"payTypes": ["a"]}'), sent('{"payTypes": ["a"]}')),
        (Sent("GET", PATH, [("rows", "1"), ("rows", "2")], ""), Sent("GET", PATH, [("rows", "1"), ("rows", "2")], "")),
        (sent(startTimestamp=str(NOW)), sent(startTimestamp=str(NOW + 60_000))),
        (sent(startTimestamp=str(NOW)), sent(startTimestamp=str(NOW + HOUR - 60_000))),
        (sent(f'{{"endDate": {NOW}}}'), sent(f'{{"endDate": {NOW + HOUR}}}')),
    ],
)
def test_what_is_the_same(recorded: Sent, asked: Sent):
    """Numbers by their value, names in any order, any code, and times that are near or as far from now as they were."""
    assert [] == differences(recorded, asked, HOUR)


@pytest.mark.parametrize(
    ("recorded", "asked"),
    [
        (sent(startTimestamp=str(NOW)), sent(startTimestamp=str(NOW + 60_001))),
        (sent(startTimestamp=str(NOW)), sent(startTimestamp=str(NOW + 2 * HOUR))),
        (sent(orderNumber=str(NOW)), sent(orderNumber=str(NOW + 1))),
        (sent(startTimestamp="1"), sent(startTimestamp="2")),
    ],
)
def test_other_times_and_what_is_no_time(recorded: Sent, asked: Sent):
    """Only moments in milliseconds, under the name of a time, may differ, and by a minute."""
    assert 1 == len(differences(recorded, asked, HOUR))


def test_a_made_up_value_stands_for_one_real_one():
    """The same each time, of the same shape, and only for the one it was first met as."""
    matching = Matching(Options())
    recorded = sent('{"remarks": "scrubbed-1", "userId": 900000002, "newThing": {"a": "scrubbed-3"}}')

    assert not matching.agree(recorded, sent('{"remarks": 5, "userId": 7, "newThing": {"a": "x"}}'))
    assert matching.agree(recorded, sent('{"remarks": "Hello", "userId": 7, "newThing": {"a": "x"}}'))
    assert matching.agree(recorded, sent('{"remarks": "Hello", "userId": 7, "newThing": {"a": "scrubbed-3"}}'))
    assert matching.agree(sent('{"remark": "scrubbed-1"}'), sent('{"remark": "Hello"}'))
    assert not matching.agree(sent('{"remark": "scrubbed-1"}'), sent('{"remark": "Hallo"}'))
    assert not matching.agree(sent('{"remark": "scrubbed-9"}'), sent('{"remark": "Hello"}'))
    assert not matching.agree(sent('{"remark": "scrubbed-9"}'), sent('{"remark": "https://example.com"}'))
    assert not matching.agree(sent('{"remark": null}'), sent('{"remark": "Hello"}'))


def test_what_is_ignored_may_be_missing():
    """In the query and at any depth of the body."""
    recorded = sent('{"rows": 1, "tradeMethods": [{"payId": 1}]}', page="1")

    assert [] == differences(recorded, sent('{"tradeMethods": [{}]}'), ignore=["rows", "page", "payId"])
    assert 3 == len(differences(recorded, sent('{"tradeMethods": [{}]}')))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"match_on": "path"}, "match_on: a list of names is expected, not 'path'"),
        ({"match_on": ["uri"]}, "match_on: only method, path, query, body are expected, not 'uri'"),
        ({"match_on": []}, "match_on: only method, path, query, body are expected, not none"),
        ({"ignore": "rows"}, "ignore: a list of names is expected, not 'rows'"),
        ({"ignore": None}, "ignore: a list of names is expected, not None"),
        ({"time_tolerance": -1}, "time_tolerance: a number of seconds is expected, not -1"),
        ({"time_tolerance": "1"}, "time_tolerance: a number of seconds is expected, not '1'"),
        ({"time_tolerance": True}, "time_tolerance: a number of seconds is expected, not True"),
        ({"time_tolerance": float("nan")}, "time_tolerance: a number of seconds is expected, not nan"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], said: str):
    """Each is refused by its name."""
    with pytest.raises(ConfigurationError) as refused:
        Options(**options)

    assert said == str(refused.value)
