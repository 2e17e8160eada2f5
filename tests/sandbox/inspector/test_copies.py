"""Requests as text to be pasted elsewhere: the curl commands are run by a shell, the Python is run as it stands."""

import contextlib
import io
import json
import shutil
import subprocess
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c import C2CClient
from binance_c2c.sandbox import Sandbox, serve
from binance_c2c.sandbox.gateway import Query, Request
from binance_c2c.sandbox.inspector.copies import as_curl, as_python
from binance_c2c.sandbox.inspector.views import detail
from binance_c2c_sapi.operations import OPERATIONS
from tests.support.contract.calls import Request as Row
from tests.support.contract.calls import sent_by
from tests.support.contract.tables import FULL, MINIMAL
from tests.support.sandbox_client import SELL_AD, START_MS, Trader, trading

REFUSAL = '{"code": "990101", "message": "no", "success": false}'
"""An answer after which nothing is sent again."""
HOSTILE = '\'; touch /tmp/x; echo "$(id)" `id` \\ é'


def shell(command: str) -> bytes:
    """What a command for a shell prints, which is no complaint. Skips the test where there is no shell or curl."""
    programs = {name: shutil.which(name) for name in ("sh", "curl", "openssl")}
    missing = [name for name, path in programs.items() if path is None]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}")
    done = subprocess.run([str(programs["sh"]), "-c", command], capture_output=True, check=True, timeout=60)
    assert b"" == done.stderr
    return done.stdout


def shown(sandbox: Sandbox, number: int, base_url: str) -> Any:
    entry = sandbox.journal.get(number)
    assert entry is not None
    return detail(entry, sandbox.journal.keyring, base_url)


def requests_of(sandbox: Sandbox) -> list[Request[Any]]:
    return [entry.request for entry in sandbox.journal.requests()]


def test_a_curl_command_is_let_in_whenever_it_runs():
    """It stamps and signs anew by the exchange's clock, with every parameter and body as they were, however hostile."""
    merchant, _, clock = trading()
    merchant.do("ads.post", {**SELL_AD, "remarks": HOSTILE}, note=HOSTILE, recvWindow=50_000)
    clock.seconds += 86_400
    with serve(merchant.sandbox) as url:
        answer = json.loads(shell(shown(merchant.sandbox, 1, url)["curl"]))

    assert answer["success"]
    ad = merchant.do("ads.get", adsNo=answer["data"])
    assert HOSTILE == ad["remarks"]
    again = next(one for one in requests_of(merchant.sandbox)[1:] if one.path.endswith("/ads/post"))
    pairs = [pair for pair in again.query.pairs if pair[0] not in {"timestamp", "signature"}]
    assert [("note", HOSTILE), ("recvWindow", "50000")] == pairs


@pytest.mark.parametrize("target", ["/api/v3/ping", "/nowhere?a='b'", "/sapi/v1/c2c/ads/list?timestamp=1"])
def test_a_curl_command_of_any_other_request_is_what_was_sent(target: str):
    """Without a key, of no operation, or with a key of somebody else, which is not shown whole."""
    sandbox = Sandbox()
    path, _, query = target.partition("?")
    with serve(sandbox) as url:
        sandbox.handle("POST" if "list" in path else "GET", path, query.encode(), {"x-mbx-apikey": "k" * 64}, b"{}")
        shell(shown(sandbox, 1, url)["curl"])
    first, second = requests_of(sandbox)

    assert (first.method, first.path, first.query) == (second.method, second.path, second.query)
    assert "kkkk…" == first.headers["x-mbx-apikey"]


def test_the_python_of_a_request_does_the_same():
    """Run as it stands, it sends the operation again, as the account that sent it."""
    sandbox = Sandbox()
    trader = Trader(sandbox, "taker", lambda: sandbox.clock.now_ms() / 1000)
    trader.do("orders.list", {"page": 1, "rows": 7})
    with serve(sandbox) as url, contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(shown(sandbox, 1, url)["python"], {})  # noqa: S102 - this is what people do with it
    first, *_, second = requests_of(sandbox)

    assert (first.path, json.loads(first.body)) == (second.path, json.loads(second.body))
    assert first.headers["x-mbx-apikey"] == second.headers["x-mbx-apikey"]
    assert "" != printed.getvalue()


@pytest.mark.parametrize(
    "row",
    [
        *(pytest.param(row, id=f"{row.operation}-full") for row in FULL),
        *(pytest.param(row, id=f"{row.operation}-minimal") for row in MINIMAL),
    ],
)
def test_each_operation_is_written_in_the_names_of_the_sdk(row: Row):
    """What the SDK sends for a call, copied as Python, is a call for which it sends that again."""
    leaving, _ = sent_by(C2CClient, row, REFUSAL)
    arguments = dict[str, Any]()

    class Recorder:
        def __init__(self, *path: str) -> None:
            self.path = path

        def __getattr__(self, name: str) -> "Recorder":
            return Recorder(*self.path, name)

        def __call__(self, **given: Any) -> None:
            assert row.operation == ".".join(self.path)
            arguments.update(given)

    text = as_python(request_of(leaving), "http://x", None)
    assert text is not None
    body = text.replace("from binance_c2c import C2CClient", "").replace("C2CClient(base_url='http://x')", "client()")
    exec(body, {"client": lambda: contextlib.nullcontext(Recorder()), "print": lambda _: None})  # noqa: S102
    again, _ = sent_by(C2CClient, row._replace(arguments=arguments), REFUSAL)

    assert request_of(leaving).body == request_of(again).body
    assert business(leaving) == business(again)


def request_of(leaving: httpx.Request) -> Request[Any]:
    return Request(leaving.method, leaving.url.path, Query(leaving.url.query), {}, leaving.read(), START_MS, START_MS)


def business(leaving: httpx.Request) -> dict[str, str]:
    return {name: value for name, value in leaving.url.params.items() if name not in {"timestamp", "signature"}}


def test_a_moment_that_is_none_stays_as_it_was_sent():
    """The call is then refused by the SDK, as the request was by the exchange."""
    body = b'{"startDate": "soon", "endDate": "2024-03-01T00:00:00Z"}'
    text = (
        as_python(Request("POST", "/sapi/v1/c2c/ads/listWithPagination", Query(b""), {}, body, 0, 0), "http://x", None)
        or ""
    )

    assert "start='soon'" in text
    assert "end=datetime.fromisoformat('2024-03-01T00:00:00+00:00')" in text


@given(
    operation=st.sampled_from(list(OPERATIONS.values())),
    query=st.binary(max_size=40),
    body=st.binary(max_size=60) | st.sampled_from([b'{"startDate":"x","a":[{"bC":1.5}]}', b'{"if":1}', b'{"a b":1}']),
)
def test_any_request_can_be_copied(operation: Any, query: bytes, body: bytes):
    """No bytes make it fail, and Python that is shown can be read by Python."""
    sandbox = Sandbox()
    request = Request[Any](operation.method, operation.path, Query(query), {}, body, START_MS, START_MS)
    text = as_python(request, "http://x", None)

    assert as_curl(request, "http://x", sandbox.journal.keyring).startswith("curl ")
    if text is not None:
        compile(text, "copied", "exec")
