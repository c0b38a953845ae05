import datetime as dt
import json
from pathlib import Path

from benchmarks.repairing import busiest_absence, repairing
from scheduler.files import write_problem_file
from scheduler.whatif.changes.chairs import ChairAbsent
from tests.builders import booking, conference, schedule, tiny_problem


def test_the_chair_with_the_most_bookings_in_the_third_week_is_absent() -> None:
    booked = schedule(
        booking("A", "2027-03-16T10:00", chair="C2"),
        booking("B", "2027-03-17T10:00", chair="C2"),
        *(booking(name, "2027-03-18T10:00") for name in ("C", "HOLD-AYL-1")),
        *(booking(name, "2027-03-25T10:00") for name in ("D", "E", "F")),
    )
    assert busiest_absence(tiny_problem(), booked) == ChairAbsent(
        chair="C2", first=dt.date(2027, 3, 15), last=dt.date(2027, 3, 21)
    )


def test_the_figures_are_stored(tmp_path: Path) -> None:
    path = tmp_path / "small.json"
    in_third_week = conference("A", earliest="2027-03-15", due="2027-03-19")
    write_problem_file(tiny_problem(conferences=[in_third_week]), path)
    repairing(tmp_path, [path])
    (stored,) = tmp_path.glob("*-repairs.json")
    figures = json.loads(stored.read_text())["months"]["small"]
    assert {name: figures[name] for name in ("moves", "proven", "tiers_proven", "points_of_front")} == {
        "moves": 1,
        "proven": True,
        "tiers_proven": 6,
        "points_of_front": 1,
    }
