"""Random small repairs: a schedule, changes, and what has to stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Schedule
from scheduler.repairs.request import RepairRequest, request_of
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.chairs import ChairAbsent
from scheduler.whatif.changes.conferences import Unavailable
from scheduler.whatif.changes.rooms import RoomCloses
from tests.exhaustive import TooLargeError, optimum
from tests.random_problems import random_problem, random_problem_of_today, some
from tests.varied_problems import varied_problem
from tests.whatif.random_changes import DAILY_CHANGES, random_change, try_change


@dataclass(frozen=True)
class RepairCase:
    """A repair to be made; ``request`` is what the product makes of it."""

    problem: Problem
    schedule: Schedule
    changes: tuple[ChangeBase, ...]
    options: dict[str, Any]
    request: RepairRequest


def repair_cases(seeds: Iterable[int]) -> Iterator[tuple[int, RepairCase]]:
    """Yield the repairs of the seeds whose schedule the exhaustive search can find, and whose request has no faults."""
    for seed in seeds:
        random = Random(seed)
        problem = (random_problem, varied_problem, random_problem_of_today)[seed % 3](random)
        try:
            best = optimum(problem)
        except TooLargeError:
            continue
        if best is None:
            continue
        schedule = Schedule(bookings=best.bookings)
        for _ in range(20):
            try:
                yield seed, _case(random, problem, schedule)
                break
            except InputError:  # this draw contradicts itself
                continue


def _case(random: Random, problem: Problem, schedule: Schedule) -> RepairCase:
    as_booked = request_of(problem, schedule, ()).before
    changes = tuple(_change(random, as_booked) for _ in range(random.choice((1, 1, 2, 3))))
    booked = [booking.conference for booking in schedule.bookings if not booking.held]
    first, last = problem.horizon.first, problem.horizon.last
    options: dict[str, Any] = {
        "freeze_until": random.choice((None, first + dt.timedelta(days=random.randint(0, (last - first).days)))),
        "keep": tuple(some(random, booked)) if random.random() < 0.5 else (),
        "max_moves": random.choice((None, None, None, 0, 1, 2)),
    }
    return RepairCase(problem, schedule, changes, options, request_of(problem, schedule, changes, **options))


def _change(random: Random, problem: Problem) -> ChangeBase:
    """Return a change that a booking can't survive, another of daily business, or seldom any other."""
    if problem.published and random.random() < 0.7:
        return _hit(random, random.choice(problem.published))
    for maker in random.sample(DAILY_CHANGES, len(DAILY_CHANGES)):
        if (change := try_change(random, problem, maker)) is not None:
            return change if random.random() < 0.9 else random_change(random, problem)
    return random_change(random, problem)


def _hit(random: Random, published: PublishedBooking) -> ChangeBase:
    """Return a change after which the booking breaks a rule."""
    day = published.start.date()
    away = Unavailable(
        conference=published.conference,
        start=dt.datetime.combine(day, dt.time()),
        end=dt.datetime.combine(day + dt.timedelta(days=1), dt.time()),
    )
    changes: list[ChangeBase] = [ChairAbsent(chair=published.chair, first=day, last=day), away]
    if published.room is not None:
        changes.append(RoomCloses(room=published.room, first=day, last=day))
    return random.choice(changes)
