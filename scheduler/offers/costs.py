"""The cost of an offer rule by rule, in words: what the check measures with it, less what it measures without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, TierName, Violation
from scheduler.offers.results import OfferCost
from scheduler.rules import PREFERENCE_RULES, TIER_RULES
from scheduler.wording import capitalised, count_of, date_in_words, in_a_row

Units = Mapping[str, Sequence[Violation]]
ON_ABSENCE = ("unplaced", "hold_missing")
"""The rules whose units are conferences and held slots without a booking."""


def units_of(problem: Problem, bookings: Sequence[Booking], changed: Sequence[Booking] | None = None) -> Units:
    """Return the units of each tier and preference, by the rule's name.

    With ``changed``, count only bookings that may share a unit with one of these: bookings of the same chair or start.
    """
    whole = Schedule(bookings=tuple(bookings))
    near = whole
    if changed is not None:
        chairs, starts = {one.chair for one in changed}, {one.start for one in changed}
        near = Schedule(bookings=tuple(one for one in bookings if one.chair in chairs or one.start in starts))
    return {rule.name: rule.check(problem, whole if rule.name in ON_ABSENCE else near) for rule in TIER_RULES + PREFERENCE_RULES}


def changes_of_tiers(problem: Problem, before: Units, after: Units) -> dict[TierName, int]:
    """Return by how much each tier rises."""
    units = {rule.name: _sum(after[rule.name]) - _sum(before[rule.name]) for rule in TIER_RULES + PREFERENCE_RULES}
    changes: dict[TierName, int] = {rule.tier: units[rule.name] for rule in TIER_RULES if rule.tier is not None}
    changes["preferences"] = sum(problem.policy.weight(rule.name) * units[rule.name] for rule in PREFERENCE_RULES)
    return changes


def costs_in_words(problem: Problem, conference: str, before: Units, after: Units) -> Iterator[OfferCost]:
    """Yield the difference in each rule's cost with the offer, in the contract's order.

    T1 is left out: that the conference has a booking is no cost.
    """
    for rule in TIER_RULES + PREFERENCE_RULES:
        units = _sum(after[rule.name]) - _sum(before[rule.name])
        amount = units * (problem.policy.weight(rule.name) if rule.name in PREFERENCE_NAMES else 1)
        if amount == 0 or rule.tier == "unplaced":
            continue
        if rule.name == "hold_missing" and amount > 0:
            text = _holds_in_words(problem, before[rule.name], after[rule.name])
        elif amount < 0:
            text = " ".join(f"No longer: {gone}" for gone in _texts(before[rule.name], after[rule.name]))
        else:
            text = " ".join(_about(conference, added) for added in _texts(after[rule.name], before[rule.name]))
        yield OfferCost(rule=rule.name, amount=amount, text=text or rule.says(problem.policy))


def _sum(units: Sequence[Violation]) -> int:
    return sum(unit.amount for unit in units)


def _texts(units: Sequence[Violation], others: Sequence[Violation]) -> list[str]:
    """Return the texts of the units that are not among the others."""
    more = Counter(unit.text for unit in units) - Counter(unit.text for unit in others)
    return list(more.elements())


def _about(conference: str, text: str) -> str:
    """Return a unit's text with "It" for the conference that it begins with."""
    begins = any(text.startswith(f"{conference}{after}") for after in (" ", ","))
    return f"It{text.removeprefix(conference)}" if begins else text


def _holds_in_words(problem: Problem, before: Sequence[Violation], after: Sequence[Violation]) -> str:
    """Return which slots kept free the offer uses, and whether one is the last of its site and week."""
    missing = {unit.subject for unit in after}
    used = [slot for slot in problem.held_slots if slot.id in missing - {unit.subject for unit in before}]
    groups = dict.fromkeys((slot.site, slot.monday) for slot in used)
    texts: list[str] = []
    for site, monday in groups:
        taken = [slot for slot in used if (slot.site, slot.monday) == (site, monday)]
        is_left = any((slot.site, slot.monday) == (site, monday) and slot.id not in missing for slot in problem.held_slots)
        number = count_of(len(taken), "slot")
        one, several = ("a slot", number) if is_left else ("the last slot", f"the last {number}")
        which = one if len(taken) == 1 else several
        texts.append(f"{which} kept free at {problem.site_by_id[site].label} in the week from {date_in_words(monday)}")
    return f"{capitalised('it uses ' + in_a_row(texts))}."
