"""What the day on which a plan is made changes (contract, section 8), for the exhaustive search; written from the contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from scheduler.domain.conference import Conference
from scheduler.domain.problem import Lock, PublishedBooking
from scheduler.domain.values import monday_of
from tests.exhaustive_ways import Way

if TYPE_CHECKING:
    from tests.exhaustive import Search

LOCKS: tuple[Lock, ...] = ("time", "chair", "room")


class Today:
    """What a search has to know of the day of planning: earliest dates, what is past or frozen, and the locks that are kept."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.problem = search.problem
        self.policy = search.problem.policy
        self.off = search.off
        self.frozen = frozenset[str]()
        self.locks = {published.conference: published.locks for published in self.problem.published if "R8" not in self.off}

    @cached_property
    def past(self) -> dict[str, PublishedBooking]:
        today = self.problem.today
        return {p.conference: p for p in self.problem.published if today is not None and p.start.date() < today}

    def _after_today(self, working_days: int) -> dt.date:
        day = self.problem.today
        assert day is not None
        while working_days:
            day += dt.timedelta(days=1)
            working_days -= self.problem.calendar.is_working_day(day)
        return day

    @cached_property
    def _first_movable(self) -> dt.date:
        return self._after_today(self.policy.move_notice_days)

    def earliest(self, conference: Conference) -> dt.date:
        """Return the earliest date of a conference that doesn't keep its published start."""
        earliest = self.problem.earliest_as_published[conference.id]
        if self.problem.today is None:
            return earliest
        return max(earliest, self._after_today(1 if conference.notice_waived else self.policy.notice_days))

    def is_in_time(self, way: Way) -> bool:
        published = self.problem.published_by_id.get(way.name)
        conference = self.problem.conference_by_id.get(way.name)
        if conference is None or (published is not None and published.start == way.start):
            return True
        return way.day >= self.earliest(conference)

    def is_not_moved_too_near(self, way: Way) -> bool:
        published = self.problem.published_by_id.get(way.name)
        if self.problem.today is None or published is None:
            return True
        if way.name in self.frozen:
            return not self.search.changes(way)
        return way.start == published.start or way.day >= self._first_movable

    # Breaches among the published bookings ---------------------------------------------------------------

    def except_and_drop(self) -> None:
        """Find which published bookings are frozen, and drop the locks of the others that no schedule can keep."""
        ways = [self.search.as_published(published.conference) for published in self.problem.published]
        breaking = set(self._breaking(ways)) - self.past.keys()
        near = frozenset(way.name for way in ways if way.name not in self.past and way.day < self._first_movable)
        self.frozen = near - breaking
        tried = [p for p in self.problem.published if p.conference in breaking and self.locks.get(p.conference)]
        self.locks |= dict.fromkeys((published.conference for published in tried), ())
        for published in tried:
            for lock in LOCKS:
                before = self.locks[published.conference]
                self.locks[published.conference] = (*before, lock)
                if lock not in published.locks or not self._all_can_stay():
                    self.locks[published.conference] = before

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(
            p.conference for p in self.problem.published if "R8" not in self.off and set(p.locks) != set(self.locks[p.conference])
        )

    def _all_can_stay(self) -> bool:
        """Return whether all that is past, frozen or locked can be booked together."""
        names = [c.id for c in self.problem.conferences if c.id in {*self.past, *self.frozen} or self.locks.get(c.id)]
        choices = [
            list(self.search.ways_of(self.problem.conference_by_id[name]))
            for name in sorted(names, key=lambda n: n not in self.past)
        ]

        def book(n: int, booked: tuple[Way, ...]) -> bool:
            return n == len(choices) or any(self.search.fits(way, booked) and book(n + 1, (*booked, way)) for way in choices[n])

        return book(0, ())

    def _breaking(self, ways: list[Way]) -> Iterator[str]:
        """Return what takes part in a breach of R1 to R7 if these bookings alone are made, with their published minute takers."""
        for way in ways:
            request = self.problem.conference_by_id[way.name]
            if (way.start, way.room, way.chair) not in [
                (one.start, one.room, one.chair) for one in self.search.possible(request)
            ]:
                yield way.name
        yield from self._in_pairs(ways, self.search.clash)
        for chair in self.problem.chairs:
            own = [way for way in ways if way.chair is chair]
            yield from self._above_limit(own, lambda way: way.day, len, chair.max_per_day)
            in_rooms = [way for way in own if way.room is not None]
            for monday in {monday_of(way.day) for way in own}:
                beside = [one for one in chair.beside if monday_of(one.week) == monday]
                of_week, in_rooms_of_week = ([w for w in ways if monday_of(w.day) == monday] for ways in (own, in_rooms))
                bookings, office_days = sum(one.bookings for one in beside), sum(one.office_days for one in beside)
                yield from self._above_limit(of_week, lambda way: monday_of(way.day), len, _less(chair.max_per_week, bookings))
                limit = _less(chair.max_office_days, office_days)
                yield from self._above_limit(in_rooms_of_week, lambda way: monday_of(way.day), _days, limit)
        if self.problem.minute_takers is not None and "R5" not in self.off:
            yield from self._without_taker(ways)

    def _without_taker(self, ways: list[Way]) -> Iterator[str]:
        takers = {taker.id: taker for taker in self.problem.minute_takers or ()}
        recorded: dict[str | None, list[Way]] = {}
        for way in ways:
            recorded.setdefault(self.problem.published_by_id[way.name].minute_taker, []).append(way)
        for name, own in recorded.items():
            if name is None:
                yield from (way.name for way in own)
                continue
            unlimited = takers[name].model_copy(update={"max_per_day": None})
            yield from (way.name for way in own if not self.search.can_record(unlimited, way, ()))
            yield from self._in_pairs(own, lambda one, other: one.overlaps(other))
            yield from self._above_limit(own, lambda way: way.day, len, takers[name].max_per_day)

    def _in_pairs(self, ways: list[Way], clash: Callable[[Way, Way], bool]) -> Iterator[str]:
        for one, other in combinations(ways, 2):
            if not {one.name, other.name} <= self.past.keys() and clash(one, other):
                yield from (one.name, other.name)

    def _above_limit(
        self, ways: list[Way], key: Callable[[Way], dt.date], size: Callable[[list[Way]], int], limit: int | None
    ) -> Iterator[str]:
        for when in {key(way) for way in ways}:
            together = [way for way in ways if key(way) == when]
            if limit is not None and size(together) > limit and not {way.name for way in together} <= self.past.keys():
                yield from (way.name for way in together)


def _less(limit: int | None, used: int) -> int | None:
    return None if limit is None else limit - used


def _days(ways: Iterable[Way]) -> int:
    return len({way.day for way in ways})
