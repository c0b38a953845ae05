import json
from typing import Any, get_args

import pytest

from scheduler.domain.faults import Fault, InputError, read_problem
from scheduler.domain.policy import SwitchedOff
from tests.builders import chair, conference, minute_taker, room, tiny_data
from tests.paths import EXAMPLES

MARCH = json.loads((EXAMPLES / "march.replan.json").read_text())
SWITCHES = get_args(SwitchedOff)
KINDS = "initial, first_review, review, transfer_in, pre_birth"


def faults_in(raw: Any) -> list[str]:
    try:
        read_problem(raw)
    except InputError as error:
        assert str(error) == "\n".join(str(fault) for fault in error.faults)
        return [str(fault) for fault in error.faults]
    return []


def conferences(**changes: Any) -> dict[str, Any]:
    return {"conferences": [conference(**changes)]}


def chairs(**changes: Any) -> dict[str, Any]:
    return {"chairs": [chair(**changes), chair("C2")]}


def published(**changes: Any) -> dict[str, Any]:
    return {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"} | changes


@pytest.mark.parametrize("raw", [None, [], "problem", 1, [tiny_data()]])
def test_what_holds_no_object_is_no_problem(raw: Any) -> None:
    assert faults_in(raw) == ["This is not a problem file: it has no JSON object. Enter one with version, horizon, sites, …"]


def test_what_is_required_is_asked_for_all_at_once() -> None:
    required = ("version", "horizon", "sites", "rooms", "chairs", "conferences")
    assert faults_in({}) == [f"{field}: is missing. Enter it." for field in required]


SINGLE_FAULTS: list[tuple[dict[str, Any], str]] = [
    # What a single field holds.
    ({"version": 2}, "version: 2 is not one of the choices. Enter one of: 1."),
    ({"horizon": "March"}, "horizon: 'March' is not an object. Enter an object, in curly brackets."),
    ({"horizon": {"first": "2027-03-01"}}, "horizon.last: is missing. Enter it."),
    ({"sites": {}}, "sites: {} is not a list. Enter a list, in square brackets."),
    ({"sites": []}, "sites: is empty. Enter at least one."),
    ({"sites": [None]}, "sites[0]: null is not an object. Enter an object, in curly brackets."),
    ({"apart": [["A"]]}, "apart[0][1]: is missing. Enter it."),
    (
        {"apart": [["A", "A1", "A2"]], "conferences": [conference(n) for n in ("A", "A1", "A2")]},
        "apart[0]: has 3 entries. Enter 2.",
    ),
    ({"service": {"name": 7}}, "service.name: 7 is not text. Enter text, in quotes."),
    ({"service": {"timezone": "UTC"}}, "service.timezone: 'UTC' is not one of the choices. Enter one of: 'Europe/London'."),
    ({"service": {"name": "\ud800"}}, r"service.name: '\ud800' contains half a character. Enter it again."),
    ({"calender": {}}, "calender: is not a field here. Did you mean 'calendar'?"),
    ({"a\nb": {}}, r"'a\nb': is not a field here."),
    ({"policy": {"weights": {"fridays": 1}}}, "policy.weights.fridays: is not a field here. Did you mean 'friday'?"),
    *(
        (
            {"policy": {"virtual_fallback": result}},
            f"policy.virtual_fallback: {'null' if result is None else repr(result)} is not one of the choices. "
            'Enter true, false or "hybrid": only hybrid conferences may be held virtually.',
        )
        for result in ("yes", "Hybrid", 1, None)
    ),
    ({"policy": {"clock": {"initial_days": 1001}}}, "policy.clock.initial_days: 1001 is too large. Enter 1000 or less."),
    (
        {"policy": {"off": ["R1"]}},
        "policy.off[0]: 'R1' is not one of the choices. Enter one of: "
        f"{', '.join(map(repr, SWITCHES[:-1]))} or {SWITCHES[-1]!r}.",
    ),
    (conferences(zzz=1), "conferences[0].zzz: is not a field here."),
    (conferences(id=""), "conferences[0].id: '' can't be entered here. Enter 1 to 200 characters without spaces at either end."),
    (
        conferences(id=" A"),
        "conferences[0].id: ' A' can't be entered here. Enter 1 to 200 characters without spaces at either end.",
    ),
    (conferences(id="A" * 201), f"conferences[0].id: '{'A' * 56}... is too long. Enter 200 characters or fewer."),
    (conferences(id=101), "conferences[0].id: 101 is not text. Enter text, in quotes."),
    (
        conferences(id="HOLD-AYL-2027-03-01-1"),
        "conferences[0].id: ids that begin with HOLD- are reserved for held slots. Enter another.",
    ),
    (
        conferences(trigger="2026-13-01"),
        "conferences[0].trigger: '2026-13-01' is not a date. Enter a date such as 2026-12-01.",
    ),
    (conferences(trigger=None), "conferences[0].trigger: null is not a date. Enter a date such as 2026-12-01."),
    (
        conferences(kind="ICPC"),
        f"conferences[0].kind: 'ICPC' is not one of the choices. Did you mean 'initial'? Enter one of: {KINDS}.",
    ),
    (
        conferences(mode="hybird"),
        "conferences[0].mode: 'hybird' is not one of the choices. Did you mean 'hybrid'? "
        "Enter one of: hybrid, in_person, virtual.",
    ),
    (conferences(minutes="ninety"), "conferences[0].minutes: 'ninety' is not a whole number. Enter a number such as 90."),
    (conferences(minutes=90.5), "conferences[0].minutes: 90.5 is not a whole number. Enter a number such as 90."),
    (conferences(minutes=-5), "conferences[0].minutes: -5 is too small. Enter 1 or more."),
    (conferences(minutes=721), "conferences[0].minutes: 721 is too large. Enter 720 or less."),
    (conferences(children=0), "conferences[0].children: 0 is too small. Enter 1 or more."),
    (
        conferences(children=2, school_age=3),
        "conferences[0]: school_age is 3, more than the 2 children. Enter how many of them are of school age.",
    ),
    (conferences(accessible="yes"), "conferences[0].accessible: 'yes' is neither true nor false. Enter true or false."),
    (
        conferences(unavailable=[{"start": "2027-03-02", "end": "2027-03-02T10:00"}]),
        "conferences[0].unavailable[0].start: '2027-03-02' is not a date and local time. Enter one such as 2026-12-01T10:00.",
    ),
    (
        {"rooms": [room(), room("WYC-1", starts=["9:00"])]},
        "rooms[1].starts[0]: '9:00' is not a time of day. Enter one such as 10:00.",
    ),
    ({"rooms": [room(starts=[])]}, "rooms[0].starts: is empty. Enter at least one."),
    (chairs(fte="full"), "chairs[0].fte: 'full' is not a number. Enter a number such as 0.6."),
    (chairs(fte=True), "chairs[0].fte: true is not a number. Enter a number such as 0.6."),
    (chairs(fte=2.5), "chairs[0].fte: 2.5 is too large. Enter 2 or less."),
    (
        chairs(works=["monday"]),
        "chairs[0].works[0]: 'monday' is not one of the choices. "
        "Enter one of: 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'.",
    ),
    (
        {"published": [published(locks=["date"])]},
        "published[0].locks[0]: 'date' is not one of the choices. Enter one of: 'time', 'chair' or 'room'.",
    ),
    # Ranges that run backwards.
    (
        {"horizon": {"first": "2027-03-31", "last": "2027-03-01"}},
        "horizon: the range runs backwards: 2027-03-31 is after 2027-03-01. Enter a first day on or before the last.",
    ),
    (
        {"calendar": {"terms": [{"first": "2027-03-02", "last": "2027-03-01"}]}},
        "calendar.terms[0]: the range runs backwards: 2027-03-02 is after 2027-03-01. Enter a first day on or before the last.",
    ),
    (
        {"rooms": [room(first="2027-03-02", last="2027-03-01"), room("WYC-1")]},
        "rooms[0]: the range runs backwards: 2027-03-02 is after 2027-03-01. Enter a first day on or before the last.",
    ),
    (
        chairs(first="2027-03-02", last="2027-03-01"),
        "chairs[0]: the range runs backwards: 2027-03-02 is after 2027-03-01. Enter a first day on or before the last.",
    ),
    (
        chairs(busy=[{"start": "2027-03-02T10:00", "end": "2027-03-02T10:00"}]),
        "chairs[0].busy[0]: the range runs backwards: 2027-03-02T10:00 is not before 2027-03-02T10:00. "
        "Enter a start before the end.",
    ),
    (
        chairs(beside=[{"week": "2027-03-01", "bookings": 1, "office_days": 2}]),
        "chairs[0].beside[0]: 2 office days need as many bookings, not 1. Enter at least 2 bookings.",
    ),
    # A horizon that can't be planned.
    (
        {"horizon": {"first": "2027-03-26", "last": "2027-03-29"}},
        "horizon: there is no working day between the first day and the last. Enter days that include one.",
    ),
    (
        {"horizon": {"first": "2027-01-01", "last": "2029-03-11"}},
        "horizon: 801 days are too many for one plan. Enter 800 days or fewer.",
    ),
    # Ids that are unknown, or given twice.
    (
        {"conferences": [conference("A"), conference("B"), conference("A")]},
        "conferences[2].id: 'A' is already the id of conferences[0]. Give each its own id.",
    ),
    (
        {"sites": [{"id": "AYL"}, {"id": "WYC"}, {"id": "AYL"}]},
        "sites[2].id: 'AYL' is already the id of sites[0]. Give each its own id.",
    ),
    (
        {"rooms": [room(), room(name="Another")]},
        "rooms[1].id: 'AYL-1' is already the id of rooms[0]. Give each its own id.",
    ),
    ({"chairs": [chair(), chair()]}, "chairs[1].id: 'C1' is already the id of chairs[0]. Give each its own id."),
    (
        {"minute_takers": [minute_taker(), minute_taker()]},
        "minute_takers[1].id: 'M1' is already the id of minute_takers[0]. Give each its own id.",
    ),
    (
        conferences(site="AYK"),
        "conferences[0].site: there is no site 'AYK'. Did you mean 'AYL'? Enter an id that is listed under sites.",
    ),
    (conferences(chair="X9"), "conferences[0].chair: there is no chair 'X9'. Enter an id that is listed under chairs."),
    (
        conferences(not_chairs=["C1", "X9"]),
        "conferences[0].not_chairs[1]: there is no chair 'X9'. Enter an id that is listed under chairs.",
    ),
    ({"rooms": [room("XXX-1")]}, "rooms[0].site: there is no site 'XXX'. Enter an id that is listed under sites."),
    (chairs(base="XXX"), "chairs[0].base: there is no site 'XXX'. Enter an id that is listed under sites."),
    (
        {"minute_takers": [minute_taker(sites=["AYL", "XXX"])]},
        "minute_takers[0].sites[1]: there is no site 'XXX'. Enter an id that is listed under sites.",
    ),
    (
        {"travel": [{"from": "XXX", "to": "AYL", "minutes": 1}]},
        "travel[0].from: there is no site 'XXX'. Enter an id that is listed under sites.",
    ),
    (
        {"travel": [{"from": "AYL", "to": "XXX", "minutes": 1}]},
        "travel[0].to: there is no site 'XXX'. Enter an id that is listed under sites.",
    ),
    (
        {"holds": [{"site": "XXX", "week": "2027-03-01", "count": 1}]},
        "holds[0].site: there is no site 'XXX'. Enter an id that is listed under sites.",
    ),
    (
        {"apart": [["A", "Z"]]},
        "apart[0][1]: there is no conference or family 'Z'. Enter an id that is listed under conferences.",
    ),
    (
        {"apart": [["A", "FAM-2"]], "conferences": [conference("A"), conference("B", family="FAM-1")]},
        "apart[0][1]: there is no conference or family 'FAM-2'. Did you mean 'FAM-1'? "
        "Enter an id that is listed under conferences.",
    ),
    ({"apart": [["A", "A"]]}, "apart[0]: 'A' can't be kept apart from itself. Enter two conferences or families."),
    (
        {"apart": [["F", "F"]], "conferences": [conference("A", family="F")]},
        "apart[0]: 'F' can't be kept apart from itself. Enter two conferences or families.",
    ),
    (
        {"apart": [["A", "B"]], "conferences": [conference("A", family="F"), conference("B", family="F")]},
        "apart[0]: 'A' and 'B' belong to one family, 'F'. Enter two of different families.",
    ),
    (
        {"apart": [["A", "F"]], "conferences": [conference("A", family="F"), conference("B", family="F")]},
        "apart[0]: 'A' and 'F' belong to one family, 'F'. Enter two of different families.",
    ),
    (
        {"apart": [["F", "B"]], "conferences": [conference("A", family="F"), conference("B", family="F")]},
        "apart[0]: 'F' and 'B' belong to one family, 'F'. Enter two of different families.",
    ),
    (
        {"apart": [["C", "B"]], "conferences": [conference("A", family="B"), conference("B"), conference("C")]},
        "apart[0][1]: 'B' is the id of a conference and also a family. Give the family another reference.",
    ),
    (
        {"apart": [["A", "F"]], "conferences": [conference("A"), conference("B", family=7)]},
        "conferences[1].family: 7 is not text. Enter text, in quotes.",
    ),
    (
        {"published": [published(conference="Z")]},
        "published[0].conference: there is no conference 'Z'. Enter an id that is listed under conferences.",
    ),
    (
        {"published": [published(room="Q")]},
        "published[0].room: there is no room 'Q'. Enter an id that is listed under rooms.",
    ),
    (
        {"published": [published(chair="X9")]},
        "published[0].chair: there is no chair 'X9'. Enter an id that is listed under chairs.",
    ),
    (
        {"minute_takers": [minute_taker()], "published": [published(minute_taker="X9")]},
        "published[0].minute_taker: there is no minute taker 'X9'. Enter an id that is listed under minute_takers.",
    ),
    ({"published": [published(), published()]}, "published[1].conference: 'A' is published twice. Keep one."),
]


@pytest.mark.parametrize(
    ("changes", "expected"), SINGLE_FAULTS, ids=[expected.partition(" ")[0] for _, expected in SINGLE_FAULTS]
)
def test_each_fault_says_where_and_what_and_what_to_enter(changes: dict[str, Any], expected: str) -> None:
    assert faults_in(tiny_data(**changes)) == [expected]


def test_many_faults_are_said_at_once_with_references_between_sound_items() -> None:
    raw = tiny_data(
        conferences=[
            conference("A", trigger="soon"),
            conference("B", site="XXX", chair="C1"),
            conference("B"),
            conference("D", minutes=0, kind="review"),
        ],
        chairs=[chair("C1", fte=3), chair("C2")],
        rooms=[room("AYL-1", starts=["10:00", "x", "y"]), room("WYC-1", closed=[{"first": "2027-03-02", "last": "2027-03-01"}])],
        apart=[["A", "B"], ["B", "Z"]],
        published=[published(conference="D", room="AYL-1", chair="C1")],
        policy={"pre_meet": "half an hour"},
    )
    assert faults_in(raw) == [
        "rooms[0].starts[1]: 'x' is not a time of day. Enter one such as 10:00.",
        "rooms[0].starts[2]: 'y' is not a time of day. Enter one such as 10:00.",
        "rooms[1].closed[0]: the range runs backwards: 2027-03-02 is after 2027-03-01. Enter a first day on or before the last.",
        "chairs[0].fte: 3 is too large. Enter 2 or less.",
        "conferences[0].trigger: 'soon' is not a date. Enter a date such as 2026-12-01.",
        "conferences[3].minutes: 0 is too small. Enter 1 or more.",
        "policy.pre_meet: 'half an hour' is not a whole number. Enter a number such as 90.",
        "conferences[2].id: 'B' is already the id of conferences[1]. Give each its own id.",
        "conferences[1].site: there is no site 'XXX'. Enter an id that is listed under sites.",
        "apart[1][1]: there is no conference or family 'Z'. Enter an id that is listed under conferences.",
    ]


def test_references_of_a_faulty_item_are_checked_too() -> None:
    raw = tiny_data(
        conferences=[
            conference("A", minutes="ninety", site="WYX", chair="C99", not_chairs=["C1", 7, "C98"]),
            conference("A", kind="ICPC", children=2, school_age=3),
            conference("HOLD-1", minutes=0),
        ],
        chairs=[chair("C1", fte=3, base="XXX"), chair("C2")],
        apart=[["Z", 7], ["A", "A", "A"]],
        published=[published(conference="Z", locks=["all"]), published(conference="Z", start="soon", chair=None, room="Q")],
    )
    one_site = "Enter an id that is listed under sites."
    assert faults_in(raw)[10:] == [
        "conferences[1].id: 'A' is already the id of conferences[0]. Give each its own id.",
        f"chairs[0].base: there is no site 'XXX'. {one_site}",
        f"conferences[0].site: there is no site 'WYX'. Did you mean 'WYC'? {one_site}",
        "conferences[0].chair: there is no chair 'C99'. Enter an id that is listed under chairs.",
        "conferences[0].not_chairs[2]: there is no chair 'C98'. Enter an id that is listed under chairs.",
        "conferences[2].id: ids that begin with HOLD- are reserved for held slots. Enter another.",
        "apart[0][0]: there is no conference or family 'Z'. Enter an id that is listed under conferences.",
        "apart[1]: 'A' can't be kept apart from itself. Enter two conferences or families.",
        "published[0].conference: there is no conference 'Z'. Enter an id that is listed under conferences.",
        "published[1].conference: there is no conference 'Z'. Enter an id that is listed under conferences.",
        "published[1].room: there is no room 'Q'. Enter an id that is listed under rooms.",
        "published[1].conference: 'Z' is published twice. Keep one.",
    ]


@pytest.mark.parametrize("faulty", [None, {}, {"id": 7}, {"name": "Advisor"}])
def test_what_may_be_the_id_that_can_not_be_read_is_no_further_fault(faulty: Any) -> None:
    answer = faults_in(tiny_data(chairs=[chair("C1"), faulty], conferences=[conference("A", chair="C3", site="XXX")]))
    assert answer[1:] == ["conferences[0].site: there is no site 'XXX'. Enter an id that is listed under sites."]
    assert answer[0].startswith("chairs[1]")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"apart": ["AB"]}, "apart[0]"),
        ({"rooms": [room(site=["Q"]), room("WYC-1")]}, "rooms[0].site"),
        ({"sites": {"id": "AYL"}}, "sites"),
    ],
)
def test_what_is_not_of_the_right_kind_refers_to_nothing(changes: dict[str, Any], place: str) -> None:
    (fault,) = faults_in(tiny_data(**changes))
    assert fault.startswith(f"{place}: ")


def test_a_reference_to_a_faulty_item_is_sound() -> None:
    raw = tiny_data(chairs=[chair("C1", fte=3), chair("C2")], conferences=[conference("A", chair="C1")])
    assert faults_in(raw) == ["chairs[0].fte: 3 is too large. Enter 2 or less."]


def test_references_are_checked_where_a_whole_list_is_missing() -> None:
    raw = tiny_data(conferences=[conference("A", chair="C9")], horizon={"first": "2027-03-06", "last": "2027-03-07"})
    del raw["sites"]
    assert faults_in(raw) == [
        "sites: is missing. Enter it.",
        "conferences[0].chair: there is no chair 'C9'. Enter an id that is listed under chairs.",
        "horizon: there is no working day between the first day and the last. Enter days that include one.",
    ]


def test_families_of_different_names_may_be_kept_apart_from_each_other_and_from_conferences() -> None:
    families = [conference("A", family="F"), conference("B", family="F"), conference("C", family="G"), conference("D")]
    assert faults_in(tiny_data(conferences=families, apart=[["F", "G"], ["A", "C"], ["D", "F"], ["D", "C"]])) == []


@pytest.mark.parametrize("pair", [["\ud800"], ["\ud800", "\ud800", "A"], ["A", "\udfff", "B"], ["\ud800", "\ud800"]])
def test_half_a_character_in_a_pair_of_any_length_is_a_fault_that_can_be_written(pair: list[str]) -> None:
    messages = faults_in(tiny_data(apart=[pair]))
    assert messages
    assert all(message.encode() for message in messages)


def test_sound_input_has_no_fault() -> None:
    assert faults_in(tiny_data()) == []
    assert faults_in(MARCH) == []


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ((), ""),
        (("horizon",), "horizon"),
        (("conferences", 14, "trigger"), "conferences[14].trigger"),
        (("apart", 0, 1), "apart[0][1]"),
        (("policy", "a\x07b"), r"policy.'a\x07b'"),
    ],
)
def test_places_are_written_as_the_contract_does(place: tuple[str | int, ...], where: str) -> None:
    assert Fault(place, "").where == where
