"""The fixture of January 2027 in a diary."""

from __future__ import annotations

import datetime as dt

from api.database.migrate import migrate
from api.database.session import Store
from api.exchange.workflow import import_problem
from scheduler.files import read_problem_to_judge
from tests.paths import FIXTURES

BEFORE = dt.datetime(2026, 12, 7, 9, tzinfo=dt.UTC)
"""A time at which the whole month can still be planned."""


def import_month(database_url: str) -> None:
    """Import the month into an empty database, which is migrated first."""
    store = Store(database_url)
    migrate(store)
    problem, wording = read_problem_to_judge(FIXTURES / "january-2027.xlsx")
    with store.writing() as connection:
        import_problem(connection, problem, wording, BEFORE)
    store.close()
