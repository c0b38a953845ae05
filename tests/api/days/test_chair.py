"""A day of a chair, who records what conferences decided, falls ill, and takes over from others."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.api.days.comparison import assert_as_the_log_says
from tests.api.days.office import ALLOWED, QUARTER, book, first_week, initial, set_up
from tests.api.days.recording import Recorder
from tests.api.support.builders import Clock
from tests.api.support.databases import slow_on_postgresql

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//A chair//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20270101T000000Z\r\n"
    "DTSTART:20270120T093000Z\r\nDTEND:20270120T103000Z\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
BUSY = [("2027-01-20T09:30", "2027-01-20T10:30")]


@slow_on_postgresql
def test_a_day_of_a_chair(client: TestClient, clock: Clock) -> None:
    user = Recorder(client, clock)
    set_up(user)
    first_week(user)
    for chair in ("C1", "C2", "C4", "C5"):
        user.subscribe("chair", chair)
    before = len(user.log)
    user.on("2027-01-14")
    _records_outcomes(user)
    _corrects_them(user)
    assert_as_the_log_says(user, *QUARTER)
    _falls_ill(user)
    _covers(user)
    assert 40 <= len(user.log) - before <= 140
    assert_as_the_log_says(user, *QUARTER)


def _records_outcomes(user: Recorder) -> None:
    """What was held since Monday; one conference was inquorate, and is booked again."""
    assert [one["conference"] for one in user.get("bookings", chair="C2")["items"]] == ["CPC-102", "CPC-107"]
    again = user.act("conferences/CPC-102/outcome", {"outcome": "inquorate"})["next"]
    assert (again["conference"]["id"], again["due"]) == ("CPC-102-A2", "2027-01-21")
    book(user, "CPC-102-A2", "22T09:30", "WYC-1", "C2", "M2", expect=422)  # late again
    book(user, "CPC-102-A2", "22T09:30", "WYC-1", "C2", "M2", exception=ALLOWED | {"reason": "inquorate"})
    user.act("conferences/CPC-103/outcome", {"outcome": "plan made", "children": 1})
    user.act("conferences/CPC-104/outcome", {"outcome": "plan continues"}, expect=422)  # it is no review
    user.act("conferences/CPC-104/outcome", {"outcome": "plan made", "held_on": "2027-01-10"}, expect=422)  # a Sunday
    user.act("conferences/CPC-104/outcome", {"outcome": "no plan", "children": 2}, expect=422)
    user.act("conferences/CPC-104/outcome", {"outcome": "plan made", "reason": "report missing"})
    user.act("conferences/CPC-107/outcome", {"outcome": "plan continues"}, expect=422)  # that is tomorrow
    user.act("conferences/CPC-108/outcome", {"outcome": "plan continues"}, expect=409)  # it is not booked
    user.act("conferences/CPC-109/outcome", {"outcome": "plan ended"})
    user.on("2027-01-14", "16:15")
    user.act("conferences/CPC-106/outcome", {"outcome": "plan continues", "children": 4})  # a child was born


def _corrects_them(user: Recorder) -> None:
    """The wrong day, the wrong decision, the wrong family."""
    user.on("2027-01-14", "16:40")
    user.act("conferences/CPC-109/correct-outcome", {"held_on": "2027-01-13"})
    user.act("conferences/CPC-109/correct-outcome", {"outcome": "plan continues"})
    user.act("conferences/CPC-109/correct-outcome", {"outcome": "plan continues"}, expect=422)  # that is recorded already
    user.edit("conferences/CPC-109-R1", children=5)
    user.act("conferences/CPC-109/correct-outcome", {"children": 2})  # the five stay: somebody entered them
    user.act("conferences/CPC-103/correct-outcome", {"outcome": "no plan"})
    user.act("conferences/CPC-103/correct-outcome", {"outcome": "plan made", "reason": "family asked"})
    user.act("conferences/CPC-104/withdraw-outcome")
    user.act("conferences/CPC-104/withdraw-outcome", expect=409)
    some = [{"conference": "CPC-104", "outcome": "plan made", "children": 3}, {"conference": "CPC-107", "outcome": "plan ended"}]
    user.post("outcomes", {"outcomes": some}, expect=422)
    user.post("outcomes", {"outcomes": some[:1]})
    user.act("conferences/CPC-104/correct-outcome", {"reason": "no room"})
    user.act("conferences/CPC-101/correct-outcome", {"outcome": "inquorate"})
    user.act("conferences/CPC-106/correct-outcome", {"outcome": "inquorate"})
    user.act("conferences/CPC-106/correct-outcome", {"outcome": "plan continues"})


def _falls_ill(user: Recorder) -> None:
    """C2 is away for a week. Others cover, or take the family over for good."""
    user.on("2027-01-14", "17:05")
    away = user.post("absences", {"chair": "C2", "first": "2027-01-15", "last": "2027-01-22"})
    assert [one["conference"] for one in away["broken_bookings"]] == ["CPC-107", "CPC-102-A2"]
    user.post("absences", {"chair": "C2", "first": "2027-01-15", "last": "2027-01-22"}, expect=409)
    number = user.get("conferences/CPC-107")["booking"]["number"]
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C3"}, expect=422)  # not on Fridays
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C4"}, expect=201)
    number = user.get("conferences/CPC-102-A2")["booking"]["number"]
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C1"}, expect=201)
    sent = CALENDAR.encode(), "text/calendar"
    user.change("PUT", "busy-calendars/C4/file", seen=user.etag("busy-calendars/C4"), content=sent, means=BUSY)
    assert [one["rule"] for one in user.get("conflicts")["items"]] == ["R3"]
    number = user.get("conferences/CPC-110")["booking"]["number"]
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C1"}, expect=201)  # a breach needs no waiver


def _covers(user: Recorder) -> None:
    """The week after: cover leaves the family with its own chair, a reserve leaves it without one, and a child is born."""
    user.on("2027-01-15", "16:00")
    covered = user.act("conferences/CPC-107/outcome", {"outcome": "plan continues"})["next"]
    assert covered["conference"]["chair"] == "C2"
    user.post("conferences", initial("CPC-301", trigger="2027-01-13", requested="2027-01-14", children=1, school_age=0))
    user.act("conferences/CPC-301/transfer", {"notified": "2027-01-12"})
    user.act("conferences/CPC-106-R2/transfer", {"notified": "2027-01-12"}, expect=409)
    book(user, "CPC-108", "25T14:00", "AYL-1", "C5", "M2", exception=ALLOWED)
    book(user, "CPC-105", "22T14:00", "AYL-1", "C4", "M3")
    book(user, "CPC-301", "26T10:00", "AYL-1", "C4", "M3")
    user.on("2027-01-22", "17:00")
    user.act("conferences/CPC-102/correct-outcome", {"held_on": "2027-01-08"})  # its next attempt has been held, not recorded
    user.act("conferences/CPC-102-A2/outcome", {"outcome": "plan made"})
    user.act("conferences/CPC-102/withdraw-outcome", expect=409)
    user.act("conferences/CPC-105/outcome", {"outcome": "plan made"})
    user.act("conferences/CPC-105/birth", {"date": "2027-01-24"}, expect=422)  # still to come
    born = user.act("conferences/CPC-105/birth", {"date": "2027-01-21"})["next"]
    assert born["due"] == "2027-02-18"
    user.act("conferences/CPC-110/outcome", {"outcome": "plan continues"})
    user.on("2027-01-26", "09:30")
    user.act("conferences/CPC-108/outcome", {"outcome": "plan continues"})
    assert user.get("reports/caseloads", first="2027-01-01", last="2027-01-31")["children_without_chair"]["no_chair"] == 1
    user.act("conferences/CPC-108-R1/handover", {"chair": "C1"})
    user.act("conferences/CPC-108-R1/handover", {"chair": "C1"}, expect=422)
    user.act("conferences/CPC-107-R1/handover", {"chair": "C4"})
    user.act("conferences/CPC-106-R2/cancel", {"reason": "no longer needed"})
