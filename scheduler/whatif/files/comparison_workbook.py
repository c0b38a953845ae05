"""A comparison as a workbook for people: scenarios side by side, tiers with their proofs, who is late, chairs, rooms, changes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
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
MOST_ROWS = 200_000
NAME_WIDTH = 32
PREFERENCE_IN_WORDS = {preference.name: preference.label for preference in PREFERENCES}
NO_SCHEDULE = "No schedule is possible"
NOT_SOLVED = "Not solved: the comparison was stopped before"

Row = tuple[Sequence[object], Shade]
RowsOf = Callable[[Result, Outlook], Iterator[Row]]


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write the workbook to ``path``, which must end in ``.xlsx``. The same comparison gives the same bytes.

    Raises:
        InputError: where the file can't be written; one that was there before is then untouched.
    """
    write_file(path, comparison_workbook(comparison))


def comparison_workbook(comparison: Comparison) -> bytes:
    """The workbook's content, the same for the same comparison."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, AS_TEXT) as workbook:
        created = dt.datetime.combine(comparison.horizon.first, dt.time())
        workbook.set_properties({"title": comparison.heading, "created": created})
        book = ReportWorkbook(workbook, comparison.service.name)
        _write_scenarios(book, comparison)
        _write_tiers(book, comparison)
        _write_children(book, comparison)
        _write_unplaced(book, comparison)
        _write_late(book, comparison)
        _write_chairs(book, comparison)
        _write_rooms(book, comparison)
        _write_preferences(book, comparison)
        _write_changes(book, comparison)
    return content.getvalue()


def _write_scenarios(book: ReportWorkbook, comparison: Comparison) -> None:
    numbers = (
        "Conferences", "Placed", "Children", "Children in time", "Late conferences", "Handed over", "On Fridays",
        "In the holidays", "At other sites", "Virtual for want of a room", "Booked otherwise than in the base",
    )  # fmt: skip
    columns = (
        TableColumn("Scenario", NAME_WIDTH, wraps=True),
        TableColumn("What changes", 46, wraps=True),
        TableColumn("Against the base", 28, wraps=True),
        *(TableColumn(heading, 12, "#,##0", centred=True) for heading in numbers),
        TableColumn("Seconds to solve", 9, "#,##0.0", centred=True),
    )
    empty = (None,) * (len(columns) - 3)

    def row(result: Result) -> Row:
        changes = "\n".join(result.changes) or "Nothing: as things are."
        if result.outlook is None:
            return (result.name, changes, "\n".join((f"{NO_SCHEDULE}.", *map(capitalised, result.refused))), *empty), Shade.LATE
        told = "" if result.judgement is None else capitalised(result.judgement.text)
        moved = None if result.judgement is None else len(result.moved)
        return (result.name, changes, told, *_counts(result.outlook), moved, result.outlook.seconds), Shade.NONE

    missing = [((name, "", NOT_SOLVED, *empty), Shade.OFF) for name in comparison.missing]
    note = "The base first. What is proven, is so of the best schedules that there can be."
    _table(book, "Scenarios", comparison.heading, note, columns, [*map(row, comparison.results), *missing])


def _counts(outlook: Outlook) -> tuple[int, ...]:
    counts = outlook.counts
    return (
        outlook.conferences, outlook.placed, sum(one.children for one in outlook.children),
        sum(one.in_time for one in outlook.children), len(outlook.late), len(outlook.handovers), counts["friday"],
        counts["holiday_school"] + counts["holiday_other"], counts["other_site"], counts["virtual_fallback"],
    )  # fmt: skip


def _write_children(book: ReportWorkbook, comparison: Comparison) -> None:
    columns = (
        TableColumn("Scenario", NAME_WIDTH, wraps=True),
        TableColumn("Kind", 22),
        _number_column("Children"),
        _number_column("Placed"),
        _number_column("In time"),
        TableColumn("Share in time", 10, "0%", centred=True),
    )

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        for one in outlook.children:
            if one.children:
                counts = (one.children, one.placed, one.in_time, one.in_time / one.children)
                yield (result.name, KIND_IN_WORDS[one.kind], *counts), Shade.NONE

    _table(book, "Children", "Children in time by kind of conference", "", columns, _of_each(comparison, rows))


def _write_preferences(book: ReportWorkbook, comparison: Comparison) -> None:
    columns = (
        TableColumn("Scenario", NAME_WIDTH, wraps=True),
        TableColumn("What is avoided where possible", 40),
        _number_column("How many"),
    )

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        for name, count in outlook.counts.items():
            yield (result.name, PREFERENCE_IN_WORDS[name], count), Shade.NONE

    note = "Before their weights."
    _table(book, "Preferences", "What the preferences count, by scenario", note, columns, _of_each(comparison, rows))


def _write_tiers(book: ReportWorkbook, comparison: Comparison) -> None:
    columns = (
        TableColumn("Scenario", NAME_WIDTH, wraps=True),
        TableColumn("", 4, centred=True),
        TableColumn("What matters most first", 30),
        _number_column("Value"),
        _number_column("No schedule has less than"),
        TableColumn("How good it is", 44, wraps=True),
        TableColumn("Against the base", 44, wraps=True),
    )

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        told = {difference.tier: capitalised(difference.text) for difference in result.differences}
        certain = True
        for n, tier in enumerate(outlook.tiers, 1):
            proof = _proof_in_words(tier) + ("" if certain else IF_AS_HERE)
            yield (result.name, n, TIER_IN_WORDS[tier.name], tier.value, tier.bound, proof, told.get(tier.name)), Shade.NONE
            certain = certain and tier.proven

    note = "Smaller is better. The first that differs decides."
    _table(book, "Tiers", "How good each schedule is, and what is proven", note, columns, _of_each(comparison, rows))


def _write_unplaced(book: ReportWorkbook, comparison: Comparison) -> None:
    columns = (
        TableColumn("Scenario", NAME_WIDTH, wraps=True),
        TableColumn("Conference", 25),
        _number_column("Children"),
        TableColumn("Due", 11.5, DATE),
        TableColumn("Why", 80, wraps=True),
    )

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        for one in outlook.unplaced:
            yield (result.name, one.conference, one.children, one.due, one.reason), Shade.NONE
        if not outlook.unplaced:
            yield (result.name, "all are placed", *[None] * 3), Shade.NONE

    _table(book, "Not placed", "Conferences without a booking, by scenario", "", columns, _of_each(comparison, rows))


def _write_late(book: ReportWorkbook, comparison: Comparison) -> None:
    columns = (
        TableColumn("Scenario", NAME_WIDTH, wraps=True),
        TableColumn("Conference", 25),
        _number_column("Children"),
        TableColumn("Due", 11.5, DATE),
        TableColumn("Held on", 11.5, DATE),
        _number_column("Working days late"),
    )

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        for late in outlook.late:
            yield (result.name, late.conference, late.children, late.due, late.day, late.working_days), Shade.NONE
        if not outlook.late:
            yield (result.name, "none is late", *[None] * 4), Shade.NONE

    _table(book, "Late", "Conferences after their due date, by scenario", "", columns, _of_each(comparison, rows))


def _write_chairs(book: ReportWorkbook, comparison: Comparison) -> None:
    title = comparison.service.chair_title
    numbers = ("Children before", "Children after", "Cap", "Above the cap", "Days worked", "Days with a conference")
    columns = (
        TableColumn("Scenario", NAME_WIDTH, wraps=True),
        TableColumn(title, 24),
        *map(_number_column, numbers),
        TableColumn("", 16),
    )

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        for load, use in zip(outlook.caseloads, outlook.chairs, strict=True):
            counts = (load.before, load.after, load.cap, load.above, use.of, use.used)
            is_above = load.above > 0
            values = (result.name, load.label, *counts, "ABOVE THE CAP" if is_above else "")
            yield values, Shade.LATE if is_above else Shade.NONE

    _table(book, "Chairs", f"Each {title}'s children and days, by scenario", "", columns, _of_each(comparison, rows))


def _write_rooms(book: ReportWorkbook, comparison: Comparison) -> None:
    columns = (
        TableColumn("Scenario", NAME_WIDTH, wraps=True),
        TableColumn("Room", 30),
        _number_column("Starts used"),
        _number_column("Starts there are"),
        TableColumn("Share", 10, "0%", centred=True),
    )

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        for room in outlook.rooms:
            yield (result.name, room.label, room.used, room.of, room.used / room.of if room.of else None), Shade.NONE

    note = "Of the starts that each room offers on the days on which it is open."
    _table(book, "Rooms", "How much each room is used, by scenario", note, columns, _of_each(comparison, rows))


def _write_changes(book: ReportWorkbook, comparison: Comparison) -> None:
    title = comparison.service.chair_title
    before, after = (
        (
            TableColumn(f"Date {at}", 13, DATE),
            TableColumn(f"Start {at}", 9, TIME),
            TableColumn(f"Room {at}", 28),
            TableColumn(f"{title} {at}", 20),
        )
        for at in ("in the base", "here")
    )
    columns = (
        TableColumn("Scenario", NAME_WIDTH, wraps=True),
        TableColumn("Conference", 25),
        TableColumn("What differs", 26),
        *before,
        *after,
    )

    def rows(result: Result, outlook: Outlook) -> Iterator[Row]:
        of_base = comparison.base.outlook
        if of_base is None or result is comparison.base:
            return
        for moved in result.moved:
            what = ", ".join(moved.what) or ("not placed here" if moved.after is None else "placed only here")
            bookings = (*_booking(moved.before, of_base), *_booking(moved.after, outlook))
            yield (result.name, moved.conference, what, *bookings), Shade.NONE

    note = "Conferences that are in both, and are booked otherwise. Where schedules are equally good, some of it is chance."
    _table(book, "Changes", "What is booked otherwise than in the base", note, columns, _of_each(comparison, rows))


def _booking(booking: Booking | None, outlook: Outlook) -> tuple[object, ...]:
    """Date, start, room and chair, with the names that people know."""
    if booking is None:
        return (None, None, "", "")
    rooms = {room.id: room.label for room in outlook.rooms}
    chairs = {chair.id: chair.label for chair in outlook.chairs}
    place = "Virtual" if booking.room is None else rooms[booking.room]
    return (booking.day, booking.start.time(), place, chairs[booking.chair])


def _proof_in_words(tier: Tier) -> str:
    """How good a tier's value is, such as ``at most 20 from the best``."""
    return "proven best" if tier.proven else f"at most {number(tier.value - tier.bound)} from the best"


def _number_column(heading: str) -> TableColumn:
    return TableColumn(heading, 12, "#,##0", centred=True)


def _of_each(comparison: Comparison, rows: RowsOf) -> Iterator[Row]:
    for result in comparison.results:
        if result.outlook is not None:
            yield from rows(result, result.outlook)


def _table(book: ReportWorkbook, name: str, title: str, note: str, columns: Sequence[TableColumn], rows: Iterable[Row]) -> None:
    """A sheet with one table, in which each scenario's rows begin with a stronger line."""
    sheet = book.sheet(name, title, note=note)
    book.table(sheet, columns, frozen_columns=1)
    listed = list(islice(rows, MOST_ROWS + 1))
    previous: object = None
    for row, (values, shade) in enumerate(listed[:MOST_ROWS], FIRST_ROW):
        book.row(sheet, row, columns, values, shade, starts_group=values[0] != previous)
        previous = values[0]
    if len(listed) > MOST_ROWS:
        told = (f"Only the first {number(MOST_ROWS)} rows are here. Compare fewer scenarios at once, or read the JSON file.",)
        book.row(sheet, FIRST_ROW + MOST_ROWS, columns, (*told, *[None] * (len(columns) - 1)), Shade.OFF)
    sheet.autofilter(FIRST_ROW - 1, 0, FIRST_ROW + max(len(listed), 1) - 1, len(columns) - 1)
