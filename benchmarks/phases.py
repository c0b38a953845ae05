"""The phases of a plan, measured in seconds summed over its threads."""

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
"""``searching`` are searches that found a point, ``proving`` those that proved that there is none, and ``giving_up`` those
cut short without either. Relaxations and searches include the solvers' presolve."""


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Measure the seconds spent in each phase of plans inside the context."""
    spent = dict.fromkeys(PHASES, 0.0)

    def spend(phase: str, _: object, seconds: float) -> None:
        spent[phase] += seconds

    def search(searched: Searched, seconds: float) -> None:
        phase_without_point = "proving" if searched.finished else "giving_up"
        spend(phase_without_point if searched.point is None else "searching", searched, seconds)

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
def watching(owner: Any, name: str, report: Callable[[Any, float], object]) -> Iterator[None]:
    """Report the result and the seconds of each call of ``owner.name`` inside the context."""
    function = getattr(owner, name)

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        result = function(*args, **kwargs)
        report(result, time.perf_counter() - started)
        return result

    with patch.object(owner, name, timed):
        yield
