"""The result of a plan in words: its proofs, its totals, who is late, and who has no place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.charts import BarPart, Chart, ChartBar, chart
from api.pages.names import PlaceNames
from api.pages.words import day_short, moment_short
from api.planning.queries import PlanSummary
from api.planning.repairs import KEY
from scheduler.domain.conference import Conference
from scheduler.domain.preferences import PREFERENCES
from scheduler.domain.schedule import Booking
from scheduler.wording import agree, children_of, count_of, number

PROVEN = {
    "stability": "Given that, nothing changes less of what was promised.",
    "continuity": "Given that, nothing hands over fewer children.",
    "caseload": "Given that, nothing has fewer children above the cap.",
    "preferences": "Given that, nothing suits the preferences better.",
}
OPEN = {
    "unplaced": "{value} have none. Perhaps {gap} of them could still get one.",
    "late": "Lateness: best found {value}. At most {gap} could still be gained.",
    "stability": "Changes to what was promised: best found {value}. At most {gap} could still be gained.",
    "continuity": "Children handed over: best found {value}. At most {gap} could still be gained.",
    "caseload": "Children above the cap: best found {value}. At most {gap} could still be gained.",
    "preferences": "Preferences: best found {value} points. At most {gap} could still be gained.",
}
BEST_AT_ZERO = {
    "unplaced": "Every conference has a place.",
    "late": "Nobody is late.",
    "stability": "Every date that was promised is kept.",
    "continuity": "No child is handed over.",
    "caseload": "No caseload is above the cap.",
    "preferences": "No preference had to give way.",
}


@dataclass(frozen=True)
class LateRow:
    """A booking after its due date."""

    reference: str
    children: str
    due: str
    booked: str
    late: str
    cause: str


@dataclass(frozen=True)
class RepairView:
    """What a repair changes: who is affected, its moves, its proof, and the front of moves against lateness."""

    affected: str
    proof: str
    moves: Sequence[tuple[str, str, str, str]]
    withdrawn: Sequence[str]
    front: Sequence[tuple[str, str, str]]
    picture: Chart | None
    has_changes: bool


@dataclass(frozen=True)
class ResultView:
    """The result of a plan."""

    proofs: Sequence[str]
    totals: Sequence[tuple[str, str]]
    late: Sequence[LateRow]
    unplaced: Sequence[tuple[str, str]]
    exceptions: Sequence[tuple[str, str]]
    remarks: Sequence[str]
    repair: RepairView | None


def result_view(
    summary: PlanSummary,
    schedule: Mapping[str, Any],
    conferences: Mapping[str, Conference],
    names: PlaceNames,
    today: dt.date,
    changes: Sequence[Any],
) -> ResultView:
    """Return the result of a plan; ``conferences`` are those that it names. ``changes`` are a repair's, not yet in the diary."""
    report = summary.report
    bookings = [Booking.model_validate(one) for one in schedule["bookings"]]
    implausible = [one["text"] for one in report.get("implausible", ())]
    return ResultView(
        proofs=[proof_in_words(tier) for tier in summary.tiers],
        totals=list(_totals(summary, bookings, conferences)),
        late=[_late(one, conferences, today) for one in report["late"]],
        unplaced=[(one["conference"], one["reason"]) for one in summary.unplaced],
        exceptions=[(one["conference"], one["text"]) for one in summary.exceptions],
        remarks=[*implausible, *report["remarks"]],
        repair=_repair(report[KEY], names, today, changes) if KEY in report else None,
    )


def proof_in_words(tier: Mapping[str, Any]) -> str:
    """Return what is proven of a tier: that it is best, or how much could still be gained."""
    name, value, gap = tier["name"], tier["value"], tier["value"] - tier["bound"]
    if value == 0:
        return BEST_AT_ZERO[name]
    if not tier["proven"]:
        return OPEN[name].format(value=number(value), gap=number(gap))
    if name == "unplaced":
        return f"{number(value)} {agree(value, 'has', 'have')} none, and no schedule places more."
    if name == "late":
        return "Nobody who is late could be sooner without making somebody else later."
    return PROVEN[name]


def _totals(
    summary: PlanSummary, bookings: Sequence[Booking], conferences: Mapping[str, Conference]
) -> Iterator[tuple[str, str]]:
    placed = [one for one in bookings if not one.held]
    children = sum(conferences[one.conference].children for one in placed if one.conference in conferences)
    yield "With a place", f"{count_of(len(placed), 'conference')}, {children_of(children)}"
    yield "Without a place", count_of(len(summary.unplaced), "conference")
    late = summary.report["late"]
    affected = sum(conferences[one["conference"]].children for one in late if one["conference"] in conferences)
    yield "Late", f"{count_of(len(late), 'conference')}, {children_of(affected)}"
    yield "Slots kept free", count_of(len(bookings) - len(placed), "slot")
    counts = summary.report["measure"].get("counts", {})
    for preference in PREFERENCES:
        if counts.get(preference.name):
            yield preference.label, number(counts[preference.name])


def _late(one: Mapping[str, Any], conferences: Mapping[str, Conference], today: dt.date) -> LateRow:
    name = one["conference"]
    start, due = dt.datetime.fromisoformat(one["start"]), dt.date.fromisoformat(one["due"])
    children = str(conferences[name].children) if name in conferences else ""
    late = f"Late by {count_of(one['working_days'], 'working day')}"
    return LateRow(name, children, day_short(due, today), moment_short(start, today), late, one["why"])


def _repair(report: Mapping[str, Any], names: PlaceNames, today: dt.date, changes: Sequence[Any]) -> RepairView:
    affected = report["affected"]
    people = f"{count_of(affected['chairs'], names.chair_title)} and {count_of(affected['minute_takers'], 'minute taker')}"
    moves = len(report["moved"])
    if report["proven"]:
        proof = (
            "No schedule that places as many conferences, as little late, needs fewer moves."
            if moves
            else ("Nothing has to move, and no schedule places more conferences or is less late.")
        )
    else:
        proof = "This is the best found. Fewer moves may be possible: the time was over before the proof."
    points = report["front"]
    bars = [ChartBar(count_of(one["moves"], "move"), (BarPart(one["late"], "solid"),), _lateness(one["late"])) for one in points]
    title = "How late with how many moves"
    legend = [("solid", "Lateness: children times working days, and 10 more for each child who is late")]
    return RepairView(
        affected=f"{count_of(affected['families'], 'family', 'families')}, {people} are affected.",
        proof=proof,
        moves=[_move(Booking.model_validate(one), names, today) for one in report["moved"]],
        withdrawn=report["withdrawn"],
        front=[(number(one["moves"]), number(one["late"]), "Proven" if one["proven"] else "Best found") for one in points],
        picture=chart(title, bars, legend) if len(points) > 1 else None,
        has_changes=bool(changes),
    )


def _lateness(late: int) -> str:
    return f"lateness {number(late)}" if late else "nobody late"


def _move(one: Booking, names: PlaceNames, today: dt.date) -> tuple[str, str, str, str]:
    return one.conference, moment_short(one.start, today), names.room(one.room), names.chair(one.chair)
