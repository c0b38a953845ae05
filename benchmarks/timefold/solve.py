"""``python -m benchmarks.timefold.solve``: Timefold's process, run by the Python of its own environment.

It reads the problem from standard input as JSON, and writes lines of JSON to standard output: the tiers and the search seconds
of every improvement when it occurs, and at the end the bookings of the best schedule.
"""

import json
import sys
import time
from threading import Thread
from typing import Any

from jpype import JImplements, JOverride
from timefold.solver import SolverFactory
from timefold.solver.config import EnvironmentMode, ScoreDirectorFactoryConfig, SolverConfig

from benchmarks.timefold.constraints import define_constraints
from benchmarks.timefold.domain import Booking, Month
from benchmarks.timefold.domain_builder import month_of

SEARCH = """
<solver xmlns="https://timefold.ai/xsd/solver">
  <constructionHeuristic>
    <forager><pickEarlyType>FIRST_FEASIBLE_SCORE_OR_NON_DETERIORATING_HARD</pickEarlyType></forager>
  </constructionHeuristic>
  <localSearch>
    <acceptor><lateAcceptanceSize>{size}</lateAcceptanceSize></acceptor>
    <forager><acceptedCountLimit>1</acceptedCountLimit></forager>
  </localSearch>
</solver>
"""
"""Timefold's defaults with two changes, both measured to be better here (docs/decisions/0007): bookings start unplaced
instead of each at its best value, and the size of late acceptance grows with the time limit."""

LATE_ACCEPTANCE_PER_SECOND = 0.5
MIN_LATE_ACCEPTANCE = 5


def main() -> None:
    """Search until the time is up."""
    problem = json.load(sys.stdin)
    month = month_of(problem)
    solver = SolverFactory.create(_configuration(problem["seconds"])).build_solver()
    # The package's own listeners convert the whole solution to Python in the search thread; this one reads only the score.
    solver._delegate.addEventListener(_listener(problem["constants"]))
    if time.time() >= problem["until"]:
        return
    Thread(target=_stop, args=(solver, problem["until"]), daemon=True).start()
    best: Month = solver.solve(month)
    placed = ((b.number, b.slot, b.chair) for b in best.bookings)
    _write(bookings=[[n, slot.number, chair.number] for n, slot, chair in placed if slot is not None and chair is not None])


def _stop(solver: Any, until: float) -> None:
    """End the search when the time is up. Repeat the call, because it has no effect before the search has started."""
    time.sleep(max(0.0, until - time.time()))
    while True:
        solver.terminate_early()
        time.sleep(0.1)


def _configuration(seconds: float) -> SolverConfig:
    size = max(MIN_LATE_ACCEPTANCE, round(LATE_ACCEPTANCE_PER_SECOND * seconds))
    return SolverConfig(
        solution_class=Month,
        entity_class_list=[Booking],
        environment_mode=EnvironmentMode.NO_ASSERT,
        xml_source_text=SEARCH.format(size=size),
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=define_constraints),
    )


def _listener(constants: list[int]) -> Any:
    """Return a listener that writes the tiers of every feasible improvement."""

    @JImplements("ai.timefold.solver.core.api.solver.event.SolverEventListener")
    class Listener:
        @JOverride
        def bestSolutionChanged(self, event: Any) -> None:  # noqa: N802 - Java's name
            score = event.getNewBestScore()
            if event.isNewBestSolutionInitialized() and score.isFeasible():
                tiers = [constant - int(level) for constant, level in zip(constants, score.softScores(), strict=True)]
                _write(tiers=tiers, spent=event.getTimeMillisSpent() / 1000)

    return Listener()


def _write(**answer: object) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
