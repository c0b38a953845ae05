from __future__ import annotations

import datetime as dt

import pytest

from api.database.session import Store
from api.diary.holidays import workflow
from api.diary.holidays.workflow import BankHolidays
from api.diary.service import queries as documents
from api.errors import ConflictError
from tests.api.support.builders import NOW, book, fill

TODAY = NOW.date()
CHRISTMAS, EXTRA = dt.date(2027, 12, 27), dt.date(2027, 1, 12)


def test_a_day_is_entered_beside_englands_and_lists_the_bookings_that_it_hits(store: Store) -> None:
    fill(store)
    number = book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    with store.writing() as connection:
        assert workflow.in_force(connection, TODAY).englands
        assert [(one.number, one.rule) for one in workflow.add(connection, EXTRA, NOW, TODAY)] == [(number, "R1")]
        after = workflow.in_force(connection, TODAY)
        assert not after.englands
        assert {CHRISTMAS, EXTRA} <= set(after.days)
        with pytest.raises(ConflictError):
            workflow.add(connection, EXTRA, NOW, TODAY)


def test_a_day_is_removed_and_englands_are_followed_again(store: Store) -> None:
    fill(store)
    with store.writing() as connection:
        workflow.remove(connection, CHRISTMAS, NOW, TODAY)
        assert CHRISTMAS not in workflow.in_force(connection, TODAY).days
        with pytest.raises(ConflictError):
            workflow.remove(connection, CHRISTMAS, NOW, TODAY)
        assert workflow.use_englands(connection, NOW) == []
        assert documents.get(connection, "bank_holidays")[0] is None
        assert workflow.in_force(connection, TODAY) == BankHolidays(workflow.in_force(connection, TODAY).days, englands=True)
