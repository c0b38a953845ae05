"""Offers for one conference: the best slot of each day, or every slot, each with its cost as the check measures it."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.domain.conference import Conference
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, Schedule, TierName
from scheduler.domain.values import monday_of
from scheduler.measure import measure
from scheduler.offers.board import OfferBoard, board_of, breaches, problem_with
from scheduler.offers.costs import changes_of_tiers, costs_in_words, units_of
from scheduler.offers.filters import ANY_SLOT, OfferFilter
from scheduler.offers.minute_takers import Recording
from scheduler.offers.reasons import why_not_in_time
from scheduler.offers.results import NewMinuteTaker, Offer, Offers, SearchLimits
from scheduler.offers.slots import Slot, SlotSearch

MOST_OFFERS = 5
"""The offers that are returned unless the caller asks for another number."""


def offer(
    problem: Problem,
    schedule: Schedule,
    conference: Conference,
    *,
    top: int = MOST_OFFERS,
    every: bool = False,
    accepted: OfferFilter = ANY_SLOT,
    moves: int = 0,
    limits: SearchLimits = SearchLimits(),  # noqa: B008 - a frozen value
    with_cures: bool = False,
) -> Offers:
    """Return the best slots for one conference beside the schedule's bookings (contract, section 6).

    The conference is a new one, or one of the problem's; its own booking is released first. The offers are the ``top`` days'
    best slots, or ``every`` slot; no booking moves for them. With ``moves``, the solver also looks, within ``limits``, for the
    best slot for which at most that number of bookings move. In a diary that breaks a rule no booking moves, and nothing is
    proven. If no slot is in time, the offers ``with_cures`` list changes that would make one possible.

    Raise InputError if the conference, the schedule or the filter does not fit the problem.
    """
    board = board_of(problem, schedule)
    offers = offers_on(board, conference, top=top, every=every, accepted=accepted, moves=moves, limits=limits)
    if not with_cures or offers.in_time:
        return offers
    from scheduler.offers.cures import cures_of  # noqa: PLC0415 - offers without moves need no solver

    return offers.model_copy(update={"cures": cures_of(board, conference, accepted, limits)})


def offers_on(
    board: OfferBoard,
    conference: Conference,
    *,
    top: int = MOST_OFFERS,
    every: bool = False,
    accepted: OfferFilter = ANY_SLOT,
    moves: int = 0,
    limits: SearchLimits = SearchLimits(),  # noqa: B008 - a frozen value
) -> Offers:
    """Return what ``offer`` does, for a board that may serve several requests."""
    if faults := list(accepted.faults(board.problem)):
        raise InputError(faults)
    problem = problem_with(board, conference)
    search = SlotSearch.of(board, conference, problem)
    slots = search.every(accepted) if every else search.best_days(top, accepted)
    tiers = board.tiers(conference.id)
    offers = [_offer(board, problem, slot, tiers) for slot in slots]
    moved, is_proven = _with_moves(board, conference, moves, accepted, offers, limits) if moves > 0 else (None, True)
    first = (*offers[:1], *([] if moved is None else [moved]))
    is_in_time = any(one.working_days_to_spare >= 0 for one in first)  # lateness outweighs all other costs
    offers = offers if moved is None else _together(moved, offers, every=every)[: None if every else top]
    return Offers(
        offers=tuple(offers),
        in_time=is_in_time,
        proven=is_proven,
        reason=None if is_in_time else why_not_in_time(search, is_filtered=accepted != ANY_SLOT),
    )


def _offer(board: OfferBoard, problem: Problem, slot: Slot, before: dict[TierName, int]) -> Offer:
    """Return the slot as an offer, measured by the rules' own checks; ``before`` are the tiers without it."""
    name = slot.booking.conference
    recording = board.recorded.recording(slot.booking, {name, *slot.withdrawn})
    assert recording is not None
    booking = slot.booking.model_copy(update={"minute_taker": recording.minute_taker})
    present = board.beside(name)
    others = [_recorded(other, recording) for other in present if other.conference not in slot.withdrawn]
    changed = [booking, *(other for other in present if other.conference in slot.withdrawn)]
    without, units = units_of(problem, present, changed), units_of(problem, (*others, booking), changed)
    rises = changes_of_tiers(problem, without, units)
    _must_agree(problem, slot, (*others, booking), rises)
    is_new = name not in board.problem.conference_by_id
    tiers = {tier: value + rises[tier] + (is_new and tier == "unplaced") for tier, value in before.items()}
    return Offer(
        booking=booking,
        withdrawn_holds=slot.withdrawn,
        minute_takers=tuple(NewMinuteTaker(conference=c, minute_taker=m) for c, m in sorted(recording.changed.items())),
        tiers=tiers,
        costs=tuple(costs_in_words(problem, name, without, units)),
        working_days_to_spare=_days_to_spare(problem, booking),
    )


def _with_moves(
    board: OfferBoard,
    conference: Conference,
    moves: int,
    accepted: OfferFilter,
    offers: Sequence[Offer],
    limits: SearchLimits,
) -> tuple[Offer | None, bool]:
    """Return the best offer for which bookings move, if it is better than the offers without, and whether the best is proven."""
    from scheduler.offers.moves import best_with_moves  # noqa: PLC0415 - offers without moves need no solver

    present = board.beside(conference.id)
    start = tuple(one for one in present if not offers or one.conference not in offers[0].withdrawn_holds)
    solved = best_with_moves(board, conference, moves, accepted, (*start, *(one.booking for one in offers[:1])), limits)
    if solved is None or solved.booking is None or not solved.moves:
        return None, solved is not None and solved.is_proven
    tiers = measure(solved.problem, Schedule(bookings=solved.bookings)).tiers
    broken = [violation.text for violation in breaches(solved.problem, solved.bookings)]
    if broken or tiers != solved.tiers:
        raise AssertionError(f"The solver and the check disagree: {solved.tiers} against {tiers}. {' '.join(broken)}")
    if offers and tuple(offers[0].tiers.values()) <= tuple(tiers.values()):
        return None, solved.is_proven
    kept = {one.conference: one for one in solved.bookings}
    moved = {one.conference for one in solved.moves}
    takers = {
        one.conference: kept[one.conference].minute_taker
        for one in present
        if one.conference in kept and one.conference not in moved and kept[one.conference].minute_taker != one.minute_taker
    }
    found = Offer(
        booking=solved.booking,
        moves=solved.moves,
        withdrawn_holds=tuple(one.conference for one in present if one.held and one.conference not in kept),
        minute_takers=tuple(NewMinuteTaker(conference=c, minute_taker=m) for c, m in sorted(takers.items()) if m is not None),
        tiers=tiers,
        costs=tuple(
            costs_in_words(solved.problem, conference.id, *(units_of(solved.problem, b) for b in (present, solved.bookings)))
        ),
        working_days_to_spare=_days_to_spare(solved.problem, solved.booking),
    )
    return found, solved.is_proven


def _together(moved: Offer, offers: Sequence[Offer], *, every: bool) -> list[Offer]:
    """Return the offer with moves and those without, best first; of its day only this one unless ``every`` slot is listed."""
    others = [one for one in offers if every or one.booking.day != moved.booking.day]
    return sorted([moved, *others], key=lambda one: tuple(one.tiers.values()))


def _recorded(booking: Booking, recording: Recording) -> Booking:
    """Return another booking with its minute taker beside the offer."""
    taker = recording.changed.get(booking.conference)
    return booking if taker is None else booking.model_copy(update={"minute_taker": taker})


def _days_to_spare(problem: Problem, booking: Booking) -> int:
    return problem.calendar.working_days_to_spare(booking.day, problem.due[booking.conference])


def _must_agree(problem: Problem, slot: Slot, bookings: tuple[Booking, ...], rises: dict[TierName, int]) -> None:
    """Compare the programme's rows with the rules' checks, which share no code with them; a difference is a bug.

    Hard rules join a booking only with bookings of its chair in its week, and with bookings from the day before to the day after.
    """
    new = bookings[-1]
    stated = dict(zip(TIERS, slot.costs, strict=True))
    week = monday_of(new.day)
    near = [
        one for one in bookings if abs((one.day - new.day).days) <= 1 or (one.chair == new.chair and monday_of(one.day) == week)
    ]
    broken = {violation.text for violation in breaches(problem, near) if new.conference in violation.bookings}
    if broken:  # a breach of the diary stays one if the offer joins it, such as an office day too many
        broken -= {violation.text for violation in breaches(problem, near[:-1])}
    if broken or stated != rises:
        raise AssertionError(
            f"The programme and the check disagree on {new}: {stated} against {rises}. {' '.join(sorted(broken))}"
        )
