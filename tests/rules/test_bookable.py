from typing import Any

import pytest

from scheduler.domain.schedule import Violation
from scheduler.rules.bookable import BookableRule
from tests.builders import booking, conference, room, schedule, tiny_problem

REQUESTED = conference("A", requested="2027-03-01")
BEFORE, AFTER = ("2027-03-02T09:00", "2027-03-02T09:30"), ("2027-03-02T11:45", "2027-03-02T13:00")
AWAY = conference("A", unavailable=[{"start": start, "end": end} for start, end in (BEFORE, AFTER)])
HOLDS = [{"site": "AYL", "week": "2027-03-03", "count": 1}]
HOLD = "HOLD-AYL-2027-03-03-1"


def broken(text: str, subject: str = "A") -> list[Violation]:
    return [Violation(rule="R1", subject=subject, text=text)]


def test_a_booking_on_its_earliest_date_at_an_offered_start_is_unbroken() -> None:
    problem = tiny_problem(conferences=[REQUESTED])
    assert BookableRule().check(problem, schedule(booking(start="2027-03-08T10:00"))) == []


def test_a_booking_that_fits_between_a_familys_other_appointments_is_unbroken() -> None:
    assert BookableRule().check(tiny_problem(conferences=[AWAY]), schedule(booking())) == []


@pytest.mark.parametrize(
    ("changes", "start", "text"),
    [
        pytest.param({}, "2027-02-26T10:00", "A is on Friday 26 February 2027, outside the plan.", id="before the horizon"),
        pytest.param({}, "2027-04-01T10:00", "A is on Thursday 1 April 2027, outside the plan.", id="after the horizon"),
        pytest.param({}, "2027-03-06T10:00", "A is on Saturday 6 March 2027, which is no working day.", id="weekend"),
        pytest.param({}, "2027-03-26T10:00", "A is on Friday 26 March 2027, which is no working day.", id="Good Friday"),
        pytest.param(
            {"calendar": {"closures": ["2027-03-02"]}},
            "2027-03-02T10:00",
            "A is on Tuesday 2 March 2027, when the service is closed.",
            id="closure",
        ),
        pytest.param(
            {"conferences": [REQUESTED]},
            "2027-03-05T10:00",
            "A is on Friday 5 March 2027, before its earliest date, Monday 8 March 2027.",
            id="before its earliest date",
        ),
        pytest.param({}, "2027-03-02T11:00", "A begins at 11:00, which its room does not offer.", id="start"),
        pytest.param(
            {"conferences": [conference("A", unavailable=[{"start": "2027-03-02T11:44", "end": "2027-03-02T12:00"}])]},
            "2027-03-02T10:00",
            "A is on Tuesday 2 March 2027 at 10:00, when the family cannot come.",
            id="unavailable before its end",
        ),
        pytest.param(
            {"conferences": [AWAY], "policy": {"pre_meet": 31}},
            "2027-03-02T10:00",
            "A is on Tuesday 2 March 2027 at 10:00, when the family cannot come.",
            id="unavailable in the pre-meet",
        ),
    ],
)
def test_a_time_at_which_it_cannot_be_is_broken(changes: dict[str, Any], start: str, text: str) -> None:
    assert BookableRule().check(tiny_problem(**changes), schedule(booking(start=start))) == broken(text)


def test_virtual_starts_are_those_given() -> None:
    problem = tiny_problem(virtual_starts=["09:30"])
    assert BookableRule().check(problem, schedule(booking(start="2027-03-02T09:30", room=None))) == []
    assert BookableRule().check(problem, schedule(booking(room=None))) == broken(
        "A begins at 10:00, which the list of virtual starts does not offer."
    )


def test_virtual_starts_not_given_are_those_of_any_room() -> None:
    problem = tiny_problem(rooms=[room("AYL-1", starts=["10:00"]), room("WYC-1", starts=["14:00"])])
    afternoon = "2027-03-02T14:00"
    assert BookableRule().check(problem, schedule(booking(start=afternoon, room=None))) == []
    assert BookableRule().check(problem, schedule(booking(start=afternoon))) == broken(
        "A begins at 14:00, which its room does not offer."
    )


def test_each_booking_beyond_the_first_is_broken() -> None:
    twice = booking(), booking(start="2027-03-03T10:00"), booking(start="2027-03-04T10:00")
    assert BookableRule().check(tiny_problem(), schedule(*twice)) == [
        *broken("A has more than one booking; one of them is Wednesday 3 March 2027 at 10:00."),
        *broken("A has more than one booking; one of them is Thursday 4 March 2027 at 10:00."),
    ]


def test_an_unknown_conference_is_broken() -> None:
    ghosts = booking("Z", "1999-01-01T03:00"), booking("HOLD-AYL-2027-03-03-2")
    assert BookableRule().check(tiny_problem(holds=HOLDS), schedule(*ghosts)) == [
        *broken("Z is no conference or hold of this problem.", "Z"),
        *broken("HOLD-AYL-2027-03-03-2 is no conference or hold of this problem.", "HOLD-AYL-2027-03-03-2"),
    ]


def test_an_end_other_than_the_length_gives_is_broken() -> None:
    assert BookableRule().check(tiny_problem(), schedule(booking(minutes=90))) == broken(
        "A lasts 105 minutes, but is booked from Tuesday 2 March 2027 at 10:00 to Tuesday 2 March 2027 at 11:30."
    )


def test_a_hold_anywhere_in_its_week_is_unbroken() -> None:
    problem = tiny_problem(holds=HOLDS)
    for start in ("2027-03-01T10:00", "2027-03-05T14:00"):
        assert BookableRule().check(problem, schedule(booking(HOLD, start))) == []


def test_a_hold_in_another_week_is_broken() -> None:
    assert BookableRule().check(tiny_problem(holds=HOLDS), schedule(booking(HOLD, "2027-03-08T10:00"))) == broken(
        f"{HOLD} is on Monday 8 March 2027, not in its week, from Monday 1 March 2027.", HOLD
    )


def test_holds_and_conferences_marked_as_each_other_are_broken() -> None:
    mistaken = booking(held=True), booking(HOLD, held=False)
    assert BookableRule().check(tiny_problem(holds=HOLDS), schedule(*mistaken)) == [
        *broken("A is marked as a hold, but is a conference."),
        *broken(f"{HOLD} is a hold, but is not marked as one.", HOLD),
    ]
