import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import booking, conference, schedule, tiny_data
from tests.cli.running import scheduler, solver_modules_after


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return a problem, a schedule with one booking, and one more conference."""
    written: dict[str, Any] = {
        "problem": tiny_data(),
        "schedule": json.loads(schedule(booking("A", "2027-03-01T10:00")).model_dump_json()),
        "conference": conference("N"),
    }
    for name, content in written.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    return [tmp_path / f"{name}.json" for name in written]


def test_offers_are_listed_in_words(files: list[Path]) -> None:
    finished = scheduler("offer", *files, "--top", "2")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.splitlines() == [
        "1  Monday 1 March 2027 at 14:00, AYL-1 at Aylesbury, CPA C1: 14 working days to spare",
        "2  Tuesday 2 March 2027 at 10:00, AYL-1 at Aylesbury, CPA C1: 13 working days to spare",
        "     +2  It waits 1 working day from Monday 1 March 2027.",
        "",
        "No other slot costs less (proven).",
    ]


def test_offers_as_json_have_the_contracts_fields(files: list[Path]) -> None:
    finished = scheduler("offer", *files, "--top", "1", "--from", "2027-03-05", "--to", "2027-03-05", "--mode", "room", "--json")
    assert finished.returncode == 0
    assert json.loads(finished.stdout) == {
        "offers": [
            {
                "booking": {
                    "conference": "N",
                    "start": "2027-03-05T10:00",
                    "end": "2027-03-05T11:45",
                    "room": "AYL-1",
                    "chair": "C1",
                    "minute_taker": None,
                    "held": False,
                    "cover": False,
                },
                "moves": [],
                "withdrawn_holds": [],
                "minute_takers": [],
                "tiers": {"unplaced": 0, "late": 0, "stability": 0, "continuity": 0, "caseload": 0, "preferences": 48},
                "costs": [
                    {"rule": "friday", "amount": 40, "text": "It is on Friday 5 March 2027."},
                    {"rule": "wait", "amount": 8, "text": "It waits 4 working days from Monday 1 March 2027."},
                ],
                "working_days_to_spare": 10,
            }
        ],
        "in_time": True,
        "proven": True,
        "reason": None,
        "cures": [],
    }


def test_no_slot_at_all_is_a_result_and_exits_with_0(files: list[Path]) -> None:
    finished = scheduler("offer", *files, "--time-to", "09:00")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.splitlines() == [
        "There is no slot.",
        "",
        "No slot is in time. The filter leaves out the slots in time, such as Monday 1 March 2027 at 14:00 with chair C1.",
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--from", "2027-04-05"], "--from: 2027-04-05 is outside the plan. Enter a day from 2027-03-01 to 2027-03-31.\n"),
        (["--to", "5 March"], "--to: '5 March' is not a date. Enter a date such as 2026-12-01.\n"),
        (["--time-from", "9am"], "--time-from: '9am' is not a time of day. Enter one such as 10:00.\n"),
        (["--site", "AYM"], "--site: there is no site 'AYM'. Did you mean 'AYL'? Enter an id that is listed under sites.\n"),
        (["--chair", "X"], "--chair: there is no chair 'X'. Enter an id that is listed under chairs.\n"),
        (["--mode", "phone"], "--mode: 'phone' is not one of the choices. Enter one of: 'room' or 'virtual'.\n"),
        (["--today", "soon"], "--today: 'soon' is not a date. Enter a date such as 2026-12-01.\n"),
    ],
)
def test_faulty_options_are_named_and_exit_with_2(files: list[Path], options: list[str], expected: str) -> None:
    finished = scheduler("offer", *files, *options)
    assert (finished.returncode, finished.stdout, finished.stderr) == (2, "", expected)


def test_a_faulty_conference_is_refused_with_all_its_faults(files: list[Path]) -> None:
    files[2].write_text(json.dumps({"id": "N", "kind": "icpc", "children": 0, "site": "AYL"}))
    finished = scheduler("offer", *files)
    assert finished.returncode == 2
    assert [line.split(":")[0] for line in finished.stderr.splitlines()] == ["kind", "children", "trigger"]


def test_offers_need_no_solver(files: list[Path]) -> None:
    assert solver_modules_after("offer", *files) == "[]"
