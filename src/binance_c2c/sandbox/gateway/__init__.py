"""From bytes to an authenticated, validated request: routes, keys, signatures, rate limits, bodies."""

from binance_c2c.sandbox.gateway.authentication import (
    DEFAULT_RECV_WINDOW_MS,
    LARGEST_AHEAD_MS,
    LARGEST_RECV_WINDOW_MS,
    Authentication,
)
from binance_c2c.sandbox.gateway.fund_password import decrypt_fund_password, fund_password_key
from binance_c2c.sandbox.gateway.keys import Keyring, PublicKey, signature_bytes
from binance_c2c.sandbox.gateway.messages import Answer, Json, Query, Request, decimals, json_answer, refusal_body
from binance_c2c.sandbox.gateway.rate_limiter import UNLIMITED, Limits, RateLimiter, TooManyError
from binance_c2c.sandbox.gateway.routes import Routes
from binance_c2c.sandbox.gateway.validation import Validator, require_extra

__all__ = [
    "DEFAULT_RECV_WINDOW_MS",
    "LARGEST_AHEAD_MS",
    "LARGEST_RECV_WINDOW_MS",
    "UNLIMITED",
    "Answer",
    "Authentication",
    "Json",
    "Keyring",
    "Limits",
    "PublicKey",
    "Query",
    "RateLimiter",
    "Request",
    "Routes",
    "TooManyError",
    "Validator",
    "decimals",
    "decrypt_fund_password",
    "fund_password_key",
    "json_answer",
    "refusal_body",
    "require_extra",
    "signature_bytes",
]
