"""From bytes to a request of known origin, authenticated and validated, and to its answer as faults change it."""

from binance_c2c.sandbox.gateway.authentication import (
    DEFAULT_RECV_WINDOW_MS,
    LARGEST_AHEAD_MS,
    LARGEST_RECV_WINDOW_MS,
    Authentication,
)
from binance_c2c.sandbox.gateway.effects import alter, delay, overlap_pages, repeats_rows, replacement, skew_ms
from binance_c2c.sandbox.gateway.fund_password import decrypt_fund_password, fund_password_key
from binance_c2c.sandbox.gateway.keys import Keyring, PublicKey, signature_bytes
from binance_c2c.sandbox.gateway.messages import (
    HOST_PLACEHOLDER,
    Addresses,
    Answer,
    Json,
    Query,
    Request,
    Routes,
    decimals,
    json_answer,
    refusal_body,
)
from binance_c2c.sandbox.gateway.origin import ANY_ADDRESS, LOOPBACK_NAMES, host_of, why_cross_site
from binance_c2c.sandbox.gateway.pictures import (
    LARGEST_PICTURE,
    ImageHead,
    answer_picture,
    draw_receipt,
    image_head,
    is_picture,
    picture_number,
    picture_url,
    upload_url,
)
from binance_c2c.sandbox.gateway.rate_limiter import UNLIMITED, Limits, RateLimiter, TooManyError
from binance_c2c.sandbox.gateway.validation import Validator, require_extra

__all__ = [
    "ANY_ADDRESS",
    "DEFAULT_RECV_WINDOW_MS",
    "HOST_PLACEHOLDER",
    "LARGEST_AHEAD_MS",
    "LARGEST_PICTURE",
    "LARGEST_RECV_WINDOW_MS",
    "LOOPBACK_NAMES",
    "UNLIMITED",
    "Addresses",
    "Answer",
    "Authentication",
    "ImageHead",
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
    "alter",
    "answer_picture",
    "decimals",
    "decrypt_fund_password",
    "delay",
    "draw_receipt",
    "fund_password_key",
    "host_of",
    "image_head",
    "is_picture",
    "json_answer",
    "overlap_pages",
    "picture_number",
    "picture_url",
    "refusal_body",
    "repeats_rows",
    "replacement",
    "require_extra",
    "signature_bytes",
    "skew_ms",
    "upload_url",
    "why_cross_site",
]
