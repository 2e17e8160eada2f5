"""A process of its own that answers every request with a page of history rows.

A path begins with the number of rows and a kind: `seen` is the same page each time, and `fresh` is a page with amounts
that did not come before, as on an ordinary day.
"""

import itertools
import json
import socket
import ssl
import sys
import threading
from collections.abc import Callable

ROWS = 100
PAGES = 400
"""The number of different pages, before the first one comes again."""


def page(first: int = 0, count: int = ROWS) -> bytes:
    """The body of a page, as the documented answer, with amounts that differ from row to row."""
    rows = [
        {
            "orderNumber": str(20219644646554779648 + number),
            "advNo": "11218246497340923904",
            "tradeType": "SELL",
            "asset": "USDT",
            "fiat": "MXN",
            "fiatSymbol": "$",
            "amount": f"{271 + number}.00000000",
            "totalPrice": f"{4999 + number}.95000000",
            "unitPrice": "18.45",
            "orderStatus": "COMPLETED",
            "createTime": 1710460000000 + number,
            "commission": "0.94850000",
            "takerCommissionRate": "0",
            "takerCommission": "0",
            "takerAmount": f"{271 + number}.00000000",
            "counterPartNickName": "Exa***",
            "payMethodName": "SPEI",
            "additionalKycVerify": 0,
            "advertisementRole": "MAKER",
        }
        for number in range(first, first + count)
    ]
    return json.dumps({"code": "000000", "message": "success", "success": True, "total": count, "data": rows}).encode()


def search_page() -> bytes:
    """The body of a search, as the documented answer, with 20 ads."""
    rows = [
        {
            "adv": {
                "advNo": str(12784010203040506112 + number), "classify": "profession", "tradeType": "SELL",
                "asset": "USDT", "fiatUnit": "MXN", "advStatus": 1, "priceType": 1, "priceFloatingRatio": None,
                "rateFloatingRatio": None, "currencyRate": None, "price": f"18.{40 + number}",
                "initAmount": "5000.00", "surplusAmount": f"{3200 + number}.50", "tradableQuantity": "3194.11",
                "minSingleTransAmount": "500.00", "maxSingleTransAmount": "20000.00", "payTimeLimit": 15,
                "remarks": "Own account only", "autoReplyMsg": "Thanks", "buyerKycLimit": 1, "buyerRegDaysLimit": 30,
                "buyerBtcPositionLimit": "0.01", "createTime": 1710300000000, "advUpdateTime": 1710460000000,
                "commissionRate": "0.0035", "fiatSymbol": "$", "assetScale": 2, "fiatScale": 2, "priceScale": 2,
                "takerAdditionalKycRequired": 0, "isTradable": True, "offlineReason": None,
                "assetVo": {"asset": "USDT", "name": "TetherUS", "decimalScale": 2, "iconUrl": None},
                "fiatVo": {"currencyCode": "MXN", "countryCode": "MX", "currencySymbol": "$", "currencyScale": 2},
                "tradeMethods": [
                    {"payId": None, "identifier": "SPEI", "payType": "SPEI", "tradeMethodName": "SPEI"}
                ],
            },
            "advertiser": {
                "userNo": "s00000000000000000000000000000002", "nickName": "ExampleTrader", "userType": "merchant",
                "orderCount": 1203, "monthOrderCount": 88, "monthFinishRate": "0.987", "advConfirmTime": 95,
                "tagIconUrls": [],
            },
        }
        for number in range(20)
    ]  # fmt: skip
    return json.dumps({"code": "000000", "message": "success", "success": True, "total": 143, "data": rows}).encode()


def answers(count: int) -> list[bytes]:
    """Whole answers with so many rows each, no two with an amount in common."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\nX-SAPI-USED-IP-WEIGHT-1M: 1\r\n"
    bodies = [page(number * count, count) for number in range(PAGES)]
    return [head + b"Content-Length: %d\r\n\r\n" % len(body) + body for body in bodies]


def serve(certificate: str) -> None:
    """Print a port for plain HTTP and one for TLS, then answer on both until killed."""
    fresh = {b"%d" % count: answers(count) for count in (1, ROWS)}
    turn = {count: itertools.cycle(pages).__next__ for count, pages in fresh.items()}
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)

    def accept(listener: socket.socket, secured: ssl.SSLContext | None) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_answer, args=(connection, secured, fresh, turn), daemon=True).start()

    with (
        socket.create_server(("127.0.0.1", 0), backlog=512) as plain,
        socket.create_server(("127.0.0.1", 0), backlog=512) as secured,
    ):
        print(plain.getsockname()[1], secured.getsockname()[1], flush=True)
        threading.Thread(target=accept, args=(secured, tls), daemon=True).start()
        accept(plain, None)


def _answer(
    connection: socket.socket,
    secured: ssl.SSLContext | None,
    fresh: dict[bytes, list[bytes]],
    turn: dict[bytes, Callable[[], bytes]],
) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if secured is not None:
        connection = secured.wrap_socket(connection, server_side=True)
    with connection:
        waiting = b""
        while received := connection.recv(65536):
            waiting += received
            while b"\r\n\r\n" in waiting:
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                _, count, kind, _ = head.split(b"/", 3)
                connection.sendall(turn[count]() if kind == b"fresh" else fresh[count][0])


if __name__ == "__main__":
    serve(sys.argv[1])
