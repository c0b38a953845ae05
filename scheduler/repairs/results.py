"""The result of a repair. Its report has the form that ``scheduler repair --json`` prints (contract, section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.affected import affected_of, is_felt_by_all
from scheduler.domain.problem import Problem, is_moved
from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import Value


class Affected(Value):
    """Distinct families, chairs and minute takers for whom a booking changes, begins or ends. Held slots don't count."""

    families: int
    chairs: int
    minute_takers: int


class FrontPoint(Value):
    """A number of moves, and the least lateness (T2) with at most that many.

    ``proven`` if no schedule that places as many conferences is less late with that many moves, or as late with fewer.
    """

    moves: int
    late: int
    proven: bool


class RepairReport(Value):
    """What changes in the diary.

    ``moved`` are the new bookings of conferences whose start, room or chair changes. ``withdrawn`` and ``added`` are the ids of
    conferences and held slots that lose their booking, or get one. ``proven`` if no schedule places more conferences,
    is less late with as many placed, or needs fewer moves for the same. ``front`` is ordered by moves.
    """

    moved: tuple[Booking, ...]
    withdrawn: tuple[str, ...]
    added: tuple[str, ...]
    affected: Affected
    proven: bool
    front: tuple[FrontPoint, ...]


@dataclass(frozen=True)
class Repair:
    """A repaired schedule, the changed problem that it belongs to, in which the old schedule is published, and the report."""

    problem: Problem
    schedule: Schedule
    report: RepairReport


def report_of(
    before: Problem, changed: Problem, old: Schedule, new: Schedule, proven: bool, front: tuple[FrontPoint, ...]
) -> RepairReport:
    """Return the report of a repair; ``before`` and ``changed`` are the problem without and with the changes.

    An inquorate conference has a new booking that counts as added, because the old one took place.
    """
    after = {booking.conference: booking for booking in new.bookings}
    continued = {name for name in after if name in changed.published_by_id or name in changed.held_slot_by_id}
    booked = {booking.conference: booking for booking in old.bookings}
    published = before.published_by_id
    moved = tuple(
        booking
        for name, booking in after.items()
        if name in continued and name in published and is_moved(published[name], booking)
    )
    withdrawn = tuple(name for name in booked if name not in after)
    added = tuple(name for name in after if name not in booked or name not in continued)
    return RepairReport(
        moved=moved,
        withdrawn=withdrawn,
        added=added,
        affected=_affected(before, changed, {booking.conference for booking in moved} | {*withdrawn, *added}, booked, after),
        proven=proven,
        front=front,
    )


def _affected(before: Problem, changed: Problem, names: set[str], old: dict[str, Booking], new: dict[str, Booking]) -> Affected:
    conferences = before.conference_by_id | changed.conference_by_id
    touched = [name for name in names if name in conferences]
    chairs, takers = set[str](), set[str]()
    for name in (old.keys() | new.keys()) & conferences.keys():
        was, will_be = old.get(name), new.get(name)
        is_felt = name in names and is_felt_by_all(was, will_be)
        (chair_was, taker_was), (chair_is, taker_is) = _people(was), _people(will_be)
        chairs.update(affected_of(chair_was, chair_is, is_felt=is_felt))
        takers.update(affected_of(taker_was, taker_is, is_felt=is_felt))
    return Affected(
        families=len({conferences[name].family or ("", name) for name in touched}),
        chairs=len(chairs),
        minute_takers=len(takers),
    )


def _people(booking: Booking | None) -> tuple[str | None, str | None]:
    """Return the chair and the minute taker of a booking."""
    return (None, None) if booking is None else (booking.chair, booking.minute_taker)
