"""A fictional month for an empty diary."""

from __future__ import annotations

import datetime as dt
from importlib.resources import as_file, files

from api.database.session import Store
from api.diary.registers import queries as registers
from api.exchange import workflow as exchange
from scheduler.files import read_problem_to_judge

MONTH = "january-2027.xlsx"


def fill(store: Store, now: dt.datetime) -> None:
    """Import the demo month if the diary is empty."""
    with store.reading() as connection:
        if registers.count(connection, registers.SITES):
            return
    with as_file(files("fixtures") / MONTH) as path:
        problem, wording = read_problem_to_judge(path)
    with store.writing() as connection:
        if not registers.count(connection, registers.SITES):  # another server may have imported it meanwhile
            exchange.import_problem(connection, problem, wording, now)
