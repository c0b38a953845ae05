"""The conferences at risk in the output of ``scheduler plan``: a section of its summary, or a table with cures."""

from __future__ import annotations

import threading
from dataclasses import replace

from scheduler.cli.options import LONGEST_LIST
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.explanations.risk import FEWEST_SLOTS, RiskCase, at_risk, cases_at_risk
from scheduler.report.account import Account
from scheduler.report.summary import Section, Summary
from scheduler.wording import agree, count_of, date_in_words

TITLE = "At risk"
AFTER = "Late"
"""The section of the summary after which the one at risk comes."""


def with_risks(summary: Summary, problem: Problem, schedule: Schedule) -> Summary:
    """Return the summary with a section on the conferences at risk after the one on late ones."""
    section = _section(problem, schedule)
    parts = ((one, section) if one.title == AFTER else (one,) for one in summary.sections)
    return replace(summary, sections=tuple(one for part in parts for one in part))


def _section(problem: Problem, schedule: Schedule) -> Section:
    """Return each case with its due date, the slots left in time, and why it is late or has no booking."""
    cases = cases_at_risk(problem, schedule)
    if not cases:
        return Section(TITLE, f"no conference is late, or waits with fewer than {FEWEST_SLOTS} slots left in time.")
    account = Account(problem, schedule)
    causes = {late.conference.id: late.why for late in account.late}
    causes |= {one.conference: one.reason for one in account.unplaced}
    many = len(cases)
    late, waits = agree(many, "is", "are"), agree(many, "waits", "wait")
    sentence = f"{count_of(many, 'conference')} {late} late, or {waits} with fewer than {FEWEST_SLOTS} slots left in time."
    return Section(TITLE, sentence, tuple(_item(case, causes[case.conference]) for case in cases))


def _item(case: RiskCase, cause: str) -> str:
    return f"{case.conference}, due on {date_in_words(case.due)}, {count_of(case.slots_left, 'slot')} left in time. {cause}"


def risks_with_cures(problem: Problem, schedule: Schedule, stop: threading.Event) -> list[str]:
    """Return the lines of the table with causes and cures, each confirmed by a solve: up to 30 seconds."""
    rows = at_risk(problem, schedule, stop=stop)
    items = [_item(RiskCase(row.conference, row.due, None, row.slots_left), row.cause) for row in rows]
    section = Section(TITLE, "the soonest due first, with cures." if rows else "no conference.", tuple(items))
    return ["", f"{section.title}: {section.sentence}", *(f"  - {detail}" for detail in section.details(LONGEST_LIST))]
