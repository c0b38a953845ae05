"""The reports, each computed anew from the diary that the log makes (``docs/service.md``, "Reports").

Each function returns the rows as JSON has them. ``tables.py`` has them as CSV files and workbooks show them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from tests.api.days.oracle.by_hand import days_of
from tests.api.days.oracle.diary import OPEN, Case, Diary, Event, Fields, Row, changes, moment
from tests.api.days.oracle.rules import _in_use, _within
from tests.api.days.oracle.working_days import DAY, REVIEWS, date, monday, month

KIND = {"room": "room", "chair": "chair", "minute_taker": "minute taker"}
MODE = {"hybrid": "hybrid", "in_person": "in person", "virtual": "virtual"}


def timeliness(diary: Diary, first: dt.date, last: dt.date) -> list[Fields]:
    """Return the children in time and late, by month, for ICPCs and RCPCs."""
    months = sorted({month(day) for day in days_of(first, last)})
    groups = [(start, type_) for start in months for type_ in ("ICPC", "RCPC")]
    return [
        {"month": f"{start}", "type": type_}
        | _counted(diary, lambda day, start=start: first <= day <= last and month(day) == start, type_)  # type: ignore[misc]
        for start, type_ in groups
    ]


def weekly_icpc(diary: Diary, first: dt.date, last: dt.date) -> list[Fields]:
    """Return the same for the initial, transfer-in and pre-birth conferences of each whole week."""
    weeks = sorted({monday(day) for day in days_of(first, last)})
    return [
        {"week": f"{week}"} | _counted(diary, lambda day, week=week: monday(day) == week, "ICPC")  # type: ignore[misc]
        for week in weeks
    ]


def _counted(diary: Diary, counts: Callable[[dt.date], bool], type_: str) -> Fields:
    """Return the children of a type of conference, of the days that count.

    Each child is in one figure: held, booked (still to come), unrecorded (the day is over and no outcome is recorded) or not
    booked (by its due date). An inquorate conference has not been held; the next attempt counts in its place.
    """
    mine = [case for case in diary.cases.values() if (case.value["kind"] in REVIEWS) == (type_ == "RCPC")]
    placed = [(row, diary.cases[row.conference]) for row in diary.active() if not row.held]
    here = [(row, case) for row, case in placed if case in mine and case.state in ("booked", "held") and counts(row.day)]
    held = [one for one in here if one[1].state == "held"]
    booked = [one for one in here if one[1].state == "booked" and one[0].day >= diary.today]
    unrecorded = [one for one in here if one[1].state == "booked" and one[0].day < diary.today]
    late = [(row, case) for row, case in held if row.day > case.due]
    by_statute = [(row, case) for row, case in held if row.day > statutory_due(diary, case)]
    booked_late = [(row, case) for row, case in (*booked, *unrecorded) if row.day > case.due]
    not_booked = [case for case in mine if case.state == "requested" and counts(case.due)]
    in_all, without_booking = _children(held), sum(case.value["children"] for case in not_booked)
    return {
        "conferences": len(here) + len(not_booked),
        "children": _children(here) + without_booking,
        "held": in_all,
        "in_time": in_all - _children(late),
        "late": _children(late),
        "in_time_percent": percent(in_all - _children(late), in_all),
        "in_statutory_time": in_all - _children(by_statute),
        "late_by_statute": _children(by_statute),
        "in_statutory_time_percent": percent(in_all - _children(by_statute), in_all),
        "booked": _children(booked),
        "booked_late": _children(booked_late),
        "unrecorded": _children(unrecorded),
        "not_booked": without_booking,
        "reasons": _late_for(diary, late),
        "statutory_reasons": _late_for(diary, by_statute),
        "booked_late_reasons": _late_for(diary, [one for one in here if one in booked_late]),
        "unrecorded_conferences": [case.id for _, case in unrecorded],
    }


def _children(some: Iterable[tuple[Row, Case]]) -> int:
    return sum(case.value["children"] for _, case in some)


def percent(part: int, whole: int) -> int | None:
    """Return a part in per cent; None of nothing. Less than all is never shown as 100, more than none never as 0."""
    if not whole:
        return None
    rounded = round(Fraction(100 * part, whole))
    return {100: 99, 0: 1}.get(rounded, rounded) if 0 < part < whole else rounded


def statutory_due(diary: Diary, case: Case) -> dt.date:
    """Return the date of the first attempt, which the trigger gave: a rebooked conference has a later one of its own."""
    first = case
    while first.follows is not None and diary.cases[first.follows].state == "inquorate":
        first = diary.cases[first.follows]
    if first.value["due"] is None or first.value["kind"] in REVIEWS:
        return first.due
    return diary.calendar.due(first.value | {"due": None}, diary.policy)


def given_reasons(diary: Diary, row: Row, case: Case) -> list[tuple[str, str]]:
    """Return the reasons for a lateness, each with what it was given with.

    If there are none, it is the reason for which the conference was moved to another day or lost its booking, or else that the
    attempt before it was inquorate.
    """
    added = [event.reason for event in case.history if event.event == "reason for lateness"][-1:]
    given = (
        (row.exception["reason"] if row.exception else None, "exception"),
        (case.outcome["reason"] if case.outcome else None, "outcome"),
        (added[0] if added else None, "added later"),
    )
    found = [(reason, source) for reason, source in given if reason]
    moved = [event.reason for event in case.history if event.reason and _loses_its_day(event)]
    again = case.follows is not None and diary.cases[case.follows].state == "inquorate"
    return found or [(reason, "history") for reason in moved[-1:]] or [("inquorate", "history")] * again


def _loses_its_day(event: Event) -> bool:
    if event.event == "booking cancelled":
        return True
    return event.event == "moved" and event.before is not None and event.after is not None and event.before.day != event.after.day


def _late_for(diary: Diary, late: list[tuple[Row, Case]]) -> list[Fields]:
    """Return the children who are late for each reason: most children first, those without a reason last."""
    found: dict[str | None, Fields] = {}
    for row, case in late:
        given = given_reasons(diary, row, case)
        reason = in_words(given)
        reasons = list(dict.fromkeys(reason for reason, _ in given))
        one = found.setdefault(reason, {"reason": reason, "children": 0, "conferences": [], "reasons": reasons})
        one["children"] += case.value["children"]
        one["conferences"].append(case.id)
    return sorted(found.values(), key=lambda one: (one["reason"] is None, -one["children"], one["reason"] or ""))


def in_words(given: list[tuple[str, str]]) -> str | None:
    """Return one reason alone, or else each with what it was given with."""
    sources: dict[str, list[str]] = {}
    for reason, source in given:
        sources.setdefault(reason, []).append(source)
    if len(sources) < 2:
        return next(iter(sources), None)
    return _in_a_row([f"{reason} ({' and '.join(of_it)})" for reason, of_it in sources.items()])


def _in_a_row(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def caseloads(diary: Diary) -> tuple[list[Fields], Fields]:
    """Return each chair's children and cap, and the children without a chair in total. It is the state of today."""
    rows = [_caseload(diary, chair) for chair in diary.registers["chairs"].values()]
    reviews = [case for case in diary.cases.values() if case.state in OPEN and case.value["kind"] in REVIEWS]
    no_chair = sum(case.value["children"] for case in reviews if case.value["chair"] is None)
    left, leave = (sum(row["to_hand_over"] for row in rows if row["leaving"] == word) for word in ("has left", "leaves"))
    total = no_chair + left + leave
    return rows, {"total": total, "no_chair": no_chair, "chair_has_left": left, "chair_leaves": leave}


def _caseload(diary: Diary, chair: Fields) -> Fields:
    given = sum(
        diary.cases[row.conference].value["children"]
        for row in diary.active()
        if not row.held
        and row.chair == chair["id"]
        and diary.cases[row.conference].state == "booked"
        and diary.cases[row.conference].value["chair"] is None
    )
    most = cap(diary, chair)
    leaving = None
    if chair["last"] is not None and date(chair["last"]) <= diary.today + DAY * 7 * 13:
        leaving = "has left" if date(chair["last"]) < diary.today else "leaves"
    return {
        "chair": chair["id"],
        "fte": chair["fte"],
        "reserve": chair["reserve"],
        "now": chair["caseload"],
        "given": given,
        "after": chair["caseload"] + given,
        "cap": most,
        "above": max(0, chair["caseload"] + given - most),
        "last": chair["last"],
        "leaving": leaving,
        "to_hand_over": 0 if leaving is None else chair["caseload"],
    }


def cap(diary: Diary, chair: Fields) -> int:
    """Return the most children that a chair should hold, in proportion to the hours; a reserve holds none."""
    return 0 if chair["reserve"] else int(diary.policy["caseload_cap"] * Fraction(str(chair["fte"])))


def rooms(diary: Diary, first: dt.date, last: dt.date) -> list[Fields]:
    """Return the slots of each room and month: offered on open days, used by conferences, and held."""
    return [
        _use(diary, room, start, [day for day in days_of(first, last) if month(day) == start])
        for start in sorted({month(day) for day in days_of(first, last)})
        for room in diary.registers["rooms"].values()
    ]


def _use(diary: Diary, room: Fields, start: dt.date, days: list[dt.date]) -> Fields:
    offered = {f"{day}T{time}" for day in days if _is_open(diary, room, day) for time in room["starts"]}
    taken = [row for row in diary.active() if row.room == room["id"] and row.day in days]
    offered |= {moment(row.start) for row in taken}
    used, held = sum(not row.held for row in taken), sum(row.held for row in taken)
    return {
        "month": f"{start}",
        "site": room["site"],
        "room": room["id"],
        "offered": len(offered),
        "used": used,
        "held": held,
        "used_percent": percent(used, len(offered)),
    }


def _is_open(diary: Diary, room: Fields, day: dt.date) -> bool:
    closed = any(_within(day, period) for period in room["closed"])
    return diary.calendar.is_open(day) and _in_use(room, day) and not closed


def reschedules(diary: Diary, first: dt.date, last: dt.date) -> list[Fields]:
    """Return what was recorded in a period as moved, cancelled or inquorate, in that order, and why.

    A conference is inquorate if that is its outcome now, since it was recorded or corrected as such.
    """
    inquorate = {case.id: event for case, event in diary.journal if event.inquorate and case.state == "inquorate"}
    return [
        _reschedule(case, event)
        for case, event in diary.journal
        if event.event in ("moved", "booking cancelled", "cancelled") or inquorate.get(case.id) is event
        if first <= event.at.date() <= last
    ]


def _reschedule(case: Case, event: Event) -> Fields:
    found = list(changes(event.before, event.after, event.mode)) if event.before and event.after else []
    after = event.after if event.event == "moved" else None
    return {
        "day": f"{event.at.date()}",
        "conference": case.id,
        "kind": case.value["kind"],
        "children": case.value["children"],
        "what": _what(event, found),
        "reason": event.inquorate or event.reason,
        "publication": event.publication,
        "before": None if event.before is None else moment(event.before.start),
        "after": None if after is None else moment(after.start),
        "why": _why(event),
        "changes": found,
    }


def _what(event: Event, found: list[Fields]) -> str:
    """Return the event; of a move that keeps its date and time, what changed instead."""
    names = [each["what"] for each in found]
    if event.event != "moved" or "date" in names or "time" in names:
        return "inquorate" if event.inquorate else event.event
    if not names:
        return "length changed"
    modes = [f"{MODE[each['from']]} to {MODE[each['to']]}" for each in found if each["what"] == "mode"]
    others = [KIND[name] for name in names if name != "mode" and not (modes and name == "room")]
    return "; ".join([*modes, *([f"{_in_a_row(others)} changed"] if others else [])])


def _why(event: Event) -> str:
    if event.reason is not None:
        return event.inquorate or event.reason
    if event.publication is not None:
        return f"{'withdrawn' if event.event == 'booking cancelled' else 'moved'} by publication {event.publication}"
    return "imported" if event.by == "import" else "no reason recorded"


def all_reports(diary: Diary, first: dt.date, last: dt.date) -> dict[str, Any]:
    """Return the rows of every report of some days by its name, and the totals of those that have any."""
    loads, without_chair = caseloads(diary)
    return {
        "timeliness": {"rows": timeliness(diary, first, last)},
        "weekly-icpc": {"rows": weekly_icpc(diary, first, last)},
        "caseloads": {"rows": loads, "children_without_chair": without_chair},
        "rooms": {"rows": rooms(diary, first, last)},
        "reschedules": {"rows": reschedules(diary, first, last)},
    }
