"""All refusals of the sandbox: code, message, HTTP status, and the evidence for the code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """The evidence that the exchange refuses for this reason with this code."""

    OFFICIAL = "official"
    """Binance's public documents."""
    CLIENTS = "clients"
    """Reports of people and programs that received it."""
    SANDBOX = "sandbox"
    """None: no source names the real code. These codes are six digits that begin with 99, and the message says so."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason to refuse. An integer code is sent in the gateway's form, a string in the C2C service's."""

    code: int | str
    text: str
    """The message, with `{}` for each detail."""
    origin: Origin
    status: int = 400
    wrapped: bool = False
    """Whether it is sent inside the gateway's code -9000, with its own code in the message."""
    empty: bool = False
    """Whether it is sent with an empty body, without code and message."""


class RefusedError(Exception):
    """The exchange refuses a request."""

    def __init__(self, refusal: Refusal, *details: object) -> None:
        super().__init__(refusal.text.format(*details))
        self.refusal = refusal


class FieldRefusedError(RefusedError):
    """The exchange refuses a request because of one of its fields."""

    def __init__(self, refusal: Refusal, name: str) -> None:
        super().__init__(refusal, name)
        self.name = name

    def renamed(self, name: str) -> FieldRefusedError:
        """This refusal with the name that the field has on the wire."""
        return FieldRefusedError(self.refusal, name)


class MissingValueError(FieldRefusedError):
    """A field is missing."""

    def __init__(self, name: str) -> None:
        super().__init__(PARAMETER_MISSING, name)


class InvalidValueError(FieldRefusedError):
    """A field has an invalid value."""

    def __init__(self, name: str, refusal: Refusal | None = None) -> None:
        super().__init__(refusal or ILLEGAL_PARAMETER, name)


def _gateway(code: int, text: str, status: int = 400, origin: Origin = Origin.OFFICIAL) -> Refusal:
    return Refusal(code, text, origin, status)


def _wrapped(code: str, text: str) -> Refusal:
    return Refusal(code, text, Origin.CLIENTS, wrapped=True)


# The C2C service refuses with status 200 or 400. Here it is 200, which clients are more likely to get wrong.
def _service(code: str, text: str) -> Refusal:
    return Refusal(code, text, Origin.CLIENTS, status=200)


def _invented(code: str, text: str) -> Refusal:
    return Refusal(code, f"{text} [code of the sandbox: the exchange's own is not known]", Origin.SANDBOX, status=200)


BODY_IS_A_FORM = _gateway(-1000, "An unknown error occurred while processing the request.", origin=Origin.CLIENTS)
NOT_YOURS = _gateway(-1002, "Permission denied", status=403)
TOO_MANY_REQUESTS = _gateway(-1003, "Too much request weight used; the limit within a minute is {}.", status=429)
BANNED = _gateway(-1003, "Way too much request weight used; IP banned until {}.", status=418)
OUTCOME_UNKNOWN = _gateway(
    -1007, "Timeout waiting for the backend. Send status unknown; execution status unknown.", status=504
)
OVERLOADED = _gateway(-1008, "Server is currently overloaded with other requests. Please try again later.", status=503)
CLASSIFY_NOT_YOURS = _gateway(-1002, "Permission denied: this account may not publish as {}", status=403)
NO_SUCH_METHOD = _gateway(-1000, "Request method '{}' is not supported", status=404, origin=Origin.CLIENTS)
CLOCK_AHEAD = _gateway(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
CLOCK_BEHIND = _gateway(-1021, "Timestamp for this request is outside of the recvWindow.")
SIGNATURE_WRONG = _gateway(-1022, "Signature for this request is not valid.")
NO_SUCH_PATH = _gateway(-1099, "Not found, authenticated, or authorized.", status=404)
NOTHING_THERE = Refusal(-1099, "There is no such operation.", Origin.CLIENTS, status=200, empty=True)
ILLEGAL_CHARACTERS = _gateway(-1100, "Illegal characters found in parameter '{}'; legal range is '{}'.")
DUPLICATE_PARAMETER = _gateway(-1101, "Duplicate values for parameter '{}' detected.")
PARAMETER_MISSING = _gateway(-1102, "Mandatory parameter '{}' was not sent, was empty/null, or malformed.")
WINDOW_TOO_LONG = _gateway(-1127, "More than {} days between {} and {}.")
PARAMETER_INVALID = _gateway(-1130, "Data sent for parameter '{}' is not valid.")
# The exchange's text says "less than", although 60000 itself is accepted.
RECV_WINDOW_TOO_LONG = _gateway(-1131, "recvWindow must be less than 60000")
KEY_UNKNOWN = _gateway(-2008, "Invalid Api-Key ID.")
KEY_MALFORMED = _gateway(-2014, "API-key format invalid.")
ILLEGAL_PARAMETER = _gateway(-31002, "illegal parameter: {}", origin=Origin.CLIENTS)

CONDITIONS_IMPOSSIBLE = _wrapped("187030", "no counterparty can meet these conditions")
STOCK_MISMATCH = _wrapped("187031", "initAmount is less than the quantity already traded or in orders")
QUANTITY_TOO_SMALL = _wrapped("187040", "the quantity is worth less than minSingleTransAmount")
HOLDINGS_TOO_SMALL = _wrapped("187049", "the quantity is more than your available balance")

PRICE_OUT_OF_BAND = _service(
    "187055", "the price is outside of its limited range, {} to {} percent of the reference price"
)
ILLEGAL_ON_WEBSITE = Refusal("000002", "illegal parameter: {}", Origin.CLIENTS)
AD_NOT_ONLINE = _service("187022", "wrong advNo, or the ad is not online")
MERCHANT_RESTING = _service("83229", "the merchant is resting, the ads are paused")
REST_NOT_ENDED = _service("83230", "the rest mode has not ended")
FIAT_ASSET_ILLEGAL = _service("FIAT_ASSET_ILLEGAL", "{} cannot be traded for {} here")
LIMITS_CROSSED = _service("ILLEGAL_PARAMETERS", "minSingleTransAmount is more than maxSingleTransAmount")
FACTOR_CODE_WRONG = _service("100001003", "verification failed")
FACTOR_CODE_USED = _service("200001035", "this code was used already: wait for a new one")
PASSWORD_WRONG = _service("83895", "the fund password is wrong")
PASSWORD_LOCKED = _service("83896", "the fund password was wrong too often and is locked")

TOKEN_REFUSED = Refusal(
    "990301",
    "the token is not valid: it was used, has expired, or belongs to another account [code of the sandbox]",
    Origin.SANDBOX,
    status=401,
)

ORDER_UNKNOWN = _invented("990101", "there is no order with this number, or it is not yours")
ORDER_STATUS_WRONG = _invented("990102", "the order is {}, but has to be {}")
BUYER_ONLY = _invented("990103", "only the buyer may do this")
SELLER_ONLY = _invented("990104", "only the seller may do this")
FACTOR_CODE_MISSING = _invented("990105", "a second factor is needed: send its code in a field that fits authType")
PASSWORD_LIMIT = _invented("990106", "an order of more than {} US dollars is not released with the fund password")
MAKER_ONLY = _invented("990107", "only the maker of the ad may do this")
KYC_NOT_ASKED = _invented("990108", "the order asks for no additional verification")
KYC_MISSING = _invented("990109", "the maker has not stated yet that the taker was verified")
APPELLANT_ONLY = _invented("990110", "only the user who appealed may withdraw the appeal")
OWN_AD = _invented("990201", "you cannot take your own ad")
AD_DIFFERS = _invented("990202", "{} does not fit the ad")
PRICE_MOVED = _invented("990203", "matchPrice is not the ad's current price")
OUTSIDE_LIMITS = _invented("990204", "the total is outside the ad's limits, {} to {}")
MORE_THAN_LEFT = _invented("990205", "the ad has only {} left")
BALANCE_TOO_SMALL = _invented("990206", "your available balance is too small")
PAYMENT_METHOD_UNFIT = _invented("990207", "payId is not an active payment method that fits the ad")
CONDITIONS_NOT_MET = _invented("990208", "you do not meet the ad's conditions for counterparties")
