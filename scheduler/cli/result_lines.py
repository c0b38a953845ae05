"""Lines that several commands print of a result: lists, and the places of bookings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scheduler.cli.options import LONGEST_LIST
from scheduler.wording import moment_in_words, number

if TYPE_CHECKING:
    from scheduler.domain.schedule import Booking


def listed(items: Sequence[str]) -> Iterator[str]:
    """Yield a line for each item of a list, at most ``LONGEST_LIST``, and how many more there are."""
    yield from (f"  - {item}" for item in items[:LONGEST_LIST])
    if len(items) > LONGEST_LIST:
        yield f"  And {number(len(items) - LONGEST_LIST)} more; --json lists them all."


def place_in_words(booking: Booking) -> str:
    """Return when and where a booking is, and who chairs it, by their ids."""
    room = f"in {booking.room}" if booking.room is not None else "virtually"
    return f"{moment_in_words(booking.start)}, {room}, chaired by {booking.chair}"
