"""Units of resources, one more or one less, as scenarios: a chair-day, a room-slot, a Friday, hybrid kit, a minute taker."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Date, Identifier, Period, Value, days, is_friday, monday_of
from scheduler.report.account import Account
from scheduler.whatif.changes.any_change import AnyChange
from scheduler.whatif.changes.base import copied_id, name_with_id, with_period
from scheduler.whatif.changes.chairs import ChairAbsent, ChairJoins
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.whatif.changes.minute_takers import MinuteTakerJoins
from scheduler.whatif.changes.rooms import RoomGainsHybrid, RoomOpens
from scheduler.whatif.changes.scenario import Scenario
from scheduler.wording import count_of, date_in_words, period_in_words, short_date

UnitKind = Literal["chair_day", "room_slot", "friday", "hybrid_kit", "minute_taker", "less"]
UNIT_KINDS: dict[UnitKind, tuple[str, str]] = {
    "chair_day": ("chair-day", "chair-days"),
    "room_slot": ("room-slot", "room-slots"),
    "friday": ("Friday", "Fridays"),
    "hybrid_kit": ("room's hybrid kit", "rooms' hybrid kits"),
    "minute_taker": ("minute taker for a week", "minute takers for a week"),
    "less": ("chair-day less", "chair-days less"),
}
"""The singular and plural of each kind."""
NEW = "extra"


class ResourceUnit(Value):
    """One more unit of a resource as a scenario; one chair-day less if the kind is ``less``. ``what`` is a short description.

    ``site`` is None if the unit is not tied to one site, and ``week`` (its Monday) if it is not tied to one week.
    """

    kind: UnitKind
    what: str
    site: Identifier | None = None
    week: Date | None = None
    scenario: Scenario


@dataclass(frozen=True)
class Group:
    """Offers, and a scenario that allows everything that any of them allows.

    So no member of the group can be better than the scenario's optimum.
    """

    scenario: Scenario
    members: tuple[Group | ResourceUnit, ...]

    @property
    def can_be_priced(self) -> bool:
        """True if the offers are days of a new chair or slots of new rooms, which `pricing.py` can bound one by one."""
        return all(isinstance(change, ChairJoins | RoomOpens) for change in self.scenario.changes)

    @property
    def offers(self) -> tuple[ResourceUnit, ...]:
        """Return all offers, including those of nested groups."""
        return tuple(offer for member in self.members for offer in (member.offers if isinstance(member, Group) else (member,)))


class Market:
    """The offers for a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._days = [day for day in days(problem.horizon) if problem.calendar.is_open(day)]

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Return the groups of offers, one for each kind that has any."""
        groups = (self._chair_days(), self._room_slots(), self._fridays(), self._hybrid_kits(), self._minute_takers())
        return tuple(group for group in groups if group is not None and group.members)

    # Chair-days ---------------------------------------------------------------------------------------

    def _chair_days(self) -> Group:
        """Return a further chair for each open day.

        The chair goes to any site (the contract ties no chair to one), has the most common limit a day, and has a full
        caseload, so that every further child is above the cap. The gain then comes from the day alone.
        """
        offers = (
            ResourceUnit(
                kind="chair_day",
                what=f"One more chair-day, on {date_in_words(day)}",
                week=monday_of(day),
                scenario=_scenario(f"chair-day {day}", ChairJoins(chair=self._chair(day, day))),
            )
            for day in self._days
        )
        horizon = self.problem.horizon
        whole = ChairJoins(chair=self._chair(horizon.first, horizon.last))
        return Group(_scenario("every chair-day", whole), tuple(offers))

    def _chair(self, first: dt.date, last: dt.date) -> Chair:
        others = [chair for chair in self.problem.chairs if not chair.reserve]
        return Chair(
            id=copied_id(NEW, self.problem.chair_by_id),
            name="Extra chair",
            first=first,
            last=last,
            caseload=self.problem.policy.caseload_cap,
            max_per_day=_most_common(chair.max_per_day for chair in others),
        )

    # Room-slots ---------------------------------------------------------------------------------------

    def _room_slots(self) -> Group:
        """Return a further room for each site, open day and start, as well equipped as the site's best room."""
        horizon = self.problem.horizon
        offers: list[ResourceUnit] = []
        whole: list[RoomOpens] = []
        for site, rooms in self._rooms_by_site().items():
            starts = sorted({start for room in rooms for start in room.starts})
            whole.append(RoomOpens(room=self._room(site, rooms, starts, horizon.first, horizon.last)))
            for day in self._days:
                if any(room.is_open(day) for room in rooms):
                    offers += (self._slot(site, rooms, start, day) for start in starts)
        return Group(_scenario("every room-slot", *whole), tuple(offers))

    def _rooms_by_site(self) -> dict[str, list[Room]]:
        by_site = {site.id: [room for room in self.problem.rooms if room.site == site.id] for site in self.problem.sites}
        return {site: rooms for site, rooms in by_site.items() if rooms}

    def _slot(self, site: str, rooms: list[Room], start: dt.time, day: dt.date) -> ResourceUnit:
        label = self.problem.site_by_id[site].label
        return ResourceUnit(
            kind="room_slot",
            what=f"One more room at {label}, on {date_in_words(day)} at {start:%H:%M}",
            site=site,
            week=monday_of(day),
            scenario=_scenario(
                f"room-slot {site} {day} {start:%H:%M}", RoomOpens(room=self._room(site, rooms, [start], day, day))
            ),
        )

    def _room(self, site: str, rooms: list[Room], starts: list[dt.time], first: dt.date, last: dt.date) -> Room:
        return Room(
            id=copied_id(f"{NEW}-{site}", self.problem.room_by_id),
            site=site,
            name="Extra room",
            starts=tuple(starts),
            hybrid_from=min((room.hybrid_from for room in rooms if room.hybrid_from), default=None),
            accessible=any(room.accessible for room in rooms),
            first=first,
            last=last,
        )

    # Fridays, equipment, minute takers ----------------------------------------------------------------

    def _fridays(self) -> Group | None:
        """Return each Friday whose opening adds a person or a room."""
        horizon, calendar = self.problem.horizon, self.problem.calendar
        fridays = [day for day in days(horizon) if is_friday(day) and calendar.is_working_day(day)]
        opened = {day: FridaysOpen(dates=(day,)) for day in fridays}
        offers = tuple(
            ResourceUnit(
                kind="friday",
                what=f"{date_in_words(day)} opened",
                week=monday_of(day),
                scenario=_scenario(f"Friday {day}", change),
            )
            for day, change in opened.items()
            if self._adds_anything(day)
        )
        return Group(_scenario("every Friday", FridaysOpen(dates=tuple(fridays))), offers) if offers else None

    def _adds_anything(self, friday: dt.date) -> bool:
        """True if opening the Friday adds a person or a room."""
        problem = self.problem
        people = (*problem.chairs, *(problem.minute_takers or ()))
        is_closed = any(friday in period for room in problem.rooms for period in room.closed)
        return is_closed or not problem.calendar.is_open(friday) or any("fri" not in person.works for person in people)

    def _hybrid_kits(self) -> Group | None:
        """Return equipment from the plan's first day for each room that has none then."""
        lacking = [room for room in self.problem.rooms if not room.is_hybrid(self.problem.horizon.first)]
        changes = [RoomGainsHybrid(room=room.id) for room in lacking]
        offers = tuple(
            ResourceUnit(
                kind="hybrid_kit",
                what=f"Hybrid kit in {name_with_id(room)}, {self.problem.site_by_id[room.site].label}",
                site=room.site,
                scenario=_scenario(f"hybrid kit {room.id}", change),
            )
            for room, change in zip(lacking, changes, strict=True)
        )
        return Group(_scenario("every hybrid kit", *changes), offers) if offers else None

    def _minute_takers(self) -> Group | None:
        """Return a further minute taker for each site and week, with the most common limit a day."""
        if not self.problem.models_minute_takers:
            return None
        sites = [site.id for site in self.problem.sites]
        by_week = []
        for monday in sorted({monday_of(day) for day in self._days}):
            offers = tuple(self._minute_taker(site, monday) for site in sites)
            whole = MinuteTakerJoins(minute_taker=self._taker(sites, monday))
            by_week.append(Group(_scenario(f"minute takers in the week of {monday}", whole), offers))
        whole = MinuteTakerJoins(minute_taker=self._taker(sites, None))
        return Group(_scenario("every minute taker", whole), tuple(by_week))

    def _minute_taker(self, site: str, monday: dt.date) -> ResourceUnit:
        label = self.problem.site_by_id[site].label
        return ResourceUnit(
            kind="minute_taker",
            what=f"One more minute taker at {label} in the week of {short_date(monday)}",
            site=site,
            week=monday,
            scenario=_scenario(f"minute taker {site} {monday}", MinuteTakerJoins(minute_taker=self._taker([site], monday))),
        )

    def _taker(self, sites: list[str], monday: dt.date | None) -> MinuteTaker:
        """Return a minute taker for one week, or for the whole plan if ``monday`` is None."""
        absences: tuple[Period, ...] = ()
        for day in days(self.problem.horizon):
            if monday is not None and monday_of(day) != monday:
                absences = with_period(absences, Period(first=day, last=day))
        takers = self.problem.minute_takers or ()
        return MinuteTaker(
            id=copied_id(NEW, self.problem.minute_taker_by_id),
            name="Extra minute taker",
            sites=tuple(sites),
            absences=absences,
            max_per_day=_most_common(taker.max_per_day for taker in takers),
        )


# One less ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChairDays:
    """The working days of chairs who are not reserves.

    ``free`` are the days without a booking, by chair; ``all_free`` is the loss of all of them at once. ``used`` are the losses of
    single days with bookings, fewest bookings first, in turn by chair.
    """

    free: dict[str, tuple[dt.date, ...]]
    all_free: ResourceUnit | None
    used: tuple[ResourceUnit, ...]


def chair_days(problem: Problem, schedule: Schedule) -> ChairDays:
    """Return the chairs' working days, by whether the schedule uses them."""
    count = Counter((booking.chair, booking.day) for booking in Account(problem, schedule).bookings)
    free: dict[str, tuple[dt.date, ...]] = {}
    used: list[tuple[int, int, ResourceUnit]] = []
    for chair in (chair for chair in problem.chairs if not chair.reserve):
        worked = [day for day in days(problem.horizon) if problem.calendar.is_open(day) and chair.works_on(day)]
        by_use = sorted((count[chair.id, day], day) for day in worked)
        if idle := tuple(day for bookings, day in by_use if not bookings):
            free[chair.id] = idle
        booked = [one for one in by_use if one[0]]
        used += [(bookings, turn, lost(chair, day)) for turn, (bookings, day) in enumerate(booked)]
    in_turn = sorted(used, key=lambda one: one[:2])
    return ChairDays(free, _all_lost(free) if free else None, tuple(offer for _, _, offer in in_turn))


def _all_lost(free: dict[str, tuple[dt.date, ...]]) -> ResourceUnit:
    changes = [ChairAbsent(chair=chair, first=day, last=day) for chair, idle in free.items() for day in idle]
    scenario = _scenario("without every free chair-day", *changes)
    return ResourceUnit(kind="less", what=f"Without {count_of(len(changes), 'chair-day')} at once", scenario=scenario)


def lost(chair: Chair, day: dt.date) -> ResourceUnit:
    """Return the loss of one working day of a chair."""
    return ResourceUnit(
        kind="less",
        what=f"Without {name_with_id(chair)} on {date_in_words(day)}",
        week=monday_of(day),
        scenario=_scenario(f"without {chair.id} on {day}", ChairAbsent(chair=chair.id, first=day, last=day)),
    )


def days_in_words(dates: Iterable[dt.date]) -> Iterator[str]:
    """Yield each run of consecutive days in words: ``4 to 6 January 2027``."""
    run: list[dt.date] = []
    for day in sorted(dates):
        if run and (day - run[-1]).days > 1:
            yield period_in_words(Period(first=run[0], last=run[-1]))
            run = []
        run.append(day)
    if run:
        yield period_in_words(Period(first=run[0], last=run[-1]))


def _scenario(name: str, *changes: AnyChange) -> Scenario:
    return Scenario(name=name, changes=changes)


def _most_common(limits: Iterable[int | None]) -> int | None:
    """Return the most common limit; the first in case of a tie."""
    common = Counter(limits).most_common(1)
    return common[0][0] if common else None
