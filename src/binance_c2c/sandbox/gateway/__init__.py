"""From bytes to an authenticated, validated request: routes, keys, signatures, rate limits."""

from binance_c2c.sandbox.gateway.authentication import (
    DEFAULT_RECV_WINDOW_MS,
    LARGEST_AHEAD_MS,
    LARGEST_RECV_WINDOW_MS,
    Gateway,
)
from binance_c2c.sandbox.gateway.keys import Keyring
from binance_c2c.sandbox.gateway.messages import (
    Answer,
    Json,
    answer,
    complaint,
    decimals,
    done,
    found,
    page,
    refusal,
    ticket_sizes,
    to_everybody,
)
from binance_c2c.sandbox.gateway.public_key import PublicKey, signature_bytes
from binance_c2c.sandbox.gateway.rate_limiter import UNLIMITED, Limits, Meter, TooManyError
from binance_c2c.sandbox.gateway.routes import Routes
from binance_c2c.sandbox.gateway.validation import Bodies

__all__ = [
    "DEFAULT_RECV_WINDOW_MS",
    "LARGEST_AHEAD_MS",
    "LARGEST_RECV_WINDOW_MS",
    "UNLIMITED",
    "Answer",
    "Bodies",
    "Gateway",
    "Json",
    "Keyring",
    "Limits",
    "Meter",
    "PublicKey",
    "Routes",
    "TooManyError",
    "answer",
    "complaint",
    "decimals",
    "done",
    "found",
    "page",
    "refusal",
    "signature_bytes",
    "ticket_sizes",
    "to_everybody",
]
