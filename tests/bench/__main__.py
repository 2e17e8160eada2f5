"""`make bench`: times of the SDK beside those of the plainest code that does the same. Medians and paired ratios.

SDK and reference are timed alternately, and ratios are taken within a round, so that a machine that speeds up or slows
down affects both. No test depends on any of it.
"""

import contextlib
import hashlib
import hmac
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
from packaging.requirements import Requirement

from binance_c2c import C2CClient
from binance_c2c._core.auth.signer import HmacAuth
from binance_c2c._core.flow.decode import decode
from binance_c2c._core.transport import Answer
from binance_c2c_sapi.models import AdSearchRow, OrderHistoryRow
from binance_c2c_sapi.resources import orders
from tests.bench.chat import chat
from tests.bench.in_flight import in_flight, without_msgspec
from tests.bench.sandbox import sandbox
from tests.bench.server import ROWS, page, search_page
from tests.support.servers.authority import make_authority

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent

KEY, SECRET = "k" * 64, "s" * 64
PATH = "/sapi/v1/c2c/orderMatch/listUserOrderHistory"
ROUNDS, TURN = 41, 20


def main() -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"CPython {platform.python_version()}, {cores} cores, {platform.system()} {platform.machine()}\n")
    with server() as (plain, secured):
        for rows in (ROWS, 1):
            for kind in ("fresh", "seen"):
                calls(f"{plain}/{rows}/{kind}", f"rows: {rows}, {kind}")
            calls(f"{secured}/{rows}/fresh", f"rows: {rows}, fresh, over TLS")
        in_flight(plain, secured, KEY, SECRET, PATH)
    decoding()
    ads()
    signing()
    sandbox()
    chat()
    starting()
    installed()
    generating()


def calls(base_url: str, what: str) -> None:
    """Print the time of one signed, typed call, beside httpx.Client with hmac and json.loads."""
    plain_client = httpx.Client()
    secret = SECRET.encode()

    def plain() -> object:
        fields = {
            "page": 1, "rows": ROWS, "tradeType": "SELL", "recvWindow": 60000, "timestamp": int(time.time() * 1000)
        }  # fmt: skip
        query = urlencode(sorted(fields.items()))
        signature = hmac.new(secret, query.encode(), hashlib.sha256).hexdigest()
        headers = {"X-MBX-APIKEY": KEY, "clientType": "web"}
        return json.loads(plain_client.get(f"{base_url}{PATH}?{query}&signature={signature}", headers=headers).content)

    ours = C2CClient(api_key=KEY, api_secret=SECRET, base_url=base_url)

    def alone() -> object:
        with without_msgspec():
            return ours.orders.history(trade_type="SELL")

    through_client = C2CClient(api_key=KEY, api_secret=SECRET, base_url=base_url, http=plain_client)
    print(f"a signed call, {what}, over loopback (µs a call; ratio to the first)")
    compare(
        ("httpx.Client + hmac + json.loads, to dicts", plain),
        ("C2CClient, to models, with the extra [fast]", lambda: ours.orders.history(trade_type="SELL")),
        ("C2CClient, to models, standard library alone", alone),
        ("with the extra, through one's own httpx.Client", lambda: through_client.orders.history(trade_type="SELL")),
    )
    ours.close()
    plain_client.close()


def decoding() -> None:
    """Print the time of reading rows into models, beside json.loads of the same bytes."""
    same = page()
    fresh = iter_pages()
    call = orders.build_history(trade_type="SELL")

    def to_models(body: bytes) -> object:
        return [OrderHistoryRow.from_dict(row) for row in json.loads(body)["data"]]

    print(f"reading {ROWS} history rows: Decimal, datetime, enums (µs; ratio to the first)")
    compare(
        ("json.loads, to dicts", lambda: json.loads(same)),
        ("json.loads and models, the same rows again", lambda: to_models(same)),
        ("json.loads and models, amounts never seen before", lambda: to_models(next(fresh))),
        ("as the client does with the extra [fast]", lambda: decode(call, Answer(200, (), next(fresh)))),
    )


def ads() -> None:
    """Print the time of reading ads with nested objects into models, beside json.loads of the same bytes."""
    body = search_page()
    print("reading 20 ads with methods, coin, fiat and advertiser (µs; ratio to the first)")
    compare(
        ("json.loads, to dicts", lambda: json.loads(body)),
        ("json.loads and models", lambda: [AdSearchRow.from_dict(row) for row in json.loads(body)["data"]]),
    )


def signing() -> None:
    """Print the time of signing a query of four parameters, two of which the signer adds."""
    auth = HmacAuth(KEY, SECRET)
    pairs = [("tradeType", "SELL"), ("rows", str(ROWS))]
    secret = SECRET.encode()

    def plain() -> object:
        query = urlencode(sorted([*pairs, ("recvWindow", "60000"), ("timestamp", str(int(time.time() * 1000)))]))
        return hmac.new(secret, query.encode(), hashlib.sha256).hexdigest()

    print("signing four parameters (µs; ratio to the first)")
    compare(
        ("urlencode + hmac.new", plain),
        ("the signer's query and signature", lambda: auth.credentials("https://api.binance.com", pairs)),
    )


def starting() -> None:
    """Print the time of imports, each in a new interpreter."""
    print("starting (ms of a fresh process; ratio to the first)")
    compare(
        ("import httpx", lambda: run("import httpx")),
        ("from binance_c2c import C2CClient", lambda: run("from binance_c2c import C2CClient")),
        ("the same, one client, one model", lambda: run(FIRST_USE)),
        rounds=15,
        turn=1,
        unit=1e3,
    )


FIRST_USE = "import binance_c2c as b; b.C2CClient(api_key='k', api_secret='s'); b.models.OrderHistoryRow"


def installed() -> None:
    """Print the distributions that `pip install binance-c2c` installs, including itself."""
    wanted, seen = ["binance-c2c"], set[str]()
    while wanted:
        name = wanted.pop()
        if name not in seen:
            seen.add(name)
            requirements = map(Requirement, importlib.metadata.requires(name) or ())
            wanted.extend(one.name for one in requirements if one.marker is None or one.marker.evaluate({"extra": ""}))
    print(f"distributions installed at run time: {len(seen)} ({', '.join(sorted(seen))})\n")


def generating() -> None:
    """Print the time of the whole generator, which writes to an empty folder."""
    times: list[float] = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as scratch:
            start = time.perf_counter()
            command = [sys.executable, "-m", "generator", "--output", f"{scratch}/sdk"]
            subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
    print(f"python -m generator, from nothing: {statistics.median(times):.2f} s (median of {len(times)})")


def compare(
    *contenders: tuple[str, Callable[[], object]], rounds: int = ROUNDS, turn: int = TURN, unit: float = 1e6
) -> None:
    """Time each in turn, round after round, and print medians with the ratio to the first, taken within the round."""
    times: dict[str, list[float]] = {name: [] for name, _ in contenders}
    for number in range(rounds + 2):
        for name, act in contenders:
            start = time.perf_counter()
            for _ in range(turn):
                act()
            if number >= 2:  # the first rounds warm up
                times[name].append((time.perf_counter() - start) / turn * unit)
    reference = times[contenders[0][0]]
    for name, figures in times.items():
        ratio = statistics.median(one / other for one, other in zip(figures, reference, strict=True))
        print(f"  {statistics.median(figures):9.1f}  {ratio:5.2f}  {name}")
    print()


def run(code: str) -> None:
    """Run code in a new interpreter, which may cache bytecode as an installed program does."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def iter_pages() -> Iterator[bytes]:
    pages = [page(number * ROWS) for number in range(200)]
    while True:
        yield from pages


@contextlib.contextmanager
def server() -> Generator[tuple[str, str]]:
    """The addresses of a server for plain HTTP and for TLS, whose authority the environment trusts meanwhile."""
    with tempfile.TemporaryDirectory() as scratch:
        authority = make_authority(Path(scratch))
        command = [sys.executable, str(HERE / "server.py"), f"{scratch}/server.pem"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        os.environ["SSL_CERT_FILE"] = str(authority.certificate)
        try:
            assert process.stdout is not None
            plain, secured = process.stdout.readline().split()
            yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secured}"
        finally:
            del os.environ["SSL_CERT_FILE"]
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
