"""The list sheets: late and unplaced conferences, changes to published bookings, caseloads, and held slots."""

from __future__ import annotations

from scheduler.domain.problem import PublishedBooking
from scheduler.domain.schedule import Booking
from scheduler.report.account import Account
from scheduler.report.workbook.styles import DATE, TIME, ReportWorkbook, Shade, TableColumn
from scheduler.wording import KIND_IN_WORDS, short_date

FIRST_ROW = 4


def write_late(book: ReportWorkbook, account: Account) -> None:
    """Write the late conferences with their delay and its cause."""
    title = account.problem.service.chair_title
    columns = (
        TableColumn("Conference", 14),
        TableColumn("Kind", 20),
        TableColumn("Children", 9, centred=True),
        TableColumn("Due", 11.5, DATE),
        TableColumn("Held", 11.5, DATE),
        TableColumn("Working days late", 10, centred=True),
        TableColumn(title, 20),
        TableColumn("Place", 26, wraps=True),
        TableColumn("Why", 70, wraps=True),
    )
    note = "" if account.late else "No booking is after its due date."
    sheet = book.sheet("Late", "Conferences after their due dates", note=note)
    book.table(sheet, columns, frozen_columns=1)
    for row, late in enumerate(account.late, FIRST_ROW):
        values = (
            late.conference.id, KIND_IN_WORDS[late.conference.kind], late.conference.children, late.due, late.booking.day,
            late.working_days, account.chair_label(late.booking.chair), account.place_label(late.booking), late.why,
        )  # fmt: skip
        book.row(sheet, row, columns, values)


def write_unplaced(book: ReportWorkbook, account: Account) -> None:
    """Write the conferences without a booking, with reasons."""
    problem = account.problem
    columns = (
        TableColumn("Conference", 14),
        TableColumn("Kind", 20),
        TableColumn("Children", 9, centred=True),
        TableColumn("Site", 20),
        TableColumn("Earliest", 11.5, DATE),
        TableColumn("Due", 11.5, DATE),
        TableColumn("Why", 80, wraps=True),
    )
    sheet = book.sheet("Not placed", "Conferences without a booking")
    book.table(sheet, columns, frozen_columns=1)
    for row, unplaced in enumerate(account.unplaced, FIRST_ROW):
        conference = problem.conference_by_id[unplaced.conference]
        values = (
            conference.id, KIND_IN_WORDS[conference.kind], conference.children, problem.site_by_id[conference.site].label,
            problem.earliest[conference.id], problem.due[conference.id], unplaced.reason,
        )  # fmt: skip
        book.row(sheet, row, columns, values)


def write_changes(book: ReportWorkbook, account: Account) -> None:
    """Write the published bookings that are changed or withdrawn, for staff who inform the families."""
    title = account.problem.service.chair_title
    columns = (
        TableColumn("Conference", 14),
        TableColumn("Children", 9, centred=True),
        TableColumn("Published for", 13, DATE),
        TableColumn("at", 8, TIME),
        TableColumn("in", 26, wraps=True),
        TableColumn(f"with {title}", 20),
        TableColumn("Now on", 13, DATE),
        TableColumn("at", 8, TIME),
        TableColumn("in", 26, wraps=True),
        TableColumn(f"with {title}", 20),
    )
    sheet = book.sheet("Changes", "Published bookings that are changed or withdrawn")
    book.table(sheet, columns, frozen_columns=1)
    for row, change in enumerate(account.changes, FIRST_ROW):
        children = account.problem.conference_by_id[change.published.conference].children
        now = (None, None, "NOT PLACED", None) if change.booking is None else _details(account, change.booking)
        values = (change.published.conference, children, *_details(account, change.published), *now)
        book.row(sheet, row, columns, values, Shade.LATE if change.booking is None else Shade.NONE)


def _details(account: Account, booking: Booking | PublishedBooking) -> tuple[object, ...]:
    """Return the details of a booking that a family needs: day, time, place and chair."""
    start = booking.start
    return (start.date(), start.time(), account.place_label(booking), account.chair_label(booking.chair))


def write_caseloads(book: ReportWorkbook, account: Account) -> None:
    """Write each chair's children: before, given, after, the cap, and the number above it."""
    title = account.problem.service.chair_title
    headings = ("Children before", "Given", "After", "Cap", "Above the cap")
    columns = (
        TableColumn(title, 24),
        TableColumn("Full-time equivalent", 12, "0.0#", centred=True),
        *(TableColumn(heading, 11, "#,##0", centred=True) for heading in headings),
        TableColumn("", 26),
    )
    note = "Given: children of families without a chair yet, counted for the chair of their conference."
    sheet = book.sheet("Caseloads", f"Caseload of each {title}, in children", note=note)
    book.table(sheet, columns, frozen_columns=1)
    row = FIRST_ROW
    for load in account.loads:
        remarks = ["reserve"] * load.chair.reserve + ["ABOVE THE CAP"] * (load.above > 0)
        remarks += [f"GONE, last day {short_date(load.gone)}"] if load.gone is not None else []
        values = (load.chair.label, load.chair.fte, load.before, load.given, load.after, load.cap, load.above, ", ".join(remarks))
        book.row(sheet, row, columns, values, Shade.LATE if load.above else Shade.NONE)
        row += 1
    sums = [
        sum(column)
        for column in zip(*((load.before, load.given, load.after, load.cap, load.above) for load in account.loads), strict=True)
    ]
    if sums:
        book.row(sheet, row, columns, ("Together", None, *sums, None), starts_group=True, bold=True)
    if any(load.gone is not None for load in account.loads):
        without = sum(load.without_chair for load in account.loads)
        book.row(sheet, row + 1, columns, ("Children without a chair", *[None] * 3, without, *[None] * 3), Shade.LATE, bold=True)


def write_held_slots(book: ReportWorkbook, account: Account) -> None:
    """Write the held slots that are kept free and those that are missing."""
    problem = account.problem
    columns = (
        TableColumn("Site", 20),
        TableColumn("Week of", 11.5, DATE),
        TableColumn("Slot", 27),
        TableColumn("Day", 11.5),
        TableColumn("Date", 11.5, DATE),
        TableColumn("Start", 7, TIME),
        TableColumn("End", 7, TIME),
        TableColumn("Place", 28, wraps=True),
        TableColumn(problem.service.chair_title, 20),
        TableColumn("", 16),
    )
    sheet = book.sheet("Held slots", "Slots kept free for initial conferences not yet known")
    book.table(sheet, columns)
    held = {booking.conference: booking for booking in account.held}
    slots = sorted(problem.held_slots, key=lambda slot: (slot.monday, slot.site, slot.id))
    previous = None
    for row, slot in enumerate(slots, FIRST_ROW):
        start = (problem.site_by_id[slot.site].label, slot.monday, slot.id)
        booking = held.get(slot.id)
        if booking is None:
            values: tuple[object, ...] = (*start, *[None] * 6, "NOT KEPT FREE")
        else:
            times = (f"{booking.day:%A}", booking.day, booking.start.time(), booking.end.time())
            values = (*start, *times, account.place_label(booking), account.chair_label(booking.chair), "kept free")
        book.row(sheet, row, columns, values, Shade.LATE if booking is None else Shade.NONE, starts_group=slot.monday != previous)
        previous = slot.monday
