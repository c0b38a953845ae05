"""The value of one offer: a solved scenario compared with the base by tiers, facts and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, Schedule, Tier
from scheduler.domain.values import Value
from scheduler.sweeps.task import Solved
from scheduler.whatif.changes.chairs import ChairJoins
from scheduler.whatif.changes.minute_takers import MinuteTakerJoins
from scheduler.whatif.changes.rooms import RoomOpens
from scheduler.whatif.comparison.results import Outlook, outlook
from scheduler.whatif.comparison.verdicts import Difference, Judgement, Verdict, differences, judgement
from scheduler.whatif.marginal_value.units import ResourceUnit
from scheduler.wording import TIER_IN_WORDS, agree, in_a_row, number

Values = tuple[int, ...]
"""A value for each tier in the contract's order. They compare lexicographically."""
NOTHING_KNOWN: Values = (0,) * len(TIERS)
"""The trivial lower bound of every tier."""


class Worth(Value):
    """The effect of an offer, from its own solve. ``tiers`` are its schedule's; ``differences`` compare them with the base's.

    ``facts`` compare the two schedules; ``uses`` are the bookings of the new chair, room or minute taker.
    """

    offer: ResourceUnit
    tiers: tuple[Tier, ...]
    differences: tuple[Difference, ...]
    judgement: Judgement
    facts: tuple[str, ...]
    uses: tuple[Booking, ...]
    seconds: float

    @property
    def values(self) -> Values:
        """Return the tiers' values. Smaller is better."""
        return values_of(self.tiers)

    @property
    def is_nobody_later(self) -> bool:
        """True if the offer provably makes neither the unplaced conferences nor the lateness worse."""
        return all(difference.verdict in (Verdict.EQUAL, Verdict.BETTER) for difference in self.differences[:2])

    @property
    def sentence(self) -> str:
        """Return, for example, "One more chair-day, on Monday 4 January 2027: lateness proven better by 12."."""
        changes = [
            f"{TIER_IN_WORDS[difference.tier].lower()} {difference.text}" for difference in self.differences if difference.matters
        ]
        facts = f" ({in_a_row(self.facts)})" if self.facts else ""
        return f"{self.offer.what}: {'; '.join(changes) or 'proven to change nothing'}{facts}."


def values_of(tiers: Sequence[Tier]) -> Values:
    """Return the tiers' values."""
    return tuple(tier.value for tier in tiers)


def lower_bound_of(tiers: Sequence[Tier]) -> Values:
    """Return a lexicographic lower bound of the tiers: their bounds up to the first unproven tier, then zeros."""
    bounds: list[int] = []
    for tier in tiers:
        bounds.append(tier.bound)
        if not tier.proven:
            break
    return (*bounds, *NOTHING_KNOWN[len(bounds) :])


def worth(problem: Problem, base: Schedule, offer: ResourceUnit, solved: Solved) -> Worth | None:
    """Return the effect of an offer against the base's schedule, or None if no schedule keeps the locks with it."""
    changed = offer.scenario.applied(problem)
    schedule = solved.schedule_of(changed)
    if schedule is None:
        return None
    changes = one_way(differences(base.tiers, schedule.tiers), is_less=offer.kind == "less")
    return Worth(
        offer=offer,
        tiers=schedule.tiers,
        differences=changes,
        judgement=judgement(changes),
        facts=tuple(_facts(outlook(problem, base, 0), outlook(changed, schedule, 0))),
        uses=tuple(_uses(offer, schedule)),
        seconds=solved.seconds,
    )


def one_way(unrestricted: Sequence[Difference], *, is_less: bool) -> tuple[Difference, ...]:
    """Tighten the differences, since more can't be worse and less can't be better in lexicographic order.

    Only the first tier that is not proven equal can be tightened. Later tiers may get worse in exchange.
    """
    tightened = list(unrestricted)
    for n, difference in enumerate(tightened):
        if difference.least is None or difference.most is None:
            break
        least, most = (max(0, difference.least), difference.most) if is_less else (difference.least, min(0, difference.most))
        verdict = Verdict.EQUAL if least == most == 0 else difference.verdict
        tightened[n] = difference.model_copy(update={"least": least, "most": most, "verdict": verdict})
        if verdict != Verdict.EQUAL:
            break
    return tuple(tightened)


def _facts(before: Outlook, after: Outlook) -> Iterator[str]:
    """Yield how the two schedules differ in counts that people know, the most serious first."""
    names = (
        ("conference not placed", "conferences not placed"),
        ("child late", "children late"),
        ("conference handed over", "conferences handed over"),
        ("child above the caps", "children above the caps"),
        ("booking on a Friday", "bookings on Fridays"),
        ("conference virtual for want of a room", "conferences virtual for want of a room"),
        ("conference at another site", "conferences at other sites"),
        ("hold not provided", "holds not provided"),
    )
    for (one, many), was, will_be in zip(names, _counts(before), _counts(after), strict=True):
        by = abs(will_be - was)
        if by:
            yield f"{number(by)} {'fewer' if will_be < was else 'more'} {agree(by, one, many)}"


def _counts(of: Outlook) -> tuple[int, ...]:
    return (
        of.conferences - of.placed,
        sum(late.children for late in of.late),
        len(of.handovers),
        sum(load.above for load in of.caseloads),
        of.counts["friday"],
        of.counts["virtual_fallback"],
        of.counts["other_site"],
        of.counts["hold_missing"],
    )


def _uses(offer: ResourceUnit, schedule: Schedule) -> Iterator[Booking]:
    """Yield the bookings of the new chair, room or minute taker."""
    new = {
        change.chair.id
        if isinstance(change, ChairJoins)
        else change.room.id
        if isinstance(change, RoomOpens)
        else change.minute_taker.id
        for change in offer.scenario.changes
        if isinstance(change, ChairJoins | RoomOpens | MinuteTakerJoins)
    }
    fields = {"chair_day": "chair", "room_slot": "room", "minute_taker": "minute_taker"}
    if offer.kind in fields:
        yield from (booking for booking in schedule.bookings if getattr(booking, fields[offer.kind]) in new)
