"""Random small problems and schedules, so crowded that chance alone keeps some rules and breaks others.

Each has two to four open days in March 2027, around a weekend, Good Friday or Easter Monday, with odd lengths and changed
settings. The same ``Random`` gives the same problem. (Hypothesis would try many similar problems; these differ more.)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from scheduler.domain.preferences import PREFERENCE_NAMES, PreferenceName
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import WEEKDAYS
from scheduler.grouping import Ints
from scheduler.model.candidates import Candidates, all_candidates
from scheduler.model.places import single_places
from scheduler.model.requests import Request
from tests.exhaustive import KNOWN_PREFERENCES

Item = TypeVar("Item")

HORIZONS = (
    ("2027-03-03", "2027-03-05"),
    ("2027-03-04", "2027-03-08"),
    ("2027-03-09", "2027-03-10"),
    ("2027-03-25", "2027-03-31"),
)
DAYS = tuple(f"2027-03-{day:02}" for day in (3, 4, 5, 8, 9, 10, 25, 30, 31))
STARTS = ("09:30", "10:00", "11:45", "13:00", "14:00")
AT_NIGHT = ("23:00", "00:15")
LENGTHS = (30, 75, 90, 105, 105, 180)
LIMITS = (None, None, None, None, None, 2, 1, 0)
SPELT_OTHERWISE = ("K1", "K4")
"""The conferences whose social worker and family are spelt in another way than those of the other conferences."""
UNKNOWN_AT_0 = {name: 0 for name in PREFERENCE_NAMES if name not in KNOWN_PREFERENCES}


def seldom(random: Random) -> bool:
    """True in one case of five."""
    return random.random() < 0.2


def some(random: Random, items: Sequence[Item], least: int = 0, most: int | None = None) -> list[Item]:
    """Return ``least`` to ``most`` of the items (all if None), in random order."""
    return random.sample(items, random.randint(least, min(len(items), most if most is not None else len(items))))


def busy_times(random: Random) -> list[dict[str, str]]:
    """Return at most one busy time of up to four hours that starts at, or a minute beside, a bound of a booking."""
    if not seldom(random):
        return []
    start = dt.datetime.fromisoformat(f"{random.choice(DAYS)}T{random.choice(STARTS)}")
    start += dt.timedelta(minutes=random.choice((-31, -30, -29, 0, 74, 75, 104, 105)))
    end = start + dt.timedelta(minutes=random.choice((1, 60, 105, 240)))
    return [{"start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{end:%Y-%m-%dT%H:%M}"}]


def absences(random: Random) -> list[dict[str, str]]:
    """Return at most one absence, which may also serve as the closure of a room."""
    if not seldom(random):
        return []
    first, last = sorted(random.choices(DAYS, k=2))
    return [{"first": first, "last": last}]


def people(random: Random, letter: str, least: int, most: int) -> list[dict[str, Any]]:
    """Return people with the fields that chairs and minute takers share."""
    return [
        {
            "id": f"{letter}{n}",
            "works": some(random, WEEKDAYS[:5], least=4),
            "absences": absences(random),
            "busy": busy_times(random),
            "max_per_day": random.choice(LIMITS),
        }
        for n in range(random.randint(least, most))
    ]


def chairs(random: Random) -> list[dict[str, Any]]:
    """Return one to three chairs."""
    return [
        person
        | {
            "first": random.choice(DAYS) if seldom(random) else None,
            "fte": random.choice((0.5, 1.0)),
            "caseload": random.choice((0, 2, 84)),
            "max_per_week": random.choice(LIMITS),
            "max_office_days": random.choice(LIMITS),
            "reserve": seldom(random),
            "beside": weeks_beside(Random(repr(person))),
        }
        for person in people(random, "C", 1, 3)
    ]


def weeks_beside(random: Random) -> list[dict[str, Any]]:
    """Return at most one week in which a chair has bookings on days that the plan leaves out."""
    if not seldom(random):
        return []
    bookings = random.randint(0, 3)
    return [{"week": random.choice(DAYS), "bookings": bookings, "office_days": random.randint(0, bookings)}]


def minute_takers(random: Random, sites: Sequence[str]) -> list[dict[str, Any]] | None:
    """Return up to three minute takers, often with a limit of one booking a day, or None to leave them out of the model."""
    if random.random() < 0.4:
        return None
    limit = {"max_per_day": 1} if random.random() < 0.4 else {}
    return [person | {"sites": some(random, sites)} | limit for person in people(random, "M", 0, 3)]


def rooms(random: Random, sites: Sequence[str], starts: Sequence[str]) -> list[dict[str, Any]]:
    """Return one to four rooms at the sites in turn; some repeat the previous room."""
    drawn: list[dict[str, Any]] = []
    for n in range(random.randint(1, 4)):
        if drawn and random.random() < 0.3:
            drawn.append(drawn[-1] | {"id": f"R{n}", "name": f"Room {n}"})
            continue
        first, last = sorted(random.choices(DAYS, k=2)) if seldom(random) else (None, None)
        drawn.append(
            {
                "id": f"R{n}",
                "site": sites[n % len(sites)],
                "starts": some(random, starts, least=1, most=3),
                "hybrid_from": random.choice(("2022-09-01", "2022-09-01", "2027-03-09", None)),
                "accessible": random.random() < 0.5,
                "first": first,
                "last": last,
                "closed": absences(random),
            }
        )
    return drawn


def conferences(random: Random, sites: Sequence[str], chair_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return two to six conferences."""
    drawn: list[dict[str, Any]] = []
    for n in range(random.randint(2, 6)):
        children = random.randint(1, 4)
        drawn.append(
            {
                "id": f"K{n}",
                "kind": random.choice(("initial", "first_review", "review", "transfer_in", "pre_birth")),
                "children": children,
                "school_age": random.randint(0, children),
                "site": random.choice(sites),
                "chair": random.choice((None, *chair_ids)),
                "not_chairs": [random.choice(chair_ids)] if seldom(random) else [],
                "trigger": random.choice(("2026-09-07", "2026-12-08", "2027-02-15", "2027-06-01")),
                "requested": random.choice((None, "2027-02-25")),
                "earliest": random.choice(DAYS) if seldom(random) else None,
                "due": random.choice((None, *DAYS)),
                "mode": random.choice(("hybrid", "in_person", "virtual")),
                "minutes": random.choice(LENGTHS),
                "accessible": seldom(random),
                "social_worker": random.choice((None, "W1", "W1", "W2")),
                "unavailable": busy_times(random),
            }
        )
    return drawn


def virtual_fallback(random: Random) -> bool | str:
    drawn = random.random()
    return True if drawn < 0.4 else "hybrid" if drawn < 0.7 else False


def policy(random: Random) -> dict[str, Any]:
    """Return settings close to the values at which bookings just fit."""
    return {
        "pre_meet": random.choice((0, 15, 30, 45)),
        "reset": random.choice((0, 15, 30)),
        "caseload_cap": random.choice((0, 3, 85)),
        "virtual_fallback": virtual_fallback(random),
        "late_base": random.randint(0, 10),
        "tight_days": random.randint(0, 4),
        "stability": {name: random.randint(0, 6) for name in ("date", "time", "chair", "site", "room")},
        "weights": UNKNOWN_AT_0 | {name: random.randint(0, 20) for name in some(random, KNOWN_PREFERENCES)},
        "off": some(random, ("R4", "R5", "R6", "R7", "R8", *KNOWN_PREFERENCES), most=3) if seldom(random) else [],
    }


def published(random: Random, candidates: Candidates, least: int = 0, most: int = 2) -> list[dict[str, Any]]:
    """Return ``least`` to ``most`` published bookings, some locked; a few at an impossible day or time."""
    problem = candidates.problem
    drawn: list[dict[str, Any]] = []
    for conference in some(random, problem.conferences, min(least, len(problem.conferences)), most):
        own = candidates.of_request(candidates.request_index[conference.id])
        if len(own):
            before = booking_at(candidates, int(random.choice(own)), conference.id)
            other_time = f"{random.choice(DAYS)}T{random.choice(STARTS)}"
            drawn.append(
                {
                    "conference": conference.id,
                    "start": other_time if random.random() < 0.1 else before.start,
                    "room": None if seldom(random) else before.room,
                    "chair": before.chair,
                    "minute_taker": random.choice([None, *problem.minute_taker_by_id]),
                    "locks": some(random, ("time", "chair", "room")) if random.random() < 0.7 else [],
                }
            )
    return drawn


def with_families_and_placeholders(random: Random, data: dict[str, Any]) -> None:
    """Give some conferences one of two families, keep some of these apart, and leave some social workers to be confirmed."""
    family = {conference["id"]: random.choice((None, None, "F1", "F2")) for conference in data["conferences"]}
    for conference in data["conferences"]:
        conference["family"] = family[conference["id"]]
        if conference["social_worker"] == "W2" and random.random() < 0.5:
            conference["social_worker"] = "tbc"
        if conference["id"] in SPELT_OTHERWISE:
            conference["social_worker"] = in_another_spelling(conference["social_worker"])
            conference["family"] = in_another_spelling(conference["family"])
    pairs = [pair for pair in data["apart"] if family[pair[0]] is None or family[pair[0]] != family[pair[1]]]
    data["apart"] = [[family[one] or one if random.random() < 0.7 else one for one in pair] for pair in pairs]


def in_another_spelling(entry: str | None) -> str | None:
    """Return an entry that is alike and not the same: in small letters, with a character that can't be seen."""
    return None if entry is None else f"{entry.lower()}\u200b"


def random_problem(random: Random) -> Problem:
    """Return a small problem; one in ten belongs to a service that also works at night."""
    first, last = random.choice(HORIZONS)
    starts = AT_NIGHT if random.random() < 0.1 else STARTS
    sites = ["AYL"] if seldom(random) else ["AYL", "WYC"]
    data: dict[str, Any] = {
        "version": 1,
        "horizon": {"first": first, "last": last},
        "calendar": {
            "terms": random.choice((None, [{"first": "2027-02-22", "last": "2027-03-04"}])),
            "closures": [random.choice(DAYS)] if seldom(random) else [],
        },
        "sites": [{"id": site} for site in sites],
        "travel": [
            {"from": one, "to": other, "minutes": random.choice((45, 46, 75, 76, 105, 106, 120, 121))}
            for one, other in some(random, (("AYL", "WYC"), ("WYC", "AYL")), least=1)
            if len(sites) > 1
        ],
        "rooms": rooms(random, sites, starts),
        "virtual_starts": random.choice((None, some(random, starts, least=1, most=2))),
        "chairs": chairs(random),
        "minute_takers": minute_takers(random, sites),
        "holds": [
            {"site": random.choice(sites), "week": random.choice(DAYS), "count": random.randint(1, 2)}
            for _ in range(random.randint(0, 2))
        ],
        "policy": policy(random),
    }
    data["conferences"] = conferences(random, sites, [chair["id"] for chair in data["chairs"]])
    data["apart"] = [random.sample([c["id"] for c in data["conferences"]], 2) for _ in range(random.randint(0, 2))]
    problem = Problem.model_validate(data)
    data["published"] = published(random, all_candidates(problem, single_places(problem)))
    with_families_and_placeholders(random, data)
    return Problem.model_validate(data)


def random_problem_of_today(random: Random) -> Problem:
    """Return a small problem with ``today``, and several bookings published; some of them past, near, or in breach."""
    data = random_problem(random).model_dump(mode="json", by_alias=True)
    data["policy"] |= {"notice_days": random.randint(0, 3), "move_notice_days": random.randint(0, 4)}
    for conference in data["conferences"]:
        conference["notice_waived"] = random.random() < 0.4
    without = Problem.model_validate(data | {"published": []})
    data["published"] = published(random, all_candidates(without, single_places(without)), least=2, most=5)
    first, last = without.horizon.first, without.horizon.last
    data["today"] = str(first + dt.timedelta(days=random.randint(-1, (last - first).days)))
    return Problem.model_validate(data)


def with_weight(problem: Problem, preference: PreferenceName, weight: int) -> Problem:
    """Return the problem with another weight of a preference."""
    data = problem.model_dump(mode="json", by_alias=True)
    data["policy"]["weights"][preference] = weight
    return Problem.model_validate(data)


def booking_at(candidates: Candidates, position: int, name: str) -> Booking:
    """Return the booking of a candidate without a minute taker, for candidates whose places are single rooms."""
    rooms_of_place = candidates.places[candidates.place[position]].rooms
    return Booking(
        conference=name,
        start=candidates.moment(int(candidates.start[position])),
        end=candidates.moment(int(candidates.end[position])),
        room=rooms_of_place[0].id if rooms_of_place else None,
        chair=candidates.problem.chairs[candidates.chair[position]].id,
        held=name in candidates.problem.held_slot_by_id,
    )


Breaks = Callable[[tuple[Booking, ...], Booking], bool]


def random_schedule(random: Random, candidates: Candidates, breaks: Breaks = lambda *_: False) -> Schedule:
    """Return a schedule with at most one booking for every conference and held slot, drawn from the candidates.

    It holds every past booking, and leaves out any other for which ``breaks(earlier bookings, booking)`` is true.
    """
    names = [name for name in _names_to_book(candidates) if random.random() < 0.9]
    problem = candidates.problem
    bookings = tuple(problem.as_published(published) for published in problem.past.values())
    for name in random.sample(names, len(names)):
        bookings = _with_one_more(random, candidates, bookings, name, breaks)
    return Schedule(bookings=bookings)


def with_a_change(random: Random, candidates: Candidates, schedule: Schedule, breaks: Breaks = lambda *_: False) -> Schedule:
    """Return the schedule with one conference or held slot moved, added or removed, unless all are past."""
    names = _names_to_book(candidates)
    if not names:
        return schedule
    name = random.choice(names)
    others = tuple(booking for booking in schedule.bookings if booking.conference != name)
    return Schedule(bookings=_with_one_more(random, candidates, others, name, breaks))


def _names_to_book(candidates: Candidates) -> list[str]:
    """Return the conferences that are not past, and the held slots."""
    names = (name for request in candidates.requests for name in _names(request))
    return [name for name in names if name not in candidates.problem.past]


def _names(request: Request) -> list[str]:
    return [request.conference.id] if request.conference else [slot.id for slot in request.slots]


def _with_one_more(
    random: Random, candidates: Candidates, bookings: tuple[Booking, ...], name: str, breaks: Breaks
) -> tuple[Booking, ...]:
    """Add a booking that is often close to the published one, or shares the day and the chair or place of another."""
    own = candidates.of_request(candidates.request_index[name])
    for _ in range(9):
        near = _as_published(candidates, own, name) if random.random() < 0.3 else own
        if random.random() < 0.6 and bookings:
            near = _beside(random, candidates, near, random.choice(bookings))
        if len(near):
            booking = booking_at(candidates, int(random.choice(near)), name)
            if not any(_is_same(booking, other) for other in bookings) and not breaks(bookings, booking):
                return (*bookings, booking)
    return bookings


def _is_same(booking: Booking, other: Booking) -> bool:
    return (booking.start, booking.end, booking.room, booking.chair) == (other.start, other.end, other.room, other.chair)


def _beside(random: Random, candidates: Candidates, own: Ints, other: Booking) -> Ints:
    """Return the candidates that share the day and either the chair or the place of a booking."""
    on_day = own[candidates.date[own] == other.day.toordinal()]
    if random.random() < 0.3:
        return on_day[candidates.place[on_day] == candidates.place_of(other.room)]
    return on_day[candidates.chair[on_day] == list(candidates.problem.chair_by_id).index(other.chair)]


def _as_published(candidates: Candidates, own: Ints, name: str) -> Ints:
    """Return the candidates that share at least two of time, chair and place with the published booking."""
    published = candidates.problem.published_by_id.get(name)
    if published is None:
        return own
    chair = list(candidates.problem.chair_by_id).index(published.chair)
    place = candidates.place_of(published.room)
    as_published = (
        (candidates.start[own] == candidates.minute(published.start)) * 1
        + (candidates.chair[own] == chair)
        + (candidates.place[own] == place)
    )
    return own[as_published >= 2]
