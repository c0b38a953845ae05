"""R5 without assigning minute takers: limits on the bookings for which a team is the only choice (Hall's theorem)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.grouping import table
from scheduler.model.candidates import Candidates

MAX_TEAMS = 1000
UNLIMITED = 1 << 20
Kind = tuple[int, int]
"""A people time and a site, as positions; -1 means no site."""


@dataclass(frozen=True)
class Team:
    """Minute takers who can record at most ``most`` bookings of some kinds, and are the only choice for those."""

    most: int
    kinds: frozenset[Kind]


def teams_of(candidates: Candidates) -> list[Team]:
    """Return the teams of every day, and also of every arrival time on days on which somebody may record twice.

    On the other days, all bookings can be recorded if and only if no team exceeds its limit. On days with repeated use that
    is only necessary, and the matching afterwards decides. Raise ValueError if a day has more than ``MAX_TEAMS`` teams.
    """
    takers = candidates.problem.minute_takers or ()
    choices = _choices(candidates)
    a_day = [UNLIMITED if taker.max_per_day is None else taker.max_per_day for taker in takers]
    teams: list[Team] = []
    for day in np.unique(candidates.day).tolist():
        of_day = [kind for kind in choices if candidates.time_day[kind[0]] == day]
        teams += _teams(of_day, choices, lambda team: sum(a_day[n] for n in team))
        if any(a_day[n] > 1 for kind in of_day for n in choices[kind]):
            for moment in sorted({int(candidates.time_arrival[time]) for time, _ in of_day}):
                at_once = [(n, site) for n, site in of_day if candidates.time_arrival[n] <= moment < candidates.time_end[n]]
                teams += _teams(at_once, choices, len)
    return teams


def _choices(candidates: Candidates) -> dict[Kind, frozenset[int]]:
    """Return the minute takers who could record each kind of booking."""
    problem = candidates.problem
    takers = problem.minute_takers or ()
    works = table(takers, candidates.days, lambda taker, day: taker.works_on(day) and taker.max_per_day != 0)
    free = works[:, candidates.time_day] & ~candidates.touched(taker.busy for taker in takers)
    serves = table(takers, (*problem.sites, None), lambda taker, site: site is None or site.id in taker.sites)
    kinds = sorted(set(zip(candidates.time.tolist(), candidates.site.tolist(), strict=True)))
    return {(time, site): frozenset(np.flatnonzero(free[:, time] & serves[:, site]).tolist()) for time, site in kinds}


def _teams(kinds: Iterable[Kind], choices: Mapping[Kind, frozenset[int]], most: Callable[[frozenset[int]], int]) -> list[Team]:
    """Return every union of the kinds' choices, with the kinds whose choice it contains."""
    unions: set[frozenset[int]] = set()
    for choice in sorted({choices[kind] for kind in kinds}, key=sorted):
        unions |= {choice | union for union in unions} | {choice}
        if len(unions) > MAX_TEAMS:
            raise ValueError(f"the choices of minute takers on one day make more than {MAX_TEAMS} teams")
    return [
        Team(most(union), frozenset(kind for kind in kinds if choices[kind] <= union)) for union in sorted(unions, key=sorted)
    ]
