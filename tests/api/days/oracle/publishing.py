"""Publishing a plan: its schedule replaces the bookings of its days. Which schedule it is, no rule decides: the log has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.api.days.oracle.by_hand import waive
from tests.api.days.oracle.diary import ALL_LOCKS, OPEN, Diary, Fields, Row, changes
from tests.api.days.oracle.working_days import date
from tests.api.days.recording import Call

FELT_BY_FAMILIES = ("date", "time", "room", "chair")


def plan(diary: Diary, call: Call) -> None:
    """Remember the days of a plan: those from today on."""
    first = max(call.body["first"], f"{diary.today}")
    diary.plans[str(call.id)] = {"first": first, "last": call.body["last"]}


def publish(diary: Diary, call: Call, identifier: str) -> None:
    """Publish a plan. What has been held stays, and what does not change keeps its booking."""
    horizon, number = diary.plans[identifier], call.number
    if call.status == 200:
        return  # it is published already
    assert number is not None
    proposed = {each["conference"]: each for each in diary.proposals[identifier]["bookings"]}
    booked = {row.conference: row for row in diary.active(date(horizon["first"]), date(horizon["last"]))}
    settled = {name for name in booked if not booked[name].held and diary.cases[name].state not in OPEN}
    _compare_needs(diary, call, identifier, booked, settled)
    _waive(diary, call, proposed, booked)
    allowed = {each["conference"]: _without_conference(each) for each in (call.body or {}).get("exceptions", ())}
    rows = {
        name: _row(diary, each, booked.get(name), allowed.get(name)) for name, each in proposed.items() if name not in settled
    }
    for each in diary.proposals[identifier].get("exceptions", ()):
        if each["rule"] == "R8" and each["conference"] in rows.keys() & booked.keys():
            rows[each["conference"]] = _without_dropped_locks(rows[each["conference"]], booked[each["conference"]])
    rows |= {name: booked[name] for name in settled}
    diary.publications[number] = {"plan": identifier, "horizon": horizon, "rows": list(rows.values())}
    for name, row in booked.items():
        if name not in rows or not _is_same(row, rows[name]):
            diary.end(row, "moved" if name in rows else "released" if row.held else "unplaced")
    for name, row in rows.items():
        _publish_one(diary, name, row, booked.get(name), number, allowed)
    for name in sorted(booked.keys() - rows.keys()):
        if not booked[name].held:
            case = diary.cases[name]
            diary.set_case(case, "requested")
            diary.note(case, "booking cancelled", before=booked[name], publication=number)


def _compare_needs(diary: Diary, call: Call, identifier: str, booked: dict[str, Row], settled: set[str]) -> None:
    """Compare the exceptions and waivers that were sent, as the difference listed them, with those that the rules demand.

    A late booking needs an exception unless it has one for a day that is as late. Notice counts from the day of publication.
    """
    proposal, body = diary.proposals[identifier], call.body or {}
    of_conferences = [each for each in proposal["bookings"] if not each["held"] and each["conference"] not in settled]
    rows = [_row(diary, each, booked.get(each["conference"]), None) for each in of_conferences]
    late = {row.conference for row in rows if diary.late_by(row) and row.exception is None}
    excepted = {each["conference"] for each in proposal.get("exceptions", ()) if each["rule"] == "R9"}
    soon = {row.conference for row in rows if _is_too_soon(diary, row, booked.get(row.conference), excepted)}
    expected = {"exceptions": late, "waivers": soon}
    sent = {name: {each["conference"] for each in body.get(name, ())} for name in expected}
    if sent != expected:
        diary.findings.append(f"{call.path} needs {expected}, and the difference listed {sent}")


def _is_too_soon(diary: Diary, row: Row, before: Row | None, excepted: set[str]) -> bool:
    """True if a new start is within a family's notice, or a booking is moved from or to one of the next days."""
    case, is_moved = diary.cases[row.conference], before is None or before.start != row.start
    with_notice = diary.calendar.after(diary.today, diary.policy["notice_days"])
    movable = diary.calendar.after(diary.today, diary.policy["move_notice_days"])
    if is_moved and row.day < with_notice and not case.value["notice_waived"]:
        return True
    if (
        before is None
        or row.conference in excepted
        or (before.start, before.room, before.chair) == (row.start, row.room, row.chair)
    ):
        return False
    return before.day < movable or (is_moved and row.day < movable)


def _publish_one(diary: Diary, name: str, row: Row, before: Row | None, number: int, allowed: dict[str, Fields]) -> None:
    if before is not None and _is_same(before, row):
        if name in allowed:
            diary.rows[diary.rows.index(before)] = replace(before, exception=allowed[name])
            diary.note(diary.cases[name], "changed", publication=number)
        return
    row = diary.book(replace(row, publication=number))
    if row.held:
        return
    case = diary.cases[name]
    felt = before is None or any(each["what"] in FELT_BY_FAMILIES for each in changes(before, row, case.value["mode"]))
    event = "booked" if before is None else "moved" if felt else "changed"
    diary.set_case(case, "booked")
    diary.note(case, event, before=before, after=row, publication=number)


def _row(diary: Diary, proposed: Fields, before: Row | None, allowed: Fields | None) -> Row:
    """Return a proposed booking, with the conditions of the current one. Its exception lapses if the new day is later."""
    held = bool(proposed["held"])
    minutes = 105 if held else diary.cases[proposed["conference"]].value["minutes"]
    row = diary.new_row(proposed["conference"], proposed, minutes, held=held, exception=allowed)
    if before is None:
        return row
    kept = before.exception if row.day <= before.day else None
    return replace(row, locks=before.locks, by_hand=before.by_hand, exception=allowed or kept)


def _without_dropped_locks(row: Row, before: Row) -> Row:
    """Return a row with those of its locks that it keeps. Once one is dropped, only the listed ones hold a booking by hand."""
    named = ALL_LOCKS if before.by_hand else before.locks
    same = {"time": row.start == before.start, "chair": row.chair == before.chair, "room": row.room == before.room}
    return replace(row, locks=tuple(sorted(lock for lock in named if same[lock])), by_hand=False)


def _waive(diary: Diary, call: Call, proposed: dict[str, Any], booked: dict[str, Row]) -> None:
    """Record the waivers. A new start too soon waives the family's notice; another change too soon waives one move."""
    with_notice = diary.calendar.after(diary.today, diary.policy["notice_days"])
    for each in (call.body or {}).get("waivers", ()):
        case, start = diary.cases[each["conference"]], proposed[each["conference"]]["start"]
        before = booked.get(case.id)
        is_moved = before is None or f"{before.start:%Y-%m-%dT%H:%M}" != start
        waive(diary, case, each, of_a_move=not (is_moved and date(start[:10]) < with_notice))


def _is_same(before: Row, after: Row) -> bool:
    names = ("start", "end", "room", "chair", "minute_taker")
    return all(getattr(before, name) == getattr(after, name) for name in names)


def _without_conference(exception: Fields) -> Fields:
    return {name: value for name, value in exception.items() if name != "conference"}
