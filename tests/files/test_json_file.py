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


def test_faults_name_their_place_in_the_contract(tmp_path: Path) -> None:
    data = tiny_data(conferences=[conference("A", trigger="2026-13-01", minutes=-5), conference("B", site="X")])
    assert faults_in(write(tmp_path / "a.json", json.dumps(data))) == [
        "conferences[0].trigger: '2026-13-01' is not a date. Enter a date such as 2026-12-01.",
        "conferences[0].minutes: -5 is too small. Enter 1 or more.",
        "conferences[1].site: there is no site 'X'. Enter an id that is listed under sites.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1,\n "b": {"c": 1, "c": 2},\n "a": 2}', ["line 2, column 16: 'c' appears", "line 3, column 2: 'a' appears"]),
        ('{"a\\u0062": 1, "x": "\\"ab\\":", "ab": 2}', ["line 1, column 32: 'ab' appears"]),
    ],
)
def test_a_duplicate_name_is_refused(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = write(tmp_path / "a.json", text)
    assert faults_in(path) == [f"{path}: {place} twice in one object. Keep one." for place in expected]


def test_nan_and_infinity_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", '{"a": NaN, "b": "NaN",\n "c": [-Infinity, 1]}')
    assert faults_in(path) == [
        f"{path}: line 1, column 7: NaN is not a number. Enter a number such as 0.6.",
        f"{path}: line 2, column 8: -Infinity is not a number. Enter a number such as 0.6.",
    ]


@pytest.mark.parametrize("text", ["[]", "null", '"x"', "7"])
def test_json_without_an_object_is_refused(tmp_path: Path, text: str) -> None:
    expected = "This is not a problem file: it has no JSON object. Enter one with version, horizon, sites, …"
    assert faults_in(write(tmp_path / "a.json", text)) == [expected]


@pytest.mark.parametrize("depth", [50, 300, 500, 900, 5000])
def test_deep_nesting_is_refused(tmp_path: Path, depth: int) -> None:
    text = '{"service": ' + "[" * depth + "]" * depth + "}"
    assert faults_in(write(tmp_path / "a.json", text)) != []


def test_half_a_character_is_refused(tmp_path: Path) -> None:
    text = json.dumps(tiny_data(service={"name": "\ud800"}))
    assert faults_in(write(tmp_path / "a.json", text)) == ["service.name: '\\ud800' contains half a character. Enter it again."]


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(tiny_data()).encode())
    assert read_problem_file(tmp_path / "a.json") == tiny_problem()


def test_the_format_of_a_schedule(tmp_path: Path) -> None:
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
            "cover": False,
        }
    ]
    assert (written["exceptions"], written["remarks"]) == ([], [])
    assert (tmp_path / "a.json").read_text("utf-8").startswith('{\n "version": 1,\n "problem": "abc",\n')
    assert read_schedule_file(tmp_path / "a.json") == schedule


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([], ["This is not a schedule file: it has no JSON object. Enter one with version, bookings, …"]),
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
def test_a_faulty_schedule_is_refused(tmp_path: Path, raw: Any, expected: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        read_schedule_file(write(tmp_path / "a.json", json.dumps(raw)))
    assert [str(fault) for fault in raised.value.faults] == expected


@pytest.mark.parametrize("name", ["report.xlsx", "schedule.json"])
def test_a_workbook_instead_of_a_schedule_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError) as raised:
        read_schedule_file(tmp_path / name)
    expected = "this is not a JSON file, but a workbook or an archive. Enter the .json file that plan --out writes."
    assert [str(fault) for fault in raised.value.faults] == [f"{tmp_path / name}: {expected}"]


def test_a_problem_is_written_in_the_contract_format(tmp_path: Path) -> None:
    write_problem_file(tiny_problem(conferences=[conference("Ä")]), tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text("utf-8")
    assert json.loads(text)["conferences"][0]["id"] == "Ä"
    assert '"id": "Ä"' in text
    assert '"bank_holidays": null' in text


def test_a_compact_problem_omits_defaults_and_is_read_the_same(tmp_path: Path) -> None:
    problem = tiny_problem(conferences=[conference("Ä")])
    write_json(problem, tmp_path / "a.json", compact=True)
    text = (tmp_path / "a.json").read_text("utf-8")
    assert text.startswith('{"version":1,"')
    assert ("null" in text, "policy" in text, text.count("\n")) == (False, False, 1)
    assert read_problem_file(tmp_path / "a.json") == problem
