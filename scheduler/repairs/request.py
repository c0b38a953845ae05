"""A repair's request, validated: the diary, the changes, and what has to stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduler.domain.faults import Fault, InputError, unknown_id
from scheduler.domain.problem import LOCKS, Problem, with_published
from scheduler.domain.schedule import Schedule
from scheduler.published_schedule import with_schedule_published
from scheduler.repairs.rules import GREATEST_COST, RepairRules, price_of_a_move
from scheduler.rules.locks import LocksRule
from scheduler.rules.minute_takers import MinuteTakersRule
from scheduler.rules.published import breaches_of_published
from scheduler.whatif.changes.base import ChangeBase, with_fields, with_problem_fields
from scheduler.whatif.changes.bookings import Move
from scheduler.whatif.changes.together import CHANGES_LIST, with_changes
from scheduler.wording import count_of, date_in_words, moment_in_words


@dataclass(frozen=True)
class RepairRequest:
    """What to repair. ``before`` is the problem with the schedule published, and ``changed`` the same after the changes.

    Bookings before ``freeze_until`` stay, except those that take part in a breach once the changes are made (R9). Those of the
    conferences in ``keep`` stay in any case. At most ``max_moves`` bookings move, those that a change moves included.
    """

    schedule: Schedule
    changes: tuple[ChangeBase, ...]
    before: Problem
    changed: Problem
    freeze_until: dt.date | None = None
    max_moves: int | None = None
    keep: frozenset[str] = frozenset()

    @cached_property
    def requested(self) -> dict[str, int]:
        """Return the conferences that a change moves, with the positions of their changes."""
        return {change.conference: n for n, change in enumerate(self.changes) if isinstance(change, Move)}

    @cached_property
    def without_moves(self) -> Problem:
        """Return the problem with all changes but moves, which shows what breaks a rule where it is."""
        return with_changes(self.before, [change for change in self.changes if not isinstance(change, Move)])

    @property
    def rules(self) -> RepairRules:
        """Return the rules of its solves."""
        return RepairRules(self.freeze_until, frozenset(self.requested))

    @property
    def required(self) -> tuple[str, ...]:
        """Return the conferences of which a rule requires a booking, besides those with locks."""
        return ()

    @property
    def most(self) -> int | None:
        """Return how many bookings may move beside those that a change moves; None for any number."""
        return None if self.max_moves is None else self.max_moves - len(self.requested)

    @cached_property
    def frozen(self) -> frozenset[str]:
        """Return the conferences whose bookings before ``freeze_until`` stay as they are."""
        until, breaches = self.freeze_until, breaches_of_published(self.changed)
        return frozenset(
            published.conference
            for published in self.changed.published
            if until is not None and published.start.date() < until and published.conference not in breaches
        )

    @cached_property
    def with_locks(self) -> Problem:
        """Return the changed problem in which every booking that stays is locked on its start, chair and room (R8).

        If R8 is off, the problem's own locks are left out, and those of the repair hold.
        """
        stays, changed = self.frozen | self.keep, self.changed
        if LocksRule.name in changed.policy.off:
            changed = with_changes(_without_locks(self.before), self.changes)
            on = tuple(name for name in changed.policy.off if name != LocksRule.name)
            changed = with_problem_fields(changed, policy=with_fields(changed.policy, off=on))
        return with_published(
            changed,
            (
                published.model_copy(update={"locks": LOCKS}) if published.conference in stays else published
                for published in changed.published
            ),
        )


def _without_locks(problem: Problem) -> Problem:
    return with_published(problem, (published.model_copy(update={"locks": ()}) for published in problem.published))


def request_of(
    problem: Problem,
    schedule: Schedule,
    changes: Sequence[ChangeBase],
    *,
    freeze_until: dt.date | None = None,
    max_moves: int | None = None,
    keep: Sequence[str] = (),
) -> RepairRequest:
    """Return the validated request. Raise InputError with every fault of the schedule, the changes or the options."""
    before = with_schedule_published(problem, schedule)
    changed = with_changes(before, changes)
    request = RepairRequest(schedule, tuple(changes), before, changed, freeze_until, max_moves, frozenset(keep))
    if faults := list(_faults(request)):
        raise InputError(faults)
    return request


def _faults(request: RepairRequest) -> Iterator[Fault]:
    """Yield each reason why the options don't suit the problem, the changes or each other."""
    until, horizon = request.freeze_until, request.changed.horizon
    if until is not None and until not in horizon:
        message = f"{until} is outside the plan, {horizon.first} to {horizon.last}. Enter a day in it."
        yield Fault(("freeze_until",), message)
    if request.max_moves is not None and request.max_moves < len(request.requested):
        moved = count_of(len(request.requested), "booking")
        message = f"{request.max_moves} is too few, because the changes alone move {moved}. Enter a greater number."
        yield Fault(("max_moves",), message)
    for name in sorted(request.keep):
        yield from _faults_of_kept(request, name)
    for n, change in enumerate(request.changes):
        if isinstance(change, Move) and until is not None:
            yield from _faults_of_move(request, n, change, until)
    if price_of_a_move(request.changed) * (len(request.changed.published) + 1) > GREATEST_COST:
        message = "the costs of changes are too large to minimise moves before them. Enter smaller ones."
        yield Fault(("policy", "stability"), message)


def _faults_of_kept(request: RepairRequest, name: str) -> Iterator[Fault]:
    """Yield a fault if a kept conference is unknown or has no booking that can stay; its minute taker may change."""
    place = ("keep",)
    if name not in request.before.conference_by_id:
        yield unknown_id("conferences", "conference", name, request.before.conference_by_id, place)
    elif name not in request.before.published_by_id:
        yield Fault(place, f"'{name}' has no booking to keep. Enter a booked conference.")
    elif name not in request.changed.published_by_id or name in request.requested:
        yield Fault(place, f"'{name}' can't keep its booking, because a change ends or moves it. Remove one of the two.")
    else:
        breaches = breaches_of_published(request.changed).get(name, ())
        curable = (MinuteTakersRule.name,) if _can_be_recorded(request.changed, name) else ()
        alone = [one.text for one in breaches if one.bookings == {name} and one.rule not in curable]
        if alone and name not in request.changed.past:
            yield Fault(place, f"'{name}' can't keep its booking: {' '.join(dict.fromkeys(alone))} Leave it out.")


def _can_be_recorded(problem: Problem, conference: str) -> bool:
    """True if some minute taker could take the minutes of a published booking, as far as that booking alone decides."""
    booking, rule = problem.as_published(problem.published_by_id[conference]), MinuteTakersRule()
    tried = (booking.model_copy(update={"minute_taker": taker}) for taker in problem.minute_taker_by_id)
    return any(not rule.breaches(problem, Schedule(bookings=(one,))) for one in tried)


def _faults_of_move(request: RepairRequest, n: int, change: Move, until: dt.date) -> Iterator[Fault]:
    """Yield a fault if a change moves a frozen booking, or moves one into the frozen days."""
    before = request.before.published_by_id[change.conference]
    if before.start.date() < until and change.conference not in breaches_of_published(request.without_moves):
        message = (
            f"'{change.conference}' is booked for {moment_in_words(before.start)}, and bookings before {date_in_words(until)} "
            "are frozen. Remove the change, or freeze fewer days."
        )
        yield Fault((CHANGES_LIST, n, "conference"), message)
    elif change.start != before.start and change.start.date() < until:
        message = f"{date_in_words(change.start.date())} is frozen. Enter a day from {date_in_words(until)} on."
        yield Fault((CHANGES_LIST, n, "start"), message)
