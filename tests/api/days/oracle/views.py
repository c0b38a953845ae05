"""What the service should show of the diary: its lists, as JSON has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from typing import Any

from tests.api.days.oracle.diary import ALL_LOCKS, OPEN, Case, Diary, Fields, Row, moment, place
from tests.api.days.oracle.rules import family_of
from tests.api.days.oracle.working_days import REVIEWS, date, monday


def booking(diary: Diary, row: Row) -> Fields:
    """Return a booking. Its length of lateness, mode and cover are by what its conference is now."""
    case = diary.cases.get(row.conference)
    own = None if case is None else case.value["chair"]
    return {
        "number": row.number,
        "conference": row.conference,
        **place(row),
        "end": moment(row.end),
        "arrival": moment(row.arrival),
        "site": diary.site(row.room),
        "mode": None if case is None else case.value["mode"],
        "held_as": None if case is None else "virtual" if row.room is None else case.value["mode"],
        "kind": None if case is None else case.value["kind"],
        "held": row.held,
        "locks": list(ALL_LOCKS if row.by_hand else row.locks),
        "by_hand": row.by_hand,
        "publication": row.publication,
        "exception": row.exception,
        "active": row.ended is None,
        "late": diary.late_by(row),
        "cover": own is not None and own != row.chair,
    }


def conference(diary: Diary, case: Case) -> Fields:
    """Return a conference. It has a remark if it is still to be held and is late without an exception."""
    row = diary.row_of(case.id)
    shown = None if row is None else booking(diary, row)
    is_remarked = shown is not None and case.state == "booked" and shown["late"] and shown["exception"] is None
    return {
        "conference": case.value,
        "state": case.state,
        "due": f"{case.due}",
        "earliest": None if case.earliest is None else f"{case.earliest}",
        "follows": case.follows,
        "outcome": case.outcome,
        "booking": shown,
        "remarks": int(bool(is_remarked)),
        "notice_waiver": case.waiver if case.value["notice_waived"] else None,
    }


def history(case: Case) -> list[tuple[str, str, str | None, str]]:
    """Return what happened to a conference: when, what, why and by whom."""
    return [(f"{one.at:%Y-%m-%dT%H:%M:%SZ}", one.event, one.reason, one.by) for one in case.history]


def periods(diary: Diary, path: str) -> list[Fields]:
    """Return the absences, or the closures of rooms, each with an id made of its parts."""
    kinds, field = (("chair", "minute_taker"), "absences") if path == "absences" else (("room",), "closed")
    found = {
        f"{kind}:{item['id']}:{period['first']}:{period['last']}": dict.fromkeys(kinds) | {kind: item["id"]} | period
        for kind in kinds
        for item in diary.registers[f"{kind}s"].values()
        for period in item[field]
    }
    return [{"id": name, **found[name]} for name in sorted(found)]


def publication(diary: Diary, number: int) -> Fields:
    """Return a publication with every booking in its days at the time of publishing."""
    stored = diary.publications[number]
    rows = sorted(stored["rows"], key=lambda row: (row.start, row.conference))
    return {
        "number": number,
        "plan": stored["plan"],
        "horizon": stored["horizon"],
        "booked": len(rows),
        "bookings": [_copy(row) for row in rows],
    }


def _copy(row: Row) -> Fields:
    conditions = {"locks": list(row.locks), "by_hand": row.by_hand, "exception": row.exception, "held": row.held}
    return {"conference": row.conference, **place(row), "end": moment(row.end), **conditions}


def problem(diary: Diary, first: dt.date, last: dt.date) -> Fields:
    """Return the export of some days, which ``as_planned`` makes the problem of planning them.

    It has every conference booked in these days, and of the requested ones: those due by the last day, reviews in the second
    half of the time in which they may be held, and other kinds that may be held by then. Bookings by hand, and what has been
    held, keep their time, chair and room.
    """
    rows = [row for row in diary.active(first, last) if not row.held]
    booked = {row.conference for row in rows}
    cases = [case for case in diary.cases.values() if case.id in booked or _is_wanted(diary, case, last)]
    documents = diary.documents
    return {
        "version": 1,
        "service": documents["service"],
        "horizon": {"first": f"{first}", "last": f"{last}"},
        "calendar": {name: documents[name] for name in ("bank_holidays", "terms", "closures")},
        "sites": list(diary.registers["sites"].values()),
        "travel": documents["travel"],
        "rooms": list(diary.registers["rooms"].values()),
        "virtual_starts": documents["virtual_starts"],
        "chairs": [chair | {"beside": []} for chair in diary.registers["chairs"].values()],
        "minute_takers": list(diary.registers["minute_takers"].values()) or None,
        "conferences": [case.value for case in cases],
        "holds": [_hold(hold) for hold in diary.registers["holds"].values() if _is_in(hold, first, last)],
        "apart": sorted(sorted(pair) for pair in _pairs(diary, [case.id for case in cases])),
        "published": [{"conference": row.conference, **place(row), "locks": _locks(diary, row)} for row in rows],
        "policy": documents["policy"],
        "today": None,
    }


def as_planned(diary: Diary, exported: Fields, first: dt.date, last: dt.date) -> Fields:
    """Return the problem of planning some days today, from their export.

    Bookings of other days give children to their chairs until an outcome is recorded. A conference with an outcome gives nobody a
    family: it has the chair that it was booked with.
    """
    here = {row.conference: row.chair for row in diary.active(first, last) if not row.held}
    more = {chair["id"]: _given_elsewhere(diary, chair["id"], here) for chair in exported["chairs"]}
    return exported | {
        "today": f"{diary.today}",
        "chairs": [chair | {"caseload": chair["caseload"] + more[chair["id"]]} for chair in exported["chairs"]],
        "conferences": [_as_counted(diary, value, here.get(value["id"])) for value in exported["conferences"]],
    }


def _given_elsewhere(diary: Diary, chair: str, here: Container[str]) -> int:
    cases = [diary.cases[row.conference] for row in diary.active() if not row.held and row.chair == chair]
    given = [case for case in cases if case.state == "booked" and case.value["chair"] is None and case.id not in here]
    return sum(case.value["children"] for case in given)


def _as_counted(diary: Diary, value: Fields, chair: str | None) -> Fields:
    is_over = diary.cases[value["id"]].state not in OPEN
    return value | {"chair": chair} if is_over and value["chair"] is None and chair is not None else value


def _is_wanted(diary: Diary, case: Case, last: dt.date) -> bool:
    until = diary.calendar.after(last, diary.policy["review_early_days"] // 2)
    may_be_held = (case.earliest is None or case.earliest <= last) and (case.value["kind"] not in REVIEWS or case.due <= until)
    return case.state == "requested" and (case.due <= last or may_be_held)


def _is_in(hold: Fields, first: dt.date, last: dt.date) -> bool:
    return monday(first) <= monday(date(hold["week"])) <= last


def _hold(hold: Fields) -> Fields:
    return {name: hold[name] for name in ("site", "week", "count")}


def _locks(diary: Diary, row: Row) -> list[str]:
    return sorted(ALL_LOCKS if row.by_hand or diary.cases[row.conference].state not in OPEN else row.locks)


def _pairs(diary: Diary, wanted: list[str]) -> set[frozenset[str]]:
    """Return the conferences that are kept apart, by themselves or by their families."""
    found: set[frozenset[str]] = set()
    for one, other in diary.documents["apart"]:
        sides: list[list[str]] = [
            [name for name in wanted if family_of(diary, name) == family_of(diary, side)] for side in (one, other)
        ]
        found |= {frozenset((first, second)) for first in sides[0] for second in sides[1]}
    return found


def registers(diary: Diary) -> dict[str, Any]:
    """Return every register's items, and every document."""
    items = {name.replace("_", "-"): list(found.values()) for name, found in diary.registers.items()}
    return items | {name.replace("_", "-"): value for name, value in diary.documents.items()}
