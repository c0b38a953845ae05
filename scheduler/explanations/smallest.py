"""The smallest set of facts that forbids slots, by minimum hitting sets of what has to be lifted (Ignatiev et al. 2015)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

Facts = frozenset[int]


def smallest_forbidding(forbid: Callable[[Facts], bool], number: int, enough: Facts, allowing: Iterable[Facts]) -> Facts:
    """Return the smallest of the sets of facts (positions below ``number``) that forbid the slots.

    Every such set contains one fact at least of each complement of a set that doesn't forbid them. So the smallest set that hits
    all complements known is no larger than the answer; it is the answer if it forbids them, and otherwise shows another
    complement. ``enough`` forbids them, and ``allowing`` are sets known not to. What ``forbid`` raises ends the search.
    """
    everything = frozenset(range(number))
    complements = [everything - one for one in allowing]
    while True:
        hitting = minimum_hitting_set(complements, len(enough) - 1)
        if hitting is None:
            return enough
        if forbid(hitting):
            return hitting
        complements.append(everything - grown(forbid, hitting, sorted(everything - hitting)))


def grown(forbid: Callable[[Facts], bool], allowing: Facts, others: Sequence[int]) -> Facts:
    """Return the set with as many of the other facts as it can have without forbidding the slots; blocks are tried first."""
    if not others:
        return allowing
    if not forbid(allowing | frozenset(others)):
        return allowing | frozenset(others)
    if len(others) == 1:
        return allowing
    half = len(others) // 2
    return grown(forbid, grown(forbid, allowing, others[:half]), others[half:])


def minimum_hitting_set(sets: Iterable[Facts], most: int) -> Facts | None:
    """Return a smallest set that has a member of each of these, or None if it needs more than ``most``."""
    smallest = sorted(_without_supersets(sets), key=lambda one: (len(one), sorted(one)))
    for size in range(most + 1):
        found = _hitting(smallest, frozenset(), size)
        if found is not None:
            return found
    return None


def _without_supersets(sets: Iterable[Facts]) -> list[Facts]:
    kept: list[Facts] = []
    for one in sorted(set(sets), key=len):
        if not any(other <= one for other in kept):
            kept.append(one)
    return kept


def _hitting(sets: Sequence[Facts], chosen: Facts, left: int) -> Facts | None:
    """Return the chosen facts with at most ``left`` more, so that all sets are hit; None if that is impossible."""
    missed = [one for one in sets if not one & chosen]
    if not missed:
        return chosen
    if left < _number_of_disjoint(missed):
        return None
    for fact in sorted(missed[0]):
        found = _hitting(missed, chosen | {fact}, left - 1)
        if found is not None:
            return found
    return None


def _number_of_disjoint(sets: Iterable[Facts]) -> int:
    """Return how many disjoint sets are found one after the other: each needs a fact of its own."""
    used: Facts = frozenset()
    number = 0
    for one in sets:
        if not one & used:
            used |= one
            number += 1
    return number
