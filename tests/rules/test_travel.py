from scheduler.domain.schedule import Violation
from scheduler.rules.travel import TravelRule
from tests.builders import booking, conference, schedule, tiny_problem

TWO = [conference("A"), conference("B")]
MORNING = booking("A")


def problem_with_journeys(*journeys: tuple[str, str, int]):
    travel = [{"from": from_, "to": to, "minutes": minutes} for from_, to, minutes in journeys]
    return tiny_problem(conferences=TWO, travel=travel)


def broken(text: str) -> list[Violation]:
    return [Violation(rule="R4", subject="B", text=f"B, Tuesday 2 March 2027 at {text}", among=("A", "B"))]


def test_a_gap_as_long_as_the_drive_is_unbroken() -> None:
    # A ends at 11:45, and B's families arrive 30 minutes before it begins.
    assert (
        TravelRule().check(
            problem_with_journeys(("AYL", "WYC", 40)), schedule(MORNING, booking("B", "2027-03-02T12:55", room="WYC-1"))
        )
        == []
    )


def test_a_gap_shorter_than_the_drive_is_broken() -> None:
    afternoon = booking("B", "2027-03-02T12:54", room="WYC-1")
    for journey in (("AYL", "WYC", 40), ("WYC", "AYL", 40)):
        assert TravelRule().check(problem_with_journeys(journey), schedule(MORNING, afternoon)) == broken(
            "12:54: C1 has 39 minutes after A, and Aylesbury to Wycombe takes 40."
        )


def test_a_drive_given_both_ways_counts_by_its_direction() -> None:
    problem = problem_with_journeys(("AYL", "WYC", 30), ("WYC", "AYL", 50))
    afternoon = "2027-03-02T12:50"
    there = schedule(MORNING, booking("B", afternoon, room="WYC-1"))
    back = schedule(booking("A", room="WYC-1"), booking("B", afternoon))
    assert TravelRule().check(problem, there) == []
    assert TravelRule().check(problem, back) == broken("12:50: C1 has 35 minutes after A, and Wycombe to Aylesbury takes 50.")


def test_a_drive_that_is_not_given_takes_no_time_but_nobody_is_in_two_places() -> None:
    problem = problem_with_journeys()
    assert TravelRule().check(problem, schedule(MORNING, booking("B", "2027-03-02T12:15", room="WYC-1"))) == []
    assert TravelRule().check(problem, schedule(MORNING, booking("B", "2027-03-02T12:14", room="WYC-1"))) == broken(
        "12:14: C1 has no minutes after A, and Aylesbury to Wycombe takes 0."
    )


def test_a_virtual_booking_another_day_or_another_chair_asks_for_no_drive() -> None:
    problem = problem_with_journeys(("AYL", "WYC", 1000))
    others = (
        booking("B", "2027-03-02T14:00", room=None),
        booking("B", "2027-03-03T10:00", room="WYC-1"),
        booking("B", "2027-03-02T14:00", room="WYC-1", chair="C2"),
        booking("B", "2027-03-02T14:00"),
        booking("B", "2027-03-02T14:00", room="Z-9"),
    )
    for other in others:
        assert TravelRule().check(problem, schedule(MORNING, other)) == []


def test_a_virtual_booking_between_two_sites_does_not_shorten_the_drive() -> None:
    problem = tiny_problem(conferences=[*TWO, conference("C")], travel=[{"from": "AYL", "to": "WYC", "minutes": 106}])
    between = booking("C", "2027-03-02T12:15", room=None)
    assert TravelRule().check(problem, schedule(MORNING, between, booking("B", "2027-03-02T14:00", room="WYC-1"))) == broken(
        "14:00: C1 has 105 minutes after A, and Aylesbury to Wycombe takes 106."
    )
