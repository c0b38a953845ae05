"""Single changes that make a slot in time possible, each verified by looking for offers in the changed problem."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem, with_conference_added
from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import Period, days
from scheduler.offers.board import OfferBoard, board_of
from scheduler.offers.filters import OfferFilter
from scheduler.offers.moves import best_with_moves
from scheduler.offers.offer import offers_on
from scheduler.offers.results import MOST_CURES, Cure, Offer, SearchLimits
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.bookings import Move
from scheduler.whatif.changes.conferences import WaiveNotice
from scheduler.whatif.changes.single_days import ChairWorksOn, RoomOpenOn
from scheduler.wording import moment_in_words

MOST_TRIED = 40
"""Changes that are tried: about two seconds in a full month."""


def cures_of(board: OfferBoard, conference: Conference, accepted: OfferFilter, limits: SearchLimits) -> tuple[Cure, ...]:
    """Return the cheapest single changes that make an accepted slot in time possible, by their tiers.

    The changes are a waiver of the notice, and days on which chairs work or rooms open up to the due date. Only the first
    ``MOST_TRIED`` are tried. If none of them helps, the move of one booking is tried.
    """
    problem = with_conference_added(board.problem, conference)
    found: list[Cure] = []
    for change in islice(_changes(problem, conference), MOST_TRIED):
        changed = change.applied(problem)
        again = board_of(changed, Schedule(bookings=board.bookings))
        offers = offers_on(again, changed.conference_by_id[conference.id], top=1, accepted=accepted)
        if offers.in_time:
            found.append(_cure(change, problem, offers.offers[0]))
    if not found:
        found = list(_move(board, problem, conference, accepted, limits))
    return tuple(sorted(found, key=lambda cure: tuple(cure.tiers.values()))[:MOST_CURES])


def _changes(problem: Problem, conference: Conference) -> Iterator[ChangeBase]:
    """Yield the changes that may help and that the problem allows: the waiver, then days, the family's own chair first."""
    due = problem.due[conference.id]
    if not conference.notice_waived and conference.id not in problem.past:
        yield WaiveNotice(conference=conference.id)
    first, last = problem.earliest[conference.id], min(due, problem.horizon.last)
    if first > last:
        return
    chairs = [chair for chair in problem.chairs if chair.id not in conference.not_chairs]
    chairs.sort(key=lambda chair: (chair.id != conference.chair, chair.reserve))
    for day in days(Period(first=first, last=last)):
        changes: list[ChangeBase] = [RoomOpenOn(room=room.id, day=day) for room in problem.rooms if not room.is_open(day)]
        changes += [ChairWorksOn(chair=chair.id, day=day) for chair in chairs if not chair.works_on(day)]
        yield from (change for change in changes if not any(change.faults(problem)))


def _cure(change: ChangeBase, problem: Problem, offer: Offer) -> Cure:
    return Cure(
        changes=(change.model_dump(mode="json"),),
        text=f"{change.sentence(problem)} {_slot(offer.booking)}",
        tiers=offer.tiers,
    )


def _slot(booking: Booking) -> str:
    return f"It can then be held in time, on {moment_in_words(booking.start)}."


def _move(
    board: OfferBoard, problem: Problem, conference: Conference, accepted: OfferFilter, limits: SearchLimits
) -> Iterator[Cure]:
    """Yield the best move of one booking, if it makes a slot in time possible."""
    moved = best_with_moves(board, conference, 1, accepted, board.beside(conference.id), limits)
    if moved is None or moved.booking is None or len(moved.moves) != 1 or moved.booking.day > problem.due[conference.id]:
        return
    (one,) = moved.moves
    before = board.booking_by_id[one.conference]
    fields = {"conference": one.conference, "start": one.start}
    fields |= {"room": one.room} if one.room != before.room else {}
    fields |= {"chair": one.chair} if one.chair != before.chair else {}
    change = Move.model_validate(fields)
    yield Cure(
        changes=(change.model_dump(mode="json"),),
        text=f"{change.sentence(problem)} {_slot(moved.booking)}",
        tiers=moved.tiers,
    )
