"""The pytest plugin, as the tests of somebody who uses the SDK meet it."""

import json
from pathlib import Path

import pytest

from binance_c2c.pytest_plugin.cassettes import VerifyingTransport
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

def test_async(c2c_async_client, c2c_async_taker):
    async def meet():
        number = await c2c_async_client.ads.post(**AD)
        return [row.adv.adv_no for row in await c2c_async_taker.ads.search(asset="USDT", fiat="MXN", trade_type="BUY")
                if row.adv.adv_no == number]

    assert len(asyncio.run(meet())) == 1
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
    """Both accounts, sync and async, a clock that moves, and nothing left from one test to the next."""
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
        assert any("/sapi/v1/c2c/" in line for line in said)
        assert any("--c2c-record" in line for line in said)
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

    with pytest.raises(AssertionError, match="GET /sapi/v1/c2c/x has a signature that does not match"):
        VerifyingTransport("secret").handle_request(request)


NAMES = """
import pytest

CALLS = []

@pytest.fixture
def path(c2c_cassette):
    CALLS.append(str(c2c_cassette._tape.file).lower())

class TestA:
    def test_same(self, path): pass

class TestB:
    def test_same(self, path): pass

def test_same(path): pass
def test_Same(path): pass

@pytest.mark.parametrize("value", ["a/b", "a b", "a.b", "A B", "a" * 300, "a" * 300 + "b", "con", "\u4f60", ".", ""])
def test_values(path, value): pass

def test_paths_differ():
    assert len(CALLS) == len(set(CALLS)) == 14
    assert all(len(call.rpartition("/")[2]) < 100 for call in CALLS)
"""


def test_each_test_has_a_cassette_of_its_own(pytester: pytest.Pytester):
    """On every file system: classes, values, capitals and long names lead to different files, whose names are plain."""
    pytester.makepyfile(test_user=NAMES)

    inner_run(pytester, "--c2c-record").assert_outcomes(passed=15)
    names = {path.name for path in (pytester.path / "cassettes" / "test_user").iterdir()}
    assert 14 == len(names)
    assert "test_same.json" in names
    assert any(name.startswith("TestA_test_same-") for name in names)
    assert [] == [name for name in names if not name.isascii()]


ENDINGS = """
import os
import pytest

@pytest.fixture
def late(request):
    yield
    assert "late" not in request.node.name

def _ask(c2c_cassette):
    assert c2c_cassette.recording

def test_passes(late, c2c_cassette): _ask(c2c_cassette)
def test_fails(c2c_cassette): _ask(c2c_cassette); assert False
def test_late(late, c2c_cassette): _ask(c2c_cassette)
def test_skips(c2c_cassette): _ask(c2c_cassette); pytest.skip()
@pytest.mark.xfail
def test_fails_as_expected(c2c_cassette): _ask(c2c_cassette); assert False
def test_subtests(c2c_cassette, subtests):
    _ask(c2c_cassette)
    with subtests.test(): assert False
"""
INTERRUPTED = """
import os, signal

def test_a_first(c2c_cassette): assert c2c_cassette.recording
def test_b_interrupted(c2c_cassette): os.kill(os.getpid(), signal.{signal})
"""


def test_a_good_cassette_goes_only_when_its_test_passes(pytester: pytest.Pytester):
    """A failure in the test, in a fixture that ends after the cassette, or a skip: the recording of before stays."""
    pytester.makepyfile(test_user=ENDINGS)
    tests = ("passes", "fails", "late", "skips", "fails_as_expected", "subtests")
    kept = _good_cassettes(pytester, *(f"test_{name}" for name in tests))

    inner_run(pytester, "--c2c-record").assert_outcomes(passed=2, failed=3, errors=1, skipped=1, xfailed=1)
    assert ["fails", "late", "skips", "subtests"] == sorted(
        name for name in tests if kept[f"test_{name}"].read_text(encoding="utf-8") == "good"
    )


@pytest.mark.parametrize("signal", ["SIGINT", "SIGKILL", "SIGTERM"])
def test_a_good_cassette_outlives_an_interruption(pytester: pytest.Pytester, signal: str):
    """Ctrl-C or a kill in the middle of a test: what was recorded by then stays, the interrupted one is as before."""
    pytester.makepyfile(test_user=INTERRUPTED.format(signal=signal))
    kept = _good_cassettes(pytester, "test_a_first", "test_b_interrupted")

    assert 0 != inner_run(pytester, "--c2c-record").ret
    assert [False, True] == [path.read_text(encoding="utf-8") == "good" for path in kept.values()]
    assert 2 == len(list(kept["test_a_first"].parent.iterdir()))


def _good_cassettes(pytester: pytest.Pytester, *names: str) -> dict[str, Path]:
    """A file in the place of the cassette of each of these tests."""
    folder = pytester.mkdir("cassettes") / "test_user"
    folder.mkdir()
    files = {name: folder / f"{name}.json" for name in names}
    for file in files.values():
        file.write_text("good", encoding="utf-8")
    return files


def test_a_cassette_that_cannot_be_written_fails_its_test(pytester: pytest.Pytester):
    """A folder stands in its place: the test is told of it, and the run goes on."""
    pytester.makepyfile(test_user=INTERRUPTED.format(signal="_").partition("def test_b")[0] + "\ndef test_z(): pass\n")
    (pytester.mkdir("cassettes") / "test_user" / "test_a_first.json").mkdir(parents=True)
    result = inner_run(pytester, "--c2c-record")

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*the cassette cannot be written: *"])


RERUN = """
TIMES = []

def test_mine(c2c_cassette):
    TIMES.append(1)
    with c2c_cassette.client(**{settings}) as client:
        client.payment_methods.mine()
        assert len(TIMES) > 1
        {more}

def test_async(c2c_cassette): pass
"""


@pytest.mark.parametrize("plugin", ["rerun", "processes"])
def test_a_test_that_runs_again_is_looked_at_anew(pytester: pytest.Pytester, plugin: str):
    """What failed the first time counts for nothing the second time: a recording is kept, and all has to be played."""
    arguments = ["-p", "rerunfailures", "--reruns=1"] + (["-p", "xdist", "-n", "2"] if plugin == "processes" else [])
    sandbox = Sandbox()
    key = sandbox.keys["merchant"]
    with serve(sandbox) as base_url:
        settings = {"api_key": key.api_key, "api_secret": key.api_secret, "base_url": base_url}
        pytester.makepyfile(test_user=RERUN.format(settings=settings, more="client.system.time()"))
        inner_run(pytester, "--c2c-record", *arguments).assert_outcomes(passed=2)
    pytester.makeini("[pytest]\nc2c_all_played = true")
    inner_run(pytester, *arguments).assert_outcomes(passed=2)
    pytester.makepyfile(test_user=RERUN.format(settings={}, more=""))
    result = inner_run(pytester, *arguments)

    assert 0 != result.ret
    result.stdout.fnmatch_lines(["*did not ask for: GET /api/v3/time*"])


MARKED = """
import pytest

pytestmark = pytest.mark.c2c_cassette(ignore=["rows"], match_on=["path"])

@pytest.mark.c2c_cassette(match_on=["method", "query"], time_tolerance=1, wall_clock=True)
def test_inner(c2c_cassette):
    options = c2c_cassette._tape.options
    assert (options.ignore, options.match_on) == (["rows"], ["method", "query"])
    assert (options.time_tolerance, options.wall_clock) == (1, True)

@pytest.mark.c2c_cassette("path")
def test_a_word(c2c_cassette): pass

@pytest.mark.c2c_cassette(ignored=["rows"])
def test_another_word(c2c_cassette): pass

@pytest.mark.c2c_cassette(match_on=["uri"])
def test_unknown(c2c_cassette): pass
"""


def test_the_marker_says_how_requests_are_compared(pytester: pytest.Pytester):
    """The nearest one has the last word; what it does not know is refused by its name, under strict markers too."""
    pytester.makepyfile(MARKED)
    result = inner_run(pytester, "--strict-markers", "--c2c-record")

    result.assert_outcomes(passed=1, errors=3)
    result.stdout.fnmatch_lines_random(
        [
            "*takes keyword arguments: match_on, ignore, time_tolerance, wall_clock*",
            "*c2c_cassette has no argument 'ignored'; it takes match_on, ignore, time_tolerance, wall_clock*",
            "*match_on: only method, path, query, body are expected, not 'uri'*",
        ]
    )


UNUSED = """
import sys

EXPENSIVE = {"httpx", "attr", "anyio", "binance_c2c_sapi", "binance_c2c_strict", "pydantic", "vcr"}
if sys.version_info < (3, 14):
    # Later pytest itself loads them, for its debugger.
    EXPENSIVE |= {"asyncio", "ssl"}

def test_nothing_is_loaded():
    assert EXPENSIVE.isdisjoint(sys.modules)
    ours = {name for name in sys.modules if name.startswith("binance_c2c")}
    plugin = {"binance_c2c.pytest_plugin", "binance_c2c.pytest_plugin.fixtures"}
    lazy = {"binance_c2c_runtime", "binance_c2c_runtime.lazy_loading"}
    assert ours == {"binance_c2c", "binance_c2c._core", "binance_c2c._core.version", *lazy, *plugin}
"""


def test_a_run_that_uses_none_of_the_fixtures_pays_nothing(pytester: pytest.Pytester):
    """Every run of pytest loads the plugin, and the SDK only with the first fixture that wants it."""
    pytester.makepyfile(UNUSED)

    inner_run(pytester).assert_outcomes(passed=1)
