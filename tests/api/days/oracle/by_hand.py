"""Bookings by hand: what each call makes of the diary, and whether it should have been refused, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.api.days.oracle.diary import ALL_LOCKS, PLACE, Case, Diary, Fields, Row, place
from tests.api.days.oracle.rules import breaches
from tests.api.days.oracle.working_days import DAY, monday
from tests.api.days.recording import Call


@dataclass(frozen=True)
class Wish:
    """A booking that somebody wants: ``new`` instead of ``old``, with an exception or a waiver if they gave one."""

    case: Case
    old: Row | None
    new: Row
    exception: Fields | None
    waiver: Fields | None


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a booking: the status of the refusal, and what it points at. Nothing is wrong if there is none."""

    status: int = 201
    wrong: tuple[str, ...] = ()


def book(diary: Diary, call: Call) -> None:
    """Book a conference."""
    body = call.body
    case = diary.cases.get(body["conference"])
    if case is None:
        return _agree(diary, call, Verdict(422, ("conference",)))
    if case.state != "requested":
        return _agree(diary, call, Verdict(409))
    if unknown := _unknown(diary, body):
        return _agree(diary, call, Verdict(422, unknown))
    chosen = {"minute_taker": None} | {name: body[name] for name in PLACE if name in body}
    new = diary.new_row(case.id, chosen, case.value["minutes"], locks=tuple(body.get("locks", ())), by_hand=True)
    _fulfil(diary, call, [Wish(case, None, new, body.get("exception"), body.get("waiver"))])
    return None


def move(diary: Diary, call: Call, number: str) -> None:
    """Move a booking, and change its conference's length and mode."""
    old = diary.numbered(int(number))
    if old is None or old.ended is not None or diary.cases[old.conference].state != "booked":
        return _agree(diary, call, Verdict(404 if old is None else 409))
    body, case = call.body, diary.cases[old.conference]
    needs = {name: body[name] for name in ("minutes", "mode") if body.get(name) is not None}
    changes = {
        name: body[name] for name in PLACE if name in body and (body[name] is not None or name in ("room", "minute_taker"))
    }
    if not needs and place(old) == place(old) | changes:
        return _agree(diary, call, Verdict(422))
    if unknown := _unknown(diary, changes):
        return _agree(diary, call, Verdict(422, unknown))
    before = case.value
    case.value = before | needs
    new = diary.new_row(
        case.id, place(old) | changes, case.value["minutes"], locks=old.locks, by_hand=True, number=call.numbers.get(case.id)
    )
    exception = body.get("exception") or (old.exception if new.day == old.day else None)
    if call.was_done and before != case.value:
        diary.note(case, "changed")
    _fulfil(diary, call, [Wish(case, old, new, exception, body.get("waiver"))])
    if not call.was_done:
        case.value = before
    return None


def swap(diary: Diary, call: Call, number: str) -> None:
    """Exchange the times, rooms and minute takers of two bookings; each family keeps its chair, unless chairs swap too."""
    pair = [diary.numbered(int(number)), diary.numbered(call.body["other"])]
    if None in pair:
        return _agree(diary, call, Verdict(404))
    one, other = (row for row in pair if row is not None)
    if one.ended or other.ended:
        return _agree(diary, call, Verdict(409))
    names = PLACE if call.body.get("chairs") else tuple(name for name in PLACE if name != "chair")
    exceptions = {each["conference"]: _without_conference(each) for each in call.body.get("exceptions", ())}
    wishes = []
    for old, there in ((one, other), (other, one)):
        case = diary.cases[old.conference]
        chosen = place(old) | {name: place(there)[name] for name in names}
        new = diary.new_row(case.id, chosen, case.value["minutes"], locks=old.locks, by_hand=True)
        exception = exceptions.get(case.id) or (old.exception if new.day == old.day else None)
        wishes.append(Wish(case, old, new, exception, call.body.get("waiver")))
    _fulfil(diary, call, wishes)
    return None


def cancel(diary: Diary, call: Call, number: str) -> None:
    """Cancel a booking: its conference is requested again, or its slot is free."""
    row = diary.numbered(int(number))
    if not call.was_done or row is None:
        return
    if row.held:
        diary.end(row, "released")
        return
    case = diary.cases[row.conference]
    diary.end(row, "cancelled")
    diary.set_case(case, "requested")
    diary.note(case, "booking cancelled", call.body["reason"], before=row)


def set_locks(diary: Diary, call: Call, number: str) -> None:
    """Set what plans must keep. One made by hand, which has every lock, is then held by these alone."""
    row = diary.numbered(int(number))
    if not call.was_done or row is None:
        return
    locks = tuple(sorted(set(call.body["locks"])))
    by_hand = row.by_hand and set(locks) == set(ALL_LOCKS)
    diary.rows[diary.rows.index(row)] = replace(row, locks=locks, by_hand=by_hand)
    case = diary.cases[row.conference]
    diary.set_case(case)
    diary.note(case, "locks set")


def waive(diary: Diary, case: Case, waiver: Fields, *, of_a_move: bool) -> None:
    """Record who waived the notice of a conference, or of one move, and why."""
    if not of_a_move:
        diary.set_case(case, notice_waived=True)
        case.waiver = {"by": waiver["by"], "why": waiver["why"], "at": f"{diary.now:%Y-%m-%dT%H:%M:%SZ}"}
    diary.note(case, "notice waived")


def _fulfil(diary: Diary, call: Call, wishes: Sequence[Wish]) -> None:
    """Make what is wanted if it was made; compare the verdict of the rules with the answer in any case."""
    _agree(diary, call, _verdict(diary, wishes))
    if not call.was_done:
        return
    notices = [_notice(diary, wish) for wish in wishes]
    for wish, (short, soon) in zip(wishes, notices, strict=True):
        if (short or soon) and wish.waiver is not None:
            waive(diary, wish.case, wish.waiver, of_a_move=not short)
    for wish in wishes:
        if wish.old is not None:
            diary.end(wish.old, "moved")
    for wish in wishes:
        for slot in _used_up(diary, wish):
            diary.end(slot, "released")
        exception = wish.exception if diary.late_by(wish.new) else None
        new = diary.book(replace(wish.new, exception=exception, number=call.numbers.get(wish.case.id)))
        diary.set_case(wish.case, "booked")
        event = "booked" if wish.old is None else "moved"
        diary.note(wish.case, event, call.body.get("reason"), before=wish.old, after=new)


def is_wrong(diary: Diary, wish: Wish) -> bool:
    """True if a booking of a file breaks a rule, is late, or is too soon. A new one on a day that is over needs no notice."""
    verdict = _verdict(diary, [wish])
    is_over = wish.old is None and wish.new.day < diary.today
    return bool(set(verdict.wrong) - ({"waiver"} if is_over else set()))


def _verdict(diary: Diary, wishes: Sequence[Wish]) -> Verdict:
    wrong: set[str] = set()
    gone = [wish.old for wish in wishes if wish.old is not None]
    gone += [slot for wish in wishes for slot in _used_up(diary, wish)]
    rest = [row for row in diary.active() if row not in gone]
    for wish in wishes:
        short, soon = _notice(diary, wish)
        if (short or soon) and wish.waiver is None:
            wrong.add("waiver")
        if diary.late_by(wish.new) and wish.exception is None:
            wrong.add("exception")
    taken = {what for wish in wishes for what in _taken(rest, wish.new)}
    with_notice = {wish.case.id for wish in wishes if _notice(diary, wish)[0] and wish.waiver is not None}
    if taken:
        if len(wishes) == 1:  # a refused swap lists the clashes alone
            free = [row for row in rest if not _taken([row], wishes[0].new)]
            wrong |= {rule for rule, _, _ in _broken_by(diary, [*free, wishes[0].new], wishes[0].new, with_notice)}
        return Verdict(409, tuple(sorted(taken | wrong)))
    for wish in wishes:
        wrong |= {rule for rule, _, _ in _broken_by(diary, [*rest, *(each.new for each in wishes)], wish.new, with_notice)}
    return Verdict(422, tuple(sorted(wrong))) if wrong else Verdict()


def _broken_by(diary: Diary, rows: Sequence[Row], new: Row, waived: set[str]) -> set[Any]:
    """Return what a booking breaks in its week that would hold without it. A waived notice binds no more."""
    week = [row for row in rows if monday(row.day) == monday(new.day)]
    before = {name: diary.cases[name].earliest for name in waived}
    for name in waived:
        case = diary.cases[name]
        case.earliest = diary.calendar.earliest(case.value | {"notice_waived": True}, diary.policy)
    found = breaches(diary, week) - breaches(diary, [row for row in week if row is not new])
    for name, earliest in before.items():
        diary.cases[name].earliest = earliest
    return found


def _notice(diary: Diary, wish: Wish) -> tuple[bool, bool]:
    """Return whether a new start is too soon for the family's notice, and whether a move takes the family by surprise.

    A booking that breaks a rule may change its room or chair, or move to a later day, without a waiver.
    """
    old, new, days, policy = wish.old, wish.new, diary.calendar, diary.policy
    is_moved = old is None or old.start != new.start
    with_notice, movable = days.after(diary.today, policy["notice_days"]), days.after(diary.today, policy["move_notice_days"])
    short = is_moved and new.day < with_notice and not wish.case.value["notice_waived"]
    if old is None or (old.start, old.room, old.chair) == (new.start, new.room, new.chair):
        return short, False
    soon = old.day < movable or (is_moved and new.day < movable)
    if soon and not short and _broken_by(diary, diary.active(), old, set()):
        soon = is_moved and new.day < movable
    return short, soon


def _taken(rest: Sequence[Row], new: Row) -> set[str]:
    """Return what of a place is taken by another booking at that time."""
    found = set()
    for row in rest:
        if row.room is not None and row.room == new.room and row.arrival < new.cleared and new.arrival < row.cleared:
            found.add("room")
        for person in ("chair", "minute_taker"):
            who = getattr(new, person)
            if who is not None and getattr(row, person) == who and row.arrival < new.end and new.arrival < row.end:
                found.add(person)
    return found


def _used_up(diary: Diary, wish: Wish) -> list[Row]:
    """Return the slots kept free at the site of a booking that it uses up: they clash with it. A review uses up none."""
    if wish.case.value["kind"] in ("first_review", "review"):
        return []
    site = diary.site(wish.new.room) or wish.case.value["site"]
    slots = [row for row in diary.active() if row.held and diary.site(row.room) == site]
    return [row for row in slots if _taken([row], wish.new)]


def _unknown(diary: Diary, chosen: Fields) -> tuple[str, ...]:
    kinds = {"room": "rooms", "chair": "chairs", "minute_taker": "minute_takers"}
    named = {name: chosen[name] for name in kinds if chosen.get(name) is not None}
    return tuple(sorted(name for name, of in named.items() if of not in diary.registers[kinds[name]]))


def _agree(diary: Diary, call: Call, expected: Verdict) -> None:
    """Note a difference between what the rules say of a call, and what the service answered."""
    if call.status not in (412, 428, 503) and Verdict(call.status, call.wrong) != expected:
        answered = Verdict(call.status, call.wrong)
        diary.findings.append(
            f"{call.at:%d %H:%M} {call.method} {call.path} {call.body}: expected {expected}, answered {answered}"
        )


def _without_conference(exception: Fields) -> Fields:
    return {name: value for name, value in exception.items() if name != "conference"}


def days_of(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return all days from one to another."""
    return [first + DAY * n for n in range((last - first).days + 1)]
