"""Who should take over the families of a chair: a proposal, balanced by caseload (``docs/service.md``, "Cover and handover")."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.api.days.oracle.diary import OPEN, Case, Diary, Fields
from tests.api.days.oracle.reports import cap
from tests.api.days.oracle.working_days import date


def proposal(diary: Diary, leaving: str) -> tuple[dict[str, str | None], dict[str, int]]:
    """Return the new chair of each open family of a chair, by conference, and the children that each chair would have.

    The largest families go first, each to the chair who is then least above the cap, or else furthest below it in proportion;
    among equals to whoever has got the fewest, then to a chair based at the family's site, then to the first of them.
    """
    chairs = diary.registers["chairs"].values()
    able = [one for one in chairs if one["id"] != leaving and not one["reserve"] and one["last"] is None and cap(diary, one)]
    loads = {one["id"]: one["caseload"] for one in able}
    given = dict.fromkeys(loads, 0)
    cases = [case for case in diary.cases.values() if case.state in OPEN and case.value["chair"] == leaving]
    to: dict[str, str | None] = {case.id: None for case in cases}
    for case in sorted(cases, key=lambda case: -_children(case)):
        more = _children(case)

        def burden(one: Fields, more: int = more, site: str = case.value["site"]) -> tuple[Any, ...]:
            after = loads[one["id"]] + more
            share = Fraction(after, cap(diary, one))
            return max(0, after - cap(diary, one)), share, given[one["id"]], one["base"] != site

        free = [one for one in able if one["id"] not in case.value["not_chairs"] and _is_there(one, case)]
        if free:
            chosen = min(free, key=burden)["id"]
            to[case.id] = chosen
            loads[chosen] += more
            given[chosen] += 1
    return to, loads


def _children(case: Case) -> int:
    return sum(case.on_plan.values())


def _is_there(chair: Fields, case: Case) -> bool:
    return chair["first"] is None or date(chair["first"]) <= case.due
