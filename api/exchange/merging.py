"""Merging an item of a file into the diary's, field by field. Pure functions on the contract's JSON.

A field that the file does not give stays as it is. A given value replaces the diary's unless the diary's is newer, or may be:
that is a conflict, which somebody has to confirm. Lists of days, times and pairs are united: an import removes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from api.exchange.answers import FieldChange
from scheduler.domain.faults import InputError, Place, faults_of
from scheduler.domain.values import Value

Json = Any
V = TypeVar("V", bound=Value)
Fields = dict[str, Json]
UNITED = frozenset({"absences", "busy", "closed", "unavailable", "not_chairs", "bank_holidays", "terms", "closures", "apart"})
"""The fields whose rows are united with the diary's."""


@dataclass(frozen=True)
class Confirmed:
    """What the caller lets the file overwrite: ``all``, a kind, an item such as ``chairs/C1``, or ``chairs/C1/caseload``."""

    entries: frozenset[str] = frozenset()

    def covers(self, item: str, field_name: str | None = None) -> bool:
        """True if the file may overwrite an item's field."""
        names = {"all", item.partition("/")[0], item}
        return bool(self.entries & (names if field_name is None else names | {f"{item}/{field_name}"}))


@dataclass(frozen=True)
class Knowledge:
    """The age of an item in the diary, as far as it is known.

    ``agreed`` are the values, by field, on which the diary and a file last agreed. ``newer`` is whether the diary has changed
    the item since the file was exported; None if the file is no export.
    """

    agreed: Mapping[str, Json] = field(default_factory=dict)
    newer: bool | None = None

    def diary_is_newer(self, name: str, ours: Json) -> bool | None:
        """Return whether the diary's value of a field is newer than the file's; None if that is unknown."""
        if self.newer is not None:
            return self.newer
        return self.agreed[name] != ours if name in self.agreed else None


@dataclass(frozen=True)
class MergedItem:
    """An item after a merge, with its changes, its conflicts, and the values on which diary and file now agree."""

    fields: Fields
    changes: tuple[FieldChange, ...]
    conflicts: tuple[FieldChange, ...]
    agreed: Fields


def given_fields(value: Value) -> Fields:
    """Return the fields that a file gives for an item, nested ones as ``clock.initial_days``; null counts as not given."""
    given = flat(value.model_dump(mode="json", by_alias=True, exclude_unset=True))
    return {name: entry for name, entry in given.items() if entry is not None}


def all_fields(value: Value) -> Fields:
    """Return all fields of an item, named as ``given_fields`` does."""
    return flat(value.model_dump(mode="json", by_alias=True))


def flat(nested: Mapping[str, Json], prefix: str = "") -> Fields:
    """Return nested objects as one, with names such as ``clock.initial_days``."""
    fields: Fields = {}
    for name, value in nested.items():
        fields |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return fields


def nested(fields: Mapping[str, Json]) -> Fields:
    """Return the objects that ``flat`` received."""
    whole: Fields = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        inside = whole
        for step in path:
            inside = inside.setdefault(step, {})
        inside[last] = value
    return whole


def merge(item: str, ours: Mapping[str, Json], given: Mapping[str, Json], known: Knowledge, confirmed: Confirmed) -> MergedItem:
    """Return the diary's fields of an item with those that a file gives."""
    fields, agreed = dict(ours), dict(known.agreed)
    changes: list[FieldChange] = []
    conflicts: list[FieldChange] = []
    for name, theirs in given.items():
        mine = ours.get(name)
        if name in UNITED:
            removed = [] if confirmed.covers(item, name) else _removed(mine or [], theirs, known, name)
            new = [row for row in theirs if row not in (mine or []) and row not in removed]
            after = [*(mine or []), *new]
            if removed:
                conflicts.append(FieldChange(item=item, field=name, before=mine, after=[*after, *removed], diary_is_newer=True))
            if new:
                changes.append(FieldChange(item=item, field=name, before=mine, after=after, diary_is_newer=None))
                fields[name] = after
            before = agreed.get(name) or []
            agreed[name] = [*before, *(row for row in theirs if row not in removed and row not in before)]
        elif mine == theirs:
            agreed[name] = theirs
        else:
            newer = known.diary_is_newer(name, mine)
            change = FieldChange(item=item, field=name, before=mine, after=theirs, diary_is_newer=newer)
            if newer is not False and not confirmed.covers(item, name):
                conflicts.append(change)
            else:
                changes.append(change)
                fields[name] = agreed[name] = theirs
    return MergedItem(fields, tuple(changes), tuple(conflicts), agreed)


def _removed(ours: list[Json], theirs: list[Json], known: Knowledge, name: str) -> list[Json]:
    """Return the file's rows that an earlier file gave and that the diary no longer has."""
    if known.newer is False:
        return []
    return [row for row in theirs if row not in ours and row in (known.agreed.get(name) or [])]


def validated(model: type[V], fields: Mapping[str, Json], place: Place) -> V:
    """Return merged fields as a value. Raise InputError with the item's place in the file if they contradict each other."""
    try:
        return model.model_validate(dict(fields))
    except ValidationError as error:
        raise InputError([fault.within(*place) for fault in faults_of(error, model)]) from None
