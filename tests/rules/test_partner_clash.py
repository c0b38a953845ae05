from scheduler.domain.schedule import Violation
from scheduler.rules.partner_clash import PartnerClashRule
from tests.builders import booking, conference, schedule, tiny_problem

HOLD = "HOLD-AYL-2027-03-03-1"
PROBLEM = tiny_problem(
    conferences=[conference("A"), conference("B"), conference("C"), conference("D", site="WYC")],
    holds=[{"site": "AYL", "week": "2027-03-03", "count": 1}],
)


def test_each_conference_beyond_the_first_for_an_area_and_start_is_a_unit_wherever_it_is_held() -> None:
    at_once = booking("A"), booking("B", room="WYC-1"), booking("C", room=None)
    assert PartnerClashRule().check(PROBLEM, schedule(*at_once)) == [
        Violation(rule="partner_clash", subject=name, text=f"{name} begins with A, Tuesday 2 March 2027 at 10:00, in one area.")
        for name in "BC"
    ]


def test_another_area_another_start_and_a_hold_cost_nothing() -> None:
    bookings = (
        booking("A"),
        booking("B", "2027-03-02T14:00"),
        booking("C", "2027-03-03T10:00"),
        booking("D"),
        booking(HOLD),
    )
    assert PartnerClashRule().check(PROBLEM, schedule(*bookings)) == []
