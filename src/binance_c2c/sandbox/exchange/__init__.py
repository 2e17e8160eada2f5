"""State and rules of the exchange: accounts, wallets, ads, orders, chat. Knows no HTTP and no names of the wire."""

from binance_c2c.sandbox.exchange.accounts import Account, Balance, Key, PayMethod, own_accounts
from binance_c2c.sandbox.exchange.ad import (
    FIXED,
    FLOATING,
    Ad,
    AdStatus,
    AdTerms,
    OpenAdKey,
    PaymentOption,
    payment_option,
)
from binance_c2c.sandbox.exchange.ads import Ads, OwnAdKey
from binance_c2c.sandbox.exchange.chat import Kind, Message
from binance_c2c.sandbox.exchange.conditions import TakerConditions
from binance_c2c.sandbox.exchange.exchange import Exchange
from binance_c2c.sandbox.exchange.markets import PAY_KINDS, Coin, Fiat, Market, PayKind, Side, opposite
from binance_c2c.sandbox.exchange.order import ExtraKyc, Order, OrderStatus
from binance_c2c.sandbox.exchange.orders import OrderKey, Orders, PlaceOrder
from binance_c2c.sandbox.exchange.second_factor import RIGHT_CODE, SecondFactor

__all__ = [
    "FIXED",
    "FLOATING",
    "PAY_KINDS",
    "RIGHT_CODE",
    "Account",
    "Ad",
    "AdStatus",
    "AdTerms",
    "Ads",
    "Balance",
    "Coin",
    "Exchange",
    "ExtraKyc",
    "Fiat",
    "Key",
    "Kind",
    "Market",
    "Message",
    "OpenAdKey",
    "Order",
    "OrderKey",
    "OrderStatus",
    "Orders",
    "OwnAdKey",
    "PayKind",
    "PayMethod",
    "PaymentOption",
    "PlaceOrder",
    "SecondFactor",
    "Side",
    "TakerConditions",
    "opposite",
    "own_accounts",
    "payment_option",
]
