"""Where a plan's time goes: building, relaxing, searching, proving, checking; in seconds of all its threads together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from scheduler import planner as plan
from scheduler.engines import cp_sat
from scheduler.engines.highs_process import Highs
from scheduler.engines.results import Searched
from scheduler.model.programme import ProgrammeBuilder

PHASES = ("building", "relaxing", "searching", "proving", "giving_up", "checking")
"""The solvers' own presolve is within relaxing and the searches: those that found a point, those that ended with the proof that
there is none, and those that were cut short without either."""


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """The seconds spent in each phase of what is planned within."""
    spent = dict.fromkeys(PHASES, 0.0)

    def spend(phase: str, _: object, seconds: float) -> None:
        spent[phase] += seconds

    def search(searched: Searched, seconds: float) -> None:
        without = "proving" if searched.finished else "giving_up"
        spend(without if searched.point is None else "searching", searched, seconds)

    with ExitStack() as watched:
        for owner, name, phase in (
            (plan, "build_programme", "building"),
            (ProgrammeBuilder, "programme", "building"),
            (Highs, "relaxation", "relaxing"),
            (plan, "check", "checking"),
        ):
            watched.enter_context(watching(owner, name, partial(spend, phase)))
        watched.enter_context(watching(cp_sat, "search", search))
        yield spent


@contextmanager
def watching(owner: Any, name: str, tell: Callable[[Any, float], object]) -> Iterator[None]:
    """Within, what each call of a function gives is told, with the seconds that it took."""
    function = getattr(owner, name)

    def told(*given: Any, **named: Any) -> Any:
        started = time.perf_counter()
        result = function(*given, **named)
        tell(result, time.perf_counter() - started)
        return result

    with patch.object(owner, name, told):
        yield
