import json
from pathlib import Path

import pytest

from benchmarks.confirming import with_changes_by_hand, without_fact_by_hand
from benchmarks.explaining import explaining
from scheduler.domain.faults import read_problem
from scheduler.domain.problem import Problem
from scheduler.files import write_problem_file
from scheduler.whatif.changes.together import with_changes
from scheduler.whatif.files.changes import changes_in
from tests.builders import chair, conference, room, tiny_data, tiny_problem

CLOSED = {"first": "2027-03-03", "last": "2027-03-08"}


def test_the_figures_are_stored(tmp_path: Path) -> None:
    path = tmp_path / "small.json"
    write_problem_file(tiny_problem(conferences=[conference("A"), conference("B", site="WYC")]), path)
    explaining(tmp_path, [path], questions=6)
    (stored,) = tmp_path.glob("*-explanations.json")
    figures = json.loads(stored.read_text())
    assert (figures["questions"], figures["verified"], figures["contradicted"]) == (6, 1.0, [])
    assert figures["most_sentences"] <= 3


@pytest.mark.parametrize(
    "change",
    [
        {"change": "waive_notice", "conference": "A"},
        {"change": "room_open_on", "room": "AYL-1", "day": "2027-03-04"},
        {"change": "chair_works_on", "chair": "C1", "day": "2027-03-05"},
        {"change": "chair_works_on", "chair": "C2", "day": "2027-03-05"},
        {"change": "room_gains_hybrid", "room": "WYC-1", "first": "2027-03-04"},
        {"change": "room_gains_start", "room": "AYL-1", "start": "12:00"},
        {"change": "chair_changes", "chair": "C1", "max_per_day": 2},
        {"change": "move", "conference": "A", "start": "2027-03-10T10:00", "room": "WYC-1", "chair": "C2"},
    ],
    ids=lambda change: f"{change['change']} {change.get('chair', '')}",
)
def test_a_change_by_hand_allows_what_the_product_allows(change: dict[str, str]) -> None:
    raw = tiny_data(
        conferences=[conference("A", requested="2027-02-26")],
        rooms=[room("AYL-1", closed=[CLOSED]), room("WYC-1", hybrid_from=None)],
        chairs=[chair("C1", absences=[CLOSED], max_per_day=1), chair("C2", works=["mon", "tue"])],
        published=[{"conference": "A", "start": "2027-03-09T10:00", "room": "AYL-1", "chair": "C1"}],
    )
    problem = read_problem(raw)
    by_hand = read_problem(with_changes_by_hand(problem.model_dump(mode="json", by_alias=True), [change]))
    product = with_changes(problem, changes_in([change], problem))
    assert allowed_by(by_hand) == allowed_by(product)


def allowed_by(problem: Problem) -> object:
    """Return what the kinds of changes decide: who works and what is open on which day, starts, notice, bookings and locks."""
    days = problem.working_days
    return (
        [([one.works_on(day) for day in days], one.max_per_day) for one in problem.chairs],
        [([one.is_open(day) for day in days], one.starts, one.hybrid_from) for one in problem.rooms],
        problem.earliest,
        [(one.start, one.room, one.chair, sorted(one.locks)) for one in problem.published],
    )


def test_a_weekend_can_not_be_removed() -> None:
    raw = tiny_problem().model_dump(mode="json", by_alias=True)
    assert without_fact_by_hand(raw, "A", None, "R1", "2027-03-06") is None
