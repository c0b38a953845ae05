"""An import in progress: the age of the diary's items, and the changes and faults so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from api.diary.addresses import fault_of_address
from api.exchange import queries
from api.exchange.answers import FieldChange, UndecidedBooking
from api.exchange.merging import Confirmed, Knowledge, MergedItem
from scheduler.domain.faults import Fault, Place
from scheduler.domain.identifiers import alike, shown
from scheduler.domain.problem import EXPORT, Problem


@dataclass
class Importing:
    """One import, within the caller's transaction. The lists collect what the answer reports."""

    connection: Connection
    problem: Problem
    now: dt.datetime
    confirmed: Confirmed
    fields: list[FieldChange] = field(default_factory=list)
    conflicts: list[FieldChange] = field(default_factory=list)
    undecided: list[UndecidedBooking] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        mark = EXPORT.fullmatch(self.problem.exported or "")
        self.is_export = mark is not None
        self._exported_at = dt.datetime.fromisoformat(mark["at"]).replace(tzinfo=dt.UTC) if mark else None
        self.is_up_to_date = mark is not None and mark["diary"] == queries.fingerprint(self.connection)
        """True if nothing in the diary has changed since the export."""
        self._agreed = queries.agreed_values(self.connection)

    def newer(self, changed_at: dt.datetime | None) -> bool | None:
        """Return whether something that changed at an instant is newer than the file; None if the file is no export."""
        if self._exported_at is None:
            return None
        return not self.is_up_to_date and changed_at is not None and changed_at > self._exported_at

    def knowledge(self, kind: str, identifier: str, changed_at: dt.datetime | None) -> Knowledge:
        """Return the item's last agreed values, and whether the diary's item is newer than the file."""
        return Knowledge(self.agreed(kind, identifier) or {}, self.newer(changed_at))

    def agreed(self, kind: str, identifier: str) -> dict[str, Any] | None:
        """Return the values on which the diary and a file last agreed for an item; None if no file ever had it."""
        values: dict[str, Any] | None = self._agreed.get(kind, {}).get(identifier)
        return values

    def agree(self, kind: str, identifier: str, values: dict[str, Any]) -> None:
        """Record the values on which the diary and the file agree for an item."""
        self._agreed[kind] = {**self._agreed.get(kind, {}), identifier: values}

    def is_new(self, place: Place, identifier: str, known: Mapping[str, str]) -> bool:
        """True if an id is alike to none in the diary, and no other's address; else record the fault.

        ``known`` maps forms for comparison to ids.
        """
        fault = fault_of_address(identifier)
        if fault is not None:
            self.faults.append(Fault((*place, "id"), fault))
        other = known.get(alike(identifier))
        if other is not None:
            message = f"{shown(identifier)} is too similar to {shown(other)}, which is in the diary. Enter it as it is there."
            self.faults.append(Fault((*place, "id"), message))
        return other is None and fault is None

    def note_merge(self, merged: MergedItem) -> None:
        """Record the changes and conflicts of an item."""
        self.fields += merged.changes
        self.conflicts += merged.conflicts

    def keeps_out(self, kind: str, identifier: str, value: Any) -> bool:
        """True if an earlier file had the item and the diary no longer has it: only a confirmation restores it."""
        item = f"{kind}/{identifier}"
        if self.is_up_to_date or self.agreed(kind, identifier) is None or self.confirmed.covers(item):
            return False
        self.conflicts.append(FieldChange(item=item, field=None, before=None, after=value, diary_is_newer=True))
        return True

    def store_agreed(self, forget: Iterable[str]) -> None:
        """Store the agreed values, except those of the conferences to forget."""
        gone = set(forget)
        for kind in ("conferences", "bookings"):
            self._agreed[kind] = {name: value for name, value in self._agreed.get(kind, {}).items() if name not in gone}
        queries.store_agreed(self.connection, self._agreed, self.now)

    def known_conferences(self) -> list[str]:
        """Return the ids of the conferences that have agreed values."""
        return list({**self._agreed.get("conferences", {}), **self._agreed.get("bookings", {})})
