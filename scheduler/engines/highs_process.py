"""HiGHS in child processes: relaxations by MathOpt, and the cut loop by HiGHS's own binding, which needs a process of its own."""

from __future__ import annotations

import threading
from types import TracebackType

from scheduler.engines.bounds import Bound
from scheduler.engines.budget import Budget
from scheduler.engines.cuts.parameters import Cut, CutLoop
from scheduler.engines.part import Part
from scheduler.engines.results import Relaxation
from scheduler.engines.solver_process import SolverProcess
from scheduler.grouping import Ints

SERVER = "scheduler.engines.highs_server"
CUT_SERVER = "scheduler.engines.cuts.server"
SHARE_OF_CUTS = 0.8
"""Part of the seconds left after which the cut loop returns what it has; a call that is abandoned returns nothing."""


class Highs:
    """HiGHS's processes. The one for relaxations starts at once, the one for cuts with the first call."""

    def __init__(self) -> None:
        self._relaxations = SolverProcess(SERVER, start=True)
        self._cuts = SolverProcess(CUT_SERVER)

    def __enter__(self) -> Highs:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the processes. A call in another thread, and any later call, returns None."""
        self._relaxations.close()
        self._cuts.close()

    @property
    def is_ready(self) -> bool:
        """True if the process for relaxations is running."""
        return self._relaxations.is_running

    def relaxation(self, part: Part, budget: Budget, *, interior: bool = False) -> Relaxation | None:
        """Return the LP relaxation of the part; None if it is infeasible or the budget is over first."""
        result = self._relaxations.call(budget, part, budget.left, interior) if part.possible else None
        return result if isinstance(result, Relaxation) else None

    def cut_down(
        self,
        known: Bound,
        request: Ints,
        top: int,
        budget: Budget,
        *,
        seed: int,
        how: CutLoop,
        also_stop: threading.Event | None = None,
    ) -> Cut | None:
        """Return what the cut loop proves of solutions of at most ``top``; None if the budget or the event ends it."""
        result = self._cuts.call(budget, known, request, top, SHARE_OF_CUTS * budget.left, seed, how, also_stop=also_stop)
        return result if isinstance(result, Cut) else None
