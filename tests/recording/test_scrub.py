"""What is taken out of JSON that is recorded, and what stays to the letter."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c._core.recording import LEFT_OUT, PERSONAL, Scrubber
from binance_c2c._core.recording.scrub import indented, rewritten, shape
from tests.support.any_json import tokens


def scrubbed(value: Any) -> Any:
    return json.loads(Scrubber().answer(json.dumps(value).encode()))


def test_a_value_is_replaced_by_one_of_its_shape():
    """A number by a number, digits by as many digits, an address by an address: programs go on reading them."""
    told = {
        "userId": 700000001,
        "userNo": "s3f9",
        "payAccount": "012345678901234567",
        "latitude": 19.4326,
        "longitude": "-99.13",
        "email": "a@example.com",
        "imageUrl": "https://example.com/a.jpg",
        "fileUrls": ["https://example.com/b.jpg", None, True, "", 0],
    }

    assert {
        "userId": 900000001,
        "userNo": "scrubbed-2",
        "payAccount": "900000000000000003",
        "latitude": 0.000004,
        "longitude": "0.000005",
        "email": "scrubbed-6@scrubbed.invalid",
        "imageUrl": "https://scrubbed.invalid/7",
        "fileUrls": ["https://scrubbed.invalid/8", None, True, "", 0],
    } == scrubbed(told)


def test_the_same_person_is_the_same_everywhere():
    """Under every name, as a number and as text, in answers, bodies and queries, and in sentences that came before."""
    scrubber = Scrubber()
    first = scrubber.answer(b'{"message": "no user 700000001", "data": {"userId": 700000001, "nickName": "Ana B."}}')
    body = scrubber.request(b'{"advUserId": "700000001", "remarks": "Ana B.", "advNo": "1"}')
    query = scrubber.query([("userNo", "700000001"), ("advNo", "1"), ("googleVerifyCode", "123456")])
    second = scrubber.answer(b'{"msg": "Ana B. is away, Ana B.C. is not", "message": 1, "data": {"message": "Ana B."}}')

    assert '{"message": "no user 900000001", "data": {"userId": 900000001, "nickName": "scrubbed-2"}}' == (
        scrubber.sentences(first)
    )
    assert '{"advUserId": "900000001", "remarks": "scrubbed-2", "advNo": "1"}' == body
    assert [("userNo", "900000001"), ("advNo", "1"), ("googleVerifyCode", "scrubbed")] == query
    assert (
        '{"msg": "scrubbed-2 is away, Ana B.C. is not", "message": 1, "data": {"message": "scrubbed-2"}}'
        == scrubber.sentences(second)
    )


def test_a_field_that_nobody_described_counts_as_personal():
    """With all that stands in it; its name, and what is true, false or nothing, stays."""
    told = {
        "newThing": {"name": "Ana", "list": [{"x": "Ana"}, 7], "is": True, "none": None},
        "price": "1",
        "new": "Ana",
    }

    assert {
        "newThing": {"name": "scrubbed-1", "list": [{"x": "scrubbed-1"}, 900002], "is": True, "none": None},
        "price": "1",
        "new": "scrubbed-1",
    } == scrubbed(told)


def test_codes_of_a_request_are_all_alike():
    """Text or number, at any depth; in an answer `code` is the outcome's and stays."""
    body = b'{"code": "1", "a": [{"fundPwd": 2, "mobileVerifyCode": null}], "emailVerifyCode": "x"}'

    assert (
        '{"code": "scrubbed", "a": [{"fundPwd": "scrubbed", "mobileVerifyCode": null}], "emailVerifyCode": "scrubbed"}'
        == Scrubber().request(body)
    )
    assert '{"code": "83023"}' == Scrubber().answer(b'{"code": "83023"}')


@pytest.mark.parametrize("content", [b"<html>", b"{", b"\xff", b"nan", b"[" * 100_000, b"1 2"])
def test_what_is_no_json_is_left_out(content: bytes):
    """A page may name anybody; nothing at all stays nothing."""
    assert LEFT_OUT == Scrubber().answer(content)
    assert LEFT_OUT == Scrubber().request(content)
    assert ("", "") == (Scrubber().answer(b""), Scrubber().sentences(""))
    assert LEFT_OUT == Scrubber().sentences(LEFT_OUT)


def test_secrets_in_a_sentence_are_hidden():
    """What an exchange quotes of a signature goes no further."""
    told = Scrubber().answer(json.dumps({"msg": "no: signature=" + "ab" * 32}).encode())

    assert '{"msg": "no: signature=[hidden]"}' == Scrubber().sentences(told)


def test_half_a_character_stays_readable_in_utf_8():
    """Also where it stands in a value that is replaced, or in a sentence with somebody's name."""
    scrubber = Scrubber()
    told = scrubber.answer(rb'{"msg": "\ud83d Ana", "nickName": "Ana", "remark": "\ud83d", "price": "\ud83d"}')
    told = scrubber.sentences(told)

    assert r'{"msg": "\ud83d scrubbed-1", "nickName": "scrubbed-1", "remark": "scrubbed-2", "price": "\ud83d"}' == told
    told.encode("utf-8")


@given(tokens)
def test_json_is_rewritten_to_the_letter(text: str):
    """Where nothing is changed, nothing changes, however it is spelled; a line for each value has the same values."""
    assert text == rewritten(text, lambda _, piece, __: piece)
    assert "".join(text.split()) == "".join(indented(text).split())


@given(st.recursive(st.text(min_size=8), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_nothing_personal_is_left(value: Any):
    """No text that stands below a personal field, at whatever depth, is in what is written."""
    found: list[str] = []

    def leaves(part: Any) -> None:
        if isinstance(part, str):
            found.append(part)
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            leaves(inner)

    leaves(value)
    real = {text for text in found if text.strip("0")}
    found.clear()
    leaves(json.loads(Scrubber().answer(json.dumps({"data": [{"realName": value}]}).encode())))

    assert set() == real & set(found)


def test_shapes():
    """What a replacement has in common with the value it stands for."""
    cases = {"1": "digits", "-12": "digits", "1.5": "number", "1E+2": "number", "HTTP://x": "url", "a@b": "email"}

    assert cases == {text: shape(text) for text in cases}
    assert ["text"] * 3 == [shape(text) for text in ("", "a b@c", "\uff11\uff12")]


def test_every_personal_name_is_replaced():
    """Whatever a field of the table holds, text or number, goes."""
    told = scrubbed(dict.fromkeys(PERSONAL, "Wilhelmina") | {"data": [{name: 4711815} for name in PERSONAL]})

    assert not any(word in json.dumps(told) for word in ("Wilhelmina", "4711815"))
