"""The workbook of a schedule: summary, diary, lists by person, late and changed conferences, caseloads and held slots.

Conferences appear by reference only, without details about the family.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import xlsxwriter

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.files.atomic_write import write_file
from scheduler.measure import measure
from scheduler.report.account import Account
from scheduler.report.summary import summarise
from scheduler.report.workbook import diary, lists, overview, people
from scheduler.report.workbook.styles import ReportWorkbook

# Text from the input must stay text: Excel would run text like a formula, and open text like a link.
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def write_report(problem: Problem, schedule: Schedule, path: Path) -> None:
    """Write the workbook to ``path``, which must end in ``.xlsx``. The file is reproducible byte for byte.

    Raise InputError if the file can't be written; an existing file then stays unchanged.
    """
    account = Account(problem, schedule)
    summary = summarise(problem, schedule, measure(problem, schedule))
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, AS_TEXT) as workbook:
        workbook.set_properties({"title": summary.heading, "created": dt.datetime.combine(problem.horizon.first, dt.time())})
        book = ReportWorkbook(workbook, problem.service.name)
        overview.write(book, summary)
        diary.write(book, account)
        people.write_chairs(book, account)
        if problem.models_minute_takers:
            people.write_minute_takers(book, account)
        lists.write_late(book, account)
        if account.unplaced:
            lists.write_unplaced(book, account)
        if account.changes:
            lists.write_changes(book, account)
        lists.write_caseloads(book, account)
        if problem.held_slots:
            lists.write_held_slots(book, account)
    write_file(path, content.getvalue())
