from __future__ import annotations

import csv
import datetime as dt

import pytest

from api.reports import annual
from api.reports.timeliness import PlacedConference, Stage
from scheduler.domain.conference import Conference
from scheduler.domain.values import Period
from tests.builders import conference
from tests.paths import FIXTURES

YEAR = Period(first=dt.date(2022, 4, 1), last=dt.date(2023, 3, 31))
DUE = dt.timedelta(days=3)


def held(
    day: dt.date, children: int, *, late: bool = False, kind: str = "initial", stage: Stage = Stage.HELD
) -> PlacedConference:
    value = Conference.model_validate(conference("A", kind=kind, children=children, trigger="2022-04-01"))
    due = day - DUE if late else day + DUE
    return PlacedConference(conference=value, stage=stage, due=due, statutory_due=due, day=day)


def test_the_published_months_give_the_published_percentages() -> None:
    with (FIXTURES / "buckinghamshire_2022_23.csv").open() as file:
        published = list(csv.DictReader(file))
    placed = []
    for one in published:
        day, in_time = dt.date.fromisoformat(f"{one['month']}-15"), int(one["icpc_children_in_time"])
        placed += [held(day, in_time), held(day, int(one["icpc_children"]) - in_time, late=True)]
    rows = annual.rows(YEAR, placed)
    assert [row.icpc_in_time_percent for row in rows] == [round(float(one["icpc_in_time_pct"])) for one in published]
    total = annual.totals(rows)
    assert (total.icpc_children_in_time, total.icpc_children, total.icpc_in_time_percent) == (485, 683, 71)


@pytest.mark.parametrize("stage", [Stage.BOOKED, Stage.UNRECORDED])
def test_only_conferences_that_were_held_count(stage: Stage) -> None:
    rows = annual.rows(YEAR, [held(dt.date(2022, 4, 5), 2, stage=stage)])
    assert rows[0] == annual.AnnualMonth(month=dt.date(2022, 4, 1))
    assert annual.totals(rows) == annual.AnnualCounts()


def test_reviews_and_other_conferences_are_counted_apart() -> None:
    days = Period(first=dt.date(2022, 4, 1), last=dt.date(2022, 4, 30))
    placed = [
        held(dt.date(2022, 4, 5), 2),
        held(dt.date(2022, 4, 6), 3, kind="review"),
        held(dt.date(2022, 4, 7), 1, kind="review", late=True),
    ]
    (row,) = annual.rows(days, placed)
    assert row == annual.AnnualMonth(
        month=dt.date(2022, 4, 1),
        conferences=3,
        icpc_children=2,
        icpc_children_in_time=2,
        icpc_in_time_percent=100,
        rcpc_children=4,
        rcpc_children_in_time=3,
        rcpc_in_time_percent=75,
    )
