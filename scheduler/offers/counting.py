"""How many slots in time several waiting conferences have left, each beside the same diary, from one programme."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from scheduler.domain.problem import with_published
from scheduler.model.bookings import booking_of_candidate
from scheduler.model.build import build_programme
from scheduler.model.candidates import FixedDiary
from scheduler.model.places import single_places
from scheduler.offers.board import OfferBoard
from scheduler.offers.marginal import MarginalProgramme
from scheduler.rules import RULES
from scheduler.rules.minute_takers import MinuteTakersRule


def slots_in_time(board: OfferBoard, waiting: Iterable[str]) -> dict[str, int]:
    """Return for each of these conferences the number of its slots until its due date: starts in a room, or virtually.

    A slot counts once for all chairs, and also if a held slot makes way for it, as in ``offer``. Each conference is counted as if
    it were the only one. They are conferences of the board's problem without a booking.
    """
    names = frozenset(waiting)
    problem = with_published(board.problem, ())
    rules = [rule for rule in RULES if not isinstance(rule, MinuteTakersRule)]
    builder = build_programme(problem, single_places(problem), rules, FixedDiary(board.bookings, names))
    programme, candidates = MarginalProgramme.of(builder), builder.candidates
    held = [booking for booking in board.bookings if booking.held]
    withdrawn = programme.point(np.array(candidates.columns_of(held), dtype=np.int64))
    possible = programme.free[programme.evaluate(programme.free, withdrawn, programme.point()).possible]
    slots: dict[str, set[tuple[int, int]]] = {name: set() for name in names}
    without = frozenset(booking.conference for booking in held)
    can_record: dict[tuple[int, int], bool] = {}
    for n in possible.tolist():
        conference = candidates.requests[int(candidates.request[n])].conference
        assert conference is not None  # held slots are fixed
        key = int(candidates.time[n]), int(candidates.site[n])
        if candidates.days[int(candidates.day[n])] > problem.due[conference.id]:
            continue
        if key not in can_record:
            can_record[key] = board.recorded.can_record(booking_of_candidate(candidates, n), without)
        if can_record[key]:
            slots[conference.id].add((int(candidates.start[n]), int(candidates.place[n])))
    return {name: len(found) for name, found in slots.items()}
