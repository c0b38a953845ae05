"""The calls to make after a publication: families, social workers and chairs hear of a booking that moves or is withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from api.database.tables import calls, conferences, publications
from api.errors import not_found
from scheduler.domain.values import Period

Entry = Mapping[str, Any]
"""A booking as a conference's history records it: number, start, room, chair and minute taker."""


@dataclass(frozen=True)
class Call:
    """A call to make: the conference, its social worker, its booking before, and after unless it was withdrawn.

    It was made at ``made_at``, or is still to be made.
    """

    conference: str
    social_worker: str | None
    before: Entry
    after: Entry | None
    made_at: dt.datetime | None
    made_by: str | None


@dataclass(frozen=True)
class CallCount:
    """How many calls follow from a publication of some days, and how many of them were made."""

    publication: int
    days: Period
    made: int
    total: int


def add(connection: Connection, publication: int, changed: Iterable[tuple[str, Entry, Entry | None]]) -> None:
    """Store a call for each conference whose booking moved or, without a booking after, was withdrawn."""
    rows = [
        {
            "publication": publication,
            "conference": name,
            "before": before,
            "after": after,
            "last_day": max(_day(one) for one in (before, after) if one is not None),
        }
        for name, before, after in changed
    ]
    if rows:
        connection.execute(insert(calls), rows)


def of_publication(connection: Connection, number: int) -> list[Call]:
    """Return the calls of a publication, by social worker and conference. Raise NotFoundError if there is no such publication."""
    if connection.execute(select(publications.c.number).where(publications.c.number == number)).first() is None:
        raise not_found("publication", number)
    worker = conferences.c.value["social_worker"].as_string()
    columns = calls.c.conference, worker, calls.c.before, calls.c.after, calls.c.made_at, calls.c.made_by
    query = select(*columns).join(conferences, conferences.c.id == calls.c.conference).where(calls.c.publication == number)
    found = [Call(*row) for row in connection.execute(query)]
    return sorted(found, key=lambda call: (call.social_worker is None, call.social_worker or "", call.conference))


def set_made(connection: Connection, number: int, made: Collection[str], now: dt.datetime, actor: str) -> None:
    """Record which calls of a publication have been made. One that was recorded before keeps its time; others are to be made.

    Raise NotFoundError if one of these is no conference to call about.
    """
    known = {call.conference: call for call in of_publication(connection, number)}
    for name in made:
        if name not in known:
            raise not_found("call about conference", name)
    for is_made, names in (
        (True, [name for name in made if known[name].made_at is None]),
        (False, [name for name, call in known.items() if call.made_at is not None and name not in made]),
    ):
        if names:
            of_these = (calls.c.publication == number) & calls.c.conference.in_(names)
            values = {"made_at": now, "made_by": actor} if is_made else {"made_at": None, "made_by": None}
            connection.execute(update(calls).where(of_these).values(values))


def counts(connection: Connection, numbers: Collection[int] | None = None, *, since: dt.date | None = None) -> list[CallCount]:
    """Return the counts of publications with calls, latest first: of these ``numbers``, or with one to make ``since`` a day."""
    made = func.count(calls.c.made_at)
    query = (
        select(publications.c.number, publications.c.first, publications.c.last, made, func.count())
        .join(calls, calls.c.publication == publications.c.number)
        .group_by(publications.c.number, publications.c.first, publications.c.last)
        .order_by(publications.c.number.desc())
    )
    if numbers is not None:
        query = query.where(calls.c.publication.in_(list(numbers)))
    if since is not None:
        open_ = select(calls.c.publication).where((calls.c.last_day >= since) & calls.c.made_at.is_(None))
        query = query.where(calls.c.publication.in_(open_))
    return [
        CallCount(number, Period(first=first, last=last), made, total)
        for number, first, last, made, total in connection.execute(query)
    ]


def _day(entry: Entry) -> dt.date:
    return dt.datetime.fromisoformat(entry["start"]).date()
