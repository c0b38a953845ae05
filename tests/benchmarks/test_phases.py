from benchmarks.phases import PHASES, measured, watching
from scheduler.planner import plan
from tests.builders import tiny_problem


class Doubling:
    def twice(self, number: int) -> int:
        return 2 * number


def test_a_watched_function_returns_and_reports_its_result() -> None:
    reported: list[int] = []
    with watching(Doubling, "twice", lambda result, seconds: reported.append(result) if seconds >= 0 else None):
        assert Doubling().twice(4) == 8
    assert Doubling().twice(5) == 10
    assert reported == [8]


def test_the_phases_of_a_plan_are_timed() -> None:
    with measured() as spent:
        plan(tiny_problem())
    assert tuple(spent) == PHASES
    assert spent["building"] > 0
    assert spent["checking"] > 0
