"""Importing sites, rooms, people and holds, field by field. Items are matched by id, holds by site and week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from api.diary.registers import queries as registers
from api.diary.registers.queries import NamedHold, Register
from api.exchange import queries
from api.exchange.answers import Changes
from api.exchange.importing import Importing
from api.exchange.merging import Fields, all_fields, given_fields, merge, validated
from scheduler.domain.identifiers import alike
from scheduler.domain.people import Chair
from scheduler.domain.values import Value, monday_of


def bring_in_register(importing: Importing, register: Register[Any], values: Iterable[Value]) -> Changes:
    """Import the items of a register."""
    kind = register.table.name
    present = {value.id: value for value in registers.values(importing.connection, register)}
    changed_at = queries.changed_at(importing.connection, register.table)
    known_ids = {alike(known): known for known in present}
    changes = Changes()
    for n, given in enumerate(values):
        value = _without_weeks(given)
        identifier = value.id
        ours = present.get(identifier)
        if ours is None:
            if importing.is_new((kind, n), identifier, known_ids) and not importing.keeps_out(
                kind, identifier, all_fields(value)
            ):
                changes.added.append(identifier)
                registers.add(importing.connection, register, identifier, value, importing.now)
                importing.agree(kind, identifier, all_fields(value))
            continue
        known = importing.knowledge(kind, identifier, changed_at[identifier])
        merged = merge(f"{kind}/{identifier}", all_fields(ours), given_fields(value), known, importing.confirmed)
        importing.note_merge(merged)
        importing.agree(kind, identifier, merged.agreed)
        if merged.changes:
            changes.changed.append(identifier)
            new = validated(register.model, merged.fields, (kind, n))
            registers.replace(importing.connection, register, identifier, new, importing.now)
        else:
            changes.unchanged += 1
    return changes


def _without_weeks(value: Any) -> Any:
    """Return a chair without the bookings beside a plan's days, which the diary has itself; any other item unchanged."""
    return value.model_copy(update={"beside": ()}) if isinstance(value, Chair) and value.beside else value


def bring_in_holds(importing: Importing) -> Changes:
    """Import holds. Those of a site and week change the diary's holds for it, one by one."""
    present: dict[tuple[str, dt.date], list[NamedHold]] = {}
    for hold in registers.values(importing.connection, registers.HOLDS):
        present.setdefault((hold.site, monday_of(hold.week)), []).append(hold)
    changed_at = queries.changed_at(importing.connection, registers.HOLDS.table)
    seen: dict[tuple[str, dt.date], int] = {}
    changes = Changes()
    for given in importing.problem.holds:
        week = given.site, monday_of(given.week)
        number = seen[week] = seen.get(week, 0) + 1
        name = f"{given.site} {week[1]} {number}"
        fields: Fields = {"count": given.count}
        if not present.get(week):
            if not importing.keeps_out("holds", name, all_fields(given)):
                hold = NamedHold(site=given.site, week=given.week, count=given.count)
                changes.added.append(hold.id)
                registers.add(importing.connection, registers.HOLDS, hold.id, hold, importing.now)
                importing.agree("holds", name, fields)
            continue
        ours = present[week].pop(0)
        known = importing.knowledge("holds", name, changed_at[ours.id])
        merged = merge(f"holds/{ours.id}", {"count": ours.count}, fields, known, importing.confirmed)
        importing.note_merge(merged)
        importing.agree("holds", name, merged.agreed)
        if merged.changes:
            changes.changed.append(ours.id)
            hold = ours.model_copy(update=merged.fields)
            registers.replace(importing.connection, registers.HOLDS, ours.id, hold, importing.now)
        else:
            changes.unchanged += 1
    return changes
