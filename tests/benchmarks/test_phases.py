from benchmarks.phases import PHASES, measured, watching
from scheduler.planner import plan
from tests.builders import tiny_problem


class Doubling:
    def twice(self, number: int) -> int:
        return 2 * number


def test_what_a_function_gives_is_told_and_given_on() -> None:
    heard: list[int] = []
    with watching(Doubling, "twice", lambda result, seconds: heard.append(result) if seconds >= 0 else None):
        assert Doubling().twice(4) == 8
    assert Doubling().twice(5) == 10
    assert heard == [8]


def test_a_plan_spends_time_in_its_phases() -> None:
    with measured() as spent:
        plan(tiny_problem())
    assert tuple(spent) == PHASES
    assert spent["building"] > 0
    assert spent["checking"] > 0
