from __future__ import annotations

import datetime as dt

import pytest

from api.free_busy.coverage import covered_days
from scheduler.domain.values import Period


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2027-01-04", "2027-01-01", "2028-02-29"),
        ("2027-02-28", "2027-02-01", "2028-03-31"),
        ("2027-12-31", "2027-12-01", "2029-01-31"),
    ],
)
def test_coverage_is_this_month_and_thirteen_more(today: str, first: str, last: str) -> None:
    assert covered_days(dt.date.fromisoformat(today)) == Period.model_validate({"first": first, "last": last})
