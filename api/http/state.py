"""The parts of the app that requests use: the database and the clock."""

from __future__ import annotations

import datetime as dt

from fastapi import Request

from api.database.session import Store


def store_of(request: Request) -> Store:
    """Return the app's database."""
    store: Store = request.app.state.store
    return store


def now_of(request: Request) -> dt.datetime:
    """Return the present instant by the app's clock."""
    now: dt.datetime = request.app.state.clock()
    return now
