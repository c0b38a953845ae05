"""The sheets by person: the list of each chair and of each minute taker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from scheduler.domain.people import Chair, Person
from scheduler.domain.schedule import Booking
from scheduler.report.account import Account
from scheduler.report.workbook.styles import DATE, TIME, ReportWorkbook, Shade, TableColumn
from scheduler.wording import KIND_IN_WORDS, short_date

FIRST_ROW = 4


def write_chairs(book: ReportWorkbook, account: Account) -> None:
    """Write each chair's list."""
    title = account.problem.service.chair_title
    _write(
        book, account, "By chair", f"Each {title}'s conferences", title, account.problem.chairs,
        lambda booking: booking.chair, "Minute taker", lambda booking: account.minute_taker_label(booking.minute_taker),
    )  # fmt: skip


def write_minute_takers(book: ReportWorkbook, account: Account) -> None:
    """Write each minute taker's list."""
    _write(
        book, account, "Minute takers", "Each minute taker's conferences", "Minute taker", account.problem.minute_takers or (),
        lambda booking: booking.minute_taker, account.problem.service.chair_title,
        lambda booking: account.chair_label(booking.chair),
    )  # fmt: skip


def _write(
    book: ReportWorkbook, account: Account, name: str, title: str, role: str, people: Sequence[Person],
    person_of: Callable[[Booking], str | None], other_role: str, other: Callable[[Booking], str],
) -> None:  # fmt: skip
    columns = (
        TableColumn(role, 20),
        TableColumn("Day", 11.5),
        TableColumn("Date", 11.5, DATE),
        TableColumn("Families arrive", 9, TIME),
        TableColumn("Start", 7, TIME),
        TableColumn("End", 7, TIME),
        TableColumn("Place", 26, wraps=True),
        TableColumn("Conference", 25),
        TableColumn("Kind", 20),
        TableColumn("Children", 9, centred=True),
        TableColumn(other_role, 20),
        TableColumn("Notes", 36, wraps=True),
    )
    sheet = book.sheet(name, title, note="Use the filter in the first column to see one list. Each begins on a new page.")
    book.table(sheet, columns, frozen_columns=1)
    bookings: dict[str, list[Booking]] = {person.id: [] for person in people}
    for booking in account.bookings:
        bookings.get(person_of(booking) or "", []).append(booking)
    row, breaks = FIRST_ROW, []
    for person in people:
        if row > FIRST_ROW:
            breaks.append(row)
        rows = [_values(account, person, booking, other(booking)) for booking in bookings[person.id]]
        shades = [_shade(account, booking) for booking in bookings[person.id]]
        if not rows:
            rows, shades = [(person.label, *[None] * 6, "no booking", *[None] * 3, _gone(account, person))], [Shade.NONE]
        for n, (values, shade) in enumerate(zip(rows, shades, strict=True)):
            book.row(sheet, row, columns, values, shade, starts_group=n == 0)
            row += 1
    sheet.autofilter(FIRST_ROW - 1, 0, max(row - 1, FIRST_ROW), len(columns) - 1)
    sheet.set_h_pagebreaks(breaks)


def _values(account: Account, person: Person, booking: Booking, other: str) -> tuple[object, ...]:
    conference = account.problem.conference_by_id.get(booking.conference)
    arrival = booking.start - dt.timedelta(minutes=account.problem.policy.pre_meet)
    return (
        person.label, f"{booking.day:%A}", booking.day, arrival.time(), booking.start.time(), booking.end.time(),
        account.place_label(booking), booking.conference, KIND_IN_WORDS[conference.kind] if conference else "kept free",
        conference.children if conference else None, other, ", ".join(account.notes(booking)),
    )  # fmt: skip


def _gone(account: Account, person: Person) -> str | None:
    """Return the last day of a chair who is not in post after the plan."""
    last = person.last if isinstance(person, Chair) else None
    return f"gone, last day {short_date(last)}" if last is not None and last <= account.problem.horizon.last else None


def _shade(account: Account, booking: Booking) -> Shade:
    if booking.conference in account.working_days_late:
        return Shade.LATE
    return Shade.HELD if booking.conference in account.problem.held_slot_by_id else Shade.NONE
