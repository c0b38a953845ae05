"""The pictures with a row for each scenario: what is shown of each, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from scheduler.domain.conference import ConferenceKind
from scheduler.domain.schedule import TIERS, TierName
from scheduler.whatif.comparison.results import Comparison, Outlook
from scheduler.whatif.pictures.bars import Bar, Bars, Look, Panel
from scheduler.wording import KIND_IN_WORDS, TIER_IN_WORDS, capitalised, count_of, in_a_row, number

MOST_ROWS = 40
MOST_PANELS = 16
PROVEN, UNKNOWN, NOTHING = "✓", "?", "–"
NO_SCHEDULE, NOT_SOLVED = "no schedule", "not solved"
PROOFS = (
    "✓: proven, no schedule can have less. ≥: not proven, but no schedule can have less than that. "
    "?: what comes before is not proven, so that nothing is certain of the least that this can be."
)


@dataclass(frozen=True)
class View:
    """A panel to be: its title, what it says of one schedule, and where a line crosses all rows."""

    title: str
    bar: Callable[[Outlook], Bar]
    line: float | None = None


def children(comparison: Comparison) -> Bars:
    """The children in time, late and not placed: of all conferences, and of each kind that some schedule has behind."""
    found = outlooks(comparison)
    kinds = [kind for kind in ConferenceKind if any(_children_of(outlook, kind)[0] for outlook in found)]
    behind = [kind for kind in kinds if any(_behind(outlook, kind) for outlook in found)]
    in_time = [KIND_IN_WORDS[kind] for kind in kinds if kind not in behind]
    views = [View("All children", partial(_in_time, tuple(ConferenceKind)))]
    views += [View(capitalised(KIND_IN_WORDS[kind]), partial(_in_time, (kind,))) for kind in behind]
    return _picture(
        comparison,
        "Children whose conference is in time",
        views,
        ((Look.SOLID, "in time"), (Look.HATCHED, "late"), (Look.EMPTY, "not placed")),
        notes=said_throughout(comparison, "In time", in_time),
    )


def _behind(outlook: Outlook, kind: ConferenceKind) -> bool:
    everyone, _, in_time = _children_of(outlook, kind)
    return in_time < everyone


def _children_of(outlook: Outlook, *kinds: ConferenceKind) -> tuple[int, int, int]:
    """The children of these kinds, those placed, and those placed in time."""
    found = [one for one in outlook.children if one.kind in kinds]
    return sum(one.children for one in found), sum(one.placed for one in found), sum(one.in_time for one in found)


def _in_time(kinds: Sequence[ConferenceKind], outlook: Outlook) -> Bar:
    everyone, placed, in_time = _children_of(outlook, *kinds)
    parts = ((in_time, Look.SOLID), (placed - in_time, Look.HATCHED), (everyone - placed, Look.EMPTY))
    return Bar(f"{number(in_time)} of {number(everyone)}", _some(parts))


def tiers(comparison: Comparison) -> Bars:
    """Each tier that isn't 0 in every schedule, or the first, with what is proven of it, against the base's."""
    base = comparison.base.outlook
    shown = [tier for tier in TIERS if any(value_of(outlook, tier) for outlook in outlooks(comparison))] or [TIERS[0]]
    zero = [TIER_IN_WORDS[tier] for tier in TIERS if tier not in shown]
    return _picture(
        comparison,
        "What matters most first (smaller is better)",
        [View(TIER_IN_WORDS[tier], partial(_tier, tier), None if base is None else value_of(base, tier)) for tier in shown],
        ((Look.SOLID, "certain"), (Look.HATCHED, "not proven: the least that there can be is anywhere in this part")),
        line="the base",
        notes=[PROOFS, *said_throughout(comparison, "0", zero)],
    )


def _tier(name: TierName, outlook: Outlook) -> Bar:
    tier = outlook.tiers[TIERS.index(name)]
    certain = tier.bound if _is_known(outlook, name) else 0
    return Bar(tier_text(outlook, name), _some(((certain, Look.SOLID), (tier.value - certain, Look.HATCHED))))


def tier_text(outlook: Outlook, name: TierName, between: str = " ") -> str:
    """A tier's value with the sign of what is proven of it: ``102 ✓``, ``110 (≥ 102)``, ``4,042 ?``."""
    tier = outlook.tiers[TIERS.index(name)]
    if not _is_known(outlook, name):
        return f"{number(tier.value)} {UNKNOWN}"
    return f"{number(tier.value)} {PROVEN}" if tier.proven else f"{number(tier.value)}{between}(≥ {number(tier.bound)})"


def value_of(outlook: Outlook, name: TierName) -> int:
    """A tier's value."""
    return outlook.tiers[TIERS.index(name)].value


def _is_known(outlook: Outlook, name: TierName) -> bool:
    """Whether every tier before it is proven, so that its bound holds for every schedule."""
    return all(tier.proven for tier in outlook.tiers[: TIERS.index(name)])


def caseloads(comparison: Comparison) -> Bars:
    """Each chair's children against the cap."""
    in_rows = outlooks(comparison, MOST_ROWS)
    labels = {load.chair: load.label for outlook in in_rows for load in outlook.caseloads}
    caps: dict[str, set[int]] = {chair: set() for chair in labels}
    for outlook in in_rows:
        for load in outlook.caseloads:
            caps[load.chair].add(load.cap)
    return _picture(
        comparison,
        f"Children of each {comparison.service.chair_title} against the cap",
        [View(f"{label}{_cap(caps[chair])}", partial(_caseload, chair)) for chair, label in labels.items()],
        ((Look.SOLID, "children"), (Look.HATCHED, "above the cap")),
        mark="the cap",
        alike=True,
        notes=[f"(+7): 7 children above the cap. {NOTHING}: not there."],
    )


def _caseload(chair: str, outlook: Outlook) -> Bar:
    load = next((load for load in outlook.caseloads if load.chair == chair), None)
    if load is None:
        return Bar(NOTHING)
    text = f"{number(load.after)} (+{number(load.above)})" if load.above else number(load.after)
    return Bar(text, _some(((load.after - load.above, Look.SOLID), (load.above, Look.HATCHED))), load.cap)


def _cap(caps: set[int]) -> str:
    """The words ``, cap 85`` or ``, cap 68 to 85``."""
    least, most = min(caps), max(caps)
    return f", cap {number(least)}" + (f" to {number(most)}" if least < most else "")


def rooms(comparison: Comparison) -> Bars:
    """How many of the starts that each room offers are used."""
    labels = {room.id: room.label for outlook in outlooks(comparison, MOST_ROWS) for room in outlook.rooms}
    return _picture(
        comparison,
        "Use of rooms",
        [View(label, partial(_room, room)) for room, label in labels.items()],
        ((Look.SOLID, "starts used"), (Look.EMPTY, "starts free")),
        alike=True,
        notes=[f"Of the starts that a room offers on the days on which it is open. {NOTHING}: not there."],
    )


def _room(identifier: str, outlook: Outlook) -> Bar:
    room = next((room for room in outlook.rooms if room.id == identifier), None)
    if room is None:
        return Bar(NOTHING)
    text = f"{number(room.used)} of {number(room.of)}" if room.of else "closed"
    return Bar(text, _some(((room.used, Look.SOLID), (room.of - room.used, Look.EMPTY))))


def outlooks(comparison: Comparison, most: int | None = None) -> list[Outlook]:
    """What is known of each scenario of which there is a schedule, the base first; of the first ``most`` rows only."""
    return [result.outlook for result in comparison.results[:most] if result.outlook is not None]


def said_throughout(comparison: Comparison, what: str, of: Sequence[str]) -> list[str]:
    """What is the same in every schedule, as a note; nothing of scenarios that have none, or that were not solved."""
    if not of or not outlooks(comparison):
        return []
    is_whole = not comparison.missing and all(result.outlook is not None for result in comparison.results)
    return [f"{what} {'everywhere' if is_whole else 'in every schedule found'}: {in_a_row(of)}."]


def _some(parts: Sequence[tuple[int, Look]]) -> tuple[tuple[int, Look], ...]:
    return tuple((amount, look) for amount, look in parts if amount > 0)


def _picture(
    comparison: Comparison, title: str, views: Sequence[View], looks: Sequence[tuple[Look, str]],
    *, notes: Sequence[str], mark: str = "", line: str = "", alike: bool = False,
) -> Bars:  # fmt: skip
    """A row for each result and each scenario that was not solved, and the panels, as far as they can be read.

    Without anything to show there is one panel yet, which says where there is no schedule.
    """
    views = views or [View("", lambda _: Bar(NOTHING))]
    results, missing = comparison.results[:MOST_ROWS], comparison.missing
    missing = missing[: MOST_ROWS - len(results)]
    rows_left = len(comparison.results) + len(comparison.missing) - len(results) - len(missing)
    panels_left = max(0, len(views) - MOST_PANELS)
    left = [count_of(rows_left, "more scenario")] * bool(rows_left) + [count_of(panels_left, "more column")] * bool(panels_left)

    def bars(view: View) -> Iterator[Bar]:
        yield from (Bar(NO_SCHEDULE) if result.outlook is None else view.bar(result.outlook) for result in results)
        yield from (Bar(NOT_SOLVED) for _ in missing)

    return Bars(
        title=f"{comparison.heading}. {title}",
        names=(*(result.name for result in results), *missing),
        panels=tuple(Panel(view.title, tuple(bars(view)), view.line) for view in views[:MOST_PANELS]),
        looks=tuple(looks),
        mark=mark,
        line=line,
        alike=alike,
        note=" ".join([*notes, *([f"In the tables, not here: {in_a_row(left)}."] if left else [])]),
    )
