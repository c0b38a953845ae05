"""What calendars should show: what is booked, and what has left them in the last 30 days, with what became of it."""

from __future__ import annotations

import datetime as dt

from tests.api.days.oracle.diary import Diary, Fields, Row

Shown = tuple[str, str, str, str, str | None, str]
"""A title, a status, the start and end, a place, and how it came to the person of the calendar."""
PEOPLE = ("chair", "minute_taker")


def entries(diary: Diary, feed: Fields) -> list[Shown]:
    """Return a calendar's entries, from 60 days ago on."""
    since = diary.today - dt.timedelta(days=60)
    mine = [row for row in diary.rows if _is_of(diary, feed, row) and row.day >= since]
    return sorted(_shown(diary, feed, row) for row in mine if row.ended is None or _has_left(diary, feed, row))


def _is_of(diary: Diary, feed: Fields, row: Row) -> bool:
    match feed["of"]:
        case "service":
            return True
        case "site":
            return bool(diary.site(row.room) == feed["subject"])
        case kind:
            return bool(getattr(row, kind) == feed["subject"])


def _has_left(diary: Diary, feed: Fields, row: Row) -> bool:
    """True if a booking that has ended is still shown: not for long, and unless a later one of its conference is in its place."""
    later = diary.rows[diary.rows.index(row) + 1 :]
    replaced = any(one.conference == row.conference and _is_of(diary, feed, one) for one in later)
    assert row.ended_at is not None
    return not row.held and not replaced and row.ended_at.date() >= diary.today - dt.timedelta(days=30)


def _shown(diary: Diary, feed: Fields, row: Row) -> Shown:
    end = row.cleared if feed["of"] in ("room", "site") else row.end
    fate = None if row.ended is None else _fate(diary, feed, row)
    title = "Held for an initial conference" if row.held else f"Conference {row.conference}"
    room = None if row.room is None else diary.registers["rooms"][row.room]
    place = "Held virtually"
    if room is not None:
        place = f"{_label(room)}, {_label(diary.registers['sites'][room['site']])}"
    status = "CANCELLED" if fate else "TENTATIVE" if row.held else "CONFIRMED"
    return (
        f"{fate.upper()}: {title}" if fate else title,
        status,
        f"{row.arrival}",
        f"{end}",
        None if fate else place,
        "" if fate else _origin(diary, feed, row),
    )


def _label(item: Fields) -> str:
    return str(item["name"] or item["id"])


def _fate(diary: Diary, feed: Fields, row: Row) -> str:
    """Return what became of a booking: if it moved, its conference's next booking says it.

    Somebody else covers it if the family is still the chair's own; it was handed over if the family was (contract, section 8).
    """
    after = next((one for one in diary.rows[diary.rows.index(row) + 1 :] if one.conference == row.conference), None)
    if after is None or row.ended != "moved":
        return "cancelled"
    case = diary.cases[row.conference]
    match feed["of"]:
        case "chair" if case.value["chair"] == row.chair:
            return "covered"
        case "chair":
            return "handed over" if row.chair in case.former else "moved"
        case "minute_taker":
            return "moved" if after.minute_taker else "not needed"
        case _:
            return "held virtually" if after.room is None else "held elsewhere"


def _origin(diary: Diary, feed: Fields, row: Row) -> str:
    """Return how a booking came to the person of the calendar: as cover, by a handover, back from cover, or by a move."""
    if feed["of"] not in PEOPLE or row.held:
        return ""
    case, is_chair = diary.cases[row.conference], feed["of"] == "chair"
    own = case.value["chair"]
    if is_chair and own not in (None, row.chair):
        return "cover"
    if is_chair and own == row.chair and any(chair != own for chair in case.former):
        return "handover"
    if not _was_somebody_elses(diary, feed, row):
        return ""
    return "back" if is_chair and own == row.chair else "move"


def _was_somebody_elses(diary: Diary, feed: Fields, row: Row) -> bool:
    """True if the booking was somebody else's before it moved, directly or over other moves, to the person of the calendar."""
    before = [one for one in diary.rows[: diary.rows.index(row)] if one.conference == row.conference]
    for one in reversed(before):
        person: str | None = getattr(one, feed["of"])
        if one.ended != "moved":
            return False
        if person != feed["subject"]:
            return person is not None
    return False
