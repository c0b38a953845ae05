import pytest

from scheduler.domain.preferences import PREFERENCE_NAMES, PreferenceName
from scheduler.domain.schedule import TIERS
from scheduler.measure import Measure, measure
from tests.builders import COUNTED_BY_HAND, booking, chair, conference, counted_by_hand, schedule, tiny_data, tiny_problem

# Every cost once, worked out by hand: 26 March is Good Friday, and the school holidays start on it.
CHANGES = {
    "conferences": [
        conference("A", children=2, school_age=1, chair="C1", earliest="2027-03-29", due="2027-03-29"),
        conference("B", children=3, earliest="2027-03-05", due="2027-03-09"),
        conference("C", children=1, due="2027-03-05"),
        conference("D"),
    ],
    "chairs": [chair("C1"), chair("C2", caseload=80), chair("C7", reserve=True)],
    "holds": [{"site": "AYL", "week": "2027-03-29", "count": 2}],
    "published": [{"conference": "B", "start": "2027-03-05T10:00", "room": "AYL-1", "chair": "C2"}],
}
BY_HAND = schedule(
    booking("A", "2027-03-31T10:00", chair="C2", room="WYC-1"),
    booking("B", "2027-03-08T10:00", chair="C7"),
    booking("C", "2027-03-08T10:00", chair="C2", room=None),
    booking("HOLD-AYL-2027-03-29-1", "2027-03-31T14:00", chair="C2"),
)
TIERS_BY_HAND = {
    "unplaced": 1,  # D
    "late": 2 * (10 + 2) + 1 * (10 + 1),  # A by 30 and 31 March, C by 8 March
    "stability": 5 + 3,  # B: date and chair
    "continuity": 2,  # A
    "caseload": 3,  # B's children with the reserve; C2 holds 81
}
COUNTS_BY_HAND = dict.fromkeys(COUNTED_BY_HAND, 0) | {
    "holiday_school": 1,  # A
    "holiday_other": 1,  # the hold
    "other_site": 1,  # A
    "virtual_fallback": 1,  # C
    "wait": 2 + 1 + 5,  # A: 30 and 31 March; B: 8 March; C: 2 to 8 March
    "tight": 1,  # B, one day before
    "site_change": 1,  # C2 on 31 March
    "reserve_chair": 1,  # B
    "hold_missing": 1,  # the second
    "partner_clash": 1,  # B and C
}
COST_BY_HAND = 30 + 10 + 50 + 60 + 2 * 8 + 10 + 20 + 80 + 80 + 10


def test_every_tier_and_preference_matches_the_values_by_hand() -> None:
    expected = Measure(tiers=TIERS_BY_HAND | {"preferences": COST_BY_HAND}, counts=COUNTS_BY_HAND)
    assert counted_by_hand(measure(tiny_problem(**CHANGES), BY_HAND)) == expected


def test_tiers_and_counts_follow_the_contracts_order() -> None:
    measured = measure(tiny_problem(), schedule())
    assert tuple(measured.tiers) == TIERS
    assert tuple(measured.counts) == PREFERENCE_NAMES


@pytest.mark.parametrize("name", COUNTED_BY_HAND)
def test_a_preference_that_is_off_is_counted_but_costs_nothing(name: PreferenceName) -> None:
    data = tiny_data(**CHANGES)
    on, off = (tiny_problem(**data | {"policy": policy}) for policy in ({}, {"off": [name]}))
    cost = on.policy.weight(name) * COUNTS_BY_HAND[name]
    assert measure(off, BY_HAND).tiers["preferences"] == COST_BY_HAND - cost
    assert counted_by_hand(measure(off, BY_HAND)).counts == COUNTS_BY_HAND


def test_the_policys_weights_are_used() -> None:
    weights = dict.fromkeys(PREFERENCE_NAMES, 0) | {"wait": 7, "tight": 100}
    problem = tiny_problem(**CHANGES, policy={"weights": weights})
    assert measure(problem, BY_HAND).tiers["preferences"] == 7 * 8 + 100


def test_an_empty_schedule_costs_every_conference_and_hold() -> None:
    measured = counted_by_hand(measure(tiny_problem(**CHANGES), schedule()))
    zero = dict.fromkeys(TIERS, 0) | {"unplaced": 4, "preferences": 2 * 80}
    assert measured == Measure(tiers=zero, counts=dict.fromkeys(COUNTED_BY_HAND, 0) | {"hold_missing": 2})
