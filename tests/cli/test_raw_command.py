"""`raw`: any path, signed."""

import io
import json

import pytest

from binance_c2c.sandbox import Sandbox
from tests.support.servers.command_line import Run

SEARCH = "/sapi/v1/c2c/ads/search"
BODY = '{"asset": "USDT", "fiat": "MXN", "tradeType": "BUY", "page": 1, "rows": 2}'


def test_a_path_is_asked(run: Run):
    """What is in the answer comes as JSON, in wire names, with every digit; parameters go into the query."""
    found = json.loads(run(f"raw post {SEARCH} --body '{BODY}' --sandbox").out)

    assert ["18.45", 2] == [found[0]["adv"]["price"], len(found)]
    told = run("raw GET /sapi/v1/c2c/orderMatch/listUserOrderHistory tradeType=SELL rows=1 --sandbox")
    assert 1 == len(json.loads(told.out))


def test_a_body_comes_from_the_input(run: Run, monkeypatch: pytest.MonkeyPatch):
    """`--body -` reads it."""
    monkeypatch.setattr("sys.stdin", io.StringIO(BODY))

    assert 2 == len(json.loads(run(f"raw POST {SEARCH} --body - --sandbox").out))


def test_an_answer_becomes_rows(run: Run):
    """As CSV a list gives its objects, nested values as JSON; an object gives one row, and a plain value, too."""
    lines = run(f"raw POST {SEARCH} --body '{BODY}' --csv --sandbox").out.splitlines()
    time = run("raw GET /api/v3/time --csv --sandbox").out.splitlines()
    number = run("raw POST /sapi/v1/c2c/merchant/getOnline --yes --csv --sandbox").out.splitlines()

    assert ("adv,advertiser", 3) == (lines[0], len(lines))
    assert '""advNo""' in lines[1]
    assert ("serverTime", 2) == (time[0], len(time))
    assert "value" == number[0]


def test_what_may_change_something_is_confirmed(exchange: Sandbox, run: Run):
    """Without a terminal it needs `--yes`; a described path that reads needs none."""
    told = run("raw POST /sapi/v1/c2c/merchant/startRest")

    assert 8 == told.status
    assert "This sends POST /sapi/v1/c2c/merchant/startRest to the exchange" in told.err
    assert [] == exchange.journal.requests()
    assert 0 == run("raw POST /sapi/v1/c2c/merchant/startRest --yes").status


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        (f"raw POST {SEARCH} page", 2, "k=v is expected, such as page=1, not 'page'"),
        (f"raw POST {SEARCH} --body [1]", 2, "--body: a JSON object is expected, not list"),
        (f"raw POST {SEARCH} --body '{{'", 2, "--body: a JSON object is expected: Expecting"),
        ("raw GET search", 2, "path: a path such as /sapi/v1/c2c/ads/search is expected"),
        ("raw LOOK /x", 2, "method: one of GET, POST, PUT, DELETE is expected"),
    ],
)
def test_a_wrong_argument_of_raw_is_named(line: str, status: int, said: str, run: Run):
    """With what was expected, and nothing is sent."""
    told = run(f"{line} --sandbox")

    assert (status, True) == (told.status, said in told.err)
