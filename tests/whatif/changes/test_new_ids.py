"""The ids of what changes add: none is alike to another of its list (contract, section 8)."""

import datetime as dt
from typing import Any

import pytest

from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.chairs import ChairJoins
from scheduler.whatif.changes.conferences import Add
from scheduler.whatif.changes.minute_takers import MinuteTakerJoins
from scheduler.whatif.changes.rooms import RoomOpens
from scheduler.whatif.changes.together import faults_of_changes
from tests.whatif.change_builders import faults, service


def new_chair(identifier: str) -> ChangeBase:
    return ChairJoins(chair=Chair(id=identifier))


def new_minute_taker(identifier: str) -> ChangeBase:
    return MinuteTakerJoins(minute_taker=MinuteTaker(id=identifier, sites=("AYL",)))


def new_room(identifier: str) -> ChangeBase:
    return RoomOpens(room=Room(id=identifier, site="AYL", starts=(dt.time(10),)))


def new_conference(identifier: str) -> ChangeBase:
    initial: dict[str, Any] = {"kind": ConferenceKind.INITIAL, "children": 2, "site": "AYL", "trigger": dt.date(2027, 3, 1)}
    return Add(conference=Conference(id=identifier, **initial))


NEW = [new_chair, new_minute_taker, new_room, new_conference]


@pytest.mark.parametrize(
    ("new", "noun", "known"),
    list(zip(NEW, ("chair", "minute taker", "room", "conference"), ("C1", "M1", "AYL-1", "A"), strict=True)),
)
def test_an_id_that_is_alike_to_a_known_one_is_taken(new: Any, noun: str, known: str) -> None:
    (fault,) = faults(new(f"{known.lower()}\u200b"))
    assert fault.partition(": ")[2] == f"there is already a {noun} '{known}'. Enter an id that is free."


@pytest.mark.parametrize("new", NEW)
def test_two_new_ids_that_are_alike_contradict_each_other(new: Any) -> None:
    problem, one, other = service(), new("New"), new("NEW")
    assert [str(fault) for fault in faults_of_changes(problem, [one, other])] == [
        f"changes[1]: This contradicts or repeats changes[0]: '{one.sentence(problem)}' Keep only one of them."
    ]
    assert not list(faults_of_changes(problem, [one, new("New 2")]))
