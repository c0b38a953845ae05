"""An explanation in words: its answer, what forbids a slot or what it costs, and what would help."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.names import PlaceNames
from scheduler.explanations.results import Explanation


@dataclass(frozen=True)
class ExplanationView:
    """An answer with what it rests on. ``verdict`` is empty if the question was why, and not whether."""

    verdict: str
    answer: str
    facts: Sequence[str]
    costs: Sequence[str]
    moves: Sequence[tuple[str, str]]
    cures: Sequence[str]
    checked: str


def explanation_view(found: Explanation, names: PlaceNames, today: dt.date, *, is_about_slot: bool) -> ExplanationView:
    """Return an explanation in words; ``is_about_slot`` if it answers whether a slot is possible."""
    return ExplanationView(
        verdict=_verdict(found) if is_about_slot else "",
        answer=found.answer,
        facts=[one.text for one in found.facts],
        costs=[one.text for one in found.costs],
        moves=[(one.conference, names.slot(one.start, one.room, one.chair, today)) for one in found.moves],
        cures=[one.text for one in found.cures],
        checked="Checked by planning again." if found.verified else "Not checked in time. Ask again.",
    )


def _verdict(found: Explanation) -> str:
    if found.tiers is None:
        return "No"
    return "Yes, but" if found.costs or found.moves else "Yes"
