"""Strict models of a state file. They check types and ranges; `state` checks the rest."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from binance_c2c.sandbox.exchange import MESSAGE_ID_BASE, AdStatus, ExtraKyc, OrderStatus, Side
from binance_c2c.sandbox.storage.files import LAST_MS
from binance_c2c_strict.models import ChatMessageType  # noqa: TC001 - pydantic reads it

# Wider than any number that a request can bring in.
_LARGEST = Decimal("1e30")
_SMALLEST = Decimal("1e-40")
_LONGEST_NUMBER = 60
_MOST = 10**15


def _text(value: object) -> str:
    # Not pydantic's `str`: a lone surrogate, which JSON can carry, is text here.
    if not isinstance(value, str):
        message = "a text is expected"
        raise ValueError(message)  # noqa: TRY004 - pydantic's contract
    return value


def _decimal(value: object) -> Decimal:
    try:
        number = Decimal(_text(value)) if len(_text(value)) <= _LONGEST_NUMBER else Decimal("NaN")
    except ArithmeticError:
        number = Decimal("NaN")
    if not (number.is_finite() and (number == 0 or _SMALLEST <= abs(number) <= _LARGEST)):
        message = "a decimal number as text is expected"
        raise ValueError(message)
    return number


def _positive(value: object) -> Decimal:
    number = _decimal(value)
    if number <= 0:
        message = "a number above 0 is expected"
        raise ValueError(message)
    return number


def _not_negative(value: object) -> Decimal:
    number = _decimal(value)
    if number < 0:
        message = "a number of at least 0 is expected"
        raise ValueError(message)
    return number


def _decoded(value: object) -> bytes:
    try:
        return base64.b64decode(_text(value).encode("ascii", "replace"), validate=True)
    except binascii.Error:
        message = "base64 is expected"
        raise ValueError(message) from None


Text = Annotated[str, PlainValidator(_text)]
Number = Annotated[Decimal, PlainValidator(_decimal)]
Positive = Annotated[Decimal, PlainValidator(_positive)]
NotNegative = Annotated[Decimal, PlainValidator(_not_negative)]
Moment = Annotated[int, Field(ge=0, le=LAST_MS)]
Count = Annotated[int, Field(ge=0, le=_MOST)]


def _member(of: type[Any]) -> BeforeValidator:
    """Reads a whole number as a member of an enumeration."""

    def read(value: object) -> object:
        return of(value) if type(value) is int else value

    return BeforeValidator(read)


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class FinishedOrderState(_Model):
    """An order that counts for the statistics of the last 30 days."""

    ended_ms: Moment
    side: Side
    asset: Text
    amount: Positive
    partner: Text
    completed: bool


class VolumeState(_Model):
    """Coins that an account has traded."""

    side: Side
    asset: Text
    amount: NotNegative


class TotalsState(_Model):
    """Sums over finished orders."""

    bought: Count
    sold: Count
    failed: Count
    volumes: list[VolumeState]
    partners: dict[Text, Count]


class BalanceState(_Model):
    """Coins of one kind."""

    free: NotNegative
    locked: NotNegative


class PayMethodState(_Model):
    """A payment method of an account; `kind` is the identifier of its kind."""

    id: Count
    kind: Text
    payee: Text
    bank: Text
    account_number: Text
    active: bool


class AccountState(_Model):
    """One account. Its API key, if it has one, is derived from its name."""

    has_key: bool
    user_id: Count
    user_no: Text
    user_type: Literal["merchant", "user"]
    nickname: Text
    kyc_name: Text
    registered_ms: Moment
    release_seconds: Count
    categories: list[Text]
    pay_methods: list[PayMethodState]
    balances: dict[Text, BalanceState]
    all_time: TotalsState
    last_month: TotalsState
    recent: list[FinishedOrderState]
    is_open: bool
    is_online: bool
    break_ends_ms: Moment | None
    kyc_passed: bool
    wrong_passwords: Count
    public_keys: list[Text]


class PathState(_Model):
    """How a reference price moves by itself."""

    base: Positive
    seed: Text


class MarketState(_Model):
    """The reference price of one market."""

    asset: Text
    fiat: Text
    reference_price: Positive
    path: PathState | None


class ConditionsState(_Model):
    """Which takers an ad is open to."""

    kyc: Literal[0, 1] | None
    days: int | None
    btc: Number | None
    count_time: int | None
    all_min: int | None
    all_max: int | None
    buy_min: int | None
    buy_max: int | None
    sell_min: int | None
    sell_max: int | None
    completed_min: int | None
    rate_time: int | None
    rate_min: Number | None
    volume_time: int | None
    volume_side: int | None
    volume_asset: Text | None
    volume_min: Number | None
    volume_max: Number | None


class OptionState(_Model):
    """A payment method that an ad accepts; `method` is the id of one of its maker's."""

    kind: Text
    method: int | None


class TermsState(_Model):
    """The terms of an ad."""

    price_type: Literal[1, 2]
    init_amount: Positive
    smallest: Positive
    largest: Positive
    options: Annotated[list[OptionState], Field(min_length=1)]
    price: Number | None
    ratio: Number | None
    pay_minutes: Annotated[int, Field(ge=1, le=24 * 60)]
    conditions: ConditionsState
    extra_kyc: Literal[0, 1] | None
    remarks: Text | None
    auto_reply: Text | None
    rate_ratio: Number | None


class AdState(_Model):
    """One ad."""

    number: Text
    maker: Text
    side: Side
    asset: Text
    fiat: Text
    classify: Text
    terms: TermsState
    surplus: NotNegative
    status: Annotated[AdStatus, _member(AdStatus)]
    created_ms: Moment
    updated_ms: Moment


class AppealState(_Model):
    """An appeal about an order."""

    by: Text
    reason: Text
    opened_ms: Moment


class CommissionState(_Model):
    """The commission on an order."""

    maker_rate: NotNegative
    taker_rate: NotNegative
    maker: NotNegative
    taker: NotNegative


class OrderState(_Model):
    """One order. `pay_methods` and `chosen` are ids of the seller's."""

    number: Text
    ad: Text
    taker: Text
    amount: Positive
    price: Positive
    total: Positive
    commission: CommissionState
    placed_ms: Moment
    pay_minutes: Annotated[int, Field(ge=1, le=24 * 60)]
    pay_methods: Annotated[list[int], Field(min_length=1)]
    chosen: int | None
    remark: Text | None
    extra_kyc: Annotated[ExtraKyc, _member(ExtraKyc)]
    status: Annotated[OrderStatus, _member(OrderStatus)]
    paid_ms: Moment | None
    ended_ms: Moment | None
    cancel_text: Text | None
    appeal: AppealState | None


class PictureState(_Model):
    """A picture in a message, by the number of its upload."""

    number: Count
    kind: Text
    width: Count
    height: Count


class MessageState(_Model):
    """One account's copy of a chat message."""

    id: Annotated[int, Field(gt=MESSAGE_ID_BASE, le=MESSAGE_ID_BASE + _MOST)]
    order_number: Text
    kind: Annotated[ChatMessageType, Field(strict=False)]
    sender: Text | None
    is_own: bool
    content: Text
    picture: PictureState | None
    uuid: Text
    sent_ms: Moment
    is_read: bool


class UploadState(_Model):
    """A picture that was announced; its content in base64, empty until it was uploaded."""

    number: Count
    owner: Text
    kind: Literal["jpg", "jpeg", "png"]
    announced_ms: Moment
    content: Annotated[bytes, PlainValidator(_decoded)]
    uploaded_ms: Moment | None


class TokenState(_Model):
    """A token that opens a connection."""

    owner: Text
    expires_ms: Moment


class ChatsState(_Model):
    """All chats: counters, pictures, tokens and messages by account."""

    count: Count
    uploads: list[UploadState]
    tokens_given: Count
    tokens: dict[Text, TokenState]
    messages: dict[Text, list[MessageState]]


class State(_Model):
    """The whole state of an exchange."""

    accounts: dict[Text, AccountState]
    fees: dict[Text, NotNegative]
    markets: list[MarketState]
    ads: list[AdState]
    orders: list[OrderState]
    chats: ChatsState
