import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from scheduler.domain.places import Room
from scheduler.whatif.changes.rooms import RoomCloses, RoomGainsHybrid, RoomGainsStart, RoomOpens, SiteCloses
from tests.builders import room
from tests.whatif.change_builders import faults, service

AYL, WYC = (one.model_dump() for one in service().rooms)
OUTSIDE = "outside the plan, 2027-03-01 to 2027-03-31. Enter a day up to 2027-03-31."
NO_ROOM = "room: there is no room 'AYL-9'. Did you mean 'AYL-1'? Enter an id that is listed under rooms."
WHOLE = {"first": "2027-03-01", "last": "2027-03-31"}


def with_rooms(*rooms: dict[str, Any]) -> Any:
    return service(rooms=list(rooms))


def day(number: int, month: int = 3) -> dt.date:
    return dt.date(2027, month, number)


def test_a_new_room_is_last_in_the_list() -> None:
    new = Room(id="WYC-2", site="WYC", starts=(dt.time(10), dt.time(14)), hybrid_from=dt.date(2022, 9, 1))
    assert RoomOpens(room=new).applied(service()) == with_rooms(AYL, WYC, room("WYC-2"))
    assert RoomOpens(room=new).sentence(service()) == "WYC-2 opens at Wycombe, for 10:00 and 14:00."
    bare = Room(id="N", name="New", site="AYL", starts=(dt.time(9, 30),), first=day(8))
    assert RoomOpens(room=bare).sentence(service()) == (
        "New (N) opens at Aylesbury from 8 March 2027 on, for 09:30, without hybrid equipment."
    )
    later = new.model_copy(update={"last": day(12), "hybrid_from": day(10)})
    assert RoomOpens(room=later).sentence(service()) == (
        "WYC-2 opens at Wycombe until 12 March 2027, for 10:00 and 14:00, with hybrid equipment from 10 March 2027 on."
    )


def test_a_new_room_needs_a_free_id_a_known_site_and_days_in_the_plan() -> None:
    assert faults(RoomOpens(room=Room(id="AYL-1", site="AYR", starts=(dt.time(10),), first=day(1, 4)))) == [
        "room.id: there is already a room 'AYL-1'. Enter an id that is free.",
        "room.site: there is no site 'AYR'. Did you mean 'AYL'? Enter an id that is listed under sites.",
        f"room.first: 2027-04-01 is {OUTSIDE}",
    ]


def test_a_closure_is_added_to_a_rooms_closures() -> None:
    closes = RoomCloses(room="WYC-1", first=day(29), last=day(2, 4))
    closed = [*WYC["closed"], {"first": "2027-03-29", "last": "2027-03-31"}]
    assert closes.applied(service()) == with_rooms(AYL, WYC | {"closed": closed})
    assert closes.sentence(service()) == "WYC-1 is closed from 29 March to 2 April 2027."
    throughout = RoomCloses(room="AYL-1")
    assert throughout.applied(service()) == with_rooms(AYL | {"closed": [WHOLE]}, WYC)
    assert throughout.sentence(service()) == "Room 1 (AYL-1) is closed throughout."
    assert faults(RoomCloses(room="AYL-9", first=day(1, 4))) == [f"first: 2027-04-01 is {OUTSIDE}", NO_ROOM]
    with pytest.raises(ValidationError, match="runs backwards"):
        RoomCloses(room="AYL-1", first=day(9), last=day(8))


def test_a_site_closes_with_all_its_rooms() -> None:
    second = room("WYC-2")
    problem = with_rooms(AYL, WYC, second)
    closes = SiteCloses(site="WYC", first=day(8), last=day(9))
    period = {"first": "2027-03-08", "last": "2027-03-09"}
    both = with_rooms(AYL, WYC | {"closed": [*WYC["closed"], period]}, second | {"closed": [period]})
    assert closes.applied(problem) == both
    assert closes.sentence(problem) == "Wycombe is closed from 8 to 9 March 2027."
    assert SiteCloses(site="AYL").applied(problem) == with_rooms(AYL | {"closed": [WHOLE]}, WYC, second)
    assert SiteCloses(site="AYL").sentence(problem) == "Aylesbury is closed throughout."
    assert faults(SiteCloses(site="AMR", last=day(1, 2))) == [
        "last: 2027-02-01 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day from 2027-03-01 on.",
        "site: there is no site 'AMR'. Enter an id that is listed under sites.",
    ]


def test_a_room_never_gets_its_equipment_later() -> None:
    problem = with_rooms(AYL | {"hybrid_from": None}, WYC | {"hybrid_from": "2027-03-15"})
    gains = RoomGainsHybrid(room="AYL-1", first=day(8))
    assert gains.applied(problem) == with_rooms(AYL | {"hybrid_from": "2027-03-08"}, WYC | {"hybrid_from": "2027-03-15"})
    assert gains.sentence(problem) == "Room 1 (AYL-1) gains equipment for hybrid conferences from 8 March 2027 on."
    sooner = RoomGainsHybrid(room="WYC-1")
    assert sooner.applied(problem) == with_rooms(AYL | {"hybrid_from": None}, WYC | {"hybrid_from": "2027-03-01"})
    assert sooner.sentence(problem) == "WYC-1 gains equipment for hybrid conferences."
    later = RoomGainsHybrid(room="WYC-1", first=day(22))
    assert later.applied(problem) == problem
    assert later.sentence(problem) == "WYC-1 already has equipment for hybrid conferences from 22 March 2027 on."
    assert faults(RoomGainsHybrid(room="AYL-9", first=day(1, 4))) == [f"first: 2027-04-01 is {OUTSIDE}", NO_ROOM]


def test_a_new_start_is_sorted_by_time() -> None:
    gains = RoomGainsStart(room="AYL-1", start=dt.time(12))
    assert gains.applied(service()) == with_rooms(AYL | {"starts": ["10:00", "12:00", "14:00"]}, WYC)
    assert gains.sentence(service()) == "Conferences in Room 1 (AYL-1) may also begin at 12:00."
    present = RoomGainsStart(room="WYC-1", start=dt.time(14))
    assert present.applied(service()) == service()
    assert present.sentence(service()) == "Conferences in WYC-1 may already begin at 14:00."
    assert faults(RoomGainsStart(room="AYL-9", start=dt.time(12))) == [NO_ROOM]


def test_virtual_conferences_use_a_new_start_unless_theirs_are_set() -> None:
    gains = RoomGainsStart(room="AYL-1", start=dt.time(12))
    assert gains.applied(service()).all_virtual_starts == (dt.time(10), dt.time(12), dt.time(14))
    with_own_starts = service(virtual_starts=["10:00"])
    assert gains.applied(with_own_starts).all_virtual_starts == (dt.time(10),)
