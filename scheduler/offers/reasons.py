"""Why no slot is in time, in one sentence."""

from __future__ import annotations

from scheduler.offers.slots import SlotSearch
from scheduler.report.causes import why_after_the_plan, why_never
from scheduler.rules import HARD_RULES
from scheduler.wording import date_in_words, moment_in_words


def why_not_in_time(search: SlotSearch, *, is_filtered: bool) -> str:
    """Return what prevents a slot in time, as far as it is certain; ``is_filtered`` if there is a filter."""
    problem, conference = search.candidates.problem, search.conference
    due, earliest = problem.due[conference.id], problem.earliest[conference.id]
    unfiltered = search.best_days(1) if is_filtered else []
    if unfiltered and (best := unfiltered[0].booking).day <= due:
        return f"The filter leaves out the slots in time, such as {moment_in_words(best.start)} with chair {best.chair}."
    if (after := why_after_the_plan(problem, conference)) is not None:
        return after
    if earliest > due:
        return f"It is due on {date_in_words(due)}, before the earliest day on which it can be held, {date_in_words(earliest)}."
    if (never := why_never(problem, conference)) is not None:
        return f"Nothing in this time suits it: {never}."
    if search.impossible is not None:
        rule = next(rule for rule in HARD_RULES if rule.name == search.impossible)
        return f"Nothing in this time suits it. {rule.name}: {rule.says(problem.policy)}"
    last = min(due, problem.horizon.last)
    return (
        f"From {date_in_words(earliest)} to {date_in_words(last)}, at every start that suits it, the rooms or people it needs "
        f"(a {problem.service.chair_title}, a minute taker, its social worker) are away, booked by others or at their limits, "
        "or a family that must be kept apart from it is at the same site."
    )
