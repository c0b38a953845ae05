"""No two bookings at once in a room, for a chair or for a minute taker: the database itself refuses.

PostgreSQL excludes by range; a reference is compared by its 64-bit hash, so that no extension is needed. SQLite has triggers.
"""

from __future__ import annotations

from collections.abc import Iterator

TAKEN = {"room": "room_taken", "chair": "chair_taken", "minute_taker": "minute_taker_taken"}
"""What is taken, and the name under which the database says so."""

_UNTIL = {"room": "cleared", "chair": '"end"', "minute_taker": '"end"'}


def statements(dialect: str) -> Iterator[str]:
    """The DDL for ``postgresql`` or ``sqlite``."""
    for what, name in TAKEN.items():
        until = _UNTIL[what]
        if dialect == "postgresql":
            same = f"int8range(hashtextextended({what}, 0), hashtextextended({what}, 0), '[]')"
            yield (
                f"ALTER TABLE bookings ADD CONSTRAINT {name} EXCLUDE USING gist "
                f"({same} WITH &&, tsrange(arrival, {until}, '[)') WITH &&) WHERE (active AND {what} IS NOT NULL)"
            )
            continue
        for moment in ("INSERT", "UPDATE"):
            yield (
                f"CREATE TRIGGER {name}_{moment.lower()} BEFORE {moment} ON bookings WHEN NEW.active AND NEW.{what} IS NOT NULL "
                f"BEGIN SELECT RAISE(ABORT, '{name}') WHERE EXISTS (SELECT 1 FROM bookings b WHERE b.active "
                f"AND b.{what} = NEW.{what} AND b.number IS NOT NEW.number "
                f"AND b.arrival < NEW.{until} AND NEW.arrival < b.{until}); END"
            )
