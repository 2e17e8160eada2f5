"""From an answer to a value, or to the error it means."""

import json
import logging
from decimal import Decimal
from typing import Any

import httpx
import pytest

from binance_c2c import Exchange, Page, models
from binance_c2c.errors import APIError, C2CError, DecodeError, OutcomeUnknownError, RateLimitError
from binance_c2c_runtime import Call
from binance_c2c_sapi.resources import ads, orders, payment_methods, system
from tests.support.clients import gateway, listed_order, no, order_data, yes
from tests.support.talk import converse, flow, judge

READ = orders.build_get(order_number="1")
LIST = orders.build_list(page=3)
WRITE = orders.build_release(order_number="1")
UNKNOWN = "OutcomeUnknownError"
FIREWALL = b"<!DOCTYPE html><title>ERROR: The request could not be satisfied</title>"
DEEP = b'{"code":"000000","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def response(body: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, content=content, headers={"content-type": "application/json", **(headers or {})})


def judged(call: Call[Any], answer: httpx.Response) -> Exchange[Any] | C2CError:
    try:
        return judge(call, answer)
    except C2CError as error:
        return error


def name(thing: object) -> str:
    return type(thing).__name__


MEANINGS = {
    # What came: what it means for a read, and for a write.
    "a refusal": (response(no()), "APIError", "APIError"),
    "a refusal without a code": (response({"success": False, "message": "no"}), "APIError", "APIError"),
    "a refusal by a word": (response({"success": "false"}), "APIError", "APIError"),
    "a refusal by a number": (response({"success": 0}), "APIError", "APIError"),
    "a code of yes and a word of no": (response({"code": "000000", "success": "False"}), "TransportError", UNKNOWN),
    "a code of no and a word of yes": (
        response({"code": -1021, "msg": "", "success": True}),
        "TransportError",
        UNKNOWN,
    ),
    "two codes": (response(b'{"code":-1021,"msg":"m","code":"000000"}'), "DecodeError", UNKNOWN),
    "two codes of no": (response(b'{"code":-1021,"msg":"m","code":-1003}'), "RateLimitError", UNKNOWN),
    "two codes, one escaped": (response(b'{"code":-1021,"msg":"m","c\\u006fde":0}'), "DecodeError", UNKNOWN),
    "two words": (response(b'{"success":false,"success":true}'), "DecodeError", UNKNOWN),
    "one code, twice": (response(b'{"code":"83229","message":"m","code":"83229"}'), "APIError", "APIError"),
    "a code within": (response({**no(), "data": {"code": "000000", "success": True}}), "APIError", "APIError"),
    "a refusal by its code alone": (response({"code": "83229"}), "APIError", "APIError"),
    "a refusal by a code without sense": (response({"code": {"a": 1}}), "APIError", "APIError"),
    "a gateway's refusal": (response(gateway(-1002)), "APIError", "APIError"),
    "the clock, in a 200": (response(gateway(-1021)), "AuthenticationError", "AuthenticationError"),
    "no word": (response(b""), "TransportError", UNKNOWN),
    "no word, accepted": (response(b"", 202), "TransportError", UNKNOWN),
    "no word, no content": (response(b"", 204), "TransportError", UNKNOWN),
    "a firewall, 200": (response(FIREWALL), "TransportError", UNKNOWN),
    "a firewall, 403": (response(FIREWALL, 403), "APIError", "APIError"),
    "a list": (response([yes()]), "TransportError", UNKNOWN),
    "a string": (response("ok"), "TransportError", UNKNOWN),
    "a number": (response(0), "TransportError", UNKNOWN),
    "null": (response(None), "TransportError", UNKNOWN),
    "half a body": (response(b'{"code":"000000","succ'), "TransportError", UNKNOWN),
    "two bodies": (response(b'{"code":"000000"}{"code":"000000"}'), "TransportError", UNKNOWN),
    "broken UTF-8": (response(b'{"code":"000000","message":"\xff"}'), "TransportError", UNKNOWN),
    "UTF-16": (response(json.dumps(yes()).encode("utf-16")), "TransportError", UNKNOWN),
    "NaN": (response(b'{"code":"000000","data":NaN}'), "TransportError", UNKNOWN),
    "too deep": (response(DEEP), "TransportError", UNKNOWN),
    "5000 digits": (response(b'{"code":"000000","data":' + b"9" * 5000 + b"}"), "TransportError", UNKNOWN),
    "no envelope": (response({}), "TransportError", UNKNOWN),
    "data without an envelope": (response({"data": {}}), "TransportError", UNKNOWN),
    "an empty envelope": (response({"code": None, "success": None}), "TransportError", UNKNOWN),
    "an envelope without a word": (response({"code": "", "message": ""}), "TransportError", UNKNOWN),
    "a redirect": (response(b"", 301, {"location": "https://x"}), "TransportError", UNKNOWN),
    "not modified": (response(b"", 304), "TransportError", UNKNOWN),
    "a JSON redirect": (response(no(), 307), "TransportError", UNKNOWN),
    "400": (response(gateway(-1102), 400), "APIError", "APIError"),
    "400 with a yes": (response(yes(), 400), "APIError", UNKNOWN),
    "429 with a yes": (response(yes(), 429), "RateLimitError", UNKNOWN),
    "400 with the clock and a yes": (
        response({"code": -1021, "msg": "m", "success": "true"}, 400),
        "AuthenticationError",
        UNKNOWN,
    ),
    "400 with two codes": (response(b'{"code":-1021,"msg":"m","code":-1003}', 400), "RateLimitError", UNKNOWN),
    "400, too deep": (response(DEEP, 400), "APIError", "APIError"),
    "401": (response(b"", 401), "AuthenticationError", "AuthenticationError"),
    **{
        f"{code}": (response(gateway(code), 400), "AuthenticationError", "AuthenticationError")
        for code in (-1021, -1022, -2008, -2014, -2015)
    },
    "404": (response({"code": 404, "msg": "no such path"}, 404), "APIError", "APIError"),
    "418": (response(b"", 418), "RateLimitError", "RateLimitError"),
    "429": (response(b"", 429), "RateLimitError", "RateLimitError"),
    "-1003": (response(gateway(-1003), 403), "RateLimitError", "RateLimitError"),
    "451": (response(FIREWALL, 451), "APIError", "APIError"),
    "451 as the gateway says it": (response(gateway(0), 451), "APIError", "APIError"),
    "451 with a yes": (response(yes(), 451), "APIError", UNKNOWN),
    "500": (response(gateway(-1000), 500), "ServerError", UNKNOWN),
    "500 with a yes": (response(yes(), 500), "ServerError", UNKNOWN),
    "500 with a refusal": (response(no(), 500), "ServerError", UNKNOWN),
    "502": (response(FIREWALL, 502), "ServerError", UNKNOWN),
    "503": (response(gateway(-1008), 503), "ServerError", UNKNOWN),
    "520": (response(b"", 520), "ServerError", UNKNOWN),
    "599": (response([], 599), "ServerError", UNKNOWN),
    "-1007": (response(gateway(-1007), 400), "ServerError", UNKNOWN),
    "-1007 in words": (response(no("-1007")), "ServerError", UNKNOWN),
    "-1004": (response(gateway(-1004), 400), "ServerError", "ServerError"),
}


@pytest.mark.parametrize(("answer", "read", "write"), MEANINGS.values(), ids=MEANINGS)
def test_every_answer_that_is_no_yes_has_its_error(answer: httpx.Response, read: str, write: str):
    """A refusal is a refusal for all; what says nothing leaves the outcome of a write unknown."""
    assert (read, write) == (name(judged(READ, answer)), name(judged(WRITE, answer)))


@pytest.mark.parametrize(
    "envelope",
    [
        *({"code": "000000"}, {"code": "0"}, {"code": 0}, {"success": True}, {"success": "true"}, {"success": 1}),
        *({"code": None, "success": True}, {"code": "000000", "success": None}, {"code": "", "success": True}),
    ],
    ids=repr,
)
def test_a_yes_has_several_spellings(envelope: dict[str, Any]):
    """A code of zeros or a success that is true is a yes, as word or as number."""
    exchange = judge(WRITE, response(envelope))

    assert (None, 200, envelope) == (exchange.value, exchange.status, exchange.envelope)


@pytest.mark.parametrize("data", [False, "false"], ids=repr)
def test_data_that_denies_a_write_leaves_its_outcome_unknown(data: Any):
    """A yes for a release, whose answer has no data by the document, is none if it has some that says no."""
    error = judged(WRITE, response(yes(data)))

    assert OutcomeUnknownError is type(error)
    assert "success, with data that denies it" in str(error)
    assert judge(ads.build_update(adv_no="1"), response(yes(data))).value is False
    assert [None] * 3 == [judge(WRITE, response(yes(other))).value for other in (True, 0, {"released": False})]


@pytest.mark.parametrize("code", ["X", "0X0", "000001", "no"])
def test_only_zeros_are_a_yes(code: str):
    """A code with anything else is a refusal, also of a write."""
    error = judged(WRITE, response({"code": code, "message": "m", "data": True}))

    assert (APIError, code) == (type(error), getattr(error, "code", None))


def test_a_byte_order_mark_is_no_obstacle():
    """JSON that begins with a mark reads like any other."""
    assert judge(WRITE, response(b"\xef\xbb\xbf" + json.dumps(yes()).encode())).value is None


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"code": -1102, "msg": "Mandatory parameter"}, -1102, "Mandatory parameter"),
        ({"code": "-1102", "msg": "Mandatory parameter"}, -1102, "Mandatory parameter"),
        ({"code": "83229", "message": "resting", "success": False}, "83229", "resting"),
        ({"code": "000002", "message": "", "messageDetail": "illegal", "success": False}, "000002", "illegal"),
        ({"code": "FIAT_ASSET_ILLEGAL", "message": None, "success": False}, "FIAT_ASSET_ILLEGAL", ""),
        ({"code": 83229, "message": 5}, "83229", ""),
        ({"code": True, "msg": "odd"}, None, "odd"),
        ({"code": [1], "msg": "odd"}, None, "odd"),
        ({"code": "-" + "9" * 5000, "msg": "odd"}, "-" + "9" * 5000, "odd"),
        ({}, None, ""),
    ],
)
def test_code_and_message_are_those_of_the_wire(body: Any, code: Any, message: str):
    """The gateway's integer, the service's string, and whichever text says something."""
    error = judged(READ, response(body, 400))

    assert isinstance(error, APIError)
    assert (code, message) == (error.code, error.message)
    assert type(code) is type(error.code)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (response(gateway(-1102, "bad"), 400), "orders.get: HTTP 400 -1102 bad"),
        (
            response(FIREWALL, 403, {"content-type": "text/html; charset=utf-8"}),
            "a body that is not JSON (text/html); perhaps a firewall or a proxy",
        ),
        (response(b"", 401), "orders.get: HTTP 401 an empty body; perhaps a firewall or a proxy answered"),
        (response([], 404), "orders.get: HTTP 404 JSON that is not an object; perhaps a firewall or a proxy answered"),
        (response({}, 404), "orders.get: HTTP 404"),
        (response(b"", 200), "orders.get: nothing usable came back (HTTP 200, an empty body)"),
        (httpx.Response(200, content=b"x"), "(HTTP 200, a body that is not JSON (without a content type))"),
        (response({"data": 1}), "JSON that reports neither success nor failure"),
        (response(b"", 302), "HTTP 302, a redirect, which is never followed"),
    ],
)
def test_a_message_says_what_came(answer: httpx.Response, said: str):
    """Operation, status, and the exchange's own word or what stood in its place."""
    assert said in str(judged(READ, answer))


def test_how_long_to_wait_is_in_the_error():
    """A limit and a ban say for how many seconds; where the exchange did not, the error does not either."""
    errors = [judged(READ, response(b"", status, {"retry-after": "30"})) for status in (429, 418)]
    silent = judged(READ, response(b"", 429))

    found = [(e.retry_after, e.banned) for e in [*errors, silent] if isinstance(e, RateLimitError)]
    assert [(30.0, False), (30.0, True), (None, False)] == found


@pytest.mark.parametrize("given", ["9" * 400, "Sat, 01 Jan 9999 00:00:00 GMT"], ids=["400 digits", "the year 9999"])
def test_the_wait_can_be_slept(given: str):
    """`time.sleep` refuses more than some centuries, and an error of it would end the program."""
    error = judged(READ, response(b"", 429, {"retry-after": given}))

    assert isinstance(error, RateLimitError)
    assert 1e9 == error.retry_after


def test_data_null_is_an_empty_page():
    """A paged operation without rows gives a page without rows, and its number."""
    page = judge(LIST, response(yes(None, total=0))).value

    assert Page([], total=0, page=3) == page


@pytest.mark.parametrize(
    "call",
    [READ, payment_methods.build_mine(), ads.build_update(adv_no="1"), orders.build_can_release(order_number="1")],
)
@pytest.mark.parametrize("envelope", [yes(None), {"code": "000000"}], ids=["null", "absent"])
def test_data_null_is_no_value(call: Call[Any], envelope: dict[str, Any]):
    """Where something was promised, nothing is an error that names `data`."""
    error = judged(call, response(envelope))

    assert isinstance(error, DecodeError)
    assert (
        f"{call.operation.id}: the exchange reported success, but its answer cannot be read: data: is missing"
        == str(error)
    )


@pytest.mark.parametrize(
    ("call", "data", "field"),
    [
        (READ, order_data(amount="JUAN"), "amount: a decimal number is expected, not this text"),
        (READ, order_data(amount=Ellipsis), "amount: a finite number of sensible size is expected"),
        (READ, order_data(createTime={"JUAN": 1}), "createTime: an integer is expected, not an object"),
        (READ, {"orderNumber": ["JUAN"]}, "orderNumber: a string is expected, not a list"),
        (READ, {"amount": "1"}, "orderNumber: is missing"),
        (READ, "JUAN", "data: an object is expected, not a string"),
        (READ, ["JUAN"], "data: an object is expected, not a list"),
        (LIST, "JUAN", "data: a list is expected, not a string"),
        (LIST, {"JUAN": 1}, "data: a list is expected, not an object"),
        (payment_methods.build_mine(), [{"id": 1}, "JUAN"], "an object is expected, not a string"),
        (orders.build_can_release(order_number="1"), "JUAN", "data: true or false is expected, not a string"),
    ],
)
def test_a_field_of_the_wrong_type_is_named_and_not_quoted(call: Call[Any], data: Any, field: str):
    """The error says which field and what was expected; the value may be a person's and stays out of it."""
    body = json.dumps(yes(data), default=lambda _: "huge").replace('"huge"', "1E+999999999").encode()
    error = judged(call, response(body))

    assert isinstance(error, DecodeError)
    assert field in str(error)
    assert "JUAN" not in str(error) + repr(error)


def test_a_bad_row_costs_only_itself(caplog: pytest.LogCaptureFixture):
    """The good rows are kept in order, the bad one is reported with its place and logged without its content."""
    rows = [listed_order("1"), {"orderNumber": ["JUAN"]}, listed_order("3"), None, {}]
    with caplog.at_level(logging.WARNING, logger="binance_c2c"):
        talk = converse(flow(), LIST, [response(yes(rows, total=5))])

    assert talk.result is not None
    page = talk.result.value
    assert ["1", "3"] == [row.order_number for row in page]
    assert [1, 3, 4] == [bad.index for bad in page.bad_rows]
    assert rows[1] == page.bad_rows[0].row
    assert [
        "orders.list: a row cannot be read: page 3, row 1: orderNumber: a string is expected, not a list",
        "orders.list: a row cannot be read: page 3, row 3: the answer: an object is expected, not null",
        "orders.list: a row cannot be read: page 3, row 4: orderNumber: is missing",
    ] == caplog.messages
    about = [
        tuple(vars(record)[name] for name in ("operation_id", "row", "page", "number")) for record in caplog.records
    ]
    assert [("orders.list", bad.index, 3, bad.number) for bad in page.bad_rows] == about
    assert "JUAN" not in repr(page)


def test_unknown_words_and_fields_are_kept():
    """A newer exchange is read as far as it goes: a new status is a member, a new field goes back out."""
    wire = listed_order(tradeType="SWAP", orderStatus=99, novelty={"a": [1]})
    [row] = judge(LIST, response(yes([wire]))).value

    assert (models.TradeType("SWAP"), models.OrderStatus(99)) == (row.trade_type, row.order_status)
    assert [False, False] == [value.is_known for value in (row.trade_type, row.order_status) if value is not None]
    assert {"novelty": {"a": [1]}} == row.extra
    assert wire == row.to_dict()


def test_numbers_keep_their_digits():
    """Amounts are exact, written as number or as string; numbers of 20 digits are whole."""
    data = {**order_data("NUMBER"), "amount": "AMOUNT", "totalPrice": "1.50"}
    text = json.dumps({"code": "000000", "data": data})
    text = text.replace('"NUMBER"', "22783519990011223344").replace('"AMOUNT"', "0.10000000000000000001")
    order = judge(READ, response(text.encode())).value

    assert "22783519990011223344" == order.order_number
    assert (Decimal("0.10000000000000000001"), "1.50") == (order.amount, str(order.total_price))


def test_answers_without_an_envelope_are_read_as_they_are():
    """The clock and ping answer plainly; a refusal in a 200 is one there too."""
    time, ping = system.build_time(), system.build_ping()

    exchange = judge(time, response(b'{"serverTime":1710460800001}'))

    assert 1710460800.001 == exchange.value.server_time.timestamp()
    assert (b'{"serverTime":1710460800001}', 200) == (exchange.content, exchange.status)
    assert models.Pong() == judge(ping, response({})).value
    assert ["RateLimitError"] * 2 == [name(judged(call, response(gateway(-1003)))) for call in (time, ping)]
    assert "RateLimitError" == name(judged(time, response({"code": -1003, "message": "slower"})))
    for more in ({"code": 5}, {"msg": "hello"}, {"message": "hello"}):
        assert 1 == judge(time, response({"serverTime": 1000, **more})).value.server_time.timestamp()
    assert "system.time: the exchange reported success, but its answer cannot be read: serverTime: is missing" == str(
        judged(time, response({}))
    )
    assert "TransportError" == name(judged(ping, response([])))


@pytest.mark.parametrize(
    ("headers", "weight"),
    [
        ({}, None),
        ({"X-SAPI-USED-IP-WEIGHT-1M": "12"}, 12),
        ({"X-MBX-USED-WEIGHT-1M": "7"}, 7),
        ({"X-SAPI-USED-UID-WEIGHT-1M": "3"}, 3),
        ({"X-SAPI-USED-UID-WEIGHT-1M": "3", "X-SAPI-USED-IP-WEIGHT-1M": "12"}, 12),
        ({"X-SAPI-USED-IP-WEIGHT-1M": "many", "X-MBX-USED-WEIGHT-1M": "7"}, 7),
        ({"X-SAPI-USED-IP-WEIGHT-1M": "-1"}, None),
    ],
)
def test_an_exchange_knows_the_used_weight(headers: dict[str, str], weight: int | None):
    """Read from whichever header the exchange sends; None where it says nothing that is a number."""
    assert weight == judge(WRITE, response(yes(), 200, headers)).used_weight


@pytest.mark.parametrize("status", [404, 405])
def test_an_operation_that_is_not_there_was_not_done(status: int):
    """With -1000 the gateway refuses a method that a path does not take: nothing failed, and no write was done."""
    for call in (READ, WRITE):
        error = judged(call, response(gateway(-1000), status))

        assert type(error) is APIError
        assert ("parameter", -1000) == (error.category, error.code)


UNUSABLE = {
    "a redirect": (response({"a": 1}, 302), "HTTP 302, a redirect"),
    "an answer that ends nothing": (response({"a": 1}, 102), "HTTP 102, which is not a final answer"),
    "yes and no": (response({"code": "000000", "success": "False"}), "neither success nor failure"),
    "yes and perhaps": (response({"code": "000000", "success": "perhaps"}), "neither success nor failure"),
    "yes with the status of a refusal": (response(yes(), 400), "HTTP 400 with JSON that reports success"),
    "a failure": (response({"code": "990001", "message": "down"}, 500), "HTTP 500 990001 down"),
}


@pytest.mark.parametrize(("came", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_answer_is_kept_in_its_error(came: httpx.Response, said: str):
    """A write whose outcome is unknown says why, how to find out, and holds status, headers and body of what came."""
    error = judged(WRITE, came)

    assert isinstance(error, OutcomeUnknownError)
    assert said in str(error)
    assert (WRITE.operation.id, WRITE.operation.outcome) == (error.operation_id, error.how_to_find_out)
    assert (came.status_code, came.text) == (error.http_status, error.body)
    assert "application/json" == (error.headers or {})["content-type"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"code": "-١٠٢١", "msg": "m"}, "-١٠٢١"),
        ({"code": -1102, "msg": "83229 is in the text"}, -1102),
        ({"code": 7, "message": "m"}, "7"),
    ],
    ids=["digits of another script", "a code within the text of another", "a short number"],
)
def test_a_code_is_taken_for_no_other(sent: dict[str, Any], code: int | str):
    """Nothing is made of a code that would give it the meaning of one that is known."""
    assert code == getattr(judged(READ, response(sent, 400)), "code", None)
