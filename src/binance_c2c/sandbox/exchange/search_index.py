"""The ads that can be taken, sorted so that a search reads the rows it shows and no others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from binance_c2c.sandbox.exchange.accounts import Account
    from binance_c2c.sandbox.exchange.conditions import Gates
    from binance_c2c.sandbox.exchange.markets import PayKind, Side

_Place = tuple["Decimal", str]


class Label(NamedTuple):
    """What the filters of a search but the amount ask about: ads with equal labels are found together or not at all."""

    side: Side
    asset: str
    fiat: str
    country: str
    classify: str
    maker: Account
    kinds: frozenset[PayKind]
    gates: Gates
    takes_extra_kyc: bool
    pay_minutes: int


class Offer(NamedTuple):
    """An ad on the board."""

    label: Label
    number: str
    price: Decimal
    smallest: Decimal
    """The smallest order, in fiat."""
    largest: Decimal
    """The largest order that is possible now."""

    @property
    def place(self) -> _Place:
        """The best price first, of equal prices the older ad. Numbers are all of one length: text sorts them."""
        return (self.price if self.label.side == "SELL" else -self.price), self.number


@dataclass(slots=True)
class _Drawer:
    """Offers with one label, and their limits, so that nobody has to look at each to count those that fit."""

    places: list[_Place] = field(default_factory=list[_Place])
    smallest: list[Decimal] = field(default_factory=list["Decimal"])
    largest: list[Decimal] = field(default_factory=list["Decimal"])

    def put(self, offer: Offer) -> None:
        insort(self.places, offer.place)
        insort(self.smallest, offer.smallest)
        insort(self.largest, offer.largest)

    def take(self, offer: Offer) -> None:
        del self.places[bisect_left(self.places, offer.place)]
        del self.smallest[bisect_left(self.smallest, offer.smallest)]
        del self.largest[bisect_left(self.largest, offer.largest)]

    def count(self, total: Decimal | None) -> int:
        """How many accept an order of `total`: all that are not too large for it, less those that are too small."""
        if total is None:
            return len(self.places)
        return bisect_right(self.smallest, total) - bisect_left(self.largest, total)


class Board:
    """Open ads. It knows of a change what it is told."""

    def __init__(self) -> None:
        self._drawers: dict[Label, _Drawer] = {}
        self._offers: dict[str, Offer] = {}

    def show(self, offer: Offer) -> None:
        """Put an offer up, in place of what it was before."""
        before = self._offers.get(offer.number)
        if before == offer:
            return
        self.hide(offer.number)
        self._drawers.setdefault(offer.label, _Drawer()).put(offer)
        self._offers[offer.number] = offer

    def hide(self, number: str) -> None:
        """Take an offer down, if it is up."""
        offer = self._offers.pop(number, None)
        if offer is None:
            return
        drawer = self._drawers[offer.label]
        drawer.take(offer)
        if not drawer.places:
            del self._drawers[offer.label]

    def search(self, wanted: Callable[[Label], bool], total: Decimal | None, where: slice) -> tuple[list[str], int]:
        """One page of the offers that are wanted and accept an order of `total`, and how many there are."""
        drawers = [drawer for label, drawer in self._drawers.items() if wanted(label)]
        count = sum(drawer.count(total) for drawer in drawers)
        end = min(where.stop, count)
        if where.start >= end:
            return [], count
        if total is None and len(drawers) == 1:
            return [number for _, number in drawers[0].places[where.start : end]], count
        places = merge(*(drawer.places for drawer in drawers))
        fitting = (number for _, number in places if self._accepts(number, total))
        return list(islice(fitting, where.start, end)), count

    def _accepts(self, number: str, total: Decimal | None) -> bool:
        offer = self._offers[number]
        return total is None or offer.smallest <= total <= offer.largest
