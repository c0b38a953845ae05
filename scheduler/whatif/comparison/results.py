"""Results of a base and its scenarios: the effects on families, chairs and rooms, and the proven differences."""

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
    """A problem to solve: the base, or a scenario with its changes in sentences. ``at`` is its place in a grid."""

    name: str
    sentences: tuple[str, ...]
    problem: Problem
    at: tuple[str, ...] = ()


class Children(Value):
    """Counts of children in conferences of one kind: all, placed, and placed in time."""

    kind: ConferenceKind
    children: int
    placed: int
    in_time: int


class LateConference(Value):
    """A conference after its due date, with the working days between."""

    conference: str
    children: int
    due: Date
    day: Date
    working_days: int


class UnplacedConference(Value):
    """A conference without a booking, and the reason."""

    conference: str
    children: int
    due: Date
    reason: str


class ChairCaseload(Value):
    """A chair's children before and after the plan, the cap, and the children above it (contract, T5).

    ``gone`` is the last day of a chair who is not in post after the plan; their children then have no chair.
    """

    chair: str
    label: str
    before: int
    after: int
    cap: int
    above: int
    gone: Date | None = None


class Use(Value):
    """How much of a room or chair is used, of how much is available.

    A room's starts on its open days, or a chair's working days; ``used`` are those with a booking.
    """

    id: str
    label: str
    used: int
    of: int


class MovedConference(Value):
    """A conference of both problems with different bookings. ``what`` lists the differences; None means no booking."""

    conference: str
    what: tuple[Aspect, ...]
    before: Booking | None
    after: Booking | None


class Outlook(Value):
    """The effects of one schedule. ``counts`` are the units of each preference, without weights (contract, T6).

    ``children_without_chair`` are those of chairs who are gone after the plan.
    """

    tiers: tuple[Tier, ...]
    conferences: int
    placed: int
    children: tuple[Children, ...]
    unplaced: tuple[UnplacedConference, ...] = ()
    late: tuple[LateConference, ...]
    counts: dict[PreferenceName, int]
    handovers: tuple[str, ...]
    caseloads: tuple[ChairCaseload, ...]
    children_without_chair: int = 0
    rooms: tuple[Use, ...]
    chairs: tuple[Use, ...]
    seconds: float


class Result(Value):
    """The result of the base or a scenario. If no schedule is possible, ``outlook`` is None and ``refused`` has the reasons.

    In a grid, ``at`` is the scenario's point of each setting, such as ``5 chairs`` and ``2 rooms``.
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
    """The base and its scenarios in the requested order. ``missing`` are the scenarios that were not solved in time.

    ``axes`` are a grid's settings with all their points, solved or not.
    """

    service: Service
    horizon: Period
    base: Result
    scenarios: tuple[Result, ...]
    missing: tuple[str, ...] = ()
    axes: tuple[tuple[str, ...], ...] = ()

    @property
    def heading(self) -> str:
        """Return the service and the plan's days: ``What if: Buckinghamshire, 1 to 31 January 2027``."""
        return f"What if: {', '.join(filter(None, (self.service.name, period_in_words(self.horizon))))}"

    @property
    def results(self) -> tuple[Result, ...]:
        """Return the base, then the scenarios."""
        return (self.base, *self.scenarios)


def compared(variants: Sequence[Variant], solved: Sequence[Solved | None]) -> Comparison | None:
    """Compare the solved variants with the first, the base. Return None if the base is not solved."""
    base, of_base = variants[0], solved[0]
    if of_base is None:
        return None
    pairs = list(zip(variants[1:], solved[1:], strict=True))
    return Comparison(
        service=base.problem.service,
        horizon=base.problem.horizon,
        base=_alone(base, of_base),
        scenarios=tuple(_against(base, of_base, scenario, result) for scenario, result in pairs if result is not None),
        missing=tuple(scenario.name for scenario, result in pairs if result is None),
        axes=axes_of(variant.at for variant in variants),
    )


def axes_of(points: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Return each setting of a grid with all its points. ``points`` are the scenarios' places, empty outside a grid."""
    return tuple(tuple(dict.fromkeys(of_setting)) for of_setting in zip(*filter(None, points), strict=True))


def outlook(problem: Problem, schedule: Schedule, seconds: float) -> Outlook:
    """Return the effects of a schedule with tiers. ``seconds`` is the time of its solve."""
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
                gone=load.gone,
            )
            for load in account.loads
        ),
        children_without_chair=sum(load.without_chair for load in account.loads),
        rooms=tuple(_rooms(account)),
        chairs=tuple(_chairs(account)),
        seconds=seconds,
    )


def moved(before: Problem, base: Schedule, after: Problem, planned: Schedule) -> Iterator[MovedConference]:
    """Yield the conferences of both problems whose bookings differ, sorted by reference."""
    old, new = Account(before, base).placed, Account(after, planned).placed
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


def _against(base: Variant, of_base: Solved, scenario: Variant, solved: Solved) -> Result:
    """Return a scenario's result, with its differences from the base if both have a schedule."""
    result = _alone(scenario, solved)
    if of_base.schedule is None or solved.schedule is None:
        return result
    is_same = solved.key == of_base.key
    recounted = recounted_tiers(base.problem.policy, scenario.problem.policy)
    of_tiers = differences(of_base.schedule.tiers, solved.schedule.tiers, is_same=is_same, recounted=recounted)
    changed = tuple(moved(base.problem, of_base.schedule, scenario.problem, solved.schedule))
    return result.model_copy(update={"differences": of_tiers, "judgement": judgement(of_tiers), "moved": changed})


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
