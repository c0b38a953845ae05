"""How far a plan is: each tier with its best value and its bound, which close in on each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.jobs.queue import JobEvent, JobEventKind
from scheduler.domain.schedule import TIERS, TierName
from scheduler.wording import number

BAR = 200
"""The length of a whole bar, in pixels."""


@dataclass(frozen=True)
class TierRow:
    """A tier: its title, its state in words, and its bar: ``reached`` pixels are proven, of ``length``, which are best so far."""

    number: int
    title: str
    state: str
    reached: int
    length: int
    is_finished: bool


def titles(chair_title: str) -> dict[TierName, str]:
    """Return what each tier is about."""
    return {
        "unplaced": "Everybody has a place",
        "late": "As little late as can be",
        "stability": "Promises kept",
        "continuity": f"Same {chair_title}",
        "caseload": "Caseloads within the cap",
        "preferences": "Preferences",
    }


def progress_rows(events: Sequence[JobEvent], chair_title: str) -> list[TierRow]:
    """Return every tier as it is after these events; those before the latest start belong to an attempt that was cut off."""
    latest: dict[str, Mapping[str, int | None]] = {}
    for event in events:
        if event.event == JobEventKind.STARTED:
            latest = {}
        elif event.event == JobEventKind.PROGRESS:
            latest[event.data["tier"]] = event.data
    names = titles(chair_title)
    begun = [name for name in TIERS if name in latest]
    return [_row(n, names[name], latest.get(name), begun[-1:] == [name]) for n, name in enumerate(TIERS, 1)]


def _row(n: int, title: str, data: Mapping[str, int | None] | None, is_current: bool) -> TierRow:
    if data is None:
        return TierRow(n, title, "waiting", 0, 0, is_finished=False)
    value, bound = data["value"], data["bound"]
    if value is None:
        return TierRow(n, title, "looking for a first schedule", 0, BAR, is_finished=False)
    if bound is not None and bound >= value:
        return TierRow(n, title, f"proven: {number(value)}" if value else "proven", BAR, BAR, is_finished=True)
    reached = 0 if bound is None else max(0, round(BAR * bound / value))
    state = f"best {number(value)}" + ("" if bound is None else f", least {number(bound)}")
    state += ": still open" if is_current else ": left open"
    return TierRow(n, title, state, reached, BAR, is_finished=not is_current)
