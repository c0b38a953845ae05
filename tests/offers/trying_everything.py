"""Every slot for one more conference of a small problem, found by trying each booking with ``check`` and ``measure``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import chain, combinations
from random import Random

from scheduler.checker import check
from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem, PublishedBooking, with_conferences, with_published
from scheduler.domain.schedule import TIERS, Booking, Schedule
from scheduler.domain.values import days
from scheduler.measure import measure
from scheduler.model.candidates import all_candidates
from scheduler.model.places import single_places
from scheduler.model.recording import recorders
from scheduler.rules import HARD_RULES
from scheduler.rules.minute_takers import MinuteTakersRule
from tests.random_problems import random_problem, random_schedule
from tests.rules.test_agreement import breaking, can_be_recorded

Key = tuple[dt.datetime, str | None, str]


@dataclass(frozen=True)
class Request:
    """A problem, a schedule of it, and the conference that is to be booked beside it."""

    problem: Problem
    schedule: Schedule
    conference: Conference

    @property
    def complete(self) -> Problem:
        """Return the problem with the conference, and with the schedule's bookings as its published ones."""
        locks = {published.conference: published.locks for published in self.problem.published}
        known = self.conference.id in self.problem.conference_by_id
        conferences = self.problem.conferences if known else (*self.problem.conferences, self.conference)
        published = (
            PublishedBooking(
                conference=booking.conference,
                start=booking.start,
                room=booking.room,
                chair=booking.chair,
                minute_taker=booking.minute_taker,
                locks=locks.get(booking.conference, ()),
            )
            for booking in self.schedule.bookings
            if not booking.held
        )
        return with_published(with_conferences(self.problem, conferences), published)


def random_request(random: Random, problem: Problem) -> Request:
    """Return a schedule of the problem that breaks no rule, and a conference that it lacks: of the problem, or a new one.

    Its bookings replace the problem's published ones.
    """
    candidates = all_candidates(problem, single_places(problem))
    rules = tuple(rule for rule in HARD_RULES if rule.name not in ("R8", "R9"))
    drawn = random_schedule(random, candidates, breaking(problem, rules))
    to_record = [booking for booking in drawn.bookings if booking.conference not in problem.past]
    takers = zip(to_record, recorders(problem, to_record), strict=True)
    past = tuple(booking for booking in drawn.bookings if booking.conference in problem.past)
    bookings = (*past, *(booking.model_copy(update={"minute_taker": taker}) for booking, taker in takers))
    conference = random.choice([one for one in problem.conferences if one.id not in problem.past])
    others = tuple(booking for booking in bookings if booking.conference != conference.id)
    fresh = Problem.model_validate(problem.model_dump(mode="json", by_alias=True) | {"published": []})
    if random.random() < 0.5:
        return Request(fresh, Schedule(bookings=others), conference)
    without = tuple(one for one in fresh.conferences if one.id != conference.id)
    named = {conference.id, conference.family}
    data = fresh.model_dump(mode="json", by_alias=True)
    data["conferences"] = [one for one in data["conferences"] if one["id"] != conference.id]
    families = {one.family for one in without}
    data["apart"] = [p for p in data["apart"] if not any(s in named and s not in families for s in p)]
    return Request(Problem.model_validate(data), Schedule(bookings=others), conference)


def slots(request: Request) -> dict[Key, tuple[int, ...]]:
    """Return the tiers of the whole schedule for each possible slot, with the cheapest minimal set of held slots withdrawn."""
    problem = request.complete
    bookings = tuple(one for one in request.schedule.bookings if one.conference != request.conference.id)
    found: dict[Key, tuple[int, ...]] = {}
    held = [booking.conference for booking in bookings if booking.held]
    for booking in ways(problem, request.conference):
        if not fits(problem, bookings, (booking,), set(held)):
            continue
        minimal: list[set[str]] = []
        for withdrawn in chain.from_iterable(combinations(held, size) for size in range(len(held) + 1)):
            if any(smaller <= set(withdrawn) for smaller in minimal):
                continue
            if fits(problem, bookings, (booking,), set(withdrawn)):
                minimal.append(set(withdrawn))
        costs = [tiers_with(problem, bookings, (booking,), withdrawn) for withdrawn in minimal]
        found[booking.start, booking.room, booking.chair] = min(costs)
    return found


def ways(problem: Problem, conference: Conference) -> Iterator[Booking]:
    times = sorted({start for room in problem.rooms for start in room.starts} | set(problem.all_virtual_starts))
    for day in days(problem.horizon):
        for time in times:
            start = dt.datetime.combine(day, time)
            for room in (*problem.room_by_id, None):
                for chair in problem.chair_by_id:
                    yield Booking(
                        conference=conference.id,
                        start=start,
                        end=start + dt.timedelta(minutes=conference.minutes),
                        room=room,
                        chair=chair,
                    )


def fits(problem: Problem, bookings: tuple[Booking, ...], added: tuple[Booking, ...], withdrawn: Set[str]) -> bool:
    """True if the added bookings break no rule beside the others, for some minute takers of all."""
    others = tuple(other for other in bookings if other.conference not in withdrawn)
    together = Schedule(bookings=(*others, *added))
    before = {violation.text for violation in check(problem, Schedule(bookings=others)).violations}
    after = [violation for violation in check(problem, together).violations if violation.text not in before]
    if any(violation.rule != "R5" for violation in after):
        return False
    return not problem.models_minute_takers or can_be_recorded(MinuteTakersRule(), problem, together)


def tiers_with(
    problem: Problem, bookings: tuple[Booking, ...], added: tuple[Booking, ...], withdrawn: Set[str]
) -> tuple[int, ...]:
    """Return the tiers of the schedule with the added bookings and without the withdrawn held slots."""
    others = tuple(other for other in bookings if other.conference not in withdrawn)
    measured = measure(problem, Schedule(bookings=(*others, *added))).tiers
    return tuple(measured[tier] for tier in TIERS)


def contested_problem(random: Random) -> Problem:
    """Return a small problem with slots in the place of held slots, or after an exchange of minute takers."""
    data = random_problem(random).model_dump(mode="json", by_alias=True)
    sites = [site["id"] for site in data["sites"]]
    week = data["horizon"]["first"]
    data["holds"] = [{"site": random.choice(sites), "week": week, "count": random.randint(1, 2)} for _ in range(2)]
    data["published"] = []
    data["policy"]["weights"] |= {"hold_missing": random.choice((0, 5, 20)), "site_change": random.choice((0, 7))}
    for room in data["rooms"]:
        room |= {"hybrid_from": "2022-09-01", "closed": [], "first": None, "last": None}
    for chair in data["chairs"]:
        chair |= {"absences": [], "busy": [], "max_per_day": random.choice((1, 2, None)), "reserve": False}
        chair["max_office_days"] = random.choice((1, 2, None))
    takers = data["minute_takers"]
    if takers is not None:
        for taker in takers:
            taker |= {"absences": [], "busy": [], "max_per_day": random.choice((1, 2, None))}
            taker["sites"] = random.sample(sites, random.randint(1, len(sites)))
    for conference in data["conferences"]:
        conference |= {"kind": "initial", "requested": None, "earliest": None, "unavailable": [], "not_chairs": []}
        conference |= {"trigger": "2027-02-15", "mode": random.choice(("hybrid", "hybrid", "virtual")), "accessible": False}
    return Problem.model_validate(data)
