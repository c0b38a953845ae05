import datetime as dt
import itertools

import pytest

from scheduler.domain.conference import ConferenceKind
from scheduler.domain.faults import InputError
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.chairs import ChairAbsent, ChairChanges, ChairJoins, ChairLeaves
from scheduler.whatif.changes.demand import Demand, Holds
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.whatif.changes.minute_takers import MinuteTakerAbsent, MinuteTakerJoins, MinuteTakerLeaves
from scheduler.whatif.changes.policy import CaseloadCap, RuleOff, RuleOn, Weight
from scheduler.whatif.changes.rooms import RoomCloses, RoomGainsHybrid, RoomGainsStart, RoomOpens, SiteCloses
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.files.scenarios import scenarios_in
from tests.whatif.change_builders import scenario, service


def day(number: int) -> dt.date:
    return dt.date(2027, 3, number)


def new_room(identifier: str, site: str) -> Room:
    return Room(id=identifier, site=site, starts=(dt.time(10),))


def fault_messages(*changes: ChangeBase) -> list[str]:
    """Return every fault of a scenario with these changes."""
    with pytest.raises(InputError) as error:
        scenario(*changes).applied(service())
    return [str(fault) for fault in error.value.faults]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("base", "'base' is the name of the unchanged plan. Enter another name."),
        (
            "no letter \uffff",
            "'no letter \\uffff' contains a control character, which can't be shown. Enter the name without it.",
        ),
        ("bell \a", "'bell \\x07' contains a control character, which can't be shown. Enter the name without it."),
        ("\x1b[31mred", "'\\x1b[31mred' contains a control character, which can't be shown. Enter the name without it."),
        ("", "'' can't be entered here. Enter 1 to 200 characters without spaces at either end."),
    ],
)
def test_some_names_are_refused(name: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        scenarios_in([{"name": "good"}, {"name": name}])
    assert [str(fault) for fault in error.value.faults] == [f"scenarios[1].name: {message}"]


def test_a_scenario_without_changes_returns_the_problem_itself() -> None:
    problem = service()
    assert scenario().applied(problem) is problem
    assert scenario().sentences(problem) == ()


def test_every_change_is_applied_and_described() -> None:
    both = scenario(ChairLeaves(chair="C1"), CaseloadCap(cap=90))
    chairs = [chair.model_dump() for chair in service().chairs]
    assert both.applied(service()) == service(
        chairs=[chairs[0] | {"last": "2027-02-28"}, *chairs[1:]], policy={"caseload_cap": 90}
    )
    assert both.sentences(service()) == ("Advisor 1 (C1) leaves.", "The caseload cap is 90 children instead of 85.")


def test_the_order_of_changes_makes_no_difference() -> None:
    changes = (
        ChairJoins(chair=Chair(id="C9")),
        ChairJoins(chair=Chair(id="C8")),
        RoomOpens(room=new_room("WYC-9", "WYC")),
        SiteCloses(site="WYC", first=day(8), last=day(9)),
        FridaysOpen(dates=(day(5),)),
    )
    digests = {scenario(*some).applied(service()).digest for some in itertools.permutations(changes)}
    assert len(digests) == 1


def test_every_fault_is_reported_with_its_place() -> None:
    assert fault_messages(ChairLeaves(chair="X"), CaseloadCap(cap=1), RoomOpens(room=new_room("AYL-1", "AMR"))) == [
        "scenarios[S].changes[0].chair: there is no chair 'X'. Enter an id that is listed under chairs.",
        "scenarios[S].changes[2].room.id: there is already a room 'AYL-1'. Enter an id that is free.",
        "scenarios[S].changes[2].room.site: there is no site 'AMR'. Enter an id that is listed under sites.",
    ]


def test_a_contradiction_names_the_other_change() -> None:
    assert fault_messages(ChairLeaves(chair="C1", first=day(15)), ChairAbsent(chair="C1", first=day(2), last=day(3))) == [
        "scenarios[S].changes[1]: This contradicts or repeats another change: "
        "'Advisor 1 (C1) leaves from 15 March 2027 on.' Keep only one of them."
    ]


C9, M9 = ChairJoins(chair=Chair(id="C9")), MinuteTakerJoins(minute_taker=MinuteTaker(id="M9"))
LEAVES, ABSENT = ChairLeaves(chair="C1"), ChairAbsent(chair="C1", first=day(2), last=day(3))


@pytest.mark.parametrize(
    "changes",
    [
        (LEAVES, LEAVES),
        (LEAVES, ABSENT),
        (LEAVES, ChairChanges(chair="C1", fte=0.5)),
        (ABSENT, ABSENT),
        (C9, ChairJoins(chair=Chair(id="C9", fte=0.5))),
        (ChairChanges(chair="C1", fte=0.5), ChairChanges(chair="C1", fte=0.6, max_per_day=1)),
        (ChairChanges(chair="C1", works=("mon",)), FridaysOpen(dates=(day(5),))),
        (FridaysOpen(dates=(day(5),)), FridaysOpen(dates=(day(12),))),
        (MinuteTakerLeaves(minute_taker="M1"), MinuteTakerAbsent(minute_taker="M1", first=day(2), last=day(3))),
        (M9, M9),
        (RoomOpens(room=new_room("N", "AYL")), RoomOpens(room=new_room("N", "AYL"))),
        (RoomOpens(room=new_room("N", "AYL")), RoomOpens(room=new_room("N", "WYC"))),
        (RoomOpens(room=new_room("N", "AYL")), SiteCloses(site="AYL")),
        (RoomCloses(room="AYL-1"), RoomGainsStart(room="AYL-1", start=dt.time(12))),
        (RoomCloses(room="AYL-1", first=day(2), last=day(3)), SiteCloses(site="AYL")),
        (RoomCloses(room="AYL-1", first=day(2), last=day(3)), SiteCloses(site="AYL", first=day(2), last=day(3))),
        (RoomGainsHybrid(room="AYL-1"), RoomGainsHybrid(room="AYL-1", first=day(2))),
        (RoomGainsStart(room="AYL-1", start=dt.time(12)), RoomGainsStart(room="AYL-1", start=dt.time(12))),
        (Demand(percent=10), Demand(percent=20, kind=ConferenceKind.INITIAL)),
        (Demand(percent=10, site="WYC"), Demand(percent=20, kind=ConferenceKind.INITIAL)),
        (CaseloadCap(cap=80), CaseloadCap(cap=90)),
        (RuleOff(rule="friday"), RuleOff(rule="friday")),
        (RuleOff(rule="friday"), Weight(preference="friday", weight=1)),
        (Weight(preference="friday", weight=1), Weight(preference="friday", weight=2)),
        (Holds(site="AYL", week=day(8), count=1), Holds(site="AYL", week=day(12), count=2)),
    ],
)
def test_changes_of_the_same_part_contradict_each_other(changes: tuple[ChangeBase, ChangeBase]) -> None:
    for one, other in (changes, changes[::-1]):
        assert fault_messages(one, other) == [
            f"scenarios[S].changes[1]: This contradicts or repeats another change: '{one.sentence(service())}' "
            "Keep only one of them."
        ]


@pytest.mark.parametrize(
    "changes",
    [
        (LEAVES, ChairLeaves(chair="C2")),
        (LEAVES, FridaysOpen(dates=(day(5),))),
        (ABSENT, ChairAbsent(chair="C1", first=day(3), last=day(4))),
        (ABSENT, ChairChanges(chair="C1", works=("mon",))),
        (ChairChanges(chair="C1", fte=0.5), ChairChanges(chair="C1", max_per_day=1)),
        (MinuteTakerAbsent(minute_taker="M1"), MinuteTakerLeaves(minute_taker="M2")),
        (RoomGainsHybrid(room="WYC-1"), RoomGainsStart(room="WYC-1", start=dt.time(12))),
        (RoomGainsStart(room="AYL-1", start=dt.time(16)), RoomGainsStart(room="AYL-1", start=dt.time(12))),
        (RoomCloses(room="AYL-1", first=day(2), last=day(3)), RoomGainsStart(room="AYL-1", start=dt.time(12))),
        (SiteCloses(site="AYL"), SiteCloses(site="WYC")),
        (SiteCloses(site="AYL"), FridaysOpen(dates=(day(5),))),
        (Demand(percent=-100, site="WYC"), Demand(percent=100, site="AYL")),
        (Demand(percent=-100, kind=ConferenceKind.REVIEW), Demand(percent=100, kind=ConferenceKind.INITIAL)),
        (RuleOff(rule="R4"), RuleOff(rule="R5")),
        (Holds(site="AYL", week=day(8), count=1), Holds(site="AYL", week=day(15), count=2)),
        (Holds(site="AYL", week=day(8), count=1), Holds(site="WYC", week=day(8), count=2)),
    ],
)
def test_changes_of_different_parts_combine(changes: tuple[ChangeBase, ChangeBase]) -> None:
    one, other = changes
    together = scenario(one, other).applied(service())
    assert together.digest == scenario(other, one).applied(service()).digest
    assert together.digest not in {scenario(change).applied(service()).digest for change in changes}


def test_a_rule_cannot_be_switched_on_and_off() -> None:
    """A rule is either on or off, so no problem suits both changes."""
    assert fault_messages(RuleOff(rule="R4"), RuleOn(rule="R4")) == [
        "scenarios[S].changes[1].rule: R4 is already on in this plan. Remove the change."
    ]


def test_a_scenario_survives_writing_and_reading() -> None:
    written = scenario(
        LEAVES, C9, Demand(percent=10, kind=ConferenceKind.INITIAL), RoomGainsStart(room="AYL-1", start=dt.time(12))
    )
    assert Scenario.model_validate_json(written.model_dump_json()) == written
