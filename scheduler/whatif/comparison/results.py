"""A base and its scenarios side by side: what each would mean for families, chairs and rooms, and what is proven different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.conference import ConferenceKind
from scheduler.domain.preferences import PreferenceName
from scheduler.domain.problem import Problem, Service
from scheduler.domain.schedule import Booking, Schedule, Tier
from scheduler.domain.values import Date, Period, Value, days
from scheduler.measure import measure
from scheduler.report.account import Account
from scheduler.sweeps.task import Solved
from scheduler.whatif.comparison.verdicts import Difference, Judgement, differences, judgement, recounted_tiers
from scheduler.wording import period_in_words

Aspect = Literal["date", "time", "room", "chair"]


@dataclass(frozen=True)
class Variant:
    """A problem to be solved: the base, or a scenario with its changes in sentences, and where it stands in a grid."""

    name: str
    sentences: tuple[str, ...]
    problem: Problem
    at: tuple[str, ...] = ()


class Children(Value):
    """The children of conferences of one kind: all, those placed, and those placed in time."""

    kind: ConferenceKind
    children: int
    placed: int
    in_time: int


class LateConference(Value):
    """A conference after its due date, by so many working days."""

    conference: str
    children: int
    due: Date
    day: Date
    working_days: int


class UnplacedConference(Value):
    """A conference without a booking, and why."""

    conference: str
    children: int
    due: Date
    reason: str


class ChairCaseload(Value):
    """A chair's children before the plan and after it, the cap, and how many are above it (contract, T5)."""

    chair: str
    label: str
    before: int
    after: int
    cap: int
    above: int


class Use(Value):
    """So much is used of so much that there is.

    Of a room: the starts that it offers on days on which it is open. Of a chair: the days worked, and those with a booking.
    """

    id: str
    label: str
    used: int
    of: int


class MovedConference(Value):
    """A conference in both problems of which the booking differs: what does, and both bookings. None is no booking."""

    conference: str
    what: tuple[Aspect, ...]
    before: Booking | None
    after: Booking | None


class Outlook(Value):
    """What one schedule would mean. ``counts`` are the units of each preference, before their weights (contract, T6)."""

    tiers: tuple[Tier, ...]
    conferences: int
    placed: int
    children: tuple[Children, ...]
    unplaced: tuple[UnplacedConference, ...] = ()
    late: tuple[LateConference, ...]
    counts: dict[PreferenceName, int]
    handovers: tuple[str, ...]
    caseloads: tuple[ChairCaseload, ...]
    rooms: tuple[Use, ...]
    chairs: tuple[Use, ...]
    seconds: float


class Result(Value):
    """A scenario beside the base. Where no schedule is possible ``outlook`` is None, and ``refused`` says why.

    In a grid ``at`` is its point of each setting, such as ``5 chairs`` and ``2 rooms``.
    """

    name: str
    changes: tuple[str, ...]
    at: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    outlook: Outlook | None
    differences: tuple[Difference, ...] = ()
    judgement: Judgement | None = None
    moved: tuple[MovedConference, ...] = ()


class Comparison(Value):
    """The base and its scenarios, in the order asked for. ``missing`` are those that were not solved, for want of time.

    ``axes`` are the settings of a grid with all their points, solved or not.
    """

    service: Service
    horizon: Period
    base: Result
    scenarios: tuple[Result, ...]
    missing: tuple[str, ...] = ()
    axes: tuple[tuple[str, ...], ...] = ()

    @property
    def heading(self) -> str:
        """Whose plan this is about, and of which days: ``What if: Buckinghamshire, 1 to 31 January 2027``."""
        return f"What if: {', '.join(filter(None, (self.service.name, period_in_words(self.horizon))))}"

    @property
    def results(self) -> tuple[Result, ...]:
        """The base, then the scenarios."""
        return (self.base, *self.scenarios)


def compared(variants: Sequence[Variant], solved: Sequence[Solved | None]) -> Comparison | None:
    """Set what is solved side by side; the first is the base. None where the base is not solved."""
    base, of_base = variants[0], solved[0]
    if of_base is None:
        return None
    beside = list(zip(variants[1:], solved[1:], strict=True))
    return Comparison(
        service=base.problem.service,
        horizon=base.problem.horizon,
        base=_alone(base, of_base),
        scenarios=tuple(_beside(base, of_base, scenario, found) for scenario, found in beside if found is not None),
        missing=tuple(scenario.name for scenario, found in beside if found is None),
        axes=axes_of(variant.at for variant in variants),
    )


def axes_of(points: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The settings of a grid, each with all its points in their order; ``points`` are where each scenario stands, if in one."""
    return tuple(tuple(dict.fromkeys(of_setting)) for of_setting in zip(*filter(None, points), strict=True))


def outlook(problem: Problem, schedule: Schedule, seconds: float) -> Outlook:
    """What a schedule with its tiers would mean; ``seconds`` is what it took to find."""
    account = Account(problem, schedule)
    return Outlook(
        tiers=schedule.tiers,
        conferences=len(problem.conferences),
        placed=len(account.placed),
        children=tuple(_children(account)),
        unplaced=tuple(_unplaced(account)),
        late=tuple(
            LateConference(
                conference=late.conference.id,
                children=late.conference.children,
                due=late.due,
                day=late.booking.day,
                working_days=late.working_days,
            )
            for late in account.late
        ),
        counts=measure(problem, schedule).counts,
        handovers=tuple(sorted(conference.id for conference, _ in account.handovers)),
        caseloads=tuple(
            ChairCaseload(
                chair=load.chair.id,
                label=load.chair.label,
                before=load.before,
                after=load.after,
                cap=load.cap,
                above=load.above,
            )
            for load in account.loads
        ),
        rooms=tuple(_rooms(account)),
        chairs=tuple(_chairs(account)),
        seconds=seconds,
    )


def moved(before: Problem, standing: Schedule, after: Problem, planned: Schedule) -> Iterator[MovedConference]:
    """The conferences of both problems whose bookings differ, by reference."""
    old, new = Account(before, standing).placed, Account(after, planned).placed
    for reference in sorted(before.conference_by_id.keys() & after.conference_by_id.keys()):
        was, will_be = old.get(reference), new.get(reference)
        what = _aspects(was, will_be)
        if what or (was is None) != (will_be is None):
            yield MovedConference(conference=reference, what=what, before=was, after=will_be)


def _alone(variant: Variant, solved: Solved) -> Result:
    schedule = solved.schedule_of(variant.problem)
    return Result(
        name=variant.name,
        changes=variant.sentences,
        at=variant.at,
        refused=solved.refused,
        outlook=None if schedule is None else outlook(variant.problem, schedule, solved.seconds),
    )


def _beside(base: Variant, of_base: Solved, scenario: Variant, solved: Solved) -> Result:
    """A scenario's result, with what differs from the base, if there is a schedule of both."""
    result = _alone(scenario, solved)
    if of_base.schedule is None or solved.schedule is None:
        return result
    is_same = solved.key == of_base.key
    recounted = recounted_tiers(base.problem.policy, scenario.problem.policy)
    found = differences(of_base.schedule.tiers, solved.schedule.tiers, is_same=is_same, recounted=recounted)
    changed = tuple(moved(base.problem, of_base.schedule, scenario.problem, solved.schedule))
    return result.model_copy(update={"differences": found, "judgement": judgement(found), "moved": changed})


def _children(account: Account) -> Iterator[Children]:
    late = {one.conference.id for one in account.late}
    for kind in ConferenceKind:
        of_kind = [conference for conference in account.problem.conferences if conference.kind == kind]
        placed = [conference for conference in of_kind if conference.id in account.placed]
        yield Children(
            kind=kind,
            children=sum(conference.children for conference in of_kind),
            placed=sum(conference.children for conference in placed),
            in_time=sum(conference.children for conference in placed if conference.id not in late),
        )


def _unplaced(account: Account) -> Iterator[UnplacedConference]:
    for one in account.unplaced:
        conference, due = account.problem.conference_by_id[one.conference], account.problem.due[one.conference]
        yield UnplacedConference(conference=one.conference, children=conference.children, due=due, reason=one.reason)


def _rooms(account: Account) -> Iterator[Use]:
    problem = account.problem
    used = Counter(booking.room for booking in account.bookings)
    for room in problem.rooms:
        open_days = sum(problem.calendar.is_open(day) and room.is_open(day) for day in days(problem.horizon))
        of = open_days * len(set(room.starts))
        yield Use(id=room.id, label=account.room_label(room.id), used=used[room.id], of=of)


def _chairs(account: Account) -> Iterator[Use]:
    problem = account.problem
    used = Counter(chair for chair, _ in {(booking.chair, booking.day) for booking in account.bookings})
    for chair in problem.chairs:
        of = sum(problem.calendar.is_open(day) and chair.works_on(day) for day in days(problem.horizon))
        yield Use(id=chair.id, label=chair.label, used=used[chair.id], of=of)


def _aspects(before: Booking | None, after: Booking | None) -> tuple[Aspect, ...]:
    if before is None or after is None:
        return ()
    same: dict[Aspect, bool] = {
        "date": before.day == after.day,
        "time": before.start.time() == after.start.time(),
        "room": before.room == after.room,
        "chair": before.chair == after.chair,
    }
    return tuple(aspect for aspect, is_same in same.items() if not is_same)
