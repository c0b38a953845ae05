"""The solves of a repair: first with only the bookings free that have to move, then with all, unless the first is proven best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem, is_moved
from scheduler.domain.schedule import PlanException, Schedule, Tier
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.engines.least import Least
from scheduler.lock_conflicts import LockConflictError, without_hopeless_locks
from scheduler.model.build import possible_candidates
from scheduler.model.programme import ProgrammeBuilder
from scheduler.planner import must_agree, solve
from scheduler.repairs.request import RepairRequest
from scheduler.repairs.results import FrontPoint
from scheduler.repairs.rules import price_of_a_move
from scheduler.report.exceptions import exceptions_of
from scheduler.rules.base import Rule
from scheduler.rules.locks import LocksRule
from scheduler.whatif.changes.together import CHANGES_LIST
from scheduler.wording import date_in_words


@dataclass(frozen=True)
class SharedEffort:
    """The time that the solves of a repair share, and their workers and seed."""

    budget: Budget
    workers: int
    seed: int


@dataclass(frozen=True)
class Repaired:
    """A repaired schedule with its tiers as in the contract, and its number of moves.

    ``has_fewest_possible`` if fewer moves would certainly leave more conferences without a booking.
    """

    schedule: Schedule
    point: FrontPoint
    has_fewest_possible: bool


@dataclass(frozen=True)
class Floors:
    """Lower bounds from each conference by itself: of T1, and if that is reached, of T2. ``forced`` then have to move."""

    unplaced: int
    late: int
    forced: frozenset[str]


def repaired_in_stages(request: RepairRequest, highs: Highs, effort: SharedEffort) -> Repaired:
    """Return the repaired schedule. Raise InputError if no schedule keeps what has to stay.

    The first solve leaves free only the bookings that have to move, and what isn't published. If it reaches the floors of T1
    and T2, it is best of all: every schedule as good in T1, T2 and moves moves the same bookings. If only T2 misses its floor,
    a solve of T1, T2 and moves alone may prove the same. Otherwise all bookings are free.
    """
    price = price_of_a_move(request.changed)
    floors = floors_of(request)
    narrow = _narrow(request, highs, effort, floors, price)
    tiers = None if narrow is None else _proven_tiers(request, highs, effort, floors, narrow, price)
    if narrow is not None and tiers is not None:
        return _checked(request, narrow, tiers, price, floors)
    full = None if narrow is not None and effort.budget.over else _full(request, highs, effort, price)
    if full is not None and (narrow is None or _values(full) <= _values(narrow)):
        return _checked(request, full, full.tiers, price, floors)
    assert narrow is not None
    return _checked(request, narrow, _without_proof(narrow.tiers, floors), price, floors)


def floors_of(request: RepairRequest) -> Floors:
    """Return the bounds from each conference by itself, as if no two were in each other's way."""
    problem = without_hopeless_locks(request.with_locks)
    in_force = [rule for rule in request.rules.first_tiers(None) if rule.is_on(problem.policy)]
    candidates, impossible = possible_candidates(problem, None, in_force)
    builder = ProgrammeBuilder(candidates, impossible)
    for rule in in_force:
        if rule.tier is not None:
            rule.post(builder)
    programme = builder.programme()
    least, columns = Least(candidates, programme), np.arange(programme.columns)
    moves = least.of_each("stability", columns)
    forced = {one.id for one, move in zip(problem.conferences, moves.tolist(), strict=True) if move == 1}
    unplaced = programme.constants["unplaced"] - int(least.possible(columns).sum())
    return Floors(unplaced, least.total("late", columns), frozenset(forced))


def _narrow(request: RepairRequest, highs: Highs, effort: SharedEffort, floors: Floors, price: int) -> Schedule | None:
    """Return the best schedule in which only bookings that have to move do; None if none keeps all locks."""
    staying = request.changed.published_by_id.keys() - floors.forced - request.requested.keys()
    if not staying:
        return None
    try:
        return solved_by(request, highs, effort, request.rules.all(price, request.most, staying))
    except InputError:  # the solve with all bookings free reports it, if it is true of all
        return None


def _proven_tiers(
    request: RepairRequest, highs: Highs, effort: SharedEffort, floors: Floors, narrow: Schedule, price: int
) -> tuple[Tier, ...] | None:
    """Return the tiers of the narrow solve with bounds for all schedules; None if they aren't proven best."""
    unplaced, late = narrow.tiers[0].value, narrow.tiers[1].value
    if unplaced != floors.unplaced:
        return None
    if late != floors.late:
        if effort.budget.over:
            return None
        first = solved_by(request, highs, effort, request.rules.first_tiers(request.most))
        point = decoded(request, first.tiers, 1)[1]
        moves = narrow.tiers[2].value // price + len(request.requested)
        if not point.proven or (first.tiers[0].value, point.late, point.moves) != (unplaced, late, moves):
            return None
    reached = tuple(tier.model_copy(update={"bound": tier.value, "proven": True}) for tier in narrow.tiers[:2])
    return (*reached, *narrow.tiers[2:])


def _full(request: RepairRequest, highs: Highs, effort: SharedEffort, price: int) -> Schedule:
    return solved_by(request, highs, effort, request.rules.all(price, request.most))


def _values(schedule: Schedule) -> tuple[int, ...]:
    return tuple(tier.value for tier in schedule.tiers)


def _without_proof(tiers: Sequence[Tier], floors: Floors) -> tuple[Tier, ...]:
    """Return the tiers with only the bounds that hold for all schedules."""
    unplaced = tiers[0].value == floors.unplaced
    bounds = [floors.unplaced, floors.late if unplaced else 0, *(0 for _ in tiers[2:])]
    return tuple(
        tier.model_copy(update={"bound": bound, "proven": bound == tier.value}) for tier, bound in zip(tiers, bounds, strict=True)
    )


def _checked(request: RepairRequest, solved: Schedule, tiers: Sequence[Tier], price: int, floors: Floors) -> Repaired:
    """Return the schedule with its tiers decoded. Raise AssertionError if the checker disagrees, which is a bug."""
    own_tiers, point = decoded(request, tiers, price)
    schedule = solved.model_copy(
        update={"problem": request.changed.digest, "tiers": own_tiers, "exceptions": _exceptions(request, solved)}
    )
    _must_stay(request, schedule)
    must_agree(request.changed, schedule)
    counted = moves_in(request.changed, schedule) - request.requested.keys()
    if len(counted) != point.moves - len(request.requested):
        raise AssertionError(f"The engines and the schedule disagree: {point.moves} moves against {sorted(counted)}.")
    has_fewest = own_tiers[0].value == floors.unplaced and counted <= floors.forced
    return Repaired(schedule, point, has_fewest)


def decoded(request: RepairRequest, tiers: Sequence[Tier], price: int) -> tuple[tuple[Tier, ...], FrontPoint]:
    """Return the tiers with T3 by itself, and the moves with whether they are proven the fewest."""
    unplaced, late, composite = tiers[:3]
    moves, changes = divmod(composite.value, price)
    fewest, least = divmod(composite.bound, price)
    bound = min(least, changes) if fewest == moves else 0
    stability = Tier(name="stability", value=changes, bound=bound, proven=bound == changes)
    is_proven = unplaced.proven and late.proven and fewest == moves
    point = FrontPoint(moves=moves + len(request.requested), late=late.value, proven=is_proven)
    return (unplaced, late, stability, *tiers[3:]), point


def solved_by(request: RepairRequest, highs: Highs, effort: SharedEffort, rules: Sequence[Rule]) -> Schedule:
    """Return the solve of the request by some rules. Raise InputError, in its words, if no schedule keeps what has to stay."""
    try:
        return solve(
            request.with_locks,
            highs,
            effort.budget,
            rules=rules,
            required=request.required,
            workers=effort.workers,
            seed=effort.seed,
        )
    except LockConflictError as error:
        raise InputError(list(_worded(request, error))) from None


def _worded(request: RepairRequest, error: LockConflictError) -> Iterator[Fault]:
    """Yield the conflict of what stays in the words of the request."""
    for name, why in error.reasons.items():
        if name in request.keep:
            yield Fault(("keep",), f"'{name}' can't keep its booking. {why} Leave it out.")
        elif name in request.requested:
            yield Fault((CHANGES_LIST, request.requested[name]), f"'{name}' can't move there. {why} Enter another place.")
        elif name in request.frozen and request.freeze_until is not None:
            frozen = f"'{name}' is before {date_in_words(request.freeze_until)}, but can't stay as it is."
            yield Fault(("freeze_until",), f"{frozen} {why} Enter an earlier day.")
        else:
            yield Fault(("published", name, "locks"), f"no schedule can keep the locks of '{name}'. {why} Remove them.")


def _exceptions(request: RepairRequest, solved: Schedule) -> tuple[PlanException, ...]:
    """Return the solve's exceptions, and those from the freeze that it doesn't list."""
    listed = {(one.conference, one.rule) for one in solved.exceptions}
    frozen = exceptions_of(request.changed, request.changed, solved.bookings, request.freeze_until)
    return (*solved.exceptions, *(one for one in frozen if (one.conference, one.rule) not in listed))


def _must_stay(request: RepairRequest, schedule: Schedule) -> None:
    """Raise InputError if a kept booking didn't stay, or a requested move wasn't made.

    With ``today``, locks that can't be kept are dropped, and so are those of both.
    """
    booked = {booking.conference: booking for booking in schedule.bookings}
    published = request.changed.published_by_id
    lost = [name for name in sorted(request.keep) if name not in booked or is_moved(published[name], booked[name])]
    faults = [Fault(("keep",), f"no schedule can keep the booking of '{name}'. Leave it out.") for name in lost]
    dropped = {one.conference: one.text for one in schedule.exceptions if one.rule == LocksRule.name}
    for name in request.requested.keys() & dropped.keys():
        message = f"'{name}' can't move there. {dropped[name]} Enter another place."
        faults.append(Fault((CHANGES_LIST, request.requested[name]), message))
    if faults:
        raise InputError(faults)
    for name in request.frozen:
        if name not in booked or is_moved(published[name], booked[name]):
            raise AssertionError(f"The engines moved {name}, which is frozen.")


def moves_in(problem: Problem, schedule: Schedule) -> frozenset[str]:
    """Return the published conferences whose booking has another start, room or chair."""
    published = problem.published_by_id
    return frozenset(
        booking.conference
        for booking in schedule.bookings
        if booking.conference in published and is_moved(published[booking.conference], booking)
    )
