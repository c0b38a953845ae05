"""What may change about demand: more or fewer conferences of the same mix, and slots kept free."""

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
from scheduler.whatif.changes.base import ChangeBase, Key, copied_id, known, remade, replaced
from scheduler.wording import KIND_IN_WORDS, agree, count_of, short_date

GOLDEN_RATIO = (5**0.5 - 1) / 2


class Demand(ChangeBase):
    """So many per cent more or fewer conferences, of one kind, for one site, or of all; ``seed`` says which.

    Those that are taken away or copied are spread evenly over kinds, sites, modes and sizes, so that the mix stays; with
    the same seed, a greater change takes or copies what a smaller one does, and more. A copy has
    the dates and needs of its original, and a chair of its own only if it is a review whose original has one; it is kept
    apart from nobody, and nothing of it is published. What is published with a lock is never taken away. The children that
    chairs hold already stay as they are.
    """

    change: Literal["demand"] = "demand"
    percent: Annotated[int, Field(strict=True, ge=-100, le=1000)]
    kind: Annotated[ConferenceKind, one_of(ConferenceKind)] | None = None
    site: Identifier | None = None
    seed: Whole = 1

    @override
    def applied(self, problem: Problem) -> Problem:
        """With copies beside their originals, or without those that are taken away and what refers to them."""
        return _with_copies(problem, self._chosen(problem)) if self.percent > 0 else _without(problem, self._chosen(problem))

    def _matching(self, problem: Problem) -> list[Conference]:
        return [one for one in problem.conferences if self.kind in (None, one.kind) and self.site in (None, one.site)]

    def _chosen(self, problem: Problem) -> list[Conference]:
        """The conferences that are taken away or copied; above 100 per cent some of them several times."""
        matching = self._matching(problem)
        count = round(len(matching) * abs(self.percent) / 100)
        if self.percent < 0:
            locked = {published.conference for published in problem.published if published.locks}
            matching = [conference for conference in matching if conference.id not in locked]
        return _spread(matching, count if self.percent > 0 else min(count, len(matching)), Random(self.seed))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: 33% more conferences of the kind initial (ICPC) for Wycombe: 4 conferences added to 11."""
        before, count = len(self._matching(problem)), len(self._chosen(problem))
        kind = f" of the kind {KIND_IN_WORDS[self.kind]}" if self.kind else ""
        site = f" for {problem.site_by_id[self.site].label}" if self.site else ""
        more, done = ("more", "added to") if self.percent > 0 else ("fewer", "taken from")
        return f"{abs(self.percent)}% {more} conferences{kind}{site}: {count_of(count, 'conference')} {done} {before}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A site that is unknown, or no conference to take away or copy."""
        yield from known("sites", "site", self.site, problem.site_by_id, "site")
        if (self.site is None or self.site in problem.site_by_id) and not self._matching(problem):
            kind = f" of the kind {self.kind}" if self.kind else ""
            site = f" for the site {self.site}" if self.site else ""
            yield Fault(("percent",), f"there is no conference{kind}{site} in this plan to take away or copy.")
        if self.percent == 0:
            yield Fault(("percent",), "0 changes nothing. Enter a number such as 20 or -20.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """How many there are of each kind and site."""
        kinds = tuple(ConferenceKind) if self.kind is None else (self.kind,)
        sites = tuple(problem.site_by_id) if self.site is None else (self.site,)
        return frozenset(("demand", kind, site) for kind in kinds for site in sites)


def _spread(conferences: Sequence[Conference], count: int, random: Random) -> list[Conference]:
    """So many of the conferences, evenly over kinds, sites, modes and sizes; beyond their number from the first again.

    They are laid out in order of these, and steps of the golden ratio, round and round, fall evenly on them whenever
    one stops. So with the same seed a greater number always holds what a smaller one does.
    """
    in_order = sorted(conferences, key=lambda one: one.id)
    random.shuffle(in_order)
    in_order.sort(key=lambda one: (one.kind, one.site, one.mode, one.children))
    place, taken = random.random(), dict[int, None]()
    while len(taken) < len(in_order):
        taken[int(place * len(in_order))] = None
        place = (place + GOLDEN_RATIO) % 1
    turns = list(taken)
    return [in_order[turns[n % len(turns)]] for n in range(count)]


def _with_copies(problem: Problem, chosen: Sequence[Conference]) -> Problem:
    copies, taken = Counter(one.id for one in chosen), set(problem.conference_by_id)
    conferences: list[Conference] = []
    for conference in problem.conferences:
        conferences.append(conference)
        for _ in range(copies[conference.id]):
            copy = _copy(conference, taken)
            taken.add(copy.id)
            conferences.append(copy)
    return replaced(problem, conferences=tuple(conferences))


def _copy(conference: Conference, taken: set[str]) -> Conference:
    """Another family's conference like this one."""
    chair = conference.chair if conference.kind.is_review else None
    return remade(conference, id=copied_id(conference.id, taken), chair=chair)


def _without(problem: Problem, chosen: Sequence[Conference]) -> Problem:
    gone = {one.id for one in chosen}
    return replaced(
        problem,
        conferences=tuple(one for one in problem.conferences if one.id not in gone),
        apart=tuple(pair for pair in problem.apart if gone.isdisjoint(pair)),
        published=tuple(one for one in problem.published if one.conference not in gone),
    )


class Holds(ChangeBase):
    """So many slots kept free at a site in a week, instead of those that there are; ``week`` is any day in it."""

    change: Literal["holds"] = "holds"
    site: Identifier
    week: Date
    count: Annotated[Whole, Field(le=100)]

    def _kept(self, problem: Problem) -> tuple[list[Hold], list[Hold]]:
        """The holds that this is about, and all others."""
        monday = monday_of(self.week)
        own = [hold for hold in problem.holds if hold.site == self.site and monday_of(hold.week) == monday]
        return own, [hold for hold in problem.holds if hold not in own]

    @override
    def applied(self, problem: Problem) -> Problem:
        """With one hold for the site and week, under the ids that its slots had; with none for a count of 0."""
        own, others = self._kept(problem)
        week = own[0].week if own else self.week
        new = [Hold(site=self.site, week=week, count=self.count)] if self.count else []
        return replaced(problem, holds=tuple(sorted(others + new, key=lambda hold: (hold.week, hold.site, hold.count))))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: 4 slots instead of 2 are kept free at Wycombe in the week of 4 January 2027."""
        before = sum(hold.count for hold in self._kept(problem)[0])
        site, monday = problem.site_by_id[self.site].label, short_date(monday_of(self.week))
        slots, are = count_of(self.count, "slot").capitalize(), agree(self.count, "is", "are")
        return f"{slots} instead of {before} {are} kept free at {site} in the week of {monday}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A site that is unknown, or a week outside the plan."""
        yield from known("sites", "site", self.site, problem.site_by_id, "site")
        monday = monday_of(self.week)
        horizon = problem.horizon
        if not monday_of(horizon.first) <= monday <= horizon.last:
            yield Fault(("week",), f"{self.week} is outside the plan, {horizon.first} to {horizon.last}. Enter a day in it.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """The slots of the site and week."""
        return frozenset({("holds", self.site, str(monday_of(self.week)))})
