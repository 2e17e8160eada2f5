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
from binance_c2c.sandbox.exchange.chat import (
    FIRST_MESSAGE_ID,
    MOST_PICTURE_BYTES,
    PICTURE_DELAY_MS,
    TOKEN_LIFE_MS,
    Chats,
    Kind,
    Message,
    Picture,
    Token,
    Upload,
)
from binance_c2c.sandbox.exchange.conditions import TakerConditions
from binance_c2c.sandbox.exchange.exchange import Exchange, other_merchants
from binance_c2c.sandbox.exchange.markets import PAY_KINDS, Coin, Fiat, Market, PayKind, Side, opposite
from binance_c2c.sandbox.exchange.order import Appeal, Commission, ExtraKyc, Order, OrderStatus
from binance_c2c.sandbox.exchange.orders import OrderKey, Orders, PlaceOrder
from binance_c2c.sandbox.exchange.second_factor import RIGHT_CODE, SecondFactor
from binance_c2c.sandbox.exchange.trading_stats import FinishedOrder, Totals, TradingStats

__all__ = [
    "FIRST_MESSAGE_ID",
    "FIXED",
    "FLOATING",
    "MOST_PICTURE_BYTES",
    "PAY_KINDS",
    "PICTURE_DELAY_MS",
    "RIGHT_CODE",
    "TOKEN_LIFE_MS",
    "Account",
    "Ad",
    "AdStatus",
    "AdTerms",
    "Ads",
    "Appeal",
    "Balance",
    "Chats",
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
    "Token",
    "Totals",
    "TradingStats",
    "Upload",
    "Wallet",
    "opposite",
    "other_merchants",
    "own_accounts",
    "payment_option",
]
