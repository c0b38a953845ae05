"""The sheet of a day and an office for reception: who arrives when, and no more than is needed to receive them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.diary.view import Item
from api.pages.names import PlaceNames


@dataclass(frozen=True)
class PrintedRow:
    """A conference on the sheet. Its kind, its children and who is kept apart are not on it."""

    arrive: str
    starts: str
    ends: str
    room: str
    reference: str
    chair: str


def sheet_rows(items: Sequence[Item], names: PlaceNames) -> list[PrintedRow]:
    """Return the conferences of some bookings, by arrival. Slots that are kept free are left out."""
    booked = sorted((item for item in items if not item["held"]), key=lambda item: (item["arrival"], item["room"]))
    return [
        PrintedRow(
            _time(item["arrival"]),
            _time(item["start"]),
            _time(item["end"]),
            names.rooms.get(item["room"], item["room"]),
            item["conference"],
            names.chair(item["chair"]),
        )
        for item in booked
    ]


def _time(moment: str) -> str:
    return f"{dt.datetime.fromisoformat(moment):%H:%M}"
