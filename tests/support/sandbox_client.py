"""A client of the sandbox written by hand from the vendor's documents: two traders, their clock, ads and orders."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from binance_c2c.sandbox import Answer, Sandbox
from binance_c2c_strict import models

START = 1_710_460_800.0


START_MS = 1_710_460_800_000


DAY = 86_400


# Typed from the vendor's document, with the type of the answer's data: a model, a list of models, a type, or none.
OPERATIONS_BY_HAND: dict[str, tuple[str, str, Any]] = {
    "ads.categories": ("GET", "/sapi/v1/c2c/ads/getAvailableAdsCategory", models.AdCategories),
    "ads.get": ("POST", "/sapi/v1/c2c/ads/getDetailByNo", models.Ad),
    "ads.list": ("POST", "/sapi/v1/c2c/ads/listWithPagination", [models.Ad]),
    "ads.post": ("POST", "/sapi/v1/c2c/ads/post", str),
    "ads.reference_prices": ("POST", "/sapi/v1/c2c/ads/getReferencePrice", [models.ReferencePrice]),
    "ads.search": ("POST", "/sapi/v1/c2c/ads/search", [models.AdSearchRow]),
    "ads.update": ("POST", "/sapi/v1/c2c/ads/update", bool),
    "ads.update_status": ("POST", "/sapi/v1/c2c/ads/updateStatus", models.AdStatusResult),
    "chat.credential": ("GET", "/sapi/v1/c2c/chat/retrieveChatCredential", models.ChatCredential),
    "chat.image_upload_url": ("POST", "/sapi/v1/c2c/chat/image/pre-signed-url", models.ImageUpload),
    "chat.mark_order_read": ("POST", "/sapi/v1/c2c/chat/markOrderMessagesAsRead", None),
    "chat.mark_user_read": ("POST", "/sapi/v1/c2c/chat/markUserMessagesAsRead", None),
    "chat.messages": ("GET", "/sapi/v1/c2c/chat/retrieveChatMessagesWithPagination", [models.ChatMessage]),
    "chat.risk_tips": ("POST", "/sapi/v1/c2c/chat/getRiskWarningTips", models.RiskTips),
    "commission_rates.overview": ("POST", "/sapi/v1/c2c/commission-rate/overview", models.CommissionOverview),
    "commission_rates.taker": ("POST", "/sapi/v1/c2c/commission-rate/taker", [models.TakerCommission]),
    "currencies.digital": ("POST", "/sapi/v1/c2c/digitalCurrency/list", [models.DigitalCurrency]),
    "currencies.fiat": ("POST", "/sapi/v1/c2c/fiatCurrency/list", [models.FiatCurrency]),
    "keys.permissions": ("GET", "/sapi/v1/account/apiRestrictions", models.KeyPermissions),
    "keys.rsa_public_key": ("GET", "/sapi/v1/c2c/cryptography/rsa-public-key", str),
    "market.ad": ("GET", "/bapi/c2c/v2/public/c2c/adv/detail-with-advertiser", models.MarketRow),
    "market.search": ("POST", "/bapi/c2c/v2/friendly/c2c/adv/search", [models.MarketRow]),
    "merchant.close_business": ("POST", "/sapi/v1/c2c/merchant/closeBusiness", bool),
    "merchant.end_rest": ("POST", "/sapi/v1/c2c/merchant/endRest", bool),
    "merchant.go_offline": ("POST", "/sapi/v1/c2c/merchant/getOffline", None),
    "merchant.go_online": ("POST", "/sapi/v1/c2c/merchant/getOnline", None),
    "merchant.profile": ("GET", "/sapi/v1/c2c/merchant/getAdDetails", models.MerchantProfile),
    "merchant.start_business": ("POST", "/sapi/v1/c2c/merchant/startBusiness", bool),
    "merchant.start_rest": ("POST", "/sapi/v1/c2c/merchant/startRest", models.RestPeriod),
    "orders.can_cancel": ("POST", "/sapi/v1/c2c/orderMatch/checkIfAllowedCancelOrder", bool),
    "orders.can_place": ("POST", "/sapi/v1/c2c/orderMatch/checkIfCanPlaceOrder", bool),
    "orders.cancel": ("POST", "/sapi/v1/c2c/orderMatch/cancelOrder", None),
    "orders.can_release": ("POST", "/sapi/v1/c2c/orderMatch/checkIfCanReleaseCoin", bool),
    "orders.counterparty_stats": (
        "POST",
        "/sapi/v1/c2c/orderMatch/queryCounterPartyOrderStatistic",
        models.CounterpartyStats,
    ),
    "orders.get": ("POST", "/sapi/v1/c2c/orderMatch/getUserOrderDetail", models.OrderDetail),
    "orders.history": ("GET", "/sapi/v1/c2c/orderMatch/listUserOrderHistory", [models.OrderHistoryRow]),
    "orders.list": ("POST", "/sapi/v1/c2c/orderMatch/listOrders", [models.OrderRow]),
    "orders.mark_paid": ("POST", "/sapi/v1/c2c/orderMatch/markOrderAsPaid", models.PaidOrder),
    "orders.place": ("POST", "/sapi/v1/c2c/orderMatch/placeOrder", models.PlacedOrder),
    "orders.release": ("POST", "/sapi/v1/c2c/orderMatch/releaseCoin", None),
    "payment_methods.get": ("GET", "/sapi/v1/c2c/paymentMethod/getPayMethodById", models.PaymentMethod),
    "payment_methods.list": ("POST", "/sapi/v1/c2c/paymentMethod/listAll", [models.TradeMethod]),
    "orders.summary": ("GET", "/sapi/v1/c2c/orderMatch/getUserOrderSummary", models.OrderSummary),
    "orders.verify_kyc": ("POST", "/sapi/v1/c2c/orderMatch/verifiedAdditionalKyc", models.KycVerification),
    "payment_methods.mine": ("GET", "/sapi/v1/c2c/paymentMethod/getPayMethodByUserId", [models.PaymentMethod]),
    "system.ping": ("GET", "/api/v3/ping", models.Pong),
    "system.time": ("GET", "/api/v3/time", models.ServerTime),
    "users.me": ("POST", "/sapi/v1/c2c/user/baseDetail", models.User),
}


PAGED = {"ads.list", "ads.search", "chat.messages", "market.search", "orders.history", "orders.list"}


# `payment_methods.list` has a total too, although it is not paged.
WITH_TOTAL = {*PAGED, "payment_methods.list"}


SELL_AD = {
    "asset": "USDT",
    "fiatUnit": "MXN",
    "tradeType": "SELL",
    "classify": "profession",
    "priceType": 1,
    "price": "18.45",
    "initAmount": "5000",
    "minSingleTransAmount": "500",
    "maxSingleTransAmount": "20000",
    "payTimeLimit": 15,
    "buyerKycLimit": 1,
    "tradeMethods": [{"identifier": "SPEI", "payId": 40100200}],
}


BUY_AD = {**SELL_AD, "tradeType": "BUY", "tradeMethods": [{"identifier": "SPEI"}]}


ORDER = {
    "asset": "USDT",
    "fiatUnit": "MXN",
    "buyType": "BY_MONEY",
    "totalAmount": "5000",
    "matchPrice": "18.45",
    "tradeType": "BUY",
}


FACTOR = {"authType": "GOOGLE", "googleVerifyCode": "000000"}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = START

    def __call__(self) -> float:
        return self.seconds


class Trader:
    """One account, its key, and the sandbox it trades in."""

    def __init__(self, sandbox: Sandbox, name: str, now: Callable[[], float]) -> None:
        self.sandbox, self.name, self.now = sandbox, name, now
        self.api_key, self.api_secret = sandbox.keys[name].api_key, sandbox.keys[name].api_secret

    @property
    def free(self) -> str:
        return str(self.sandbox.balances[self.name]["USDT"].free)

    @property
    def locked(self) -> str:
        return str(self.sandbox.balances[self.name]["USDT"].locked)

    def send(self, operation: str, body: object = None, **query: object) -> Answer:
        method, path, _ = OPERATIONS_BY_HAND[operation]
        content = b"" if body is None else json.dumps(body).encode()
        return self.sandbox.handle(method, path, self.query(**query), self.headers(), content)

    def query(self, **parameters: object) -> bytes:
        parameters.setdefault("timestamp", int(self.now() * 1000))
        encoded = (f"{name}={quote(str(value), safe='')}" for name, value in parameters.items())
        return signed(self.api_secret, "&".join(encoded))

    def headers(self) -> dict[str, str]:
        return {"x-mbx-apikey": self.api_key, "clienttype": "web", "content-type": "application/json"}

    def do(self, operation: str, body: object = None, **query: object) -> Any:
        """The data of an answer, which has to be a success of the described form."""
        answer = self.send(operation, body, **query)
        payload = json.loads(answer.body)
        assert 200 == answer.status, payload
        assert "000000" == payload["code"], payload
        check_form(operation, payload)
        return payload.get("data")

    def total(self, operation: str, body: object = None, **query: object) -> int:
        """The total of a paged answer."""
        total: int = json.loads(self.send(operation, body, **query).body)["total"]
        return total

    def refusal(self, operation: str, body: object = None, **query: object) -> tuple[int, int | str, str]:
        """HTTP status, code and message of an answer that has to be a refusal."""
        answer = self.send(operation, body, **query)
        payload = json.loads(answer.body)
        if "msg" in payload:
            models.GatewayError.model_validate(payload)
            return answer.status, payload["code"], payload["msg"]
        models.ServiceError.model_validate(payload)
        assert payload["success"] is False, payload
        return answer.status, payload["code"], payload["message"]

    def code(self, operation: str, body: object = None, **query: object) -> int | str:
        """The code of an answer that has to be a refusal; inside -9000 the one that stands in the message."""
        _, code, message = self.refusal(operation, body, **query)
        return message.partition(":")[0] if code == -9000 else code

    def post_ad(self, ad: dict[str, Any] = SELL_AD, **changes: object) -> str:
        number: str = self.do("ads.post", {**ad, **changes})
        return number

    def place(self, ad: str, **changes: object) -> str:
        number: str = self.do("orders.place", {**ORDER, "advOrderNumber": ad, **changes})["orderMatch"]["orderNumber"]
        return number

    def release(self, order: str) -> None:
        self.do("orders.release", {"orderNumber": order, **FACTOR})

    def status(self, order: str) -> int:
        status: int = self.do("orders.get", {"adOrderNo": order})["orderStatus"]
        return status


def signed(secret: str, payload: str) -> bytes:
    digest = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
    return f"{payload}&signature={digest}".encode()


def check_form(operation: str, payload: dict[str, Any]) -> None:
    """Check a successful answer against the description: no unknown field, no field of another type."""
    _, _, form = OPERATIONS_BY_HAND[operation]
    envelope = {"code", "message", "success"} | ({"data"} if form else set())
    envelope |= {"total"} if operation in WITH_TOTAL else set()
    envelope |= {"messageDetail"} if operation.startswith("market.") else set()
    assert envelope == payload.keys()
    if isinstance(form, list):
        for row in payload["data"]:
            form[0].model_validate(row)
    elif form in {str, bool}:
        assert isinstance(payload["data"], form)
    elif form:
        form.model_validate(payload["data"])


def trading() -> tuple[Trader, Trader, Clock]:
    """A merchant and a taker in a new sandbox, and its clock."""
    clock = Clock()
    sandbox = Sandbox(now=clock, empty=True)
    return Trader(sandbox, "merchant", clock), Trader(sandbox, "taker", clock), clock
