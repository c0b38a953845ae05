"""The days considered for each conference. A long plan leaves out days so late that no good schedule would use them.

The rule of lateness (T2) states how much lateness a day left out would add at least. If the lateness found exceeds its bound by
less, no day left out could have helped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set

import numpy as np

from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem
from scheduler.grouping import Mask

MOST_AT_ONCE = 1_000_000
"""Most candidates for which all days are considered."""
WORKING_DAYS_LATE = 25
"""Working days after the due date that are considered otherwise."""


def days_looked_at(
    problem: Problem,
    conferences: Sequence[Conference | None],
    days: Sequence[dt.date],
    ways: int,
    in_full: Set[str] = frozenset(),
) -> Mask:
    """Return which days (columns) are considered for which conferences (rows; None for a hold).

    All days are considered if there are at most ``MOST_AT_ONCE`` candidates; ``ways`` counts those of one conference on one day.
    Otherwise a conference gets the days from its earliest date to ``WORKING_DAYS_LATE`` after its due date. All days are still
    considered for published conferences, for the ids ``in_full``, and if only later days are open.
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
