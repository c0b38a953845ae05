"""Random changes that suit a problem; the same ``Random`` makes the same changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

from scheduler.domain.conference import ConferenceKind
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.domain.problem import Problem
from scheduler.domain.values import WEEKDAYS, days, is_friday
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.bookings import Move
from scheduler.whatif.changes.chairs import ChairAbsent, ChairChanges, ChairJoins, ChairLeaves
from scheduler.whatif.changes.conferences import Add, Cancel, Inquorate, Unavailable, WaiveNotice
from scheduler.whatif.changes.demand import Demand, Holds
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.whatif.changes.minute_takers import MinuteTakerAbsent, MinuteTakerJoins, MinuteTakerLeaves
from scheduler.whatif.changes.policy import CaseloadCap, RuleOff, RuleOn, Weight
from scheduler.whatif.changes.rooms import RoomCloses, RoomGainsHybrid, RoomGainsStart, RoomOpens, SiteCloses
from scheduler.whatif.changes.single_days import ChairWorksOn, RoomOpenOn
from tests.random_problems import STARTS, some

TIMES = tuple(dt.time.fromisoformat(start) for start in STARTS)
ChangeMaker = Callable[[Random, Problem], ChangeBase]


def random_change(random: Random, problem: Problem) -> ChangeBase:
    """Return a random change without faults."""
    while True:
        if (change := try_change(random, problem, random.choice(RELAXING + OTHERS))) is not None:
            return change


def try_change(random: Random, problem: Problem, maker: ChangeMaker) -> ChangeBase | None:
    """Return a change of one kind, or None if the problem lacks the items for it or it has a fault."""
    try:
        change = maker(random, problem)
    except IndexError:  # the problem has no such item to choose
        return None
    return None if list(change.faults(problem)) else change


def _day(random: Random, problem: Problem) -> dt.date:
    return random.choice(days(problem.horizon))


def _span(random: Random, problem: Problem) -> tuple[dt.date, dt.date]:
    first, last = sorted((_day(random, problem), _day(random, problem)))
    return first, last


def _chair_joins(random: Random, problem: Problem) -> ChangeBase:
    """Add a chair within their own cap: one above it would make the caseloads' tier worse."""
    chair = Chair(
        id=f"N{random.randint(0, 9)}", works=tuple(some(random, WEEKDAYS[:5], least=3)), max_per_day=random.choice((None, 1))
    )
    fte = random.choice((0.0, 0.5, 1.0))
    cap = chair.model_copy(update={"fte": fte}).cap(problem.policy.caseload_cap)
    return ChairJoins(chair=chair.model_copy(update={"fte": fte, "caseload": random.randint(0, cap)}))


def _room_opens(random: Random, problem: Problem) -> ChangeBase:
    site, starts = random.choice(problem.sites).id, tuple(some(random, TIMES, least=1, most=2))
    hybrid = random.choice((None, dt.date(2022, 9, 1)))
    return RoomOpens(room=Room(id=f"N{random.randint(0, 9)}", site=site, starts=starts, hybrid_from=hybrid))


def _minute_taker_joins(random: Random, problem: Problem) -> ChangeBase:
    sites = tuple(some(random, [site.id for site in problem.sites]))
    return MinuteTakerJoins(minute_taker=MinuteTaker(id=f"N{random.randint(0, 9)}", sites=sites))


def _room_gains_start(random: Random, problem: Problem) -> ChangeBase:
    return RoomGainsStart(room=random.choice(problem.rooms).id, start=random.choice(TIMES))


def _room_gains_hybrid(random: Random, problem: Problem) -> ChangeBase:
    return RoomGainsHybrid(room=random.choice(problem.rooms).id, first=random.choice((None, _day(random, problem))))


def _fewer_conferences(random: Random, _: Problem) -> ChangeBase:
    return Demand(percent=-random.randint(1, 100), seed=random.randint(0, 9))


def _fridays_open(random: Random, problem: Problem) -> ChangeBase:
    return FridaysOpen(dates=(random.choice([day for day in problem.working_days if is_friday(day)]),))


def _rule_off(random: Random, _: Problem) -> ChangeBase:
    return RuleOff(rule=random.choice(("R4", "R5", "R6", "R7", "R8", *PREFERENCE_NAMES)))


def _greater_cap(random: Random, problem: Problem) -> ChangeBase:
    return CaseloadCap(cap=problem.policy.caseload_cap + random.randint(0, 20))


def _fewer_holds(random: Random, problem: Problem) -> ChangeBase:
    hold = random.choice(problem.holds)
    return Holds(site=hold.site, week=hold.week, count=random.randrange(hold.count))


def _cancel(random: Random, problem: Problem) -> ChangeBase:
    return Cancel(conference=random.choice(problem.conferences).id)


def _inquorate(random: Random, problem: Problem) -> ChangeBase:
    return Inquorate(conference=random.choice(problem.published).conference)


def _add(random: Random, problem: Problem) -> ChangeBase:
    like = random.choice(problem.conferences)
    return Add(conference=like.model_copy(update={"id": f"N{random.randint(0, 9)}", "family": None}))


def _unavailable(random: Random, problem: Problem) -> ChangeBase:
    start = dt.datetime.combine(_day(random, problem), random.choice(TIMES))
    end = start + dt.timedelta(hours=random.randint(1, 30))
    return Unavailable(conference=random.choice(problem.conferences).id, start=start, end=end)


def _move(random: Random, problem: Problem) -> ChangeBase:
    start = dt.datetime.combine(_day(random, problem), random.choice(TIMES))
    room = {"room": random.choice((None, random.choice(problem.rooms).id))} if random.random() < 0.5 else {}
    chair = random.choice((None, random.choice(problem.chairs).id))
    fields = {"conference": random.choice(problem.published).conference, "start": start, "chair": chair} | room
    return Move.model_validate(fields)


def _waive_notice(random: Random, problem: Problem) -> ChangeBase:
    return WaiveNotice(conference=random.choice(problem.conferences).id)


def _room_open_on(random: Random, problem: Problem) -> ChangeBase:
    return RoomOpenOn(room=random.choice(problem.rooms).id, day=_day(random, problem))


def _chair_works_on(random: Random, problem: Problem) -> ChangeBase:
    return ChairWorksOn(chair=random.choice(problem.chairs).id, day=_day(random, problem))


# After each of these, every schedule stays valid and costs no more in any tier.
RELAXING: tuple[ChangeMaker, ...] = (
    _chair_joins,
    _room_opens,
    _minute_taker_joins,
    _room_gains_start,
    _room_gains_hybrid,
    _fewer_conferences,
    _fridays_open,
    _rule_off,
    _greater_cap,
    _fewer_holds,
    _cancel,
    _waive_notice,
    _room_open_on,
    _chair_works_on,
)


def _chair_leaves(random: Random, problem: Problem) -> ChangeBase:
    return ChairLeaves(chair=random.choice(problem.chairs).id, first=random.choice((None, _day(random, problem))))


def _chair_absent(random: Random, problem: Problem) -> ChangeBase:
    first, last = _span(random, problem)
    return ChairAbsent(chair=random.choice(problem.chairs).id, first=first, last=last)


def _chair_changes(random: Random, problem: Problem) -> ChangeBase:
    values = {
        "fte": 0.4,
        "works": tuple(some(random, WEEKDAYS[:5])),
        "max_per_day": 1,
        "max_per_week": random.randint(0, 3),
        "max_office_days": 1,
    }
    chosen = some(random, list(values), least=1, most=2)
    fields = {"chair": random.choice(problem.chairs).id} | {name: values[name] for name in chosen}
    return ChairChanges.model_validate(fields)


def _minute_taker_leaves(random: Random, problem: Problem) -> ChangeBase:
    taker = random.choice(problem.minute_takers or ())
    return MinuteTakerLeaves(minute_taker=taker.id, first=random.choice((None, _day(random, problem))))


def _minute_taker_absent(random: Random, problem: Problem) -> ChangeBase:
    first, last = _span(random, problem)
    return MinuteTakerAbsent(minute_taker=random.choice(problem.minute_takers or ()).id, first=first, last=last)


def _room_closes(random: Random, problem: Problem) -> ChangeBase:
    first, last = _span(random, problem)
    return RoomCloses(room=random.choice(problem.rooms).id, first=first, last=random.choice((None, last)))


def _site_closes(random: Random, problem: Problem) -> ChangeBase:
    first, last = _span(random, problem)
    return SiteCloses(site=random.choice(problem.sites).id, first=random.choice((None, first)), last=last)


def _demand(random: Random, problem: Problem) -> ChangeBase:
    conference = random.choice(problem.conferences)
    kind: ConferenceKind | None = random.choice((None, conference.kind))
    site = random.choice((None, conference.site))
    return Demand(percent=random.choice((-60, -30, 20, 70, 150)), kind=kind, site=site, seed=random.randint(0, 3))


def _rule_on(random: Random, problem: Problem) -> ChangeBase:
    return RuleOn(rule=random.choice(problem.policy.off))


def _weight(random: Random, _: Problem) -> ChangeBase:
    return Weight(preference=random.choice(PREFERENCE_NAMES), weight=random.randint(0, 100))


def _holds(random: Random, problem: Problem) -> ChangeBase:
    return Holds(site=random.choice(problem.sites).id, week=_day(random, problem), count=random.randint(0, 3))


def _smaller_cap(random: Random, problem: Problem) -> ChangeBase:
    return CaseloadCap(cap=random.randint(0, problem.policy.caseload_cap))


OTHERS: tuple[ChangeMaker, ...] = (
    _chair_leaves,
    _chair_absent,
    _chair_changes,
    _minute_taker_leaves,
    _minute_taker_absent,
    _room_closes,
    _site_closes,
    _demand,
    _rule_on,
    _weight,
    _holds,
    _smaller_cap,
    _inquorate,
    _add,
    _unavailable,
    _move,
)

DAILY_CHANGES: tuple[ChangeMaker, ...] = (
    _chair_absent,
    _room_closes,
    _minute_taker_absent,
    _cancel,
    _inquorate,
    _add,
    _unavailable,
    _move,
    _waive_notice,
    _room_open_on,
    _chair_works_on,
)
"""Changes of one chair, room, conference or day."""
