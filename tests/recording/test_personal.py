"""The judgement on each field of the description, whether its value tells of a person."""

import pytest

from binance_c2c._core.recording import PERSONAL, is_kept, personal


@pytest.mark.parametrize("name", ["asset", "tagIconUrls", "payId", "advOrderId"])
def test_what_nobody_has_judged_is_not_kept(name: str, monkeypatch: pytest.MonkeyPatch):
    """No text, no list of texts and no number that names something is recorded because nobody thought of it."""
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
