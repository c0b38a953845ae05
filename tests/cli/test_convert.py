import json
from pathlib import Path

import pytest

from scheduler.files import read_problem_file
from tests.builders import tiny_data
from tests.cli.running import scheduler, solver_modules_after
from tests.paths import EXAMPLES

MARCH = EXAMPLES / "march.json"


def test_from_kind_to_kind_and_back_nothing_is_lost(tmp_path: Path):
    for source, destination in (
        (MARCH, "march.xlsx"),
        ("march.xlsx", "march"),
        ("march", "back.json"),
    ):
        finished = scheduler("convert", source, destination, cwd=tmp_path)
        assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert read_problem_file(tmp_path / "back.json") == read_problem_file(MARCH)


def test_the_solver_stays_unloaded(tmp_path: Path):
    assert solver_modules_after("convert", MARCH, tmp_path / "march.xlsx") == "[]"


@pytest.mark.parametrize(
    ("destination", "told"),
    [
        ("march.pdf", "OUT: march.pdf is neither .json, .xlsx nor a folder. Enter one of these."),
        ("in.json", "OUT: in.json is the file to be read. Enter another, so that it is not lost."),
        ("nowhere/march.json", "OUT: there is no folder {folder}/nowhere. Make it, or enter another."),
    ],
)
def test_a_place_that_cannot_be_written_is_said_at_once(tmp_path: Path, destination: str, told: str):
    (tmp_path / "in.json").write_text("not looked at")
    finished = scheduler("convert", "in.json", destination, cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == told.format(folder=tmp_path) + "\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in.json"]


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "holiday.jpg").write_bytes(b"")
    finished = scheduler("convert", MARCH, tmp_path / "out")
    assert finished.returncode == 2
    assert "holiday.jpg" in finished.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["holiday.jpg"]


def test_bad_input_writes_nothing(tmp_path: Path):
    (tmp_path / "bad.json").write_text(json.dumps(tiny_data(horizon={"first": "2027-03-31", "last": "2027-03-01"})))
    finished = scheduler("convert", "bad.json", "good.xlsx", cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines() == [
        "horizon: the range runs backwards: 2027-03-31 is after 2027-03-01. Enter a first day on or before the last."
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["bad.json"]


def faulty_folder(folder: Path) -> None:
    (folder / "tiny.json").write_text(json.dumps(tiny_data()))
    assert scheduler("convert", "tiny.json", "sheets", cwd=folder).returncode == 0
    conferences = folder / "sheets" / "Conferences.csv"
    conferences.write_text(conferences.read_text(encoding="utf-8-sig").replace("26/02/2027", "soon"), encoding="utf-8")


def test_faulty_sheets_are_offered_back_with_their_errors(tmp_path: Path):
    faulty_folder(tmp_path)
    offered = scheduler("convert", "sheets", "good.json", cwd=tmp_path)
    fault, offer = offered.stderr.splitlines()
    assert offered.returncode == 2
    assert "soon" in fault
    assert offer == "For a copy with these faults beside their rows, add: --errors ERRORS.xlsx"
    copied = scheduler("convert", "sheets", "good.json", "--errors", "errors.xlsx", cwd=tmp_path)
    assert copied.returncode == 2
    assert copied.stderr.splitlines() == [fault, "A copy with these faults beside their rows is in errors.xlsx."]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["errors.xlsx", "sheets", "tiny.json"]
