"""Held slots beside bookings that move: one is withdrawn only if it can't stay, never to save its own cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.grouping import Ints, Mask
from scheduler.model.candidates import Candidates
from scheduler.model.programme import ProgrammeBuilder
from scheduler.offers.board import breaches
from scheduler.offers.minute_takers import RecordedDiary
from scheduler.rules.minute_takers import MinuteTakersRule

MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True)
class KeptHold:
    """A held slot: its booking, its candidate, and the candidates that can be in its way."""

    booking: Booking
    column: int
    near: Mask


def kept_holds(candidates: Candidates, held: tuple[Booking, ...]) -> tuple[KeptHold, ...]:
    """Return the held slots, each with the candidates near it: within a day of it, or of its chair in its week."""
    columns = candidates.columns_of(held)
    return tuple(KeptHold(one, n, _near(candidates, n)) for one, n in zip(held, columns, strict=True) if n is not None)


def _near(candidates: Candidates, column: int) -> Mask:
    """Return the candidates that some hard rule may join with this one, R5 included."""
    day = candidates.start // MINUTES_OF_DAY
    days = np.abs(day - day[column]) <= 1
    of_chair = (candidates.chair == candidates.chair[column]) & (candidates.week == candidates.week[column])
    near: Mask = days | of_chair
    near[column] = False
    return near


def keep_beside(builder: ProgrammeBuilder, hold: KeptHold, chosen: Ints) -> None:
    """Require a held slot to stay unless a booking comes near it that is not among these candidates, beside which it can stay.

    Bookings near it that are removed never stop it from staying, so this excludes no schedule in which it can't stay.
    """
    new = hold.near.copy()
    new[chosen] = False
    columns = np.concatenate([[hold.column], np.flatnonzero(new)])
    builder.limit(np.zeros_like(columns), columns, at_least=1)


def can_stay(problem: Problem, bookings: tuple[Booking, ...], held: Booking) -> bool:
    """True if a withdrawn held slot breaks no rule beside the bookings, also if others take the minutes."""
    together = breaches(problem, (*bookings, held))
    if any(violation.rule != MinuteTakersRule.name for violation in together):
        return False
    return RecordedDiary(problem, bookings).can_record(held)
