"""Importing conferences, field by field. One that has been held or cancelled can't be changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from api.database.json_values import to_json
from api.database.tables import conferences as conferences_table
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.exchange import queries
from api.exchange.answers import Changes
from api.exchange.importing import Importing
from api.exchange.merging import MergedItem, all_fields, given_fields, merge, validated
from scheduler.domain.conference import Conference
from scheduler.domain.faults import Fault
from scheduler.domain.identifiers import alike

ACTOR = "import"


@dataclass(frozen=True)
class ImportedConference:
    """A conference to store, with the diary's version of it and the merge of the two; both None if it is new."""

    value: Conference
    stored: StoredConference | None = None
    merged: MergedItem | None = None

    @property
    def state(self) -> ConferenceState:
        """Return the conference's state before its booking is imported."""
        return ConferenceState.REQUESTED if self.stored is None else self.stored.state

    def without(self, field: str) -> ImportedConference:
        """Return the conference with the diary's value of a field instead of the file's."""
        if self.stored is None or self.merged is None:
            return self
        current = getattr(self.stored.value, field)
        changes = tuple(change for change in self.merged.changes if change.field != field)
        agreed = {name: value for name, value in self.merged.agreed.items() if name != field}
        merged = MergedItem({**self.merged.fields, field: current}, changes, self.merged.conflicts, agreed)
        return ImportedConference(self.value.model_copy(update={field: current}), self.stored, merged)


def merged_conferences(importing: Importing) -> dict[str, ImportedConference]:
    """Return the file's conferences, each merged into the diary's; nothing is stored."""
    identifiers = importing.problem.conference_by_id
    present = {stored.value.id: stored for stored in conferences.of(importing.connection, identifiers)}
    changed_at = queries.changed_at(importing.connection, conferences_table)
    known_ids = {alike(known): known for known in changed_at}
    imported: dict[str, ImportedConference] = {}
    for n, value in enumerate(importing.problem.conferences):
        stored = present.get(value.id)
        if stored is None:
            importing.is_new(("conferences", n), value.id, known_ids)
            imported[value.id] = ImportedConference(value)
            continue
        known = importing.knowledge("conferences", value.id, changed_at[value.id])
        item = f"conferences/{value.id}"
        merged = merge(item, all_fields(stored.value), given_fields(value), known, importing.confirmed)
        if merged.changes and stored.state not in OPEN:
            message = f"'{value.id}' is {stored.state}, and can't be changed. Remove it from the file."
            importing.faults.append(Fault(("conferences", n), message))
        imported[value.id] = ImportedConference(validated(Conference, merged.fields, ("conferences", n)), stored, merged)
    return imported


def store_conferences(importing: Importing, imported: Iterable[ImportedConference]) -> Changes:
    """Store the conferences with their changes, and record those in their histories."""
    changes = Changes()
    for one in imported:
        value, stored, merged = one.value, one.stored, one.merged
        if stored is None or merged is None:
            changes.added.append(value.id)
            conferences.add(importing.connection, value, importing.now)
            importing.agree("conferences", value.id, all_fields(value))
            record(importing, value.id, ConferenceEvent.REQUESTED)
            continue
        importing.note_merge(merged)
        importing.agree("conferences", value.id, merged.agreed)
        if not merged.changes:
            changes.unchanged += 1
            continue
        changes.changed.append(value.id)
        conferences.change(importing.connection, value, importing.now)
        was = to_json(stored.value)
        before = {change.field: was[change.field] for change in merged.changes if change.field is not None}
        record(importing, value.id, ConferenceEvent.CHANGED, before=before, due_before=stored.due.isoformat())
    return changes


def record(importing: Importing, conference: str, event: ConferenceEvent, **detail: Any) -> None:
    """Add an entry to a conference's history."""
    conferences.record_event(importing.connection, conference, event, importing.now, ACTOR, **detail)
