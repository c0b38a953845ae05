"""R5: a minute taker for each booking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.domain.people import MinuteTaker
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.grouping import Ints, Mask, members, numbered, table
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped
from scheduler.rules.diaries import diary_breaches
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol
from scheduler.wording import count_of

MINUTES_OF_DAY = 24 * 60
MOST_UNIONS = 200
Union = tuple[int, list[int]]


class MinuteTakersRule(Rule):
    """Every booking has a minute taker who is there, free, and within their limit (contract, R5)."""

    name = "R5"
    title = "No minute taker"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return (
            "Where minute takers are planned, every booking has one who works that day, is not absent or busy at any time from "
            f"{count_of(policy.pre_meet, 'minute')} before the start to the end, records one conference at a time, stays within "
            "their most bookings a day and, for a room, serves its site."
        )

    def forbids(self, candidates: CandidatesProtocol) -> Mask | None:
        """Return the candidates at times and sites without any minute taker."""
        if candidates.problem.minute_takers is None:
            return None
        nobody = ~np.asarray(_possible(candidates).any(axis=0))
        return np.asarray(nobody[candidates.time, candidates.site])

    def post(self, builder: BuilderProtocol) -> None:
        """Post Hall's condition on days on which nobody can record twice, and columns that count who records what on others.

        By Hall's theorem everybody can be served if and only if no set of minute takers is the whole choice of
        more bookings than it has members. A later assignment decides who records each booking.
        """
        candidates = builder.candidates
        takers = builder.problem.minute_takers
        if takers is None or not len(candidates):
            return
        here = np.flatnonzero(~candidates.is_settled)
        kind, first = numbered(candidates.time[here], candidates.site[here])
        first = here[first]
        possible = _possible(candidates)[:, candidates.time[first], candidates.site[first]]
        day_of_kind = candidates.day[first]
        by_union = self.days_by_union(candidates)
        unions: list[Union] = []
        for day in np.flatnonzero(by_union).tolist():
            on_day = _unions(np.flatnonzero(day_of_kind == day), possible)
            by_union[day] = on_day is not None
            unions += on_day or []
        _post_unions(builder, here, kind, unions)
        _post_columns(builder, here, kind, first, possible & ~by_union[day_of_kind])

    def days_by_union(self, candidates: CandidatesProtocol) -> Mask:
        """Return the days on which nobody records twice: they get Hall's condition, unless it grows too long."""
        return _days_without_second(candidates)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each booking and reason, each overlapping pair, and each day above a limit."""
        if problem.minute_takers is None:
            return []
        violations: list[Violation] = []
        for taker_id, bookings in grouped(schedule.bookings, lambda booking: booking.minute_taker).items():
            taker = problem.minute_taker_by_id.get(taker_id) if taker_id is not None else None
            if taker is None:
                reason = "it has no minute taker." if taker_id is None else f"{taker_id} is no minute taker of this problem."
                violations += (self._named(booking, reason) for booking in bookings)
                continue
            for booking in bookings:
                site = problem.site_of(booking.room)
                if site is not None and site not in taker.sites:
                    violations.append(self._named(booking, f"{taker.label} does not serve {problem.site_by_id[site].label}."))
            violations += diary_breaches(self.name, taker, bookings, problem)
        return violations

    def _named(self, booking: Booking, reason: str) -> Violation:
        return Violation(rule=self.name, subject=booking.conference, text=f"{booking.conference}: {reason}")


def _possible(candidates: CandidatesProtocol) -> NDArray[np.bool_]:
    """Return who could record beside the past bookings: minute takers x people times x sites, the virtual one last."""
    takers, sites = candidates.problem.minute_takers or (), candidates.problem.sites
    past = past_recordings(candidates.problem)
    left = table(takers, candidates.days, lambda taker, day: left_on(taker, day, past.get(taker.id, ())) != 0)
    works = left & table(takers, candidates.days, lambda taker, day: taker.works_on(day))
    times = {taker: [candidates.problem.people_time(booking) for booking in bookings] for taker, bookings in past.items()}
    free = works[:, candidates.time_day] & ~candidates.touched((*taker.busy, *times.get(taker.id, ())) for taker in takers)
    serves = table(takers, (*sites, None), lambda taker, site: site is None or site.id in taker.sites)
    return free[:, :, np.newaxis] & serves[:, np.newaxis, :]


def past_recordings(problem: Problem) -> dict[str, list[Booking]]:
    """Return the past bookings that each minute taker recorded."""
    recorded: dict[str, list[Booking]] = {}
    for published in problem.past.values():
        if published.minute_taker is not None:
            recorded.setdefault(published.minute_taker, []).append(problem.as_published(published))
    return recorded


def left_on(taker: MinuteTaker, day: dt.date, past: Sequence[Booking]) -> int | None:
    """Return how many more bookings the minute taker may record on a day beside the past ones; None if there is no limit."""
    if taker.max_per_day is None:
        return None
    return max(0, taker.max_per_day - sum(booking.day == day for booking in past))


def _days_without_second(candidates: CandidatesProtocol) -> Mask:
    """Return the days on which nobody can record two bookings; none if a people time reaches into another day."""
    midnight = candidates.start - candidates.start % MINUTES_OF_DAY
    if ((candidates.arrival < midnight) | (candidates.end > midnight + MINUTES_OF_DAY)).any():
        return np.zeros(len(candidates.days), dtype=np.bool_)
    several = [taker for taker in candidates.problem.minute_takers or () if taker.max_per_day is None or taker.max_per_day > 1]
    works = table(several, candidates.days, lambda taker, day: taker.works_on(day))
    return np.asarray(~works.any(axis=0))


def _unions(kinds: Ints, possible: Mask) -> list[Union] | None:
    """Return the unions of the kinds' choices of minute takers, with the kinds within each; None if there are too many."""
    choices = {kind: frozenset(np.flatnonzero(possible[:, kind]).tolist()) for kind in kinds.tolist()}
    unions: set[frozenset[int]] = set()
    for choice in sorted(set(choices.values()), key=sorted):
        unions |= {choice | union for union in unions} | {choice}
        if len(unions) > MOST_UNIONS:
            return None
    return [(len(union), [n for n, choice in choices.items() if choice <= union]) for union in sorted(unions, key=sorted)]


def _post_unions(builder: BuilderProtocol, here: Ints, kind: Ints, unions: list[Union]) -> None:
    """Limit the bookings of the kinds within a union to the union's number of minute takers; ``kind`` is that of ``here``."""
    row = np.repeat(np.arange(len(unions)), [len(within) for _, within in unions])
    kinds_within = np.array([n for _, within in unions for n in within], dtype=np.int64)
    which, member = members(kind, kinds_within)
    builder.limit(row[which], here[member], at_most=[size for size, _ in unions], rows=len(unions))


def _post_columns(builder: BuilderProtocol, here: Ints, kind: Ints, first: Ints, possible: Mask) -> None:
    """Add a column for each minute taker and kind of booking: 1 if they record one of that kind."""
    candidates, takers = builder.candidates, builder.problem.minute_takers or ()
    taker, recorded = np.nonzero(possible)
    records = builder.count_columns(len(taker))
    kinds, row = np.unique(recorded, return_inverse=True)
    booking_row, booking = members(kind, kinds)
    builder.limit(
        np.concatenate([booking_row, row]),
        np.concatenate([here[booking], records]),
        np.concatenate([np.ones_like(booking), -np.ones_like(records)]),
        at_most=0,
    )
    sample = first[recorded]
    builder.limit_together(taker, records, candidates.arrival[sample], candidates.end[sample])
    past, days = past_recordings(builder.problem), candidates.days
    day, first_of_day = numbered(taker, candidates.day[sample])
    most = np.full(len(first_of_day), len(taker))
    for n, (t, d) in enumerate(zip(taker[first_of_day].tolist(), candidates.day[sample[first_of_day]].tolist(), strict=True)):
        left = left_on(takers[t], days[d], past.get(takers[t].id, ()))
        most[n] = len(taker) if left is None else left
    builder.limit_groups(day, records, most, np.bincount(day))
