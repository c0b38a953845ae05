"""The possible slots for one conference, with what they cost in each tier, best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem, is_moved
from scheduler.domain.schedule import Booking
from scheduler.grouping import Ints, Mask, numbered
from scheduler.model.bookings import booking_of_candidate
from scheduler.model.build import build_programme
from scheduler.model.candidates import DAY, Candidates, FixedDiary
from scheduler.model.places import single_places
from scheduler.offers.board import OfferBoard
from scheduler.offers.filters import ANY_SLOT, OfferFilter
from scheduler.offers.holds import Costs, HoldSearch, Way
from scheduler.offers.marginal import Evaluation, MarginalProgramme
from scheduler.rules import RULES
from scheduler.rules.minute_takers import MinuteTakersRule

BATCH_SIZE = 32
"""Candidates for which held slots to withdraw are sought together. An offer in a month with 15 held slots takes 40 ms with any
number from 8 to 512."""


@dataclass(frozen=True)
class Slot:
    """A possible booking without its minute taker, the held slots that make way for it, and its cost in each tier."""

    booking: Booking
    withdrawn: tuple[str, ...]
    costs: Costs


@dataclass(frozen=True)
class SlotSearch:
    """The search for a conference's slots beside a diary. Numbers of candidates are positions among the programme's free ones."""

    board: OfferBoard
    conference: Conference
    candidates: Candidates
    programme: MarginalProgramme
    impossible: str | None
    """The rule that leaves the conference no candidate, or None."""
    _recorded_kinds: dict[tuple[int, int, frozenset[str]], bool] = field(default_factory=dict, compare=False)
    """Whether somebody can record a time and site, as far as known."""

    @classmethod
    def of(cls, board: OfferBoard, conference: Conference, problem: Problem) -> SlotSearch:
        """Return the search for a conference. ``problem`` is the result of ``problem_with``."""
        rules = [rule for rule in RULES if not isinstance(rule, MinuteTakersRule)]
        diary = FixedDiary(board.beside(conference.id), frozenset({conference.id}))
        builder = build_programme(problem, single_places(problem), rules, diary)
        return cls(board, conference, builder.candidates, MarginalProgramme.of(builder), builder.impossible.get(conference.id))

    def every(self, accepted: OfferFilter = ANY_SLOT) -> list[Slot]:
        """Return every accepted slot, ordered by tiers, then by start, room and chair."""
        wanted = np.flatnonzero(self._accepted(accepted))
        ways = self._free_ways(wanted)
        blocked = self._blocked(wanted, ways)
        ways |= self._holds.cheapest(blocked, self._beside_all.costs[:, blocked], [None] * len(blocked))
        return [self._slot(n, ways[n]) for n in self._in_order(ways)]

    def best_days(self, top: int, accepted: OfferFilter = ANY_SLOT) -> list[Slot]:
        """Return the best slot of each of the ``top`` days, as ``every`` orders them.

        Candidates that need a held slot's place are tried in order of a lower bound, until it exceeds the days found.
        """
        wanted = np.flatnonzero(self._accepted(accepted))
        days = _BestDays(top, self.candidates.day[self.programme.free], self.candidates.start[self.programme.free])
        days.add(self._free_ways(wanted))
        blocked = self._blocked(wanted, days.ways)
        costs = self._beside_all.costs
        bounds = dict(zip(blocked.tolist(), self._holds.lower_bounds(costs[:, blocked]) if len(blocked) else (), strict=True))
        to_try = sorted(bounds, key=lambda n: bounds[n])
        while to_try:
            limits = days.limits(to_try)
            to_try = [n for n in to_try if (limit := limits[n]) is None or bounds[n] <= limit]
            some, to_try = np.array(to_try[:BATCH_SIZE], dtype=np.int64), to_try[BATCH_SIZE:]
            days.add(self._holds.cheapest(some, costs[:, some], [limits[n] for n in some.tolist()]))
        return [self._slot(n, days.ways[n]) for n in days.best()]

    @cached_property
    def _beside_all(self) -> Evaluation:
        """Return which candidates the rows allow beside all bookings, and their costs."""
        base = self.programme.point()
        return self.programme.evaluate(self.programme.free, base, base)

    @cached_property
    def _holds(self) -> HoldSearch:
        held = [booking for booking in self.board.bookings if booking.held]
        columns = np.array(self.candidates.columns_of(held), dtype=np.int64)
        day, free = self.candidates.day, self.programme.free
        crosses = self.candidates.arrival // DAY != (self.candidates.end - 1) // DAY  # of services that work at night
        same_day = (day[columns][:, np.newaxis] == day[free]) | crosses.any()
        names = tuple(booking.conference for booking in held)
        return HoldSearch(self.programme, names, columns, same_day, self._recorded)

    def _free_ways(self, wanted: Ints) -> dict[int, Way]:
        """Return the wanted candidates that need no held slot's place."""
        possible = wanted[self._beside_all.possible[wanted]]
        possible = possible[self._recorded(possible, frozenset())]
        return {n: Way(tuple(self._beside_all.costs[:, n].tolist())) for n in possible.tolist()}

    def _blocked(self, wanted: Ints, ways: Mapping[int, Way]) -> Ints:
        """Return the wanted candidates that only a held slot's place might make possible."""
        others = wanted[~np.isin(wanted, list(ways))]
        return others[self._holds.possible_without_any[others]] if self._holds.names else others[:0]

    def _recorded(self, among: Ints, withdrawn: frozenset[str]) -> Mask:
        """Return which candidates somebody can record if held slots are withdrawn. It depends only on their time and site."""
        if not self.board.problem.models_minute_takers or not len(among):
            return np.ones(len(among), dtype=np.bool_)
        columns = self.programme.free[among]
        time, site = self.candidates.time[columns], self.candidates.site[columns]
        kind, first = numbered(time, site)
        of_kind: list[bool] = []
        for n, *key in zip(columns[first].tolist(), time[first].tolist(), site[first].tolist(), strict=True):
            known = key[0], key[1], withdrawn
            if known not in self._recorded_kinds:
                without = withdrawn | {self.conference.id}
                self._recorded_kinds[known] = self.board.recorded.can_record(booking_of_candidate(self.candidates, n), without)
            of_kind.append(self._recorded_kinds[known])
        return np.array(of_kind, dtype=np.bool_)[kind]

    def _accepted(self, accepted: OfferFilter) -> Mask:
        """Return which candidates the filter accepts; a booking that is rebooked is not offered as it was."""
        now = self.board.booking_by_id.get(self.conference.id)
        if now is None and accepted == ANY_SLOT:
            return np.ones(len(self.programme.free), dtype=np.bool_)
        bookings = (booking_of_candidate(self.candidates, n) for n in self.programme.free.tolist())
        problem = self.candidates.problem
        wanted = [(now is None or is_moved(now, one)) and accepted.accepts(one, problem) for one in bookings]
        return np.array(wanted, dtype=np.bool_)

    def _in_order(self, ways: Mapping[int, Way]) -> list[int]:
        start = self.candidates.start[self.programme.free]
        return sorted(ways, key=lambda n: (ways[n].costs, start[n], n))

    def _slot(self, n: int, way: Way) -> Slot:
        return Slot(booking_of_candidate(self.candidates, int(self.programme.free[n])), way.withdrawn, way.costs)


@dataclass
class _BestDays:
    """The best candidate of each day so far, of the ``top`` days that are shown."""

    top: int
    day: Ints
    start: Ints
    ways: dict[int, Way] = field(default_factory=dict)
    _of_day: dict[int, int] = field(default_factory=dict)

    def add(self, ways: Mapping[int, Way]) -> None:
        """Add possible candidates."""
        self.ways |= ways
        for n in ways:
            day = int(self.day[n])
            if day not in self._of_day or self._key(n) < self._key(self._of_day[day]):
                self._of_day[day] = n

    def best(self) -> list[int]:
        """Return the best candidates of the best days."""
        return sorted(self._of_day.values(), key=self._key)[: self.top]

    def limits(self, candidates: Iterable[int]) -> dict[int, Costs | None]:
        """Return what each candidate may cost at most to be shown; None if there is no limit."""
        shown = self.best()
        of_all = [self.ways[shown[-1]].costs] if len(shown) == self.top else []
        of_day = {day: min([self.ways[n].costs, *of_all]) for day, n in self._of_day.items()}
        return {n: of_day.get(int(self.day[n]), min(of_all, default=None)) for n in candidates}

    def _key(self, n: int) -> tuple[Costs, int, int]:
        return self.ways[n].costs, int(self.start[n]), n
