"""R3: who may chair what, and how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from scheduler.domain.people import Chair
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.domain.values import monday_of
from scheduler.grouping import Ints, Mask, at_one_moment, numbered, table
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped, names_of
from scheduler.rules.diaries import diary_breaches
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol, RequestProtocol
from scheduler.wording import count_of, date_in_words


class ChairsRule(Rule):
    """A chair is there, free, allowed to chair the conference, and within their limits (contract, R3)."""

    name = "R3"
    title = "Chair not available"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return (
            "A chair works that day, is not absent or busy at any time from "
            f"{count_of(policy.pre_meet, 'minute')} before the start to the end, is not one the family is kept from, chairs one "
            "conference at a time, and stays within their most bookings a day and a week and their most office days a week, "
            "including bookings beside the plan's days; a hold is not for a reserve chair."
        )

    def forbids(self, candidates: CandidatesProtocol) -> Mask:
        """Return the candidates whose chair is absent, busy, or not for this family or hold."""
        chairs = candidates.problem.chairs
        works = table(chairs, candidates.days, lambda chair, day: chair.works_on(day))
        busy = candidates.touched(chair.busy for chair in chairs)
        barred = table(candidates.requests, chairs, _is_barred)
        chair = candidates.chair
        return ~works[chair, candidates.day] | busy[chair, candidates.time] | barred[candidates.request, chair]

    def post(self, builder: BuilderProtocol) -> None:
        """Limit each chair to one booking at a time, and to their daily, weekly and office-day limits if these can bind."""
        candidates = builder.candidates
        row, member = at_one_moment(candidates.chair, candidates.arrival, candidates.end)
        builder.limit(row, member, at_most=1)

        day, first = numbered(candidates.chair, candidates.day)
        _, of_row = numbered(day[member], row)
        settled = np.bincount(day[candidates.is_fixed], minlength=len(first))  # these may overlap, so each counts
        possible = np.bincount(day[member[of_row]], minlength=len(first)) + settled
        most = _limits(builder, lambda chair: chair.max_per_day)[candidates.chair[first]]
        builder.limit_groups(day, candidates.positions, most, possible)

        week, first_of_week = numbered(candidates.chair[first], candidates.week[first])
        possible_in_week = np.zeros(len(first_of_week), dtype=np.int64)
        np.add.at(possible_in_week, week, np.minimum(most + settled, possible))
        weeks = first[first_of_week]
        most_in_week = _limits(builder, lambda chair: chair.max_per_week)[candidates.chair[weeks]] - _beside(candidates, weeks)[0]
        builder.limit_groups(week[day], candidates.positions, np.maximum(most_in_week, 0), possible_in_week)

        _post_office_days(builder)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each booking and reason, each overlapping pair, and each day or week above a limit."""
        violations: list[Violation] = []
        for chair_id, bookings in grouped(schedule.bookings, lambda booking: booking.chair).items():
            chair = problem.chair_by_id.get(chair_id)
            if chair is None:
                text = f"{chair_id} is no chair of this problem."
                violations += (self._named(booking, text) for booking in bookings)
                continue
            violations += (self._named(booking, reason) for booking, reason in _not_for_them(chair, bookings, problem))
            violations += diary_breaches(self.name, chair, bookings, problem)
            violations += (
                Violation(rule=self.name, subject=chair_id, text=text, among=names_of(together))
                for text, together in _weeks_above_limits(chair, bookings)
            )
        return violations

    def _named(self, booking: Booking, reason: str) -> Violation:
        return Violation(rule=self.name, subject=booking.conference, text=f"{booking.conference}: {reason}")


def _not_for_them(chair: Chair, bookings: Sequence[Booking], problem: Problem) -> Iterator[tuple[Booking, str]]:
    for booking in bookings:
        conference = problem.conference_by_id.get(booking.conference)
        if conference is not None and chair.id in conference.not_chairs:
            yield booking, f"the family is kept from {chair.label}."
        if chair.reserve and booking.conference in problem.held_slot_by_id:
            yield booking, f"{chair.label} is a reserve, and a hold is not for a reserve."


def above_weekly_limits(chair: Chair, bookings: Sequence[Booking]) -> Iterator[str]:
    """Return in words each week in which the chair's bookings exceed the weekly limit or the limit of office days."""
    return (text for text, _ in _weeks_above_limits(chair, bookings))


def _weeks_above_limits(chair: Chair, bookings: Sequence[Booking]) -> Iterator[tuple[str, Sequence[Booking]]]:
    """Return each week in which the chair's bookings exceed the weekly limit or that of office days: in words, and which."""
    for monday, of_week in grouped(bookings, lambda booking: monday_of(booking.day)).items():
        week = f"in the week from {date_in_words(monday)}"
        beside, office_days_beside = chair.beside_in(monday)
        total = len(of_week) + beside
        if chair.max_per_week is not None and total > chair.max_per_week:
            outside = f", {beside} of them beside the plan" if beside else ""
            yield f"{chair.label} has {count_of(total, 'booking')} {week}{outside}; at most {chair.max_per_week}.", of_week
        in_rooms = [booking for booking in of_week if booking.room is not None]
        days = len({booking.day for booking in in_rooms}) + office_days_beside
        if in_rooms and chair.max_office_days is not None and days > chair.max_office_days:
            outside = f", {office_days_beside} of them beside the plan" if office_days_beside else ""
            yield f"{chair.label} has {count_of(days, 'office day')} {week}{outside}; at most {chair.max_office_days}.", in_rooms


def _is_barred(request: RequestProtocol, chair: Chair) -> bool:
    return chair.reserve if request.conference is None else chair.id in request.conference.not_chairs


def _limits(builder: BuilderProtocol, limit: Callable[[Chair], int | None]) -> Ints:
    """Return each chair's limit; if there is none, a number that can't bind, bookings beside the plan included."""
    limits = ((limit(chair), sum(one.bookings + one.office_days for one in chair.beside)) for chair in builder.problem.chairs)
    return np.array([len(builder.candidates) + beside if most is None else most for most, beside in limits], dtype=np.int64)


def _beside(candidates: CandidatesProtocol, positions: Ints) -> tuple[Ints, Ints]:
    """Return the bookings and office days beside the plan, of the chair and week of each of these candidates."""
    chairs = candidates.problem.chairs
    chair, week = candidates.chair[positions].tolist(), candidates.week[positions].tolist()
    counts = [chairs[c].beside_in(dt.date.fromordinal(monday)) for c, monday in zip(chair, week, strict=True)]
    bookings, office_days = np.array(counts, dtype=np.int64).reshape(-1, 2).T
    return bookings, office_days


def _post_office_days(builder: BuilderProtocol) -> None:
    """Limit office days in weeks that offer more of them than the chair may use."""
    candidates = builder.candidates
    most = _limits(builder, lambda chair: chair.max_office_days)
    here = np.flatnonzero(candidates.in_room)
    day, first = numbered(candidates.chair[here], candidates.day[here])
    week, first_of_week = numbered(candidates.chair[here[first]], candidates.week[here[first]])
    weeks = here[first[first_of_week]]
    binds = np.bincount(week) > most[candidates.chair[weeks]] - _beside(candidates, weeks)[1]
    here = here[binds[week[day]]]

    day, first = numbered(candidates.chair[here], candidates.day[here])
    office_day = builder.presence_columns(day, here, candidates.arrival[here], candidates.end[here])
    week, first_of_week = numbered(candidates.chair[here[first]], candidates.week[here[first]])
    settled = np.unique(day[candidates.is_settled[here]])  # past office days, which may exceed the limit alone
    past = np.bincount(week[settled], minlength=len(first_of_week))
    weeks = here[first[first_of_week]]
    left = np.maximum(most[candidates.chair[weeks]] - _beside(candidates, weeks)[1], 0)
    builder.limit(week, office_day, at_most=np.maximum(left, past))
