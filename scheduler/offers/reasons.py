"""Why no slot is in time, in one sentence."""

from __future__ import annotations

from scheduler.offers.slots import SlotSearch
from scheduler.report.causes import what_sets_earliest, why_after_the_plan
from scheduler.report.obstacles import obstacle
from scheduler.rules import HARD_RULES
from scheduler.wording import capitalised, date_in_words, moment_in_words


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
        why = what_sets_earliest(problem, conference, earliest)
        return f"It is due on {date_in_words(due)}, and can't be held before {date_in_words(earliest)}: {why}."
    last = min(due, problem.horizon.last)
    span = f"from {date_in_words(earliest)} to {date_in_words(last)}" if earliest < last else f"on {date_in_words(last)}"
    if (why_never := obstacle(problem, conference, earliest, last)) is not None:
        return f"Nothing {span} suits it: {why_never}."
    if search.impossible is not None:
        rule = next(rule for rule in HARD_RULES if rule.name == search.impossible)
        return f"Nothing in this time suits it. {rule.name}: {rule.says(problem.policy)}"
    return (
        f"{capitalised(span)}, at every start that suits it, the rooms or people it needs "
        f"(a {problem.service.chair_title}, a minute taker, its social worker) are away, booked by others or at their limits, "
        "or a family that must be kept apart from it is at the same site."
    )
