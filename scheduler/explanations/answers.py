"""Answers in at most three short sentences."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.domain.problem import Problem
from scheduler.explanations.conflict import FactConflict
from scheduler.explanations.costs import Cost, Diary, booking_of
from scheduler.explanations.results import NamedFact
from scheduler.explanations.target import Target
from scheduler.offers.results import Cure, OfferCost
from scheduler.rules import RULES
from scheduler.wording import agree, count_of, in_a_row, moment_in_words, number

MOST_NAMED = 3
"""Facts, bookings or rules that a sentence names; the lists of the answer have all of them."""


def impossible_in_words(problem: Problem, target: Target, conflict: FactConflict, cures: Sequence[Cure]) -> str:
    """Return what forbids the slots, and the cheapest cure."""
    first = f"{target.conference} can't be held{target.in_words(problem)}."
    why = _in_a_sentence([fact.text for fact in conflict.facts])
    if not conflict.minimal:
        return f"{first} It was not found out in time which of {count_of(len(conflict.facts), 'fact')} forbid it."
    if cures:
        return f"{first} {why} {cure_in_words(cures[0])}"
    if conflict.also:
        return f"{first} {why} Even without that: {_in_a_sentence([fact.text for fact in conflict.also], 1)}"
    return f"{first} {why}"


def already_in_words(problem: Problem, target: Target, broken: Sequence[str]) -> str:
    """Return that the conference is booked in the slot, and which rules it breaks there."""
    first = f"{target.conference} is booked{target.in_words(problem)} already"
    if not broken:
        return f"{first}."
    return f"{first}, and breaks {agree(len(broken), 'a rule', 'rules')} there. {_in_a_sentence(broken)}"


def _in_a_sentence(texts: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return several sentences as one, with only the first ones of many."""
    named = [text.removesuffix(".") for text in texts[:most]]
    more = len(texts) - len(named)
    return "; ".join([*named, *([f"and {number(more)} more"] if more else [])]) + "."


def cure_in_words(cure: Cure, then: str = "It would be possible") -> str:
    """Return a cure as one sentence, such as "It would be in time if: Room 1 is open on Friday 4 December 2026."."""
    return f"{then} if: {'; '.join(cure.text.removesuffix('.').split('. '))}."


def binding_facts_in_words(conflict: FactConflict) -> str:
    """Return the facts of a conflict as one sentence."""
    if not conflict.minimal:
        return f"It was not found out in time which of {count_of(len(conflict.facts), 'fact')} are the reason."
    return _in_a_sentence([fact.text for fact in conflict.facts])


def possible_in_words(diary: Diary, target: Target, cost: Cost, costs: Sequence[OfferCost], cures: Sequence[Cure]) -> str:
    """Return that a slot is possible and which bookings move, what it costs, and whether this is proven to be the least."""
    first = f"{target.conference} can be held {_best_in_words(diary, target, cost)}."
    second = _costs_in_words(costs)
    if cures:
        return f"{first} {second} {cure_in_words(cures[0], 'Nobody would lose a booking')}"
    what = "slot for which nobody moves" if diary.is_kept and not cost.moves and not cost.unbooked else "schedule with it"
    third = f"No {what} costs less (proven)." if cost.proven else "That no schedule with it costs less is not proven."
    return f"{first} {second} {third}"


def alternative_in_words(diary: Diary, otherwise: str, target: Target, cost: Cost, costs: Sequence[OfferCost]) -> str:
    """Return the best slot of a target with what it costs, as one sentence."""
    changes = _costs_in_words(costs).removeprefix("What changes: ").removesuffix(".")
    slot = f"The best slot {otherwise}".rstrip()
    return f"{slot} is {_best_in_words(diary, target, cost)}: {changes[:1].lower() + changes[1:]}."


def _best_in_words(diary: Diary, target: Target, cost: Cost) -> str:
    """Return the slot of the best schedule, and whose booking moves or is lost for it."""
    booking = booking_of(cost.schedule, target.conference)
    assert booking is not None
    place = f" in {diary.problem.room_by_id[booking.room].label}" if booking.room is not None else " virtually"
    when = f"on {moment_in_words(booking.start)}{place}, chaired by {diary.problem.chair_by_id[booking.chair].label}"
    moved = [one.conference for one in cost.moves]
    without = [f"{_named(cost.unbooked)} {agree(len(cost.unbooked), 'loses its', 'lose their')} booking"] if cost.unbooked else []
    moving = [f"{_named(moved)} {agree(len(moved), 'moves', 'move')}"] if moved else []
    others = in_a_row([*without, *moving])
    return f"{when}, {f'if {others}' if others else 'and nobody else moves'}"


def _named(names: Sequence[str]) -> str:
    """Return the names, or the first ones of many."""
    more = len(names) - MOST_NAMED
    return in_a_row(list(names)) if more <= 0 else f"{', '.join(names[:MOST_NAMED])} and {number(more)} more"


def _costs_in_words(costs: Sequence[OfferCost]) -> str:
    """Return what differs rule by rule, the greatest amounts first within the order of the tiers."""
    if not costs:
        return "It costs nothing."
    titles = {rule.name: rule.title for rule in RULES}
    parts = [f"{titles[cost.rule].lower()} {cost.amount:+}" for cost in costs]
    more = len(parts) - 2 * MOST_NAMED
    named = parts if more <= 0 else [*parts[: 2 * MOST_NAMED], f"{number(more)} more"]
    return f"What changes: {in_a_row(named)}."


def unbooked_facts(cost: Cost) -> tuple[NamedFact, ...]:
    """Return the conferences that would lose their booking."""
    return tuple(NamedFact(rule="unplaced", subject=name, text=f"{name} would have no booking.") for name in cost.unbooked)
