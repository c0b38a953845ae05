"""What one offer is worth: a solved scenario beside the base, in tiers, in facts and in a sentence."""

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
"""A value for each tier, in the contract's order: what comes first decides."""
NOTHING_KNOWN: Values = (0,) * len(TIERS)


class Worth(Value):
    """What an offer would change, by a solve of its own: ``tiers`` are its schedule's, ``differences`` against the base's.

    ``facts`` compare the two schedules that were found; ``uses`` are the bookings of the new chair, room or minute taker.
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
        """The tiers' values: the lesser, the better."""
        return values_of(self.tiers)

    @property
    def is_nobody_later(self) -> bool:
        """Whether it is proven that with it as many are placed, and as much in time, as without."""
        return all(difference.verdict in (Verdict.EQUAL, Verdict.BETTER) for difference in self.differences[:2])

    @property
    def sentence(self) -> str:
        """Such as: One more chair-day, on Thursday 7 January 2027: lateness proven better by 12 (2 fewer children late)."""
        told = [
            f"{TIER_IN_WORDS[difference.tier].lower()} {difference.text}" for difference in self.differences if difference.matters
        ]
        facts = f" ({in_a_row(self.facts)})" if self.facts else ""
        return f"{self.offer.what}: {'; '.join(told) or 'proven to change nothing'}{facts}."


def values_of(tiers: Sequence[Tier]) -> Values:
    """The tiers' values."""
    return tuple(tier.value for tier in tiers)


def at_best_of(tiers: Sequence[Tier]) -> Values:
    """What the tiers can't be below, in their order: after the first that isn't proven nothing is known."""
    found: list[int] = []
    for tier in tiers:
        found.append(tier.bound)
        if not tier.proven:
            break
    return (*found, *NOTHING_KNOWN[len(found) :])


def worth(problem: Problem, standing: Schedule, offer: ResourceUnit, solved: Solved) -> Worth | None:
    """What an offer would change against the standing schedule; None where it leaves no schedule that keeps the locks."""
    changed = offer.scenario.applied(problem)
    schedule = solved.schedule_of(changed)
    if schedule is None:
        return None
    found = one_way(differences(standing.tiers, schedule.tiers), is_less=offer.kind == "less")
    return Worth(
        offer=offer,
        tiers=schedule.tiers,
        differences=found,
        judgement=judgement(found),
        facts=tuple(_facts(outlook(problem, standing, 0), outlook(changed, schedule, 0))),
        uses=tuple(_uses(offer, schedule)),
        seconds=solved.seconds,
    )


def one_way(found: Sequence[Difference], *, is_less: bool) -> tuple[Difference, ...]:
    """The differences, knowing that more can't be worse, and less can't be better.

    That holds of the tiers in their order, so of the first that is not proven equal; the later ones may pay for it.
    """
    told = list(found)
    for n, difference in enumerate(told):
        if difference.least is None or difference.most is None:
            break
        least, most = (max(0, difference.least), difference.most) if is_less else (difference.least, min(0, difference.most))
        verdict = Verdict.EQUAL if least == most == 0 else difference.verdict
        told[n] = difference.model_copy(update={"least": least, "most": most, "verdict": verdict})
        if verdict != Verdict.EQUAL:
            break
    return tuple(told)


def _facts(before: Outlook, after: Outlook) -> Iterator[str]:
    """How the two schedules differ in what people count, the gravest first."""
    nouns = (
        ("conference not placed", "conferences not placed"),
        ("child late", "children late"),
        ("conference handed over", "conferences handed over"),
        ("child above the caps", "children above the caps"),
        ("booking on a Friday", "bookings on Fridays"),
        ("conference virtual for want of a room", "conferences virtual for want of a room"),
        ("conference at another site", "conferences at other sites"),
        ("hold not provided", "holds not provided"),
    )
    for (one, many), was, will_be in zip(nouns, _counts(before), _counts(after), strict=True):
        by = abs(will_be - was)
        if by:
            yield f"{number(by)} {'fewer' if will_be < was else 'more'} {agree(by, one, many)}"


def _counts(found: Outlook) -> tuple[int, ...]:
    return (
        found.conferences - found.placed,
        sum(late.children for late in found.late),
        len(found.handovers),
        sum(load.above for load in found.caseloads),
        found.counts["friday"],
        found.counts["virtual_fallback"],
        found.counts["other_site"],
        found.counts["hold_missing"],
    )


def _uses(offer: ResourceUnit, schedule: Schedule) -> Iterator[Booking]:
    """The bookings of whoever or whatever is new, by the id that it has in the offer."""
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
