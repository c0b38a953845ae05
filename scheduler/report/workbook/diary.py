"""The Diary sheet: a row for each day and start, a column for each room, and one for virtual conferences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.domain.values import days, is_friday, monday_of
from scheduler.report.account import Account
from scheduler.report.workbook.styles import DATE, LINE_HEIGHT, TIME, ReportWorkbook, Shade, TableColumn, lines_needed
from scheduler.wording import KIND_IN_WORDS

PLACE_WIDTH = 34
FIXED = (TableColumn("Day", 11), TableColumn("Date", 11.5, DATE), TableColumn("Start", 7, TIME))
VIRTUAL: None = None


@dataclass(frozen=True)
class DiaryRow:
    """One row of the diary; ``time`` is None on a day without starts."""

    day: dt.date
    time: dt.time | None


def write(book: ReportWorkbook, account: Account) -> None:
    """Write the Diary sheet."""
    problem = account.problem
    pre_meet = problem.policy.pre_meet
    arrive = f" Families arrive {pre_meet} minutes before." if pre_meet else ""
    sheet = book.sheet("Diary", "Diary by day and room", note=f"Start is when the conference itself begins.{arrive}")
    places = [*(room.id for room in problem.rooms), VIRTUAL]
    headings = [account.room_label(room.id) for room in problem.rooms] + ["Virtual"]
    columns = [
        *FIXED,
        *(TableColumn(heading, PLACE_WIDTH, wraps=True) for heading in headings),
        TableColumn("Notes", 18, wraps=True),
    ]
    book.table(sheet, columns, frozen_columns=len(FIXED))
    booked: dict[tuple[dt.datetime, str | None], list[Booking]] = {}
    for booking in account.bookings:
        place = booking.room if booking.room in problem.room_by_id else VIRTUAL
        booked.setdefault((booking.start, place), []).append(booking)
    previous: dt.date | None = None
    new_pages: list[int] = []
    for row, slot in enumerate(_slots(problem, account.bookings), 4):
        _write_slot(book, sheet, row, slot, account, places, booked, starts_day=slot.day != previous)
        if previous is not None and monday_of(previous) != monday_of(slot.day):
            new_pages.append(row)
        previous = slot.day
    sheet.set_h_pagebreaks(new_pages)


def _slots(problem: Problem, bookings: Sequence[Booking]) -> list[DiaryRow]:
    """Return a slot for every start of an open room and every booked start, and one for each weekday without starts."""
    used: dict[dt.date, set[dt.time]] = {}
    for booking in bookings:
        used.setdefault(booking.day, set()).add(booking.start.time())
    weekdays = {day for day in days(problem.horizon) if day.weekday() < 5}
    slots: list[DiaryRow] = []
    for day in sorted(weekdays | used.keys()):
        times = set(used.get(day, ()))
        if problem.calendar.is_open(day):
            times |= {start for room in problem.rooms if room.is_open(day) for start in room.starts}
        slots += [DiaryRow(day, time) for time in sorted(times)] or [DiaryRow(day, None)]
    return slots


def _write_slot(
    book: ReportWorkbook, sheet: Any, row: int, slot: DiaryRow, account: Account, places: Sequence[str | None],
    booked: dict[tuple[dt.datetime, str | None], list[Booking]], *, starts_day: bool,
) -> None:  # fmt: skip
    problem = account.problem
    notes, shade = _of_day(problem, slot.day)
    group = {"starts_group": starts_day}
    sheet.write_string(
        row, 0, f"{slot.day:%A}", book.cell(shade, **({"bold": True} if starts_day else {"font_color": "#7B8794"}), **group)
    )
    sheet.write_datetime(row, 1, slot.day, book.cell(shade, num_format=DATE, align="left", **group))
    if slot.time is None:
        sheet.write_blank(row, 2, None, book.cell(shade, **group))
    else:
        sheet.write_datetime(row, 2, slot.time, book.cell(shade, num_format=TIME, align="left", **group))
    lines = 1
    for column, place in enumerate(places, 3):
        here = booked.get((dt.datetime.combine(slot.day, slot.time), place), []) if slot.time is not None else []
        if here:
            lines = max(lines, _write_bookings(book, sheet, row, column, here, account, shade, **group))
        elif _is_closed(problem, slot, place):
            sheet.write_string(row, column, "not open", book.cell(Shade.OFF, font_color="#616E7C", italic=True, **group))
        else:
            sheet.write_blank(row, column, None, book.cell(shade, **group))
    text = ", ".join(notes)
    sheet.write_string(row, 3 + len(places), text, book.cell(shade, text_wrap=True, **group))
    sheet.set_row(row, LINE_HEIGHT * max(lines, lines_needed(text, 18)) + 4)


def _of_day(problem: Problem, day: dt.date) -> tuple[list[str], Shade]:
    """Return the notes on a day, and its shade."""
    calendar = problem.calendar
    if day in calendar.closures:
        return ["Closed"], Shade.OFF
    if not calendar.is_working_day(day):
        return ["Bank holiday" if day.weekday() < 5 else "Weekend"], Shade.OFF
    friday, is_holiday = is_friday(day), not calendar.is_term_time(day)
    notes = ["Friday"] * friday + ["Outside term time"] * is_holiday
    return notes, Shade.HOLIDAY if is_holiday else Shade.FRIDAY if friday else Shade.NONE


def _is_closed(problem: Problem, slot: DiaryRow, place: str | None) -> bool:
    if slot.time is None:
        return True
    if place is VIRTUAL:
        return slot.time not in problem.all_virtual_starts
    room = problem.room_by_id[place]
    return not room.is_open(slot.day) or slot.time not in room.starts


def _write_bookings(
    book: ReportWorkbook, sheet: Any, row: int, column: int, bookings: Sequence[Booking], account: Account, shade: Shade,
    *, starts_group: bool,
) -> int:  # fmt: skip
    """Write the bookings of one place and start into one cell, and return the number of lines."""
    bold, plain, alarm = book.style(bold=True), book.style(), book.style(bold=True, font_color="#9B1C1C")
    fragments: list[object] = []
    lines = 0
    for n, booking in enumerate(bookings):
        conference = account.problem.conference_by_id.get(booking.conference)
        what = f"  {KIND_IN_WORDS[conference.kind]}" if conference is not None else "  kept free"
        people = ", ".join(filter(None, (account.chair_label(booking.chair), account.minute_taker_label(booking.minute_taker))))
        notes = [note for note in account.notes(booking) if note not in ("Friday", "outside term time")]
        fragments += [bold, ("\n" if n else "") + booking.conference, plain, f"{what}\n{people}"]
        lines += lines_needed(booking.conference + what, PLACE_WIDTH) + lines_needed(people, PLACE_WIDTH)
        for note in notes:
            fragments += [alarm if note.startswith("LATE") else plain, f"\n{note}"]
            lines += lines_needed(note, PLACE_WIDTH)
    if any(booking.conference in account.working_days_late for booking in bookings):
        shade = Shade.LATE
    elif all(booking.conference in account.problem.held_slot_by_id for booking in bookings):
        shade = Shade.HELD
    sheet.write_rich_string(row, column, *fragments, book.cell(shade, text_wrap=True, starts_group=starts_group))
    return lines
