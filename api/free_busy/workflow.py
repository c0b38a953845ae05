"""Workflow of chairs' own calendars that are fetched from a link: setting the link, fetching it now, and removing a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection

from api.errors import ErrorItem, InvalidError, conflict, not_found
from api.free_busy import queries as busy_calendars
from api.free_busy.errors import CalendarRefused
from api.free_busy.links import checked_address
from api.free_busy.queries import CalendarSource, StoredCalendar


def require(connection: Connection, chair: str, stale: dt.datetime) -> StoredCalendar:
    """Return a chair's calendar; ``stale`` is as for ``queries.listed``. Raise NotFoundError if there is no such chair."""
    stored = busy_calendars.find(connection, chair, stale)
    if stored is None:
        raise not_found("chair", chair)
    return stored


def set_link(connection: Connection, chair: str, link: str, hosts: Collection[str], now: dt.datetime) -> None:
    """Set the link of a chair's calendar. Raise InvalidError if it may not be fetched; ``hosts`` are the allowed ones."""
    try:
        checked_address(link, hosts)
    except CalendarRefused as error:
        errors = [ErrorItem(where="link", message=str(error))]
        raise InvalidError("calendar-refused", str(error), errors=errors) from None
    busy_calendars.store_link(connection, chair, link, now)


def refresh(connection: Connection, stored: StoredCalendar, now: dt.datetime) -> None:
    """Make a calendar's link due now. Raise ConflictError if it has none."""
    if stored.source is not CalendarSource.LINK:
        raise conflict("no-link", f"The calendar of chair {stored.chair} has no link to fetch. Set one, or upload a file.")
    busy_calendars.refresh(connection, stored.chair, now)


def remove(connection: Connection, stored: StoredCalendar, now: dt.datetime) -> None:
    """Remove a calendar's link and its busy times. Raise ConflictError if there is no calendar."""
    if stored.source is None:
        raise conflict("no-calendar", f"Chair {stored.chair} has no calendar to remove.")
    busy_calendars.remove(connection, stored.chair, now)
