"""The response to an import: the items and fields that it changes, the unchanged ones, and the undecided ones."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from api.diary.conflicts.queries import BrokenBooking
from api.errors import ErrorItem


class Changes(BaseModel):
    """The items of one kind that an import adds and changes, by id, and the number of unchanged ones."""

    added: list[str] = []
    changed: list[str] = []
    unchanged: int = 0


class FieldChange(BaseModel):
    """A field of an item, such as ``caseload`` of ``chairs/C1``: its value in the diary before, and the file's after.

    ``field`` is null for a whole item. ``diary_is_newer`` is true if the diary's value has changed since the export or import
    that the file's value comes from, and null if that is unknown.
    """

    item: str
    field: str | None
    before: Any
    after: Any
    diary_is_newer: bool | None


class UndecidedBooking(BaseModel):
    """A booking of the file that is not imported: its place in the file, and each rule that it would break."""

    where: str
    conference: str
    broken: list[ErrorItem]


class Imported(BaseModel):
    """What an import adds and changes, by kind of item.

    ``fields`` lists each changed field. ``conflicts`` lists the fields that keep the diary's value, since it is newer than the
    file's or may be. ``undecided`` lists the bookings that are not imported, since they break a rule. ``broken_bookings`` lists
    the diary's bookings that break a rule because of the import, such as an absence on a booked day.
    """

    documents: Changes
    sites: Changes
    rooms: Changes
    chairs: Changes
    minute_takers: Changes
    holds: Changes
    conferences: Changes
    bookings: Changes
    fields: list[FieldChange] = []
    conflicts: list[FieldChange] = []
    undecided: list[UndecidedBooking] = []
    broken_bookings: list[BrokenBooking] = []
    notes: list[str] = []


KINDS = ("documents", "sites", "rooms", "chairs", "minute_takers", "holds", "conferences", "bookings")
"""The kinds of items: the first part of an item's name."""
