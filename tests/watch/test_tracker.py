"""What a watch asks next, and which events come of the answers, case by case."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from binance_c2c import Page
from binance_c2c.errors import (
    APIError,
    AuthenticationError,
    C2CError,
    DecodeError,
    RateLimitError,
    ServerError,
    TransportError,
)
from binance_c2c.watch import OrderEvent
from binance_c2c.watch.checkpoint import Known, loads
from binance_c2c.watch.stages import Stage, Told
from binance_c2c.watch.tracker import (
    FIRST_SWEEPS,
    LONGEST_WAIT,
    QUIET_SWEEPS,
    ROWS,
    SHORT_PAGES,
    SWEEP_EVERY,
    ListOrders,
    LookUp,
    Pace,
    Pause,
    Tracker,
    Trouble,
)
from binance_c2c_runtime import BadRow
from binance_c2c_sapi.enums import AdditionalKycVerify, OrderStatus
from binance_c2c_sapi.models import OrderDetail, OrderRow
from tests.support.clients import order_detail, order_row
from tests.watch.lagging_list import START, moment

HOUR = 3600


def row(number: str, status: int, created: float = 0.0, **more: Any) -> OrderRow:
    return order_row(number, order_status=OrderStatus(status), create_time=moment(START + created), **more)


def detail(number: str, status: int, created: float = 0.0, **more: Any) -> OrderDetail:
    return order_detail(number, order_status=OrderStatus(status), create_time=moment(START + created), **more)


def _detail_of(row: OrderRow) -> OrderDetail:
    return order_detail(row.order_number, order_status=row.order_status, create_time=row.create_time)


class Desk:
    """A tracker, the answers it is given, and the time."""

    def __init__(self, checkpoint: str | None = None, **pace: Any) -> None:
        self.tracker = Tracker(Pace(**pace), None if checkpoint is None else loads(checkpoint))
        self.seconds = 0.0
        self.open: list[OrderRow] = []
        self.all: list[OrderRow] = []
        self.orders: dict[str, OrderDetail | C2CError] = {}
        self.asked: list[str] = []

    @property
    def now_ms(self) -> int:
        return round((START + self.seconds) * 1000)

    def step(self) -> ListOrders | LookUp | Pause:
        return self.tracker.next_step(self.seconds, self.now_ms)

    def answer(self, step: ListOrders | LookUp) -> None:
        if isinstance(step, ListOrders):
            rows = self.all if step.sweep else self.open
            body = step.call.body or {}
            first = (body["page"] - 1) * ROWS
            self.asked.append("sweep" if step.sweep else "poll")
            page = Page(rows[first : first + ROWS], total=len(rows), page=body["page"])
            self.tracker.take_page(step, page, self.seconds, self.now_ms)
            return
        self.asked.append(step.order_number)
        shown = {one.order_number: one for one in [*self.open, *self.all]}
        known = self.orders.get(step.order_number) or _detail_of(shown[step.order_number])
        if isinstance(known, C2CError):
            self.tracker.failed(step, known, self.seconds, self.now_ms)
        else:
            self.tracker.take_order(step, known, self.seconds, self.now_ms)

    def carry_out(self, step: ListOrders | LookUp | Pause) -> None:
        if isinstance(step, Pause):
            self.seconds += step.seconds
        else:
            self.answer(step)

    def events(self) -> Iterable[OrderEvent]:
        while (event := self.tracker.take_event()) is not None:
            yield event

    def run(self, seconds: float = 0.0) -> list[str]:
        """The events until so many seconds are over, as number:kind, with a mark where they are late."""
        end, found = self.seconds + seconds, list[str]()
        while True:
            found += [f"{event.order_number}:{event.kind}{'!' if event.late else ''}" for event in self.events()]
            step = self.step()
            if not isinstance(step, Pause):
                self.answer(step)
            elif self.seconds + step.seconds > end:
                self.seconds = end
                return found
            else:
                self.seconds += step.seconds

    def again(self, **pace: Any) -> "Desk":
        """The next run, from the checkpoint of this one."""
        other = Desk(self.tracker.checkpoint(), **pace)
        other.seconds, other.open, other.all, other.orders = self.seconds, self.open, self.all, self.orders
        return other


def test_a_first_run_begins_with_what_is_open():
    """Each open order is new, and what it became since is told; those that are over are none of the watch's."""
    desk = Desk()
    desk.open = [row("3", 5), row("2", 2), row("1", 1)]
    desk.all = [*desk.open, row("0", 4, created=-10)]
    desk.orders["3"] = detail("3", 5)

    assert ["2:new!", "2:paid", "1:new", "3:new!", "3:paid!", "3:disputed"] == desk.run(60)
    assert "0" not in desk.asked


def test_an_order_that_leaves_the_list_is_looked_up():
    """Its end is told from the order itself, with the payment that no list showed."""
    desk = Desk()
    desk.open = desk.all = [row("1", 1)]
    assert ["1:new"] == desk.run(10)
    desk.open = []
    desk.orders["1"] = detail("1", 4)

    assert ["1:paid!", "1:released"] == desk.run(30)
    assert [] == desk.run(HOUR)
    assert 1 == desk.asked.count("1")


def test_an_order_that_came_and_went_between_two_polls_is_found():
    """The next sweep shows it, and the order itself tells its life."""
    desk = Desk()
    desk.run(10)
    desk.all = [row("1", 6, created=15)]
    desk.orders["1"] = detail("1", 6, created=15, notify_pay_time=moment(START + 16))

    assert ["1:new!", "1:paid!", "1:cancelled"] == desk.run(SWEEP_EVERY)


def test_an_order_that_the_list_hid_at_the_start_is_told_only_if_it_ended_later():
    """What was over before the watch began stays untold, however late the list shows it."""
    desk = Desk()
    desk.all = [row("5", 4, created=-10)]
    desk.run(10)
    desk.all += [row("4", 4, created=-60), row("3", 4, created=-60), row("2", 4, created=-70)]
    desk.orders["4"] = detail("4", 4, created=-60, confirm_pay_time=moment(START - 30))
    desk.orders["3"] = detail("3", 4, created=-60, confirm_pay_time=moment(START + 5))
    desk.orders["2"] = detail("2", 4, created=-70)

    assert ["2:new!", "2:paid!", "2:released", "3:new!", "3:paid!", "3:released"] == desk.run(SWEEP_EVERY)


def test_an_old_state_after_a_newer_one_is_no_change():
    """A paid order that the list shows as unpaid again, and a released one that it shows as open, are left alone."""
    desk = Desk()
    desk.open = desk.all = [row("2", 2), row("1", 1)]
    desk.orders["1"] = detail("1", 4)
    desk.run(10)
    desk.open = desk.all = [row("2", 1)]
    assert ["1:paid!", "1:released"] == desk.run(30)
    desk.open = desk.all = [row("2", 2), row("1", 2)]

    assert [] == desk.run(30)


def test_a_way_back_is_asked_of_the_order():
    """A disputed order that the list shows as paid is disputed until the order itself says otherwise."""
    desk = Desk()
    desk.open = desk.all = [row("1", 2)]
    desk.run(10)
    desk.open = desk.all = [row("1", 3)]
    assert ["1:disputed"] == desk.run(15)
    desk.open = desk.all = [row("1", 2)]
    desk.orders["1"] = detail("1", 3)
    assert [] == desk.run(60)
    desk.orders["1"] = detail("1", 2)
    assert ["1:resumed"] == desk.run(60)
    desk.open = desk.all = [row("1", 5)]
    assert [] == desk.run(60)
    desk.orders["1"] = detail("1", 5)

    assert ["1:disputed"] == desk.run(60)


def test_changes_of_one_kind_have_keys_of_their_own():
    """A second dispute of an order is another change than the first; every other change has the order and its kind."""
    desk = Desk()
    desk.open = desk.all = [row("1", 5)]
    keys = list[str]()
    for status in (5, 2, 5):
        desk.open = desk.all = [row("1", status)]
        desk.orders["1"] = detail("1", status)
        for _ in range(20):
            step = desk.step()
            desk.carry_out(step)
            keys += [event.key for event in desk.events()]

    assert ["1:new", "1:paid", "1:disputed:1", "1:resumed:1", "1:disputed:2"] == keys


def test_a_status_that_nobody_knows_is_told_as_such():
    """Hands off: it is told once, looked up as long as it lasts, and told when it is over."""
    desk = Desk()
    desk.open = desk.all = [row("1", 2)]
    desk.run(10)
    desk.open = desk.all = []
    desk.orders["1"] = detail("1", 9)
    assert ["1:unknown"] == desk.run(60)
    desk.orders["1"] = detail("1", 2)
    assert ["1:resumed"] == desk.run(60)
    desk.open = desk.all = [row("1", 8)]

    assert [] == desk.run(60)


def test_a_verification_that_is_asked_for_is_told_once():
    """It comes after NEW, and not again with the next poll nor after a restart."""
    asked: dict[str, Any] = {"additional_kyc_verify": AdditionalKycVerify.NOT_VERIFIED}
    desk = Desk()
    desk.open = desk.all = [row("1", 1, **asked)]
    assert ["1:new", "1:verification_asked"] == desk.run(30)

    assert [] == desk.again().run(30)


def test_time_that_is_nearly_over_is_told():
    """Once for each deadline, from the order itself, and again where more time was given and that runs out too."""
    desk = Desk()
    desk.open = desk.all = [row("1", 1, notify_pay_end_time=moment(START + 600))]
    desk.orders["1"] = detail("1", 1, notify_pay_end_time=moment(START + 600))
    assert ["1:new"] == desk.run(400)
    assert ["1:deadline_near"] == desk.run(30)
    desk = desk.again()
    assert [] == desk.run(120)
    desk.orders["1"] = detail("1", 1, notify_pay_end_time=moment(START + 900))
    desk.open = [row("1", 1, notify_pay_end_time=moment(START + 900))]
    assert [] == desk.run(100)
    assert ["1:deadline_near"] == desk.run(200)
    desk.open = [row("1", 2, confirm_pay_end_time=moment(START + 1500))]
    desk.orders["1"] = detail("1", 2, confirm_pay_end_time=moment(START + 1500))

    assert ["1:paid"] == desk.run(100)
    assert ["1:deadline_near"] == desk.run(600)


def test_a_warning_says_until_when():
    """The event has the deadline, and its key names it."""
    desk = Desk()
    desk.open = desk.all = [row("1", 1, notify_pay_end_time=moment(START + 100))]
    desk.orders["1"] = detail("1", 1)
    found = list[OrderEvent]()
    while len(found) < 2:
        step = desk.step()
        assert not isinstance(step, Pause)
        desk.answer(step)
        found += desk.events()

    assert moment(START + 100) == found[1].deadline
    assert f"1:deadline_near:{(START + 100) * 1000}" == found[1].key
    assert "<OrderEvent 1:new>" == repr(found[0])
    assert "1" == found[1].order_number


def test_no_warning_for_what_was_paid_or_given_more_time():
    """The order itself is asked before a warning."""
    desk = Desk()
    desk.open = desk.all = [row(number, 1, notify_pay_end_time=moment(START + 600)) for number in "12"]
    desk.orders["1"] = detail("1", 2)
    desk.orders["2"] = detail("2", 1, notify_pay_end_time=moment(START + 6000))

    assert ["1:new", "2:new", "1:paid"] == desk.run(900)


def test_a_warning_comes_even_if_the_order_cannot_be_asked():
    """Better from what is known than too late."""
    desk = Desk()
    desk.open = desk.all = [row("1", 1, notify_pay_end_time=moment(START + 600))]
    desk.orders["1"] = TransportError("no connection")

    assert ["1:new", "1:deadline_near"] == desk.run(600)


def test_a_deadline_outlives_a_dispute():
    """An order that is paid again after its dispute still has a time that runs out."""
    ends: dict[str, Any] = {"confirm_pay_end_time": moment(START + 600)}
    desk = Desk()
    desk.open = desk.all = [row("1", 2, **ends)]
    desk.run(10)
    desk.open = desk.all = [row("1", 5, **ends)]
    assert ["1:disputed"] == desk.run(500)
    desk.open = desk.all = [row("1", 2, **ends)]
    desk.orders["1"] = detail("1", 2, **ends)

    assert ["1:resumed", "1:deadline_near"] == desk.run(60)


def test_a_warning_of_an_order_that_is_over_is_none():
    """Its time does not matter any more."""
    desk = Desk(every=1000.0, at_most=1000.0)
    desk.open = desk.all = [row("1", 1, notify_pay_end_time=moment(START + 600))]
    desk.run(10)
    desk.orders["1"] = detail("1", 6)
    desk.tracker.hurry("1", desk.seconds)

    assert ["1:cancelled"] == desk.run(900)


def test_a_hint_is_followed_at_once():
    """The order that it names is looked up, before any list knows it, and the list is read soon."""
    desk = Desk(every=60.0, at_most=60.0)
    desk.run(10)
    desk.orders["1"] = detail("1", 1, created=10)
    desk.tracker.hurry("1", desk.seconds)
    desk.asked.clear()

    assert ["1:new"] == desk.run(1)
    assert ["poll", "1"] == desk.asked
    desk.asked.clear()
    for _ in range(5):
        desk.tracker.hurry(None, desk.seconds)
    desk.run(0.4)
    assert 1 == desk.asked.count("poll")


def test_a_hint_about_an_order_that_is_over_or_not_ours_leads_nowhere():
    """One whose end was told is not asked for again, and one that the exchange refuses is given up."""
    desk = Desk()
    desk.open = desk.all = [row("1", 1)]
    desk.run(10)
    desk.open = []
    desk.orders["1"] = detail("1", 6)
    desk.orders["2"] = APIError("not your order", code=83998)
    desk.run(20)
    for number in "12":
        desk.tracker.hurry(number, desk.seconds)
    assert [] == desk.run(100)

    assert 1 == desk.asked.count("1")
    assert 3 == desk.asked.count("2")


def test_a_quiet_watch_asks_less_often():
    """The interval grows to its bound while nothing happens, and is short again after a change."""
    desk = Desk(every=2.0, at_most=16.0)
    desk.run(200)
    assert 12 <= desk.asked.count("poll") <= 25
    desk.open = desk.all = [row("1", 1)]
    desk.run(20)
    desk.asked.clear()
    desk.run(6)

    assert 2 <= desk.asked.count("poll")


def test_an_outage_is_waited_for_and_made_up_for():
    """Failures that pass are tried again after growing waits, and what happened meanwhile is found."""
    desk = Desk()
    desk.run(10)
    waits = list[float]()
    while len(waits) < 9:
        step = desk.step()
        if isinstance(step, Pause):
            waits.append(step.seconds)
            desk.seconds += step.seconds
        else:
            assert Trouble.PASSING == desk.tracker.failed(step, TransportError("no"), desk.seconds, desk.now_ms)
    desk.all = [row("1", 4, created=30)]
    desk.orders["1"] = detail("1", 4, created=30)

    assert [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, LONGEST_WAIT, LONGEST_WAIT] == waits[1:]
    assert ["1:new!", "1:paid!", "1:released"] == desk.run(60)


def test_the_exchange_is_left_alone_for_as_long_as_it_asks():
    """`retry_after` is a wait that no hint cuts short."""
    desk = Desk()
    step = desk.step()
    assert isinstance(step, ListOrders)
    error = RateLimitError("too many", retry_after=500.0)
    assert Trouble.PASSING == desk.tracker.failed(step, error, desk.seconds, desk.now_ms)
    desk.tracker.hurry("1", desk.seconds)

    assert Pause(500.0) == desk.step()


@pytest.mark.parametrize(
    ("error", "of_a_list", "of_an_order"),
    [
        (TransportError("no connection"), Trouble.PASSING, Trouble.PASSING),
        (ServerError("busy"), Trouble.PASSING, Trouble.PASSING),
        (DecodeError("unreadable"), Trouble.LASTING, Trouble.OF_AN_ORDER),
        (APIError("no", code=83998), Trouble.LASTING, Trouble.OF_AN_ORDER),
        (APIError("a page of a firewall"), Trouble.PASSING, Trouble.PASSING),
        (AuthenticationError("bad key"), Trouble.LASTING, Trouble.LASTING),
        (C2CError("closed"), Trouble.LASTING, Trouble.LASTING),
    ],
)
def test_trouble_is_told_apart(error: C2CError, of_a_list: Trouble, of_an_order: Trouble):
    """What passes, what is about one order, and what lasts until a person does something."""
    desk = Desk()
    desk.open = desk.all = [row("1", 1)]
    poll = desk.step()
    assert isinstance(poll, ListOrders)
    desk.run(10)
    desk.open = []
    look_up = desk.step()
    while not isinstance(look_up, LookUp):
        desk.carry_out(look_up)
        look_up = desk.step()

    assert of_a_list == desk.tracker.failed(poll, error, desk.seconds, desk.now_ms)
    assert of_an_order == desk.tracker.failed(look_up, error, desk.seconds, desk.now_ms)


def test_an_end_is_believed_of_the_list_where_the_order_cannot_be_asked():
    """An order that `orders.get` refuses over and over ends as the list says; the others go on."""
    desk = Desk()
    desk.open = desk.all = [row("2", 1), row("1", 1)]
    desk.run(10)
    desk.open = [row("2", 2)]
    desk.all = [row("2", 2), row("1", 6)]
    desk.orders["1"] = APIError("no", code=-9000)

    assert ["2:paid", "1:cancelled"] == desk.run(2 * SWEEP_EVERY)


def test_a_row_that_cannot_be_read_is_looked_up_and_told_once():
    """The order itself may be readable; the bad row is handed over once, however often it comes."""
    desk = Desk()
    desk.orders["1"] = detail("1", 1)
    bad = [BadRow(0, "price: no number", {}, number="1"), BadRow(1, "no order number", {"x": 1})]
    found = list[BadRow]()
    for _ in range(2):
        step = desk.step()
        assert isinstance(step, ListOrders)
        desk.tracker.take_page(step, Page([], total=2, bad_rows=bad), desk.seconds, desk.now_ms)
        while (told := desk.tracker.take_bad_row()) is not None:
            found.append(told)
        desk.seconds += 5

    assert bad == found
    assert ["1:new"] == desk.run(1)


def test_a_lost_page_hides_nothing_for_long():
    """A page that is shorter than it should be is asked for again before what stands behind it is missed."""
    desk = Desk()
    desk.open = desk.all = [row(str(number), 1, created=-number) for number in range(50)]
    step = desk.step()
    assert isinstance(step, ListOrders)
    for _ in range(3):
        desk.tracker.take_page(step, Page([], total=50), desk.seconds, desk.now_ms)
        step = desk.step()
        assert isinstance(step, ListOrders)
        assert 1 == (step.call.body or {})["page"]

    assert 50 == len(desk.run(1))


def test_an_order_that_is_missing_from_half_a_list_is_not_asked_for_at_once():
    """Only where it is missing again; a whole list without it is enough."""
    desk = Desk()
    desk.open = desk.all = [row("2", 1), row("1", 1)]
    desk.orders["1"] = detail("1", 1)
    desk.run(10)
    desk.asked.clear()
    for expected in (0, 1):
        step = desk.step()
        while not (isinstance(step, ListOrders) and not step.sweep):
            desk.carry_out(step)
            step = desk.step()
        while isinstance(step, ListOrders) and not step.sweep:
            desk.tracker.take_page(step, Page([row("2", 1)], total=2), desk.seconds, desk.now_ms)
            step = desk.step()
        assert expected == isinstance(step, LookUp)


def test_a_page_that_comes_after_its_walk_was_given_up_is_left_aside():
    """An answer that was overtaken by a failure changes nothing."""
    desk = Desk()
    step = desk.step()
    assert isinstance(step, ListOrders)
    desk.tracker.failed(step, TransportError("no"), desk.seconds, desk.now_ms)
    desk.tracker.take_page(step, Page([row("1", 1)], total=1), desk.seconds, desk.now_ms)

    assert [] == list(desk.events())


def test_an_order_that_was_told_meanwhile_is_not_looked_at_again():
    """Answers and failures of a look-up that is out of date change nothing."""
    desk = Desk()
    desk.open = desk.all = [row("1", 1)]
    desk.run(10)
    desk.orders["1"] = detail("1", 6)
    desk.tracker.hurry("1", desk.seconds)
    step = desk.step()
    while not isinstance(step, LookUp):
        desk.carry_out(step)
        step = desk.step()
    desk.answer(step)
    assert ["1:cancelled"] == [f"1:{event.kind}" for event in desk.events()]
    desk.answer(step)

    assert Trouble.PASSING == desk.tracker.failed(step, TransportError("no"), desk.seconds, desk.now_ms)
    assert [] == list(desk.events())


def test_what_is_seen_of_an_order_after_its_end_waits_for_nothing():
    """While the end waits to be told, rows and polls that show the order say nothing new."""
    desk = Desk()
    desk.open = desk.all = [row("1", 1)]
    desk.run(10)
    desk.orders["1"] = detail("1", 6)
    desk.tracker.hurry("1", desk.seconds)
    for _ in range(4):
        step = desk.step()
        desk.carry_out(step)
    desk.seconds += 20
    desk.tracker.hurry("1", desk.seconds)
    for _ in range(4):
        step = desk.step()
        desk.carry_out(step)

    assert ["cancelled"] == [event.kind for event in desk.events()]


def test_a_checkpoint_has_what_was_told_and_nothing_else():
    """What was seen and not given yet, the next run gives."""
    desk = Desk()
    desk.open = desk.all = [row("2", 2), row("1", 1)]
    step = desk.step()
    assert isinstance(step, ListOrders)
    desk.answer(step)
    first = desk.tracker.take_event()
    assert first is not None
    assert "2:new" == first.key

    assert ["2:paid", "1:new"] == desk.again().run(10)


def test_what_is_forgotten_is_not_told_again():
    """An order that was over long ago, and that a list shows as open once more, is known by its age."""
    desk = Desk(memory_ms=HOUR * 1000)
    desk.open = desk.all = [row("1", 1)]
    desk.run(10)
    desk.orders["1"] = detail("1", 6)
    desk.open, desk.all = [], [row("1", 6)]
    desk.run(20)
    desk.seconds += 2 * HOUR
    desk.open = desk.all = [row("2", 1, created=2 * HOUR)]
    assert ["2:new"] == desk.run(2 * SWEEP_EVERY)
    assert '"over":{}' in desk.tracker.checkpoint()
    desk.open = [row("2", 1, created=2 * HOUR), row("1", 1)]
    assert [] == desk.run(60)

    assert [] == desk.again().run(60)


def test_an_open_order_that_is_older_than_the_memory_is_told_all_the_same():
    """The list hid it for longer than anybody thought: the order itself says that it is open, so it was never over."""
    desk = Desk(memory_ms=HOUR * 1000)
    desk.all = [row("2", 6, created=2 * HOUR)]
    desk.seconds = 2.0 * HOUR
    desk.run(2 * SWEEP_EVERY)
    desk.open = [row("1", 1)]
    desk.orders["1"] = detail("1", 1)

    assert ["1:new"] == desk.run(60)


def test_nothing_is_forgotten_while_something_older_is_untold():
    """An order that could not be looked up yet keeps the memory from moving past it."""
    desk = Desk(memory_ms=HOUR * 1000)
    desk.run(10)
    desk.all = [row("2", 1, created=3 * HOUR), row("1", 6, created=20)]
    desk.open = desk.all[:1]
    desk.orders["1"] = TransportError("no")
    desk.seconds = 3.0 * HOUR
    assert ["2:new"] == desk.run(4 * SWEEP_EVERY)
    assert loads(desk.tracker.checkpoint()).forgotten_ms <= (START + 20) * 1000
    desk.orders["1"] = detail("1", 6, created=20)

    assert ["1:new!", "1:cancelled"] == desk.run(SWEEP_EVERY)


def test_a_total_that_counts_too_much_does_not_keep_everything_in_memory():
    """After many sweeps that find nothing unknown, an incomplete one is believed."""
    desk = Desk(memory_ms=HOUR * 1000)
    desk.run(10)
    desk.seconds = 3.0 * HOUR
    rows = [row("1", 6, created=3 * HOUR)]
    desk.orders["1"] = detail("1", 6, created=3 * HOUR)
    sweeps = 0
    while loads(desk.tracker.checkpoint()).forgotten_ms == 0:
        list(desk.events())
        step = desk.step()
        if isinstance(step, ListOrders) and step.sweep:
            sweeps += 1
            desk.tracker.take_page(step, Page(rows, total=5), desk.seconds, desk.now_ms)
        else:
            desk.carry_out(step)

    # Each of them has a few pages.
    assert QUIET_SWEEPS <= sweeps <= 10 * QUIET_SWEEPS
    assert (START + 2 * HOUR) * 1000 == loads(desk.tracker.checkpoint()).forgotten_ms


def test_a_total_that_counts_too_much_does_not_keep_a_watch_at_its_start():
    """Three sweeps show the orders of the start, even if none of them is complete."""
    desk = Desk()
    pages = 0
    while loads(desk.tracker.checkpoint()).begun_ms is None:
        step = desk.step()
        if isinstance(step, ListOrders) and step.sweep:
            pages += 1
            desk.tracker.take_page(step, Page([], total=5), desk.seconds, desk.now_ms)
        else:
            desk.carry_out(step)

    # In each of them the page that is too short is asked for again.
    assert 3 * 4 == FIRST_SWEEPS * (SHORT_PAGES + 1) == pages


def test_a_server_that_heeds_no_start_is_not_read_to_its_end():
    """A whole page of orders that are known, or older than what is asked for, ends a sweep."""
    past = [row(str(number), 4, created=-10 * HOUR - number) for number in range(1000)]
    desk = Desk(memory_ms=HOUR * 1000)
    desk.all = past
    desk.run(HOUR)

    assert 0 < desk.asked.count("sweep") < 100


def test_a_time_in_the_far_future_makes_nothing_old():
    """An order of the year 2100 does not end the memory of those of today."""
    desk = Desk(memory_ms=HOUR * 1000)
    desk.open = desk.all = [row("9", 1, created=80 * 365 * 24 * HOUR), row("1", 1)]
    desk.run(2 * SWEEP_EVERY)

    assert loads(desk.tracker.checkpoint()).forgotten_ms < (START + 25 * HOUR) * 1000


def test_look_ups_and_a_sweep_take_turns():
    """Neither many orders to look up nor a long sweep keeps the other waiting."""
    known = {str(number): (1, Told(Stage.PAID, paid=True)) for number in range(40)}
    desk = Desk(Known(begun_ms=1, open=known).dumps())
    desk.orders = {number: detail(number, 4) for number in known}
    desk.all = [row(str(100 + number), 4, created=-number) for number in range(60)]
    desk.orders |= {one.order_number: detail(one.order_number, 4) for one in desk.all}
    list(desk.run(1))
    order = [asked if asked == "sweep" else "order" for asked in desk.asked if asked != "poll"]

    assert "sweep" in order[:2]
    assert "order" in order[:2]


def test_a_pause_ends_when_the_next_thing_is_due():
    """A deadline that comes before the next poll is not slept through."""
    desk = Desk(every=100.0, at_most=100.0, warn_before_ms=0)
    desk.open = desk.all = [row("1", 1, notify_pay_end_time=moment(START + 30))]
    desk.run(1)
    step = desk.step()

    assert isinstance(step, Pause)
    assert timedelta(seconds=29) == timedelta(seconds=round(step.seconds, 3))
