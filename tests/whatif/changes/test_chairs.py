import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from scheduler.domain.people import Chair
from scheduler.whatif.changes.chairs import ChairAbsent, ChairChanges, ChairJoins, ChairLeaves
from tests.builders import chair
from tests.whatif.change_builders import faults, service

C1, C2, C3 = (one.model_dump() for one in service().chairs)


def with_chairs(*chairs: dict[str, Any]) -> Any:
    return service(chairs=list(chairs))


def day(number: int, month: int = 3) -> dt.date:
    return dt.date(2027, month, number)


def test_a_new_chair_is_last_in_the_list() -> None:
    joins = ChairJoins(chair=Chair(id="C9", fte=0.6, first=day(8), caseload=1))
    assert joins.applied(service()) == with_chairs(C1, C2, C3, chair("C9", fte=0.6, first="2027-03-08", caseload=1))
    assert joins.sentence(service()) == "C9 joins from 8 March 2027 on, at 0.6 FTE, with 1 child."
    reserve = ChairJoins(chair=Chair(id="C9", name="Manager", reserve=True))
    assert reserve.sentence(service()) == "Manager (C9) joins, as a reserve."
    a_week = ChairJoins(chair=Chair(id="C9", first=day(8), last=day(12)))
    assert a_week.sentence(service()) == "C9 joins from 8 to 12 March 2027, at 1 FTE."


def test_a_new_chair_needs_a_free_id_a_known_base_and_days_in_the_plan() -> None:
    assert faults(ChairJoins(chair=Chair(id="C1", base="AYR", first=day(1, 4)))) == [
        "chair.id: there is already a chair 'C1'. Enter an id that is free.",
        "chair.base: there is no site 'AYR'. Did you mean 'AYL'? Enter an id that is listed under sites.",
        "chair.first: 2027-04-01 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day up to 2027-03-31.",
    ]
    assert faults(ChairJoins(chair=Chair(id="C9", last=day(28, 2)))) == [
        "chair.last: 2027-02-28 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day from 2027-03-01 on."
    ]


def test_a_leaving_chairs_last_day_is_the_day_before() -> None:
    leaves = ChairLeaves(chair="C1", first=day(15))
    assert leaves.applied(service()) == with_chairs(C1 | {"last": "2027-03-14"}, C2, C3)
    assert leaves.sentence(service()) == "Advisor 1 (C1) leaves from 15 March 2027 on."


def test_a_chair_leaves_before_the_plan() -> None:
    assert ChairLeaves(chair="C1").applied(service()) == with_chairs(C1 | {"last": "2027-02-28"}, C2, C3)
    gone = ChairLeaves(chair="C3").applied(service())
    assert gone == with_chairs(C1, C2, C3 | {"first": None, "last": "2027-02-28"})
    assert ChairLeaves(chair="C3").sentence(service()) == "C3 leaves."
    later = ChairLeaves(chair="C3", first=day(9)).applied(service())
    assert later == with_chairs(C1, C2, C3 | {"last": "2027-03-08"})


def test_a_leaving_chair_is_in_post_before() -> None:
    assert faults(ChairLeaves(chair="C8", first=day(1, 4))) == [
        "first: 2027-04-01 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day up to 2027-03-31.",
        "chair: there is no chair 'C8'. Enter an id that is listed under chairs.",
    ]
    assert faults(ChairLeaves(chair="C2", first=day(21))) == [
        "first: C2 has left by 2027-03-21: the last day is 2027-03-19. Enter a day up to 2027-03-19."
    ]
    assert faults(ChairLeaves(chair="C3", first=day(8))) == [
        "first: C3 only joins on 2027-03-08. Enter a later day, or leave it out."
    ]
    assert faults(ChairLeaves(chair="C2", first=day(20))) == [
        "first: C2 has left by 2027-03-20: the last day is 2027-03-19. Enter a day up to 2027-03-19."
    ]
    assert not faults(ChairLeaves(chair="C2", first=day(19)))


def test_an_absence_is_added_to_a_chairs_absences() -> None:
    absent = ChairAbsent(chair="C2", first=day(9), last=day(12))
    periods = [{"first": "2027-03-09", "last": "2027-03-12"}, {"first": "2027-03-15", "last": "2027-03-16"}]
    assert absent.applied(service()) == with_chairs(C1, C2 | {"absences": periods}, C3)
    assert absent.sentence(service()) == "C2 is absent from 9 to 12 March 2027."
    assert ChairAbsent(chair="C1", first=day(9), last=day(9)).sentence(service()) == "Advisor 1 (C1) is absent on 9 March 2027."


def test_an_absence_is_cut_to_the_plan() -> None:
    long = ChairAbsent(chair="C1", first=dt.date(2026, 12, 1), last=day(3))
    assert long.applied(service()) == with_chairs(C1 | {"absences": [{"first": "2027-03-01", "last": "2027-03-03"}]}, C2, C3)
    assert long.sentence(service()) == "Advisor 1 (C1) is absent from 1 December 2026 to 3 March 2027."
    throughout = ChairAbsent(chair="C1")
    whole = C1 | {"absences": [{"first": "2027-03-01", "last": "2027-03-31"}]}
    assert throughout.applied(service()) == with_chairs(whole, C2, C3)
    assert throughout.sentence(service()) == "Advisor 1 (C1) is absent throughout."
    assert ChairAbsent(chair="C1", last=day(5)).sentence(service()) == "Advisor 1 (C1) is absent until 5 March 2027."


def test_an_absence_needs_a_known_chair_and_days_in_the_plan() -> None:
    assert faults(ChairAbsent(chair="X", first=day(1, 2), last=day(5, 2))) == [
        "last: 2027-02-05 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day from 2027-03-01 on.",
        "chair: there is no chair 'X'. Enter an id that is listed under chairs.",
    ]
    with pytest.raises(ValidationError, match="runs backwards: 2027-03-09 is after 2027-03-08"):
        ChairAbsent(chair="C1", first=day(9), last=day(8))


def test_a_chair_change_sets_only_the_given_fields() -> None:
    changes = ChairChanges(chair="C1", fte=0.6, works=("mon", "tue"), max_per_day=1, max_per_week=3, max_office_days=2)
    new = {"fte": 0.6, "works": ("mon", "tue"), "max_per_day": 1, "max_per_week": 3, "max_office_days": 2}
    assert changes.applied(service()) == with_chairs(C1 | new, C2, C3)
    assert changes.sentence(service()) == (
        "Advisor 1 (C1) now has 0.6 FTE, works on Mon and Tue, takes at most 1 conference a day, "
        "takes at most 3 conferences a week and holds conferences in rooms on at most 2 days a week."
    )
    none = ChairChanges(chair="C2", works=())
    assert none.applied(service()) == with_chairs(C1, C2 | {"works": ()}, C3)
    assert none.sentence(service()) == "C2 now works on no day."


def test_a_chair_change_needs_a_known_chair_and_a_new_value() -> None:
    assert faults(ChairChanges(chair="C0", fte=1.0)) == [
        "chair: there is no chair 'C0'. Enter an id that is listed under chairs."
    ]
    with pytest.raises(ValidationError, match="nothing is changed"):
        ChairChanges(chair="C1")
