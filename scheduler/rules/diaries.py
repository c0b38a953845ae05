"""A person's diary, of a chair or minute taker, against their bookings (contract, R3 and R5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.domain.people import Person
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Violation
from scheduler.rules.bookings import grouped, names_of, overlapping
from scheduler.wording import count_of, date_in_words, moment_in_words


def diary_breaches(rule: str, person: Person, bookings: Sequence[Booking], problem: Problem) -> Iterator[Violation]:
    """Return the breaches of one person's weekdays, absences, busy times and daily limit, and overlaps.

    A breach by one booking is reported under its conference, an overlap under the later one, a daily limit under the person.
    """
    for booking in bookings:
        if not person.works_on(booking.day):
            text = f"{booking.conference}: {person.label} does not work on {date_in_words(booking.day)}."
            yield Violation(rule=rule, subject=booking.conference, text=text)
        if person.is_busy(problem.people_time(booking)):
            text = f"{booking.conference}: {person.label} is busy at its time, {moment_in_words(booking.start)}."
            yield Violation(rule=rule, subject=booking.conference, text=text)
    for booking, later in overlapping(bookings, problem.people_time):
        text = f"{later.conference}, {moment_in_words(later.start)}: {person.label} is then taken by {booking.conference}."
        yield Violation(rule=rule, subject=later.conference, text=text, among=names_of((booking, later)))
    if person.max_per_day is not None:
        for day, of_day in grouped(bookings, lambda booking: booking.day).items():
            if len(of_day) > person.max_per_day:
                booked = count_of(len(of_day), "booking")
                text = f"{person.label} has {booked} on {date_in_words(day)}; at most {person.max_per_day}."
                yield Violation(rule=rule, subject=person.id, text=text, among=names_of(of_day))
