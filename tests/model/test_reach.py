import datetime as dt
from functools import cache
from typing import Any

import numpy as np
import pytest

from scheduler.checker import check
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS
from scheduler.model import reach
from scheduler.model.build import build_programme
from scheduler.model.candidates import Candidates, all_candidates
from scheduler.model.places import single_places
from scheduler.model.programme import NOTHING_LEFT_OUT
from scheduler.planner import plan
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small_problems import planned
from tests.engines.test_plan_exhaustive import problems
from tests.exhaustive import Optimum

CONFERENCES = [
    conference("A", due="2027-03-05", earliest="2027-03-03"),
    conference("B", due="2027-03-01", earliest="2027-03-09"),
    conference("C", due="2027-03-05"),
    conference("D", due="2027-04-30"),
    conference("E", due="2027-03-05", earliest="2027-05-04"),
]
PUBLISHED = {"conference": "C", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"}


def look_no_further(monkeypatch: pytest.MonkeyPatch, working_days_late: int) -> None:
    """Leave out the days long after due dates, regardless of the number of candidates."""
    monkeypatch.setattr(reach, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(reach, "WORKING_DAYS_LATE", working_days_late)


def march(**changes: Any) -> Problem:
    """Return a problem of a month with 23 open days, a hold, and five conferences, one of them published."""
    return tiny_problem(
        **{
            "horizon": {"first": "2027-03-01", "last": "2027-03-31"},
            "calendar": {"bank_holidays": []},
            "conferences": CONFERENCES,
            "published": [PUBLISHED],
            "holds": [{"site": "AYL", "week": "2027-03-08", "count": 1}],
        }
        | changes
    )


def candidates_of(problem: Problem) -> Candidates:
    return all_candidates(problem, single_places(problem))


def considered(problem: Problem) -> dict[str, tuple[int, int, int] | None]:
    """Return the first and last day of March considered for each conference and the hold, and their count; None if no day is."""
    candidates = candidates_of(problem)
    spans: dict[str, tuple[int, int, int] | None] = {}
    for request, mask in zip(candidates.requests, candidates.looked_at, strict=True):
        own = [day.day for day, is_looked_at in zip(candidates.days, mask, strict=True) if is_looked_at]
        spans[request.conference.id if request.conference else "hold"] = (own[0], own[-1], len(own)) if own else None
    return spans


def test_all_days_are_considered_if_there_are_few_candidates() -> None:
    problem = march()
    assert considered(problem) == dict.fromkeys([*"ABCDE", "hold"], (1, 31, 23))
    assert candidates_of(problem).first_left_out.tolist() == [0] * 6
    assert build_programme(problem).programme().left_out == NOTHING_LEFT_OUT


def test_days_count_from_the_later_of_due_and_earliest_date(monkeypatch: pytest.MonkeyPatch) -> None:
    look_no_further(monkeypatch, 3)
    problem = march()
    assert considered(problem) == {
        "A": (3, 10, 6),
        "B": (9, 12, 4),
        "C": (1, 31, 23),  # published
        "D": (1, 31, 23),
        "E": None,  # its earliest date is after the horizon
        "hold": (1, 31, 23),
    }
    left_out = [dt.date(2027, 3, 11), dt.date(2027, 3, 15)]
    assert candidates_of(problem).first_left_out.tolist() == [*(day.toordinal() for day in left_out), 0, 0, 0, 0]


def test_25_working_days_after_the_due_date_are_considered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "MOST_AT_ONCE", 0)
    problem = march(
        horizon={"first": "2027-03-01", "last": "2027-05-31"}, conferences=[conference("A", due="2027-03-05")], published=[]
    )
    candidates = candidates_of(problem)
    assert [candidates.days[n] for n in np.flatnonzero(candidates.looked_at[0])][-1] == dt.date(2027, 4, 9)
    assert candidates.first_left_out[0] == dt.date(2027, 4, 12).toordinal()


def test_the_limit_on_candidates_is_inclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = march()
    ways = len(candidates_of(problem))
    monkeypatch.setattr(reach, "WORKING_DAYS_LATE", 3)
    monkeypatch.setattr(reach, "MOST_AT_ONCE", ways)
    assert candidates_of(problem).looked_at.all()
    monkeypatch.setattr(reach, "MOST_AT_ONCE", ways - 1)
    assert not candidates_of(problem).looked_at.all()


def test_only_days_considered_have_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = candidates_of(march())
    look_no_further(monkeypatch, 3)
    candidates = candidates_of(march())
    selected = everything.select(candidates.looked_at[everything.request, everything.day])
    for name in ("request", "slot", "chair"):
        assert getattr(candidates, name).tolist() == getattr(selected, name).tolist()


def test_lateness_cannot_be_switched_off() -> None:
    """The days left out depend on its costs."""
    with pytest.raises(InputError, match="'late' is not one of the choices"):
        march(policy={"off": ["late"]})


def test_the_cost_of_days_left_out_is_the_added_lateness_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A can be in time. B is late by at least 6 working days, or 10 on its first day left out."""
    look_no_further(monkeypatch, 3)
    a = march(conferences=[conference("A", due="2027-03-05", children=3)], published=[])
    b = march(conferences=[conference("B", due="2027-03-01", earliest="2027-03-09", children=1)], published=[])
    both = march(conferences=[*a.model_dump(mode="json")["conferences"], *b.model_dump(mode="json")["conferences"]], published=[])
    assert [build_programme(problem).programme().left_out for problem in (a, b, both)] == [3 * (10 + 4), 10 - 6, 10 - 6]


def test_all_days_are_considered_if_the_early_ones_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    look_no_further(monkeypatch, 3)
    closed = [f"2027-03-{day:02}" for day in range(1, 20)]
    problem = march(
        conferences=[conference("A", due="2027-03-05")], published=[], calendar={"bank_holidays": [], "closures": closed}
    )
    assert considered(problem)["A"] == (22, 31, 8)
    tiers = plan(problem).tiers
    assert (tiers[0].value, tiers[0].proven) == (0, True)


@pytest.mark.parametrize(("back", "unplaced"), [("2027-03-24", 0), ("2027-03-31", 1)])
def test_a_conference_without_a_candidate_gets_all_days(monkeypatch: pytest.MonkeyPatch, back: str, unplaced: int) -> None:
    look_no_further(monkeypatch, 3)
    problem = march(
        conferences=[conference("A", due="2027-03-05")],
        published=[],
        chairs=[chair("C1", absences=[{"first": "2027-03-01", "last": back}])],
    )
    assert build_programme(problem).impossible == ({"A": "R3"} if unplaced else {})
    tiers = plan(problem).tiers
    assert (tiers[0].value, all(tier.proven for tier in tiers)) == (unplaced, True)


def test_nothing_is_proven_if_the_days_considered_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are two conferences, one chair and one start a day. One more day would place both conferences."""
    look_no_further(monkeypatch, 0)
    problem = march(
        conferences=[conference(name, due="2027-03-01", mode="in_person") for name in "AB"],
        published=[],
        holds=[],
        rooms=[room(starts=["10:00"])],
        chairs=[chair()],
    )
    assert [(tier.bound, tier.proven) for tier in plan(problem).tiers[:1]] == [(0, False)]
    look_no_further(monkeypatch, 1)
    assert all(tier.proven for tier in plan(problem).tiers)


@cache
def small_problems() -> tuple[tuple[object, Problem, Optimum | None], ...]:
    """Return about sixty problems, built before any test changes the days considered."""
    return tuple(problems(range(24)))


@pytest.fixture(name="known")
def _known() -> tuple[tuple[object, Problem, Optimum | None], ...]:
    return small_problems()


@pytest.mark.parametrize(("turn", "working_days_late"), [(0, 0), (1, 1), (2, 3)])
def test_no_proof_contradicts_the_exhaustive_search(
    known: tuple[tuple[object, Problem, Optimum | None], ...], monkeypatch: pytest.MonkeyPatch, turn: int, working_days_late: int
) -> None:
    """Each third of the problems has another number of days. Schedules without lateness are still proven."""
    look_no_further(monkeypatch, working_days_late)
    left_out = in_time = 0
    for name, problem, best in known[turn::3]:
        if best is None:
            with pytest.raises(InputError):
                planned(problem)
            continue
        left_out += not candidates_of(problem).looked_at.all()
        schedule = planned(problem)
        assert not check(problem, schedule).violations, name
        assert tuple(tier.value for tier in schedule.tiers) >= best.tiers, name
        for tier, least in zip(schedule.tiers, best.tiers, strict=True):
            assert tier.bound <= least, (name, tier)
            assert not tier.proven or tier.value == least, (name, tier)
            if not tier.proven:
                break
        if best.tiers[:2] == (0, 0):
            in_time += 1
            assert [(tier.name, tier.value, tier.proven) for tier in schedule.tiers] == [
                (name, value, True) for name, value in zip(TIERS, best.tiers, strict=True)
            ], name
    assert left_out >= 3
    assert in_time >= 1
