"""Turns an exchange into the models of a state file, and back. It refuses a state that no exchange could reach.

Only what cannot be derived is saved: no indexes, no deadlines, no keys.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict, deque
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from pydantic import BaseModel, ValidationError

from binance_c2c.sandbox.exchange import (
    ACCOUNT_NAME,
    COINS,
    FIATS,
    FIXED,
    FLOATING,
    MESSAGE_ID_BASE,
    Account,
    Ad,
    AdTerms,
    Appeal,
    Commission,
    Exchange,
    FinishedOrder,
    MerchantStatus,
    Message,
    Order,
    OrderStatus,
    PaymentOption,
    PayMethod,
    Picture,
    PricePath,
    Side,
    TakerConditions,
    Token,
    Totals,
    TradingStats,
    Upload,
    Wallet,
    key_of,
)
from binance_c2c.sandbox.storage.models import AdState, OrderState, State, TermsState
from binance_c2c_sapi.enums import ChatMessageType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from binance_c2c.sandbox.storage.models import AccountState, AppealState, ChatsState, MarketState, TotalsState

T = TypeVar("T")

# From an exchange to the models of a state file.


def save(exchange: Exchange) -> object:
    """The state of an exchange, as JSON has it: money is text, and an enumeration a number."""
    chats = exchange.chats
    return _plain(
        {
            "accounts": {name: _account(account) for name, account in exchange.accounts.items()},
            "fees": {asset: balance.free for asset, balance in exchange.fees.balances().items()},
            "markets": [
                {
                    "asset": one.coin.code,
                    "fiat": one.fiat.code,
                    "reference_price": one.reference_price,
                    "path": one.path and asdict(one.path),
                }
                for one in exchange.markets
            ],
            "ads": [_ad(ad) for ad in exchange.ads],
            "orders": [_order(order) for order in exchange.orders],
            "chats": {
                "count": chats.count,
                "uploads": [asdict(upload) for upload in chats.uploads.values()],
                "tokens_given": chats.tokens_given,
                "tokens": {text: asdict(token) for text, token in chats.tokens.items()},
                "messages": {
                    name: [asdict(message) for message in chats.of_account(account)]
                    for name, account in exchange.accounts.items()
                },
            },
        }
    )


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_plain(part) for part in cast("list[object]", value)]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, Decimal) else value


def _account(account: Account) -> dict[str, object]:
    return {
        "has_key": account.key is not None,
        **{name: getattr(account, name) for name in _PLAIN_ATTRIBUTES},
        "categories": list(account.categories),
        "pay_methods": [{**asdict(method), "kind": method.kind.identifier} for method in account.pay_methods],
        "balances": {asset: asdict(balance) for asset, balance in account.wallet.balances().items()},
        "all_time": _totals(account.stats.all_time),
        "last_month": _totals(account.stats.last_month),
        "recent": [asdict(order) for order in account.stats.recent],
        **asdict(account.status),
        "public_keys": account.public_keys,
    }


_PLAIN_ATTRIBUTES = (
    *("user_id", "user_no", "user_type", "nickname", "kyc_name", "registered_ms", "release_seconds"),
    *("kyc_passed", "wrong_passwords"),
)
"""Attributes of an account that are saved unchanged."""


def _totals(totals: Totals) -> dict[str, object]:
    volumes = [
        {"side": side, "asset": asset, "amount": amount} for (side, asset), amount in sorted(totals.volumes.items())
    ]
    counts = {"bought": totals.bought, "sold": totals.sold, "failed": totals.failed}
    return {**counts, "volumes": volumes, "partners": dict(sorted(totals.partners.items()))}


def _ad(ad: Ad) -> dict[str, object]:
    terms: dict[str, object] = {name: getattr(ad.terms, name) for name in TermsState.model_fields}
    terms["options"] = [
        {"kind": option.kind.identifier, "method": option.method and option.method.id} for option in ad.terms.options
    ]
    terms["conditions"] = asdict(ad.terms.conditions)
    own = {"maker": ad.maker.name, "asset": ad.market.coin.code, "fiat": ad.market.fiat.code, "terms": terms}
    return {name: own[name] if name in own else getattr(ad, name) for name in AdState.model_fields}


def _order(order: Order) -> dict[str, object]:
    appeal = order.appeal
    own: dict[str, object] = {
        "ad": order.ad.number,
        "taker": order.taker.name,
        "commission": asdict(order.commission),
        "pay_methods": [method.id for method in order.pay_methods],
        "chosen": order.chosen and order.chosen.id,
        "appeal": appeal and {"by": appeal.by.name, "reason": appeal.reason, "opened_ms": appeal.opened_ms},
    }
    return {name: own[name] if name in own else getattr(order, name) for name in OrderState.model_fields}


# From the models of a state file to an exchange.


def restore(content: object) -> Exchange:
    """An exchange in this state. Raises `ValueError` with the place of the first invalid value."""
    try:
        state = State.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        _refuse(f"state.{'.'.join(map(str, first['loc']))}: {first['msg']}")
    exchange = Exchange(_restored_accounts(state), Wallet(dict(state.fees)))
    _restore_markets(exchange, state.markets)
    _restore_pay_methods(exchange, state.accounts)
    for index, ad in enumerate(state.ads):
        _restore_ad(exchange, ad, f"state.ads.{index}")
    for index, order in enumerate(state.orders):
        _restore_order(exchange, order, f"state.orders.{index}")
    _check_locked(exchange)
    _restore_chats(exchange, state.chats)
    return exchange


def _restored_accounts(state: State) -> dict[str, Account]:
    own = [name for name, saved in state.accounts.items() if saved.has_key]
    _check({"merchant", "taker"} <= {*own}, "state.accounts: merchant, taker are expected")
    accounts = dict[str, Account]()
    for name, saved in state.accounts.items():
        where = f"state.accounts.{name}"
        _check(not saved.has_key or bool(ACCOUNT_NAME.fullmatch(name)), f"{where}: another name is expected")
        for asset in saved.balances:
            _look_up(COINS, asset, f"{where}.balances")
        wallet = Wallet({asset: one.free + one.locked for asset, one in saved.balances.items()})
        for asset, balance in saved.balances.items():
            wallet.lock(asset, balance.locked)
        accounts[name] = Account(
            name=name,
            key=key_of(name) if saved.has_key else None,
            **{attribute: getattr(saved, attribute) for attribute in _PLAIN_ATTRIBUTES},
            categories=tuple(saved.categories),
            pay_methods=(),
            wallet=wallet,
            stats=_restored_stats(saved, where),
            status=MerchantStatus(saved.is_open, saved.is_online, saved.break_ends_ms),
            public_keys=list(saved.public_keys),
        )
    for attribute in ("user_id", "user_no"):
        values = Counter(getattr(account, attribute) for account in accounts.values())
        _check(max(values.values()) == 1, f"state.accounts: a different {attribute} for each account is expected")
    return accounts


def _restore_pay_methods(exchange: Exchange, saved: Mapping[str, AccountState]) -> None:
    for name, account in exchange.accounts.items():
        account.pay_methods = tuple(
            PayMethod(**_fields(method, kind=exchange.markets.kind(method.kind))) for method in saved[name].pay_methods
        )


def _restored_stats(saved: AccountState, where: str) -> TradingStats:
    stats = TradingStats(
        all_time=_restored_totals(saved.all_time),
        last_month=_restored_totals(saved.last_month),
        recent=deque(FinishedOrder(**_fields(order)) for order in saved.recent),
    )
    rest = _restored_totals(saved.last_month)
    for order in stats.recent:
        rest.add(order, -1)
    counts: list[Decimal | int] = [rest.bought, rest.sold, rest.failed]
    counts += [*rest.volumes.values(), *rest.partners.values()]
    if min(counts) < 0:
        _refuse(f"{where}.last_month: at least the sum of the recent orders is expected")
    if any(one.ended_ms > other.ended_ms for one, other in zip(stats.recent, [*stats.recent][1:], strict=False)):
        _refuse(f"{where}.recent: orders sorted by their ends are expected")
    return stats


def _restored_totals(saved: TotalsState) -> Totals:
    volumes = dict[tuple[Side, str], Decimal]()
    for volume in saved.volumes:
        volumes[volume.side, volume.asset] = volume.amount
    return Totals(saved.bought, saved.sold, saved.failed, volumes, Counter(saved.partners))


def _restore_markets(exchange: Exchange, saved: list[MarketState]) -> None:
    first = [(market.coin.code, market.fiat.code) for market in exchange.markets]
    begins = [(one.asset, one.fiat) for one in saved[: len(first)]] == first
    _check(begins, f"state.markets: the first ones are expected to be {', '.join(map('/'.join, first))}")
    for index, one in enumerate(saved):
        where = f"state.markets.{index}"
        _look_up(COINS, one.asset, f"{where}.asset")
        _look_up(FIATS, one.fiat, f"{where}.fiat")
        market = exchange.markets.open(one.asset, one.fiat)
        market.reference_price = one.reference_price
        market.path = None if one.path is None else PricePath(**_fields(one.path))


def _restore_ad(exchange: Exchange, saved: AdState, where: str) -> None:
    _check(saved.number == exchange.ads.next_number, f"{where}.number: {exchange.ads.next_number} is expected")
    maker = _look_up(exchange.accounts, saved.maker, f"{where}.maker")
    _check(saved.classify in maker.categories, f"{where}.classify: one of {maker.categories} is expected")
    markets = {(market.coin.code, market.fiat.code): market for market in exchange.markets}
    market = _look_up(markets, (saved.asset, saved.fiat), f"{where}.asset")
    terms = _restored_terms(saved, maker, exchange, f"{where}.terms")
    _check(saved.surplus <= terms.init_amount, f"{where}.surplus: no more than init_amount is expected")
    exchange.ads.add(
        Ad(
            number=saved.number,
            maker=maker,
            side=saved.side,
            market=market,
            classify=saved.classify,
            terms=terms,
            surplus=saved.surplus,
            status=saved.status,
            created_ms=saved.created_ms,
            updated_ms=saved.updated_ms,
        )
    )


def _restored_terms(saved: AdState, maker: Account, exchange: Exchange, where: str) -> AdTerms:
    terms = saved.terms
    priced = {FIXED: terms.price, FLOATING: terms.ratio}[terms.price_type]
    _check(
        priced is not None and priced > 0,
        f"{where}.price_type: a positive price or ratio is expected, according to the type",
    )
    _check(terms.smallest <= terms.largest, f"{where}.smallest: no more than largest is expected")
    own = {method.id: method for method in maker.pay_methods}
    options: list[PaymentOption] = []
    for index, option in enumerate(terms.options):
        place = f"{where}.options.{index}"
        kind = _look_up(exchange.markets.kinds, option.kind, f"{place}.kind")
        fits = (option.method is None) == (saved.side == "BUY")
        _check(fits, f"{place}.method: a payment method is expected for an ad that sells, none for one that buys")
        method = None if option.method is None else _look_up(own, option.method, f"{place}.method")
        options.append(PaymentOption(kind, method))
    conditions = TakerConditions(**_fields(terms.conditions))
    restored = AdTerms(**_fields(terms, options=tuple(options), conditions=conditions))
    market = exchange.markets.get(saved.asset, saved.fiat)
    _check(restored.price_in(market) > 0, f"{where}.ratio: a ratio that gives a price above 0 is expected")
    return restored


def _restore_order(exchange: Exchange, saved: OrderState, where: str) -> None:
    _check(saved.number == exchange.orders.next_number, f"{where}.number: {exchange.orders.next_number} is expected")
    ad = _look_up({ad.number: ad for ad in exchange.ads}, saved.ad, f"{where}.ad")
    taker = _look_up(exchange.accounts, saved.taker, f"{where}.taker")
    _check(taker is not ad.maker, f"{where}.taker: another account than the ad's maker is expected")
    seller = ad.maker if ad.side == "SELL" else taker
    own = {method.id: method for method in seller.pay_methods}
    methods = [_look_up(own, method, f"{where}.pay_methods") for method in saved.pay_methods]
    chosen = None if saved.chosen is None else _look_up(own, saved.chosen, f"{where}.chosen")
    commission = saved.commission
    _check(max(commission.maker, commission.taker) < saved.amount, f"{where}.commission: less than amount is expected")
    _check_fits_status(saved, where)
    restored = {
        "ad": ad,
        "taker": taker,
        "commission": Commission(**_fields(commission)),
        "pay_methods": tuple(methods),
        "chosen": chosen,
        "appeal": _restored_appeal(saved.appeal, (ad.maker, taker), f"{where}.appeal"),
    }
    exchange.orders.add(Order(**_fields(saved, **restored)))


def _check_fits_status(saved: OrderState, where: str) -> None:
    """Refuse an order whose moments, payment and appeal do not fit its status."""
    status = saved.status
    needs_payment = status in {OrderStatus.PAID, OrderStatus.IN_APPEAL, OrderStatus.COMPLETED}
    _check(not needs_payment or saved.paid_ms is not None, f"{where}.paid_ms: a moment is expected")
    _check(not needs_payment or saved.chosen is not None, f"{where}.chosen: a payment method is expected")
    _check(
        status != OrderStatus.UNPAID or saved.paid_ms is None, f"{where}.paid_ms: no moment is expected before payment"
    )
    _check(
        status.is_over == (saved.ended_ms is not None),
        f"{where}.ended_ms: a moment is expected once the order is over, and only then",
    )
    is_appealed = saved.appeal is not None
    fits = is_appealed if status == OrderStatus.IN_APPEAL else status.is_over or not is_appealed
    _check(fits, f"{where}.appeal: an appeal is expected in an order in appeal, none in another open one")


def _restored_appeal(saved: AppealState | None, sides: tuple[Account, Account], where: str) -> Appeal | None:
    if saved is None:
        return None
    by = _look_up({account.name: account for account in sides}, saved.by, f"{where}.by")
    return Appeal(by, saved.reason, saved.opened_ms)


def _check_locked(exchange: Exchange) -> None:
    """Refuse balances whose locked coins differ from those that ads and orders lock."""
    locked = defaultdict[tuple[str, str], Decimal](Decimal)
    for ad in exchange.ads:
        if ad.locks_coins:
            locked[ad.maker.name, ad.market.coin.code] += ad.surplus
    for order in exchange.orders:
        if not order.status.is_over:
            locked[order.seller.name, order.ad.market.coin.code] += order.held
    for name, account in exchange.accounts.items():
        for asset in sorted({*account.wallet.balances(), *(one for owner, one in locked if owner == name)}):
            where = f"state.accounts.{name}.balances.{asset}.locked"
            _check(account.wallet[asset].locked == locked[name, asset], f"{where}: {locked[name, asset]} is expected")


def _restore_chats(exchange: Exchange, saved: ChatsState) -> None:
    chats = exchange.chats
    chats.count, chats.tokens_given = saved.count, saved.tokens_given
    for text, token in saved.tokens.items():
        _look_up(exchange.accounts, token.owner, f"state.chats.tokens.{text}.owner")
        chats.tokens[text] = Token(**_fields(token))
    for number, upload in enumerate(saved.uploads, 1):
        where = f"state.chats.uploads.{number - 1}"
        _check(upload.number == number, f"{where}.number: {number} is expected")
        _look_up(exchange.accounts, upload.owner, f"{where}.owner")
        fits = bool(upload.content) == (upload.uploaded_ms is not None)
        _check(fits, f"{where}.uploaded_ms: a moment is expected exactly where there is content")
        chats.uploads[number] = Upload(**_fields(upload))
    orders = {order.number: order for order in exchange.orders}
    for name, messages in saved.messages.items():
        reader = _look_up(exchange.accounts, name, "state.chats.messages")
        for index, message in enumerate(messages):
            where = f"state.chats.messages.{name}.{index}"
            order = _look_up(orders, message.order_number, f"{where}.order_number")
            _check(reader in {order.maker, order.taker}, f"{where}.order_number: one of {name}'s orders is expected")
            _check(
                message.id <= MESSAGE_ID_BASE + saved.count, f"{where}.id: at most the count of messages is expected"
            )
            picture = None if message.picture is None else Picture(**_fields(message.picture))
            if picture is not None:
                _look_up(chats.uploads, picture.number, f"{where}.picture.number")
            chats.keep(reader, Message(**_fields(message, kind=ChatMessageType(message.kind), picture=picture)))


def _fields(model: BaseModel, **others: Any) -> dict[str, Any]:
    """The fields of a model by name, some of them replaced."""
    return {**{name: getattr(model, name) for name in type(model).model_fields}, **others}


def _look_up(values: Mapping[Any, T], key: object, where: str) -> T:
    if key not in values:
        _refuse(f"{where}: there is no {key!r}")
    return values[key]


def _check(holds: bool, why: str) -> None:  # noqa: FBT001 - what it checks
    if not holds:
        _refuse(why)


def _refuse(why: str) -> NoReturn:
    raise ValueError(why)
