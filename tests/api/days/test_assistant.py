"""A day of an assistant, who arranges conferences by phone and enters each at once."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.api.days.comparison import assert_as_the_log_says
from tests.api.days.office import ALLOWED, QUARTER, WAIVED, book, first_week, initial, review, set_up
from tests.api.days.recording import Recorder
from tests.api.support.builders import Clock
from tests.api.support.databases import slow_on_postgresql


@slow_on_postgresql
def test_a_day_of_an_assistant(client: TestClient, clock: Clock) -> None:
    user = Recorder(client, clock)
    set_up(user)
    first_week(user)
    for of, subject in (("chair", "C1"), ("room", "AYL-1"), ("site", "WYC"), ("minute_taker", "M3"), ("service", None)):
        user.subscribe(of, subject)
    before = len(user.log)
    user.on("2027-01-12")
    _enters_requests(user)
    _books(user)
    _moves(user)
    _corrects_mistakes(user)
    _answers_calls(user)
    assert 40 <= len(user.log) - before <= 140
    assert_as_the_log_says(user, *QUARTER)


def _enters_requests(user: Recorder) -> None:
    """Six requests by email. Some references are mistyped."""
    long = {"minutes": 150, "social_worker": "SW-9"}
    user.post("conferences", initial("CPC-201", trigger="2027-01-11", requested="2027-01-12", **long))
    user.post("conferences", initial("CPC-202", kind="ICPC"), expect=422)
    user.post("conferences", initial("CPC-202", trigger="2027-01-08", requested="2027-01-12", children=3, accessible=True))
    user.post("conferences", initial("Smith, Ann"), expect=422)
    user.post("conferences", initial("cpc-201"), expect=422)
    user.post("conferences", initial("CPC-201"), expect=409)
    user.post("conferences", initial("CPC-203", site="WYC", mode="in_person", family="F-3", social_worker="SW-9"))
    user.post("conferences", initial("CPC-204", site="XXX"), expect=422)
    user.post("conferences", initial("CPC-204", trigger="2026-12-10", requested="2027-01-12", children=1, school_age=0))
    user.minutes_later(15)
    user.post("conferences", review("CPC-205", trigger="2026-08-03", chair="C2", site="WYC"))
    user.post("conferences", initial("CPC-206", requested="2027-01-12", mode="virtual", children=5, school_age=5))


def _books(user: Recorder) -> None:
    """Each is booked while the social worker is on the phone, after some attempts that the rules refuse."""
    user.minutes_later(20)
    book(user, "CPC-201", "14T10:00", "AYL-1", "C1", "M2", expect=422)  # too soon
    book(user, "CPC-201", "20T10:00", "AYL-1", "C3", "M2")
    book(user, "CPC-201", "21T10:00", "AYL-1", "C1", "M2", expect=409)  # it is booked already
    book(user, "CPC-202", "20T10:00", "AYL-1", "C1", "M1", expect=409)  # the room and M1 are taken
    book(user, "CPC-202", "20T14:00", "AYL-2", "C2", "M3", expect=422)  # neither equipment nor access
    book(user, "CPC-202", "20T14:00", "AYL-1", "C2", "M3")
    book(user, "CPC-203", "20T09:30", "WYC-1", "C1", "M3", expect=422)  # SW-9 is in Aylesbury
    book(user, "CPC-203", "20T13:00", "WYC-1", "C3", "M1", expect=422)  # C3 is in Aylesbury until 12:30
    book(user, "CPC-203", "21T10:00", "WYC-1", "C1", "M3", expect=422)  # no such start
    book(user, "CPC-203", "21T13:00", None, "C1", "M3", expect=422)  # in person
    book(user, "CPC-203", "23T13:00", "WYC-1", "C1", "M3", expect=422)  # a Saturday
    book(user, "CPC-203", "21T13:00", "WYC-1", "C3", "M3", expect=422)  # C3 doesn't work on Thursdays
    book(user, "CPC-203", "21T13:00", "WYC-9", "C9", "M3", expect=422)
    book(user, "CPC-203", "21T13:00", "WYC-1", "C1", "M3")
    user.minutes_later(30)
    book(user, "CPC-204", "19T14:00", "AYL-1", "C1", expect=422)  # late
    book(user, "CPC-204", "19T14:00", "AYL-1", "C1", exception=ALLOWED, locks=["time"])
    book(user, "CPC-206", "13T10:00", None, "C4", "M3", waiver=WAIVED)
    book(user, "CPC-299", "21T10:00", "AYL-1", "C1", expect=422)
    book(user, "CPC-108", "19T10:00", "AYL-1", "C5", "M2")


def _moves(user: Recorder) -> None:
    """Rooms, people and days change; the difference is sometimes only a room or a chair."""
    user.on("2027-01-12", "11:00")
    number = user.get("conferences/CPC-201")["booking"]["number"]
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C4"}, expect=409)  # C4 is with CPC-110
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C1"}, expect=201)
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C2"}, expect=409)  # that booking has ended
    number = user.get("conferences/CPC-201")["booking"]["number"]
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C1"}, expect=422)  # it is there already
    stale = user.etag(f"bookings/{number}/move")
    user.act(f"bookings/{number}/move", {"reason": "family asked", "start": "2027-01-22T10:00"}, expect=201, seen=stale)
    user.send("POST", f"bookings/{number + 1}/move", {"reason": "family asked", "room": None}, expect=428)
    moved = user.get("conferences/CPC-201")["booking"]["number"]
    user.act(f"bookings/{moved}/move", {"reason": "family asked", "room": None}, expect=412, seen=stale)
    user.act(f"bookings/{moved}/move", {"reason": "no room", "room": None}, expect=201)
    soon = user.get("conferences/CPC-107")["booking"]["number"]
    user.act(f"bookings/{soon}/move", {"reason": "report missing", "start": "2027-01-22T13:00"}, expect=422)
    user.act(
        f"bookings/{soon}/move",
        {"reason": "report missing", "start": "2027-01-22T13:00", "waiver": WAIVED},
        expect=201,
    )
    user.minutes_later(25)
    one, other = (user.get(f"conferences/{name}")["booking"]["number"] for name in ("CPC-202", "CPC-203"))
    user.act(f"bookings/{one}/swap", {"other": other, "reason": "family asked"}, expect=422)
    other = user.get("conferences/CPC-204")["booking"]["number"]
    user.act(f"bookings/{one}/swap", {"other": other, "reason": "family asked"}, expect=422)  # CPC-204 would be later still
    swap = {"other": other, "reason": "family asked", "exceptions": [ALLOWED | {"conference": "CPC-204"}]}
    user.act(f"bookings/{one}/swap", swap, expect=201)


def _corrects_mistakes(user: Recorder) -> None:
    """A wrong count, a wrong length, a request entered twice, a lock that nobody needs."""
    user.on("2027-01-12", "13:30")
    user.edit("conferences/CPC-202", children=4, school_age=2)
    user.edit("conferences/CPC-202", expect=422, children=1)  # two of them are of school age
    user.edit("conferences/CPC-203", expect=200, minutes=120)
    long = user.get("conferences/CPC-204")["booking"]["number"]
    user.act(f"bookings/{long}/move", {"reason": "family asked", "minutes": 90}, expect=201)
    locked = user.get("conferences/CPC-204")["booking"]["number"]
    user.change("PUT", f"bookings/{locked}/locks", {"locks": []})
    user.post("conferences", initial("CPC-207", trigger="2027-01-08"))
    user.act("conferences/CPC-207/cancel", {"reason": "entered wrongly"})
    user.act("conferences/CPC-207/cancel", {"reason": "entered wrongly"}, expect=409)
    book(user, "CPC-207", "21T10:00", "AYL-1", "C1", expect=409)  # it is cancelled
    number = user.get("conferences/CPC-206")["booking"]["number"]
    user.act(f"bookings/{number}/cancel", {"reason": "assessment not ready"})
    user.edit("conferences/CPC-206", expect=200, mode="hybrid")


def _answers_calls(user: Recorder) -> None:
    """A family that can't come, a chair who is ill tomorrow, a family to be kept apart, and what the team asks."""
    user.on("2027-01-12", "15:00")
    broken = user.act("conferences/CPC-106/unavailable", {"day": "2027-01-14"})
    assert [one["rule"] for one in broken["broken_bookings"]] == ["R1"]
    number = broken["conference"]["booking"]["number"]
    user.act(f"bookings/{number}/move", {"reason": "family asked", "start": "2027-01-21T10:00"}, expect=201)
    away = user.post("absences", {"chair": "C3", "first": "2027-01-13", "last": "2027-01-13"})
    assert away["affected"] == ["CPC-103"]
    number = user.get("conferences/CPC-103")["booking"]["number"]
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C2"}, expect=201)  # a breach needs no waiver
    user.post("apart", {"pair": ["CPC-106", "CPC-201"]})
    user.post("apart", {"pair": ["CPC-106", "CPC-999"]}, expect=422)
    number = user.get("conferences/CPC-201")["booking"]["number"]
    together = {"reason": "family asked", "start": "2027-01-21T14:00", "room": "AYL-1", "chair": "C2"}
    user.act(f"bookings/{number}/move", together, expect=422)
    user.act("conferences/CPC-206/waive-notice", WAIVED)
    book(user, "CPC-206", "14T14:00", "AYL-1", "C4", "M2")
    user.change("PUT", "conferences/CPC-104/late-reason", {"reason": "social worker changed"})
    user.change("PUT", "conferences/CPC-103/late-reason", {"reason": "no room"}, expect=409)  # it is not late
    assert [one["conference"]["id"] for one in user.get("conferences", find="sw-9")["items"]] == ["CPC-201", "CPC-203"]
    waiting = ["CPC-105", "CPC-111", "CPC-101-R1", "CPC-205"]
    assert [one["conference"]["id"] for one in user.get("conferences", state="requested")["items"]] == waiting
    book(user, "CPC-205", "27T13:00", "WYC-1", "C2", "M2")
    user.act("conferences/CPC-205/cancel", {"reason": "no longer needed"})
    user.act("conferences/CPC-109/outcome", {"outcome": "plan continues"})
    user.on("2027-01-12", "17:10")
