"""The reports as tables: the cells of each row, as a CSV file has them in words and a workbook as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from tests.api.days.oracle.diary import Fields
from tests.api.days.oracle.reports import KIND, MODE

Cells = list[Any]
KINDS = {
    "initial": "initial (ICPC)",
    "first_review": "first review (RCPC)",
    "review": "review (RCPC)",
    "transfer_in": "transfer-in",
    "pre_birth": "pre-birth",
}


class Month(dt.date):
    """A month, which a CSV file shows as ``January 2027``."""


def cells(name: str, report: Fields) -> list[Cells]:
    """Return the table of a report."""
    found = [ROWS[name](row) for row in report["rows"]]
    if name == "caseloads":
        totals = report["children_without_chair"]
        labels = (
            ("Reviews without a chair", "no_chair"),
            ("Of chairs who have left", "chair_has_left"),
            ("Of chairs who leave", "chair_leaves"),
            ("Children without a chair", "total"),
        )
        found += [[label, *[None] * 9, totals[key]] for label, key in labels]
    return found


def in_csv(cell: Any) -> str:
    """Return a cell as a CSV file has it."""
    match cell:
        case None:
            return ""
        case Month():
            return f"{cell:%B %Y}"
        case dt.datetime():
            return f"{cell:%d/%m/%Y %H:%M}"
        case dt.date():
            return f"{cell:%d/%m/%Y}"
        case _:
            return str(cell)


def in_workbook(cell: Any) -> Any:
    """Return a cell as a workbook has it: a day is a midnight, and no text is nothing."""
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        return dt.datetime(cell.year, cell.month, cell.day)
    return None if cell == "" else cell


def _timeliness(row: Fields) -> Cells:
    counts = (
        "conferences", "children", "held", "in_time", "late", "in_time_percent", "in_statutory_time", "late_by_statute",
        "in_statutory_time_percent", "booked", "unrecorded", "booked_late", "not_booked",
    )  # fmt: skip
    reasons = ("reasons", "statutory_reasons", "booked_late_reasons")
    texts = ["; ".join(map(_late_for, row[name])) for name in reasons]
    return [*(row[name] for name in counts), *texts, ", ".join(row["unrecorded_conferences"])]


def _late_for(one: Fields) -> str:
    many = "1 child" if one["children"] == 1 else f"{one['children']} children"
    return f"{one['reason'] or 'no reason recorded'}: {many} ({', '.join(one['conferences'])})"


def _by_month(row: Fields) -> Cells:
    return [Month.fromisoformat(row["month"]), row["type"], *_timeliness(row)]


def _by_week(row: Fields) -> Cells:
    return [dt.date.fromisoformat(row["week"]), *_timeliness(row)]


def _caseload(row: Fields) -> Cells:
    names = ("now", "given", "after", "cap", "above")
    last = None if row["last"] is None else dt.date.fromisoformat(row["last"])
    reserve = "yes" if row["reserve"] else None
    return [row["chair"], row["fte"], reserve, *(row[name] for name in names), last, row["leaving"], row["to_hand_over"]]


def _room(row: Fields) -> Cells:
    return [
        Month.fromisoformat(row["month"]),
        *(row[name] for name in ("site", "room", "offered", "used", "held", "used_percent")),
    ]


def _reschedule(row: Fields) -> Cells:
    times = [None if row[name] is None else dt.datetime.fromisoformat(row[name]) for name in ("before", "after")]
    changed = "; ".join(map(_change, row["changes"]))
    day = dt.date.fromisoformat(row["day"])
    what = [KINDS[row["kind"]], row["children"], row["what"], row["why"], row["publication"]]
    return [day, row["conference"], *what, *times, changed]


def _change(change: Fields) -> str:
    match change["what"]:
        case "mode":
            return f"{MODE[change['from']]} to {MODE[change['to']]}"
        case "date" | "time":
            return str(change["what"])
        case what:
            return f"{KIND[what]} {change['from'] or 'none'} to {change['to'] or 'none'}"


ROWS: dict[str, Callable[[Fields], Cells]] = {
    "timeliness": _by_month,
    "weekly-icpc": _by_week,
    "caseloads": _caseload,
    "rooms": _room,
    "reschedules": _reschedule,
}
