"""What an account of the sandbox reads about itself, its key and its ways to be paid."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c.sandbox.gateway import decrypt_fund_password, fund_password, fund_password_key
from binance_c2c_strict import models
from tests.support.key_pairs import encrypted, fund_password_public_key
from tests.support.sandbox_client import BUY_AD, DAY, Trader, trading


def test_an_account_knows_itself():
    """Who is asking, and since when the account has been registered."""
    merchant, taker, clock = trading()
    before = merchant.do("users.me")
    clock.seconds += DAY

    assert ("SandboxMerchant", 1278) == (before["nickname"], before["registerDays"])
    assert 1279 == merchant.do("users.me")["registerDays"]
    assert ("SandboxTaker", None) == (taker.do("users.me")["nickname"], taker.do("users.me")["merchantNo"])


@pytest.mark.parametrize("by_file", [False, True])
def test_an_account_knows_whether_it_is_verified(tmp_path: Path, *, by_file: bool):
    """`users.me` follows the account's verification, whether a move or an account file has changed it."""
    merchant, _, _ = trading()
    names = ("kycPassed", "userKycStatus", "kycType")
    before = [merchant.do("users.me")[name] for name in names]
    if by_file:
        file = tmp_path / "merchant.toml"
        file.write_text("kyc_passed = false\n")
        merchant.sandbox.add_account("merchant", file)
    else:
        merchant.sandbox.moves.set_kyc_passed("merchant", passed=False)

    assert [True, "PASS", 1] == before
    assert [False, "NOTVERIFIED", None] == [merchant.do("users.me")[name] for name in names]


def test_a_key_may_read_and_nothing_more():
    """The permissions come without an envelope; a key as it should be has one."""
    merchant, _, _ = trading()
    answer = merchant.send("keys.permissions")
    permissions = models.KeyPermissions.model_validate(json.loads(answer.body)).model_dump(exclude_none=True)

    assert 200 == answer.status
    assert ["enableReading"] == [name for name, allowed in permissions.items() if allowed is True]


def test_the_key_for_the_fund_password_is_the_same_everywhere():
    """All sandboxes of a process have one RSA key of 2048 bits, and the answer is the DER of it in Base64."""
    merchant, taker, _ = trading()

    assert fund_password_key() == merchant.do("keys.rsa_public_key") == taker.do("keys.rsa_public_key")
    assert (2048, 65537) == (fund_password_public_key().key_size, fund_password_public_key().public_numbers().e)


def test_threads_that_ask_at_once_get_one_key(monkeypatch: pytest.MonkeyPatch):
    """However many sandboxes are asked for the first time at once, there is one key, and it decrypts."""
    monkeypatch.setattr(fund_password, "_make_key", cache(fund_password._make_key.__wrapped__))
    barrier = Barrier(8)

    def ask(_: int) -> str:
        barrier.wait()
        return fund_password_key()

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(ask, range(8)))

    assert {fund_password_key()} == keys
    assert "000000" == decrypt_fund_password(encrypted("000000"))


@given(content=st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_was_encrypted_can_be_decrypt_fund_password(content: str):
    """Whatever another implementation has sealed with the public key is read as it was."""
    assert content == decrypt_fund_password(encrypted(content))


@pytest.mark.parametrize(
    "envelope",
    [
        "000000",
        "not Base64",
        "é",
        "",
        base64.b64encode(bytes(256)).decode(),
        base64.b64encode(b"\xff" * 256).decode(),
        encrypted("000000", label=b"for somebody else"),
        encrypted("000000", hashes.SHA1()),  # noqa: S303 - the wrong hash, on purpose
    ],
)
def test_what_was_not_encrypted_is_not_decrypt_fund_password(envelope: str):
    """Anything but RSA-OAEP with SHA-256 under this key is nothing."""
    assert decrypt_fund_password(envelope) is None


def test_a_payment_method_is_read_by_its_number():
    """One's own is shown as in the list of all; the ads that use it are counted."""
    merchant, _, _ = trading()
    [method] = merchant.do("payment_methods.mine")
    merchant.post_ad()
    closed = merchant.post_ad()
    merchant.do("ads.update_status", {"advNos": [closed], "advStatus": 4})
    merchant.post_ad(BUY_AD)

    assert {**method, "advCount": 1} == merchant.do("payment_methods.get", id=method["id"])


@pytest.mark.parametrize(("query", "code"), [({}, -1102), ({"id": "50100200"}, -1130), ({"id": "x"}, -1130)])
def test_another_payment_method_is_refused(query: dict[str, str], code: int):
    """Somebody else's, none and nonsense are all refused, by the name of the parameter."""
    merchant: Trader = trading()[0]

    assert code == merchant.code("payment_methods.get", **query)


def test_all_ways_to_pay_are_listed():
    """Whole, with their number."""
    merchant, _, _ = trading()
    kinds = merchant.do("payment_methods.list", {})

    assert "SPEI" in {kind["identifier"] for kind in kinds}
    assert len(kinds) == merchant.total("payment_methods.list")
