"""The best slot of a small problem for which one booking may move, found by trying each pair of bookings with ``check``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from tests.offers.trying_everything import Request, fits, slots, tiers_with, ways

Tiers = tuple[int, ...]


MOST_TRIED = 60_000
"""Pairs of bookings that are tried for one request, about five seconds."""


def is_small(request: Request) -> bool:
    """True if few enough pairs of bookings are to be tried."""
    places = sum(1 for _ in ways(request.complete, request.conference))
    return places**2 * len(request.schedule.bookings) <= MOST_TRIED


def best_with_one_move(request: Request) -> Tiers | None:
    """Return the tiers of the best schedule with at most one move, in which no withdrawn held slot could stay."""
    return min(chain(slots(request).values(), _with_a_move(request)), default=None)


def _with_a_move(request: Request) -> Iterator[Tiers]:
    problem = request.complete
    present = tuple(one for one in request.schedule.bookings if one.conference != request.conference.id)
    held = frozenset(one.conference for one in present if one.held)
    for moving in present:
        if moving.held:
            continue
        others = tuple(one for one in present if one is not moving)
        conference = problem.conference_by_id[moving.conference]
        places = [one for one in ways(problem, request.conference) if fits(problem, others, (one,), held)]
        moves = [one for one in ways(problem, conference) if _key(one) != _key(moving) and fits(problem, others, (one,), held)]
        for added in ((place, move) for place in places for move in moves):
            for withdrawn in _minimal(problem, others, added, held):
                yield tiers_with(problem, others, added, withdrawn)


def _key(booking: Booking) -> tuple[object, ...]:
    return booking.start, booking.room, booking.chair


def _minimal(
    problem: Problem, others: tuple[Booking, ...], added: tuple[Booking, ...], held: frozenset[str]
) -> list[frozenset[str]]:
    """Return the sets of held slots without which the bookings fit, none of which could stay."""
    if not fits(problem, others, added, held):
        return []
    found: list[frozenset[str]] = []
    for withdrawn in map(frozenset, chain.from_iterable(combinations(sorted(held), size) for size in range(len(held) + 1))):
        if not any(smaller <= withdrawn for smaller in found) and fits(problem, others, added, withdrawn):
            found.append(withdrawn)
    return found
