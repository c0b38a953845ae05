"""What counts as late, and the children in time and late with the reasons.

Timeliness is reported by child and not by conference. ``timeliness_by_month.py`` and ``weekly_icpc.py`` are the reports.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from api.diary.conferences.lateness import GivenReason
from api.diary.conferences.queries import StoredConference
from api.reports import frames
from api.reports.reasons import in_words
from scheduler.domain.conference import Conference
from scheduler.files.cells import Cell
from scheduler.report.workbook.styles import TableColumn
from scheduler.wording import children_of

if TYPE_CHECKING:
    import pandas as pd

NO_REASON = "no reason recorded"
Type = Literal["ICPC", "RCPC"]


class Stage(StrEnum):
    """Whether a conference with a booking has been held, is still to come, or is over without a recorded outcome."""

    HELD = "held"
    BOOKED = "booked"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True)
class PlacedConference:
    """A conference that has been held or is booked: its day, its own due date and the statutory one, and the reasons if late."""

    conference: Conference
    stage: Stage
    due: dt.date
    statutory_due: dt.date
    day: dt.date
    given: tuple[GivenReason, ...] = ()

    @property
    def is_late(self) -> bool:
        """True if its day is after its own due date."""
        return self.day > self.due

    @property
    def is_late_by_statute(self) -> bool:
        """True if its day is after the statutory due date, which an earlier, inquorate attempt may have set."""
        return self.day > self.statutory_due

    @property
    def reason(self) -> str | None:
        """Return the reasons given for its lateness, in words; None if there are none."""
        return in_words(self.given)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the distinct reasons given for its lateness."""
        return tuple(dict.fromkeys(given.reason for given in self.given))


class LateFor(BaseModel):
    """Children whose conferences are late for one reason (null if none is recorded), and these conferences.

    If reasons were given that differ, ``reason`` says which was given with what, and ``reasons`` lists them.
    """

    reason: str | None
    children: int
    conferences: list[str]
    reasons: list[str] = []

    def __str__(self) -> str:
        return f"{self.reason or NO_REASON}: {children_of(self.children)} ({', '.join(self.conferences)})"


class Timeliness(BaseModel):
    """How many children have had their conference in time.

    Each child is counted once: ``held`` if the conference has been held, ``booked`` if it is still to come, ``unrecorded`` if
    its day is over and no outcome is recorded, ``not_booked`` if it is due and has no booking. ``children`` is the sum of these
    four, and ``conferences`` counts their conferences. An inquorate conference has not been held: the one that repeats it counts
    in its place, also while it waits for a booking.

    ``in_time``, ``late`` and the percentages are of the children ``held`` alone. In time is by the conference's own due date; in
    statutory time is by the original trigger, also if the conference was booked again after an inquorate one. ``booked_late``
    counts the children, booked or unrecorded, whose booking is after the due date.
    """

    conferences: int
    children: int
    held: int
    in_time: int
    late: int
    in_time_percent: int | None
    not_booked: int
    reasons: list[LateFor]
    in_statutory_time: int = 0
    late_by_statute: int = 0
    in_statutory_time_percent: int | None = None
    statutory_reasons: list[LateFor] = []
    booked: int = 0
    booked_late: int = 0
    booked_late_reasons: list[LateFor] = []
    unrecorded: int = 0
    unrecorded_conferences: list[str] = []


_COUNTS = (
    "Conferences", "Children", "Held", "In time", "Late", "In time, %",
    "In statutory time", "Late by statute", "In statutory time, %", "Booked", "Unrecorded", "Booked late", "Not booked",
)  # fmt: skip
_TEXTS = ("Late because", "Late by statute because", "Booked late because", "Unrecorded conferences")
COLUMNS = (
    *(TableColumn(heading, 11, "#,##0", centred=True) for heading in _COUNTS),
    *(TableColumn(heading, 50, wraps=True) for heading in _TEXTS),
)
_GROUP = ("period", "type")
_FIELDS = (*_GROUP, "conference", "children", "stage", "late", "late_by_statute", "reason", "reasons")
_NOT_BOOKED = "not booked"


def type_of(conference: Conference) -> Type:
    """Return RCPC for a review and ICPC for any other kind of conference."""
    return "RCPC" if conference.kind.is_review else "ICPC"


def counted(
    groups: Sequence[tuple[dt.date, Type]],
    first_day: Callable[[dt.date], dt.date],
    placed: Sequence[PlacedConference],
    not_booked: Sequence[StoredConference],
) -> list[dict[str, object]]:
    """Return the fields of ``Timeliness`` for each period and type.

    ``first_day`` returns the first day of a day's period. A conference counts in the period in which it was held or is booked, or
    else in which it is due.
    """
    table = frames.frame(_FIELDS, (*_placed(placed, first_day), *_due(not_booked, first_day)))
    sums = frames.sums(_measures(table), _GROUP, groups)
    held, is_late = table["stage"] == Stage.HELD, table["late"].astype(bool)
    parts = {
        "reasons": table[held & is_late],
        "statutory_reasons": table[held & table["late_by_statute"].astype(bool)],
        "booked_late_reasons": table[table["stage"].isin([Stage.BOOKED, Stage.UNRECORDED]) & is_late],
    }
    by_group = {name: _reasons(part) for name, part in parts.items()}
    unrecorded = table[table["stage"] == Stage.UNRECORDED].groupby(list(_GROUP))["conference"].agg(list).to_dict()
    return [
        {
            **numbers,
            "in_time_percent": frames.percent(numbers["in_time"], numbers["held"]),
            "in_statutory_time_percent": frames.percent(numbers["in_statutory_time"], numbers["held"]),
            **{name: reasons.get(group, []) for name, reasons in by_group.items()},
            "unrecorded_conferences": unrecorded.get(group, []),
        }
        for group, numbers in zip(groups, sums, strict=True)
    ]


def cells(row: Timeliness) -> tuple[Cell, ...]:
    """Return a row's cells in the order of ``COLUMNS``."""
    return (
        row.conferences, row.children, row.held, row.in_time, row.late, row.in_time_percent,
        row.in_statutory_time, row.late_by_statute, row.in_statutory_time_percent,
        row.booked, row.unrecorded, row.booked_late, row.not_booked,
        *("; ".join(map(str, reasons)) for reasons in (row.reasons, row.statutory_reasons, row.booked_late_reasons)),
        ", ".join(row.unrecorded_conferences),
    )  # fmt: skip


def _placed(placed: Iterable[PlacedConference], first_day: Callable[[dt.date], dt.date]) -> Iterable[tuple[object, ...]]:
    for one in placed:
        conference = one.conference
        group = first_day(one.day), type_of(conference), conference.id, conference.children
        yield *group, one.stage, one.is_late, one.is_late_by_statute, one.reason, one.reasons


def _due(not_booked: Iterable[StoredConference], first_day: Callable[[dt.date], dt.date]) -> Iterable[tuple[object, ...]]:
    for stored in not_booked:
        group = first_day(stored.due), type_of(stored.value), stored.value.id, stored.value.children
        yield *group, _NOT_BOOKED, False, False, None, ()


def _measures(table: pd.DataFrame) -> pd.DataFrame:
    """Return the periods and types with a column for each count: the children that it counts, or 0."""
    children, stage = table["children"].astype(int), table["stage"]
    late, by_statute = table["late"].astype(bool), table["late_by_statute"].astype(bool)
    held, booked, unrecorded = (stage == one for one in Stage)
    counts = {
        "children": stage.notna(),
        "held": held,
        "in_time": held & ~late,
        "late": held & late,
        "in_statutory_time": held & ~by_statute,
        "late_by_statute": held & by_statute,
        "booked": booked,
        "unrecorded": unrecorded,
        "booked_late": ~held & late,
        "not_booked": stage == _NOT_BOOKED,
    }
    measured = table[list(_GROUP)].assign(conferences=1)
    return measured.assign(**{name: children.where(mask, 0) for name, mask in counts.items()})


def _reasons(late: pd.DataFrame) -> dict[tuple[dt.date, Type], list[LateFor]]:
    """Return the reasons of each period and type, most children first, and unrecorded reasons last."""
    by_reason = late.groupby([*_GROUP, "reason"], sort=False, dropna=False)
    sums = by_reason.agg(children=("children", "sum"), conferences=("conference", list), reasons=("reasons", "first"))
    reasons_of: dict[tuple[dt.date, Type], list[LateFor]] = {}
    for row in frames.records(sums.reset_index()):
        reason = row["reason"] if isinstance(row["reason"], str) else None  # pandas writes NaN for None
        late_for = LateFor(reason=reason, children=row["children"], conferences=row["conferences"], reasons=row["reasons"])
        reasons_of.setdefault((row["period"], row["type"]), []).append(late_for)
    return {
        group: sorted(some, key=lambda one: (one.reason is None, -one.children, one.reason or ""))
        for group, some in reasons_of.items()
    }
