"""Faults on demand: each kind does what it says, to whom it should, as often as it should, and again the same way."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy, errors
from binance_c2c.sandbox import Answer, Fault, FaultKind, Sandbox, SandboxTransport, serve
from binance_c2c_sapi.models import OrderStatus
from tests.support.sandbox_client import ORDER, Trader, trading
from tests.support.trade import FACTOR, an_ad, an_order

ONCE = RetryPolicy(attempts=1)
ALL = {"page": 1, "rows": 20}


def faulty(kind: str, operations: str = "*", **how: Any) -> Trader:
    """A merchant in a sandbox with one fault."""
    merchant, _, _ = trading()
    merchant.sandbox.faults.add(kind, operations, **how)
    return merchant


def payload(answer: Answer) -> Any:
    return json.loads(answer.body)


@pytest.fixture(params=["in process", "over a port"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[[Sandbox, float | None], C2CClient]]:
    """Clients of a sandbox's merchant that try once and wait as long as told for an answer."""
    open_now: list[Any] = []

    def client(sandbox: Sandbox, timeout: float | None = None) -> C2CClient:
        if request.param == "in process":
            made = C2CClient.in_sandbox(sandbox, retry=ONCE, timeout=timeout)
        else:
            served, key = serve(sandbox), sandbox.keys["merchant"]
            base_url = served.__enter__()
            made = C2CClient(
                api_key=key.api_key, api_secret=key.api_secret, base_url=base_url, retry=ONCE, timeout=timeout
            )
            open_now.append(served)
        open_now.insert(0, made)
        return made

    yield client
    for one in open_now:
        one.__exit__(None, None, None)


@pytest.mark.parametrize(("kind", "ads"), [("drop-before", 0), ("drop-after", 1)])
def test_a_dropped_connection_ends_without_an_answer(kind: str, ads: int, connect: Callable[..., C2CClient]):
    """The client sees the connection end, whichever way it came; one kind has acted and the other has not."""
    sandbox = Sandbox()
    planned = sandbox.faults.add(kind, "ads.post", times=1)
    client = connect(sandbox)

    with pytest.raises(errors.OutcomeUnknownError) as raised:
        client.ads.post(**an_ad())
    assert isinstance(raised.value.__cause__, httpx.RemoteProtocolError | httpx.ReadError)
    assert ads == len(client.ads.list())
    assert 1 == planned.happened


@pytest.mark.parametrize(("kind", "status", "ads"), [("error-before", 503, 0), ("error-after", 504, 1)])
def test_a_servers_error_leaves_open_what_was_done(kind: str, status: int, ads: int):
    """Both kinds look like a server in trouble; one has acted and the other has not. Its status can be chosen."""
    merchant = faulty(kind, "ads.post", times=1)
    answer = merchant.send("ads.post", {})
    posted = faulty(kind, "ads.post", status=520, times=1)

    with pytest.raises(AssertionError):
        posted.post_ad()
    assert (status, True) == (answer.status, payload(answer)["code"] < 0)
    assert ads == posted.total("ads.list", ALL)
    assert 520 == faulty("error-after", status=520).send("ads.list", ALL).status


def test_a_firewall_answers_with_a_page():
    """HTML with status 403, or another, from before the exchange."""
    for status in (403, 502):
        answer = faulty("firewall", status=status).send("ads.list", ALL)

        assert (status, "text/html") == (answer.status, answer.headers["Content-Type"])
        assert answer.body.startswith(b"<!DOCTYPE html>")
        assert str(status).encode() in answer.body


def test_a_body_may_be_cut_garbled_or_missing():
    """Three ways in which an answer with status 200 is none. What was asked for is done all the same."""
    bodies = {kind: faulty(kind).send("payment_methods.mine") for kind in ("cut", "garbled", "empty")}
    whole = trading()[0].send("payment_methods.mine").body

    assert {200} == {answer.status for answer in bodies.values()}
    assert whole[: len(whole) // 2] == bodies["cut"].body
    assert b"" == bodies["empty"].body
    with pytest.raises(UnicodeDecodeError):
        bodies["garbled"].body.decode()


@pytest.mark.parametrize("kind", ["cut", "garbled", "empty", "firewall", "error-before", "ban", "rate-limit"])
def test_the_client_names_each_of_them(kind: str, connect: Callable[..., C2CClient]):
    """Whatever is done to an answer, the client raises an error of its own."""
    sandbox = Sandbox()
    sandbox.faults.add(kind)

    with pytest.raises(errors.C2CError):
        connect(sandbox).payment_methods.mine()


def test_delay_is_slept_by_whoever_carries_the_answer():
    """In process the sleep is passed in and told how long; both clients get the answer afterwards."""
    slept: list[float] = []
    sandbox = Sandbox()
    sandbox.faults.add("delay", seconds=2.5)
    transport = SandboxTransport(sandbox, sleep=slept.append)

    async def ask() -> int:
        async with AsyncC2CClient.in_sandbox(sandbox, http=transport, timeout=None) as client:
            return len(await client.payment_methods.mine())

    with C2CClient.in_sandbox(sandbox, http=transport) as client:
        assert 1 == len(client.payment_methods.mine())
    assert 1 == asyncio.run(ask())
    assert [2.5, 2.5] == slept


def test_delay_beyond_the_clients_patience_is_a_timeout():
    """The client waits as long as it would for a socket, and is told the same."""
    slept: list[float] = []
    sandbox = Sandbox()
    sandbox.faults.add("delay", seconds=36_000)

    with (
        C2CClient.in_sandbox(
            sandbox, http=SandboxTransport(sandbox, sleep=slept.append), timeout=3600, retry=ONCE
        ) as client,
        pytest.raises(errors.OutcomeUnknownError) as raised,
    ):
        client.ads.post(**an_ad())
    assert isinstance(raised.value.__cause__, httpx.ReadTimeout)
    assert 3000 < slept[0] <= 3600


def test_delay_over_a_port_is_real():
    """The server holds the answer back: a client without patience does not get it."""
    sandbox = Sandbox()
    sandbox.faults.add("delay", "ads.list", seconds=0.01)
    sandbox.faults.add("delay", "payment_methods.mine", seconds=3600)
    key = sandbox.keys["merchant"]

    with (
        serve(sandbox) as url,
        C2CClient(api_key=key.api_key, api_secret=key.api_secret, base_url=url, retry=ONCE, timeout=120.0) as client,
    ):
        assert 0 == len(client.ads.list())
        with pytest.raises(errors.TransportError) as raised:
            # Over the connection that is there, so that even a slow machine sends it in time.
            client.with_options(timeout=0.5).payment_methods.mine()
    assert isinstance(raised.value.__cause__, httpx.ReadTimeout)


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_skewed_gate_refuses_the_right_time_and_tells_its_own(seconds: float):
    """A client whose clock is right is off by the server's, which is what -1021 says; asking for the time helps."""
    merchant = faulty("skew", seconds=seconds)

    assert -1021 == merchant.code("payment_methods.mine")
    with C2CClient.in_sandbox(merchant.sandbox) as client:
        assert 1 == len(client.payment_methods.mine())


def test_skew_leaves_the_exchange_its_time():
    """Only the gate's clock is off: an order is placed now, not an hour ago or ahead."""
    merchant, taker, clock = trading()
    number = merchant.post_ad()
    merchant.sandbox.faults.add("skew", seconds=600)
    answer = taker.send("orders.place", {**ORDER, "advOrderNumber": number}, timestamp=int(clock.seconds + 600) * 1000)

    assert int(clock.seconds) * 1000 == payload(answer)["data"]["orderMatch"]["createTime"]


def test_new_words_and_numbers_stand_where_a_fixed_set_was():
    """Fields of a fixed set get a value outside it and of the same type, and the client keeps the page."""
    sandbox = Sandbox()
    with C2CClient.in_sandbox(sandbox) as client:
        client.ads.post(**an_ad())
        sandbox.faults.add("new-enum")
        [row] = client.ads.list()

    assert "SOMETHING_NEW" == str(row.trade_type)
    assert 9_999 == int(row.adv_status or 0)
    assert "USDT" == row.asset


def test_new_fields_stand_in_every_object():
    """Envelope, data and rows have one more field each; the client keeps it beside those it knows."""
    sandbox = Sandbox()
    with C2CClient.in_sandbox(sandbox) as client:
        client.ads.post(**an_ad())
        sandbox.faults.add("new-field")
        [row] = client.ads.list()

    assert {"somethingNew": {"since": "tomorrow"}} == row.extra
    assert "somethingNew" in payload(faulty("new-field").send("ads.list", ALL))


def test_what_is_no_json_gets_no_field():
    """A fault on an answer that another one has broken leaves it as it is."""
    merchant = faulty("cut")
    cut = merchant.send("ads.list", ALL).body
    merchant.sandbox.faults.add("new-field")

    assert cut == merchant.send("ads.list", ALL).body


def test_pages_overlap_by_a_row_and_lose_none():
    """Each page begins with the last row of the one before, as when a row came in between; all rows are there."""
    merchant, _, _ = trading()
    numbers = [merchant.post_ad(initAmount=100, minSingleTransAmount=100) for _ in range(5)]
    merchant.sandbox.faults.add("duplicates", "ads.list")
    pages = [[row["advNo"] for row in merchant.do("ads.list", {"page": page, "rows": 2})] for page in (1, 2, 3, 4)]
    first, second, third, fourth, fifth = reversed(numbers)

    assert [[first, second], [second, third], [fourth, fifth], []] == pages
    assert (5, 6) == tuple(merchant.total("ads.list", {"page": page, "rows": 2}) for page in (1, 2))


def test_pages_asked_for_in_the_query_overlap_too():
    """The history's page stands in its query."""
    merchant, taker, _ = trading()
    number = merchant.post_ad()
    for _ in range(3):
        taker.place(number, totalAmount="500")
    merchant.sandbox.faults.add("duplicates", "orders.*")
    first, second = (
        [row["orderNumber"] for row in taker.do("orders.history", page=page, rows=2, tradeType="BUY")]
        for page in (1, 2)
    )

    assert [first[-1]] == second[:1]
    assert 3 == len({*first, *second})


def test_a_walk_sees_every_row_in_spite_of_overlaps():
    """The client's walk over overlapping pages yields each ad."""
    sandbox = Sandbox()
    with C2CClient.in_sandbox(sandbox) as client:
        numbers = {client.ads.post(**an_ad()) for _ in range(5)}
        sandbox.faults.add("duplicates")

        assert numbers == {row.adv_no for row in client.ads.iterate_list(rows=2)}


@pytest.mark.parametrize(("kind", "status", "wait"), [("rate-limit", 429, "1"), ("ban", 418, "120")])
def test_limits_can_be_had_without_reaching_them(kind: str, status: int, wait: str):
    """One answer with -1003 and how long to wait; nothing was done and nobody is banned."""
    merchant = faulty(kind, times=1)
    answer = merchant.send("ads.post", {})

    assert (status, wait, -1003) == (answer.status, answer.headers["Retry-After"], payload(answer)["code"])
    assert "7" == faulty(kind, seconds=6.5).send("ads.list", ALL).headers["Retry-After"]
    assert 0 == merchant.total("ads.list", ALL)


def test_a_fault_strikes_whom_it_names_and_no_more_often():
    """The pattern chooses operations; after `times` all is well; `clear` ends it at once."""
    merchant = faulty("empty", "ads.*", times=2)
    [planned] = merchant.sandbox.faults
    bodies = [merchant.send(name, ALL).body for name in ("payment_methods.mine", *["ads.list"] * 3)]
    merchant.sandbox.faults.add("empty")
    merchant.sandbox.faults.clear()

    assert [False, True, True, False] == [body == b"" for body in bodies]
    assert (3, 2) == (planned.met, planned.happened)
    assert merchant.send("ads.list", ALL).body


def struck(seed: int, restart: int | None = None) -> list[bool]:
    """Which of a hundred requests are struck by a fault with one chance in three."""
    sandbox = Sandbox(seed=seed)
    sandbox.faults.add("empty", probability=1 / 3)
    if restart is not None:
        sandbox.faults.restart(restart)
    return [sandbox.handle("GET", "/api/v3/ping", b"", {}, b"").body == b"" for _ in range(100)]


def test_a_restart_counts_from_the_beginning():
    """What has struck as often as it should strikes again, and has happened to nobody yet."""
    faults = Sandbox().faults
    faults.add("cut", times=1)
    before = [len(faults.draw("ads.list")) for _ in range(2)]
    faults.restart(faults.seed)

    assert [1, 0] == before
    assert [0] == [planned.happened for planned in faults]
    assert 1 == len(faults.draw("ads.list"))


def test_the_same_seed_replays_the_same_faults():
    """Same seed, same requests, same faults; another seed, others; `restart` begins from the beginning."""
    assert struck(7) == struck(7) == struck(1, restart=7)
    assert struck(7) != struck(8)
    assert 15 < sum(struck(7)) < 55


def test_one_faults_chances_do_not_move_anothers():
    """Whether a fault strikes does not depend on which others are in force."""
    alone, together = Sandbox(), Sandbox()
    first = alone.faults.add("new-field", probability=0.5)
    same = together.faults.add("new-field", probability=0.5)
    together.faults.add("delay", probability=0.5)
    for sandbox in (alone, together):
        for _ in range(50):
            sandbox.handle("GET", "/api/v3/ping", b"", {}, b"")

    assert first.happened == same.happened > 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "kind: one of delay, drop-before"),
        ("explode", "kind: one of delay, drop-before"),
        ("delay,operations=order.*", "operations: the name of an operation"),
        ("no-pong,operations=orders.*", "operations: the name of chat.ping or a pattern that matches some is expected"),
        ("lost,operations=ads.*", "operations: the name of chat.receive or chat.send or a pattern that matches some"),
        ("skew,operations=chat.ping", "operations: the name of an operation"),
        ("delay,times=0", "times: a positive number"),
        ("delay,times=1.5", "times: a whole number"),
        ("delay,probability=2", "probability: a number from 0 to 1"),
        ("delay,probability=often", "probability: a number is expected, not 'often'"),
        ("delay,seconds=inf", "seconds: a number is expected"),
        ("delay,seconds=-1", "seconds: a number from 0"),
        ("delay,status=500", "status: a fault of the kind delay takes no status; leave it out"),
        ("empty,seconds=1", "seconds: a fault of the kind empty takes no seconds; leave it out"),
        ("error-after,status=200", "status: an HTTP status from 400 to 599"),
        ("delay,often=yes", "fault: one of kind, operations"),
    ],
)
def test_a_fault_that_cannot_be_meant_is_refused(text: str, words: str):
    """The message names what is wrong and what was expected."""
    with pytest.raises(ValueError, match=words):
        Fault.parse(text)


@pytest.mark.parametrize(
    ("kind", "seconds", "status"),
    [
        ("delay", 1.0, None),
        ("skew", 3600.0, None),
        ("rate-limit", 1.0, None),
        ("ban", 120.0, None),
        ("error-before", None, 503),
        ("error-after", None, 504),
        ("firewall", None, 403),
        ("cut", None, None),
        ("reorder", 1.0, None),
        ("freeze", 60.0, None),
        ("token-refused", None, 401),
    ],
)
def test_a_fault_of_which_nothing_is_said_is_the_usual_one(kind: str, seconds: float | None, status: int | None):
    """Each kind has the seconds and the status that its documentation names, and none where they would mean nothing."""
    fault = Fault.parse(kind)

    assert (None, 1.0, seconds, status) == (fault.times, fault.probability, fault.seconds, fault.status)
    assert Fault(FaultKind(kind)) == fault


@pytest.mark.parametrize(
    ("just", "beyond"),
    [
        ("delay,seconds=315360000", "delay,seconds=315360001"),
        ("skew,seconds=-315360000", "skew,seconds=-315360001"),
        ("firewall,status=400", "firewall,status=399"),
        ("firewall,status=599", "firewall,status=600"),
        ("cut,probability=0", "cut,probability=-0.001"),
        ("cut,probability=1", "cut,probability=1.001"),
        ("delay,seconds=0", "delay,seconds=-0.001"),
    ],
)
def test_bounds_are_part_of_what_may_be_meant(just: str, beyond: str):
    """Ten years, any status of a failure, from never to always: and nothing past that."""
    name = beyond.partition(",")[2].partition("=")[0]

    assert Fault.parse(just) == Fault.of(Fault.parse(just).to_dict())
    with pytest.raises(ValueError, match=f"^{name}: "):
        Fault.parse(beyond)


@pytest.mark.parametrize("kind", FaultKind)
def test_a_fault_is_written_as_it_is_read(kind: FaultKind):
    """Text and dictionary lead to the same value."""
    fault = Fault.parse(f"{kind}, operations=chat.*, times=3, probability=0.5")

    assert Fault(kind, "chat.*", 3, 0.5) == fault == Fault.of(fault.to_dict())


def test_a_lost_release_was_acted_on_once():
    """The case all this is for: the answer to a release is lost, the client does not repeat it, the coins are gone."""
    sandbox = Sandbox()
    with C2CClient.in_sandbox(sandbox) as seller, C2CClient.in_sandbox(sandbox, account="taker") as buyer:
        order = buyer.orders.place(**an_order(seller.ads.post(**an_ad())))
        number = order.order_match.order_number
        buyer.orders.mark_paid(order_number=number)
        planned = sandbox.faults.add("drop-after", "orders.release")
        with pytest.raises(errors.OutcomeUnknownError):
            seller.orders.release(order_number=number, **FACTOR)

        assert 1 == planned.met
        assert OrderStatus.COMPLETED == seller.orders.get(order_number=number).order_status
