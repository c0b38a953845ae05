import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from scheduler.domain.people import MinuteTaker
from scheduler.whatif.changes.minute_takers import MinuteTakerAbsent, MinuteTakerJoins, MinuteTakerLeaves
from tests.builders import minute_taker
from tests.whatif.change_builders import faults, service

M1, M2 = (one.model_dump() for one in service().minute_takers or ())
OUTSIDE = "2027-04-01 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day up to 2027-03-31."
UNKNOWN = "minute_taker: there is no minute taker 'M9'. Enter an id that is listed under minute_takers."


def with_takers(*takers: dict[str, Any]) -> Any:
    return service(minute_takers=list(takers))


def test_a_new_minute_taker_is_last_in_the_list() -> None:
    joins = MinuteTakerJoins(minute_taker=MinuteTaker(id="M3", name="Taker 3", sites=("WYC", "AYL")))
    assert joins.applied(service()) == with_takers(M1, M2, minute_taker("M3", name="Taker 3", sites=["WYC", "AYL"]))
    assert joins.sentence(service()) == "Taker 3 (M3) joins, at Wycombe and Aylesbury."
    assert MinuteTakerJoins(minute_taker=MinuteTaker(id="M3")).sentence(service()) == "M3 joins, for virtual conferences only."


def test_a_new_minute_taker_needs_a_free_id_and_known_sites() -> None:
    assert faults(MinuteTakerJoins(minute_taker=MinuteTaker(id="M1", sites=("AYL", "AMR")))) == [
        "minute_taker.id: there is already a minute taker 'M1'. Enter an id that is free.",
        "minute_taker.sites[1]: there is no site 'AMR'. Enter an id that is listed under sites.",
    ]


def test_no_minute_taker_joins_a_plan_that_does_not_model_them() -> None:
    joins = MinuteTakerJoins(minute_taker=MinuteTaker(id="M3", sites=("AYL",)))
    assert faults(joins, service(minute_takers=None)) == [
        "minute_taker: this plan has no minute takers, so one more changes nothing. Remove the change."
    ]
    assert joins.applied(service(minute_takers=[])) == with_takers(minute_taker("M3", sites=["AYL"]))


def test_a_minute_taker_leaves_until_the_plans_end() -> None:
    leaves = MinuteTakerLeaves(minute_taker="M1", first=dt.date(2027, 3, 15))
    assert leaves.applied(service()) == with_takers(M1 | {"absences": [{"first": "2027-03-15", "last": "2027-03-31"}]}, M2)
    assert leaves.sentence(service()) == "Taker 1 (M1) leaves from 15 March 2027 on."
    whole = with_takers(M1, M2 | {"absences": [{"first": "2027-03-01", "last": "2027-03-31"}]})
    assert MinuteTakerLeaves(minute_taker="M2").applied(service()) == whole
    assert MinuteTakerLeaves(minute_taker="M2", first=dt.date(2026, 9, 1)).applied(service()) == whole
    assert MinuteTakerLeaves(minute_taker="M2").sentence(service()) == "M2 leaves."


def test_a_minute_taker_is_absent() -> None:
    absent = MinuteTakerAbsent(minute_taker="M1", first=dt.date(2027, 3, 8), last=dt.date(2027, 3, 12))
    assert absent.applied(service()) == with_takers(M1 | {"absences": [{"first": "2027-03-08", "last": "2027-03-12"}]}, M2)
    assert absent.sentence(service()) == "Taker 1 (M1) is absent from 8 to 12 March 2027."
    assert MinuteTakerAbsent(minute_taker="M2").sentence(service()) == "M2 is absent throughout."


def test_an_absence_needs_a_known_minute_taker_and_days_in_the_plan() -> None:
    april = dt.date(2027, 4, 1)
    assert faults(MinuteTakerLeaves(minute_taker="M9", first=april)) == [f"first: {OUTSIDE}", UNKNOWN]
    assert faults(MinuteTakerAbsent(minute_taker="M9", first=april, last=april)) == [f"first: {OUTSIDE}", UNKNOWN]
    assert faults(MinuteTakerLeaves(minute_taker="M9"), service(minute_takers=None)) == [UNKNOWN]
    with pytest.raises(ValidationError, match="runs backwards: 2027-04-01 is after 2027-03-01"):
        MinuteTakerAbsent(minute_taker="M1", first=april, last=dt.date(2027, 3, 1))
