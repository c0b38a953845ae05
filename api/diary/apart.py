"""Pairs kept apart: each side is a conference or a family, and covers all conferences of that family."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, product

from sqlalchemy import Connection

from api.actor import NOBODY
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent
from api.diary.families import Families, FamilyKey
from api.diary.references import alike_conferences, alike_families, clear_hint, conferences_of, families_of
from scheduler.domain.faults import Fault
from scheduler.domain.identifiers import alike, shown
from scheduler.domain.values import Pair

_MOST_OF_A_ROOT = 180


def pairs_between(
    connection: Connection, pairs: Sequence[Pair], names: Sequence[str], new: Mapping[str, str | None] | None = None
) -> list[Pair]:
    """Return the pairs between the conferences in ``names``; ``new`` has the families of those that are not stored yet.

    A side that is no reference of a conference or family counts as the conference that it is alike, so that a pair that was
    entered before references were checked still keeps the two apart.
    """
    near = _near(connection, pairs, names, new) if pairs and names else []
    if not near:
        return []
    families = Families(connection, {*names, *(side for pair in near for side in pair)}, new)
    members: dict[FamilyKey, list[str]] = {}
    for name in names:
        for key in families.of(name):
            members.setdefault(key, []).append(name)

    def on_side(side: str) -> list[str]:
        keys = families.of(side) or families.of_alike(side)
        return list(dict.fromkeys(name for key in sorted(keys) for name in members.get(key, ())))

    result: dict[Pair, None] = {}
    for one, other in near:
        for first, second in product(on_side(one), on_side(other)):
            if first != second and (second, first) not in result:
                result[first, second] = None
    return [pair for pair in result if families.of(pair[0]) != families.of(pair[1])]


def _near(
    connection: Connection, pairs: Sequence[Pair], names: Sequence[str], new: Mapping[str, str | None] | None
) -> list[Pair]:
    """Return the pairs of which each side is alike to a family of ``names``, or to a conference of such a family.

    Only these can keep two of ``names`` apart. A diary has many others, whose families need not be read.
    """
    own = Families(connection, names, new)
    whole = Families(connection, {*names, *own.forms}, new) if own.forms else own
    forms = {*map(alike, whole.conferences), *whole.forms}
    return [pair for pair in pairs if all(alike(side) in forms for side in pair)]


def kept_apart(
    connection: Connection, pairs: Sequence[Pair], stored: Sequence[Pair], new: Mapping[str, str | None] | None = None
) -> list[Pair]:
    """Return those of the pairs whose families the ``stored`` pairs keep apart; ``new`` has the families as they will be."""
    families = Families(connection, _sides(pairs) | _sides(stored), new)

    def keys(pair: Pair) -> set[frozenset[tuple[str, str]]]:
        return {frozenset(both) for both in product(families.of(pair[0]), families.of(pair[1]))}

    present = {key for pair in stored for key in keys(pair)}
    return [pair for pair in pairs if keys(pair) & present]


def faults_of_pairs(connection: Connection, pairs: Sequence[Pair], before: Sequence[Pair]) -> Iterator[Fault]:
    """Yield the faults of each pair that was not stored ``before``, by its position."""
    added = {n: pair for n, pair in enumerate(pairs) if pair not in before}
    families = Families(connection, _sides(added.values()))
    for n, pair in added.items():
        unknown = [m for m in (0, 1) if not families.of(pair[m])]
        for m in unknown:
            hint = clear_hint(pair[m], {*conferences_of(connection), *families_of(connection)})
            yield Fault((n, m), f"there is no conference and no family {shown(pair[m])}.{hint} Enter the reference of one.")
        if not unknown and families.of(pair[0]) == families.of(pair[1]):
            yield Fault((n,), f"{shown(pair[0])} and {shown(pair[1])} belong to one family. Enter two families.")


def name_families(connection: Connection, pairs: Sequence[Pair], now: dt.datetime) -> None:
    """Give the conferences of each pair a family if they have none, so that later conferences of it are kept apart too."""
    for side in _sides(pairs):
        families = Families(connection, [side])
        stored = conferences.find(connection, side)
        if stored is None or families.of(side) != {("chain", families.root(side))}:
            continue
        family = _free_family(connection, families.root(side))
        for one in conferences.chain(connection, stored):
            conferences.change(connection, one.value.model_copy(update={"family": family}), now)
            before, due = {"family": one.value.family}, one.due.isoformat()
            event = ConferenceEvent.CHANGED
            conferences.record_event(connection, one.value.id, event, now, NOBODY, before=before, due_before=due)


def _sides(pairs: Iterable[Pair]) -> set[str]:
    return {side for pair in pairs for side in pair}


def _free_family(connection: Connection, root: str) -> str:
    """Return a reference for the family of a chain that is alike to no other."""
    name = f"F-{root[:_MOST_OF_A_ROOT]}"
    names = chain([name], (f"{name}-{n}" for n in count(2)))
    return next(one for one in names if not alike_conferences(connection, one) and not alike_families(connection, one))
