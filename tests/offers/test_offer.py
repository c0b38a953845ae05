"""Offers on small diaries: what they say, their order, their filters, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import InputError, OfferFilter, Problem, Schedule, offer
from scheduler.domain.conference import Conference
from scheduler.domain.faults import read_problem
from scheduler.domain.people import WORKING_WEEK
from scheduler.offers.results import Offer, Offers
from tests.builders import booking, chair, conference, minute_taker, room, schedule, tiny_problem
from tests.paths import EXAMPLES

WEEK = {"horizon": {"first": "2027-03-01", "last": "2027-03-05"}}
HOLD = "HOLD-AYL-2027-03-01-1"


def new(identifier: str = "N", **changes: Any) -> Conference:
    return Conference.model_validate(conference(identifier, **changes))


def small(**changes: Any) -> Problem:
    """Return one week of one room and one chair, with one conference, A."""
    return tiny_problem(**(WEEK | {"rooms": [room("AYL-1")], "chairs": [chair("C1")]} | changes))


def slot(one: Offer) -> tuple[str, str | None, str]:
    return f"{one.booking.start:%a %H:%M}", one.booking.room, one.booking.chair


def costs(one: Offer) -> list[tuple[str, int, str]]:
    return [(cost.rule, cost.amount, cost.text) for cost in one.costs]


def test_the_best_slot_of_each_day_comes_in_the_order_of_its_tiers() -> None:
    found = offer(small(), schedule(), new(), top=9)
    assert [slot(one) for one in found.offers] == [
        ("Mon 10:00", "AYL-1", "C1"),
        ("Tue 10:00", "AYL-1", "C1"),
        ("Wed 10:00", "AYL-1", "C1"),
        ("Thu 10:00", "AYL-1", "C1"),
        ("Fri 10:00", "AYL-1", "C1"),
    ]
    assert (found.in_time, found.proven, found.reason, found.cures) == (True, True, None, ())
    assert costs(found.offers[-1]) == [
        ("friday", 40, "It is on Friday 5 March 2027."),
        ("wait", 8, "It waits 4 working days from Monday 1 March 2027."),
    ]
    assert [one.working_days_to_spare for one in found.offers] == [14, 13, 12, 11, 10]


def test_every_slot_is_listed_if_all_are_asked_for() -> None:
    found = offer(small(), schedule(booking("A", "2027-03-01T10:00")), new(), every=True)
    slots = [slot(one) for one in found.offers]
    assert len(slots) == 2 * 2 * 5 - 2, "two starts, in the room or virtually, on five days, less what A occupies"
    assert slots[:2] == [("Mon 14:00", "AYL-1", "C1"), ("Tue 10:00", "AYL-1", "C1")]


def test_top_limits_the_offers() -> None:
    assert len(offer(small(), schedule(), new(), top=2).offers) == 2


def test_a_booking_never_moves_and_no_slot_is_left_beside_it() -> None:
    one_start = small(
        horizon={"first": "2027-03-02", "last": "2027-03-02"}, rooms=[room("AYL-1", starts=["10:00"])], virtual_starts=["10:00"]
    )
    found = offer(one_start, schedule(booking("A", "2027-03-02T10:00")), new())
    assert (found.offers, found.in_time) == ((), False)
    assert found.reason == (
        "On Tuesday 2 March 2027, at every start that suits it, the rooms or people it needs (a CPA, a minute taker, its social "
        "worker) are away, booked by others or at their limits, or a family that must be kept apart from it is at the same site."
    )


def test_a_reason_names_what_is_closed_or_away() -> None:
    problem = small(rooms=[room("AYL-1", closed=[{"first": "2027-03-01", "last": "2027-03-04"}])], virtual_starts=[])
    found = offer(problem, schedule(), new(due="2027-03-03"))
    assert found.reason == (
        "Nothing from Monday 1 March 2027 to Wednesday 3 March 2027 suits it: no suitable place is open at any start that suits "
        "the family."
    )


def test_an_offer_takes_the_place_of_a_hold_and_names_it() -> None:
    problem = small(
        horizon={"first": "2027-03-02", "last": "2027-03-02"},
        rooms=[room("AYL-1", starts=["10:00"])],
        virtual_starts=[],
        holds=[{"site": "AYL", "week": "2027-03-01", "count": 1}],
    )
    (one,) = offer(problem, schedule(booking(HOLD, "2027-03-02T10:00")), new()).offers
    assert (slot(one), one.withdrawn_holds) == (("Tue 10:00", "AYL-1", "C1"), (HOLD,))
    text = "It uses the last slot kept free at Aylesbury in the week from Monday 1 March 2027."
    assert costs(one) == [("hold_missing", 80, text)]


def test_a_hold_stays_where_it_is_not_in_the_way() -> None:
    problem = small(holds=[{"site": "AYL", "week": "2027-03-01", "count": 1}])
    found = offer(problem, schedule(booking(HOLD, "2027-03-02T10:00")), new(), every=True)
    taken = [slot(one) for one in found.offers if one.withdrawn_holds]
    assert taken == [("Tue 10:00", "AYL-1", "C1"), ("Tue 10:00", None, "C1")]


def test_another_minute_taker_for_a_booking_is_no_move() -> None:
    problem = small(
        horizon={"first": "2027-03-02", "last": "2027-03-02"},
        rooms=[room("AYL-1", starts=["10:00"]), room("WYC-1", starts=["10:00"])],
        virtual_starts=[],
        chairs=[chair("C1"), chair("C2")],
        minute_takers=[minute_taker("M1"), minute_taker("M2", sites=["AYL"])],
    )
    (one,) = offer(problem, schedule(booking("A", "2027-03-02T10:00", minute_taker="M1")), new()).offers
    assert (one.booking.room, one.booking.minute_taker) == ("WYC-1", "M1")
    assert [(change.conference, change.minute_taker) for change in one.minute_takers] == [("A", "M2")]
    assert one.moves == ()


def test_a_chair_other_than_the_familys_own_is_cover() -> None:
    problem = small(chairs=[chair("C1"), chair("C2", absences=[{"first": "2027-03-01", "last": "2027-03-05"}])])
    (one,) = offer(problem, schedule(), new(chair="C2"), top=1).offers
    assert (one.booking.chair, one.booking.cover) == ("C1", True)
    assert costs(one) == [("continuity", 2, "It is chaired by C1 instead of its own chair, C2.")]


def test_a_diary_that_breaks_rules_is_left_as_it_is() -> None:
    overlapping = schedule(booking("A", "2027-03-02T10:00"), booking("B", "2027-03-02T10:00", room=None))
    problem = small(conferences=[conference("A"), conference("B")])
    found = offer(problem, overlapping, new(), every=True)
    assert not any(slot(one)[0] == "Tue 10:00" for one in found.offers)
    assert len(found.offers) == 2 * 2 * 5 - 2


def test_rebooking_releases_the_booking_and_counts_what_it_changes() -> None:
    before = schedule(booking("A", "2027-03-02T10:00"))
    found = offer(small(), before, new("A"), every=True)
    assert ("Tue 10:00", "AYL-1", "C1") not in [slot(one) for one in found.offers], "the booking as it is now is no offer"
    assert slot(found.offers[0]) == ("Tue 10:00", None, "C1")
    virtually = ("stability", 2, "It, published for Tuesday 2 March 2027 at 10:00, has another site.")
    assert virtually in costs(found.offers[0])


def test_a_locked_time_stays_when_a_booking_is_rebooked() -> None:
    published = [{"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}]
    problem = small(published=published, chairs=[chair("C1"), chair("C2")])
    found = offer(problem, schedule(booking("A", "2027-03-02T10:00")), new("A"), every=True)
    assert {slot(one)[0] for one in found.offers} == {"Tue 10:00"}


def test_notice_counts_from_today_unless_it_is_waived() -> None:
    problem = small(today="2027-02-25", conferences=[])
    assert slot(offer(problem, schedule(), new()).offers[0])[0] == "Thu 10:00"
    assert slot(offer(problem, schedule(), new(notice_waived=True)).offers[0])[0] == "Mon 10:00"


def test_a_slot_after_the_due_date_is_late_and_a_reason_is_given() -> None:
    found = offer(small(), schedule(), new(due="2027-02-26"), top=1)
    assert (found.in_time, found.offers[0].working_days_to_spare) == (False, -1)
    assert found.offers[0].tiers["late"] == 2 * (10 + 1)
    assert found.reason == (
        "It is due on Friday 26 February 2027, and can't be held before Monday 1 March 2027: it was due before this plan begins."
    )


# Filters ----------------------------------------------------------------------------------------------------------


@cache
def march() -> tuple[Problem, Schedule, Conference, Offers]:
    """Return a month, its optimal schedule, a new conference, and every slot for it."""
    problem = read_problem(json.loads((EXAMPLES / "march.json").read_text()))
    booked = Schedule.model_validate_json((EXAMPLES / "march.schedule.json").read_text())
    one = problem.conferences[0].model_copy(update={"id": "N", "chair": None, "social_worker": None})
    return problem, booked, one, offer(problem, booked, one, every=True)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


@given(
    days=optional(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted)),
    times=optional(st.tuples(st.integers(8, 17), st.integers(8, 17)).map(sorted)),
    weekdays=st.sets(st.sampled_from(WORKING_WEEK)),
    sites=st.integers(0, 2),
    chairs=st.integers(0, 3),
    mode=optional(st.sampled_from(("room", "virtual"))),
)
def test_a_filter_selects_from_all_slots(
    days: list[int] | None, times: list[int] | None, weekdays: set[str], sites: int, chairs: int, mode: str | None
) -> None:
    problem, booked, one, everything = march()
    first = problem.horizon.first
    accepted = OfferFilter.model_validate(
        {
            "first": first + dt.timedelta(days[0]) if days else None,
            "last": first + dt.timedelta(days[1]) if days else None,
            "first_time": f"{times[0]:02}:00" if times else None,
            "last_time": f"{times[1]:02}:00" if times else None,
            "weekdays": sorted(weekdays),
            "sites": [site.id for site in problem.sites[:sites]],
            "chairs": [chair.id for chair in problem.chairs[:chairs]],
            "mode": mode,
        }
    )
    expected = [slot for slot in everything.offers if accepted.accepts(slot.booking, problem)]
    assert list(offer(problem, booked, one, every=True, accepted=accepted).offers) == expected


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"first": "2027-03-04"}, "Thu 10:00"),
        ({"last": "2027-03-01", "first_time": "11:00"}, "Mon 14:00"),
        ({"last_time": "10:00", "weekdays": ["wed"]}, "Wed 10:00"),
    ],
)
def test_each_part_of_a_filter(fields: dict[str, Any], kept: str) -> None:
    accepted = OfferFilter.model_validate(fields)
    assert slot(offer(small(), schedule(), new(), accepted=accepted).offers[0])[0] == kept


def test_virtual_slots_are_at_no_site() -> None:
    by_site = offer(small(), schedule(), new(), every=True, accepted=OfferFilter(sites=("AYL",)))
    virtual = offer(small(), schedule(), new(), every=True, accepted=OfferFilter(mode="virtual"))
    assert ({one.booking.room for one in by_site.offers}, {one.booking.room for one in virtual.offers}) == ({"AYL-1"}, {None})


def test_a_filter_without_slots_in_time_says_so() -> None:
    found = offer(small(), schedule(), new(), accepted=OfferFilter(last_time=dt.time(9)))
    assert (found.offers, found.in_time) == ((), False)
    assert found.reason == "The filter leaves out the slots in time, such as Monday 1 March 2027 at 10:00 with chair C1."


# Refused ----------------------------------------------------------------------------------------------------------


def refused(problem: Problem, booked: Schedule, one: Conference, **options: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        offer(problem, booked, one, **options)
    return [str(fault) for fault in error.value.faults]


def test_unknown_ids_of_the_conference_are_refused_together() -> None:
    assert refused(small(), schedule(), new(site="AYM", chair="C9", not_chairs=["C8"])) == [
        "conference.site: there is no site 'AYM'. Did you mean 'AYL'? Enter an id that is listed under sites.",
        "conference.chair: there is no chair 'C9'. Enter an id that is listed under chairs.",
        "conference.not_chairs[0]: there is no chair 'C8'. Enter an id that is listed under chairs.",
    ]


def test_a_conference_that_differs_from_the_problems_is_refused() -> None:
    text = "conference.id: A is already a conference of the problem, with another children and minutes."
    assert refused(small(), schedule(), new("A", children=3, minutes=60)) == [
        f"{text} Enter it as it is in the problem, or enter another id."
    ]


def test_a_conference_that_is_over_is_refused() -> None:
    problem = small(today="2027-03-03")
    assert refused(problem, schedule(booking("A", "2027-03-02T10:00")), new("A")) == [
        "conference.id: A was booked for Tuesday 2 March 2027 at 10:00, which is over. "
        "Enter a conference that is still to be held."
    ]


def test_a_booking_too_near_to_move_is_refused_unless_it_breaks_a_rule() -> None:
    problem = small(today="2027-02-26", horizon={"first": "2027-03-01", "last": "2027-03-12"})
    assert refused(problem, schedule(booking("A", "2027-03-02T10:00")), new("A")) == [
        "conference.id: A is booked for Tuesday 2 March 2027 at 10:00, too near to move it (R9). "
        "Remove its booking from the schedule first if it can't be held."
    ]
    absent = [chair("C1", absences=[{"first": "2027-03-02", "last": "2027-03-02"}]), chair("C2")]
    ill = small(today="2027-02-26", horizon={"first": "2027-03-01", "last": "2027-03-12"}, chairs=absent)
    found = offer(ill, schedule(booking("A", "2027-03-02T10:00")), new("A"), every=True)
    assert slot(found.offers[0]) == ("Tue 10:00", "AYL-1", "C2")
    days = sorted({one.booking.day for one in found.offers})
    assert days[:2] == [dt.date(2027, 3, 2), dt.date(2027, 3, 5)], "the same start, or a day that is not near"


def test_a_schedule_that_does_not_fit_the_problem_is_refused() -> None:
    booked = schedule(booking("A"), booking("A", "2027-03-03T10:00"), booking("B", room="AYL-9", chair="C7"), booking(HOLD))
    assert refused(small(), booked, new()) == [
        "schedule.bookings[1].conference: A has more than one booking. Keep one.",
        "schedule.bookings[2].conference: there is no conference 'B'. Enter an id that is listed under conferences.",
        "schedule.bookings[2].room: there is no room 'AYL-9'. Did you mean 'AYL-1'? Enter an id that is listed under rooms.",
        "schedule.bookings[2].chair: there is no chair 'C7'. Enter an id that is listed under chairs.",
        f"schedule.bookings[3].conference: there is no held slot '{HOLD}'. Enter an id that is listed under holds.",
    ]


def test_a_filter_that_does_not_fit_the_problem_is_refused() -> None:
    accepted = OfferFilter(
        first=dt.date(2027, 4, 1),
        last=dt.date(2027, 3, 2),
        first_time=dt.time(12),
        last_time=dt.time(10),
        sites=("AMR",),
        chairs=("D1",),
    )
    assert refused(small(), schedule(), new(), accepted=accepted) == [
        "filter.first: 2027-04-01 is outside the plan. Enter a day from 2027-03-01 to 2027-03-05.",
        "filter.first: 2027-04-01 is after 2027-03-02. Enter a first day on or before the last.",
        "filter.first_time: 12:00 is after 10:00. Enter a first time at or before the last.",
        "filter.sites: there is no site 'AMR'. Enter an id that is listed under sites.",
        "filter.chairs: there is no chair 'D1'. Enter an id that is listed under chairs.",
    ]


def test_an_office_day_too_many_stays_one_when_an_offer_joins_it() -> None:
    problem = small(chairs=[chair("C1", max_office_days=0)])
    found = offer(problem, schedule(booking("A", "2027-03-02T10:00")), new(), every=True)
    assert [slot(one) for one in found.offers if one.booking.room is not None] == [("Tue 14:00", "AYL-1", "C1")]
