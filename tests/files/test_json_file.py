import json
from pathlib import Path
from typing import Any

import pytest

from scheduler.domain.faults import InputError
from scheduler.domain.schedule import Schedule
from scheduler.files import read_problem_file, read_schedule_file, write_problem_file, write_schedule_file
from scheduler.files.json_file import write_json
from tests.builders import booking, conference, tiny_data, tiny_problem
from tests.files.workbooks import faults_in


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_faults_name_their_place_as_the_contract_does(tmp_path: Path) -> None:
    data = tiny_data(conferences=[conference("A", trigger="2026-13-01", minutes=-5), conference("B", site="X")])
    assert faults_in(write(tmp_path / "a.json", json.dumps(data))) == [
        "conferences[0].trigger: '2026-13-01' is not a date. Enter a date such as 2026-12-01.",
        "conferences[0].minutes: -5 is too small. Enter 1 or more.",
        "conferences[1].site: there is no site 'X'. Enter the id of one listed under sites.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1,\n "b": {"c": 1, "c": 2},\n "a": 2}', ["line 2, column 16: 'c' is", "line 3, column 2: 'a' is"]),
        ('{"a\\u0062": 1, "x": "\\"ab\\":", "ab": 2}', ["line 1, column 32: 'ab' is"]),
    ],
)
def test_a_name_given_twice(tmp_path: Path, text: str, told: list[str]) -> None:
    path = write(tmp_path / "a.json", text)
    assert faults_in(path) == [f"{path}: {place} there twice in one object. Keep one." for place in told]


def test_numbers_that_are_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", '{"a": NaN, "b": "NaN",\n "c": [-Infinity, 1]}')
    assert faults_in(path) == [
        f"{path}: line 1, column 7: NaN is not a number. Enter a number such as 0.6.",
        f"{path}: line 2, column 8: -Infinity is not a number. Enter a number such as 0.6.",
    ]


@pytest.mark.parametrize("text", ["[]", "null", '"x"', "7"])
def test_json_that_is_no_object(tmp_path: Path, text: str) -> None:
    told = "This is no problem file: it holds no object. Give one with version, horizon, sites, …"
    assert faults_in(write(tmp_path / "a.json", text)) == [told]


@pytest.mark.parametrize("depth", [50, 300, 500, 900, 5000])
def test_depth_is_no_crash(tmp_path: Path, depth: int) -> None:
    text = '{"service": ' + "[" * depth + "]" * depth + "}"
    assert faults_in(write(tmp_path / "a.json", text)) != []


def test_half_a_character_is_told(tmp_path: Path) -> None:
    text = json.dumps(tiny_data(service={"name": "\ud800"}))
    assert faults_in(write(tmp_path / "a.json", text)) == ["service.name: '\\ud800' holds half a character. Enter it again."]


def test_a_mark_of_utf_8_in_front_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(tiny_data()).encode())
    assert read_problem_file(tmp_path / "a.json") == tiny_problem()


def test_what_a_schedule_looks_like(tmp_path: Path) -> None:
    schedule = Schedule(problem="abc", bookings=(booking("A", room=None),))
    write_schedule_file(schedule, tmp_path / "a.json")
    written: dict[str, Any] = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert written["bookings"] == [
        {
            "conference": "A",
            "start": "2027-03-02T10:00",
            "end": "2027-03-02T11:45",
            "room": None,
            "chair": "C1",
            "minute_taker": None,
            "held": False,
        }
    ]
    assert (tmp_path / "a.json").read_text("utf-8").startswith('{\n "version": 1,\n "problem": "abc",\n')
    assert read_schedule_file(tmp_path / "a.json") == schedule


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ([], ["This is no schedule file: it holds no object. Give one with version, bookings, …"]),
        ({"version": 1}, ["bookings: is missing. Enter it."]),
        (
            {"bookings": [{"conference": "A", "start": "10:00", "end": "2027-03-02T11:45"}]},
            [
                "bookings[0].start: '10:00' is not a date and local time. Enter one such as 2026-12-01T10:00.",
                "bookings[0].chair: is missing. Enter it.",
            ],
        ),
    ],
)
def test_a_faulty_schedule(tmp_path: Path, raw: Any, told: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        read_schedule_file(write(tmp_path / "a.json", json.dumps(raw)))
    assert [str(fault) for fault in raised.value.faults] == told


@pytest.mark.parametrize("name", ["report.xlsx", "schedule.json"])
def test_a_workbook_in_place_of_a_schedule(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError) as raised:
        read_schedule_file(tmp_path / name)
    told = "this is not a JSON file, but a workbook or an archive. Enter the .json file that plan --out writes."
    assert [str(fault) for fault in raised.value.faults] == [f"{tmp_path / name}: {told}"]


def test_a_problem_is_written_as_the_contract_has_it(tmp_path: Path) -> None:
    write_problem_file(tiny_problem(conferences=[conference("Ä")]), tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text("utf-8")
    assert json.loads(text)["conferences"][0]["id"] == "Ä"
    assert '"id": "Ä"' in text
    assert '"bank_holidays": null' in text


def test_a_compact_problem_leaves_out_what_would_be_so_anyhow_and_is_read_as_the_same(tmp_path: Path) -> None:
    problem = tiny_problem(conferences=[conference("Ä")])
    write_json(problem, tmp_path / "a.json", compact=True)
    text = (tmp_path / "a.json").read_text("utf-8")
    assert text.startswith('{"version":1,"')
    assert ("null" in text, "policy" in text, text.count("\n")) == (False, False, 1)
    assert read_problem_file(tmp_path / "a.json") == problem
