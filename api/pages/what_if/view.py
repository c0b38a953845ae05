"""A comparison in tables, and the value of one more, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.jobs.queue import JobState
from api.whatif.sweeps import SolveCounts, StoredSweep
from scheduler.domain.schedule import Tier, TierName
from scheduler.whatif.comparison.results import Comparison, Outlook, Result
from scheduler.whatif.marginal_value.search import Appraisal
from scheduler.whatif.marginal_value.units import UNIT_KINDS, UnitKind
from scheduler.whatif.marginal_value.worth import Worth
from scheduler.wording import TIER_IN_WORDS, capitalised, count_of, number

BASE = "As things are"
TIERS: dict[TierName, str] = {
    "unplaced": "Not placed",
    "late": "Lateness",
    "stability": "Moved",
    "continuity": "Handed over",
    "caseload": "Above the caps",
    "preferences": "Preferences",
}
EFFECTS = (
    "Conferences placed", "Children in time", "Late conferences", "Families handed over", "On Fridays", "In the holidays",
    "At another office", "Virtual for want of a room", "Booked otherwise",
)  # fmt: skip
STATES = {
    JobState.QUEUED: "Waiting",
    JobState.RUNNING: "Running",
    JobState.DONE: "Done",
    JobState.CANCELLED: "Stopped",
    JobState.FAILED: "Failed",
}
_PICTURES = {
    "children": "Children whose conference is in time",
    "tiers": "What matters most, as bars",
    "caseloads": "Caseloads against the cap",
    "rooms": "Use of the rooms",
}


@dataclass(frozen=True)
class ComparisonView:
    """A comparison: the tables by scenario, what each changes, and the names and words of its pictures."""

    tiers: Sequence[tuple[str, tuple[str, ...]]]
    effects: Sequence[tuple[str, tuple[str, ...]]]
    changes: Sequence[tuple[str, tuple[str, ...]]]
    pictures: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ValueView:
    """The value of one more: what helps, what may help, and sentences about the rest."""

    better: Sequence[tuple[str, tuple[str, ...]]]
    open: Sequence[tuple[str, tuple[str, ...]]]
    rest: Sequence[str]


def progress_in_words(counts: SolveCounts) -> str:
    """Return ``4 of 12 plans made, about 3 minutes left``."""
    left = counts.seconds_left
    when = "" if not left else f", about {count_of(max(1, round(left / 60)), 'minute')} left"
    return f"{counts.done} of {count_of(counts.of, 'plan')} made{when}"


def scenarios_in_words(sweep: StoredSweep, names: Sequence[str]) -> tuple[str, str]:
    """Return the state of a what-if and its scenarios."""
    return STATES[sweep.state], "; ".join(names)


def comparison_view(comparison: Comparison) -> ComparisonView:
    """Return the tables and pictures of a comparison."""
    results = comparison.results
    names = [BASE, *(result.name for result in comparison.scenarios)]
    pairs = list(zip(names, results, strict=True))
    missing = [(name, ("Not planned yet", *[""] * len(TIERS))) for name in comparison.missing]
    return ComparisonView(
        tiers=[*((name, tuple(_tier_cells(result))) for name, result in pairs), *missing],
        effects=[(name, _effects(result)) for name, result in pairs if result.outlook is not None],
        changes=[(result.name, result.changes) for result in comparison.scenarios],
        pictures=list(_PICTURES.items()),
    )


def value_view(appraisal: Appraisal, *, has_ended: bool) -> ValueView:
    """Return what one more of each resource would change, as far as it is known."""
    return ValueView(
        better=[_worth(one) for one in appraisal.better],
        open=[_worth(one) for one in appraisal.open],
        rest=list(_rest(appraisal, "not tried" if has_ended else "not tried yet")),
    )


def _tier_cells(result: Result) -> Iterator[str]:
    if result.outlook is None:
        yield " ".join(("No plan is possible.", *map(capitalised, result.refused)))
        yield from [""] * len(TIERS)
        return
    yield _against_base(result)
    is_certain = True
    for tier in result.outlook.tiers:
        yield _tier(tier, is_certain=is_certain)
        is_certain = is_certain and tier.proven


def _against_base(result: Result) -> str:
    """Return the verdict against the base with the difference that decides it."""
    if result.judgement is None:
        return ""
    deciding = next((one for one in result.differences if one.tier == result.judgement.tier), None)
    if deciding is None:
        return capitalised(result.judgement.text)
    return f"{TIER_IN_WORDS[deciding.tier]}: {deciding.text}"


def _tier(tier: Tier, *, is_certain: bool) -> str:
    if not is_certain:
        return f"{number(tier.value)}, best found"
    return number(tier.value) if tier.proven else f"{number(tier.value)}, at least {number(tier.bound)}"


def _effects(result: Result) -> tuple[str, ...]:
    outlook = result.outlook
    assert isinstance(outlook, Outlook)
    counts = outlook.counts
    children, in_time = sum(one.children for one in outlook.children), sum(one.in_time for one in outlook.children)
    moved = "–" if result.judgement is None else number(len(result.moved))
    numbers = (
        len(outlook.late), len(outlook.handovers), counts["friday"], counts["holiday_school"] + counts["holiday_other"],
        counts["other_site"], counts["virtual_fallback"],
    )  # fmt: skip
    placed = f"{number(outlook.placed)} of {number(outlook.conferences)}"
    return placed, f"{number(in_time)} of {number(children)}", *map(number, numbers), moved


def _worth(one: Worth) -> tuple[str, tuple[str, ...]]:
    return one.offer.what, (capitalised(one.sentence.removeprefix(f"{one.offer.what}: ")),)


def _rest(appraisal: Appraisal, untried: str) -> Iterator[str]:
    for counts, words in (
        (appraisal.nothing, "proven to change nothing"),
        (appraisal.others, "no better than those above"),
        (appraisal.untried, untried),
    ):
        for kind, many in counts.items():
            if many:
                yield f"{capitalised(_units(many, kind))}: {words}."
    free = sum(len(one.days) for one in appraisal.losses.free)
    if free:
        yield f"{count_of(free, 'day')} of people who could be away at no cost, each by itself."


def _units(many: int, kind: UnitKind) -> str:
    one, plural = UNIT_KINDS[kind]
    return count_of(many, one, plural)
