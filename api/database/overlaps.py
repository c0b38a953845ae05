"""Overlaps that the database itself refuses: two active bookings at once in a room, for a chair or for a minute taker.

PostgreSQL has an exclusion constraint for each, SQLite two triggers; migration 0001 creates them.
"""

from __future__ import annotations

TAKEN = {"room": "room_taken", "chair": "chair_taken", "minute_taker": "minute_taker_taken"}
"""The columns that two active bookings can't share at once, with the names of the constraints in the database's errors."""
