import json
from pathlib import Path

import pytest

from scheduler.files import read_problem_file
from tests.builders import tiny_data
from tests.cli.running import scheduler, solver_modules_after
from tests.paths import EXAMPLES

MARCH = EXAMPLES / "march.json"


def test_converting_between_all_kinds_loses_nothing(tmp_path: Path):
    for source, destination in (
        (MARCH, "march.xlsx"),
        ("march.xlsx", "march"),
        ("march", "back.json"),
    ):
        finished = scheduler("convert", source, destination, cwd=tmp_path)
        assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert read_problem_file(tmp_path / "back.json") == read_problem_file(MARCH)


def test_converting_does_not_load_the_solver(tmp_path: Path):
    assert solver_modules_after("convert", MARCH, tmp_path / "march.xlsx") == "[]"


@pytest.mark.parametrize(
    ("destination", "message"),
    [
        ("march.pdf", "OUT: march.pdf is neither .json, .xlsx nor a folder. Enter one of these."),
        ("in.json", "OUT: in.json is an input file. Enter another name, so that it is not overwritten."),
        ("nowhere/march.json", "OUT: there is no folder {folder}/nowhere. Create it, or enter another."),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_first(tmp_path: Path, destination: str, message: str):
    (tmp_path / "in.json").write_text("not read")
    finished = scheduler("convert", "in.json", destination, cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == message.format(folder=tmp_path) + "\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in.json"]


def test_a_folder_with_other_files_is_not_overwritten(tmp_path: Path):
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


def write_faulty_sheets(folder: Path) -> None:
    """Write the folder ``sheets`` with a conference whose date is not a date."""
    (folder / "tiny.json").write_text(json.dumps(tiny_data()))
    assert scheduler("convert", "tiny.json", "sheets", cwd=folder).returncode == 0
    conferences = folder / "sheets" / "Conferences.csv"
    conferences.write_text(conferences.read_text(encoding="utf-8-sig").replace("26/02/2027", "soon"), encoding="utf-8")


def test_a_copy_of_faulty_sheets_with_their_errors_is_offered(tmp_path: Path):
    write_faulty_sheets(tmp_path)
    offered = scheduler("convert", "sheets", "good.json", cwd=tmp_path)
    fault, offer = offered.stderr.splitlines()
    assert offered.returncode == 2
    assert "soon" in fault
    assert offer == "For a copy with these faults beside their rows, add: --errors ERRORS.xlsx"
    copied = scheduler("convert", "sheets", "good.json", "--errors", "errors.xlsx", cwd=tmp_path)
    assert copied.returncode == 2
    assert copied.stderr.splitlines() == [fault, "A copy with these faults beside their rows is in errors.xlsx."]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["errors.xlsx", "sheets", "tiny.json"]
