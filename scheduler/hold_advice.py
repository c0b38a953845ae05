"""How many slots to keep free for initial conferences not yet known, and when to release those that are not used.

The number for a site is the smallest with which at most a chosen share of past weeks would have run out: the empirical quantile
of the initial conferences due there by week. Without a history, the weeks are counted by a Poisson distribution with the mean of
published volumes. ``slots_for`` and ``slots_for_mean`` are the computation; the values show its arithmetic.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from pydantic import BaseModel

from scheduler.domain.values import Date, Identifier
from scheduler.wording import count_of

MOST_PERCENT = 50
"""The largest share of weeks that may run out, in percent: a larger one would advise to keep fewer slots than are used."""


class WeekCount(BaseModel):
    """The initial conferences due at a site in the week that begins on ``week``."""

    week: Date
    conferences: int


class SiteAdvice(BaseModel):
    """How many slots to keep free at a site in each week, with the arithmetic.

    ``weeks`` are counted one by one, ``weeks_by_count`` by their number of conferences; both are empty if the site has no
    history. ``mean`` is the number of conferences in a week. ``run_out_percent`` is the share of weeks with more conferences than
    ``slots``: of the counted weeks or, without a history, by the Poisson distribution of the mean.
    """

    site: Identifier
    slots: int
    run_out_percent: float
    mean: float
    weeks: list[WeekCount]
    weeks_by_count: dict[int, int]
    text: str


class ReleaseAdvice(BaseModel):
    """When a slot that is not used is released: ``working_days_before`` its day, when no new request can get its notice any more.

    ``requests`` have both dates; ``shortest``, ``median`` and ``longest`` are their working days from the request to the due
    date, null if there are none. ``at_short_notice`` counts those with fewer days than the notice: no slot helps them.
    """

    working_days_before: int
    requests: int
    shortest: int | None
    median: int | None
    longest: int | None
    at_short_notice: int
    text: str


def slots_for(counts: Iterable[int], percent: int) -> int:
    """Return the smallest number of slots with which at most ``percent`` of the weeks have more conferences than slots."""
    weeks = sorted(counts, reverse=True)
    may_run_out = len(weeks) * percent // 100
    return weeks[may_run_out] if may_run_out < len(weeks) else 0


def slots_for_mean(mean: float, percent: int) -> int:
    """Return the same for weeks whose number of conferences has the Poisson distribution of this mean."""
    return next(slots for slots in count() if 100 * poisson_above(slots, mean) <= percent)


def poisson_above(slots: int, mean: float) -> float:
    """Return the probability that a Poisson distributed number is above ``slots``."""
    if mean == 0:
        return 0.0
    at_most = math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(slots + 1))
    return max(0.0, 1 - at_most)  # rounding may leave a sum just above 1


def advice_by_history(site: str, conferences: Mapping[Date, int], percent: int) -> SiteAdvice:
    """Return the advice for a site from the number of conferences in each week, by its Monday; weeks without any are included."""
    counts = list(conferences.values())
    slots = slots_for(counts, percent)
    more = sum(number > slots for number in counts)
    share = 100 * more / len(counts)
    return SiteAdvice(
        site=site,
        slots=slots,
        run_out_percent=round(share, 1),
        mean=round(sum(counts) / len(counts), 2),
        weeks=[WeekCount(week=week, conferences=number) for week, number in sorted(conferences.items())],
        weeks_by_count=dict(sorted(Counter(counts).items())),
        text=f"{_keep(site, slots)}: of {count_of(len(counts), 'week')}, {more} had more initial conferences due ({share:.1f}%; "
        f"at most {percent}% may).",
    )


def advice_by_mean(site: str, mean: float, percent: int) -> SiteAdvice:
    """Return the advice for a site without a history, from a mean number of conferences in a week."""
    slots = slots_for_mean(mean, percent)
    share = 100 * poisson_above(slots, mean)
    return SiteAdvice(
        site=site,
        slots=slots,
        run_out_percent=round(share, 1),
        mean=round(mean, 2),
        weeks=[],
        weeks_by_count={},
        text=f"{_keep(site, slots)}: with {mean:.2f} initial conferences in a week on average, {share:.1f}% of the weeks "
        f"have more (Poisson distribution; at most {percent}% may).",
    )


def release_advice(days_to_due: Sequence[int], notice_days: int) -> ReleaseAdvice:
    """Return when to release unused slots; ``days_to_due`` are the working days from each request to its due date."""
    ordered, before = sorted(days_to_due), max(notice_days - 1, 0)
    short = sum(days < notice_days for days in ordered)
    text = (
        f"Release a slot that is not used {count_of(before, 'working day')} before its day: a family that asks then can't get "
        f"{count_of(notice_days, 'working day')} of notice any more."
    )
    if ordered:
        text += f" Of {count_of(len(ordered), 'request')}, {short} came with fewer days than that until they were due."
    return ReleaseAdvice(
        working_days_before=before,
        requests=len(ordered),
        shortest=ordered[0] if ordered else None,
        median=ordered[(len(ordered) - 1) // 2] if ordered else None,
        longest=ordered[-1] if ordered else None,
        at_short_notice=short,
        text=text,
    )


def _keep(site: str, slots: int) -> str:
    return f"Keep {count_of(slots, 'slot')} free at {site} in each week"
