"""State and rules of the exchange: accounts, wallets, ads, orders, chat."""

from binance_c2c.sandbox.exchange.accounts import Account, Key, PayMethod, seeded
from binance_c2c.sandbox.exchange.ad import Ad, AdStatus, is_open_to
from binance_c2c.sandbox.exchange.ad_terms import Way
from binance_c2c.sandbox.exchange.ads import AdBook, AdLabel
from binance_c2c.sandbox.exchange.chat import Kind, Message
from binance_c2c.sandbox.exchange.exchange import Exchange
from binance_c2c.sandbox.exchange.fund_password import PUBLIC_KEY
from binance_c2c.sandbox.exchange.markets import PAY_KINDS, Coin, Fiat, Market, PayKind, opposite, side
from binance_c2c.sandbox.exchange.order import ExtraKyc, Order, OrderStatus
from binance_c2c.sandbox.exchange.order_book import OrderBook, OrderLabel
from binance_c2c.sandbox.exchange.search_index import Label
from binance_c2c.sandbox.exchange.second_factor import RIGHT_CODE
from binance_c2c.sandbox.exchange.wallet import Balance

__all__ = [
    "PAY_KINDS",
    "PUBLIC_KEY",
    "RIGHT_CODE",
    "Account",
    "Ad",
    "AdBook",
    "AdLabel",
    "AdStatus",
    "Balance",
    "Coin",
    "Exchange",
    "ExtraKyc",
    "Fiat",
    "Key",
    "Kind",
    "Label",
    "Market",
    "Message",
    "Order",
    "OrderBook",
    "OrderLabel",
    "OrderStatus",
    "PayKind",
    "PayMethod",
    "Way",
    "is_open_to",
    "opposite",
    "seeded",
    "side",
]
