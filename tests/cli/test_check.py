import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from scheduler.cli.check import check
from scheduler.domain.preferences import PREFERENCES
from tests.builders import tiny_data
from tests.cli.running import scheduler, solver_modules_after
from tests.paths import EXAMPLES

MARCH = EXAMPLES / "march.json"


def test_a_schedule_that_keeps_the_rules_is_described_in_words():
    finished = scheduler("check", MARCH, EXAMPLES / "march.schedule.json")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.splitlines() == [
        "No hard rule is broken.",
        "",
        "The tiers, most important first:",
        "  1  Conferences not placed            0",
        "  2  Lateness                        114",
        "  3  Changes to what is published      0",
        "  4  Children handed over              9",
        "  5  Children above the caps         103",
        "  6  Preferences                   1,842",
        "",
        "The preferences, each with its count and its cost:",
        "  On a Friday                              13  520",
        "  School holidays, children of school age   2   60",
        "  School holidays                           9   90",
        "  At another site                           0    0",
        "  Held virtually for want of a room        13  780",
        "  Waiting                                  46   92",
        "  Close to the due date                    14  140",
        "  Chair changes site                        0    0",
        "  Chaired by a reserve                      0    0",
        "  Hold not provided                         1   80",
        "  Same area, same time                      8   80",
    ]


@pytest.mark.parametrize(("weight", "is_listed"), [(0, False), (5, True)])
def test_a_preference_without_a_usual_weight_is_listed_only_if_it_costs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, weight: int, is_listed: bool
):
    table = [replace(one, weight=0) if one.name == "friday" else one for one in PREFERENCES]
    monkeypatch.setattr("scheduler.cli.check.PREFERENCES", table)
    data = json.loads(MARCH.read_text())
    (tmp_path / "problem.json").write_text(json.dumps(data | {"policy": {"weights": {"friday": weight}}}))
    with pytest.raises(typer.Exit):
        check(tmp_path / "problem.json", EXAMPLES / "march.schedule.json")
    assert ("On a Friday" in capsys.readouterr().out) == is_listed


def test_a_broken_schedule_is_written_as_json_and_exits_with_1():
    finished = scheduler("check", MARCH, EXAMPLES / "march.broken.schedule.json", "--json")
    result = json.loads(finished.stdout)
    expected = json.loads((EXAMPLES / "march.broken.expected.json").read_text())
    assert finished.returncode == 1
    assert result["ok"] is False
    assert Counter(violation["rule"] for violation in result["violations"]) == Counter(rule for rule, _ in expected["violations"])
    assert result["tiers"] == expected["tiers"]
    assert expected["counts"].items() <= result["counts"].items()


def test_broken_rules_are_listed_in_words():
    finished = scheduler("check", MARCH, EXAMPLES / "march.broken.schedule.json")
    assert finished.returncode == 1
    assert finished.stdout.splitlines()[:4] == [
        "6 hard rules are broken, in 38 places:",
        "  R1  Not a possible time",
        "    - CPC-0007 is on Wednesday 3 March 2027, before its earliest date, Wednesday 10 March 2027.",
        "    - CPC-0011 is on Monday 1 March 2027, before its earliest date, Friday 19 March 2027.",
    ]


def test_checking_does_not_load_the_solver():
    assert solver_modules_after("check", MARCH, EXAMPLES / "march.schedule.json") == "[]"


def test_each_fault_of_the_problem_is_on_its_own_line(tmp_path: Path):
    bad = tiny_data()
    bad["conferences"][0] |= {"trigger": "2027-13-01", "site": "NOWHERE"}
    bad["rooms"][0]["site"] = "AYX"
    (tmp_path / "bad.json").write_text(json.dumps(bad))
    finished = scheduler("check", "bad.json", EXAMPLES / "march.schedule.json", cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines() == [
        "conferences[0].trigger: '2027-13-01' is not a date. Enter a date such as 2026-12-01.",
        "rooms[0].site: there is no site 'AYX'. Did you mean 'AYL'? Enter an id that is listed under sites.",
        "conferences[0].site: there is no site 'NOWHERE'. Enter an id that is listed under sites.",
    ]


def test_an_invalid_schedule_is_bad_input(tmp_path: Path):
    (tmp_path / "schedule.json").write_text('{"version": 1, "bookings": [{"conference": "A", "start": "tomorrow"}]}')
    finished = scheduler("check", MARCH, tmp_path / "schedule.json")
    assert (finished.returncode, finished.stdout) == (2, "")
    assert [line.split(":")[0] for line in finished.stderr.splitlines()] == [
        "bookings[0].start",
        "bookings[0].end",
        "bookings[0].chair",
    ]


def test_a_missing_argument_is_bad_input():
    finished = scheduler("check", MARCH)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "Missing argument" in finished.stderr
