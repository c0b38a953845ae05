"""What the process for questions runs. It loads the solver, so the server runs it by name, in that process only."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from api.decisions.solving import Failure, Faults
from scheduler.domain.conference import Conference
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.explanations.question import Question
from scheduler.explanations.results import AtRisk, Explanation
from scheduler.explanations.risk import at_risk
from scheduler.explanations.why import why
from scheduler.explanations.why_not import why_not
from scheduler.isolation import answer_calls
from scheduler.offers.filters import OfferFilter
from scheduler.offers.offer import offer
from scheduler.offers.results import Offers, SearchLimits

MOST_SECONDS = 6.0
"""The most seconds of the solves of a question."""
SPARE_SECONDS = 2.5
"""Seconds before the limit at which the solves are to end: building models and a solver's last step come on top."""
LEAST_SECONDS = 0.1


def explain_why_not(problem: Problem, schedule: Schedule, seconds: float, question: Question) -> Explanation:
    """Return what forbids the slots of a question, or what the best of them costs, beside the diary as it is."""
    return why_not(problem, schedule, question, beside_present=True, time_limit=seconds)


def explain_why(problem: Problem, schedule: Schedule, seconds: float, conference: str) -> Explanation:
    """Return why a conference is booked as it is, or has no booking, and what would change that."""
    return why(problem, schedule, conference, time_limit=seconds)


def list_at_risk(problem: Problem, schedule: Schedule, seconds: float) -> tuple[AtRisk, ...]:
    """Return the conferences at risk, with their causes and cures."""
    return at_risk(problem, schedule, time_limit=seconds)


def offers_by_solver(
    problem: Problem,
    schedule: Schedule,
    seconds: float,
    conference: Conference,
    top: int,
    accepted: OfferFilter,
    moves: int,
    with_cures: bool,
) -> Offers:
    """Return offers for which bookings move, or changes that would make a slot in time possible."""
    limits = SearchLimits(time_limit=seconds, workers=1)
    return offer(problem, schedule, conference, top=top, accepted=accepted, moves=moves, limits=limits, with_cures=with_cures)


QUESTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {function.__name__: function for function in (explain_why_not, explain_why, list_at_risk, offers_by_solver)}
)


def answer(until: float, name: str, problem: Problem, schedule: Schedule, arguments: dict[str, Any]) -> object:
    """Return the answer to a question, or its faults; ``until`` is its limit by the clock that all processes share."""
    seconds = max(LEAST_SECONDS, min(MOST_SECONDS, until - SPARE_SECONDS - time.monotonic()))
    try:
        return QUESTIONS[name](problem, schedule, seconds, **arguments)
    except InputError as error:
        return Faults(error.faults)
    except Exception:
        return Failure(traceback.format_exc())


if __name__ == "__main__":
    answer_calls(answer)
