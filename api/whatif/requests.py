"""Requests for a what-if, or for the value of one more, turned into tasks and checked before anything is stored."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from api.database.json_values import to_json
from api.diary import snapshot
from api.errors import conflict, invalid, not_found
from api.jobs import queue as jobs
from api.planning import queries as plans
from api.settings import Settings
from api.whatif import sweeps
from api.whatif.comparison import compare_with_base
from api.whatif.retention import forget
from api.whatif.sweeps import SolveRequest, StoredSweep, SweepKind
from scheduler.defaults import SEED, WORK_LIMIT
from scheduler.domain.faults import Fault, InputError, Place, read_problem
from scheduler.domain.problem import Problem, nameless
from scheduler.domain.values import Date, Text, Value, Whole
from scheduler.sweeps.task import Effort, task_of
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.chairs import ChairJoins
from scheduler.whatif.changes.grid import crossed, how_many
from scheduler.whatif.changes.minute_takers import MinuteTakerJoins
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.comparison.compare import variants
from scheduler.whatif.defaults import MOST_GRIDS, TOP
from scheduler.whatif.files.scenarios import EMPTY, scenarios_in
from scheduler.wording import number

MAX_CHANGES = 50
MAX_WORK = 200
MAX_BYTES = 64 << 20
"""The limit for the problems of all scenarios together, as JSON."""


class WorkLimits(Value):
    """Limits of each solve: its seed, the work of each search, and the ``time_limit`` in seconds."""

    seed: Whole = SEED
    work_limit: Annotated[float, Field(strict=True, gt=0, le=MAX_WORK, allow_inf_nan=False)] = WORK_LIMIT
    time_limit: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None


class WhatifRequest(WorkLimits):
    """What to compare: the current data of a period (``first``, ``last``), the problem of a ``plan``, or a given ``problem``.

    A period is planned as of today: families have their notice, and the bookings of the next days stay (contract, section 8).
    ``scenarios`` are written as in a file of scenarios; ``grid`` makes one for each value of a setting, such as ``chairs=5..8``.
    """

    first: Date | None = None
    last: Date | None = None
    plan: Text | None = None
    problem: dict[str, Any] | None = None
    scenarios: list[dict[str, Any]] | None = None
    grid: Annotated[tuple[Text, ...], Field(max_length=MOST_GRIDS)] = ()

    @model_validator(mode="after")
    def _of_one_problem(self) -> WhatifRequest:
        days = self.first is not None or self.last is not None
        if days + (self.plan is not None) + (self.problem is not None) != 1 or (self.first is None) != (self.last is None):
            raise PydanticCustomError(
                "one_problem",
                "it is not clear what to compare. Enter first and last, or the id of a plan, or a problem.",
            )
        return self


class ValueRequest(WorkLimits):
    """The number of resources to show of each kind (``top``), and the limits of each solve."""

    top: Annotated[int, Field(strict=True, ge=1, le=100)] = TOP


@dataclass(frozen=True)
class Study:
    """The solves of a sweep, the base first, with the request as it is stored.

    ``results`` are the results of a what-if that are known already, by the numbers of its parts.
    """

    request: dict[str, Any]
    solves: tuple[SolveRequest, ...]
    results: dict[int, dict[str, Any]] = field(default_factory=dict)


def whatif(connection: Connection, request: WhatifRequest, settings: Settings, today: dt.date) -> Study:
    """Return the study of a base and its scenarios; the current data of a period are planned as of ``today``.

    Raise InputError with every fault, InvalidError if it is too large, or NotFoundError if there is no such plan.
    """
    _check_limits(request, settings.whatif_scenarios)
    problem = nameless(_problem(connection, request, today))
    read = () if request.scenarios is None else scenarios_in(request.scenarios, problem)
    listed = [_nameless(scenario) for scenario in read]
    scenarios = [*listed, *_crossed(problem, request.grid)]
    if not scenarios:
        raise InputError([Fault(("scenarios",), EMPTY)])
    effort = _effort(request, settings)
    solves = [
        SolveRequest(task_of(variant.problem, effort), variant.name, variant.sentences, variant.at)
        for variant in variants(problem, scenarios, _size_limit(problem))
    ]
    stored = {
        **_days(problem),
        "service": to_json(problem.service),
        "plan": request.plan,
        "grid": list(request.grid),
        **effort.model_dump(),
    }
    return Study(stored, tuple(solves), compare_with_base(connection, dict(enumerate(solves))))


def value(connection: Connection, plan: str, request: ValueRequest, settings: Settings) -> Study:
    """Return the study of the value of one more for a plan. It starts with the base alone.

    Raise NotFoundError if there is no such plan.
    """
    problem = nameless(_problem_of_plan(connection, plan))
    effort = _effort(request, settings)
    stored = {**_days(problem), "top": request.top, **effort.model_dump()}
    return Study(stored, (SolveRequest(task_of(problem, effort), "base"),))


def begin(
    connection: Connection, kind: SweepKind, study: Study, settings: Settings, now: dt.datetime, plan: str | None = None
) -> StoredSweep:
    """Start the sweep of a study, with the results that are known already, and delete sweeps past their retention.

    The caller holds the diary.
    """
    if settings.whatif_days:
        forget(connection, now - dt.timedelta(days=settings.whatif_days))
    sweep = sweeps.add(connection, kind, study.request, study.solves, now, plan)
    sweeps.store_results(connection, sweep.id, study.results, now)
    begun = sweeps.find(connection, kind, sweep.id)
    assert begun is not None
    return begun


def require_plan(connection: Connection, identifier: str) -> None:
    """Raise NotFoundError if there is no such plan, finished or not."""
    if jobs.find(connection, identifier) is None:
        raise not_found("plan", identifier)


def _size_limit(base: Problem) -> Callable[[Problem], None]:
    """Return a function that raises InvalidError for a problem that would make all of them too large together."""
    size = len(base.model_dump_json())

    def check(problem: Problem) -> None:
        nonlocal size
        size += len(problem.model_dump_json())
        if size > MAX_BYTES:
            raise invalid(f"The problems of these scenarios have more than {MAX_BYTES >> 20} MB together. Compare fewer at once.")

    return check


def _check_limits(request: WhatifRequest, limit: int) -> None:
    listed = request.scenarios or []
    try:
        count = len(listed) + (how_many(request.grid) if request.grid else 0)
    except InputError as error:
        raise _in_grid(error) from None
    if count > limit:
        raise invalid(f"{number(count)} scenarios are too many at once. Ask for {number(limit)} or fewer.")
    lengths = ((("scenarios", n, "changes"), scenario.get("changes")) for n, scenario in enumerate(listed))
    _check_changes((place, len(changes)) for place, changes in lengths if isinstance(changes, list))


def _check_changes(counts: Iterable[tuple[Place, int]]) -> None:
    def faults() -> Iterator[Fault]:
        for place, count in counts:
            if count > MAX_CHANGES:
                message = f"{number(count)} changes are too many for one scenario. Enter {MAX_CHANGES} or fewer."
                yield Fault(place, message)

    if too_many := list(faults()):
        raise InputError(too_many)


def _problem(connection: Connection, request: WhatifRequest, today: dt.date) -> Problem:
    if request.plan is not None:
        return _problem_of_plan(connection, request.plan)
    if request.first is not None and request.last is not None:
        return snapshot.problem_of(connection, request.first, request.last, today=today)
    try:
        return read_problem(request.problem)
    except InputError as error:
        raise InputError([fault.within("problem") for fault in error.faults]) from None


def _problem_of_plan(connection: Connection, identifier: str) -> Problem:
    problem = plans.problem_of(connection, identifier)
    if problem is not None:
        return problem
    job = jobs.find(connection, identifier)
    if job is None:
        raise not_found("plan", identifier)
    instead = "Ask for a new one" if job.has_ended else "GET the plan, or its events, until it has ended"
    raise conflict("no-schedule", f"The plan '{identifier}' has no schedule: it is {job.state}. {instead}.")


def _crossed(problem: Problem, grid: Sequence[str]) -> tuple[Scenario, ...]:
    if not grid:
        return ()
    try:
        scenarios = crossed(problem, grid)
    except InputError as error:
        raise _in_grid(error) from None
    _check_changes(((scenario.place,), len(scenario.changes)) for scenario in scenarios)
    return scenarios


def _in_grid(error: InputError) -> InputError:
    """Return the error with the request's name for the grid, instead of the command line's."""
    return InputError([Fault(("grid",), re.sub(r"^--grid:? ", "", fault.message)) for fault in error.faults])


def _nameless(scenario: Scenario) -> Scenario:
    """Return the scenario without the names of people who join."""
    return scenario.model_copy(update={"changes": tuple(_joining_without_name(change) for change in scenario.changes)})


def _joining_without_name(change: ChangeBase) -> ChangeBase:
    match change:
        case ChairJoins():
            return change.model_copy(update={"chair": change.chair.model_copy(update={"name": ""})})
        case MinuteTakerJoins():
            return change.model_copy(update={"minute_taker": change.minute_taker.model_copy(update={"name": ""})})
        case _:
            return change


def _effort(request: WorkLimits, settings: Settings) -> Effort:
    """Return the limits of a solve, which may not take longer than a plan."""
    seconds = min(request.time_limit or settings.plan_seconds, settings.plan_seconds)
    return Effort(seed=request.seed, work_limit=request.work_limit, time_limit=seconds)


def _days(problem: Problem) -> dict[str, str | None]:
    """Return the first and last day of a problem, and the day as of which it is planned, if there is one."""
    today = None if problem.today is None else problem.today.isoformat()
    return {"first": problem.horizon.first.isoformat(), "last": problem.horizon.last.isoformat(), "today": today}
