import numpy as np
import pytest

from scheduler.domain.faults import Fault, InputError
from scheduler.lock_conflicts import candidates_for_locks
from scheduler.model.build import build_programme
from tests.builders import conference, tiny_problem


def published(identifier: str, start: str = "2027-03-08T10:00", **changes: object) -> dict[str, object]:
    return {"conference": identifier, "start": start, "room": "AYL-1", "chair": "C1", "locks": ["time"]} | changes


def booked_for(*bookings: dict[str, object], **changes: object) -> list[tuple[str, str, str, str | None]]:
    """Return the bookings chosen to keep the locks: id, start, chair and site of each."""
    names = [str(booking["conference"]) for booking in bookings]
    problem = tiny_problem(conferences=[conference(name) for name in [*names, "Z"]], published=list(bookings), **changes)
    builder = build_programme(problem)
    candidates = builder.candidates
    chosen = candidates_for_locks(builder, builder.programme())
    return [
        (
            problem.conferences[candidates.request[n]].id,
            f"{candidates.moment(int(candidates.start[n])):%d %H:%M}",
            problem.chairs[candidates.chair[n]].id,
            candidates.places[candidates.place[n]].site,
        )
        for n in np.sort(chosen)
    ]


def faults(*bookings: dict[str, object], **changes: object) -> list[Fault]:
    with pytest.raises(InputError) as error:
        booked_for(*bookings, **changes)
    return list(error.value.faults)


def test_without_locks_nothing_is_booked() -> None:
    assert booked_for() == []
    assert booked_for(published("A", locks=[])) == []


def test_a_fully_locked_booking_stays_as_published() -> None:
    assert booked_for(published("A", locks=["time", "chair", "room"]), published("B", "2027-03-09T14:00", locks=[])) == [
        ("A", "08 10:00", "C1", "AYL")
    ]


def test_two_bookings_locked_to_one_time_get_different_chairs() -> None:
    booked = booked_for(published("A"), published("B"))
    assert [row[:2] for row in booked] == [("A", "08 10:00"), ("B", "08 10:00")]
    assert len({row[2] for row in booked}) == 2


def test_locks_are_ignored_if_r8_is_off() -> None:
    assert booked_for(published("A", "2027-03-06T10:00"), policy={"off": ["R8"]}) == []


def test_a_lock_on_a_closed_day_is_reported_with_the_reason() -> None:
    (fault,) = faults(published("A"), published("B", "2027-03-06T10:00"), published("C", "2027-03-09T10:00"))
    assert fault.place == ("published", 1, "locks")
    assert fault.message == (
        "no schedule can keep the lock of B on its time. B is on Saturday 6 March 2027, which is no working day. "
        "Remove 'time' from its locks, or set today (--today): the plan then drops such locks, and lists them."
    )


def test_only_conflicting_locks_are_reported() -> None:
    """A and C are locked to the same chair and time; B conflicts with neither."""
    reported = faults(
        published("A", locks=["time", "chair"]),
        published("B", "2027-03-09T10:00", locks=["time", "chair"]),
        published("C", locks=["time", "chair"]),
    )
    end = "Remove 'time' and 'chair' from its locks, or set today (--today): the plan then drops such locks, and lists them."
    assert reported == [
        Fault(
            ("published", 0, "locks"),
            f"no schedule can keep the lock of A on its time and chair. It can't be kept together with C. {end}",
        ),
        Fault(
            ("published", 2, "locks"),
            f"no schedule can keep the lock of C on its time and chair. It can't be kept together with A. {end}",
        ),
    ]


def test_a_lock_that_a_daily_limit_forbids_is_reported_alone() -> None:
    """No chair may have any booking. Only the programme's rows show that; each candidate by itself is possible."""
    chairs = [{"id": "C1", "max_per_day": 0}, {"id": "C2", "max_per_day": 0}]
    reported = faults(published("A"), published("B", "2027-03-09T10:00", locks=[]), chairs=chairs)
    assert [fault.place for fault in reported] == [("published", 0, "locks")]
    assert "no schedule can keep the lock of A on its time." in reported[0].message
