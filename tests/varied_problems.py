"""Random small problems with features of the contract that ``random_problems`` leaves out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Any

from scheduler.domain.identifiers import alike
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.domain.values import days
from tests.exhaustive import KNOWN_PREFERENCES
from tests.random_problems import UNKNOWN_AT_0, random_problem, seldom, some

Data = dict[str, Any]


def varied_problem(random: Random) -> Problem:
    """Return a random small problem with most of its locks removed and one to four of ``CHANGES`` made."""
    data = random_problem(random).model_dump(mode="json", by_alias=True)
    for published in data["published"]:
        if random.random() < 0.7:
            published["locks"] = []
    for change in random.sample(CHANGES, random.randint(1, 4)):
        change(random, data)
    return Problem.model_validate(data)


def replanned(random: Random, problem: Problem, bookings: Sequence[Booking]) -> Problem:
    """Return the problem with most of these bookings published, a few of them locked, and a change that forces moves."""
    data = problem.model_dump(mode="json", by_alias=True)
    published = [booking for booking in bookings if not booking.held and random.random() < 0.8]
    data["published"] = [
        booking.model_dump(mode="json", include={"conference", "start", "room", "chair", "minute_taker"})
        | {"locks": some(random, ("time", "chair", "room"), least=1) if seldom(random) else []}
        for booking in published
    ]
    _add_an_absence(random, data)
    if random.random() < 0.5:
        _add_a_conference(random, data)
    return Problem.model_validate(data)


def _horizon(data: Data) -> list[dt.date]:
    problem = Problem.model_validate(data)
    return days(problem.horizon)


def _add_an_absence(random: Random, data: Data) -> None:
    people = [*data["chairs"], *(data["minute_takers"] or [])]
    if people:
        first = str(random.choice(_horizon(data)))
        random.choice(people)["absences"] = [{"first": first, "last": first}]


def _add_a_conference(random: Random, data: Data) -> None:
    if data["conferences"]:
        data["conferences"].append(random.choice(data["conferences"]) | {"id": "NEW", "minutes": random.randint(60, 200)})


def _terms_are_empty(_: Random, data: Data) -> None:
    data["calendar"]["terms"] = []


def _bank_holidays_are_given(random: Random, data: Data) -> None:
    day = str(random.choice(_horizon(data)))
    data["calendar"]["bank_holidays"] = random.choice(([], [day]))


def _odd_lengths(random: Random, data: Data) -> None:
    for conference in data["conferences"]:
        conference["minutes"] = random.randint(60, 200)


def _identical_conferences(_: Random, data: Data) -> None:
    names = [conference["id"] for conference in data["conferences"]]
    data["conferences"] = [data["conferences"][0] | {"id": name, "family": None} for name in names]
    data["apart"] = [pair for pair in data["apart"] if set(names) >= set(pair)]


def _many_starts(random: Random, data: Data) -> None:
    for room in data["rooms"]:
        room["starts"] = some(random, ("09:00", "10:10", "11:20", "12:05", "14:50", "16:00"), least=2, most=4)
    data["virtual_starts"] = None


def _no_rooms(_: Random, data: Data) -> None:
    data["rooms"], data["virtual_starts"] = [], data["virtual_starts"] or ["10:00", "13:00"]
    for published in data["published"]:
        published["room"] = None


def _no_virtual_starts(_: Random, data: Data) -> None:
    data["virtual_starts"] = []


def _no_chairs(_: Random, data: Data) -> None:
    data["chairs"], data["published"] = [], []
    data["conferences"] = [conference | {"chair": None, "not_chairs": []} for conference in data["conferences"]]


def _no_conferences(_: Random, data: Data) -> None:
    data["conferences"], data["published"], data["apart"] = [], [], []


def _chairs_leave(random: Random, data: Data) -> None:
    for chair in data["chairs"]:
        chair["last"] = str(random.choice(_horizon(data)))
        chair["first"] = None


def _chairs_who_never_work(random: Random, data: Data) -> None:
    for chair in data["chairs"]:
        if random.random() < 0.5:
            chair["works"] = []


def _chairs_with_little_time(random: Random, data: Data) -> None:
    for chair in data["chairs"]:
        chair |= {
            "max_per_day": random.choice((1, 2)),
            "max_per_week": random.choice((1, 2, 3)),
            "max_office_days": random.choice((0, 1)),
        }


def _full_chairs(random: Random, data: Data) -> None:
    for chair in data["chairs"]:
        chair |= {"caseload": random.randint(0, 8), "fte": random.choice((0.0, 0.3, 0.57, 1.0)), "reserve": seldom(random)}
    data["policy"]["caseload_cap"] = random.randint(0, 9)
    for conference in data["conferences"]:
        conference["chair"] = conference["chair"] if seldom(random) else None


def _minute_takers(random: Random, data: Data) -> None:
    sites = [site["id"] for site in data["sites"]]
    data["minute_takers"] = [
        {"id": f"M{n}", "sites": some(random, sites, least=1), "max_per_day": random.choice((1, 2, 2, 3, None))}
        for n in range(random.randint(1, 4))
    ]
    for published in data["published"]:
        published["minute_taker"] = random.choice(("M0", None))


def _a_third_site(random: Random, data: Data) -> None:
    data["sites"].append({"id": "AMR"})
    data["travel"].append({"from": "AMR", "to": "AYL", "minutes": random.choice((0, 20, 90))})
    if data["rooms"]:
        data["rooms"].append(random.choice(data["rooms"]) | {"id": "AMR-1", "site": "AMR"})


def _one_social_worker(_: Random, data: Data) -> None:
    for conference in data["conferences"]:
        conference["social_worker"] = "W1"


def _all_apart(_: Random, data: Data) -> None:
    sides = sorted({alike(one["family"]): one["family"] for one in data["conferences"] if one["family"]}.values())
    sides += [one["id"] for one in data["conferences"] if not one["family"]]
    data["apart"] = [[one, other] for n, one in enumerate(sides) for other in sides[:n]]


def _no_virtual_fallback(_: Random, data: Data) -> None:
    data["policy"]["virtual_fallback"] = False


def _other_clocks(random: Random, data: Data) -> None:
    clock = {"initial_days": random.randint(0, 20), "transfer_days": 0, "first_review_months": 2, "pre_birth_weeks": 10}
    data["policy"] |= {"clock": clock, "notice_days": random.randint(0, 9), "review_early_days": random.randint(0, 30)}


def _large_weights(random: Random, data: Data) -> None:
    large = UNKNOWN_AT_0 | {name: random.choice((0, 1, 7, 1_000_000)) for name in KNOWN_PREFERENCES}
    data["policy"] |= {"weights": large, "late_base": random.choice((0, 1_000_000))}


def _no_weights(_: Random, data: Data) -> None:
    data["policy"] |= {"weights": UNKNOWN_AT_0 | dict.fromkeys(KNOWN_PREFERENCES, 0), "late_base": 0}


def _rules_off(random: Random, data: Data) -> None:
    data["policy"]["off"] = some(random, ("R4", "R5", "R6", "R7", "R8", *KNOWN_PREFERENCES), least=1, most=4)


def _holds(random: Random, data: Data) -> None:
    weeks = [str(day) for day in _horizon(data)] + ["2027-06-01"]
    sites = [site["id"] for site in data["sites"]]
    data["holds"] = [
        {"site": random.choice(sites), "week": random.choice(weeks), "count": random.randint(1, 3)} for _ in range(2)
    ]


CHANGES = (
    _terms_are_empty,
    _bank_holidays_are_given,
    _odd_lengths,
    _identical_conferences,
    _many_starts,
    _no_rooms,
    _no_virtual_starts,
    _no_chairs,
    _no_conferences,
    _chairs_leave,
    _chairs_who_never_work,
    _chairs_with_little_time,
    _full_chairs,
    _minute_takers,
    _a_third_site,
    _one_social_worker,
    _all_apart,
    _no_virtual_fallback,
    _other_clocks,
    _large_weights,
    _no_weights,
    _rules_off,
    _holds,
)
