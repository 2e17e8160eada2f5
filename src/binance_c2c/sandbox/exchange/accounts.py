"""Who trades here: two accounts, the same in every sandbox. Every name, number and key is invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from binance_c2c.sandbox.exchange.markets import PAY_KINDS, PayKind
from binance_c2c.sandbox.exchange.merchant import Shop
from binance_c2c.sandbox.exchange.trading_stats import Record, Tally
from binance_c2c.sandbox.exchange.wallet import Wallet

_KEY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Key:
    """What an account's requests are signed with."""

    api_key: str
    api_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PayMethod:
    """A way to pay that an account has set up. Its `id` is what ads and orders call `payId`."""

    id: int
    kind: PayKind
    payee: str = field(repr=False)
    bank: str = field(repr=False)
    account_number: str = field(repr=False)
    active: bool = True


@dataclass(slots=True, eq=False)
class Account:
    """One trader. Equal only to itself."""

    name: str
    """`merchant` or `taker`; never on the wire."""
    key: Key
    user_id: int
    user_no: str
    user_type: Literal["merchant", "user"]
    nickname: str
    kyc_name: str = field(repr=False)
    registered_ms: int
    release_seconds: int
    """How long it takes to release, on average."""
    categories: tuple[str, ...]
    """What its ads may be classified as."""
    pay_methods: tuple[PayMethod, ...]
    wallet: Wallet = field(repr=False)
    record: Record
    shop: Shop = field(default_factory=Shop)
    kyc_passed: bool = True
    wrong_passwords: int = 0
    """Wrong fund passwords since the last right one."""
    public_keys: list[str] = field(default_factory=list[str])
    """Those that were uploaded, in PEM."""

    def pay_method(self, pay_id: int | None) -> PayMethod | None:
        """The account's own active payment method with this number."""
        return next((method for method in self.pay_methods if method.id == pay_id and method.active), None)


def seeded() -> dict[str, Account]:
    """Fresh accounts by name."""
    accounts = (
        Account(
            name="merchant",
            key=_key("Merchant"),
            user_id=700_000_001,
            user_no="s" + "1".zfill(32),
            user_type="merchant",
            nickname="SandboxMerchant",
            kyc_name="MARIA EJEMPLO",
            registered_ms=1_600_000_000_000,
            release_seconds=95,
            categories=("mass", "profession"),
            pay_methods=(PayMethod(40_100_200, PAY_KINDS["SPEI"], "MARIA EJEMPLO", "BANCO FICTICIO", "0" * 17 + "1"),),
            wallet=Wallet({"USDT": Decimal(10_000), "BTC": Decimal(1)}),
            record=Record(ever=Tally(bought=580, sold=623, failed=15), month=Tally(bought=40, sold=48, failed=1)),
        ),
        Account(
            name="taker",
            key=_key("Taker"),
            user_id=700_000_002,
            user_no="s" + "2".zfill(32),
            user_type="user",
            nickname="SandboxTaker",
            kyc_name="JUAN MUESTRA",
            registered_ms=1_650_000_000_000,
            release_seconds=240,
            categories=("mass", "profession"),
            pay_methods=(PayMethod(50_100_200, PAY_KINDS["SPEI"], "JUAN MUESTRA", "BANCO FICTICIO", "0" * 17 + "2"),),
            wallet=Wallet({"USDT": Decimal(5_000), "BTC": Decimal(1)}),
            record=Record(ever=Tally(bought=12, sold=5, failed=1), month=Tally(bought=2, sold=1)),
        ),
    )
    return {account.name: account for account in accounts}


def _key(name: str) -> Key:
    return Key(
        api_key=f"sandbox{name}Key".ljust(_KEY_LENGTH, "0"),
        api_secret=f"sandbox{name}Secret".ljust(_KEY_LENGTH, "0"),
    )
