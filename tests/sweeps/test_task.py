import re
import threading

import pytest

from fixtures.tiny import RAW, tiny
from scheduler.checker import check
from scheduler.domain.faults import read_problem
from scheduler.sweeps.task import Effort, OtherEngineError, Task, engine, solve, task_of


def test_the_key_depends_on_everything_that_determines_the_result():
    renamed = read_problem(RAW | {"chairs": [chair | {"name": "Somebody else"} for chair in RAW["chairs"]]})
    fewer = read_problem(RAW | {"holds": []})
    task = task_of(tiny())
    assert task.key == task_of(tiny()).key == task_of(renamed).key
    others = [
        task_of(fewer),
        task_of(tiny(), Effort(seed=2)),
        task_of(tiny(), Effort(work_limit=21.0)),
        task_of(tiny(), Effort(time_limit=60.0)),
        Task.model_validate(dict(task_of(tiny())) | {"engine": "another"}),
    ]
    assert len({task.key, *(other.key for other in others)}) == 6


def test_a_task_is_sent_as_json_without_names():
    task = task_of(tiny())
    text = task.model_dump_json(by_alias=True)
    assert "Advisor" not in text
    assert "Minute taker" not in text
    assert Task.model_validate_json(text) == task
    assert Task.model_validate_json(text).key == task.key


def test_the_schedule_has_the_digest_of_the_problem_with_names():
    solved = solve(task_of(tiny()))
    schedule = solved.schedule_of(tiny())
    assert schedule is not None
    assert [(tier.value, tier.bound) for tier in schedule.tiers] == [(n, n) for n in (0, 24, 0, 3, 2, 110)]
    report = check(tiny(), schedule)
    assert (report.violations, report.remarks) == ((), ())
    assert solved.refused == ()


def test_locks_that_no_schedule_can_keep_are_reported():
    lost = {"conference": "CPC-0002", "start": "2027-01-11T10:00", "room": "AYL-1", "chair": "C1", "locks": ["chair"]}
    problem = read_problem(RAW | {"published": [lost], "chairs": [RAW["chairs"][0] | {"works": []}, RAW["chairs"][1]]})
    solved = solve(task_of(problem))
    assert solved.schedule is None
    assert solved.schedule_of(problem) is None
    assert len(solved.refused) == 1
    assert "no schedule can keep the lock of CPC-0002 on its chair" in solved.refused[0]
    assert "Advisor" not in solved.refused[0]


def test_another_engine_is_refused():
    other = Task.model_validate(dict(task_of(tiny())) | {"engine": "conference-planner 0, ortools 9.1"})
    with pytest.raises(OtherEngineError, match=r"The task is for conference-planner 0, ortools 9\.1, but conference-planner"):
        solve(other)
    assert re.fullmatch(r"conference-planner \S+, ortools \S+, holidays \S+, source [0-9a-f]{12}", engine())


def test_a_solve_that_is_stopped_at_once_still_returns():
    stop = threading.Event()
    stop.set()
    assert solve(task_of(tiny()), stop).schedule is not None


def test_whole_and_fractional_limits_have_the_same_key():
    whole, fraction = (task_of(tiny(), Effort(work_limit=limit, time_limit=limit)) for limit in (60, 60.0))
    assert whole.key == fraction.key == Task.model_validate_json(whole.model_dump_json(by_alias=True)).key
