"""Which conferences are of one family: those that name it or an alike one, and those of one chain of reviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from api.database.tables import conferences as table
from scheduler.domain.identifiers import alike

FamilyKey = tuple[str, str]
"""A family by its reference in the form for comparison, or by the first conference of a chain that names no family."""


class Families:
    """The families of some ``references`` of conferences and families, and of those alike to them, with their whole chains.

    ``new`` are the families of conferences that are not stored yet, by conference.
    """

    def __init__(self, connection: Connection, references: Iterable[str], new: Mapping[str, str | None] | None = None) -> None:
        new = new or {}
        forms = {alike(reference) for reference in (*references, *new)}
        rows = _with_chains(connection, table.c.id_form.in_(forms) | table.c.family_form.in_(forms))
        self._follows: dict[str, str | None] = {row.id: row.follows for row in rows}
        named: dict[str, str | None] = {row.id: row.family_form for row in rows}
        for name, family in new.items():
            self._follows.setdefault(name, None)
            named[name] = alike(family) if family else named.get(name)
        self._of_root: dict[str, set[str]] = {}
        for name, form in named.items():
            if form is not None:
                self._of_root.setdefault(self.root(name), set()).add(form)
        self._by_form = {alike(name): name for name in self._follows}
        self.forms = frozenset(form for form in named.values() if form is not None)
        """The families in their form for comparison."""

    @property
    def conferences(self) -> Iterable[str]:
        """Return the ids of the conferences."""
        return self._follows.keys()

    def root(self, conference: str) -> str:
        """Return the first conference of a conference's chain."""
        while (before := self._follows.get(conference)) is not None:
            conference = before
        return conference

    def of(self, reference: str) -> frozenset[FamilyKey]:
        """Return the keys of the family of a reference: none if there is no such conference or family.

        A chain whose conferences name several families, as after a correction, has the key of each.
        """
        if reference in self._follows:
            root = self.root(reference)
            return frozenset(("family", form) for form in self._of_root.get(root, ())) or frozenset({("chain", root)})
        return frozenset({("family", alike(reference))}) if alike(reference) in self.forms else frozenset()

    def of_alike(self, reference: str) -> frozenset[FamilyKey]:
        """Return the keys of the family of the conference that is alike to a reference: none if there is none."""
        return self.of(self._by_form.get(alike(reference), ""))


def _with_chains(connection: Connection, condition: ColumnElement[bool]) -> list[Row[Any]]:
    """Return the conferences that meet a condition and all others of their chains, by position."""
    up = select(table.c.id, table.c.follows).where(condition).cte("up", recursive=True)
    up = up.union(select(table.c.id, table.c.follows).join(up, table.c.id == up.c.follows))
    down = select(up.c.id).cte("down", recursive=True)
    down = down.union(select(table.c.id).join(down, table.c.follows == down.c.id))
    columns = table.c.id, table.c.follows, table.c.family_form
    return list(connection.execute(select(*columns).where(table.c.id.in_(select(down.c.id))).order_by(table.c.position)))
