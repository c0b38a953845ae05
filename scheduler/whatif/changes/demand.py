"""Changes of demand: more or fewer conferences of the same mix, and a new number of holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from scheduler.domain.conference import Conference, ConferenceKind, Hold, one_of
from scheduler.domain.faults import Fault
from scheduler.domain.problem import Problem
from scheduler.domain.values import Date, Identifier, Whole, monday_of
from scheduler.whatif.changes.base import ChangeBase, Key, copied_id, unknown_reference, with_fields, with_problem_fields
from scheduler.whatif.changes.conferences import without_conferences
from scheduler.wording import KIND_IN_WORDS, agree, count_of, short_date

GOLDEN_RATIO = (5**0.5 - 1) / 2


class Demand(ChangeBase):
    """More or fewer conferences, by ``percent``; of one kind, for one site, or of all. ``seed`` decides which.

    The removed or copied conferences are spread evenly over kinds, sites, modes and sizes, so that the mix stays. With the same
    seed, a greater change includes a smaller one. A copy has the dates and needs of its original. It has its original's chair
    only if it is a review; it has no family to keep apart and no publication. Conferences published with a lock are never
    removed. Chairs' present caseloads stay the same.
    """

    change: Literal["demand"] = "demand"
    percent: Annotated[int, Field(strict=True, ge=-100, le=1000)]
    kind: Annotated[ConferenceKind, one_of(ConferenceKind)] | None = None
    site: Identifier | None = None
    seed: Whole = 1

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with copies next to their originals, or without conferences and all references to them."""
        chosen = self._chosen(problem)
        return _with_copies(problem, chosen) if self.percent > 0 else without_conferences(problem, {one.id for one in chosen})

    def _matching(self, problem: Problem) -> list[Conference]:
        return [one for one in problem.conferences if self.kind in (None, one.kind) and self.site in (None, one.site)]

    def _chosen(self, problem: Problem) -> list[Conference]:
        """Return the conferences to remove or copy; above 100 per cent some appear several times."""
        matching = self._matching(problem)
        count = round(len(matching) * abs(self.percent) / 100)
        if self.percent < 0:
            locked = {published.conference for published in problem.published if published.locks}
            matching = [conference for conference in matching if conference.id not in locked]
        return _spread(matching, count if self.percent > 0 else min(count, len(matching)), Random(self.seed))

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "33% more conferences of the kind initial (ICPC) for Wycombe: 4 conferences added to 11."."""
        before, count = len(self._matching(problem)), len(self._chosen(problem))
        kind = f" of the kind {KIND_IN_WORDS[self.kind]}" if self.kind else ""
        site = f" for {problem.site_by_id[self.site].label}" if self.site else ""
        more, done = ("more", "added to") if self.percent > 0 else ("fewer", "taken from")
        return f"{abs(self.percent)}% {more} conferences{kind}{site}: {count_of(count, 'conference')} {done} {before}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the site is unknown, there is no conference to remove or copy, or ``percent`` is 0."""
        yield from unknown_reference("sites", "site", self.site, problem.site_by_id, "site")
        if (self.site is None or self.site in problem.site_by_id) and not self._matching(problem):
            kind = f" of the kind {self.kind}" if self.kind else ""
            site = f" for the site {self.site}" if self.site else ""
            yield Fault(("percent",), f"there is no conference{kind}{site} in this plan to remove or copy.")
        if self.percent == 0:
            yield Fault(("percent",), "0 changes nothing. Enter a number such as 20 or -20.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the keys of the demand of each kind at each site."""
        kinds = tuple(ConferenceKind) if self.kind is None else (self.kind,)
        sites = tuple(problem.site_by_id) if self.site is None else (self.site,)
        return frozenset(("demand", kind, site) for kind in kinds for site in sites)


def _spread(conferences: Sequence[Conference], count: int, random: Random) -> list[Conference]:
    """Return ``count`` of the conferences, spread evenly over kinds, sites, modes and sizes; repeat them if ``count`` is greater.

    The conferences are sorted by these. Steps of the golden ratio through the sorted list, modulo its length, are evenly
    spread at any count. So with the same seed a greater count includes a smaller one.
    """
    in_order = sorted(conferences, key=lambda one: one.id)
    random.shuffle(in_order)
    in_order.sort(key=lambda one: (one.kind, one.site, one.mode, one.children))
    place, visited = random.random(), dict[int, None]()
    while len(visited) < len(in_order):
        visited[int(place * len(in_order))] = None
        place = (place + GOLDEN_RATIO) % 1
    positions = list(visited)
    return [in_order[positions[n % len(positions)]] for n in range(count)]


def _with_copies(problem: Problem, chosen: Sequence[Conference]) -> Problem:
    copies, taken = Counter(one.id for one in chosen), set(problem.conference_by_id)
    conferences: list[Conference] = []
    for conference in problem.conferences:
        conferences.append(conference)
        for _ in range(copies[conference.id]):
            copy = _copy(conference, taken)
            taken.add(copy.id)
            conferences.append(copy)
    return with_problem_fields(problem, conferences=tuple(conferences))


def _copy(conference: Conference, taken: set[str]) -> Conference:
    """Return a conference like this one for another family."""
    chair = conference.chair if conference.kind.is_review else None
    return with_fields(conference, id=copied_id(conference.id, taken), chair=chair, family=None)


class Holds(ChangeBase):
    """The number of slots kept free at a site in a week, in place of the present holds. ``week`` is any day of the week."""

    change: Literal["holds"] = "holds"
    site: Identifier
    week: Date
    count: Annotated[Whole, Field(le=100)]

    def _split(self, problem: Problem) -> tuple[list[Hold], list[Hold]]:
        """Return the holds of the site and week, and all others."""
        monday = monday_of(self.week)
        own = [hold for hold in problem.holds if hold.site == self.site and monday_of(hold.week) == monday]
        return own, [hold for hold in problem.holds if hold not in own]

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with one hold for the site and week, or without any if ``count`` is 0. Its slots keep their ids."""
        own, others = self._split(problem)
        week = own[0].week if own else self.week
        new = [Hold(site=self.site, week=week, count=self.count)] if self.count else []
        holds = sorted(others + new, key=lambda hold: (hold.week, hold.site, hold.count))
        return with_problem_fields(problem, holds=tuple(holds))

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "4 slots instead of 2 are kept free at Wycombe in the week of 4 January 2027."."""
        before = sum(hold.count for hold in self._split(problem)[0])
        site, monday = problem.site_by_id[self.site].label, short_date(monday_of(self.week))
        slots, are = count_of(self.count, "slot").capitalize(), agree(self.count, "is", "are")
        return f"{slots} instead of {before} {are} kept free at {site} in the week of {monday}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the site is unknown or the week is outside the plan."""
        yield from unknown_reference("sites", "site", self.site, problem.site_by_id, "site")
        monday = monday_of(self.week)
        horizon = problem.horizon
        if not monday_of(horizon.first) <= monday <= horizon.last:
            yield Fault(("week",), f"{self.week} is outside the plan, {horizon.first} to {horizon.last}. Enter a day in it.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the site's holds in that week."""
        return frozenset({("holds", self.site, str(monday_of(self.week)))})
