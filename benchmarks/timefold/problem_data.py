"""The problem as plain numbers and lists for Timefold, with the costs of each booking by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from benchmarks.timefold.teams import Kind, Team, teams_of
from scheduler.domain.conference import Conference
from scheduler.domain.people import Chair
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, TierName
from scheduler.domain.values import monday_of
from scheduler.grouping import Ints, table
from scheduler.model.candidates import VIRTUAL, Candidates
from scheduler.model.programme import ProgrammeBuilder
from scheduler.model.requests import Request

Plain = dict[str, Any]
NO_LIMIT = 1 << 30
MINUTES_OF_DAY = 24 * 60


def problem_data(builder: ProgrammeBuilder) -> Plain:
    """Return the problem for ``solve``, in the terms of ``domain``; other objects appear only as numbers.

    ``constants`` are the costs that every schedule has, by tier. Raise ValueError if a booking could reach into another day.
    """
    candidates, problem, programme = builder.candidates, builder.problem, builder.programme()
    midnight = candidates.start - candidates.start % MINUTES_OF_DAY
    if ((candidates.arrival < midnight) | (candidates.end + problem.policy.reset > midnight + MINUTES_OF_DAY)).any():
        raise ValueError("a booking could begin or end on another day than its conference, which this model does not support")
    teams = teams_of(candidates) if problem.models_minute_takers else []
    costs = {tier: programme.costs[tier][: len(candidates)] for tier in TIERS}
    bookings = [booking for n in range(len(candidates.requests)) for booking in _bookings(candidates, costs, n)]
    number = {booking["name"]: n for n, booking in enumerate(bookings)}
    apart = () if "R7" in problem.policy.off else problem.apart
    pairs = {frozenset(pair): pair for sides in apart for pair in product(*map(problem.on_side, sides))}
    return {
        "places": [len(place.rooms) for place in candidates.places],
        "minute_takers": [team.most for team in teams],
        "slots": _slots(candidates, teams),
        "chairs": [_chair(chair, problem.policy.caseload_cap) for chair in problem.chairs],
        "bookings": bookings,
        "apart": [[number[one], number[other]] for one, other in pairs.values() if {one, other} <= number.keys()],
        "weights": {name: problem.policy.weight(name) for name in ("site_change", "partner_clash", "hold_missing")},
        "constants": [programme.constants[tier] - sum(booking["missing"][tier] for booking in bookings) for tier in TIERS],
    }


def _lengths(candidates: Candidates) -> list[int]:
    """Return the distinct lengths of all requests in minutes; people times are numbered by start, then by length."""
    return sorted({request.minutes for request in candidates.requests})


def _slots(candidates: Candidates, teams: Sequence[Team]) -> list[Plain]:
    """Return each start in each place."""
    problem, lengths = candidates.problem, _lengths(candidates)
    travel = {} if "R4" in problem.policy.off else problem.travel_minutes
    sites = [site.id for site in problem.sites]
    starts = np.unique(candidates.slot_start).tolist()
    works = table(problem.chairs, candidates.days, lambda chair, day: chair.works_on(day))
    free = works[:, candidates.time_day] & ~candidates.touched(chair.busy for chair in problem.chairs)
    teams_of_kind: dict[Kind, list[int]] = defaultdict(list)
    for n, team in enumerate(teams):
        for kind in team.kinds:
            teams_of_kind[kind].append(n)
    slots: list[Plain] = []
    for day, start, place in zip(
        candidates.slot_day.tolist(), candidates.slot_start.tolist(), candidates.slot_place.tolist(), strict=True
    ):
        site = int(candidates.place_site[place])
        times = [starts.index(start) * len(lengths) + n for n in range(len(lengths))]
        slots.append(
            {
                "week": monday_of(candidates.days[day]).toordinal(),
                "day": day,
                "start": start,
                "place": place,
                "site": site,
                "travel": [travel.get((sites[site], other), 0) for other in sites] if site != VIRTUAL else [],
                "stays": [
                    {
                        "arrival": start - problem.policy.pre_meet,
                        "end": start + minutes,
                        "room_end": start + minutes + problem.policy.reset,
                        "free_chairs": free[:, time].tolist(),
                        "minute_takers": teams_of_kind[time, site],
                    }
                    for minutes, time in zip(lengths, times, strict=True)
                ],
            }
        )
    return slots


def _chair(chair: Chair, caseload_cap: int) -> Plain:
    """Return a chair's limits."""
    limits = {name: getattr(chair, name) for name in ("max_per_day", "max_per_week", "max_office_days")}
    left = max(0, chair.cap(caseload_cap) - chair.caseload)
    return {"children_left": left, **{name: NO_LIMIT if limit is None else limit for name, limit in limits.items()}}


def _bookings(candidates: Candidates, costs: dict[TierName, Ints], n: int) -> list[Plain]:
    """Return the request as one booking, or one for each of its held slots; empty if it has no candidates.

    A booking's cost is that of its slot plus that of its chair, because no rule charges for a pair of them.
    """
    own = candidates.of_request(n)
    if not len(own):
        return []
    problem, request = candidates.problem, candidates.requests[n]
    conference, off = request.conference, problem.policy.off
    published = problem.published_by_id.get(conference.id) if conference else None
    missing: dict[TierName, int] = dict.fromkeys(TIERS, 0)
    if conference is not None:
        missing["unplaced"] = 1
    else:
        missing["preferences"] = problem.policy.weight("hold_missing")
    chairs, chair = np.unique(candidates.chair[own], return_inverse=True)
    slots, first, slot = np.unique(candidates.slot[own], return_index=True, return_inverse=True)
    chair_costs = {tier: [_chair_cost(problem, request, problem.chairs[m], tier) for m in chairs.tolist()] for tier in TIERS}
    slot_costs: dict[TierName, list[int]] = {}
    for tier in TIERS:
        of_chairs = np.array(chair_costs[tier], dtype=np.int64)[chair]
        of_slots = (costs[tier][own] + missing[tier] - of_chairs)[first]
        if not np.array_equal(of_slots[slot] + of_chairs, costs[tier][own] + missing[tier]):
            raise AssertionError(f"In the tier {tier}, the cost of {request} is not a slot's cost plus a chair's.")
        slot_costs[tier] = of_slots.tolist()
    booking = {
        "length": _lengths(candidates).index(request.minutes),
        "is_conference": conference is not None,
        "area": candidates.site_index[request.site],
        "social_worker": None if conference is None or "R6" in off else _social_worker(problem, conference),
        "new_children": conference.children if conference and conference.chair is None else 0,
        "is_locked": published is not None and bool(published.locks) and "R8" not in off,
        "is_published": published is not None,
        "missing": missing,
        "slots": slots.tolist(),
        "slot_costs": slot_costs,
        "chairs": chairs.tolist(),
        "chair_costs": chair_costs,
    }
    names = [conference.id] if conference else [slot.id for slot in request.slots]
    return [{"name": name, **booking} for name in names]


def _social_worker(problem: Problem, conference: Conference) -> str | None:
    """Return the social worker, or None for a placeholder."""
    worker = conference.social_worker
    return None if worker is None or problem.policy.is_placeholder(worker) else worker


def _chair_cost(problem: Problem, request: Request, chair: Chair, tier: TierName) -> int:
    """Return the part of a booking's cost in a tier that depends only on the chair."""
    conference = request.conference
    if conference is None:
        return 0
    if tier == "stability":
        published = problem.published_by_id.get(conference.id)
        return problem.policy.stability.chair if published is not None and published.chair != chair.id else 0
    if tier == "continuity":
        return conference.children if conference.chair not in {None, chair.id} else 0
    if tier == "preferences":
        return problem.policy.weight("reserve_chair") if chair.reserve else 0
    return 0
