"""The bar charts of a comparison: children, tiers, caseloads and rooms, with a row for each scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from scheduler.domain.conference import ConferenceKind
from scheduler.domain.schedule import TIERS, TierName
from scheduler.whatif.comparison.results import Comparison, Outlook
from scheduler.whatif.pictures.bars import Bar, Bars, Look, Panel
from scheduler.wording import KIND_IN_WORDS, TIER_IN_WORDS, capitalised, count_of, in_a_row, number

MAX_ROWS = 40
MAX_PANELS = 16
PROVEN, UNKNOWN, NOTHING, GONE = "✓", "?", "–", "gone"
NO_SCHEDULE, NOT_SOLVED = "no schedule", "not solved"
PROOFS = (
    "✓: proven, no schedule can have less. ≥: not proven, but no schedule can have less than that. "
    "?: what comes before is not proven, so that nothing is certain of the least that this can be."
)


@dataclass(frozen=True)
class View:
    """The recipe of a panel: its title, the bar for a schedule, and the position of a line across all rows."""

    title: str
    bar: Callable[[Outlook], Bar]
    line: float | None = None


def children(comparison: Comparison) -> Bars:
    """Return the children in time, late and not placed: of all conferences, and of each kind not always in time."""
    shown = outlooks(comparison)
    kinds = [kind for kind in ConferenceKind if any(_children_of(outlook, kind)[0] for outlook in shown)]
    behind = [kind for kind in kinds if any(_is_behind(outlook, kind) for outlook in shown)]
    in_time = [KIND_IN_WORDS[kind] for kind in kinds if kind not in behind]
    views = [View("All children", partial(_in_time, tuple(ConferenceKind)))]
    views += [View(capitalised(KIND_IN_WORDS[kind]), partial(_in_time, (kind,))) for kind in behind]
    return _picture(
        comparison,
        "Children whose conference is in time",
        views,
        ((Look.SOLID, "in time"), (Look.HATCHED, "late"), (Look.EMPTY, "not placed")),
        notes=uniform_note(comparison, "In time", in_time),
    )


def _is_behind(outlook: Outlook, kind: ConferenceKind) -> bool:
    everyone, _, in_time = _children_of(outlook, kind)
    return in_time < everyone


def _children_of(outlook: Outlook, *kinds: ConferenceKind) -> tuple[int, int, int]:
    """Return the children of these kinds: all, placed, and placed in time."""
    counts = [one for one in outlook.children if one.kind in kinds]
    return sum(one.children for one in counts), sum(one.placed for one in counts), sum(one.in_time for one in counts)


def _in_time(kinds: Sequence[ConferenceKind], outlook: Outlook) -> Bar:
    everyone, placed, in_time = _children_of(outlook, *kinds)
    parts = ((in_time, Look.SOLID), (placed - in_time, Look.HATCHED), (everyone - placed, Look.EMPTY))
    return Bar(f"{number(in_time)} of {number(everyone)}", _some(parts))


def tiers(comparison: Comparison) -> Bars:
    """Return each tier that isn't 0 in every schedule with its proof, and the first tier if all are 0."""
    base = comparison.base.outlook
    shown, zero = split_tiers(comparison)
    if not shown:
        shown, zero = zero[:1], zero[1:]
    return _picture(
        comparison,
        "What matters most first (smaller is better)",
        [View(TIER_IN_WORDS[tier], partial(_tier, tier), None if base is None else value_of(base, tier)) for tier in shown],
        ((Look.SOLID, "certain"), (Look.HATCHED, "not proven: the least that there can be is anywhere in this part")),
        line="the base",
        notes=[PROOFS, *uniform_note(comparison, "0", [TIER_IN_WORDS[tier] for tier in zero])],
    )


def split_tiers(comparison: Comparison) -> tuple[list[TierName], list[TierName]]:
    """Return the tiers that aren't 0 in every schedule, and the tiers that are."""
    nonzero = [tier for tier in TIERS if any(value_of(outlook, tier) for outlook in outlooks(comparison))]
    return nonzero, [tier for tier in TIERS if tier not in nonzero]


def _tier(name: TierName, outlook: Outlook) -> Bar:
    tier = outlook.tiers[TIERS.index(name)]
    certain = tier.bound if _has_valid_bound(outlook, name) else 0
    return Bar(tier_text(outlook, name), _some(((certain, Look.SOLID), (tier.value - certain, Look.HATCHED))))


def tier_text(outlook: Outlook, name: TierName, between: str = " ") -> str:
    """Return a tier's value with the sign of its proof: ``102 ✓``, ``110 (≥ 102)``, ``4,042 ?``."""
    tier = outlook.tiers[TIERS.index(name)]
    if not _has_valid_bound(outlook, name):
        return f"{number(tier.value)} {UNKNOWN}"
    return f"{number(tier.value)} {PROVEN}" if tier.proven else f"{number(tier.value)}{between}(≥ {number(tier.bound)})"


def value_of(outlook: Outlook, name: TierName) -> int:
    """Return a tier's value."""
    return outlook.tiers[TIERS.index(name)].value


def _has_valid_bound(outlook: Outlook, name: TierName) -> bool:
    """True if every earlier tier is proven, so that the bound holds for every schedule."""
    return all(tier.proven for tier in outlook.tiers[: TIERS.index(name)])


def caseloads(comparison: Comparison) -> Bars:
    """Return the children without a chair, if there are any, and each chair's children against the cap."""
    in_rows = outlooks(comparison, MAX_ROWS)
    has_gone = any(load.gone for outlook in in_rows for load in outlook.caseloads)
    labels = {load.chair: load.label for outlook in in_rows for load in outlook.caseloads}
    caps: dict[str, set[int]] = {chair: set() for chair in labels}
    for outlook in in_rows:
        for load in outlook.caseloads:
            caps[load.chair].update([load.cap] if load.gone is None else [])
    views = [View("Children without a chair", _without_chair)] * has_gone
    views += [View(f"{label}{_cap(caps[chair])}", partial(_caseload, chair)) for chair, label in labels.items()]
    gone = (
        f" {GONE}: not in post after the plan; the children have no {comparison.service.chair_title} until they are handed over."
    )
    return _picture(
        comparison,
        f"Children of each {comparison.service.chair_title} against the cap",
        views,
        ((Look.SOLID, "children"), (Look.HATCHED, "above the cap"), *[(Look.EMPTY, "without a chair")] * has_gone),
        mark="the cap",
        alike=True,
        notes=[f"(+7): 7 children above the cap. {NOTHING}: not there.{gone * has_gone}"],
    )


def _caseload(chair: str, outlook: Outlook) -> Bar:
    load = next((load for load in outlook.caseloads if load.chair == chair), None)
    if load is None:
        return Bar(NOTHING)
    if load.gone is not None:
        return Bar(GONE)
    text = f"{number(load.after)} (+{number(load.above)})" if load.above else number(load.after)
    return Bar(text, _some(((load.after - load.above, Look.SOLID), (load.above, Look.HATCHED))), load.cap)


def _without_chair(outlook: Outlook) -> Bar:
    children = outlook.children_without_chair
    return Bar(number(children), _some(((children, Look.EMPTY),)))


def _cap(caps: set[int]) -> str:
    """Return ``, cap 85`` or ``, cap 68 to 85``; empty without a cap."""
    if not caps:
        return ""
    lowest, highest = min(caps), max(caps)
    return f", cap {number(lowest)}" + (f" to {number(highest)}" if lowest < highest else "")


def rooms(comparison: Comparison) -> Bars:
    """Return how many of each room's starts are used."""
    labels = {room.id: room.label for outlook in outlooks(comparison, MAX_ROWS) for room in outlook.rooms}
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


def outlooks(comparison: Comparison, limit: int | None = None) -> list[Outlook]:
    """Return the outlook of each scenario with a schedule, the base first, from at most the first ``limit`` results."""
    return [result.outlook for result in comparison.results[:limit] if result.outlook is not None]


def uniform_note(comparison: Comparison, what: str, of: Sequence[str]) -> list[str]:
    """Return a note that ``what`` is true of these in every schedule, or in every schedule found if some are missing."""
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
    """Return a picture with a row for each result and each unsolved scenario, up to `MAX_ROWS` rows and `MAX_PANELS` panels.

    If there are no views, one panel still shows which scenarios have no schedule.
    """
    views = views or [View("", lambda _: Bar(NOTHING))]
    results, missing = comparison.results[:MAX_ROWS], comparison.missing
    missing = missing[: MAX_ROWS - len(results)]
    rows_left = len(comparison.results) + len(comparison.missing) - len(results) - len(missing)
    panels_left = max(0, len(views) - MAX_PANELS)
    omitted = [count_of(rows_left, "more scenario")] * bool(rows_left)
    omitted += [count_of(panels_left, "more column")] * bool(panels_left)

    def bars(view: View) -> Iterator[Bar]:
        yield from (Bar(NO_SCHEDULE) if result.outlook is None else view.bar(result.outlook) for result in results)
        yield from (Bar(NOT_SOLVED) for _ in missing)

    return Bars(
        title=f"{comparison.heading}. {title}",
        names=(*(result.name for result in results), *missing),
        panels=tuple(Panel(view.title, tuple(bars(view)), view.line) for view in views[:MAX_PANELS]),
        looks=tuple(looks),
        mark=mark,
        line=line,
        alike=alike,
        note=" ".join([*notes, *([f"In the tables, not here: {in_a_row(omitted)}."] if omitted else [])]),
    )
