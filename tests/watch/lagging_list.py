"""An exchange whose list of orders lags, repeats, reorders and drops pages, and whose single orders are true."""

import random
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from binance_c2c import Page
from binance_c2c.watch.tracker import ListOrders, LookUp, Pause, Tracker
from binance_c2c_sapi.enums import ComplaintStatus, OrderStatus
from binance_c2c_sapi.models import OrderDetail, OrderRow
from tests.support.clients import order_detail, order_row

START = 1_710_460_800
"""When it opens, in seconds since 1970."""
WORDS = {1: "new", 2: "paid", 3: "disputed", 5: "disputed", 4: "released", 6: "cancelled", 7: "cancelled"}


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=round(seconds * 1000))


@dataclass
class Life:
    """What happens to one order: each status with the second from which it holds."""

    number: str
    stations: list[tuple[float, int]]

    @property
    def born(self) -> float:
        return self.stations[0][0]

    def status(self, now: float) -> int | None:
        for second, status in reversed(self.stations):
            if second <= now:
                return status
        return None

    def expected(self) -> list[str]:
        """The events of a whole life."""
        words = [WORDS[self.stations[0][1]]]
        for (_, before), (_, after) in pairwise(self.stations):
            words.append("resumed" if before in {3, 5} and after == 2 else WORDS[after])
        return words

    def row(self, status: int) -> OrderRow:
        return order_row(self.number, order_status=OrderStatus(status), create_time=moment(self.born))

    def detail(self, now: float) -> OrderDetail:
        reached = [(second, status) for second, status in self.stations if second <= now]
        paid = [second for second, status in reached if status == 2]
        ended = [second for second, status in reached if status in {4, 6, 7}]
        disputed = [index for index, (_, status) in enumerate(reached) if status in {3, 5}]
        after = [status for _, status in reached[disputed[-1] + 1 :]] if disputed else []
        return order_detail(
            self.number,
            order_status=OrderStatus(reached[-1][1]),
            create_time=moment(self.born),
            notify_pay_time=moment(paid[0]) if paid else None,
            update_time=moment(ended[0]) if ended else None,
            complaint_status=ComplaintStatus(4 if after[0] == 2 else 3) if after else None,
        )


def lives(count: int, chance: random.Random, *, apart: float, first: int = 0) -> list[Life]:
    """So many orders, one after the other, each with a life of its own."""
    ways = ([1, 2, 4], [1, 2, 4], [1, 7], [1, 6], [1, 2, 5, 4], [1, 2, 3, 6], [1, 2, 5, 2, 4], [1, 2, 6])
    found = list[Life]()
    for index in range(first, first + count):
        second = START + 60 + index * apart + chance.random() * apart
        stations = list[tuple[float, int]]()
        # Some orders hurry through their life between two polls, others take their time.
        pace = chance.choice((1.0, 60.0, 600.0))
        for status in chance.choice(ways):
            stations.append((second, status))
            second += 0.01 + chance.random() * pace
        found.append(Life(f"2278{index:016d}", stations))
    return found


class LaggingExchange:
    """Answers what a tracker asks, at a time that its pauses move."""

    def __init__(self, orders: list[Life], chance: random.Random, *, lag: float = 300.0, trouble: float = 0.2) -> None:
        self.orders = sorted(orders, key=lambda life: life.born)
        self._births = [life.born for life in self.orders]
        self._by_number = {life.number: life for life in orders}
        self._chance = chance
        self._lag = lag
        self._trouble = trouble
        self.now = float(START)
        self.asked = 0

    def carry_out(self, tracker: Tracker, step: ListOrders | LookUp | Pause) -> None:
        if isinstance(step, Pause):
            self.now += step.seconds + 0.001
            return
        self.asked += 1
        self.now += 0.05
        if isinstance(step, LookUp):
            detail = self._by_number[step.order_number].detail(self.now)
            tracker.take_order(step, detail, self.now, round(self.now * 1000))
        else:
            tracker.take_page(step, self.page(step), self.now, round(self.now * 1000))

    def page(self, step: ListOrders) -> Page[OrderRow]:
        body = step.call.body or {}
        # The whole list is of some moment before; single rows are older still.
        seen_at = self.now - (self._chance.random() * self._lag if self._happens() else 0.0)
        wanted = {int(status) for status in body["orderStatusList"]}
        skipped = (body["page"] - 1) * body["rows"]
        first, end = bisect_left(self._births, body.get("startDate", 0) / 1000), bisect_left(self._births, seen_at)
        if wanted == set(WORDS):
            # All there are match: those of other pages need not be looked at.
            total, there = (
                end - first,
                self.orders[max(first, end - skipped - body["rows"]) : max(first, end - skipped)],
            )
            shown = list(self._rows(there, wanted, seen_at))
        else:
            # None lives longer.
            first = max(first, bisect_left(self._births, seen_at - self._lag - 7200.0))
            rows = list(self._rows(self.orders[first:end], wanted, seen_at))
            total, shown = len(rows), rows[skipped : skipped + body["rows"]]
        if self._happens():
            self._chance.shuffle(shown)
        if shown and self._happens():
            shown = [*shown[:-1], self._chance.choice(shown)]
        if self._happens():
            shown = []
        return Page(shown, total=total, page=body["page"])

    def _rows(self, lives: list[Life], wanted: set[int], now: float) -> Iterator[OrderRow]:
        # At each time other rows are old.
        old = self._chance.randrange(10, 100)
        for index, life in enumerate(reversed(lives)):
            behind = self._chance.random() * self._lag * self._trouble if index % old == 0 else 0.0
            status = life.status(now - behind)
            if status in wanted:
                yield life.row(status)

    def _happens(self) -> bool:
        return self._chance.random() < self._trouble


def play(exchange: LaggingExchange, tracker: Tracker, until: float) -> Iterator[tuple[str, str]]:
    """The events until then, as (order number, kind)."""
    while True:
        event = tracker.take_event()
        if event is not None:
            yield event.order_number, event.kind.value
        elif exchange.now >= until:
            return
        else:
            exchange.carry_out(tracker, tracker.next_step(exchange.now, round(exchange.now * 1000)))
