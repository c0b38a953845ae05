"""The diary in which offers are looked for: a problem and the bookings of its schedule, validated once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduler.domain.conference import Conference
from scheduler.domain.faults import Fault, InputError, reference_faults
from scheduler.domain.problem import Problem, with_conference_added, with_published
from scheduler.domain.schedule import Booking, Schedule, TierName, Violation
from scheduler.measure import measure
from scheduler.offers.minute_takers import RecordedDiary
from scheduler.published_schedule import with_schedule_published
from scheduler.rules import HARD_RULES
from scheduler.rules.published import breaches_of_published
from scheduler.wording import in_a_row, moment_in_words


@dataclass(frozen=True)
class OfferBoard:
    """A diary. ``problem`` has the conferences' bookings as its published ones; ``bookings`` are those and the holds.

    Values that depend only on the diary are computed once, so one board for several requests is faster than several boards.
    """

    problem: Problem
    bookings: tuple[Booking, ...]

    @cached_property
    def booking_by_id(self) -> dict[str, Booking]:
        """Return the bookings by their conference or held slot."""
        return {booking.conference: booking for booking in self.bookings}

    def beside(self, conference: str) -> tuple[Booking, ...]:
        """Return the bookings without the conference's own, which is released before it is rebooked."""
        return tuple(booking for booking in self.bookings if booking.conference != conference)

    @cached_property
    def recorded(self) -> RecordedDiary:
        """Return the bookings with their minute takers."""
        return RecordedDiary(self.problem, self.bookings)

    def tiers(self, conference: str) -> dict[TierName, int]:
        """Return the tiers of the schedule without a conference's booking."""
        if conference not in self.booking_by_id:
            return self._tiers
        return measure(self.problem, Schedule(bookings=self.beside(conference))).tiers

    @cached_property
    def _tiers(self) -> dict[TierName, int]:
        return measure(self.problem, Schedule(bookings=self.bookings)).tiers


def breaches(problem: Problem, bookings: Sequence[Booking]) -> list[Violation]:
    """Return the breaches of the hard rules that are on, as ``check`` does."""
    schedule = Schedule(bookings=tuple(bookings))
    in_force = (rule for rule in HARD_RULES if rule.is_on(problem.policy))
    return [violation for rule in in_force for violation in rule.breaches(problem, schedule)]


def board_of(problem: Problem, schedule: Schedule) -> OfferBoard:
    """Return the board of a schedule, whose bookings count as published with the problem's locks.

    The bookings may break rules; offers break none beside them. Raise InputError if a booking names what the problem lacks.
    """
    published = with_schedule_published(problem, schedule)
    return OfferBoard(published, tuple(problem.with_length(booking) for booking in schedule.bookings))


def problem_with(board: OfferBoard, conference: Conference) -> Problem:
    """Return the board's problem with the conference, and only the conference's own published booking.

    The other bookings don't change, so no rule for changes applies to them. Raise InputError if the conference can't be booked:
    it refers to what the problem lacks, differs from the problem's conference of its id, is over, or is too near to be moved.
    """
    if faults := list(_conference_faults(board, conference)):
        raise InputError(faults)
    problem = board.problem
    own = problem.published_by_id.get(conference.id)
    full = with_conference_added(problem, conference)
    first = problem.first_movable_day
    if own is not None and first is not None and own.start.date() < first:
        return full  # whether it is excepted from R9 depends on the other published bookings
    return with_published(full, () if own is None else (own,))


def _conference_faults(board: OfferBoard, conference: Conference) -> Iterator[Fault]:
    problem, name = board.problem, conference.id
    known = problem.conference_by_id.get(name)
    if known is None:
        yield from _references(problem, conference)
        return
    different = [field for field in Conference.model_fields if getattr(known, field) != getattr(conference, field)]
    if different:
        text = f"{name} is already a conference of the problem, with another {in_a_row(different)}."
        yield Fault(("conference", "id"), f"{text} Enter it as it is in the problem, or enter another id.")
    published, first = problem.published_by_id.get(name), problem.first_movable_day
    if published is None or first is None:
        return
    when = moment_in_words(published.start)
    if name in problem.past:
        yield Fault(
            ("conference", "id"), f"{name} was booked for {when}, which is over. Enter a conference that is still to be held."
        )
    elif published.start.date() < first and name not in breaches_of_published(problem):
        text = f"{name} is booked for {when}, too near to move it (R9)."
        yield Fault(("conference", "id"), f"{text} Remove its booking from the schedule first if it can't be held.")


def _references(problem: Problem, conference: Conference) -> Iterator[Fault]:
    """Yield the faults of a new conference's references, at its own fields."""
    number = len(problem.conferences)
    conferences = [{"id": other.id, "family": other.family} for other in problem.conferences]
    lists = {
        "sites": [{"id": site} for site in problem.site_by_id],
        "chairs": [{"id": chair} for chair in problem.chair_by_id],
        "conferences": [*conferences, conference.model_dump(mode="json")],
        "apart": problem.apart,
    }
    for fault in reference_faults(lists, set(), are_stored=False):
        if fault.place[:2] == ("conferences", number):
            yield Fault(("conference", *fault.place[2:]), fault.message)
        elif fault.place[0] == "apart":
            yield fault
