"""Accounts of one's own: keys, balances and payment methods, from a file that is read with care."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from binance_c2c import C2CClient
from binance_c2c.sandbox import Balance, Sandbox
from tests.support.key_pairs import public_pem

ALICE = """\
nickname = "AliceCambio"
kyc_name = "ALICIA EJEMPLO"
type = "merchant"
registered = 2023-05-01
release_seconds = 45
kyc_passed = true

[balances]
USDT = 2500.5
BTC = "0.12345678"
ETH = 3

[[payment_methods]]
identifier = "SPEI"
payee = "A. EJEMPLO"
bank = "BBVA"
account_number = "012180001234567897"

[[payment_methods]]
identifier = "CashInPerson"
active = false
"""


def file_of(folder: Path, text: str) -> Path:
    file = folder / "alice.toml"
    file.write_text(text)
    return file


def test_an_account_of_ones_own_trades(tmp_path: Path):
    """It signs with its own key, has what its file says, posts an ad, and another account takes it."""
    sandbox = Sandbox()
    key = sandbox.add_account("alice", file_of(tmp_path, ALICE))
    with C2CClient.in_sandbox(sandbox, account="alice") as alice:
        me, methods = alice.users.me(), alice.payment_methods.mine()
    adv_no = sandbox.moves.post_ad("alice", "SELL", price="18.40", amount=100, smallest=100, largest=1000)
    order = sandbox.moves.place("taker", adv_no, total_amount=184)
    with C2CClient.in_sandbox(sandbox, account="alice") as alice:
        listed = [row.order_number for row in alice.orders.list()]

    assert key == sandbox.keys["alice"]
    assert 3 == len({one.api_key for one in sandbox.keys.values()})
    assert ("AliceCambio", "ALICIA EJEMPLO") == (me.nick_name, me.kyc_full_name)
    assert ["SPEI", "CashInPerson"] == [one.trade_method_identifier for one in methods]
    assert [order] == listed
    wallet = sandbox.balances["alice"]
    assert Balance(free=Decimal("2500.5") - 100, locked=Decimal(100)) == wallet["USDT"]
    assert (Decimal("0.12345678"), Decimal(3)) == (wallet["BTC"].free, wallet["ETH"].free)
    account = sandbox._exchange.accounts["alice"]
    assert datetime(2023, 5, 1, tzinfo=UTC) == datetime.fromtimestamp(account.registered_ms / 1000, UTC)
    assert (45, False) == (account.release_seconds, account.pay_methods[1].active)


def test_without_a_file_it_is_as_the_merchant_is():
    """Coins to begin with, one payment method, and numbers that nobody else has; it takes a public key, too."""
    sandbox = Sandbox()
    sandbox.add_account("bob")
    bob, merchant = sandbox._exchange.accounts["bob"], sandbox._exchange.accounts["merchant"]
    uploaded = sandbox.register_key("bob", public_pem("ed25519"))

    assert sandbox.balances["merchant"] == sandbox.balances["bob"]
    assert uploaded.startswith("sandboxBob")
    assert {bob.user_id, bob.user_no, bob.nickname}.isdisjoint({merchant.user_id, merchant.user_no, merchant.nickname})
    assert len(sandbox._exchange.accounts) == len({one.user_id for one in sandbox._exchange.accounts.values()})


def test_those_that_are_there_can_be_described_too(tmp_path: Path):
    """The merchant gets what its file says and keeps its key; once there was a trade that is refused."""
    sandbox = Sandbox()
    before = sandbox.keys["merchant"]
    after = sandbox.add_account("merchant", file_of(tmp_path, "[balances]\nUSDT = 7\n"))
    sandbox.moves.post_ad("merchant", "BUY", price="18.40", amount=100, smallest=100, largest=1000)

    assert before == after
    assert {"USDT": Balance(free=Decimal(7))} == sandbox.balances["merchant"]
    for name in ("merchant", "AlbaCambio"):
        with pytest.raises(
            ValueError, match=f"account: {name} exists already and has traded, so it cannot be replaced"
        ):
            sandbox.add_account(name)


def test_it_is_saved_with_the_rest(tmp_path: Path):
    """After loading it has the same key, coins and methods, its own kinds of methods included."""
    sandbox = Sandbox()
    sandbox.add_account("alice", file_of(tmp_path, ALICE))
    sandbox.save(tmp_path / "state.json")
    loaded = Sandbox.load(tmp_path / "state.json")
    both = []
    for one in (sandbox, loaded):
        with C2CClient.in_sandbox(one, account="alice") as alice:
            both.append(
                (repr(alice.payment_methods.mine()), repr(alice.payment_methods.list()), repr(alice.users.me()))
            )

    assert both[0] == both[1]
    assert "CashInPerson" in both[0][1]
    assert (sandbox.keys, sandbox.balances) == (loaded.keys, loaded.balances)
    assert sandbox.keys["alice"].api_secret not in (tmp_path / "state.json").read_text()


@pytest.mark.parametrize("name", ["Alice", "", "a b", "1a", "exchange", "x" * 25, "ñ"])
def test_a_name_that_cannot_be_is_refused(name: str):
    """The argument is named, with what was expected."""
    with pytest.raises(ValueError, match="account: a name of up to 24 small letters"):
        Sandbox().add_account(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nickname = =", "a TOML file is expected: Invalid value (at line 1, column"),
        ('colour = "red"', "colour: extra inputs are not permitted; the known keys are nickname, kyc_name"),
        ('nickname = "x"', "nickname: string should match"),
        ("kyc_passed = 1", "kyc_passed: input should be a valid boolean"),
        ('registered = "2023-05-01"', "registered: input should be a valid date"),
        ("release_seconds = 0", "release_seconds: input should be greater than"),
        ('type = "bank"', "type: input should be 'merchant' or 'user'"),
        ("[balances]\nUSDT = -1", "balances.USDT: input should be greater than or equal to 0"),
        ("[balances]\nUSDT = nan", "balances.USDT: "),
        ("[balances]\nUSDT = true", "balances.USDT: "),
        ('[balances]\nUSDT = "many"', "balances.USDT: "),
        ("[balances]\nUSDT = 1.001", "balances.USDT: from 0 to 1000000000000 with at most 2 decimals is expected"),
        ("[balances]\nUSDT = 1e13", "balances.USDT: from 0 to"),
        ("[balances]\nDOGE = 1", "balances.DOGE: one of USDT, BTC"),
        ("payment_methods = []", "payment_methods: list should have at least 1 item"),
        ('[[payment_methods]]\nbank = "BBVA"', "payment_methods.0.identifier: field required"),
        ('[[payment_methods]]\nidentifier = "S P"', "payment_methods.0.identifier: string should match"),
        ("#" * 1_048_577, "the file is longer than 1048576 bytes"),
        ("a = " + "[" * 10_000, "a TOML file is expected: "),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_file_that_says_something_else_is_refused(text: str, words: str, tmp_path: Path):
    """The error names the file and the place in it, and the account is not there."""
    sandbox, file = Sandbox(), file_of(tmp_path, text)
    with pytest.raises(ValueError, match="alice") as refused:
        sandbox.add_account("alice", file)

    assert str(refused.value).startswith(f"{file}: ")
    assert words in str(refused.value)
    assert "alice" not in sandbox.keys
