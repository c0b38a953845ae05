"""The stored months of 153 authorities: separate problems that together have about England's conferences of one month."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Sequence
from functools import partial
from itertools import combinations
from statistics import NormalDist

from benchmarks.months import Instances
from fixtures.generate import generate_problem
from fixtures.months import HYBRID_ERA, INITIAL_CHILDREN_A_CONFERENCE, calendar_of, month_named
from fixtures.places import EARLIER_AFTERNOON, FIRST_EQUIPMENT, TWO_STARTS, Area
from fixtures.scenario import Scenario
from scheduler.domain.places import Journey, Room, Site
from scheduler.domain.problem import Problem

AUTHORITIES = 153
MONTH = "2026-11"

CONFERENCES_ON_AVERAGE = 66
LOG_SPREAD = 0.65
MIN_CONFERENCES = 8
MAX_CONFERENCES = 250

CONFERENCES_A_SITE = (16, 45)
MAX_SITES = 6
LARGEST_TO_SMALLEST_SITE = 3
SQUARE = 50
"""The side of the square in which an authority's sites lie, in minutes of driving."""
MIN_DRIVE = 8

CONFERENCES_A_ROOM = (32, 38)
HYBRID = 0.9
ACCESSIBLE = 0.6
STARTS = (TWO_STARTS, (dt.time(9, 30), dt.time(13, 30)), EARLIER_AFTERNOON)

CONFERENCES_A_CHAIR = (16, 20)
MIN_FULL_TIME_CHAIRS = 1.2
CHAIRS_TO_ONE_SICK = 8
CASELOADS = (74, 92)
CONFERENCES_A_MINUTE_TAKER = (9.5, 11.5)
CONFERENCES_A_WEEKLY_HOLD = (20, 30)
IN_TIME = (0.65, 0.95)


def authorities() -> Instances:
    """Return one month of every authority."""
    numbered = enumerate(conferences_of_each(), start=1)
    return {f"authority-{number:03}": partial(_authority, number, conferences) for number, conferences in numbered}


def conferences_of_each() -> list[int]:
    """Return each authority's conferences in the month: equally spaced quantiles of a log-normal, shuffled."""
    log_mean = math.log(CONFERENCES_ON_AVERAGE) - LOG_SPREAD**2 / 2
    curve = NormalDist(log_mean, LOG_SPREAD)
    counts = [round(math.exp(curve.inv_cdf((n + 0.5) / AUTHORITIES))) for n in range(AUTHORITIES)]
    bounded = [min(MAX_CONFERENCES, max(MIN_CONFERENCES, count)) for count in counts]
    random.Random(AUTHORITIES).shuffle(bounded)
    return bounded


def _authority(number: int, conferences: int) -> Problem:
    """Return an authority's month. The order of the draws must not change, because the stored files depend on it."""
    draw = random.Random(1000 * AUTHORITIES + number)
    horizon = month_named(MONTH)
    area = _area(f"Authority {number:03}", conferences, draw)
    fte = _fte(conferences / draw.uniform(*CONFERENCES_A_CHAIR))
    holds = conferences / draw.uniform(*CONFERENCES_A_WEEKLY_HOLD)
    scenario = Scenario(
        seed=10_000 * AUTHORITIES + number,
        horizon=horizon,
        calendar=calendar_of(horizon),
        rooms=_rooms(area.sites, conferences, draw),
        conferences=conferences,
        initial_children=round(INITIAL_CHILDREN_A_CONFERENCE * conferences),
        in_time_share=draw.uniform(*IN_TIME),
        mode_shares={site.id: HYBRID_ERA for site in area.sites},
        fte=fte,
        caseload=draw.randint(*CASELOADS),
        holds_a_week={site: round(share * holds) for site, share in area.demand_shares.items()},
        sick=round(len(fte) / CHAIRS_TO_ONE_SICK),
        minute_takers=max(len(area.sites) + 1, math.ceil(conferences / draw.uniform(*CONFERENCES_A_MINUTE_TAKER))),
        area=area,
    )
    return generate_problem(scenario)


def _area(name: str, conferences: int, draw: random.Random) -> Area:
    """Draw sites anywhere in the square, in descending order of demand, with a drive between any two."""
    count = min(MAX_SITES, max(1, round(conferences / draw.uniform(*CONFERENCES_A_SITE))))
    sites = tuple(Site(id=f"S{n}", name=f"Office {n}") for n in range(1, count + 1))
    parts = sorted((draw.uniform(1, LARGEST_TO_SMALLEST_SITE) for _ in sites), reverse=True)
    shares = {site.id: part / sum(parts) for site, part in zip(sites, parts, strict=True)}
    where = {site.id: (draw.randrange(SQUARE), draw.randrange(SQUARE)) for site in sites}
    travel = tuple(
        Journey.model_validate({"from": start, "to": end, "minutes": max(MIN_DRIVE, round(math.dist(where[start], where[end])))})
        for start, end in combinations(where, 2)
    )
    return Area(name, sites, shares, travel)


def _rooms(sites: Sequence[Site], conferences: int, draw: random.Random) -> tuple[Room, ...]:
    """Draw at least one room a site, and more at the sites with most demand; all have the same starts."""
    count = max(len(sites), math.ceil(conferences / draw.uniform(*CONFERENCES_A_ROOM)))
    starts = draw.choice(STARTS)
    return tuple(
        Room(
            id=f"{site.id}-{n + 1}",
            site=site.id,
            name=f"{site.name} room {n + 1}",
            starts=starts,
            hybrid_from=FIRST_EQUIPMENT if n == 0 or draw.random() < HYBRID else None,
            accessible=n == 0 or draw.random() < ACCESSIBLE,
        )
        for position, site in enumerate(sites)
        for n in range(len(range(position, count, len(sites))))
    )


def _fte(full_time: float) -> tuple[float, ...]:
    """Return the FTE of each chair, summing to ``full_time`` to the nearest fifth, with at least two people."""
    if full_time < MIN_FULL_TIME_CHAIRS:
        return (MIN_FULL_TIME_CHAIRS / 2, MIN_FULL_TIME_CHAIRS / 2)
    whole, fifths = divmod(round(5 * full_time), 5)
    return (1.0,) * whole + ((fifths / 5,) if fifths else ())
