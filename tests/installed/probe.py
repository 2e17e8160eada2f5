"""Runs in a clean environment with the wheel and one extra, and does a thing that the extra is for.

`python -I probe.py EXTRA VERSION`, with `bare` for no extra and `all` for all of them. Imports nothing of this
repository; ends with an exception where something is not as it should be.
"""

import importlib
import importlib.metadata
import importlib.util
import subprocess
import sys
import sysconfig
import tempfile
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

PACKAGES = ("binance_c2c", "binance_c2c_runtime", "binance_c2c_sapi", "binance_c2c_strict")
TEST_OF_A_USER = """
def test_an_ad_is_found(c2c_sandbox, c2c_client, c2c_taker):
    number = c2c_sandbox.moves.post_ad("merchant", "SELL", price="18.01", amount=500, smallest=500, largest=5000)
    assert c2c_taker.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")[0].adv.adv_no == number

def test_nothing_is_recorded(c2c_cassette):
    assert c2c_cassette
"""


def expect(holds: object, said: str) -> None:
    """Stop with these words, unless it holds."""
    if not holds:
        raise AssertionError(said)


def command(*arguments: str) -> tuple[int, str]:
    """Run the installed command, and return its status and all that it printed."""
    program = Path(sysconfig.get_path("scripts"), "binance-c2c" + (".exe" if sys.platform == "win32" else ""))
    done = subprocess.run(
        [str(program), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


def bare() -> None:
    """A signed call over a real socket; what needs an extra says which."""
    from binance_c2c import C2CClient  # noqa: PLC0415 - what is installed differs from probe to probe

    seen: list[str] = []

    class Exchange(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            body = b'{"code":"000000","data":[{"currencyCode":"MXN"}],"success":true}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Exchange) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with C2CClient(api_key="key", api_secret="secret", base_url=url) as client:
            expect([one.currency_code for one in client.currencies.fiat()] == ["MXN"], "the answer was not read")
        server.shutdown()
    expect("&signature=" in seen[0], f"not signed: {seen}")
    _expect_advice("sandbox", C2CClient.in_sandbox)
    status, said = command("ads", "list")
    expect(status != 0 and "binance-c2c[cli]" in said, f"the command does not tell its extra: {said}")


def sandbox() -> None:
    """An order's whole life over loopback."""
    status, said = command("demo")
    expect(status == 0 and "Done." in said, said)


def cli() -> None:
    """The command lists its commands."""
    status, said = command("--help")
    expect(status == 0 and "orders" in said, said)


def chat() -> None:
    """The chat's connection is there, and meets a missing exchange with an error of ours."""
    from binance_c2c import C2CClient, errors  # noqa: PLC0415
    from binance_c2c.chat import Message  # noqa: PLC0415

    expect(Message.__name__ == "Message", "no chat")
    with C2CClient(api_key="key", api_secret="secret", base_url="http://127.0.0.1:9") as client:
        try:
            with client.chat.connect():
                pass
        except errors.C2CError:
            return
    expect(holds=False, said="no error")


def export() -> None:
    """The history becomes a table for data frames, a workbook and a picture."""
    begin = (datetime.now(UTC) - timedelta(days=20)).date().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        table, workbook, picture = (Path(folder, name) for name in ("all.parquet", "all.xlsx", "all.png"))
        for file in (table, workbook):
            asked = ("orders", "export", "--sandbox", "--from", begin, "--out", str(file), "--plot", str(picture))
            status, said = command(*asked)
            expect(status == 0 and f"4 orders are in {file}" in said, said)
        expect(importlib.import_module("pyarrow.parquet").read_table(table).num_rows == 4, "not four rows")
        with zipfile.ZipFile(workbook) as parts:
            expect(parts.read("xl/worksheets/sheet1.xml").count(b"<row ") == 1 + 4, "not four lines below the headings")
        expect(picture.read_bytes().startswith(b"\x89PNG"), "no picture")


def fast() -> None:
    """JSON is read by msgspec, to the same values."""
    from decimal import Decimal  # noqa: PLC0415

    import msgspec  # noqa: PLC0415

    from binance_c2c._core.support.json import loads  # noqa: PLC0415

    expect(loads(b'{"a": 0.10}') == {"a": Decimal("0.10")}, f"msgspec {msgspec.__version__}")


def keys() -> None:
    """A client signs with an Ed25519 key."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    from binance_c2c import C2CClient  # noqa: PLC0415

    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = Ed25519PrivateKey.generate().private_bytes(*form).decode()
    C2CClient(api_key="key", api_secret=pem).close()


def redis() -> None:
    """A client of a fleet is made; Redis is asked at its first call only."""
    from binance_c2c import Budget, C2CClient, Fleet  # noqa: PLC0415

    fleet = Fleet("redis://127.0.0.1:9")
    C2CClient(api_key="key", api_secret="secret", budget=Budget(ip=6000), fleet=fleet).close()


def testing() -> None:
    """Pytest finds the fixtures, and tests of a user pass."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_bot.py").write_text(TEST_OF_A_USER, encoding="utf-8")
        run = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-k", "ad_is_found", "test_bot.py"]
        done = subprocess.run(run, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    expect(done.returncode == 0, done.stdout)


def _expect_advice(extra: str, use: Callable[[], object]) -> None:
    try:
        use()
    except Exception as error:  # noqa: BLE001 - whatever it is, its words count
        expect(f"binance-c2c[{extra}]" in str(error), f"no advice: {error}")
    else:
        expect(holds=False, said=f"works without the extra {extra}")


def everything() -> None:
    """All probes but the first, in one environment."""
    for probe in list(PROBES.values())[1:-1]:
        probe()


PROBES: dict[str, Callable[[], None]] = {
    "bare": bare,
    "chat": chat,
    "cli": cli,
    "export": export,
    "fast": fast,
    "keys": keys,
    "redis": redis,
    "sandbox": sandbox,
    "testing": testing,
    "all": everything,
}


def main(extra: str, version: str) -> None:
    """Look where the packages come from, and what they do."""
    found = importlib.metadata.version("binance-c2c")
    expect(found == version, f"version {found} is installed, and {version} was built")
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        place = Path(str(spec and spec.origin))
        expect(Path(sys.prefix) in place.parents, f"{package} comes from {place}")
        expect(place.with_name("py.typed").exists(), f"{package} has no types")
    PROBES[extra]()


if __name__ == "__main__":
    main(*sys.argv[1:])
