"""A client of the sandbox that owes nothing to the SDK: paths and signing by hand, answers held to the description.

The other tests of the sandbox speak through it.
"""

import pytest

from binance_c2c_sapi.operations import OPERATIONS
from tests.support.sandbox_client import OPERATIONS_BY_HAND, signed


@pytest.mark.parametrize("name", OPERATIONS_BY_HAND)
def test_operations_lie_where_the_vendor_put_them(name: str):
    """The generated table, by which the sandbox routes, says what the vendor's document says."""
    operation = OPERATIONS[name]

    assert OPERATIONS_BY_HAND[name][:2] == (operation.method, operation.path)


@pytest.mark.parametrize(
    ("payload", "signature"),
    [
        (
            "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559",
            "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
        ),
        (
            (
                "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC"
                "&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
            ),
            "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3",
        ),
    ],
)
def test_signing_by_hand_is_what_binance_documents(payload: str, signature: str):
    """The independent client signs as in the vendor's worked examples."""
    secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"

    assert f"{payload}&signature={signature}".encode() == signed(secret, payload)
