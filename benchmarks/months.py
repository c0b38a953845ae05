"""The stored weeks, months, quarters and the year of a service like Buckinghamshire's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from benchmarks.replanning import replanning_problem
from fixtures.demand import EARLIEST_REVIEW
from fixtures.generate import generate_problem
from fixtures.months import INITIAL_CHILDREN_A_CONFERENCE, calendar_of, future_scenario, month_named, month_of_the_report
from fixtures.places import rooms
from fixtures.scenario import Scenario
from scheduler.domain.places import Room
from scheduler.domain.problem import Problem
from scheduler.domain.values import Period

Instances = Mapping[str, Callable[[], Problem]]

MONTHS_OF_THE_REPORT = (*(f"2022-{month:02}" for month in range(4, 13)), "2023-01", "2023-02", "2023-03")

WEEKS = {"2026-09-14": 24, "2026-11-09": 25, "2027-01-18": 26, "2027-03-08": 25, "2027-05-10": 27, "2027-07-05": 23}
"""The Monday of each week, and the number of its conferences."""

QUARTERS = {"winter-2026": "2026-01", "spring-2026": "2026-04", "summer-2026": "2026-07", "autumn-2026": "2026-10"}
CONFERENCES_A_QUARTER = 330

THREE_STARTS = (dt.time(9, 30), dt.time(12), dt.time(14, 30))
ROOM_CLOSED = Period(first=dt.date(2027, 3, 1), last=dt.date(2027, 3, 12))


def weeks() -> Instances:
    """Return working weeks of different months, each with the people of its whole month."""
    return {f"week-of-{monday}": partial(_week, dt.date.fromisoformat(monday), count) for monday, count in WEEKS.items()}


def months() -> Instances:
    """Return the twelve months of the 2022/23 report, and eight future months of differing tightness."""
    report = {f"report-{month}": partial(_generated_month, month) for month in MONTHS_OF_THE_REPORT}
    return {**report, **_variations()}


def quarters() -> Instances:
    """Return one quarter for each season."""
    return {name: partial(_quarter, month) for name, month in QUARTERS.items()}


def years() -> Instances:
    """Return the year of the report."""
    return {"report-2022-23": _year}


def _generated_month(month: str) -> Problem:
    return generate_problem(month_of_the_report(month))


def _week(monday: dt.date, count: int) -> Problem:
    """Return five working days, with conferences that are due in them or in the following five."""
    month = future_scenario(month_named(f"{monday:%Y-%m}"), seed=int(f"{monday:%Y%m%d}"))
    week = replace(
        month,
        horizon=Period(first=monday, last=monday + dt.timedelta(days=4)),
        conferences=count,
        initial_children=round(INITIAL_CHILDREN_A_CONFERENCE * count),
        due=Period(first=monday, last=monday + dt.timedelta(days=11)),
    )
    return generate_problem(week, staffed=month)


def _variations() -> Instances:
    future: Mapping[str, Scenario] = {
        "one-chair-fewer": replace(_future_month("2027-02"), fte=(1.0, 1.0, 1.0, 1.0, 0.8)),
        "one-room-closed": replace(_future_month("2027-03"), rooms=_each_room(closed_at="AMR")),
        "demand-up-15": _with_demand(_future_month("2027-06"), 1.15),
        "demand-down-20": _with_demand(_future_month("2027-04"), 0.8),
        "three-starts": replace(_future_month("2026-11"), rooms=_each_room(starts=THREE_STARTS), virtual_starts=THREE_STARTS),
        "no-minute-takers": replace(_future_month("2026-10"), minute_takers=None),
        "many-holds": replace(_with_demand(_future_month("2027-05"), 0.85), holds_a_week={"AYL": 4, "AMR": 2, "WYC": 3}),
    }
    variations = {name: partial(generate_problem, scenario) for name, scenario in future.items()}
    return {**variations, "replanning": lambda: replanning_problem(generate_problem(_future_month("2027-07")), seed=202707)}


def _future_month(month: str) -> Scenario:
    return future_scenario(month_named(month), seed=int(month.replace("-", "")))


def _with_demand(scenario: Scenario, factor: float) -> Scenario:
    conferences, children = round(factor * scenario.conferences), round(factor * scenario.initial_children)
    return replace(scenario, conferences=conferences, initial_children=children)


def _each_room(starts: tuple[dt.time, ...] | None = None, closed_at: str | None = None) -> tuple[Room, ...]:
    """Return the usual rooms with other starts, or with one site closed for ``ROOM_CLOSED``."""
    return tuple(
        room.model_copy(
            update={"starts": starts or room.starts, "closed": (ROOM_CLOSED,) if room.site == closed_at else room.closed}
        )
        for room in rooms()
    )


def _quarter(first_month: str) -> Problem:
    quarter = future_scenario(month_named(first_month, months=3), seed=int(first_month.replace("-", "") + "3"))
    children = round(INITIAL_CHILDREN_A_CONFERENCE * CONFERENCES_A_QUARTER)
    return generate_problem(replace(quarter, conferences=CONFERENCES_A_QUARTER, initial_children=children, sick=quarter.months))


def _year() -> Problem:
    """Return April 2022 to March 2023 in one problem: each month has its published conferences; one chair leaves in November."""
    horizon = month_named(MONTHS_OF_THE_REPORT[0], months=12)
    november = month_of_the_report("2022-11")
    whole = replace(
        november,
        seed=202223,
        horizon=horizon,
        calendar=calendar_of(horizon),
        fte=(1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 1.0),
        sick=len(MONTHS_OF_THE_REPORT),
    )
    return generate_problem(whole, demand=[_part_of(whole, month_of_the_report(month)) for month in MONTHS_OF_THE_REPORT])


def _part_of(year: Scenario, month: Scenario) -> Scenario:
    """Return the month's demand within the year's horizon; nothing is due in the year's first days."""
    first = year.calendar.working_days_after(year.horizon.first, EARLIEST_REVIEW)
    due = Period(first=max(first, month.horizon.first), last=month.horizon.last)
    return replace(month, horizon=year.horizon, calendar=year.calendar, due=due)
