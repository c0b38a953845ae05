"""Children in time and late, with the reasons. Timeliness is reported by child and not by conference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from api.diary.conferences.queries import ConferenceState, StoredConference
from api.reports.queries import PlacedConference
from scheduler.files.cells import Cell
from scheduler.report.workbook.styles import TableColumn
from scheduler.wording import children_of

NO_REASON = "no reason recorded"


class LateFor(BaseModel):
    """Children whose conferences are late for one reason (null if none is recorded), and these conferences."""

    reason: str | None
    children: int
    conferences: list[str]

    def __str__(self) -> str:
        return f"{self.reason or NO_REASON}: {children_of(self.children)} ({', '.join(self.conferences)})"


class Timeliness(BaseModel):
    """How many children have their conference in time.

    ``held`` counts the children of conferences that have been held; the other conferences are booked. ``not_booked`` counts the
    children whose conference is due in the period and has no booking; no other number includes them.
    """

    conferences: int
    children: int
    held: int
    in_time: int
    late: int
    in_time_percent: int | None
    not_booked: int
    reasons: list[LateFor]


COLUMNS = (
    *(
        TableColumn(heading, 11, "#,##0", centred=True)
        for heading in ("Conferences", "Children", "Held", "In time", "Late", "In time, %", "Not booked")
    ),
    TableColumn("Late because", 70, wraps=True),
)


def counted(placed: Sequence[PlacedConference], not_booked: Iterable[StoredConference]) -> dict[str, object]:
    """Return the fields of ``Timeliness`` for conferences with a booking and conferences without."""
    late = [one for one in placed if one.is_late]
    children, late_children = _children(placed), _children(late)
    return {
        "conferences": len(placed),
        "children": children,
        "held": _children(one for one in placed if one.state is ConferenceState.HELD),
        "in_time": children - late_children,
        "late": late_children,
        "in_time_percent": round(100 * (children - late_children) / children) if children else None,
        "not_booked": sum(stored.value.children for stored in not_booked),
        "reasons": list(_reasons(late)),
    }


def cells(row: Timeliness) -> tuple[Cell, ...]:
    """Return a row's cells in the order of ``COLUMNS``."""
    counts = (row.conferences, row.children, row.held, row.in_time, row.late, row.in_time_percent, row.not_booked)
    return (*counts, "; ".join(map(str, row.reasons)))


def _children(placed: Iterable[PlacedConference]) -> int:
    return sum(one.conference.children for one in placed)


def _reasons(late: Iterable[PlacedConference]) -> Iterable[LateFor]:
    """Yield the reasons, most children first, and unrecorded reasons last."""
    by_reason: dict[str | None, list[PlacedConference]] = {}
    for one in late:
        by_reason.setdefault(one.reason, []).append(one)
    found = [
        LateFor(reason=reason, children=_children(of_it), conferences=[one.conference.id for one in of_it])
        for reason, of_it in by_reason.items()
    ]
    return sorted(found, key=lambda one: (one.reason is None, -one.children, one.reason))
