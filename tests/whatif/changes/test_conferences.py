import datetime as dt

import pytest
from pydantic import ValidationError

from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.problem import Problem, on_day
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.conferences import Add, Cancel, Inquorate, Unavailable, WaiveNotice
from tests.builders import conference
from tests.whatif.change_builders import faults, scenario, service

PUBLISHED = [
    {"conference": "A", "start": "2027-03-02T10:00", "chair": "C1", "locks": ["time"]},
    {"conference": "T", "start": "2027-03-10T10:00", "room": "AYL-1", "chair": "C1"},
]


def booked(**fields: object) -> Problem:
    """Build the service with A booked on 2 March, T on 10 March, and A apart from B."""
    return service(**{"published": PUBLISHED, "apart": [["A", "B"]]} | fields)


def new_conference(**fields: object) -> Conference:
    return Conference(
        **{"id": "N", "kind": ConferenceKind.INITIAL, "children": 2, "site": "WYC", "trigger": dt.date(2027, 3, 1)} | fields
    )


def test_a_cancelled_conference_leaves_with_all_references_to_it() -> None:
    conferences = [one.model_dump() for one in booked().conferences]
    assert Cancel(conference="A").applied(booked()) == service(conferences=conferences[1:], published=PUBLISHED[1:])
    assert Cancel(conference="A").sentence(booked()) == "A is cancelled."


def test_an_inquorate_conference_is_to_be_booked_again_from_the_next_day_on() -> None:
    inquorate = Inquorate(conference="A")
    conferences = [one.model_dump() for one in booked().conferences]
    again = conferences[0] | {"earliest": "2027-03-03"}
    assert inquorate.applied(booked()) == booked(conferences=[again, *conferences[1:]], published=PUBLISHED[1:])
    assert inquorate.sentence(booked()) == "A was inquorate on Tuesday 2 March 2027, and is booked again."


def test_an_inquorate_conference_loses_its_waiver_and_keeps_a_later_earliest_date_and_its_due_date() -> None:
    changed = conference("A", earliest="2027-03-05", due="2027-03-12", notice_waived=True)
    after = Inquorate(conference="A").applied(booked(conferences=[changed, *booked().model_dump()["conferences"][1:]]))
    assert after.conference_by_id["A"] == Conference.model_validate(changed | {"notice_waived": False})


def test_an_added_conference_is_the_last_of_the_list() -> None:
    add = Add(conference=new_conference())
    assert add.applied(service()).conferences == (*service().conferences, new_conference())
    assert add.sentence(service()) == "N is added: initial (ICPC), 2 children, for Wycombe."


def test_a_time_at_which_a_family_cannot_come_joins_the_others_in_order() -> None:
    later = {"start": "2027-03-08T00:00", "end": "2027-03-08T24:00"}
    problem = service(conferences=[conference("A", unavailable=[later])])
    cannot = Unavailable.model_validate({"conference": "A", "start": "2027-03-04T09:00", "end": "2027-03-04T12:00"})
    earlier = {"start": "2027-03-04T09:00", "end": "2027-03-04T12:00"}
    assert cannot.applied(problem) == service(conferences=[conference("A", unavailable=[earlier, later])])
    assert cannot.sentence(problem) == ("A can't be held from Thursday 4 March 2027 at 09:00 to Thursday 4 March 2027 at 12:00.")


def test_a_waived_notice_lets_the_conference_be_held_before_it_has_passed() -> None:
    problem = service(conferences=[conference("A", requested="2027-03-04")])
    after = WaiveNotice(conference="A").applied(problem)
    assert (problem.earliest["A"], after.earliest["A"]) == (dt.date(2027, 3, 11), dt.date(2027, 3, 1))
    assert WaiveNotice(conference="A").sentence(problem) == "The notice of A is waived."
    assert faults(WaiveNotice(conference="A"), after) == ["conference: the notice of 'A' is waived already. Remove the change."]


UNAVAILABLE = {"start": "2027-03-02T09:00", "end": "2027-03-02T12:00"}


@pytest.mark.parametrize("kind", [Cancel, Inquorate, WaiveNotice, Unavailable])
def test_an_unknown_conference_is_a_fault(kind: type[ChangeBase]) -> None:
    fields = {"conference": "AA"} | (UNAVAILABLE if kind is Unavailable else {})
    assert faults(kind.model_validate(fields), booked()) == [
        "conference: there is no conference 'AA'. Did you mean 'A'? Enter an id that is listed under conferences."
    ]


@pytest.mark.parametrize("kind", [Cancel, WaiveNotice, Unavailable])
def test_a_conference_that_is_over_is_a_fault(kind: type[ChangeBase]) -> None:
    fields = {"conference": "A"} | (UNAVAILABLE if kind is Unavailable else {})
    assert faults(kind.model_validate(fields), on_day(booked(), dt.date(2027, 3, 3))) == [
        "conference: 'A' is over: it was booked for Tuesday 2 March 2027. Enter another, or remove the change."
    ]
    assert faults(kind.model_validate(fields), on_day(booked(), dt.date(2027, 3, 2))) == []


def test_only_a_conference_whose_day_has_come_can_be_inquorate() -> None:
    problem = on_day(booked(), dt.date(2027, 3, 2))
    assert faults(Inquorate(conference="A"), problem) == []
    assert faults(Inquorate(conference="A"), on_day(booked(), dt.date(2027, 3, 3))) == []
    assert faults(Inquorate(conference="T"), problem) == [
        "conference: 'T' has not been held yet: it is booked for Wednesday 10 March 2027, after Tuesday 2 March 2027. "
        "Enter a conference that has been, or another change."
    ]
    assert faults(Inquorate(conference="B"), problem) == [
        "conference: 'B' has no booking, so it can't have been inquorate. Enter a booked conference."
    ]


def test_an_added_conference_needs_a_free_id_and_known_references() -> None:
    assert faults(Add(conference=new_conference(id="a", site="X", chair="Y", not_chairs=("C1", "Z")))) == [
        "conference.id: there is already a conference 'A'. Enter an id that is free.",
        "conference.site: there is no site 'X'. Enter an id that is listed under sites.",
        "conference.chair: there is no chair 'Y'. Enter an id that is listed under chairs.",
        "conference.not_chairs[1]: there is no chair 'Z'. Enter an id that is listed under chairs.",
    ]
    assert faults(Add(conference=new_conference(id="HOLD-AYL"))) == [
        "conference.id: ids that begin with HOLD- are reserved for held slots. Enter another."
    ]


def test_a_time_outside_the_plan_or_backwards_is_a_fault() -> None:
    before = {"conference": "A", "start": "2027-02-27T09:00", "end": "2027-02-28T24:00"}
    after = {"conference": "A", "start": "2027-04-01T00:00", "end": "2027-04-02T00:00"}
    assert faults(Unavailable.model_validate(before)) == [
        "end: 2027-03-01T00:00 is outside the plan, 2027-03-01 to 2027-03-31. Enter a time in it."
    ]
    assert faults(Unavailable.model_validate(after)) == [
        "start: 2027-04-01T00:00 is outside the plan, 2027-03-01 to 2027-03-31. Enter a time in it."
    ]
    with pytest.raises(ValidationError, match="the range runs backwards: 2027-04-02T00:00 is not before 2027-04-01T00:00"):
        Unavailable.model_validate(after | {"start": "2027-04-02T00:00", "end": "2027-04-01T00:00"})


def test_a_cancelled_conference_of_a_family_leaves_the_family_to_its_others() -> None:
    families = [conference("A", family="F"), conference("B", family="F"), conference("C", family="G")]
    problem = service(conferences=families, apart=[["F", "G"]])
    assert scenario(Cancel(conference="A")).applied(problem).apart == (("F", "G"),)
    assert scenario(Cancel(conference="C")).applied(problem).apart == ()
