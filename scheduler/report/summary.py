"""The summary of a schedule in plain English: the placed conferences, the late ones with reasons, its quality, and its proofs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule, TierName
from scheduler.measure import Measure
from scheduler.report.account import Account, BookingChange
from scheduler.wording import (
    IF_AS_HERE,
    TIER_IN_WORDS,
    agree,
    children_of,
    count_is,
    count_of,
    date_in_words,
    in_a_row,
    moment_in_words,
    number,
    period_in_words,
    seconds_in_words,
    short_date,
)


@dataclass(frozen=True)
class Section:
    """One topic: its title, one sentence with the numbers, and the items or references behind them."""

    title: str
    sentence: str
    items: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    def details(self, longest_list: int | None = None) -> tuple[str, ...]:
        """Return the items, and the references in one line; lists longer than ``longest_list`` end with a count of the rest."""
        left = _beyond(self.items, longest_list)
        details = [*self.items[:longest_list], *([f"and {number(left)} more."] if left else [])]
        if self.references:
            left = _beyond(self.references, longest_list)
            shown = [*self.references[:longest_list], *([f"{number(left)} more"] if left else [])]
            details.append(f"{in_a_row(shown)}.")
        return tuple(details)


@dataclass(frozen=True)
class TierLine:
    """One tier: its value, and its distance from the best in words."""

    name: TierName
    title: str
    value: int
    proof: str


@dataclass(frozen=True)
class Summary:
    """The summary of a schedule."""

    heading: str
    sections: tuple[Section, ...]
    tiers: tuple[TierLine, ...]
    notes: tuple[str, ...]

    def lines(self, longest_list: int | None = None) -> tuple[str, ...]:
        """Return the summary as lines of plain text; lists longer than ``longest_list`` end with a count of the rest."""
        return tuple(self._lines(longest_list))

    def _lines(self, longest_list: int | None) -> Iterator[str]:
        yield self.heading
        yield ""
        for section in self.sections:
            yield f"{section.title}: {section.sentence}"
            yield from (f"  - {detail}" for detail in section.details(longest_list))
        yield ""
        yield "How good it is, what matters most first:"
        title_width = max(len(tier.title) for tier in self.tiers)
        value_width = max(len(number(tier.value)) for tier in self.tiers)
        for n, tier in enumerate(self.tiers, 1):
            yield f"  {n}  {tier.title:<{title_width}}  {number(tier.value):>{value_width}}  {tier.proof}"
        yield ""
        yield from self.notes


def _beyond(items: tuple[str, ...], longest_list: int | None) -> int:
    return 0 if longest_list is None else max(0, len(items) - longest_list)


def summarise(problem: Problem, schedule: Schedule, measure: Measure) -> Summary:
    """Summarise a schedule; every number comes from the measure or from the rules' checks."""
    account = Account(problem, schedule)
    children = sum(conference.children for conference in problem.conferences)
    name = problem.service.name or "Schedule"
    heading = (
        f"{name}, {period_in_words(problem.horizon)}: {count_of(len(problem.conferences), 'conference')}, {children_of(children)}"
    )
    return Summary(
        heading=heading,
        sections=tuple(_sections(account, measure)),
        tiers=tuple(_tier_line(schedule, name, measure.tiers[name]) for name in TIERS),
        notes=tuple(_notes(problem, schedule)),
    )


def _sections(account: Account, measure: Measure) -> Iterator[Section]:
    problem = account.problem
    if remarks := account.schedule.remarks:
        sentence = f"{count_of(len(remarks), 'entry', 'entries')} of the problem {agree(len(remarks), 'looks', 'look')} wrong."
        yield Section("Check first", sentence, tuple(f"{remark.place}: {remark.text}" for remark in remarks))
    if exceptions := account.schedule.exceptions:
        sentence = f"{count_of(len(exceptions), 'exception')} {agree(len(exceptions), 'was', 'were')} made to rules."
        yield Section("Exceptions", sentence, tuple(f"{one.conference} ({one.rule}): {one.text}" for one in exceptions))
    yield _placed(account, measure)
    if measure.tiers["unplaced"]:
        yield _unplaced(account, measure)
    yield _late(account)
    yield _fridays(account, measure)
    yield _outside_term_time(account, measure)
    if problem.published:
        yield _changes(account)
    yield _handovers(account, measure)
    yield _caseloads(account, measure)
    yield _virtual_fallbacks(account, measure)
    if len(problem.sites) > 1:
        yield _other_sites(account, measure)
    if any(chair.reserve for chair in problem.chairs):
        yield _reserves(account, measure)
    if problem.held_slots:
        yield _holds(account, measure)


def _placed(account: Account, measure: Measure) -> Section:
    total, left = len(account.problem.conferences), measure.tiers["unplaced"]
    if not total:
        return Section("Placed", "there are no conferences to place.")
    if left == total:
        return Section(
            "Placed", "the one conference is not placed." if total == 1 else f"none of {number(total)} conferences is placed."
        )
    if left:
        placed = total - left
        return Section("Placed", f"{number(placed)} of {count_of(total, 'conference')} {agree(placed, 'is', 'are')} placed.")
    return Section("Placed", "the one conference is placed." if total == 1 else f"all {number(total)} conferences are placed.")


def _unplaced(account: Account, measure: Measure) -> Section:
    items = tuple(f"{unplaced.conference}: {unplaced.reason}" for unplaced in account.unplaced)
    left = measure.tiers["unplaced"]
    return Section("Not placed", f"{count_of(left, 'conference')} {agree(left, 'has', 'have')} no booking.", items)


def _late(account: Account) -> Section:
    year = account.problem.horizon.first.year
    if not account.late:
        return Section("Late", "no booking is after its due date.")
    items = tuple(
        f"{late.conference.id} ({children_of(late.conference.children)}) was due on "
        f"{date_in_words(late.due, year)} and is on {date_in_words(late.booking.day, year)}, "
        f"{count_of(late.working_days, 'working day')} late. {late.why}"
        for late in account.late
    )
    children = sum(late.conference.children for late in account.late)
    many = len(account.late)
    sentence = f"{count_of(many, 'conference')} ({children_of(children)}) {agree(many, 'is', 'are')} after the due date."
    return Section("Late", sentence, items)


def _fridays(account: Account, measure: Measure) -> Section:
    fridays = measure.counts["friday"]
    held = sum(unit.subject in account.problem.held_slot_by_id for unit in account.units["friday"])
    of_them = f", {number(held)} of them {agree(held, 'a held slot', 'held slots')}" if held else ""
    return Section("Fridays", f"{count_is(fridays, 'booking')} on a Friday{of_them}.")


def _outside_term_time(account: Account, measure: Measure) -> Section:
    if account.problem.calendar.terms is None:
        return Section("Outside term time", "not known, since no school terms are given.")
    school = measure.counts["holiday_school"]
    outside = school + measure.counts["holiday_other"]
    of_them = f", {number(school)} of them with children of school age" if school else ""
    return Section("Outside term time", f"{count_is(outside, 'booking')} in the school holidays{of_them}.")


def _changes(account: Account) -> Section:
    published = len(account.problem.published)
    withdrawn = sum(change.booking is None for change in account.changes)
    many = len(account.changes) - withdrawn
    verb = agree(many, "is", "are")
    also = f", and {number(withdrawn)} {agree(withdrawn, 'is', 'are')} withdrawn" if withdrawn else ""
    sentence = f"{number(many) if many else 'none'} of {count_of(published, 'published booking')} {verb} changed{also}."
    return Section("Changes", sentence, tuple(_change(account, change) for change in account.changes))


def _change(account: Account, change: BookingChange) -> str:
    booking, published = change.booking, change.published
    before = f"{published.conference}, published for {moment_in_words(published.start)}"
    if booking is None:
        return f"{before}, is not placed."
    text = next(unit.text for unit in account.units["stability"] if unit.subject == published.conference)
    now = f"{moment_in_words(booking.start)}, {account.place_label(booking)}, {account.chair_label(booking.chair)}"
    return f"{text} It is now: {now}."


def _handovers(account: Account, measure: Measure) -> Section:
    title = account.problem.service.chair_title
    many = len(account.handovers)
    if not many:
        placed = "is placed and " * bool(account.unplaced)
        return Section("Cover", f"every family that {placed}has its own {title} keeps that {title}.")
    items = tuple(
        f"{conference.id} ({children_of(conference.children)}): "
        f"covered by {account.chair_label(booking.chair)} instead of {account.chair_label(conference.chair or '')}"
        for conference, booking in account.handovers
    )
    children = children_of(measure.tiers["continuity"])
    conferences = f"{count_of(many, 'conference')} ({children})"
    sentence = f"{conferences} {agree(many, 'is', 'are')} covered by another {title} than the family's own."
    return Section("Cover", sentence, items)


def _caseloads(account: Account, measure: Measure) -> Section:
    title = account.problem.service.chair_title
    above = [load for load in account.loads if load.above]
    gone = [f"{load.chair.label} ({children_of(load.after)})" for load in account.loads if load.without_chair]
    children = children_of(sum(load.without_chair for load in account.loads))
    nobody = [f"{children} without a {title} after the plan, whose {title} is gone then: {in_a_row(gone)}."] * bool(gone)
    if not above:
        return Section("Caseloads", f"no {title} is above the cap.", tuple(nobody))
    items = (
        *nobody,
        *(
            f"{load.chair.label}: {children_of(load.after)}, {number(load.above)} above the cap of {number(load.cap)} "
            f"({number(load.before)} before)"
            for load in above
        ),
    )
    children = children_of(measure.tiers["caseload"])
    sentence = f"{count_is(len(above), title)} above the cap, by {children} in all."
    return Section("Caseloads", sentence, items)


def _virtual_fallbacks(account: Account, measure: Measure) -> Section:
    many = measure.counts["virtual_fallback"]
    sentence = f"{count_of(many, 'conference')} meant for a room {agree(many, 'is', 'are')} held virtually."
    return Section("Virtual", sentence, references=tuple(sorted(unit.subject for unit in account.units["virtual_fallback"])))


def _other_sites(account: Account, measure: Measure) -> Section:
    many = measure.counts["other_site"]
    sentence = f"{count_is(many, 'conference')} at a site other than the one nearest to the family."
    return Section("Other sites", sentence, tuple(unit.text for unit in account.units["other_site"]))


def _reserves(account: Account, measure: Measure) -> Section:
    many = measure.counts["reserve_chair"]
    by_chair: dict[str, list[str]] = {}
    reserve = {unit.subject for unit in account.units["reserve_chair"]}
    for booking in account.bookings:
        if booking.conference in reserve:
            by_chair.setdefault(booking.chair, []).append(booking.conference)
    items = tuple(f"{account.chair_label(chair)}: {in_a_row(references)}" for chair, references in by_chair.items())
    title = account.problem.service.chair_title
    return Section("Reserve", f"{count_is(many, 'booking')} chaired by a reserve {title}.", items)


def _holds(account: Account, measure: Measure) -> Section:
    slots, missing = account.problem.held_slot_by_id, measure.counts["hold_missing"]
    year = account.problem.horizon.first.year
    if not missing:
        return Section(
            "Held slots", "the one slot is kept free." if len(slots) == 1 else f"all {number(len(slots))} slots are kept free."
        )
    items: dict[str, int] = {}
    for unit in account.units["hold_missing"]:
        slot = slots[unit.subject]
        where = f"{account.problem.site_by_id[slot.site].label}, week of {short_date(slot.monday, year)}"
        items[where] = items.get(where, 0) + 1
    free = len(slots) - missing
    sentence = f"{number(free)} of {count_of(len(slots), 'slot')} {agree(free, 'is', 'are')} kept free; {number(missing)} not."
    return Section("Held slots", sentence, tuple(f"{where}: {number(count)} missing" for where, count in items.items()))


def _tier_line(schedule: Schedule, name: TierName, value: int) -> TierLine:
    return TierLine(name=name, title=TIER_IN_WORDS[name], value=value, proof=proof_in_words(schedule, name, value))


def proof_in_words(schedule: Schedule, name: TierName, value: int) -> str:
    """Return in words how far a tier's measured value can be from the best, by the schedule's bound.

    The value 0 is always proven best, because no tier can be below 0. Otherwise, best means best among the schedules that are
    no worse in the earlier tiers; the words say so if one of those is not proven.
    """
    if value == 0:
        return "proven best"
    tier = next((tier for tier in schedule.tiers if tier.name == name), None)
    if tier is None or tier.value != value:
        return "distance from the best not known"
    before = schedule.tiers[: schedule.tiers.index(tier)]
    condition = "" if all(one.proven for one in before) else IF_AS_HERE
    if tier.proven:
        return f"proven best{condition}"
    gap = value - tier.bound
    return f"at most {number(gap)} from the best ({100 * gap / value:.1f}%; bound {number(tier.bound)}){condition}"


def _notes(problem: Problem, schedule: Schedule) -> Iterator[str]:
    assumed = dict.fromkeys((*schedule.assumptions, *problem.assumptions))
    yield from (f"Assumed: {assumption}" for assumption in assumed)
    if (solver := schedule.solver) is not None:
        engine = f" with {solver.engine}" if solver.engine else ""
        yield f"Solved in {seconds_in_words(solver.seconds)}{engine} ({count_of(solver.workers, 'worker')}, seed {solver.seed})."
