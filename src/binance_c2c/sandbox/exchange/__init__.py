"""State and rules of the exchange: accounts, wallets, ads, orders, chat. Knows no HTTP and no names of the wire."""

from binance_c2c.sandbox.exchange.accounts import Account, Balance, Key, MerchantStatus, PayMethod, Wallet, own_accounts
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
from binance_c2c.sandbox.exchange.chat import Kind, Message, Picture
from binance_c2c.sandbox.exchange.conditions import TakerConditions
from binance_c2c.sandbox.exchange.exchange import Exchange, other_merchants
from binance_c2c.sandbox.exchange.markets import PAY_KINDS, Coin, Fiat, Market, PayKind, Side, opposite
from binance_c2c.sandbox.exchange.order import Appeal, Commission, ExtraKyc, Order, OrderStatus
from binance_c2c.sandbox.exchange.orders import OrderKey, Orders, PlaceOrder
from binance_c2c.sandbox.exchange.second_factor import RIGHT_CODE, SecondFactor
from binance_c2c.sandbox.exchange.trading_stats import FinishedOrder, Totals, TradingStats

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
    "Appeal",
    "Balance",
    "Coin",
    "Commission",
    "Exchange",
    "ExtraKyc",
    "Fiat",
    "FinishedOrder",
    "Key",
    "Kind",
    "Market",
    "MerchantStatus",
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
    "Picture",
    "PlaceOrder",
    "SecondFactor",
    "Side",
    "TakerConditions",
    "Totals",
    "TradingStats",
    "Wallet",
    "opposite",
    "other_merchants",
    "own_accounts",
    "payment_option",
]
