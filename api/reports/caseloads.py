"""Each chair's caseload against the cap, and the children without a chair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel

from api.diary.caseloads import GivenFamily
from api.reports import frames
from api.reports.report import Report
from scheduler.domain.people import Chair
from scheduler.domain.values import Date
from scheduler.files.cells import Cell
from scheduler.report.workbook.styles import DATE, TableColumn

SOON = dt.timedelta(weeks=13)
"""A chair who leaves within this time is shown as leaving: a first review, three months ahead, needs another chair by then."""


class Leaving(StrEnum):
    """Whether a chair's last day is over, or comes within 13 weeks."""

    HAS_LEFT = "has left"
    LEAVES = "leaves"


class CaseloadRow(BaseModel):
    """A chair's children ``now``, and ``after`` all current bookings of families without a chair of their own.

    The days of the report make no difference. ``cap`` is the full-time cap in proportion to the chair's hours, 0 for a reserve;
    ``above`` counts whole children above it. ``to_hand_over`` counts the children of a chair who has left or leaves on ``last``.
    """

    chair: str
    fte: float
    reserve: bool
    now: int
    given: int
    after: int
    cap: int
    above: int
    last: Date | None = None
    leaving: Leaving | None = None
    to_hand_over: int = 0


class WithoutChair(BaseModel):
    """The children without a chair: of reviews that have ``no_chair``, and of chairs who have left or leave soon."""

    total: int = 0
    no_chair: int = 0
    chair_has_left: int = 0
    chair_leaves: int = 0


_COUNTS = ("Children now", "Given", "After", "Cap", "Above the cap")
_NOT_IN_FOOT = len(_COUNTS) + 4


def _foot(without: WithoutChair) -> list[tuple[Cell, ...]]:
    counts = {
        "Reviews without a chair": without.no_chair,
        "Of chairs who have left": without.chair_has_left,
        "Of chairs who leave": without.chair_leaves,
        "Children without a chair": without.total,
    }
    return [(label, *[None] * _NOT_IN_FOOT, count) for label, count in counts.items()]


REPORT = Report(
    "caseloads",
    "Caseloads against the cap",
    CaseloadRow,
    (
        TableColumn("Chair", 26),
        TableColumn("Full-time equivalent", 12, "0.0#", centred=True),
        TableColumn("Reserve", 9, centred=True),
        *(TableColumn(heading, 11, "#,##0", centred=True) for heading in _COUNTS),
        TableColumn("Last day", 11.5, DATE),
        TableColumn("Leaving", 11),
        TableColumn("To hand over", 11, "#,##0", centred=True),
    ),
    lambda row: (
        row.chair, row.fte, "yes" if row.reserve else None, row.now, row.given, row.after, row.cap, row.above,
        row.last, row.leaving, row.to_hand_over,
    ),
    totals=WithoutChair,
    totals_name="children_without_chair",
    foot=_foot,
)  # fmt: skip


def rows(chairs: Sequence[Chair], given: Sequence[GivenFamily], caseload_cap: int, today: dt.date) -> list[CaseloadRow]:
    """Return a row for each chair; ``given`` are the families that bookings give to one."""
    table = frames.frame(("chair", "children"), [(family.chair, family.children) for family in given])
    by_chair = table.groupby("chair")["children"].sum().reindex([chair.id for chair in chairs], fill_value=0)
    return [_of(chair, int(more), caseload_cap, today) for chair, more in zip(chairs, by_chair, strict=True)]


def without_chair(caseloads: Sequence[CaseloadRow], no_chair: int) -> WithoutChair:
    """Return the children without a chair: ``no_chair`` of them on a plan without one, and those to hand over."""
    table = frames.frame(("leaving", "children"), [(row.leaving, row.to_hand_over) for row in caseloads])
    sums = table.groupby("leaving")["children"].sum().reindex(list(Leaving), fill_value=0)
    left, leave = (int(children) for children in sums)
    return WithoutChair(total=no_chair + left + leave, no_chair=no_chair, chair_has_left=left, chair_leaves=leave)


def _of(chair: Chair, given: int, caseload_cap: int, today: dt.date) -> CaseloadRow:
    cap, after, leaving = chair.cap(caseload_cap), chair.caseload + given, _leaving(chair, today)
    return CaseloadRow(
        chair=chair.id,
        fte=chair.fte,
        reserve=chair.reserve,
        now=chair.caseload,
        given=given,
        after=after,
        cap=cap,
        above=max(0, after - cap),
        last=chair.last,
        leaving=leaving,
        to_hand_over=0 if leaving is None else chair.caseload,
    )


def _leaving(chair: Chair, today: dt.date) -> Leaving | None:
    if chair.last is None or chair.last > today + SOON:
        return None
    return Leaving.HAS_LEFT if chair.last < today else Leaving.LEAVES
