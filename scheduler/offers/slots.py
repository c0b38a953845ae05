"""Every possible slot for one conference, with what it costs in each tier, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.grouping import Ints, Mask, numbered
from scheduler.model.bookings import is_cover
from scheduler.model.build import build_programme
from scheduler.model.candidates import DAY, Candidates, FixedDiary, single_places
from scheduler.offers.board import OfferBoard
from scheduler.offers.marginal import Counts, MarginalProgramme
from scheduler.rules import RULES
from scheduler.rules.minute_takers import MinuteTakersRule

Costs = tuple[int, ...]


@dataclass(frozen=True)
class Slot:
    """A possible booking without its minute taker, the held slots that make way for it, and its cost in each tier."""

    booking: Booking
    withdrawn: tuple[str, ...]
    costs: Costs


@dataclass(frozen=True)
class Slots:
    """All possible slots of a conference in a diary, best first, and the rule that left it none at all, if one did."""

    problem: Problem
    found: tuple[Slot, ...]
    impossible: str | None


def slots_of(board: OfferBoard, conference: Conference, problem: Problem) -> Slots:
    """Return every possible slot for the conference, of which ``problem`` is that of ``problem_with``.

    They are ordered by their tiers, then by start, room and chair. A booking that is rebooked is not among them as it was.
    """
    bookings = board.beside(conference.id)
    rules = [rule for rule in RULES if not isinstance(rule, MinuteTakersRule)]
    builder = build_programme(problem, single_places(problem), rules, FixedDiary(bookings, frozenset({conference.id})))
    search = _Search(builder.candidates, MarginalProgramme.of(builder), board, conference)
    now = board.booking_by_id.get(conference.id)
    found = sorted(search.slots(), key=lambda slot: (slot.costs, slot.booking.start))
    as_now = (now.start, now.room, now.chair) if now is not None else None
    others = (slot for slot in found if (slot.booking.start, slot.booking.room, slot.booking.chair) != as_now)
    return Slots(problem, tuple(others), builder.impossible.get(conference.id))


@dataclass(frozen=True)
class _Best:
    """The cheapest way found for one candidate: its cost in each tier, and the held slots withdrawn for it."""

    costs: Costs
    withdrawn: tuple[str, ...]


@dataclass(frozen=True)
class _Search:
    """The search for the possible slots. Numbers of candidates are positions among the programme's free ones."""

    candidates: Candidates
    programme: MarginalProgramme
    board: OfferBoard
    conference: Conference

    def slots(self) -> Iterator[Slot]:
        """Yield the possible slots, in the order of the candidates."""
        base = self.programme.point()
        everything = np.arange(len(self.programme.free))
        possible, costs = self._evaluated(everything, base, base, ())
        best = {n: _Best(of_one, ()) for n, of_one in zip(everything[possible].tolist(), costs, strict=True)}
        self._withdraw_holds(everything[~possible], best)
        for n in sorted(best):
            yield Slot(self._booking(int(self.programme.free[n])), best[n].withdrawn, best[n].costs)

    def _evaluated(self, among: Ints, point: Counts, base: Counts, withdrawn: tuple[str, ...]) -> tuple[Mask, list[Costs]]:
        """Return which candidates are possible beside a point, and the costs of those above the base."""
        columns = self.programme.free[among]
        evaluation = self.programme.evaluate(columns, point, base)
        possible = evaluation.possible & self._recorded(columns, evaluation.possible, frozenset(withdrawn))
        return possible, [tuple(costs) for costs in evaluation.costs[:, possible].T.tolist()]

    def _recorded(self, columns: Ints, possible: Mask, withdrawn: frozenset[str]) -> Mask:
        """Return which of the possible candidates somebody can record. It depends only on their time and site."""
        if not self.board.problem.models_minute_takers or not possible.any():
            return possible
        here = np.flatnonzero(possible)
        kind, first = numbered(self.candidates.time[columns[here]], self.candidates.site[columns[here]])
        without, recording = withdrawn | {self.conference.id}, self.board.recorded.recording
        of_kind = [recording(self._booking(column), without) is not None for column in columns[here[first]].tolist()]
        recorded = possible.copy()
        recorded[here] = np.array(of_kind)[kind]
        return recorded

    def _withdraw_holds(self, blocked: Ints, best: dict[int, _Best]) -> None:
        """Add for each blocked candidate the cheapest minimal set of held slots whose place it may take, if there is one.

        Sets are tried by size. Withdrawing more never makes a candidate impossible, so a set is minimal if no smaller one within
        it suffices, and a candidate that is impossible without any held slot is left out at once.
        """
        held = [booking for booking in self.board.bookings if booking.held]
        if not held or not len(blocked):
            return
        names = [booking.conference for booking in held]
        holds = np.array(self.candidates.columns_of(held), dtype=np.int64)
        base = self.programme.point()
        possible, _ = self._evaluated(blocked, self.programme.point(holds), base, tuple(names))
        blocked = blocked[possible]
        bound = _Bound(self.programme, holds, self._shares(holds))
        minimal: dict[int, list[set[int]]] = {n: [] for n in blocked.tolist()}
        for size in range(1, len(holds) + 1):
            blocked = np.array([n for n in blocked.tolist() if bound.may_improve(n, size, best.get(n))], dtype=np.int64)
            for chosen in combinations(bound.sharing(blocked), size if len(blocked) else len(holds) + 1):
                together = bound.share_all(chosen, blocked)
                among = np.array([n for n in together if not any(s <= set(chosen) for s in minimal[n])], dtype=np.int64)
                if not len(among):
                    continue
                withdrawn = tuple(names[n] for n in chosen)
                possible, costs = self._evaluated(among, self.programme.point(holds[list(chosen)]), base, withdrawn)
                for n, of_one in zip(among[possible].tolist(), costs, strict=True):
                    minimal[n].append(set(chosen))
                    if n not in best or of_one < best[n].costs:
                        best[n] = _Best(of_one, withdrawn)

    def _shares(self, holds: Ints) -> Mask:
        """Return which held slots (rows) can stand in the way of which candidates (columns)."""
        shares = self.programme.sharing(holds)
        if self.board.problem.models_minute_takers:
            day, free = self.candidates.day, self.programme.free
            crosses = self.candidates.arrival // DAY != (self.candidates.end - 1) // DAY
            shares |= (day[holds][:, np.newaxis] == day[free]) | crosses.any()
        return shares

    def _booking(self, position: int) -> Booking:
        """Return a candidate as a booking without a minute taker."""
        candidates, conference = self.candidates, self.conference
        rooms = candidates.places[candidates.place[position]].rooms
        chair = candidates.problem.chairs[candidates.chair[position]]
        return Booking.model_construct(
            conference=conference.id,
            start=candidates.moment(int(candidates.start[position])),
            end=candidates.moment(int(candidates.end[position])),
            room=rooms[0].id if rooms else None,
            chair=chair.id,
            minute_taker=None,
            held=False,
            cover=is_cover(conference, chair),
        )


@dataclass(frozen=True)
class _Bound:
    """A lower bound on the cost of a candidate that takes the place of held slots."""

    programme: MarginalProgramme
    holds: Ints
    shares: Mask

    @cached_property
    def _least(self) -> Ints:
        """Return the least that withdrawing each number of held slots costs in each tier (tiers x numbers from 0)."""
        each = np.sort(self.programme.least_costs_without(self.holds), axis=1)
        return np.concatenate([np.zeros((len(each), 1), dtype=np.int64), np.cumsum(each, axis=1)], axis=1)

    def may_improve(self, n: int, size: int, best: _Best | None) -> bool:
        """True if the candidate shares rows with this number of held slots, and may cost less than the best found."""
        if self.shares[:, n].sum() < size:
            return False
        least = self.programme.costs[:, self.programme.free[n]] + self._least[:, size]
        return best is None or tuple(least.tolist()) < best.costs

    def sharing(self, candidates: Ints) -> list[int]:
        """Return the held slots that share rows with any of the candidates."""
        return np.flatnonzero(self.shares[:, candidates].any(axis=1)).tolist()

    def share_all(self, chosen: Sequence[int], candidates: Ints) -> list[int]:
        """Return the candidates that share rows with each of the chosen held slots."""
        together: list[int] = candidates[self.shares[np.array(chosen)][:, candidates].all(axis=0)].tolist()
        return together
