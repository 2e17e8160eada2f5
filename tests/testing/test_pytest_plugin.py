"""The pytest plugin, as the tests of somebody who uses the SDK meet it."""

import json
from pathlib import Path

import pytest

from binance_c2c.pytest_plugin.cassettes import Verifying, _Marked, scrub_json
from binance_c2c.sandbox import Sandbox, serve

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def without_plugins_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inner runs load this plugin and no other one that happens to be installed: each costs its import."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def inner_run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """A run of pytest over the user's tests, in a process of its own."""
    return pytester.runpytest_subprocess("-p", "binance-c2c", *arguments)


FIXTURES = """
import asyncio

AD = {
    "asset": "USDT", "fiat": "MXN", "trade_type": "SELL", "classify": "profession", "price_type": 1, "price": "18.45",
    "init_amount": 500, "min_single_trans_amount": 500, "max_single_trans_amount": 5000, "pay_time_limit": 15,
    "buyer_kyc_limit": 0, "trade_methods": [{"identifier": "SPEI", "pay_id": 40100200}],
}

def test_an_order_times_out(c2c_sandbox, c2c_client, c2c_taker):
    number = c2c_client.ads.post(**AD)
    order = c2c_taker.orders.place(
        adv_no=number, asset="USDT", fiat="MXN", buy_type="BY_MONEY", total_amount=1845, match_price="18.45",
        trade_type="BUY",
    )
    c2c_sandbox.clock.advance(minutes=16)
    assert c2c_client.orders.get(order_number=order.order_match.order_number).order_status == 7

def test_each_test_has_an_exchange_of_its_own(c2c_client, c2c_sandbox):
    assert len(c2c_client.ads.list()) == 0
    c2c_sandbox.faults.add("delay", seconds=5, times=1)
    c2c_sandbox.faults.add("error-before", times=2)
    before = c2c_sandbox.clock.ahead
    assert len(c2c_client.payment_methods.mine()) == 1
    assert (c2c_sandbox.clock.ahead - before).total_seconds() == 5

def test_async(c2c_async_client):
    assert len(asyncio.run(c2c_async_client.payment_methods.mine())) == 1
"""

CASSETTE = """
from binance_c2c import RetryPolicy

SETTINGS = {settings}

def test_mine(c2c_cassette):
    with c2c_cassette.client(retry=RetryPolicy(attempts=1), **SETTINGS) as client:
        assert len(client.payment_methods.mine()) == 1
        {more}
    assert c2c_cassette.recording or c2c_cassette.all_played

def test_async(c2c_cassette):
    import asyncio

    async def ask():
        async with c2c_cassette.async_client(**SETTINGS) as client:
            await client.system.time()
            return len(await client.ads.list())

    assert asyncio.run(ask()) == 0
"""


def test_a_users_tests_get_an_exchange_and_its_clients(pytester: pytest.Pytester):
    """Both accounts, the async client, a clock that moves, and nothing left from one test to the next."""
    pytester.makepyfile(FIXTURES)

    inner_run(pytester, "-p", "no:cacheprovider").assert_outcomes(passed=3)


def recorded(pytester: pytest.Pytester) -> Path:
    """The folder that a user's tests have recorded, from a sandbox on a port."""
    sandbox = Sandbox()
    key = sandbox.keys["merchant"]
    with serve(sandbox) as base_url:
        settings = {"api_key": key.api_key, "api_secret": key.api_secret, "base_url": base_url}
        pytester.makepyfile(test_user=CASSETTE.format(settings=settings, more="pass"))
        inner_run(pytester, "--c2c-record").assert_outcomes(passed=2)
    return pytester.path / "cassettes" / "test_user"


def test_a_cassette_is_recorded_and_replays_without_keys(pytester: pytest.Pytester):
    """Recorded beside the test, without key, signature or name; afterwards it needs neither server nor key."""
    folder = recorded(pytester)
    text = (folder / "test_mine.json").read_text(encoding="utf-8")
    pytester.makepyfile(test_user=CASSETTE.format(settings={}, more="pass"))

    inner_run(pytester).assert_outcomes(passed=2)
    assert {"test_async.json", "test_mine.json"} == {path.name for path in folder.iterdir()}
    assert "the sandbox of binance-c2c, not the exchange" == json.loads(text)["recorded_from"]
    assert [] == [
        word for word in ("signature", "sandboxMerchant", "EJEMPLO", "timestamp=", "127.0.0.1") if word in text
    ]


def test_what_is_not_in_the_cassette_fails_the_test(pytester: pytest.Pytester):
    """Another request, one more of the same, or no cassette at all: the test fails and says why."""
    recorded(pytester)
    for more in ("client.ads.categories()", "client.payment_methods.mine()"):
        pytester.makepyfile(test_user=CASSETTE.format(settings={}, more=more))
        result = inner_run(pytester)

        result.assert_outcomes(passed=1, failed=1)
        result.stdout.fnmatch_lines(["*CannotOverwriteExistingCassetteException*"])
        said = [line for line in result.outlines if line.startswith("E ")]
        assert [] == [line for line in said for word in ("signature=", "timestamp=") if word in line]
        assert any("sandbox.invalid/sapi/v1/c2c/" in line for line in said)
    pytester.makepyfile(test_other=CASSETTE.format(settings={}, more="pass"))
    missing = inner_run(pytester, "test_other.py")

    missing.assert_outcomes(errors=2)
    missing.stdout.fnmatch_lines(["*test_mine.json does not exist: record it first, with --c2c-record*"])


UNPLAYED = """
import asyncio
import pytest

def test_mine(c2c_cassette):
    with c2c_cassette.client() as client:
        {more}

def test_async(c2c_cassette):
    async def ask():
        async with c2c_cassette.async_client() as client:
            {more_async}

    asyncio.run(ask())
"""


@pytest.mark.parametrize(
    ("wanted", "outcomes"), [(False, {"passed": 2}), (True, {"passed": 2, "errors": 2})], ids=["may be", "must not be"]
)
def test_answers_nobody_asked_for_fail_the_test_where_that_is_wanted(
    wanted: bool, outcomes: dict[str, int], pytester: pytest.Pytester
):
    """By the configuration; the answers are named, without a word of their query."""
    recorded(pytester)
    pytester.makepyfile(test_user=UNPLAYED.format(more="pass", more_async="await client.system.time()"))
    pytester.makeini(f"[pytest]\nc2c_all_played = {wanted}")
    result = inner_run(pytester)

    result.assert_outcomes(**outcomes)
    said = [line.rpartition(": ")[2] for line in result.outlines if "did not ask for" in line and "Failed:" not in line]
    mine, listed = "GET /sapi/v1/c2c/paymentMethod/getPayMethodByUserId", "POST /sapi/v1/c2c/ads/listWithPagination"
    assert ({mine, listed} if wanted else set()) == set(said)


def test_a_test_that_fails_by_itself_is_not_blamed_twice(pytester: pytest.Pytester):
    """Where it stopped half-way, what it did not ask for goes without saying. Nor while it is recorded."""
    recorded(pytester)
    pytester.makeini("[pytest]\nc2c_all_played = true")
    pytester.makepyfile(test_user=UNPLAYED.format(more="pytest.fail('half')", more_async="pytest.fail('half')"))

    inner_run(pytester).assert_outcomes(failed=2)
    recorded(pytester)


def test_what_vcrpy_shows_of_an_async_request_is_scrubbed(pytester: pytest.Pytester):
    """One-time codes too."""
    recorded(pytester)
    release = "await client.orders.release(order_number='1', auth_type='GOOGLE', google_verify_code='246810')"
    pytester.makepyfile(test_user=UNPLAYED.format(more="pass", more_async=release))
    result = inner_run(pytester)

    result.assert_outcomes(passed=1, failed=1)
    said = [line for line in result.outlines if line.startswith("E ")]
    assert any("releaseCoin" in line for line in said)
    assert [] == [line for line in said for word in ("signature=", "timestamp=", "246810") if word in line]


def test_recording_needs_a_key(pytester: pytest.Pytester):
    """Nothing is sent with a made-up one."""
    pytester.makepyfile(CASSETTE.format(settings={}, more="pass"))
    result = inner_run(pytester, "--c2c-record")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*api_key: recording needs a key and its secret*"])


def test_a_missing_vcrpy_is_told_with_its_cure(pytester: pytest.Pytester):
    """The fixture names the extra; other tests are not disturbed."""
    pytester.makeconftest("import sys\nsys.modules['vcr'] = None\n")
    pytester.makepyfile(CASSETTE.format(settings={}, more="pass") + "\ndef test_other():\n    pass\n")
    result = inner_run(pytester)

    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(['*pip install "binance-c2c[[]testing[]]"*'])


def test_a_wrong_signature_fails_the_test():
    """A request whose signature its secret does not give never gets an answer."""
    import httpx  # noqa: PLC0415 - the one test that needs it

    request = httpx.Request("GET", "https://sandbox.invalid/sapi/v1/c2c/x?timestamp=1&signature=00")

    with pytest.raises(AssertionError, match="GET /sapi/v1/c2c/x carries a signature"):
        Verifying("secret").handle_request(request)


def test_what_cannot_be_looked_through_is_not_recorded():
    """A page of HTML may hold anything; JSON loses the strings under the names given; nothing stays nothing."""
    with pytest.raises(ValueError, match="only JSON can be recorded"):
        scrub_json(b"<html>", frozenset())
    assert b'{"a": "scrubbed", "b": ["x"]}' == scrub_json(b'{"a":"secret","b":["x"]}', frozenset({"a"}))
    assert b"" == scrub_json(b"", frozenset())


def test_a_file_without_its_origin_is_no_cassette():
    """A recording that does not say where it comes from is not replayed."""
    with pytest.raises(ValueError, match="does not say where it was recorded"):
        _Marked().deserialize("{}")


UNUSED = """
import sys

EXPENSIVE = {"httpx", "attr", "anyio", "asyncio", "ssl", "binance_c2c_sapi", "binance_c2c_strict", "pydantic", "vcr"}

def test_nothing_is_loaded():
    assert EXPENSIVE.isdisjoint(sys.modules)
    ours = {name for name in sys.modules if name.startswith("binance_c2c")}
    plugin = {"binance_c2c.pytest_plugin", "binance_c2c.pytest_plugin.fixtures"}
    assert ours == {"binance_c2c", "binance_c2c._core.version", *plugin}
"""


def test_a_run_that_uses_none_of_the_fixtures_pays_nothing(pytester: pytest.Pytester):
    """Every run of pytest loads the plugin, and the SDK only with the first fixture that wants it."""
    pytester.makepyfile(UNUSED)

    inner_run(pytester).assert_outcomes(passed=1)
