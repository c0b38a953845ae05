"""R5 without saying who records what: which minute takers are together the whole choice of which bookings (Hall's theorem)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.grouping import table
from scheduler.model.candidates import Candidates

MOST_TEAMS = 1000
UNLIMITED = 1 << 20
Kind = tuple[int, int]
"""A people time and a site, by their positions; -1 is no site at all."""


@dataclass(frozen=True)
class Team:
    """Minute takers who can record at most ``most`` bookings of some kinds, for which there is nobody else."""

    most: int
    kinds: frozenset[Kind]


def teams_of(candidates: Candidates) -> list[Team]:
    """The teams of every day, and where somebody may record twice a day, of every moment at which something begins.

    Where nobody may, all bookings can be recorded if and only if no team has too many. Elsewhere that is necessary, and
    the matching afterwards has the last word. Raises ValueError where a day has too many teams to look at.
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
    """Who could record, for each kind that a candidate has."""
    problem = candidates.problem
    takers = problem.minute_takers or ()
    works = table(takers, candidates.days, lambda taker, day: taker.works_on(day) and taker.max_per_day != 0)
    free = works[:, candidates.time_day] & ~candidates.touched(taker.busy for taker in takers)
    serves = table(takers, (*problem.sites, None), lambda taker, site: site is None or site.id in taker.sites)
    kinds = sorted(set(zip(candidates.time.tolist(), candidates.site.tolist(), strict=True)))
    return {(time, site): frozenset(np.flatnonzero(free[:, time] & serves[:, site]).tolist()) for time, site in kinds}


def _teams(kinds: Iterable[Kind], choices: Mapping[Kind, frozenset[int]], most: Callable[[frozenset[int]], int]) -> list[Team]:
    """Every union of the kinds' choices, with the kinds whose choice lies within it."""
    unions: set[frozenset[int]] = set()
    for choice in sorted({choices[kind] for kind in kinds}, key=sorted):
        unions |= {choice | union for union in unions} | {choice}
        if len(unions) > MOST_TEAMS:
            raise ValueError(f"the choices of minute takers on one day make more than {MOST_TEAMS} teams")
    return [
        Team(most(union), frozenset(kind for kind in kinds if choices[kind] <= union)) for union in sorted(unions, key=sorted)
    ]
