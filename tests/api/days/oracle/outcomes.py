"""Outcomes, and what follows from them: the next review or attempt, its clock, and the caseloads (``docs/service.md``)."""

from __future__ import annotations

from typing import Any

from tests.api.days.oracle.diary import OPEN, Case, Diary, Fields, Row
from tests.api.days.oracle.working_days import DAY, REVIEWS, date
from tests.api.days.recording import Call

LEAVES_A_PLAN = ("plan made", "plan continues")


def record(diary: Diary, call: Call, conference: str, entry: Fields | None = None) -> None:
    """Record an outcome. The booking moves to the day on which the conference was held."""
    if not call.was_done:
        return
    case, row = diary.cases[conference], diary.row_of(conference)
    assert row is not None
    held = _outcome(case, row, entry or call.body)
    _to_its_day(diary, row, held)
    case.outcome = held
    diary.set_case(case, "inquorate" if held["outcome"] == "inquorate" else "held")
    after = _follow(diary, case, held, call.following.get(conference))
    if case.state == "held":
        diary.carry(case.on_plan, {} if after is None else after.on_plan)
    inquorate = held["reason"] if case.state == "inquorate" else None
    diary.note(case, case.state, held["reason"], before=row, inquorate=inquorate)


def record_many(diary: Diary, call: Call) -> None:
    """Record several outcomes, all or none."""
    if call.was_done:
        for entry in call.body["outcomes"]:
            record(diary, call, entry["conference"], {name: value for name, value in entry.items() if name != "conference"})


def correct(diary: Diary, call: Call, conference: str) -> None:
    """Correct an outcome: of what follows, what somebody has changed since stays; if something else follows, it is replaced."""
    if not call.was_done:
        return
    case, row, after = diary.cases[conference], diary.row_of(conference), diary.following(conference)
    assert row is not None
    assert case.outcome is not None
    was = case.outcome
    kept = ("outcome", "held_on") if call.body.get("outcome", was["outcome"]) != was["outcome"] else tuple(was)
    given = {name: value for name, value in call.body.items() if value is not None or name == "reason"}
    held = _outcome(case, row, {name: was[name] for name in kept if name != "chair"} | given)
    _to_its_day(diary, row, held)
    case.outcome = held
    diary.set_case(case, "inquorate" if held["outcome"] == "inquorate" else "held")
    if after is not None and _what_follows(was) == _what_follows(held):
        _derive_again(diary, case, after, was, held)
    else:
        before = after.on_plan if after is not None and after.state in OPEN else {}
        _drop(diary, after)
        new = _follow(diary, case, held, call.following.get(conference))
        diary.carry(before, {} if new is None else new.on_plan)
    inquorate = held["reason"] if held["outcome"] == "inquorate" != was["outcome"] else None
    diary.note(case, "outcome corrected", "entered wrongly", before=row, inquorate=inquorate)


def withdraw(diary: Diary, call: Call, conference: str) -> None:
    """Take an outcome back: the conference is booked again, and what follows from it is cancelled."""
    if not call.was_done:
        return
    case, after = diary.cases[conference], diary.following(conference)
    before = after.on_plan if after is not None and after.state in OPEN else {}
    case.outcome = None
    diary.set_case(case, "booked")
    _drop(diary, after)
    diary.carry(before, case.on_plan)
    diary.note(case, "outcome withdrawn", "entered wrongly")


def cancel(diary: Diary, call: Call, conference: str) -> None:
    """Cancel a conference. Children on a plan leave their chair's caseload, unless it was entered wrongly."""
    if call.was_done:
        _cancel(diary, diary.cases[conference], call.body["reason"])


def _cancel(diary: Diary, case: Case, reason: str) -> None:
    row = diary.row_of(case.id)
    if row is not None:
        diary.end(row, "cancelled")
    diary.set_case(case, "cancelled")
    if reason != "entered wrongly":
        diary.carry(case.on_plan, {})
    diary.note(case, "cancelled", reason, before=row)


def _drop(diary: Diary, after: Case | None) -> None:
    if after is not None:
        if after.state in OPEN:
            _cancel(diary, after, "entered wrongly")
        after.follows = None


def _outcome(case: Case, row: Row, entry: Fields) -> Fields:
    """Return an outcome with its defaults: the booking's day, all children, and whoever chaired."""
    outcome, is_review = entry["outcome"], case.value["kind"] in REVIEWS
    children = entry.get("children")
    if outcome == "inquorate":
        children = case.value["children"] if is_review else 0
    elif outcome in LEAVES_A_PLAN:
        children = case.value["children"] if children is None else children
    else:
        children = 0
    reason = entry.get("reason") or ("inquorate" if outcome == "inquorate" else None)
    held_on = entry.get("held_on") or f"{row.day}"
    return {"outcome": outcome, "held_on": held_on, "children": children, "chair": row.chair, "reason": reason}


def _to_its_day(diary: Diary, row: Row, held: Fields) -> None:
    day = date(held["held_on"])
    if day != row.day:
        diary.end(row, "moved")
        diary.book(diary.shifted(row, day))


def _what_follows(held: Fields) -> str | None:
    return "attempt" if held["outcome"] == "inquorate" else "review" if held["outcome"] in LEAVES_A_PLAN else None


def _derived(diary: Diary, case: Case, held: Fields, identifier: str) -> Fields:
    """Return the conference that follows from an outcome.

    After an inquorate one the same conference is due again: a review by its own date, another kind within the working days of the
    settings. After a plan a review follows, whose clock runs from that day, with the family's own chair: the first chair who held
    a conference, unless that was a reserve.
    """
    value, day = case.value, date(held["held_on"])
    if _what_follows(held) == "attempt":
        again = value | {"id": identifier, "earliest": f"{day + DAY}", "notice_waived": False}
        if value["kind"] not in REVIEWS:
            again["due"] = f"{diary.calendar.after(day, diary.documents['after_conferences']['rebook_days'])}"
        return again
    is_reserve = diary.registers["chairs"][held["chair"]]["reserve"]
    return value | {
        "id": identifier,
        "kind": "review" if value["kind"] in REVIEWS else "first_review",
        "children": held["children"],
        "school_age": min(value["school_age"], held["children"]),
        "chair": value["chair"] or (None if is_reserve else held["chair"]),
        "trigger": held["held_on"],
        "requested": None,
        "earliest": None,
        "due": None,
        "unavailable": [],
        "notice_waived": False,
    }


def _follow(diary: Diary, case: Case, held: Fields, identifier: str | None) -> Case | None:
    if (identifier is None) != (_what_follows(held) is None):
        diary.findings.append(f"after {case.id}, {held}: {_what_follows(held)} follows, and the answer named {identifier}")
    return None if identifier is None else diary.add_case(_derived(diary, case, held, identifier), follows=case.id)


def _derive_again(diary: Diary, case: Case, after: Case, was: Fields, held: Fields) -> None:
    old, new = (_derived(diary, case, one, after.id) for one in (was, held))
    changes: dict[str, Any] = {name: new[name] for name in new if new[name] != old[name] and after.value[name] == old[name]}
    if changes and after.state in OPEN:
        before = after.on_plan
        changes["school_age"] = min(changes.get("school_age", after.value["school_age"]), (after.value | changes)["children"])
        diary.set_case(after, **changes)
        diary.carry(before, after.on_plan)
        diary.note(after, "changed")
