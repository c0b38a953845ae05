"""Schedules child protection conferences: values in, values out.

Plan a problem file, and check the schedule without the solver:

>>> from scheduler import check, plan
>>> from scheduler.files import read_problem_file
>>> problem = read_problem_file("fixtures/tiny.json")
>>> schedule = plan(problem)
>>> check(problem, schedule).ok
True

``compare`` solves a base and its scenarios (built by ``variants``) and sets them side by side; ``marginal_value`` finds what
one more or one less of each resource would change. Both solve by the workers that ``workers_of`` opens:

    with workers_of("local")() as workers:
        comparison = compare(variants(problem, scenarios), workers)

``offer`` finds slots for one more conference beside a schedule's bookings.

``why`` and ``why_not`` explain a booking of a schedule, and what another slot would cost or what forbids it; ``at_risk`` lists
the conferences that are late or have hardly a slot left.

Each name is loaded when it is first used, because the solver takes a second to load and most programs don't need it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.checker import CheckReport, check
    from scheduler.domain.conference import Conference
    from scheduler.domain.faults import InputError
    from scheduler.domain.problem import Problem
    from scheduler.domain.schedule import Booking, Schedule
    from scheduler.explanations.question import Question
    from scheduler.explanations.results import AtRisk, Explanation
    from scheduler.explanations.risk import at_risk
    from scheduler.explanations.why import why
    from scheduler.explanations.why_not import why_not
    from scheduler.offers.filters import OfferFilter
    from scheduler.offers.offer import offer
    from scheduler.offers.results import Offers
    from scheduler.planner import plan
    from scheduler.repairs.repair import repair
    from scheduler.repairs.results import Repair
    from scheduler.sweeps.executors import workers_of
    from scheduler.whatif.changes.scenario import Scenario
    from scheduler.whatif.comparison.compare import compare, variants
    from scheduler.whatif.comparison.results import Comparison
    from scheduler.whatif.marginal_value.search import Appraisal, marginal_value

__all__ = [
    "Appraisal",
    "AtRisk",
    "Booking",
    "CheckReport",
    "Comparison",
    "Conference",
    "Explanation",
    "InputError",
    "OfferFilter",
    "Offers",
    "Problem",
    "Question",
    "Repair",
    "Scenario",
    "Schedule",
    "at_risk",
    "check",
    "compare",
    "marginal_value",
    "offer",
    "plan",
    "repair",
    "variants",
    "why",
    "why_not",
    "workers_of",
]

_MODULES = {
    "Appraisal": "scheduler.whatif.marginal_value.search",
    "AtRisk": "scheduler.explanations.results",
    "Booking": "scheduler.domain.schedule",
    "CheckReport": "scheduler.checker",
    "Comparison": "scheduler.whatif.comparison.results",
    "Conference": "scheduler.domain.conference",
    "Explanation": "scheduler.explanations.results",
    "InputError": "scheduler.domain.faults",
    "OfferFilter": "scheduler.offers.filters",
    "Offers": "scheduler.offers.results",
    "Problem": "scheduler.domain.problem",
    "Question": "scheduler.explanations.question",
    "Repair": "scheduler.repairs.results",
    "Scenario": "scheduler.whatif.changes.scenario",
    "Schedule": "scheduler.domain.schedule",
    "at_risk": "scheduler.explanations.risk",
    "check": "scheduler.checker",
    "compare": "scheduler.whatif.comparison.compare",
    "marginal_value": "scheduler.whatif.marginal_value.search",
    "offer": "scheduler.offers.offer",
    "plan": "scheduler.planner",
    "repair": "scheduler.repairs.repair",
    "variants": "scheduler.whatif.comparison.compare",
    "why": "scheduler.explanations.why",
    "why_not": "scheduler.explanations.why_not",
    "workers_of": "scheduler.sweeps.executors",
}
"""The module that defines each public name."""


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
