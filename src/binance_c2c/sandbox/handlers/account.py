"""What an account asks about itself: who it is, what its key may do, how it is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binance_c2c.sandbox.exchange import PAY_KINDS, PUBLIC_KEY
from binance_c2c.sandbox.gateway import found, page
from binance_c2c.sandbox.handlers.account_answers import key_permissions, pay_kind, pay_method, user
from binance_c2c.sandbox.handlers.registry import Counter

if TYPE_CHECKING:
    from binance_c2c.sandbox.exchange import Exchange
    from binance_c2c.sandbox.gateway import Json
    from binance_c2c.sandbox.handlers.registry import Ask

counter = Counter()


@counter.owner("users.me")
def _users_me(_: Exchange, ask: Ask) -> Json:
    return found(user(ask.account, ask.now_ms))


@counter.owner("keys.permissions")
def _keys_permissions(_: Exchange, ask: Ask) -> Json:
    return key_permissions(ask.account)


@counter.owner("keys.rsa_public_key")
def _keys_rsa_public_key(_: Exchange, _ask: Ask) -> Json:
    return found(PUBLIC_KEY)


@counter.owner("payment_methods.get")
def _payment_methods_get(exchange: Exchange, ask: Ask) -> Json:
    number = ask.query.whole("id")
    method = next((method for method in ask.account.pay_methods if method.id == number), None)
    if method is None:
        ask.query.refuse("id")
    return found(pay_method(ask.account, method, exchange.ads.paid_on(method)))


@counter.owner("payment_methods.list")
def _payment_methods_list(_: Exchange, _ask: Ask) -> Json:
    return page([pay_kind(kind) for kind in PAY_KINDS.values()], len(PAY_KINDS))


@counter.owner("payment_methods.mine")
def _payment_methods_mine(exchange: Exchange, ask: Ask) -> Json:
    methods = ask.account.pay_methods
    return found([pay_method(ask.account, method, exchange.ads.paid_on(method)) for method in methods])
