"""Overlaps that the database itself refuses: two active bookings at the same time of a room, a chair or a minute taker.

PostgreSQL has an exclusion constraint for each, and SQLite has two triggers. Migrations 0001 and 0010 create them.
"""

from __future__ import annotations

TAKEN = {"room": "room_taken", "chair": "chair_taken", "minute_taker": "minute_taker_taken"}
"""Columns that two active bookings can't share at the same time, with the constraint names in the database's errors."""
