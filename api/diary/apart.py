"""Pairs kept apart: each side is a conference or a family, and covers all conferences of that family."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from sqlalchemy import Connection, select

from api.actor import NOBODY
from api.database.tables import conferences as conferences_table
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent
from api.diary.references import clear_hint
from scheduler.domain.faults import Fault
from scheduler.domain.identifiers import alike, shown
from scheduler.domain.values import Pair

_MOST_OF_A_ROOT = 180


class Families:
    """The conferences of each family: those that name it or an alike one, and those of one chain of reviews.

    ``new`` are the families of conferences that are not stored yet, by conference.
    """

    def __init__(self, connection: Connection, new: Mapping[str, str | None] | None = None) -> None:
        family = conferences_table.c.value["family"].as_string().label("family")
        rows = connection.execute(select(conferences_table.c.id, conferences_table.c.follows, family)).all()
        self._follows: dict[str, str | None] = {row.id: row.follows for row in rows}
        self._named: dict[str, str | None] = {row.id: row.family for row in rows}
        for name, family_ in (new or {}).items():
            self._follows.setdefault(name, None)
            self._named[name] = family_ or self._named.get(name)
        self._of_root: dict[str, dict[str, str]] = {}
        for name, family_ in self._named.items():
            if family_ is not None:
                self._of_root.setdefault(self.root(name), {}).setdefault(alike(family_), family_)
        self.names = {name for name in self._named.values() if name is not None}
        self.forms = {alike(name) for name in self.names}
        """The families in their form for comparison."""

    @property
    def conferences(self) -> Iterable[str]:
        """Return the ids of all conferences."""
        return self._follows.keys()

    def root(self, conference: str) -> str:
        """Return the first conference of a conference's chain."""
        while (before := self._follows.get(conference)) is not None:
            conference = before
        return conference

    def of(self, side: str) -> frozenset[tuple[str, str]]:
        """Return the keys of the family of one side of a pair: none if there is no such conference or family.

        A chain whose conferences name several families, as after a correction, has the key of each.
        """
        if side in self._follows:
            root = self.root(side)
            return frozenset(("family", form) for form in self._of_root.get(root, ())) or frozenset({("chain", root)})
        return frozenset({("family", alike(side))}) if alike(side) in self.forms else frozenset()


def pairs_between(
    connection: Connection, pairs: Sequence[Pair], names: Sequence[str], new: Mapping[str, str | None] | None = None
) -> list[Pair]:
    """Return the pairs between the conferences in ``names``; ``new`` has the families of those that are not stored yet.

    A side that is no reference of a conference or family counts as the conference that it is alike, so that a pair that was
    entered before references were checked still keeps the two apart.
    """
    if not pairs or not names:
        return []
    families = Families(connection, new)
    members: dict[tuple[str, str], list[str]] = {}
    for name in names:
        for key in families.of(name):
            members.setdefault(key, []).append(name)
    by_form = {alike(name): name for name in families.conferences}

    def on_side(side: str) -> list[str]:
        keys = families.of(side) or families.of(by_form.get(alike(side), ""))
        return list(dict.fromkeys(name for key in sorted(keys) for name in members.get(key, ())))

    result: dict[Pair, None] = {}
    for one, other in pairs:
        for first, second in product(on_side(one), on_side(other)):
            if first != second and (second, first) not in result:
                result[first, second] = None
    return [pair for pair in result if families.of(pair[0]) != families.of(pair[1])]


def kept_apart(
    connection: Connection, pairs: Sequence[Pair], stored: Sequence[Pair], new: Mapping[str, str | None] | None = None
) -> list[Pair]:
    """Return those of the pairs whose families the ``stored`` pairs keep apart; ``new`` has the families as they will be."""
    families = Families(connection, new)

    def keys(pair: Pair) -> set[frozenset[tuple[str, str]]]:
        return {frozenset(both) for both in product(families.of(pair[0]), families.of(pair[1]))}

    present = {key for pair in stored for key in keys(pair)}
    return [pair for pair in pairs if keys(pair) & present]


def faults_of_pairs(connection: Connection, pairs: Sequence[Pair], before: Sequence[Pair]) -> Iterator[Fault]:
    """Yield the faults of each pair that was not stored ``before``, by its position."""
    families = Families(connection)
    known = {*families.conferences, *families.names}
    for n, pair in enumerate(pairs):
        if pair in before:
            continue
        unknown = [m for m in (0, 1) if not families.of(pair[m])]
        for m in unknown:
            hint = clear_hint(pair[m], known)
            yield Fault((n, m), f"there is no conference and no family {shown(pair[m])}.{hint} Enter the reference of one.")
        if not unknown and families.of(pair[0]) == families.of(pair[1]):
            yield Fault((n,), f"{shown(pair[0])} and {shown(pair[1])} belong to one family. Enter two families.")


def name_families(connection: Connection, pairs: Sequence[Pair], now: dt.datetime) -> None:
    """Give the conferences of each pair a family if they have none, so that later conferences of it are kept apart too."""
    for side in {side for pair in pairs for side in pair}:
        families = Families(connection)
        stored = conferences.find(connection, side)
        if stored is None or families.of(side) != {("chain", families.root(side))}:
            continue
        family = _free_family(families, families.root(side))
        for one in conferences.chain(connection, stored):
            conferences.change(connection, one.value.model_copy(update={"family": family}), now)
            before, due = {"family": one.value.family}, one.due.isoformat()
            event = ConferenceEvent.CHANGED
            conferences.record_event(connection, one.value.id, event, now, NOBODY, before=before, due_before=due)


def _free_family(families: Families, root: str) -> str:
    name, taken = f"F-{root[:_MOST_OF_A_ROOT]}", {*map(alike, families.conferences), *families.forms}
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, len(taken) + 3))) if alike(one) not in taken)
