"""Each report as pages show it: its table in words, and its pictures."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.pages.charts import BarPart, Chart, ChartBar, chart
from api.pages.names import PlaceNames
from api.pages.words import KINDS, day_short, moment_short
from api.reports.annual import AnnualCounts, AnnualMonth
from api.reports.caseloads import CaseloadRow, WithoutChair
from api.reports.report import Content
from api.reports.reschedules import Reschedule
from api.reports.rooms import RoomUse
from api.reports.timeliness import LateFor, Timeliness
from scheduler.wording import capitalised, children_of, count_of

MOST_LISTED = 200
"""The most rows of a table: the download has all."""
NONE = "–"
IN_TIME = (("solid", "in time"), ("hatched", "late"))


@dataclass(frozen=True)
class ShownTable:
    """A part of a report: its heading, its picture, and its table. The first cell of a row is its heading.

    ``links`` says that the cell with that number is a reference; ``empty`` is said instead of an empty table.
    """

    heading: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    picture: Chart | None = None
    foot: Sequence[tuple[str, ...]] = ()
    note: str = ""
    empty: str = "No conferences."
    more: int = 0
    reference: int | None = None


ShowReport = Callable[[Content[Any], PlaceNames, dt.date], list[ShownTable]]


def timeliness(content: Content[Any], _: PlaceNames, __: dt.date) -> list[ShownTable]:
    """Return timeliness by month: initial conferences, then reviews."""
    parts = []
    for type_, heading in (("ICPC", "Initial conferences"), ("RCPC", "Reviews")):
        rows = [row for row in content.rows if row.type == type_]
        parts += _timeliness(heading, rows, lambda row: f"{row.month:%B %Y}", "Month")
    return parts


def weekly(content: Content[Any], _: PlaceNames, today: dt.date) -> list[ShownTable]:
    """Return initial conferences by week."""
    return _timeliness("Initial conferences", content.rows, lambda row: day_short(row.week, today), "Week of")


def caseloads(content: Content[Any], names: PlaceNames, today: dt.date) -> list[ShownTable]:
    """Return each chair's children against the cap, and the children without a chair."""
    rows: Sequence[CaseloadRow] = content.rows
    bars = [
        ChartBar(
            names.chair(row.chair),
            (BarPart(row.after - row.above, "solid"), BarPart(row.above, "hatched")),
            f"{row.after}, {row.above} above" if row.above else str(row.after),
            None if row.reserve else row.cap,
        )
        for row in rows
    ]
    title = f"Children of each {names.chair_title} against the cap"
    shown = ShownTable(
        title,
        (names.chair_title, "Full-time equivalent", "Children now", "From bookings", "Then", "Cap", "Above the cap", "Last day"),
        [
            (
                names.chair(row.chair),
                "Reserve" if row.reserve else f"{row.fte:g}",
                str(row.now),
                str(row.given),
                str(row.after),
                NONE if row.reserve else str(row.cap),
                str(row.above) if row.above else NONE,
                day_short(row.last, today) if row.last else NONE,
            )
            for row in rows
        ],
        chart(title, bars, (("solid", "children"), ("hatched", "above the cap")), "the cap") if bars else None,
        note="As of today. From bookings: children of initial conferences that are booked, whose chair then has them.",
        empty=f"There is no {names.chair_title} yet.",
    )
    return [shown, *_without_chair(content.totals)]


def rooms(content: Content[Any], names: PlaceNames, _: dt.date) -> list[ShownTable]:
    """Return how much of each room is used, month by month."""
    rows: Sequence[RoomUse] = content.rows
    bars = [
        ChartBar(
            f"{row.month:%b %Y}, {names.room(row.room)}"[:32],
            (BarPart(row.used, "solid"), BarPart(row.held, "hatched"), BarPart(row.offered - row.used - row.held, "empty")),
            _of(row.used, row.offered),
        )
        for row in rows
    ]
    legend = (("solid", "used"), ("hatched", "kept free"), ("empty", "free"))
    return [
        ShownTable(
            "Use of the rooms",
            ("Month", "Room", "Slots offered", "Used", "Kept free", "Used, %"),
            [
                (
                    f"{row.month:%B %Y}",
                    names.room(row.room),
                    str(row.offered),
                    str(row.used),
                    str(row.held),
                    NONE if row.used_percent is None else f"{row.used_percent}%",
                )
                for row in rows
            ],
            chart("Use of the rooms, in slots", bars, legend) if bars else None,
            note="A slot is a start that a room offers on a day on which it is open.",
            empty="There is no room yet.",
        )
    ]


def reschedules(content: Content[Any], _: PlaceNames, today: dt.date) -> list[ShownTable]:
    """Return what was moved or cancelled: how often for each reason, and one by one, the latest first."""
    rows: Sequence[Reschedule] = content.rows
    by_reason = Counter(capitalised(row.why) for row in rows)
    most = by_reason.most_common()
    bars = [ChartBar(why[:32], (BarPart(number, "solid"),), str(number)) for why, number in most]
    picture = chart("Moves and cancellations by reason", bars, (("solid", "moves and cancellations"),)) if bars else None
    empty = "Nothing was moved or cancelled."
    return [
        ShownTable("By reason", ("Reason", "How often"), [(why, str(number)) for why, number in most], picture, empty=empty),
        ShownTable(
            "One by one",
            ("Recorded", "Conference", "Kind", "Children", "What", "Reason", "Before", "After"),
            [
                (
                    day_short(row.day, today),
                    row.conference,
                    KINDS[row.kind],
                    str(row.children),
                    capitalised(row.what),
                    capitalised(row.why),
                    moment_short(row.before, today) if row.before else NONE,
                    moment_short(row.after, today) if row.after else NONE,
                )
                for row in reversed(rows[-MOST_LISTED:])
            ],
            empty=empty,
            more=max(0, len(rows) - MOST_LISTED),
            reference=1,
        ),
    ]


def moves_by_reason(content: Content[Any], names: PlaceNames, today: dt.date) -> list[ShownTable]:
    """Return how often something was moved or cancelled for each reason."""
    first, *_ = reschedules(content, names, today)
    return [replace(first, heading="Moves and cancellations by reason")]


def why_late(content: Content[Any], _: PlaceNames, __: dt.date) -> list[ShownTable]:
    """Return the reasons for which children were held late: of initial conferences, then of reviews."""
    parts = []
    for type_, heading in (("ICPC", "Initial conferences"), ("RCPC", "Reviews")):
        found = _reason_rows([("Held late", row.reasons) for row in content.rows if row.type == type_])
        rows = [(reason, children, conferences) for reason, _, children, conferences in found]
        bars = [ChartBar(reason[:32], (BarPart(int(children), "hatched"),), children) for reason, children, _ in rows]
        picture = chart(f"{heading}: children held late, by reason", bars, (("hatched", "children held late"),)) if bars else None
        columns = ("Reason", "Children", "Conferences")
        parts.append(ShownTable(f"{heading}: why late", columns, rows, picture, empty="None was held late."))
    return parts


def annual(content: Content[Any], _: PlaceNames, __: dt.date) -> list[ShownTable]:
    """Return the table of the annual report, with a picture of each kind of conference."""
    rows: Sequence[AnnualMonth] = content.rows
    total = content.totals
    assert isinstance(total, AnnualCounts)
    some = [row for row in rows if row.conferences]
    table = ShownTable(
        "Conferences held, and children in time",
        (
            "Month", "Conferences", "Children in initial conferences", "In time", "In time, %", "Children in reviews", "In time",
            "In time, %",
        ),
        [
            (f"{row.month:%B %Y}", *(_annual_cells(row) if row.conferences else ("No conferences", *[NONE] * 6))) for row in rows
        ]
        if some
        else [],
        foot=[("All months", *_annual_cells(total))] if some else [],
        note="Children are in time if their conference was held by its own due date.",
        empty="No conferences were held in these months.",
    )  # fmt: skip
    pictures = [
        ShownTable(heading, (), [], _in_time(heading, bars), empty="")
        for heading, bars in (
            ("Initial conferences", [(f"{row.month:%B %Y}", row.icpc_children_in_time, row.icpc_children) for row in some]),
            ("Reviews", [(f"{row.month:%B %Y}", row.rcpc_children_in_time, row.rcpc_children) for row in some]),
        )
        if any(whole for _, _, whole in bars)
    ]
    return [*pictures, table]


def _annual_cells(row: AnnualCounts) -> tuple[str, ...]:
    def percent(value: int | None) -> str:
        return "None held" if value is None else f"{value}%"

    return (
        str(row.conferences), str(row.icpc_children), str(row.icpc_children_in_time), percent(row.icpc_in_time_percent),
        str(row.rcpc_children), str(row.rcpc_children_in_time), percent(row.rcpc_in_time_percent),
    )  # fmt: skip


def _timeliness(heading: str, rows: Sequence[Any], label: Callable[[Any], str], first: str) -> list[ShownTable]:
    """Return the children in time and late, with a table of the reasons if any are late."""
    columns = (
        first, "Children held", "In time", "Late", "In time, %", "Still to come", "Booked late", "Without a date",
        "No outcome yet", "Conferences",
    )  # fmt: skip
    bars = [(label(row), row.in_time, row.held) for row in rows]
    has_any = any(row.conferences or row.not_booked for row in rows)
    parts = [
        ShownTable(
            heading,
            columns,
            [_timeliness_cells(label(row), row) for row in rows] if has_any else [],
            _in_time(f"{heading}: children held", bars) if any(row.held for row in rows) else None,
        )
    ]
    reasons = _reason_rows(
        [("Held late", row.reasons) for row in rows] + [("Booked late", row.booked_late_reasons) for row in rows]
    )
    if reasons:
        parts.append(ShownTable(f"{heading}: why late", ("Reason", "State", "Children", "Conferences"), reasons))
    return parts


def _timeliness_cells(label: str, row: Timeliness) -> tuple[str, ...]:
    if not (row.conferences or row.not_booked):
        return (label, "No conferences", *[NONE] * 8)
    share = NONE if row.in_time_percent is None else f"{row.in_time_percent}%"
    counts = (row.booked, row.booked_late, row.not_booked, row.unrecorded, row.conferences)
    return (label, str(row.held), str(row.in_time), str(row.late), share, *map(str, counts))


def _reason_rows(groups: Sequence[tuple[str, Sequence[LateFor]]]) -> list[tuple[str, ...]]:
    """Return each reason with the children and the conferences that are late for it, most children first."""
    children: Counter[tuple[str, str]] = Counter()
    conferences: dict[tuple[str, str], list[str]] = {}
    for what, late in groups:
        for one in late:
            key = capitalised(one.reason or "no reason recorded"), what
            children[key] += one.children
            conferences.setdefault(key, []).extend(one.conferences)
    return [
        (reason, what, str(number), ", ".join(conferences[reason, what])) for (reason, what), number in children.most_common()
    ]


def _in_time(title: str, bars: Sequence[tuple[str, int, int]]) -> Chart:
    """Return a picture of the children in time, of all, by label."""
    return chart(
        title,
        [
            ChartBar(label, (BarPart(some, "solid"), BarPart(whole - some, "hatched")), _of(some, whole))
            for label, some, whole in bars
        ],
        IN_TIME,
    )


def _of(some: int, whole: int) -> str:
    return f"{some} of {whole}" if whole else "None"


def _without_chair(totals: Any) -> list[ShownTable]:
    if not isinstance(totals, WithoutChair) or not totals.total:
        return []
    counts = (
        ("Reviews without a chair", totals.no_chair),
        ("Of chairs who have left", totals.chair_has_left),
        ("Of chairs who leave within 13 weeks", totals.chair_leaves),
    )
    rows = [(words, children_of(number)) for words, number in counts if number]
    return [ShownTable(f"{count_of(totals.total, 'child', 'children')} without a chair", ("Why", "Children"), rows)]
