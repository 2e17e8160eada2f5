"""Accounts: their keys, payment methods, coins, and whether they are open for business. All of them are invented."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

from binance_c2c.sandbox import refusals
from binance_c2c.sandbox.exchange.markets import COINS, SPEI, PayKind, fits
from binance_c2c.sandbox.exchange.trading_stats import Totals, TradingStats
from binance_c2c.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.exchange.markets import Markets

_KEY_LENGTH = 64
_FIRST_USER_ID = 700_000_000
ACCOUNT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,23}", re.ASCII)
"""The names that an added account may have."""
MOST_COINS = 10**12
"""The most coins of one kind that an account may begin with."""
BANK = "BANCO FICTICIO"
_FIRST_PAY_ID = 70_000_000
_DAY_MS = 86_400_000
# How long a break lasts was never published.
BREAK_MS = _DAY_MS


@dataclass(frozen=True, slots=True)
class Key:
    """The API key and the secret of an account."""

    api_key: str
    api_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PayMethod:
    """A payment method that an account has set up. Its `id` is what ads and orders call `payId`."""

    id: int
    kind: PayKind
    payee: str = field(repr=False)
    bank: str = field(repr=False)
    account_number: str = field(repr=False)
    active: bool = True


@dataclass(frozen=True, slots=True)
class Balance:
    """Coins of one kind."""

    free: Decimal = Decimal(0)
    locked: Decimal = Decimal(0)


class Wallet:
    """The coins of one account, free or locked by ads and orders.

    Every change but a deposit keeps the sum of all wallets, or raises `ValueError`, which is always a caller's bug.
    """

    def __init__(self, free: Mapping[str, Decimal]) -> None:
        self._balances = {asset: Balance(free=amount) for asset, amount in free.items()}

    def __getitem__(self, asset: str) -> Balance:
        return self._balances.get(asset, Balance())

    def balances(self) -> dict[str, Balance]:
        """The balance of each coin, by the coin's code."""
        return dict(self._balances)

    def deposit(self, asset: str, amount: Decimal) -> None:
        """Add coins that come from outside the exchange."""
        self._change(asset, free=amount)

    def lock(self, asset: str, amount: Decimal) -> None:
        """Move coins from free to locked; a negative amount moves them back."""
        self._change(asset, free=-amount, locked=amount)

    def unlock(self, asset: str, amount: Decimal) -> None:
        """Move coins from locked to free."""
        self._change(asset, free=amount, locked=-amount)

    def hand_over(self, asset: str, amount: Decimal, to: Wallet) -> None:
        """Move coins that are locked here to another wallet, where they are free."""
        self._change(asset, locked=-amount)
        to._change(asset, free=amount)

    def _change(self, asset: str, free: Decimal = Decimal(0), locked: Decimal = Decimal(0)) -> None:
        before = self[asset]
        after = Balance(free=before.free + free, locked=before.locked + locked)
        if after.free < 0 or after.locked < 0:
            message = f"{asset}: {before} cannot become {after}"
            raise ValueError(message)
        self._balances[asset] = after


class BusinessStatus(IntEnum):
    """Business and break as one number, as the API reports them to the merchant."""

    OPEN = 1
    CLOSED = 2
    ON_BREAK = 3


@dataclass(slots=True)
class MerchantStatus:
    """Whether a merchant is open for business, online, or on a break."""

    is_open: bool = True
    is_online: bool = True
    """Only shown to others: the ads of an offline merchant are still found and can be taken."""
    break_ends_ms: int | None = None

    @property
    def is_resting(self) -> bool:
        """Whether there is a break, as of the last call of `pass_time`."""
        return self.break_ends_ms is not None

    @property
    def is_trading(self) -> bool:
        """Whether the merchant's ads are shown and can be taken."""
        return self.is_open and not self.is_resting

    @property
    def business(self) -> BusinessStatus:
        """Business and break as one number."""
        if self.is_resting:
            return BusinessStatus.ON_BREAK
        return BusinessStatus.OPEN if self.is_open else BusinessStatus.CLOSED

    def pass_time(self, now_ms: int) -> None:
        """End a break whose time is over."""
        if self.break_ends_ms is not None and self.break_ends_ms <= now_ms:
            self.break_ends_ms = None

    def check_not_resting(self) -> None:
        """Raise `MERCHANT_RESTING` while the merchant is on a break."""
        if self.is_resting:
            raise RefusedError(refusals.MERCHANT_RESTING)

    def set_open(self, *, is_open: bool) -> None:
        """Open or close business; refused during a break."""
        self._check_break_is_over()
        self.is_open = is_open

    def start_break(self, now_ms: int) -> int:
        """Begin a break; refused during another one. Returns when it ends by itself, in epoch milliseconds."""
        self._check_break_is_over()
        self.break_ends_ms = now_ms + BREAK_MS
        return self.break_ends_ms

    def end_break(self) -> None:
        """End the break, if there is one."""
        self.break_ends_ms = None

    def _check_break_is_over(self) -> None:
        if self.is_resting:
            raise RefusedError(refusals.REST_NOT_ENDED)


@dataclass(slots=True, eq=False)
class Account:
    """One trader. Compared by identity."""

    name: str
    """`merchant`, `taker`, an added account's name or a made-up merchant's nickname. The API does not use it."""
    key: Key | None
    """None for made-up merchants, who use no API."""
    user_id: int
    user_no: str
    user_type: Literal["merchant", "user"]
    nickname: str
    kyc_name: str = field(repr=False)
    registered_ms: int
    release_seconds: int
    """The average time until it releases coins."""
    categories: tuple[str, ...]
    """The classes that its ads may have, such as `profession`."""
    pay_methods: tuple[PayMethod, ...]
    wallet: Wallet = field(repr=False)
    stats: TradingStats
    status: MerchantStatus = field(default_factory=MerchantStatus)
    kyc_passed: bool = True
    wrong_passwords: int = 0
    """Wrong fund passwords since the last right one."""
    public_keys: list[str] = field(default_factory=list[str])
    """Public keys that were uploaded, in PEM."""

    @property
    def listen_key(self) -> str:
        """The name of the account in the address of its chat connections."""
        return f"c2c_{self.user_id:032}_v2"

    @property
    def number(self) -> int:
        """The running number of the account, from which its other numbers are derived."""
        return self.user_id - _FIRST_USER_ID

    def days_registered(self, now_ms: int) -> int:
        """Whole days since the registration; 0 where a profile puts it into the future."""
        return max(0, now_ms - self.registered_ms) // _DAY_MS

    def change(self, profile: Profile, markets: Markets) -> None:
        """Apply a profile; where it has None, the account stays as it is."""
        for name in ("nickname", "kyc_name", "user_type", "registered_ms", "release_seconds", "kyc_passed"):
            value = getattr(profile, name)
            if value is not None:
                setattr(self, name, value)
        if profile.balances is not None:
            self.wallet = Wallet(_checked(profile.balances))
        if profile.methods is not None:
            self.pay_methods = ()
            for method in profile.methods:
                self.add_pay_method(method, markets)

    def add_pay_method(self, described: OwnMethod, markets: Markets) -> None:
        """Set up one more payment method."""
        place = len(self.pay_methods) + 1
        method = PayMethod(
            id=_FIRST_PAY_ID + 100 * self.number + place,
            kind=markets.kind(described.identifier),
            payee=described.payee or self.kyc_name,
            bank=described.bank,
            account_number=described.account_number or f"{self.number:014}{place:04}",
            active=described.active,
        )
        self.pay_methods = (*self.pay_methods, method)

    def pay_method(self, pay_id: int | None) -> PayMethod | None:
        """The account's own active payment method with this number."""
        return next((method for method in self.pay_methods if method.id == pay_id and method.active), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMethod:
    """A payment method as its owner describes it."""

    identifier: str
    payee: str = ""
    bank: str = BANK
    account_number: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An account as its owner describes it. `None` keeps the present value, or the default of a new account."""

    nickname: str | None = None
    kyc_name: str | None = None
    user_type: Literal["merchant", "user"] | None = None
    registered_ms: int | None = None
    release_seconds: int | None = None
    kyc_passed: bool | None = None
    balances: Mapping[str, Decimal] | None = None
    """Free coins, by code."""
    methods: tuple[OwnMethod, ...] | None = None


def make_account(name: str, number: int, profile: Profile, markets: Markets) -> Account:
    """An account with an API key of its own. Raises `ValueError` if the name or a balance is not valid."""
    # `Sandbox.balances` lists the commissions under the name `exchange`.
    if not ACCOUNT_NAME.fullmatch(name) or name == "exchange":
        message = f"account: a name of up to 24 small letters, digits, - and _ is expected, not {name[:40]!r}"
        raise ValueError(message)
    account = Account(
        name=name,
        key=key_of(name),
        user_id=_FIRST_USER_ID + number,
        user_no="s" + str(number).zfill(32),
        user_type="merchant",
        nickname=f"Sandbox{name.capitalize()}",
        kyc_name=f"{name.upper()} EJEMPLO",
        registered_ms=1_640_000_000_000,
        release_seconds=120,
        categories=("mass", "profession"),
        pay_methods=(),
        wallet=Wallet({}),
        stats=TradingStats(),
    )
    account.change(Profile(balances={"USDT": Decimal(10_000), "BTC": Decimal(1)}, methods=_ONE_METHOD), markets)
    account.change(profile, markets)
    return account


_ONE_METHOD = (OwnMethod(identifier=SPEI.identifier),)


def _checked(balances: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """The balances, once checked. Raises `ValueError` with the coin's code."""
    for asset, amount in balances.items():
        coin = COINS.get(asset)
        if coin is None:
            message = f"balances.{asset}: one of {', '.join(COINS)} is expected"
            raise ValueError(message)
        if not (0 <= amount <= MOST_COINS and fits(amount, coin.scale)):
            message = f"balances.{asset}: from 0 to {MOST_COINS} with at most {coin.scale} decimals is expected"
            raise ValueError(message)
    return balances


def own_accounts() -> dict[str, Account]:
    """New accounts `merchant` and `taker`, which have API keys, by name."""
    accounts = (
        Account(
            name="merchant",
            key=key_of("merchant"),
            user_id=700_000_001,
            user_no="s" + "1".zfill(32),
            user_type="merchant",
            nickname="SandboxMerchant",
            kyc_name="MARIA EJEMPLO",
            registered_ms=1_600_000_000_000,
            release_seconds=95,
            categories=("mass", "profession"),
            pay_methods=(_pay_method(40_100_200, "MARIA EJEMPLO", 1),),
            wallet=Wallet({"USDT": Decimal(10_000), "BTC": Decimal(1)}),
            stats=TradingStats(
                all_time=Totals(bought=580, sold=623, failed=15), last_month=Totals(bought=40, sold=48, failed=1)
            ),
        ),
        Account(
            name="taker",
            key=key_of("taker"),
            user_id=700_000_002,
            user_no="s" + "2".zfill(32),
            user_type="user",
            nickname="SandboxTaker",
            kyc_name="JUAN MUESTRA",
            registered_ms=1_650_000_000_000,
            release_seconds=240,
            categories=("mass", "profession"),
            pay_methods=(_pay_method(50_100_200, "JUAN MUESTRA", 2),),
            wallet=Wallet({"USDT": Decimal(5_000), "BTC": Decimal(1)}),
            stats=TradingStats(all_time=Totals(bought=12, sold=5, failed=1), last_month=Totals(bought=2, sold=1)),
        ),
    )
    return {account.name: account for account in accounts}


def other_merchant(number: int, nickname: str, kyc_name: str) -> Account:
    """A merchant without an API key, whose ads fill the market. `number` tells it from others and is at least 3."""
    completed = 100 * number
    return Account(
        name=nickname,
        key=None,
        user_id=_FIRST_USER_ID + number,
        user_no="s" + str(number).zfill(32),
        user_type="merchant",
        nickname=nickname,
        kyc_name=kyc_name,
        registered_ms=1_620_000_000_000,
        release_seconds=60 + 15 * number,
        categories=("mass", "profession"),
        pay_methods=(_pay_method(60_100_000 + number, kyc_name, number),),
        wallet=Wallet({"USDT": Decimal(50_000), "BTC": Decimal(5)}),
        stats=TradingStats(
            all_time=Totals(bought=completed, sold=completed, failed=number),
            last_month=Totals(bought=completed // 10, sold=completed // 10, failed=1),
        ),
    )


def _pay_method(pay_id: int, payee: str, number: int) -> PayMethod:
    return PayMethod(pay_id, SPEI, payee, BANK, str(number).zfill(18))


def key_of(name: str) -> Key:
    """The API key and secret of the account of this name: the same in every sandbox, and worth nothing elsewhere."""
    return Key(
        api_key=f"sandbox{name.capitalize()}Key".ljust(_KEY_LENGTH, "0"),
        api_secret=f"sandbox{name.capitalize()}Secret".ljust(_KEY_LENGTH, "0"),
    )
