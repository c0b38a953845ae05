"""What the process for questions runs. It loads the solver, so the server imports it by name, in that process only."""

from __future__ import annotations

from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.explanations.question import Question
from scheduler.explanations.results import AtRisk, Explanation
from scheduler.explanations.risk import at_risk
from scheduler.explanations.why import why
from scheduler.explanations.why_not import why_not
from scheduler.offers.filters import OfferFilter
from scheduler.offers.offer import offer
from scheduler.offers.results import Offers, SearchLimits

LIMITS = SearchLimits(time_limit=6.0, workers=1)
"""Limits of the search for moves and cures, so that offers are answered within ten seconds."""

__all__ = ["explain_why", "explain_why_not", "list_at_risk", "offers_by_solver"]


def explain_why_not(problem: Problem, schedule: Schedule, question: Question) -> Explanation:
    """Return what forbids the slots of a question, or what the best of them costs."""
    return why_not(problem, schedule, question)


def explain_why(problem: Problem, schedule: Schedule, conference: str) -> Explanation:
    """Return why a conference is booked as it is, or has no booking, and what would change that."""
    return why(problem, schedule, conference)


def list_at_risk(problem: Problem, schedule: Schedule) -> tuple[AtRisk, ...]:
    """Return the conferences at risk, with their causes and cures."""
    return at_risk(problem, schedule)


def offers_by_solver(
    problem: Problem, schedule: Schedule, conference: Conference, top: int, accepted: OfferFilter, moves: int, with_cures: bool
) -> Offers:
    """Return offers for which bookings move, or changes that would make a slot in time possible."""
    return offer(problem, schedule, conference, top=top, accepted=accepted, moves=moves, limits=LIMITS, with_cures=with_cures)
