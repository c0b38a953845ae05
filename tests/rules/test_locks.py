import pytest

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Violation
from scheduler.rules.locks import LocksRule
from tests.builders import booking, schedule, tiny_problem

MOVED = booking(start="2027-03-03T14:00", room=None, chair="C2")


def locked(*locks: str) -> Problem:
    published = {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1", "locks": list(locks)}
    return tiny_problem(published=[published])


def broken(text: str) -> Violation:
    return Violation(rule="R8", subject="A", text=text)


TIME = broken("A is locked to Tuesday 2 March 2027 at 10:00, but is booked for Wednesday 3 March 2027 at 14:00.")
CHAIR = broken("A is locked to chair C1, but is chaired by C2.")
ROOM = broken("A is locked to room AYL-1, but is booked for no room (virtual).")


@pytest.mark.parametrize(
    ("locks", "expected"),
    [
        ([], []),
        (["time"], [TIME]),
        (["chair"], [CHAIR]),
        (["room"], [ROOM]),
        (["time", "chair", "room"], [TIME, CHAIR, ROOM]),
    ],
)
def test_each_lock_that_is_not_kept_is_broken(locks: list[str], expected: list[Violation]) -> None:
    assert LocksRule().check(locked(*locks), schedule(MOVED)) == expected


@pytest.mark.parametrize(
    ("locks", "unlocked"),
    [
        (["time"], booking(room="WYC-1", chair="C2")),
        (["chair"], booking(start="2027-03-05T14:00", room=None)),
        (["room"], booking(start="2027-03-05T14:00", chair="C2")),
        (["time", "chair", "room"], booking()),
    ],
)
def test_what_is_not_locked_may_change(locks: list[str], unlocked: Booking) -> None:
    assert LocksRule().check(locked(*locks), schedule(unlocked)) == []


def test_with_any_lock_it_stays_placed() -> None:
    assert LocksRule().check(locked("room", "chair"), schedule()) == [broken("A is locked, but has no booking.")]
    assert LocksRule().check(locked(), schedule()) == []
