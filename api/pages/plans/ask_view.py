"""What goes into a plan, and what looks missing, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.diary.conflicts.queries import BrokenBooking
from api.pages.names import PlaceNames
from scheduler.domain.conference import ConferenceKind
from scheduler.domain.problem import Problem
from scheduler.domain.values import Period
from scheduler.remarks import remarks_of
from scheduler.wording import agree, children_of, count_of, in_a_row

MOST_NAMED = 6
MOST_REMARKS = 10
REVIEWS = (ConferenceKind.FIRST_REVIEW, ConferenceKind.REVIEW)


@dataclass(frozen=True)
class Missing:
    """Something that looks missing: a sentence, and the link that mends it, if there is one."""

    text: str
    link: str = ""
    path: str = ""


@dataclass(frozen=True)
class AskView:
    """What goes into a plan, line by line, and what looks missing."""

    goes_in: Sequence[tuple[str, str]]
    missing: Sequence[Missing]


def ask_view(problem: Problem, names: PlaceNames, broken: Sequence[BrokenBooking]) -> AskView:
    """Return what goes into the plan of a problem. ``broken`` are the bookings that break a rule, on any day."""
    here = [one for one in broken if one.start.date() in problem.horizon]
    return AskView(list(_goes_in(problem, names)), list(_missing(problem, names, here)))


def _goes_in(problem: Problem, names: PlaceNames) -> Iterator[tuple[str, str]]:
    booked = problem.published_by_id
    waiting = [one for one in problem.conferences if one.id not in booked]
    reviews = [one for one in waiting if one.kind in REVIEWS]
    fixed = sum(len(one.locks) == 3 for one in problem.published)
    yield "Requests waiting", f"{count_of(len(waiting) - len(reviews), 'conference')}"
    yield "Reviews due", f"{count_of(len(reviews), 'conference')}, {children_of(sum(one.children for one in reviews))}"
    yield "Booked already", f"{count_of(len(problem.published), 'conference')}, {fixed} of them fixed"
    people = f"{names.chair_title}s and minute takers"
    yield people, f"{len(problem.chairs)} and {len(problem.minute_takers or ())}"
    closed = sum(any(_touch(one, problem.horizon) for one in room.closed) for room in problem.rooms)
    yield "Rooms", f"{count_of(len(problem.rooms), 'room')}" + (f", {closed} of them closed on some days" if closed else "")
    closures = [day for day in problem.calendar.closures if day in problem.horizon]
    yield "Days", f"{count_of(len(problem.working_days) - len(closures), 'working day')}, {len(closures)} closed"
    yield "Slots to keep free", count_of(sum(one.count for one in problem.holds), "slot")


def _missing(problem: Problem, names: PlaceNames, broken: Sequence[BrokenBooking]) -> Iterator[Missing]:
    if not problem.conferences:
        yield Missing("No conference waits for these days or is booked on them.", "Take a request", "/requests/new")
    if broken:
        number = len({one.number for one in broken})
        text = f"{count_of(number, 'booking')} of these days {agree(number, 'breaks a rule', 'break rules')} now."
        yield Missing(text, "Propose a repair", f"/repairs/new?first={problem.horizon.first}&last={problem.horizon.last}")
    always = [names.chair(one.id) for one in problem.chairs if not any(_touch(day, problem.horizon) for day in one.absences)]
    if always:
        yield Missing(f"No absences in these days: {_few(always)}.", "Enter an absence", "/people")
    if problem.minute_takers is None or not problem.minute_takers:
        yield Missing("No minute takers are entered: the plan assigns none.", "Enter minute takers", "/people")
    if not problem.holds:
        yield Missing("No slots are kept free for initial conferences in these weeks.", "Bring data for them", "/import")
    without = [one.id for one in problem.conferences if one.social_worker is None]
    if without:
        text = f"No social worker is entered for {_few(without)}: two conferences of one worker could overlap."
        yield Missing(text, f"Open {without[0]}", f"/conferences/{without[0]}")
    for text in problem.assumptions:
        yield Missing(text, "Change terms and holidays", "/settings")
    for remark in remarks_of(problem)[:MOST_REMARKS]:
        yield Missing(remark.text)


def _touch(one: Period, other: Period) -> bool:
    return one.first <= other.last and one.last >= other.first


def _few(texts: Sequence[str]) -> str:
    more = len(texts) - MOST_NAMED
    return in_a_row([*texts[:MOST_NAMED], f"{more} more"]) if more > 0 else in_a_row(list(texts))
