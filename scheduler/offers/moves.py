"""The best slot for one conference if some published bookings may move for it, by the solver (contract, section 6).

The programme is that of a plan, with four more rules: every booking stays placed, at most a given number change their start,
room or chair, held slots stay where they are or make way, and the other conferences without a booking stay without one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem, is_moved, with_conference_added
from scheduler.domain.schedule import Booking, Tier, TierName, Violation
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.engines.portfolio import Portfolio
from scheduler.grouping import Ints
from scheduler.model.bookings import booking_of_candidate, bookings_of
from scheduler.model.build import build_programme
from scheduler.model.candidates import Candidates, FixedDiary
from scheduler.model.places import single_places
from scheduler.model.programme import ProgrammeBuilder
from scheduler.offers.board import OfferBoard, breaches
from scheduler.offers.filters import OfferFilter
from scheduler.offers.kept_holds import can_stay, keep_beside, kept_holds
from scheduler.offers.results import SearchLimits
from scheduler.rules.locks import LocksRule


@dataclass(frozen=True)
class Moved:
    """The best schedule found with the conference in it, as bookings; ``booking`` is its own, None if it has no place.

    ``moves`` are the bookings that change their start, room or chair; ``is_proven`` if no schedule of this kind is better.
    """

    problem: Problem
    bookings: tuple[Booking, ...]
    booking: Booking | None
    moves: tuple[Booking, ...]
    tiers: dict[TierName, int]
    is_proven: bool


def best_with_moves(
    board: OfferBoard,
    conference: Conference,
    moves: int,
    accepted: OfferFilter,
    start: tuple[Booking, ...],
    limits: SearchLimits,
    clock: Callable[[], float] = time.monotonic,
) -> Moved | None:
    """Return the best schedule with the conference in it and at most this number of moves, or None if the diary breaks a rule.

    ``start`` is the diary with the best slot without moves, if there is one. Bookings with any lock don't move. A held slot is
    withdrawn only if it can't stay: a schedule in which one could is excluded, and the rest is solved again.
    """
    if any(not _is_release(violation, conference) for violation in breaches(board.problem, board.beside(conference.id))):
        return None
    problem = with_conference_added(board.problem, conference)
    builder = _builder(board, problem, conference)
    _limit_moves(builder, board, conference, moves, accepted)
    holds = kept_holds(builder.candidates, tuple(one for one in board.beside(conference.id) if one.held))
    chosen = _columns(builder.candidates, board.beside(conference.id))
    started = clock()
    deadline = None if limits.time_limit is None else started + limits.time_limit
    budget = Budget(clock, started, deadline, threading.Event())
    withdrawn = holds
    with Highs() as highs:
        while True:
            for hold in withdrawn:
                keep_beside(builder, hold, chosen)
            solution = _solved(board, builder, start, limits, highs, budget)
            withdrawn = tuple(hold for hold in holds if hold.booking.conference not in solution.names)
            withdrawn = tuple(hold for hold in withdrawn if can_stay(problem, solution.bookings, hold.booking))
            if not withdrawn:
                return _moved(board, problem, conference, solution)
            if budget.over:
                return Moved(problem, start, None, (), {}, is_proven=False)
            chosen = solution.columns


@dataclass(frozen=True)
class _Solution:
    """A schedule as candidates and as bookings, with its tiers."""

    columns: Ints
    bookings: tuple[Booking, ...]
    tiers: tuple[Tier, ...]

    @property
    def names(self) -> frozenset[str]:
        """Return the conferences and held slots that are booked."""
        return frozenset(one.conference for one in self.bookings)


def _solved(
    board: OfferBoard,
    builder: ProgrammeBuilder,
    start: tuple[Booking, ...],
    limits: SearchLimits,
    highs: Highs,
    budget: Budget,
) -> _Solution:
    chosen = _columns(builder.candidates, start)
    portfolio = Portfolio(highs, builder.candidates, builder.programme(), chosen, budget, limits.workers, limits.seed, None)
    tiers = portfolio.solve()
    columns = np.flatnonzero(portfolio.standing.point[: len(builder.candidates)])
    return _Solution(columns, _with_names(board, bookings_of(builder.candidates, columns)), tuple(tiers))


def _moved(board: OfferBoard, problem: Problem, conference: Conference, solution: _Solution) -> Moved:
    bookings, tiers = solution.bookings, solution.tiers
    own = next((booking for booking in bookings if booking.conference == conference.id), None)
    moved = (booking for booking in bookings if booking is not own and is_moved(board.booking_by_id[booking.conference], booking))
    return Moved(
        problem, bookings, own, tuple(moved), {tier.name: tier.value for tier in tiers}, all(tier.proven for tier in tiers)
    )


def _is_release(violation: Violation, conference: Conference) -> bool:
    """True if the violation says only that the conference, which is locked, has no booking before it is rebooked."""
    return violation.rule == LocksRule.name and violation.subject == conference.id


def _builder(board: OfferBoard, problem: Problem, conference: Conference) -> ProgrammeBuilder:
    """Return the programme in which held slots and locked bookings have one candidate, and the other bookings all of theirs."""
    stays = {published.conference for published in problem.published if published.locks and "R8" not in problem.policy.off}
    fixed = tuple(one for one in board.beside(conference.id) if one.held or one.conference in stays)
    movable = frozenset(one.conference for one in board.bookings if not one.held) - stays
    return build_programme(problem, single_places(problem), diary=FixedDiary(fixed, movable | {conference.id}))


def _limit_moves(builder: ProgrammeBuilder, board: OfferBoard, conference: Conference, moves: int, accepted: OfferFilter) -> None:
    """Require that every booking stays placed, at most ``moves`` move, and the conference is booked as the filter accepts."""
    candidates = builder.candidates
    booked = [booking for booking in board.beside(conference.id) if not booking.held]
    others: list[Ints] = []
    for booking, present in zip(booked, candidates.columns_of(booked), strict=True):
        own = candidates.of_request(candidates.request_index[booking.conference])
        builder.limit(np.zeros_like(own), own, at_least=1, rows=1)
        others.append(own[own != present])
    elsewhere = np.concatenate(others) if others else np.zeros(0, dtype=np.int64)
    if len(elsewhere):
        builder.limit(np.zeros_like(elsewhere), elsewhere, at_most=moves)
    refused = _refused(candidates, board, conference, accepted)
    if len(refused):
        builder.limit(np.zeros_like(refused), refused, at_most=0)


def _refused(candidates: Candidates, board: OfferBoard, conference: Conference, accepted: OfferFilter) -> Ints:
    """Return the conference's candidates that the filter does not accept, and its present booking."""
    own = candidates.of_request(candidates.request_index[conference.id])
    now = board.booking_by_id.get(conference.id)
    present = candidates.columns_of([now])[0] if now is not None else None
    bookings = (booking_of_candidate(candidates, column) for column in own.tolist())
    wanted = [accepted.accepts(one, candidates.problem) for one in bookings]
    is_refused = ~np.array(wanted, dtype=np.bool_) | np.array([column == present for column in own.tolist()], dtype=np.bool_)
    return np.asarray(own[is_refused])


def _columns(candidates: Candidates, bookings: tuple[Booking, ...]) -> Ints:
    return np.array([column for column in candidates.columns_of(bookings) if column is not None], dtype=np.int64)


def _with_names(board: OfferBoard, bookings: tuple[Booking, ...]) -> tuple[Booking, ...]:
    """Return the bookings with the held slots under their present names; those of one site and week are equal to the model."""
    names = {(one.start, one.room, one.chair): one.conference for one in board.bookings if one.held}
    return tuple(
        one.model_copy(update={"conference": names[one.start, one.room, one.chair]}) if one.held else one for one in bookings
    )
