"""Marginal values: which chair-day, room-slot, Friday, equipment or minute taker would change most, one more or one less.

Candidates are screened by proven bounds (``pricing.py``, and groups that gain nothing). Each value shown comes from a solve.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, Tier
from scheduler.domain.values import Date, Identifier, Value
from scheduler.sweeps.executors import Workers
from scheduler.sweeps.sweep import ResultStore, SweepProgress, sweep
from scheduler.sweeps.task import USUAL, Effort, Solved, Task, task_of
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.comparison.verdicts import Verdict
from scheduler.whatif.defaults import TOP
from scheduler.whatif.marginal_value.units import ChairDays, Group, Market, ResourceUnit, UnitKind, chair_days
from scheduler.whatif.marginal_value.worth import NOTHING_KNOWN, Values, Worth, lower_bound_of, values_of, worth

ROUND = 8
"""Solves per round, after which the candidates are screened again. A constant, so that workers don't change the search."""
MAX_TRIES = 3
"""At most this many solves for one site and week while none is proven the best there; for one kind, this many per offer shown."""
Cell = tuple[UnitKind, str | None, Date | None]
"""A kind of resource at one site in one week. Only the best offer of each cell is shown."""


class FreeDays(Value):
    """The days on which a chair works and the plan gives them no booking."""

    chair: Identifier
    label: str
    days: tuple[Date, ...]


class Losses(Value):
    """The effect of losing chair-days. ``free`` days have no booking, so each can be lost at no cost.

    ``together`` is the solved value of losing all free days at once. ``used`` are the days with bookings that were solved,
    the least harmful first. ``needed`` are those without which no schedule keeps the locks. ``untried`` counts the other days
    with bookings.
    """

    free: tuple[FreeDays, ...]
    together: Worth | None
    used: tuple[Worth, ...]
    needed: tuple[ResourceUnit, ...]
    untried: int


class Appraisal(Value):
    """The marginal values of a problem, against the tiers of its ``base``. Of each kind, the best of each site and week.

    ``better`` resources are proven to improve the plan, best first; ``open`` ones may. The rest are only counted. ``nothing``
    are proven to change nothing. ``others`` gain no more than the offer shown for their site and week, or the last one shown of
    their kind. ``untried`` might gain more: they were not solved, or their solve did not close the gap. ``is_whole`` is False
    if the search was stopped before its end.
    """

    base: tuple[Tier, ...]
    better: tuple[Worth, ...]
    open: tuple[Worth, ...]
    nothing: dict[UnitKind, int]
    others: dict[UnitKind, int]
    untried: dict[UnitKind, int]
    losses: Losses
    is_whole: bool


def marginal_value(
    problem: Problem,
    workers: Workers,
    *,
    top: int = TOP,
    effort: Effort = USUAL,
    store: ResultStore | None = None,
    on_progress: Callable[[SweepProgress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Appraisal | None:
    """Return what one more, and one less, of each resource would change. ``top`` is how many are shown of each kind.

    If ``stop`` is set, the appraisal has the results so far; it is None if the base is not solved. Raise the errors of
    ``sweep``, and InputError if no schedule is possible.
    """
    ended = stop or threading.Event()
    search = Search(problem, top=top, effort=effort, stop=ended)
    done = 0

    def report(progress: SweepProgress) -> None:
        on_progress(SweepProgress(done + progress.done, done + progress.of, progress.seconds_left))

    while not ended.is_set() and (tasks := search.next_tasks()):
        solved = sweep(tasks, workers, store=store, on_progress=report, stop=ended)
        done += len(solved)
        search.take(solved)
    return search.appraisal()


class Search:
    """The search for the most valuable resources, in rounds: solve the tasks of ``next_tasks``, and pass the results to ``take``.

    The caller decides where tasks are solved; the search itself only screens, which takes some seconds. It is deterministic:
    equal results lead to equal rounds.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        top: int = TOP,
        effort: Effort = USUAL,
        stop: threading.Event | None = None,
    ) -> None:
        self._problem, self._top, self._effort, self._stop = problem, top, effort, stop
        self._base: Schedule | None = None
        self._planned: list[tuple[Task, Group | ResourceUnit]] = []
        self._open: list[tuple[Values, Group | ResourceUnit]] = []
        self._tries: Counter[Cell] = Counter()
        self._offered: Counter[UnitKind] = Counter()
        self._nothing: Counter[UnitKind] = Counter()
        self._solved: list[Worth] = []
        self._days = ChairDays({}, None, ())
        self._needed: list[ResourceUnit] = []

    def next_tasks(self) -> list[Task]:
        """Return the tasks to solve next; none if the search is over."""
        if self._base is None:
            return [self._task(Scenario(name="as things are"))]
        return [task for task, _ in self._planned]

    def take(self, solved: Mapping[str, Solved]) -> None:
        """Take results by their tasks' keys. Tasks without a result stay planned.

        Raise InputError if the unchanged problem has no schedule.
        """
        if self._base is None:
            for of_base in solved.values():
                self._begin(of_base)
            return
        waiting = self._planned
        self._planned = [(task, node) for task, node in waiting if task.key not in solved]
        for task, node in waiting:
            if task.key in solved:
                self._settle(node, solved[task.key])
        if not self._planned:
            self._want(self._next())

    def appraisal(self) -> Appraisal | None:
        """Return the results so far, or None before the base is solved."""
        if self._base is None:
            return None
        shown = self._shown()
        untried = Counter(offer.kind for bound, node in self._open for offer in _offers(node) if self._may_be_shown(bound, offer))
        untried.update(offer.kind for _, node in self._planned for offer in _offers(node) if offer.kind != "less")
        untried.update(one.offer.kind for one in self._solved if one not in shown and self._may_gain_more(one))
        return Appraisal(
            base=self._base.tiers,
            better=tuple(one for one in shown if one.judgement.verdict == Verdict.BETTER),
            open=tuple(one for one in shown if one.judgement.verdict == Verdict.OPEN),
            nothing=dict(self._nothing),
            others=dict(self._offered - self._nothing - Counter(one.offer.kind for one in shown) - untried),
            untried=dict(untried),
            losses=self._losses(),
            is_whole=not self._planned,
        )

    # The rounds ---------------------------------------------------------------------------------------

    def _task(self, scenario: Scenario) -> Task:
        return task_of(scenario.applied(self._problem), self._effort)

    def _want(self, nodes: list[Group | ResourceUnit]) -> None:
        self._planned += [(self._task(node.scenario), node) for node in nodes]

    def _begin(self, solved: Solved) -> None:
        """Screen the offers. The first round solves the losses, and groups that can't be priced."""
        schedule = solved.schedule_of(self._problem)
        if schedule is None:
            raise InputError([Fault((), f"No schedule is possible: {refused}") for refused in solved.refused])
        self._base = schedule
        self._days = chair_days(self._problem, schedule)
        groups = Market(self._problem).groups
        self._offered.update(offer.kind for group in groups for offer in group.offers)
        self._want([*([self._days.all_free] if self._days.all_free else []), *self._days.used[: self._top]])
        self._want([group for group in groups if not group.can_be_priced])
        self._price([group for group in groups if group.can_be_priced], schedule)
        if not self._planned:
            self._want(self._next())

    def _price(self, groups: list[Group], schedule: Schedule) -> None:
        from scheduler.whatif.marginal_value.pricing import lower_bounds  # noqa: PLC0415 - load the solver only to screen

        bounds = lower_bounds(self._problem, schedule.tiers, groups, self._stop)
        for offer in (offer for group in groups for offer in group.offers):
            self._screen(bounds[offer.scenario.name], offer)

    def _screen(self, bound: Values | None, node: Group | ResourceUnit) -> None:
        """List an offer or a group as open, unless it is proven to change nothing."""
        if bound is None:
            self._nothing.update(offer.kind for offer in _offers(node))
        else:
            self._open.append((bound, node))

    def _settle(self, node: Group | ResourceUnit, solved: Solved) -> None:
        assert self._base is not None
        if isinstance(node, Group):
            bound = NOTHING_KNOWN if solved.schedule is None else lower_bound_of(solved.schedule.tiers)
            for member in node.members:
                self._screen(None if bound >= values_of(self._base.tiers) else bound, member)
            return
        change = worth(self._problem, self._base, node, solved)
        if change is None:
            self._needed.append(node)
        elif node.kind != "less" and change.judgement.verdict == Verdict.EQUAL:
            self._nothing[node.kind] += 1
        else:
            self._solved.append(change)

    def _next(self) -> list[Group | ResourceUnit]:
        """Return the most promising open candidates: groups, and offers that may be the best of their site and week."""
        self._open.sort(key=lambda one: one[0])
        chosen: list[Group | ResourceUnit] = []
        cells: set[Cell] = set()
        for bound, node in self._open:
            if len(chosen) == ROUND:
                break
            if isinstance(node, Group):
                chosen.append(node)
            elif _cell(node) not in cells and self._may_be_tried(node, cells) and self._may_be_shown(bound, node):
                chosen.append(node)
                cells.add(_cell(node))
        self._tries.update(cells)
        self._open = [one for one in self._open if all(one[1] is not node for node in chosen)]
        return chosen

    def _may_be_tried(self, offer: ResourceUnit, in_this_round: set[Cell]) -> bool:
        """True if its site and week, and its kind, have solves left."""
        tries = sum(count for cell, count in self._tries.items() if cell[0] == offer.kind)
        now = sum(cell[0] == offer.kind for cell in in_this_round)
        return self._tries[_cell(offer)] < MAX_TRIES and tries + now < MAX_TRIES * self._top

    def _may_be_shown(self, bound: Values, offer: ResourceUnit) -> bool:
        """True if it may be better than the best of its site and week, and than the last shown of its kind."""
        best = self._best_of_cells(offer.kind)
        here, last = best.get(_cell(offer)), sorted(one.values for one in best.values())[self._top - 1 : self._top]
        return (here is None or bound < here.values) and (not last or bound < last[0])

    def _may_gain_more(self, hidden: Worth) -> bool:
        """True if a solved offer that is not shown may still be better than those shown, since its solve left a gap."""
        return hidden.offer.kind != "less" and self._may_be_shown(lower_bound_of(hidden.tiers), hidden.offer)

    # The results --------------------------------------------------------------------------------------

    def _best_of_cells(self, kind: UnitKind) -> dict[Cell, Worth]:
        """Return the best solved offer of each site and week."""
        best: dict[Cell, Worth] = {}
        for one in self._solved:
            cell = _cell(one.offer)
            if one.offer.kind == kind and (cell not in best or one.values < best[cell].values):
                best[cell] = one
        return best

    def _shown(self) -> list[Worth]:
        """Return the best offers of each kind, in one list, best first."""
        shown: list[Worth] = []
        for kind in self._offered:
            shown += sorted(self._best_of_cells(kind).values(), key=lambda one: one.values)[: self._top]
        return sorted(shown, key=lambda one: one.values)

    def _losses(self) -> Losses:
        lost = [one for one in self._solved if one.offer.kind == "less"]
        together = next((one for one in lost if one.offer == self._days.all_free), None)
        used = sorted((one for one in lost if one is not together), key=lambda one: one.values)
        chairs = self._problem.chair_by_id
        return Losses(
            free=tuple(FreeDays(chair=chair, label=chairs[chair].label, days=of) for chair, of in self._days.free.items()),
            together=together,
            used=tuple(used),
            needed=tuple(self._needed),
            untried=len(self._days.used) - len(used) - len(self._needed),
        )


def _offers(node: Group | ResourceUnit) -> tuple[ResourceUnit, ...]:
    return node.offers if isinstance(node, Group) else (node,)


def _cell(offer: ResourceUnit) -> Cell:
    return offer.kind, offer.site, offer.week
