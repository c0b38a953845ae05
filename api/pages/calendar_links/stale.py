"""When chairs' own calendars are out of date."""

from __future__ import annotations

import datetime as dt

from fastapi import Request

from api.free_busy.queries import stale_before


def stale_of(request: Request, now: dt.datetime) -> dt.datetime:
    """Return the time before which the last reading of a link is out of date."""
    return stale_before(now, dt.timedelta(minutes=request.app.state.settings.calendar_minutes))
