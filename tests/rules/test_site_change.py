from scheduler.domain.schedule import Violation
from scheduler.rules.site_change import SiteChangeRule
from tests.builders import booking, chair, conference, room, schedule, tiny_problem

HOLD = "HOLD-WYC-2027-03-03-1"
PROBLEM = tiny_problem(
    sites=[{"id": "AYL", "name": "Aylesbury"}, {"id": "AMR", "name": "Amersham"}, {"id": "WYC", "name": "Wycombe"}],
    rooms=[room("AYL-1"), room("AYL-2"), room("AMR-1"), room("WYC-1")],
    chairs=[chair("C1", name="Advisor 1"), chair("C2")],
    conferences=[conference(name) for name in "ABC"],
    holds=[{"site": "WYC", "week": "2027-03-03", "count": 1}],
)


def test_each_site_beyond_the_first_a_day_is_a_unit_holds_too() -> None:
    day = booking("A"), booking("B", room="AMR-1"), booking(HOLD, "2027-03-02T14:00", room="WYC-1")
    text = "Advisor 1 is at Amersham, Aylesbury and Wycombe on Tuesday 2 March 2027."
    assert SiteChangeRule().check(PROBLEM, schedule(*day)) == [Violation(rule="site_change", subject="C1", text=text, amount=2)]


def test_one_site_a_day_virtual_bookings_and_two_chairs_cost_nothing() -> None:
    bookings = (
        booking("A"),
        booking("B", "2027-03-02T14:00", room="AYL-2"),
        booking("C", "2027-03-02T14:00", room=None),
        booking(HOLD, "2027-03-02T14:00", room="WYC-1", chair="C2"),
        booking("A", "2027-03-03T10:00", room="WYC-1"),
        booking("B", "2027-03-03T14:00", room="Z-9"),
    )
    assert SiteChangeRule().check(PROBLEM, schedule(*bookings)) == []
