"""The judgement on each field of the description, whether its value tells of a person."""

import json
from typing import Any

import attrs
import pytest

from binance_c2c import models
from binance_c2c._core.recording import CODES, PERSONAL, Scrubber, is_kept, personal


@pytest.mark.parametrize("name", ["asset", "tagIconUrls", "payId", "advOrderId", "convertAssets"])
def test_what_nobody_has_judged_is_not_kept(name: str, monkeypatch: pytest.MonkeyPatch):
    """No text, list of texts, number that names something or value without a type is recorded unless it was judged."""
    assert is_kept(name)
    monkeypatch.setattr(personal, "HARMLESS", personal.HARMLESS - {name})

    assert not is_kept(name)


def test_what_is_harmless_is_not_personal():
    """No name is judged both ways."""
    assert set() == PERSONAL & personal.HARMLESS


def test_what_says_nothing_of_a_person_is_kept():
    """Amounts, times, states and the words of the envelope need no judgement; what is not described has none."""
    assert [] == [name for name in ("amount", "createTime", "orderStatus", "isTradable", "code") if not is_kept(name)]
    assert not is_kept("companyVat")


def test_what_is_described_as_secret_is_not_kept():
    """No field that the description keeps out of `repr` is recorded as it came, whatever another of its name holds."""
    kinds: list[Any] = [getattr(models, name) for name in models.__all__]
    described = [kind for kind in kinds if hasattr(kind, "NAMES")]
    fields = [(kind, field) for kind in described for field in attrs.fields(kind) if field.name in kind.NAMES]
    hidden = {kind.NAMES[field.name] for kind, field in fields if not field.repr}

    assert "realName" in hidden
    assert set() == {name for name in hidden - CODES if is_kept(name)}


def test_a_value_without_a_type_shows_nobody():
    """A text, and the texts of a list, in a field that has no type in the description are replaced."""
    address = "1 Example Street"

    answer = {"data": {"storeAddressVo": address, "adTags": [address, {"asset": address}]}}
    assert address not in Scrubber().answer(json.dumps(answer).encode())
