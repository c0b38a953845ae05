import datetime as dt
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fixtures.generate import HERE as FIXTURES
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.files import read_problem_file
from scheduler.whatif.changes.demand import Demand, Holds
from tests.builders import booking, conference
from tests.random_problems import random_problem
from tests.whatif.change_builders import faults, service

JANUARY = read_problem_file(FIXTURES / "january-2027.xlsx")


def ids(conferences: tuple[Conference, ...]) -> list[str]:
    return [one.id for one in conferences]


def published(identifier: str, *locks: str) -> dict[str, object]:
    return booking(identifier).model_dump(exclude={"end", "held", "cover"}) | {"locks": locks}


def test_copies_follow_their_originals_and_keep_only_a_reviews_chair() -> None:
    more = Demand(percent=100).applied(service(apart=[["A", "B"]], published=[published("A")]))
    conferences = [one.model_dump() for one in service().conferences]
    copies = [one | {"id": f"{one['id']}-copy-1"} for one in conferences]
    copies[3] |= {"chair": None}
    in_pairs = [one for pair in zip(conferences, copies, strict=True) for one in pair]
    assert more == service(conferences=in_pairs, apart=[["A", "B"]], published=[published("A")])


def test_copies_have_ids_that_are_free_and_not_too_long() -> None:
    names = ["A", "A-copy-1", "L" * 200]
    more = Demand(percent=200).applied(service(conferences=[conference(name) for name in names]))
    long = "L" * 180
    assert ids(more.conferences) == [
        *("A", "A-copy-2", "A-copy-3", "A-copy-1", "A-copy-1-copy-1", "A-copy-1-copy-2"),
        *("L" * 200, f"{long}-copy-1", f"{long}-copy-2"),
    ]


def test_removed_conferences_leave_no_references() -> None:
    problem = service(apart=[["A", "B"], ["B", "R"]], published=[published("A"), published("R")])
    fewer = Demand(percent=-100, kind=ConferenceKind.INITIAL).applied(problem)
    conferences = [one.model_dump() for one in problem.conferences]
    assert fewer == service(conferences=conferences[2:], published=[published("R")])


def test_a_copy_has_no_family_and_a_family_stays_apart_while_a_conference_of_it_remains() -> None:
    families = [conference("A", family="F"), conference("B", family="G"), conference("R", kind="review", family="F")]
    problem = service(conferences=families, apart=[["F", "G"], ["A", "G"]])
    copies = Demand(percent=100).applied(problem)
    assert [one.family for one in copies.conferences] == ["F", None, "G", None, "F", None]
    assert copies.apart == problem.apart
    assert Demand(percent=-100, kind=ConferenceKind.REVIEW).applied(problem).apart == problem.apart
    assert Demand(percent=-100, kind=ConferenceKind.INITIAL).applied(problem).apart == ()
    with_b = service(conferences=[*families, conference("C", kind="review", family="G")], apart=problem.apart)
    assert Demand(percent=-100, kind=ConferenceKind.INITIAL).applied(with_b).apart == (("F", "G"),)


def test_conferences_published_with_a_lock_are_never_removed() -> None:
    problem = service(published=[published("A", "time"), published("B"), published("R", "room", "chair")])
    assert ids(Demand(percent=-100).applied(problem).conferences) == ["A", "R"]
    remaining = {tuple(ids(Demand(percent=-50, seed=seed).applied(problem).conferences)) for seed in range(20)}
    assert remaining == {("A", "R")}
    all_locked = service(published=[published(name, "time") for name in "ABRT"])
    assert Demand(percent=-50).applied(all_locked) == all_locked


def test_the_sentence_counts_the_conferences() -> None:
    assert Demand(percent=33).sentence(JANUARY) == "33% more conferences: 36 conferences added to 108."
    of_kind = Demand(percent=-20, kind=ConferenceKind.INITIAL, site="WYC")
    assert of_kind.sentence(JANUARY) == (
        "20% fewer conferences of the kind initial (ICPC) for Wycombe: 2 conferences taken from 11."
    )
    assert len(of_kind.applied(JANUARY).conferences) == 106
    locked = service(published=[published("A", "time")])
    assert Demand(percent=-100).sentence(locked) == "100% fewer conferences: 3 conferences taken from 4."


def test_only_the_chosen_kind_and_site_change() -> None:
    before = Counter((one.kind, one.site) for one in JANUARY.conferences)
    more = Demand(percent=50, kind=ConferenceKind.REVIEW, site="AYL").applied(JANUARY)
    after = Counter((one.kind, one.site) for one in more.conferences)
    assert after - before == Counter({(ConferenceKind.REVIEW, "AYL"): 10})


@pytest.mark.parametrize("percent", [-40, -10, 10, 33, 80, 130])
@pytest.mark.parametrize("seed", range(5))
def test_the_mix_of_conferences_stays(percent: int, seed: int) -> None:
    """The mix by kind, site, mode and size stays within a few conferences of a hundred."""
    changed = Demand(percent=percent, seed=seed).applied(JANUARY)
    count = len(JANUARY.conferences)
    assert len(changed.conferences) == count + round(count * percent / 100)
    share = 1 + percent / 100
    for of in ("kind", "site", "mode", "children"):
        before, after = (Counter(getattr(one, of) for one in each.conferences) for each in (JANUARY, changed))
        error = max(abs(after[value] - before[value] * share) for value in before)
        assert error <= (2.5 if of == "kind" else 5), (of, error)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(-100, 300), st.integers(-100, 300), st.integers(0, 100))
def test_a_greater_change_includes_a_smaller_one_with_the_same_seed(number: int, one: int, other: int, seed: int) -> None:
    problem = random_problem(Random(number))
    less, more = sorted((one, other))
    of_less, of_more = (Demand(percent=percent, seed=seed).applied(problem) if percent else problem for percent in (less, more))
    assert set(ids(of_less.conferences)) <= set(ids(of_more.conferences))


def test_only_the_seed_changes_the_choice() -> None:
    def of(seed: int) -> tuple[str, ...]:
        return tuple(ids(Demand(percent=-50, seed=seed).applied(JANUARY).conferences))

    assert of(1) == of(1)
    assert len({of(seed) for seed in range(10)}) == 10


def test_the_order_of_conferences_does_not_decide_which_are_removed() -> None:
    backwards = JANUARY.model_copy(update={"conferences": JANUARY.conferences[::-1]})
    fewer, reversed_fewer = (Demand(percent=-30).applied(problem).conferences for problem in (JANUARY, backwards))
    assert fewer == reversed_fewer[::-1]


def test_a_demand_change_needs_conferences() -> None:
    assert faults(Demand(percent=10, site="AMR")) == ["site: there is no site 'AMR'. Enter an id that is listed under sites."]
    assert faults(Demand(percent=10, kind=ConferenceKind.PRE_BIRTH, site="AYL")) == [
        "percent: there is no conference of the kind pre_birth for the site AYL in this plan to remove or copy."
    ]
    assert faults(Demand(percent=0), service(conferences=[])) == [
        "percent: there is no conference in this plan to remove or copy.",
        "percent: 0 changes nothing. Enter a number such as 20 or -20.",
    ]
    with pytest.raises(ValidationError, match="greater than or equal to -100"):
        Demand(percent=-101)


# Holds ----------------------------------------------------------------------------------------------


def with_holds(*holds: tuple[str, str, int]) -> object:
    return service(holds=[{"site": site, "week": week, "count": count} for site, week, count in holds])


def test_changed_holds_keep_their_ids() -> None:
    holds = Holds(site="AYL", week=dt.date(2027, 3, 12), count=3)
    assert holds.applied(service()) == with_holds(("AYL", "2027-03-09", 3))
    assert holds.sentence(service()) == "3 slots instead of 2 are kept free at Aylesbury in the week of 8 March 2027."


def test_holds_of_a_week_and_site_are_added_or_removed() -> None:
    wycombe = Holds(site="WYC", week=dt.date(2027, 3, 9), count=1)
    assert wycombe.applied(service()) == with_holds(("AYL", "2027-03-09", 2), ("WYC", "2027-03-09", 1))
    assert wycombe.sentence(service()) == "1 slot instead of 0 is kept free at Wycombe in the week of 8 March 2027."
    none = Holds(site="AYL", week=dt.date(2027, 3, 8), count=0)
    assert none.applied(service()) == with_holds()
    assert none.sentence(service()) == "No slots instead of 2 are kept free at Aylesbury in the week of 8 March 2027."
    twice = service(holds=[{"site": "AYL", "week": f"2027-03-{day}", "count": 1} for day in ("10", "09", "16")])
    assert Holds(site="AYL", week=dt.date(2027, 3, 8), count=5).applied(twice) == with_holds(
        ("AYL", "2027-03-10", 5), ("AYL", "2027-03-16", 1)
    )


def test_holds_need_a_known_site_and_a_week_of_the_plan() -> None:
    assert faults(Holds(site="AMR", week=dt.date(2027, 4, 5), count=1)) == [
        "site: there is no site 'AMR'. Enter an id that is listed under sites.",
        "week: 2027-04-05 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day in it.",
    ]
    assert faults(Holds(site="AYL", week=dt.date(2027, 4, 2), count=1)) == []
    assert faults(Holds(site="AYL", week=dt.date(2027, 2, 28), count=1)) == [
        "week: 2027-02-28 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day in it."
    ]
