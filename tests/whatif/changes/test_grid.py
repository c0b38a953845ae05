import datetime as dt

import pytest

from scheduler.domain.conference import ConferenceKind
from scheduler.domain.faults import InputError
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.domain.problem import Problem
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.chairs import ChairJoins, ChairLeaves
from scheduler.whatif.changes.demand import Demand
from scheduler.whatif.changes.grid import SETTINGS, crossed, how_many
from scheduler.whatif.changes.minute_takers import MinuteTakerJoins, MinuteTakerLeaves
from scheduler.whatif.changes.policy import CaseloadCap, Weight
from scheduler.whatif.changes.rooms import RoomCloses, RoomOpens
from scheduler.whatif.changes.scenario import Scenario
from tests.builders import chair, room
from tests.whatif.change_builders import scenario, service

STARTS = (dt.time(10), dt.time(14))


def point(*changes: ChangeBase, name: str) -> Scenario:
    """Build a scenario with its place in the grid, from its name."""
    return scenario(*changes, name=name).model_copy(update={"at": tuple(name.split(", "))})


def fault_messages(*settings: str, problem: Problem | None = None) -> list[str]:
    with pytest.raises(InputError) as error:
        crossed(problem or service(), settings)
    return [str(fault) for fault in error.value.faults]


def test_chairs_leave_from_the_end_or_copies_of_the_last_join() -> None:
    staff = [
        chair("C1"),
        chair("C2", name="Two", fte=0.8, caseload=70, first="2027-03-01", max_per_day=1)
        | {"absences": [{"first": "2027-03-08", "last": "2027-03-09"}]},
        chair("gone", last="2027-02-28"),
        chair("later", first="2027-04-01"),
        chair("manager", reserve=True),
    ]
    problem = service(chairs=staff, conferences=[])
    copies = [ChairJoins(chair=Chair(id=f"C2-copy-{n}", fte=0.8, max_per_day=1)) for n in (1, 2)]
    assert crossed(problem, ["chairs=0..4"]) == (
        point(ChairLeaves(chair="C1"), ChairLeaves(chair="C2"), name="no chairs"),
        point(ChairLeaves(chair="C2"), name="1 chair"),
        point(name="2 chairs"),
        point(copies[0], name="3 chairs"),
        point(*copies, name="4 chairs"),
    )


def test_rooms_close_from_the_end_or_copies_of_the_last_open() -> None:
    problem = service(
        rooms=[
            room("AYL-1"),
            room("WYC-1", name="One", accessible=True, closed=[{"first": "2027-03-04", "last": "2027-03-05"}]),
            room("AYL-0", last="2027-02-28"),
        ]
    )
    copy = Room(id="WYC-1-copy-1", site="WYC", starts=STARTS, hybrid_from=dt.date(2022, 9, 1), accessible=True)
    assert crossed(problem, ["rooms=1..3"]) == (
        point(RoomCloses(room="WYC-1"), name="1 room"),
        point(name="2 rooms"),
        point(RoomOpens(room=copy), name="3 rooms"),
    )


def test_minute_takers_leave_and_join_if_modelled() -> None:
    joins = MinuteTakerJoins(minute_taker=MinuteTaker(id="M2-copy-1", sites=("AYL", "WYC"), works=("fri",)))
    assert crossed(service(), ["minute_takers=1..3:2"]) == (
        point(MinuteTakerLeaves(minute_taker="M2"), name="1 minute taker"),
        point(joins, name="3 minute takers"),
    )
    assert fault_messages("minute_takers=1", problem=service(minute_takers=None)) == [
        "--grid: this plan doesn't model minute takers, so they change nothing. Vary another setting."
    ]
    assert fault_messages("minute_takers=0", problem=service(minute_takers=None)) == fault_messages(
        "minute_takers=1", problem=service(minute_takers=None)
    )


def test_copies_have_ids_that_are_free() -> None:
    problem = service(chairs=[chair("C1-copy-1"), chair("C1")], conferences=[])
    (three,) = crossed(problem, ["chairs=4"])
    assert [change.chair.id for change in three.changes if isinstance(change, ChairJoins)] == ["C1-copy-2", "C1-copy-3"]


def test_values_can_go_in_steps_and_demand_can_fall() -> None:
    assert crossed(service(), ["demand=-20..40:20"]) == (
        point(Demand(percent=-20), name="demand -20%"),
        point(name="demand +0%"),
        point(Demand(percent=20), name="demand +20%"),
        point(Demand(percent=40), name="demand +40%"),
    )


def test_the_demand_of_one_kind_can_vary() -> None:
    (more,) = crossed(service(), ["initial_demand=50"])
    assert more == point(Demand(percent=50, kind=ConferenceKind.INITIAL), name="initial (ICPC) +50%")
    assert all(crossed(service(), [f"{kind}_demand=0"]) for kind in ConferenceKind)


def test_the_cap_and_every_preference_can_vary() -> None:
    assert crossed(service(), [" caseload_cap = 80 .. 85 : 5 "]) == (
        point(CaseloadCap(cap=80), name="caseload cap 80"),
        point(name="caseload cap 85"),  # the unchanged plan
    )
    for preference in PREFERENCE_NAMES:
        weight = Weight(preference=preference, weight=7)
        assert crossed(service(), [f"{preference}=7"]) == (point(weight, name=f"{preference} 7"),)
        now = service().policy.weight(preference)
        assert crossed(service(), [f"{preference}={now}"]) == (point(name=f"{preference} {now}"),)


def test_two_settings_are_combined() -> None:
    grid = crossed(service(), ["chairs=2..3", "rooms=1..2"])
    leaves, closes = ChairLeaves(chair="C3"), RoomCloses(room="WYC-1")
    assert grid == (
        point(leaves, closes, name="2 chairs, 1 room"),
        point(leaves, name="2 chairs, 2 rooms"),
        point(closes, name="3 chairs, 1 room"),
        point(name="3 chairs, 2 rooms"),
    )


def test_scenarios_are_counted_before_they_are_built() -> None:
    settings = ["chairs=1..2", "demand=-20..20:20"]
    assert how_many(settings) == len(crossed(service(), settings)) == 6
    assert how_many(["chairs=1..100", "rooms=1..100", "friday=0..99"]) == 1_000_000
    with pytest.raises(InputError, match="runs backwards"):
        how_many(["chairs=2..1"])


def test_settings_can_be_combined() -> None:
    settings = ["chairs=2..4:2", "rooms=1..3:2", "minute_takers=1..3:2", "demand=-50..50:100", "caseload_cap=90", "friday=1"]
    applied = [one.applied(service()) for one in crossed(service(), settings)]
    assert len({problem.digest for problem in applied}) == 16


def test_invalid_settings_are_refused_with_advice() -> None:
    advice = "Enter one such as chairs=5..8 or demand=-20..40:20."
    assert fault_messages("chairs", "chairs=8..5", "rooms=1..101", "demand=-101", "caseload_cap=1..500", "chair=1") == [
        f"--grid chairs: this is not a setting with its values. {advice}",
        f"--grid chairs=8..5: the range runs backwards: 8 is after 5. {advice}",
        f"--grid rooms=1..101: rooms must be from 0 to 100. {advice}",
        f"--grid demand=-101: demand must be from -100 to 1000. {advice}",
        f"--grid caseload_cap=1..500: these are 500 values, more than 100. Use greater steps. {advice}",
        f"--grid chair=1: chair is not a setting of a grid. The settings are {', '.join(SETTINGS)}. {advice}",
    ]
    assert fault_messages("rooms=1", "rooms=2") == [f"--grid rooms=2: rooms is varied twice. Enter a different setting. {advice}"]
    assert fault_messages("chairs=1..2", problem=service(chairs=[], conferences=[])) == [
        "--grid: this plan has no chair to copy, so it can't have more. Vary another setting."
    ]
