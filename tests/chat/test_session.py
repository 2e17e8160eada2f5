"""The session without a socket: it is told what came and when, and says what is to be done."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c.chat import Away, Back, Event, Message, Missed, Notice, Reconnect, Replaced, Unreadable
from binance_c2c.chat import ledger as ledger_module
from binance_c2c.chat import session as session_module
from binance_c2c.chat.session import OutgoingMessage, Session
from binance_c2c.errors import ConfigurationError
from binance_c2c_sapi.models import ChatMessage

STEADY = Reconnect(jitter=0)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def row(number: int, order: str = "A", **more: Any) -> dict[str, Any]:
    return {"id": str(number), "type": "text", "orderNo": order, "content": f"{number}", "uuid": f"u{number}", **more}


def frame(number: int, order: str = "A", **more: Any) -> bytes:
    return json.dumps(row(number, order, **more)).encode()


def history(*numbers: int, **more: Any) -> list[ChatMessage]:
    return [ChatMessage.from_dict(row(number, **more)) for number in numbers]


def fresh(state: dict[str, str] | None = None, reconnect: Reconnect = STEADY, **more: Any) -> Session:
    return Session(state, reconnect, wall=lambda: NOON, **more)


def opened(state: dict[str, str] | None = None, **more: Any) -> Session:
    """A session with a connection whose gap is filled."""
    session = fresh(state, **more)
    if session.needs_start:
        session.begin(history(100))
    session.opened(0.0)
    fill(session, history(100))
    return session


def fill(session: Session, rows: list[ChatMessage], now: float = 0.0) -> None:
    request = session.history_request()
    assert request is not None
    session.take_history(request, rows, now)


def is_backfilling(session: Session) -> bool:
    """Whether what comes waits for a gap to be filled."""
    backfill = session._backfill
    return backfill is not None and not backfill.is_second


def events(session: Session) -> list[Event]:
    found = []
    while (event := session.take()) is not None:
        found.append(event)
    return found


def numbers(session: Session) -> list[int]:
    return [int(str(event.frame.id)) for event in events(session) if isinstance(event, Message)]


def test_a_connection_is_made_at_once_and_then_waited_for():
    """Growing waits, up to a longest one; a connection that proved itself begins anew."""
    session = fresh()
    waits = []
    for _ in range(9):
        session.not_opened(0.0, "no")
        waits.append(session.wait_before_connect(0.0))
    session.opened(0.0)
    session.lost(100.0, None, "")

    assert [5.0, 7.5, 11.25, 16.875, 25.3125, 37.96875, 56.953125, 60.0, 60.0] == waits
    assert 5.0 == session.wait_before_connect(100.0)
    assert 2.0 == session.wait_before_connect(103.0)


def test_a_clean_close_is_followed_at_once_but_not_for_ever():
    """A server that ends each connection cleanly and soon is waited for like any other."""
    session = fresh()
    waits = []
    for _ in range(3):
        session.opened(0.0)
        session.lost(0.0, 1000, "")
        waits.append(session.wait_before_connect(0.0))
    session.opened(0.0)
    session.lost(60.0, 1001, "going away")

    assert [0.0, 7.5, 11.25] == waits
    assert 0.0 == session.wait_before_connect(60.0)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_are_bounded(attempt: int, chance: float):
    """However often it failed, and whatever chance says."""
    policy = Reconnect()

    assert 0 <= policy.wait_before(attempt, lambda: chance) <= 60 * 1.25


@pytest.mark.parametrize(
    "wrong", [{"first_wait": -1}, {"growth": "x"}, {"longest_wait": float("inf")}, {"jitter": True}]
)
def test_a_policy_that_cannot_work_is_refused(wrong: dict[str, Any]):
    """With the name of the setting."""
    with pytest.raises(ConfigurationError, match=f"reconnect: {next(iter(wrong))}: a number that is not negative"):
        Reconnect(**wrong)


def test_a_wait_that_the_exchange_asks_for_is_kept():
    """Where it is longer than ours."""
    session = fresh()
    session.not_opened(0.0, "busy", 90.0)

    assert 90.0 == session.wait_before_connect(0.0)


def test_times_away_are_told_once():
    """One `Away` and one `Back` for any number of attempts; none before the first connection."""
    session = fresh()
    session.not_opened(0.0, "no")
    session.begin(history(100))
    session.opened(0.0)
    fill(session, history(100))
    session.lost(1.0, 1011, "trouble")
    session.not_opened(2.0, "no")
    session.opened(3.0)
    fill(session, history(101, 100))

    assert [Away(NOON, "the connection closed with 1011"), Message, Back(NOON, 1)] == [
        type(event) if isinstance(event, Message) else event for event in events(session)
    ]


def test_another_login_ends_it_or_is_answered():
    """The stream ends, unless it is to be taken back: then it goes on, not at once."""
    ends, goes_on = opened(), opened(reconnect=Reconnect(jitter=0, take_back=True))
    for session in (ends, goes_on):
        session.lost(1.0, 1000, "Bye")

    assert [Replaced(NOON)] == events(ends)
    assert ends.is_over
    assert [Replaced, Away] == [type(event) for event in events(goes_on)]
    assert 6.0 == (goes_on.wait_before_connect(1.0) or 0) + 1.0


def test_what_came_before_the_first_connection_is_not_given():
    """The stream begins behind the newest message; one that comes between that request and the connection is in it."""
    session = fresh()
    assert session.needs_start
    session.begin(history(100, 99))
    session.opened(0.0)
    fill(session, history(101, 100, 99))

    assert [101] == numbers(session)


def test_an_empty_history_is_a_beginning_too():
    """An account that never talked has nothing behind it."""
    session = fresh()
    session.begin([])
    session.opened(0.0)
    fill(session, [])
    session.received(frame(7))

    assert [7] == numbers(session)


def test_what_comes_while_a_gap_is_filled_waits_for_it():
    """History and stream merge by number; a frame without one stays behind the frame it came behind."""
    session = opened()
    session.lost(1.0, None, "")
    session.opened(2.0)
    session.received(frame(104))
    session.received(json.dumps({"type": "system", "orderNo": "A", "content": "{}", "uuid": "A1"}).encode())
    session.received(frame(106))
    fill(session, history(107, 105, 104, 103, 102, 100))
    found = events(session)
    read = [event for event in found if isinstance(event, Message)]

    assert ["102", "103", "104", None, "105", "106", "107"] == [event.frame.id for event in read]
    assert [True, True, False, False, True, False, True] == [event.recovered for event in read]
    assert Back(NOON, 4) in found
    session.received(frame(107))
    assert [] == events(session)


def test_pages_are_asked_for_until_one_reaches_down():
    """Backwards by number; what stands in the last page and was overtaken in the stream is found."""
    session = opened()
    session.received(frame(110))
    session.lost(1.0, None, "")
    session.opened(2.0)
    first = session.history_request()
    fill(session, history(130, 120))
    second = session.history_request()
    fill(session, history(115, 110, 109, 100))

    assert first is not None
    assert second is not None
    assert (None, "120") == (first.before_id, second.before_id)
    assert not is_backfilling(session)
    assert [110, 109, 115, 120, 130] == numbers(session)


def test_an_answer_to_an_old_request_changes_nothing():
    """A page, or an error, that comes after its connection ended."""
    session = opened()
    session.lost(1.0, None, "")
    session.opened(2.0)
    request = session.history_request()
    assert request is not None
    session.lost(3.0, None, "")
    session.take_history(request, history(101), 3.0)
    session.history_failed(request, "no", 3.0)
    session.opened(4.0)
    fill(session, history(101, 100))

    assert [101] == numbers(session)


def test_a_page_that_does_not_go_back_ends_the_walk():
    """A server that ignores the number is not asked for ever."""
    session = opened()
    session.lost(1.0, None, "")
    session.opened(2.0)
    fill(session, history(130, 120))
    fill(session, history(130, 120))
    request = session.history_request()
    assert request is not None
    assert "A" == request.order_number
    fill(session, history(130, 120, 100))

    assert not is_backfilling(session)
    assert [120, 130] == numbers(session)


def test_rows_that_belong_nowhere_are_left():
    """Without a number or an order they cannot be filed."""
    session = opened()
    session.lost(1.0, None, "")
    session.opened(2.0)
    odd = [ChatMessage(id="x", order_number="A"), ChatMessage(id="105")]
    fill(session, [*history(106), *odd, *history(100)])

    assert [106] == numbers(session)


def test_a_gap_without_end_is_cut(monkeypatch: pytest.MonkeyPatch):
    """So many messages are fetched; that there are more is told."""
    monkeypatch.setattr(session_module, "MOST_RECOVERED", 3)
    session = opened()
    session.lost(1.0, None, "")
    session.opened(2.0)
    fill(session, history(203, 202))
    fill(session, history(201, 200))
    found = events(session)

    assert [Missed("100", "more than 3 messages were missed")] == [one for one in found if isinstance(one, Missed)]
    assert 4 == len([one for one in found if isinstance(one, Message)])


def test_a_history_that_fails_is_asked_again_and_then_left():
    """With growing waits, or those the exchange asks for; then the stream goes on, and says what may be missing."""
    session = opened()
    session.lost(1.0, None, "")
    session.opened(0.0)
    session.received(frame(105))
    times = []
    while is_backfilling(session) and (request := session.history_request()) is not None:
        times.append(request.not_before)
        session.history_failed(request, "busy", 0.0, 9.0 if len(times) == 2 else None)
    found = events(session)

    assert [0.0, 5.0, 9.0, 11.25, 16.875] == times
    assert Missed("100", "busy") in found
    assert Back(NOON, 0) in found


def test_orders_do_not_mix():
    """Each message is filed under its own order, also in a page of another."""
    session = opened()
    session.lost(1.0, None, "")
    session.opened(2.0)
    fill(session, [*history(103, 101), *history(102, order="B"), *history(100)])
    read = [(event.order_number, event.frame.id) for event in events(session) if isinstance(event, Message)]

    assert [("A", "101"), ("B", "102"), ("A", "103")] == read
    assert {"*": "103", "A": "103", "B": "102"} == session.state


def test_one_that_was_overtaken_is_late_and_not_lost():
    """The exchange sent a larger number of its order first."""
    session = opened()
    session.received(frame(120))
    session.received(frame(110))
    session.received(frame(115, order="B"))

    assert [(120, False), (110, True), (115, False)] == [
        (int(str(event.frame.id)), event.late) for event in events(session) if isinstance(event, Message)
    ]


def test_names_of_the_exchange_may_be_shared():
    """Two pieces of news of one moment have one uuid: both are given; a text under a known uuid is a duplicate."""
    session = opened()
    for number, kind in ((110, "system"), (111, "system"), (112, "text"), (113, "text")):
        session.received(frame(number, uuid=f"A-{kind}", type=kind))

    assert [110, 111, 112] == numbers(session)


def test_a_film_comes_twice():
    """First that it is there, then that it can be seen; the second is a notice."""
    session = opened()
    session.received(frame(110, type="video", transcodingStatus="pending"))
    session.received(frame(110, type="video", transcodingStatus="success"))
    first, second = events(session)

    assert isinstance(first, Message)
    assert isinstance(second, Notice)
    assert "success" == second.frame.transcoding_status


def test_frames_about_messages_are_notices():
    """A recall, a mark, a translation: under the number of the message they are about, and no duplicate of it."""
    session = opened()
    session.received(frame(110))
    for kind in ("recall", "mark", "translate", "ack", "contact"):
        session.received(frame(110, type=kind))

    assert [Message, *[Notice] * 5] == [type(event) for event in events(session)]


def test_the_topic_stands_in_for_the_order():
    """A frame may say the order's number in `topicId` alone."""
    session = opened()
    session.received(json.dumps({"type": "text", "topicId": "T", "id": "150", "content": "x"}).encode())
    [event] = events(session)

    assert isinstance(event, Message)
    assert "T" == event.order_number


def test_a_state_is_what_was_taken():
    """What waits is not in it, nor would an order that it does not name lose what waits."""
    session = opened()
    session.received(frame(110))
    session.received(frame(105, order="B"))
    session.received(frame(120))
    session.take()

    assert {"*": "104", "A": "110"} == session.state
    events(session)
    assert {"*": "120", "A": "120", "B": "105"} == session.state
    assert {} == fresh().state


def test_a_state_is_gone_on_from():
    """Each order from its own last message, others from that of the account; what was given does not come again."""
    session = fresh({"*": "110", "A": "110", "B": "90"})
    assert not session.needs_start
    session.opened(0.0)
    session.received(frame(110))
    session.received(frame(111))
    fill(session, [*history(112, 111, 110), *history(95, 90, order="B"), *history(109, order="C")])

    assert [95, 111, 112] == numbers(session)


@pytest.mark.parametrize(
    ("state", "kind"),
    [([("A", "1")], TypeError), ({"A": 1}, ValueError), ({"A": "x"}, ValueError), ({1: "1"}, ValueError)],
)
def test_a_state_that_is_none_is_refused(state: Any, kind: type[Exception]):
    """In words that name the argument, before anything is sent."""
    with pytest.raises(kind, match=r"^state: "):
        fresh(state)


def test_a_state_without_the_account_begins_at_its_largest_number():
    """As one that was made by hand."""
    session = fresh({"A": "110"})

    assert not session.needs_start
    assert {"*": "110", "A": "110"} == session.state


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch):
    """Of messages, names and orders only so many are remembered; what is older than these is known all the same."""
    monkeypatch.setattr(ledger_module, "MOST_REMEMBERED", 10)
    monkeypatch.setattr(ledger_module, "MOST_ORDERS", 5)
    session = opened()
    for number in range(200, 300):
        session.received(frame(number, order=f"O{number % 20}"))
    read = numbers(session)
    session.received(frame(205, order="O5"))

    assert list(range(200, 300)) == read
    assert [] == numbers(session)
    inside = session._ledger
    assert (10, 10, 5, 5) == (len(inside._numbers), len(inside._names), len(inside._last), len(inside._newest))


def test_a_clock_that_jumps_moves_nothing():
    """Waits go by a clock that only goes forward; the wall clock is for telling."""
    walls = iter([NOON, NOON - timedelta(days=400)])
    session = Session(None, Reconnect(jitter=0), wall=lambda: next(walls))
    session.begin(history(100))
    session.opened(0.0)
    fill(session, history(100))
    session.lost(1.0, None, "")

    assert 5.0 == session.wait_before_connect(1.0)
    assert [Away(NOON, "the connection broke off")] == events(session)


def test_texts_of_an_order_depart_one_by_one():
    """Each waits for the one before; without a connection none departs."""
    session = fresh({"*": "1"})
    first, second, other = (OutgoingMessage(f"u{n}", order, "{}") for n, order in enumerate("AAB"))
    for message in (first, second, other):
        session.submit(message)
    assert not session.may_depart(first)
    session.opened(0.0)
    assert [True, False, True] == [session.may_depart(one) for one in (first, second, other)]
    session.drop(first)

    assert session.may_depart(second)


def test_a_message_is_doubtful_when_its_connection_and_the_gap_are_over():
    """Then there is nothing more to wait for; the history settles what it has."""
    session = opened()
    lost, found = OutgoingMessage("u1", "A", "{}"), OutgoingMessage("u105", "B", "{}")
    for message in (lost, found):
        session.submit(message)
        session.departed(message)
    session.lost(1.0, None, "")
    session.opened(2.0)
    fill(session, history(105, 100))

    assert (True, False) == (lost.doubtful, lost.has_outcome)
    assert found.has_outcome
    session.match_history([ChatMessage.from_dict(row(106, uuid="u1"))])
    assert lost.has_outcome


def test_a_refusal_that_comes_twice_is_a_notice():
    """Once it has settled its message."""
    session = opened()
    message = OutgoingMessage("mine", "A", "{}")
    session.submit(message)
    for _ in range(2):
        session.received(json.dumps({"type": "error", "uuid": "mine", "content": "X"}).encode())

    assert message.refusal is not None
    assert [Notice] == [type(event) for event in events(session)]


def test_room_is_bounded_and_wider_for_an_acknowledgement():
    """So much may wait; more of it while a message of the program's own waits for its echo."""
    session = opened(most_waiting=2)
    session.received(frame(110))
    assert session.has_room()
    session.received(frame(111))
    assert not session.has_room()
    session.submit(OutgoingMessage("u", "A", "{}"))
    assert session.has_room()


def test_an_ended_session_stays_ended():
    """The first failure is what is told; a connection that ends afterwards begins nothing."""
    session = opened()
    session.end(ValueError("first"))
    session.end(ValueError("second"))
    session.lost(1.0, 1000, "")

    assert "first" == str(session.failure)
    assert session.is_over
    assert session.wait_before_connect(2.0) is None


def lives() -> st.SearchStrategy[list[tuple[str, int]]]:
    return st.lists(st.tuples(st.sampled_from(["said", "cut", "lost", "again"]), st.integers(0, 3)), max_size=60)


@given(lives())
def test_whatever_happens_each_message_comes_once_and_in_order(life: list[tuple[str, int]]):
    """Any mixture of messages heard, messages missed, duplicates and cuts."""
    session = opened()
    said: list[int] = []
    here = True
    number = 100
    for what, count in life:
        if what == "cut" and here:
            session.lost(0.0, None, "")
            here = False
        elif what == "again" and said:
            if here:
                session.received(frame(said[-1]))
        else:
            for _ in range(count):
                number += 1
                said.append(number)
                # What is lost never arrives, as on a connection that is about to break.
                if here and what == "said":
                    session.received(frame(number))
                elif here:
                    session.lost(0.0, None, "")
                    here = False
        if what != "cut" and not here and count:
            session.opened(0.0)
            here = True
            fill(session, history(*reversed([100, *said])))
    if not here:
        session.opened(0.0)
        fill(session, history(*reversed([100, *said])))

    assert said == numbers(session)


def test_what_a_state_does_not_name_is_asked_for_from_its_own_number():
    """An order that was ahead when the state was saved hides nothing of the others, nor does a state saved at once."""
    state = {"*": "104", "A": "110"}
    session = fresh(state)
    assert state == session.state
    session.opened(0.0)
    fill(session, history(120, 110))
    assert is_backfilling(session)
    fill(session, [*history(108, 105, order="C"), *history(104, order="A")])

    assert [105, 108, 120] == numbers(session)
    assert {"*": "120", "A": "120", "C": "108"} == session.state


def test_messages_before_the_last_ones_are_asked_for_again():
    """The exchange may have sent some out of turn when the connection ended: a walk goes back behind so many."""
    session = opened()
    for number in (*range(200, 259), 300):
        session.received(frame(number))
    session.lost(1.0, None, "")
    session.opened(2.0)
    fill(session, history(301, 300))
    fill(session, [*history(299, order="B"), *history(*range(258, 205, -1))])

    assert not is_backfilling(session)
    assert [*range(200, 259), 300, 299, 301] == numbers(session)


def test_the_history_is_looked_at_once_more():
    """It may show a message later than it was said: that one comes then, and nothing waits for it."""
    session = opened()
    session.lost(1.0, None, "")
    session.opened(2.0)
    fill(session, history(100), now=2.0)
    session.received(frame(103))
    request = session.history_request()
    assert request is not None
    assert [Away, Back, Message] == [type(event) for event in events(session)]
    fill(session, history(103, 102, 100), now=request.not_before)
    [event] = events(session)

    assert 2.0 + session_module.RECHECK_AFTER == request.not_before
    assert isinstance(event, Message)
    assert ("102", True, True) == (event.frame.id, event.recovered, event.late)
    assert session.history_request() is None


def test_a_second_look_waits_for_a_slow_program():
    """What the history shows by then may still be on its way: the stream gives it in its own time."""
    session = opened(most_waiting=1)
    session.received(frame(101))
    fill(session, history(102, 101, 100), now=5.0)
    request = session.history_request()
    assert request is not None
    assert 5.0 + session_module.RECHECK_AFTER == request.not_before
    assert [101] == numbers(session)
    fill(session, history(102, 101), now=10.0)
    fill(session, history(102, 101), now=10.0)

    assert [102] == numbers(session)
    assert session.history_request() is None


def test_a_frame_that_cannot_be_read_is_looked_for_after_a_look_that_is_on_its_way():
    """The exchange may have answered that one before the message was said."""
    session = opened()
    on_its_way = session.history_request()
    assert on_its_way is not None
    session.received(b"{")
    session.take_history(on_its_way, history(100), 5.0)
    request = session.history_request()
    assert request is not None
    assert 5.0 + session_module.RECHECK_AFTER == request.not_before
    session.take_history(request, history(101, 100), request.not_before)

    assert [101] == numbers(session)
    assert session.history_request() is None


def test_where_the_account_has_no_history_a_frame_that_cannot_be_read_is_told_alone():
    """There is nowhere to look for it."""
    session = fresh()
    session.begin_by_order()
    session.opened(0.0)
    session.received(b"{")

    assert [Unreadable] == [type(event) for event in events(session)]
    assert session.history_request() is None


def test_a_second_look_that_fails_is_left():
    """The gap was filled without it."""
    session = opened()
    for _ in range(session_module.MOST_ATTEMPTS):
        request = session.history_request()
        assert request is not None
        session.history_failed(request, "busy", 0.0)

    assert session.history_request() is None
    assert [] == events(session)


def talked() -> Session:
    """A session that heard of three orders, and was cut off."""
    session = opened()
    for number, order in ((101, "A"), (102, "B"), (103, "C")):
        session.received(frame(number, order))
    events(session)
    session.lost(1.0, None, "")
    events(session)
    session.opened(2.0)
    return session


def test_orders_are_asked_for_where_the_account_does_not_reach_back():
    """Each that is known, back to its own last message; that others may have lost something is told."""
    session = talked()
    fill(session, history(130, 120, order="B"))
    fill(session, [])
    asked = []
    pages = {"C": history(111, 103, order="C"), "B": history(130, 120, 110, 102, order="B"), "A": history(101)}
    while is_backfilling(session):
        request = session.history_request()
        assert request is not None
        assert request.order_number is not None
        asked.append(request.order_number)
        session.take_history(request, pages[request.order_number], 2.0)
    missed, *read, back = events(session)

    assert ["C", "B", "A"] == asked
    told = "the history of the account does not reach back to it; orders that are known here are asked for one by one"
    assert Missed("103", told) == missed
    assert [("B", "110"), ("C", "111"), ("B", "120"), ("B", "130")] == [
        (event.order_number, event.frame.id) for event in read if isinstance(event, Message)
    ]
    assert Back(NOON, 4) == back


def test_orders_are_asked_for_where_the_account_is_refused():
    """At once, and from then on: a refusal would be the same at the next attempt."""
    session = talked()
    request = session.history_request()
    assert request is not None
    session.history_failed(request, "orderNo is wanted", 2.0, refused=True)
    for order, number in (("C", 103), ("B", 102)):
        fill(session, history(number + 10, number, order=order))
    fill(session, [])
    told = events(session)
    session.lost(3.0, None, "")
    session.opened(4.0)
    again = session.history_request()
    assert again is not None

    assert [("103", None), ("101", "A")] == [
        (event.after_id, event.order_number) for event in told if isinstance(event, Missed)
    ]
    assert (
        "the history of the order does not reach back to it"
        == [event.reason for event in told if isinstance(event, Missed)].pop()
    )
    assert [112, 113] == [int(str(event.frame.id)) for event in told if isinstance(event, Message)]
    assert again.order_number is not None


def test_an_order_that_is_refused_does_not_keep_the_others():
    """It is told, by its number, and the next one is asked for."""
    session = talked()
    fill(session, history(120, order="A"))
    fill(session, [])
    for order in ("C", "B", "A"):
        request = session.history_request()
        assert request is not None
        assert order == request.order_number
        session.history_failed(request, "no", 2.0, refused=True)
    told = events(session)

    assert [None, "C", "B", "A"] == [event.order_number for event in told if isinstance(event, Missed)]
    assert [120] == [int(str(event.frame.id)) for event in told if isinstance(event, Message)]


def test_orders_that_cannot_be_asked_for_are_told():
    """When the exchange does not answer, each order that was still to be asked for is named."""
    session = talked()
    fill(session, [])
    for _ in range(session_module.MOST_ATTEMPTS):
        request = session.history_request()
        assert request is not None
        session.history_failed(request, "busy", 2.0)
    told = [event for event in events(session) if isinstance(event, Missed)]

    assert [("103", None), ("103", "C"), ("102", "B"), ("101", "A")] == [
        (event.after_id, event.order_number) for event in told
    ]


def test_a_message_of_another_order_says_nothing_about_a_walk():
    """However old it is, the walk through an order goes on, and it is filed where it belongs.

    One that names no order belongs to the order that was asked for.
    """
    session = talked()
    fill(session, history(140, order="A"))
    fill(session, [])
    bare = ChatMessage.from_dict({"id": "130", "type": "text", "content": "x", "uuid": "y"})
    fill(session, [bare, *history(50, order="A"), *history(125, order="B")])
    fill(session, history(120, 103, order="C"))
    fill(session, history(102, order="B"))
    fill(session, history(101, order="A"))
    read = [(event.order_number, event.frame.id) for event in events(session) if isinstance(event, Message)]

    assert [("C", "120"), ("B", "125"), ("C", "130"), ("A", "140")] == read


def test_a_gap_that_was_not_filled_is_asked_for_again():
    """By the second look, or by the next connection; until then the state stays before it."""
    session = talked()
    for _ in range(session_module.MOST_ATTEMPTS):
        request = session.history_request()
        assert request is not None
        session.history_failed(request, "busy", 2.0)
    session.received(frame(140))
    assert [140] == numbers(session)
    assert {"*": "100", "A": "140", "B": "102", "C": "103"} == session.state
    session.lost(3.0, None, "")
    session.opened(4.0)
    fill(session, [*history(140), *history(135, order="D")])
    fill(session, history(103, order="C"))
    fill(session, history(100))

    assert [135] == numbers(session)
    assert "140" == session.state["*"]


def test_a_beginning_that_is_refused_is_the_next_message():
    """Where the exchange gives no history of the whole account the stream begins with what comes."""
    session = fresh()
    session.begin_by_order()
    session.opened(0.0)
    assert session.history_request() is None
    session.received(frame(101))
    session.lost(1.0, None, "")
    session.opened(2.0)
    fill(session, history(102, 101))

    assert [101, 102] == numbers(session)


def test_a_walk_that_is_cut_goes_on_with_the_next_connection():
    """What it has seen is not asked for again, however short the lives of connections are."""
    session = opened()
    session.lost(1.0, None, "")
    session.opened(2.0)
    fill(session, history(150, 140))
    fill(session, history(139, 130))
    session.lost(3.0, None, "")
    session.opened(4.0)
    fill(session, history(170, 160))
    session.lost(5.0, None, "")
    session.opened(6.0)
    fill(session, history(180, 170))
    fill(session, history(160, 145))
    request = session.history_request()
    assert request is not None
    assert "130" == request.before_id
    session.lost(7.0, None, "")
    session.opened(8.0)
    fill(session, history(181, 170))
    request = session.history_request()
    assert request is not None
    assert "130" == request.before_id
    fill(session, history(120, 100))

    assert [120, 130, 139, 140, 145, 150, 160, 170, 180, 181] == numbers(session)


def test_an_order_that_is_heard_of_first_is_asked_for_too():
    """Where the account does not reach back, one that a page or the stream names has lost its beginning, perhaps."""
    session = talked()
    session.received(frame(150, order="E"))
    fill(session, [*history(120, order="D"), *history(119, order="C"), *history(118, order="B")])
    fill(session, [])
    asked = []
    pages = {"D": history(110, 99, order="D"), "E": history(150, 140, order="E"), "": []}
    while is_backfilling(session) and (request := session.history_request()) is not None:
        asked.append(request.order_number)
        session.take_history(request, pages.pop(request.order_number or "", []), 2.0)

    assert ["A", "B", "C", "D", "E"] == sorted({str(order) for order in asked})
    assert [110, 118, 119, 120, 140, 150] == numbers(session)
