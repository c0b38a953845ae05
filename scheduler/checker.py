"""The check of a schedule against every hard rule, and its measure, recomputed from the schedule alone without the solver."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import PlanException, Remark, Schedule, Violation
from scheduler.domain.values import Value
from scheduler.measure import Measure, measure
from scheduler.remarks import remarks_of
from scheduler.rules import HARD_RULES


class CheckReport(Value):
    """The outcome of a check: violations of hard rules, the measure, and remarks.

    ``implausible`` are remarks on the problem, ``exceptions`` those that the schedule lists. ``remarks`` are whole sentences
    about statements of the schedule that the check contradicts, and about assumptions.
    """

    violations: tuple[Violation, ...]
    measure: Measure
    remarks: tuple[str, ...] = ()
    implausible: tuple[Remark, ...] = ()
    exceptions: tuple[PlanException, ...] = ()

    @property
    def ok(self) -> bool:
        """True if no hard rule is broken."""
        return not self.violations


def check(problem: Problem, schedule: Schedule) -> CheckReport:
    """Check every hard rule that the policy leaves on, and measure every tier. Never raises, regardless of the schedule."""
    rules = (rule for rule in HARD_RULES if rule.is_on(problem.policy))
    violations = tuple(violation for rule in rules for violation in rule.breaches(problem, schedule))
    measured = measure(problem, schedule)
    return CheckReport(
        violations=violations,
        measure=measured,
        remarks=tuple(_remarks(problem, schedule, measured)),
        implausible=remarks_of(problem),
        exceptions=schedule.exceptions,
    )


def _remarks(problem: Problem, schedule: Schedule, measured: Measure) -> Iterator[str]:
    if schedule.problem and schedule.problem != problem.digest:
        yield "The schedule belongs to a different problem from the one it was checked against: their digests differ."
    for tier in schedule.tiers:
        value = measured.tiers[tier.name]
        if tier.value != value:
            yield f"The schedule states {tier.value} for the tier {tier.name}; the check finds {value}."
        if tier.proven != (tier.bound == tier.value):
            yield (
                f"The schedule calls the tier {tier.name} {'proven' if tier.proven else 'not proven'}, "
                f"with value {tier.value} and bound {tier.bound}."
            )
    booked = {booking.conference for booking in schedule.bookings}
    listed = {unplaced.conference for unplaced in schedule.unplaced}
    for unplaced in schedule.unplaced:
        if unplaced.conference in booked:
            yield f"{unplaced.conference} is listed as unplaced, but has a booking."
        elif unplaced.conference not in problem.conference_by_id:
            yield f"{unplaced.conference} is listed as unplaced, but is not a conference of this problem."
    for conference in problem.conferences:
        if conference.id not in booked | listed:
            yield f"{conference.id} has no booking and is not listed as unplaced."
    yield from problem.assumptions
