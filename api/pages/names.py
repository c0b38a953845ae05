"""Names of places and people, as the pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.pages.words import VIRTUAL, moment_short


@dataclass(frozen=True)
class PlaceNames:
    """The names of sites, rooms, chairs and minute takers by id, and the service's title for its chairs."""

    sites: Mapping[str, str]
    rooms: Mapping[str, str]
    site_of_room: Mapping[str, str]
    chairs: Mapping[str, str]
    minute_takers: Mapping[str, str]
    chair_title: str

    def room(self, room: str | None) -> str:
        """Return ``Wycombe, Room 1``, or ``Virtual``. A site that the room's name begins with is not repeated."""
        if room is None:
            return VIRTUAL
        site, name = self.site(self.site_of_room.get(room, "")), self.rooms.get(room, room)
        return name if name.startswith(site) else f"{site}, {name}"

    def site(self, site: str | None) -> str:
        """Return a site's name."""
        return VIRTUAL if site is None else self.sites.get(site, site)

    def chair(self, chair: str | None) -> str:
        """Return a chair's name."""
        return "" if chair is None else self.chairs.get(chair, chair)

    def minute_taker(self, minute_taker: str | None) -> str:
        """Return a minute taker's name."""
        return "" if minute_taker is None else self.minute_takers.get(minute_taker, minute_taker)

    def slot(self, start: dt.datetime, room: str | None, chair: str | None, today: dt.date) -> str:
        """Return ``Tue 12 Jan, 10:00, Wycombe, Room 1, C2``."""
        return f"{moment_short(start, today)}, {self.room(room)}, {self.chair(chair)}"

    def people_and_rooms(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the chairs, minute takers and rooms as the options of a form, in groups: ``room:R1`` and its name."""
        return [
            (f"{self.chair_title}s", [(f"chair:{id}", name) for id, name in self.chairs.items()]),
            ("Minute takers", [(f"minute_taker:{id}", name) for id, name in self.minute_takers.items()]),
            ("Rooms", [(f"room:{id}", self.room(id)) for id in self.rooms]),
        ]

    def person(self, identifier: str) -> str:
        """Return the name of a chair or a minute taker."""
        return self.chairs.get(identifier) or self.minute_taker(identifier)

    def subject(self, of: str, identifier: str | None) -> str:
        """Return the name of a ``chair``, ``minute_taker``, ``room`` or ``site``, or of the whole ``service``."""
        match of:
            case "chair":
                return self.chair(identifier)
            case "minute_taker":
                return self.minute_taker(identifier)
            case "room":
                return self.room(identifier)
            case "site":
                return self.site(identifier)
            case _:
                return "The whole service"


def place_names(connection: Connection) -> PlaceNames:
    """Return the names of all places and people."""
    rooms = registers.values(connection, registers.ROOMS)
    return PlaceNames(
        sites={site.id: site.name or site.id for site in registers.values(connection, registers.SITES)},
        rooms={room.id: room.name or room.id for room in rooms},
        site_of_room={room.id: room.site for room in rooms},
        chairs={chair.id: chair.name or chair.id for chair in registers.values(connection, registers.CHAIRS)},
        minute_takers={one.id: one.name or one.id for one in registers.values(connection, registers.MINUTE_TAKERS)},
        chair_title=documents.get(connection, "service")[0].chair_title,
    )
