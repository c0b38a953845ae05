"""A comparison as a workbook: scenarios, tiers with their proofs, late conferences, chairs, rooms and changed bookings."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import xlsxwriter

from scheduler.domain.preferences import PREFERENCES
from scheduler.domain.schedule import Booking, Tier
from scheduler.files.atomic_write import write_file
from scheduler.report.workbook import AS_TEXT
from scheduler.report.workbook.styles import DATE, TIME, ReportWorkbook, Shade, TableColumn
from scheduler.whatif.comparison.results import Comparison, Outlook, Result
from scheduler.wording import IF_AS_HERE, KIND_IN_WORDS, TIER_IN_WORDS, capitalised, number

FIRST_ROW = 4
MAX_ROWS = 200_000
"""Rows of one sheet; a sheet of Excel has room for 1,048,576."""
SCENARIO = TableColumn("Scenario", 32, wraps=True)
CONFERENCE = TableColumn("Conference", 25)
PREFERENCE_IN_WORDS = {preference.name: preference.label for preference in PREFERENCES}
NO_SCHEDULE = "No schedule is possible"
NOT_SOLVED = "Not solved: the comparison stopped first"

Row = tuple[Sequence[object], Shade]
"""A row's values, without the scenario's name, and its shade."""
RowsOf = Callable[[Result, Outlook], Iterator[Row]]


@dataclass(frozen=True)
class SheetTable:
    """A sheet with one table. The first column is the scenario; ``rows`` have the scenario's name and the other values."""

    name: str
    title: str
    columns: tuple[TableColumn, ...]
    rows: Iterable[tuple[str, Row]]
    note: str = ""


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write the workbook to ``path``, which must end in ``.xlsx``. The same comparison always makes the same bytes.

    Raises:
        InputError: if the file can't be written. An existing file is then unchanged.
    """
    write_file(path, comparison_workbook(comparison))


def comparison_workbook(comparison: Comparison) -> bytes:
    """Return the workbook as bytes, the same for the same comparison."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, AS_TEXT) as workbook:
        created = dt.datetime.combine(comparison.horizon.first, dt.time())
        workbook.set_properties({"title": comparison.heading, "created": created})
        book = ReportWorkbook(workbook, comparison.service.name)
        for table in (
            _scenarios(comparison),
            _tiers(comparison),
            _children(comparison),
            _unplaced(comparison),
            _late(comparison),
            _chairs(comparison),
            _rooms(comparison),
            _preferences(comparison),
            _changes(comparison),
        ):
            _write(book, table)
    return content.getvalue()


def _scenarios(comparison: Comparison) -> SheetTable:
    numbers = (
        "Conferences", "Placed", "Children", "Children in time", "Late conferences", "Handed over", "On Fridays",
        "In the holidays", "At other sites", "Virtual for want of a room", "Booked otherwise than in the base",
    )  # fmt: skip
    columns = (
        TableColumn("What changes", 46, wraps=True),
        TableColumn("Against the base", 28, wraps=True),
        *map(_number_column, numbers),
        TableColumn("Seconds to solve", 9, "#,##0.0", centred=True),
    )
    empty = (None,) * (len(columns) - 2)

    def row(result: Result) -> Row:
        changes = "\n".join(result.changes) or "Nothing: as things are."
        if result.outlook is None:
            return (changes, "\n".join((f"{NO_SCHEDULE}.", *map(capitalised, result.refused))), *empty), Shade.LATE
        verdict = "" if result.judgement is None else capitalised(result.judgement.text)
        moved = None if result.judgement is None else len(result.moved)
        return (changes, verdict, *_counts(result.outlook), moved, result.outlook.seconds), Shade.NONE

    rows = [(result.name, row(result)) for result in comparison.results]
    rows += [(name, (("", NOT_SOLVED, *empty), Shade.OFF)) for name in comparison.missing]
    note = "The base first. Verdicts compare the best possible schedules, not only those found."
    return SheetTable("Scenarios", comparison.heading, columns, rows, note)


def _counts(outlook: Outlook) -> tuple[int, ...]:
    counts = outlook.counts
    return (
        outlook.conferences, outlook.placed, sum(one.children for one in outlook.children),
        sum(one.in_time for one in outlook.children), len(outlook.late), len(outlook.handovers), counts["friday"],
        counts["holiday_school"] + counts["holiday_other"], counts["other_site"], counts["virtual_fallback"],
    )  # fmt: skip


def _tiers(comparison: Comparison) -> SheetTable:
    columns = (
        TableColumn("", 4, centred=True),
        TableColumn("What matters most first", 30),
        _number_column("Value"),
        _number_column("No schedule has less than"),
        TableColumn("How good it is", 44, wraps=True),
        TableColumn("Against the base", 44, wraps=True),
    )

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        against_base = {difference.tier: capitalised(difference.text) for difference in result.differences}
        certain = True
        for n, tier in enumerate(outlook.tiers, 1):
            proof = _proof_in_words(tier) + ("" if certain else IF_AS_HERE)
            yield (n, TIER_IN_WORDS[tier.name], tier.value, tier.bound, proof, against_base.get(tier.name)), Shade.NONE
            certain = certain and tier.proven

    title, note = "How good each schedule is, and what is proven", "Smaller is better. The first that differs decides."
    return SheetTable("Tiers", title, columns, _of_each(comparison, rows), note)


def _children(comparison: Comparison) -> SheetTable:
    counts = map(_number_column, ("Children", "Placed", "In time"))
    columns = (TableColumn("Kind", 22), *counts, _share_column("Share in time"))

    def rows(_: Result, outlook: Outlook) -> Iterator[Row]:
        for one in outlook.children:
            if one.children:
                share = one.in_time / one.children
                yield (KIND_IN_WORDS[one.kind], one.children, one.placed, one.in_time, share), Shade.NONE

    return SheetTable("Children", "Children in time by kind of conference", columns, _of_each(comparison, rows))


def _unplaced(comparison: Comparison) -> SheetTable:
    columns = (CONFERENCE, _number_column("Children"), _date_column("Due"), TableColumn("Why", 80, wraps=True))

    def rows(_: Result, outlook: Outlook) -> Iterator[Row]:
        for one in outlook.unplaced:
            yield (one.conference, one.children, one.due, one.reason), Shade.NONE
        if not outlook.unplaced:
            yield ("all are placed", *[None] * 3), Shade.NONE

    return SheetTable("Not placed", "Conferences without a booking, by scenario", columns, _of_each(comparison, rows))


def _late(comparison: Comparison) -> SheetTable:
    dates = map(_date_column, ("Due", "Held on"))
    columns = (CONFERENCE, _number_column("Children"), *dates, _number_column("Working days late"))

    def rows(_: Result, outlook: Outlook) -> Iterator[Row]:
        for late in outlook.late:
            yield (late.conference, late.children, late.due, late.day, late.working_days), Shade.NONE
        if not outlook.late:
            yield ("none is late", *[None] * 4), Shade.NONE

    return SheetTable("Late", "Conferences after their due date, by scenario", columns, _of_each(comparison, rows))


def _chairs(comparison: Comparison) -> SheetTable:
    title = comparison.service.chair_title
    numbers = ("Children before", "Children after", "Cap", "Above the cap", "Days worked", "Days with a conference")
    columns = (TableColumn(title, 24), *map(_number_column, numbers), TableColumn("", 16))

    def rows(_: Result, outlook: Outlook) -> Iterator[Row]:
        for load, use in zip(outlook.caseloads, outlook.chairs, strict=True):
            if load.gone is not None:
                yield (load.label, load.before, None, None, load.above, use.of, use.used, "GONE"), Shade.LATE
                continue
            counts = (load.before, load.after, load.cap, load.above, use.of, use.used)
            is_above = load.above > 0
            yield (load.label, *counts, "ABOVE THE CAP" if is_above else ""), Shade.LATE if is_above else Shade.NONE
        if any(load.gone is not None for load in outlook.caseloads):
            yield ("Children without a chair", None, outlook.children_without_chair, *[None] * 5), Shade.LATE

    note = f"GONE: not in post after the plan. Their children have no {title} until they are handed over."
    return SheetTable("Chairs", f"Each {title}'s children and days, by scenario", columns, _of_each(comparison, rows), note)


def _rooms(comparison: Comparison) -> SheetTable:
    starts = map(_number_column, ("Starts used", "Starts there are"))
    columns = (TableColumn("Room", 30), *starts, _share_column("Share"))

    def rows(_: Result, outlook: Outlook) -> Iterator[Row]:
        for room in outlook.rooms:
            yield (room.label, room.used, room.of, room.used / room.of if room.of else None), Shade.NONE

    note = "Of the starts that each room offers on its open days."
    return SheetTable("Rooms", "How much each room is used, by scenario", columns, _of_each(comparison, rows), note)


def _preferences(comparison: Comparison) -> SheetTable:
    columns = (TableColumn("What is avoided where possible", 40), _number_column("How many"))

    def rows(_: Result, outlook: Outlook) -> Iterator[Row]:
        for name, count in outlook.counts.items():
            yield (PREFERENCE_IN_WORDS[name], count), Shade.NONE

    note = "Counts without weights."
    return SheetTable("Preferences", "What the preferences count, by scenario", columns, _of_each(comparison, rows), note)


def _changes(comparison: Comparison) -> SheetTable:
    title = comparison.service.chair_title
    bookings = [
        column
        for at in ("in the base", "here")
        for column in (
            TableColumn(f"Date {at}", 13, DATE),
            TableColumn(f"Start {at}", 9, TIME),
            TableColumn(f"Room {at}", 28),
            TableColumn(f"{title} {at}", 20),
        )
    ]
    columns = (CONFERENCE, TableColumn("What differs", 26), *bookings)

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        of_base = comparison.base.outlook
        if of_base is None or result is comparison.base:
            return
        for moved in result.moved:
            what = ", ".join(moved.what) or ("not placed here" if moved.after is None else "placed only here")
            yield (moved.conference, what, *_booking(moved.before, of_base), *_booking(moved.after, outlook)), Shade.NONE

    note = "Conferences of both plans with different bookings. If schedules are equally good, some differences are chance."
    return SheetTable("Changes", "What is booked otherwise than in the base", columns, _of_each(comparison, rows), note)


def _booking(booking: Booking | None, outlook: Outlook) -> tuple[object, ...]:
    """Return date, start, room and chair, with names instead of ids."""
    if booking is None:
        return (None, None, "", "")
    rooms = {room.id: room.label for room in outlook.rooms}
    chairs = {chair.id: chair.label for chair in outlook.chairs}
    place = "Virtual" if booking.room is None else rooms[booking.room]
    return (booking.day, booking.start.time(), place, chairs[booking.chair])


def _proof_in_words(tier: Tier) -> str:
    """Return how good a tier's value is, such as ``at most 20 from the best``."""
    return "proven best" if tier.proven else f"at most {number(tier.value - tier.bound)} from the best"


def _number_column(heading: str) -> TableColumn:
    return TableColumn(heading, 12, "#,##0", centred=True)


def _share_column(heading: str) -> TableColumn:
    return TableColumn(heading, 10, "0%", centred=True)


def _date_column(heading: str) -> TableColumn:
    return TableColumn(heading, 11.5, DATE)


def _of_each(comparison: Comparison, rows: RowsOf) -> Iterator[tuple[str, Row]]:
    """Yield the rows of each result that has a schedule."""
    for result in comparison.results:
        if result.outlook is not None:
            yield from ((result.name, row) for row in rows(result, result.outlook))


def _write(book: ReportWorkbook, table: SheetTable) -> None:
    """Write a sheet. A stronger line separates the scenarios."""
    columns = (SCENARIO, *table.columns)
    sheet = book.sheet(table.name, table.title, note=table.note)
    book.table(sheet, columns, frozen_columns=1)
    listed = list(islice(table.rows, MAX_ROWS + 1))
    previous: str | None = None
    for row, (name, (values, shade)) in enumerate(listed[:MAX_ROWS], FIRST_ROW):
        book.row(sheet, row, columns, (name, *values), shade, starts_group=name != previous)
        previous = name
    if len(listed) > MAX_ROWS:
        message = f"This sheet has only the first {number(MAX_ROWS)} rows. Compare fewer scenarios at once, or use the JSON file."
        book.row(sheet, FIRST_ROW + MAX_ROWS, columns, (message, *[None] * len(table.columns)), Shade.OFF)
    sheet.autofilter(FIRST_ROW - 1, 0, FIRST_ROW + max(len(listed), 1) - 1, len(columns) - 1)
