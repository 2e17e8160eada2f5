"""The catalogue of errors: what a code means, and what an error says of itself."""

import json
import subprocess
import sys
from typing import Any

import httpx
import pytest

from binance_c2c.errors import APIError, AuthenticationError, RateLimitError, ServerError
from binance_c2c_sapi.error_codes import ERROR_CODES, ErrorCategory
from binance_c2c_sapi.resources import ads
from tests.support.talk import judge

FACTS = """
-1000 -1001 -1002 -1003 -1004 -1006 -1007 -1008 -1015 -1016 -1020 -1021 -1022 -1099 -1100 -1102 -1106 -1130 -2008 -2014
-2015 -9000 -31002 000002 187022 187030 187031 187040 187049 187055 83229 83230 83628 83895 83896 100001003 200001035
FIAT_ASSET_ILLEGAL ILLEGAL_PARAMETERS 0 83023 83998 704017 100001005 ILLEGAL_PARAM
"""


def refused(body: dict[str, Any], status: int = 400) -> APIError:
    """The error that an answer to a call that only reads means."""
    with pytest.raises(APIError) as raised:
        judge(ads.build_get(adv_no="1"), httpx.Response(status, content=json.dumps(body).encode()))
    return raised.value


@pytest.mark.parametrize("code", FACTS.split())
def test_every_known_code_is_in_the_catalogue(code: str):
    """Each code of the public sources has a name, a meaning, a category and an advice."""
    known = ERROR_CODES[int(code) if code.startswith("-") else code]

    assert all((known.name, known.meaning, known.advice, known.evidence))
    assert known.category in ErrorCategory


@pytest.mark.parametrize(
    ("code", "kind", "category"),
    [
        (-1021, AuthenticationError, "clock"),
        (-1022, AuthenticationError, "authentication"),
        (-2015, AuthenticationError, "authentication"),
        (-1002, APIError, "permission"),
        (-1003, RateLimitError, "rate_limit"),
        (-1008, ServerError, "server"),
        (-1102, APIError, "parameter"),
        (-1111, APIError, "parameter"),
        (-1132, APIError, "unknown"),
        (-4242, APIError, "unknown"),
        ("83229", APIError, "resting_merchant"),
        ("83628", RateLimitError, "rate_limit"),
        ("83895", APIError, "second_factor"),
        ("83023", APIError, "order_state"),
        ("83998", APIError, "permission"),
        ("100001005", AuthenticationError, "authentication"),
        ("704017", APIError, "unknown"),
        ("187022", APIError, "ad_offline"),
        ("187055", APIError, "price_out_of_band"),
        ("424242", APIError, "unknown"),
    ],
)
def test_a_code_decides_class_and_category(code: int | str, kind: type[APIError], category: str):
    """A program can act on what a refusal means without a list of codes of its own."""
    text = "message" if isinstance(code, str) else "msg"
    error = refused({"code": code, text: "no", **({"success": False} if isinstance(code, str) else {})})

    assert (kind, code, category) == (type(error), error.code, error.category)
    assert (code in ERROR_CODES) == (error.known is not None)
    notes = [] if error.known is None else [f"{error.known.meaning} {error.known.advice}"]
    assert notes == getattr(error, "__notes__", [])


@pytest.mark.parametrize(("number", "code"), [(83229, "83229"), (2, "000002"), (0, "0"), (424242, "424242")])
def test_a_code_is_the_same_in_either_type(number: int, code: str):
    """A code of the service that comes as an integer is the string that the catalogue lists, with its zeros."""
    error = refused({"code": number, "message": "no", "success": False})

    assert (code, ERROR_CODES.get(code)) == (error.code, error.known)


def test_a_number_too_long_for_a_code_stays_a_number():
    """What no exchange would say is told as it came, however long it is."""
    assert 10**20 == refused({"code": 10**20, "message": "no", "success": False}).code


@pytest.mark.parametrize(
    ("text", "code", "category"),
    [
        ("187049: quantity is not valid", "187049", "stock_mismatch"),
        ("Error 187040, the quantity is below the minimum", "187040", "stock_mismatch"),
        ('{"code":"187031","message":"El stock no coincide"}', "187031", "stock_mismatch"),
        ("El precio supera el rango limitado", -9000, "price_out_of_band"),
        ("Price is out of the LIMITED RANGE", -9000, "price_out_of_band"),
        ("999123 something new", "999123", "unknown"),
        ("The amount 12345678.90 is too high", -9000, "unknown"),
        ("no code in here", -9000, "unknown"),
    ],
)
def test_the_wrapper_is_opened(text: str, code: int | str, category: str):
    """A -9000 counts as the code inside its text, in English and Spanish; an amount is not taken for a code."""
    error = refused({"code": -9000, "msg": text})

    assert (code, category, text) == (error.code, error.category, error.message)


def test_a_status_without_a_code_has_a_category():
    """The gateway's bare answers mean something too."""
    said = {status: refused({}, status).category for status in (401, 404, 418, 429, 451, 503)}

    assert {
        401: "authentication",
        404: "unknown",
        418: "ban",
        429: "rate_limit",
        451: "restricted_location",
        503: "server",
    } == said


def test_codes_are_loaded_with_the_first_call():
    """Importing the package costs nothing for the catalogue."""
    program = "import sys, binance_c2c; print('binance_c2c_sapi.error_codes' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert "False" == told.strip()
