from scheduler.domain.schedule import Violation
from scheduler.rules.other_site import OtherSiteRule
from tests.builders import booking, schedule, tiny_problem


def test_a_room_at_another_site_is_a_unit() -> None:
    text = "A is at Wycombe; the office nearest to the family is Aylesbury."
    assert OtherSiteRule().check(tiny_problem(), schedule(booking(room="WYC-1"))) == [
        Violation(rule="other_site", subject="A", text=text)
    ]


def test_its_own_site_no_site_and_an_unknown_room_cost_nothing() -> None:
    for room in ("AYL-1", None, "Z-9"):
        assert OtherSiteRule().check(tiny_problem(), schedule(booking(room=room))) == []
