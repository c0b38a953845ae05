"""Which days are looked at for a conference: in a long plan, not those so late that no good schedule would use them.

What is left out could not have helped if lateness (T2) rises by it above what is found; the rule of lateness says by how much.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set

import numpy as np

from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem
from scheduler.grouping import Mask

MOST_AT_ONCE = 1_000_000
WORKING_DAYS_LATE = 25


def days_looked_at(
    problem: Problem,
    conferences: Sequence[Conference | None],
    days: Sequence[dt.date],
    ways: int,
    in_full: Set[str] = frozenset(),
) -> Mask:
    """For each conference (None for a hold) and day whether it is looked at.

    All days, unless that makes too many candidates (``ways`` are those of one conference on one day): then, for a
    conference that is not published yet, nor (by its id) to be looked at ``in_full``, those from its earliest date to some
    time after it is due; and all where none of these is open, but a later one.
    """
    looked_at = np.ones((len(conferences), len(days)), dtype=np.bool_)
    if looked_at.size * ways <= MOST_AT_ONCE:
        return looked_at
    ordinals = np.array([day.toordinal() for day in days], dtype=np.int64)
    for n, conference in enumerate(conferences):
        if conference is not None and conference.id not in problem.published_by_id.keys() | in_full:
            first = problem.earliest[conference.id]
            last = problem.calendar.working_days_after(max(problem.due[conference.id], first), WORKING_DAYS_LATE)
            within = (ordinals >= first.toordinal()) & (ordinals <= last.toordinal())
            if within.any() or not (ordinals > last.toordinal()).any():
                looked_at[n] = within
    return looked_at
