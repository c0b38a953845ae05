from collections import Counter
from collections.abc import Sequence
from itertools import product
from random import Random
from typing import Any

import pytest

from scheduler.domain.people import MinuteTaker
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.model import recording_search
from scheduler.model.recording import recorders
from scheduler.model.recording_search import matched
from scheduler.rules.minute_takers import MinuteTakersRule
from tests.builders import booking, conference, minute_taker, tiny_problem

MORNING, AFTERNOON = "2027-03-02T10:00", "2027-03-02T14:00"


def assigned(takers: list[dict[str, Any]], *bookings: Booking, **changes: Any) -> list[str | None]:
    conferences = [conference(name) for name in "ABCDEF"]
    return recorders(tiny_problem(conferences=conferences, minute_takers=takers, **changes), bookings)


def test_no_minute_taker_is_assigned_if_they_are_not_modelled() -> None:
    assert recorders(tiny_problem(), [booking("A")]) == [None]


def test_a_site_needs_its_own_minute_taker_and_a_virtual_one_any() -> None:
    takers = [minute_taker("M1", sites=["WYC"]), minute_taker("M2", sites=["AYL"])]
    at_once = [booking("A", MORNING), booking("B", MORNING, room=None)]
    assert assigned(takers, *at_once) == ["M2", "M1"]


def test_an_earlier_choice_is_changed_if_necessary() -> None:
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", sites=["AYL"], max_per_day=1)]
    assert assigned(takers, booking("A", MORNING), booking("B", AFTERNOON, room="WYC-1")) == ["M2", "M1"]


def test_daily_limits_apply_to_each_day() -> None:
    takers = [minute_taker("M1", max_per_day=1)]
    assert assigned(takers, booking("A", MORNING), booking("B", "2027-03-03T10:00")) == ["M1", "M1"]


def test_one_can_record_twice_a_day_but_not_at_the_same_time() -> None:
    takers = [minute_taker("M1"), minute_taker("M2", max_per_day=1)]
    bookings = [booking("A", MORNING), booking("B", MORNING, room="WYC-1"), booking("C", AFTERNOON)]
    assert assigned(takers, *bookings) == ["M1", "M2", "M1"]


def test_a_search_looks_ahead_to_a_later_booking() -> None:
    # Only M1 can record C, and only once, so M2 records A although M1 comes first.
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", sites=["AYL"], max_per_day=2)]
    assert assigned(takers, booking("A", MORNING), booking("C", AFTERNOON, room="WYC-1")) == ["M2", "M1"]


def test_the_published_minute_taker_is_preferred() -> None:
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", max_per_day=1), minute_taker("M3")]
    for limit in (1, 2):
        takers[2]["max_per_day"] = limit
        published = [{"conference": "B", "start": MORNING, "room": "AYL-1", "chair": "C1", "minute_taker": "M3"}]
        assert assigned(takers, booking("B", AFTERNOON), published=published) == ["M3"]


def published(name: str, minute_taker: str | None) -> dict[str, Any]:
    return {"conference": name, "start": MORNING, "room": "AYL-1", "chair": "C1", "minute_taker": minute_taker}


@pytest.mark.parametrize("most", [1, 2])
def test_no_published_minute_taker_is_displaced_by_an_unpublished_booking(most: int) -> None:
    takers = [minute_taker(name, max_per_day=most) for name in ("M1", "M2", "M3")]
    at_once = [booking("A", MORNING), booking("B", MORNING), booking("C", MORNING)]
    assert assigned(takers, *at_once, published=[published("C", "M1")]) == ["M2", "M3", "M1"]
    assert assigned(takers, *at_once, published=[published("A", "M3"), published("C", "M1")]) == ["M3", "M2", "M1"]
    assert assigned(takers, *at_once, published=[published("A", None), published("C", "M2")]) == ["M1", "M3", "M2"]


@pytest.mark.parametrize("most", [1, 2])
def test_as_few_as_possible_change_if_not_all_can_stay(most: int) -> None:
    # M2 is at WYC only, so C needs M2; A keeps M1, and of the rest only B changes.
    takers = [minute_taker("M1", max_per_day=most), minute_taker("M2", sites=["WYC"], max_per_day=most), minute_taker("M3")]
    takers[2]["max_per_day"] = most
    bookings = [booking("A", MORNING), booking("B", MORNING, room="WYC-1"), booking("C", MORNING, room="WYC-1")]
    everybody = [published("A", "M1"), published("B", "M3"), published("C", "M3")]
    assert assigned(takers, *bookings, published=everybody) == ["M1", "M2", "M3"]


def test_a_published_minute_taker_stays_in_the_morning_if_another_takes_the_afternoon() -> None:
    # M1 records only once a day, and comes first for A.
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", max_per_day=2)]
    bookings = [booking("A", MORNING), booking("B", AFTERNOON)]
    assert assigned(takers, *bookings, published=[published("B", "M1")]) == ["M2", "M1"]


def by_trying_everything(problem: Problem, bookings: Sequence[Booking]) -> list[str | None] | None:
    """Return the first of the assignments with the fewest changes, bookings by time and minute takers in order; None if none."""
    takers = problem.minute_takers or ()
    in_order = sorted(range(len(bookings)), key=lambda n: bookings[n].start)
    own = {one.conference: one.minute_taker for one in problem.published if one.minute_taker is not None}
    allowed: list[tuple[int, tuple[MinuteTaker, ...]]] = []
    for chosen in product(takers, repeat=len(bookings)):
        recorded = [bookings[n].model_copy(update={"minute_taker": taker.id}) for n, taker in zip(in_order, chosen, strict=True)]
        if not MinuteTakersRule().check(problem, Schedule(bookings=tuple(recorded))):
            changes = sum(own.get(one.conference, one.minute_taker) != one.minute_taker for one in recorded)
            allowed.append((changes, chosen))
    if not allowed:
        return None
    _, best = min(allowed, key=lambda pair: pair[0])
    return [taker.id for _, taker in sorted(zip(in_order, best, strict=True), key=lambda pair: pair[0])]


def drawn_problem(random: Random) -> tuple[Problem, list[Booking]]:
    """Return up to five bookings within two days, often overlapping, and up to three minute takers."""
    names = "ABCDE"[: random.randint(1, 5)]
    takers = [
        minute_taker(
            f"M{n}",
            sites=random.choice((["AYL"], ["WYC"], ["AYL", "WYC"], ["AYL", "WYC"])),
            max_per_day=random.choice((1, 1, 2, None)),
        )
        for n in range(random.randint(1, 3))
    ]
    of_any = [None, *(taker["id"] for taker in takers)]
    problem = tiny_problem(
        conferences=[conference(name) for name in names],
        minute_takers=takers,
        published=[published(name, random.choice(of_any)) for name in names if random.random() < 0.7],
    )
    times = ("09:30", "10:00", "11:45", "12:15", "14:00", "23:00")
    bookings = [
        booking(name, f"2027-03-0{random.choice('223')}T{random.choice(times)}", room=random.choice(("AYL-1", "WYC-1", None)))
        for name in names
    ]
    return problem, bookings


@pytest.mark.parametrize(("states", "problems"), [(recording_search.MOST_STATES, 600), (0, 200)], ids=["search", "programme"])
def test_the_assignment_is_the_first_of_those_with_the_fewest_changes(
    states: int, problems: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_search, "MOST_STATES", states)
    seen: Counter[str] = Counter()
    for seed in range(problems):
        problem, bookings = drawn_problem(Random(seed))
        expected = by_trying_everything(problem, bookings)
        if expected is None:
            with pytest.raises(AssertionError, match="There are too few minute takers"):
                recorders(problem, bookings)
            seen["impossible"] += 1
            continue
        assert recorders(problem, bookings) == expected, seed
        own = problem.published_by_id
        pairs = [(own[one.conference], taker) for one, taker in zip(bookings, expected, strict=True) if one.conference in own]
        changed = any(before.minute_taker not in (None, taker) for before, taker in pairs)
        seen["some change" if changed else "none changes"] += 1
    assert min(seen["impossible"], seen["some change"], seen["none changes"]) >= problems // 12, seen


@pytest.mark.parametrize(
    "takers",
    [
        [minute_taker("M1", max_per_day=1)],
        [minute_taker("M1", max_per_day=0), minute_taker("M2", max_per_day=1)],
        [minute_taker("M1", works=["mon"]), minute_taker("M2", max_per_day=1)],
        [minute_taker("M1", busy=[{"start": "2027-03-02T15:44", "end": "2027-03-02T16:00"}], max_per_day=1)],
        [],
    ],
    ids=["one for two", "a limit of none", "another weekday", "busy", "nobody"],
)
def test_too_few_minute_takers_are_an_internal_error(takers: list[dict[str, Any]]) -> None:
    with pytest.raises(AssertionError, match="There are too few minute takers for the bookings of 2027-03-02"):
        assigned(takers, booking("A", MORNING), booking("B", AFTERNOON))


def test_bookings_that_run_into_the_next_day_do_not_overlap() -> None:
    # The first ends at 00:45. The second's families arrive at 23:45, on the evening before its day.
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", max_per_day=1)]
    bookings = [booking("A", "2027-03-02T23:00"), booking("B", "2027-03-03T00:15")]
    assert assigned(takers, *bookings) == ["M1", "M2"]
    with pytest.raises(AssertionError):
        assigned(takers[:1], *bookings)


def test_each_entry_is_matched_with_one_of_its_choices() -> None:
    assert matched([(0, 1), (0,), (1, 2)], {0: 1, 1: 1, 2: 1}) == [1, 0, 2]
    assert matched([(0,), (0,), (0, 1)], {0: 2, 1: 1}) == [0, 0, 1]
    assert matched([], {}) == []


def test_none_is_returned_if_no_matching_exists() -> None:
    assert matched([(0, 1), (0, 1), (0, 1)], {0: 1, 1: 1, 2: 1}) is None
    assert matched([()], {0: 1}) is None
