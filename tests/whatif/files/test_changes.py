import json
from pathlib import Path
from typing import Any

import pytest

from scheduler.domain.faults import InputError
from scheduler.whatif.changes.chairs import ChairAbsent
from scheduler.whatif.changes.conferences import Cancel
from scheduler.whatif.files.changes import changes_in, read_changes
from tests.whatif.change_builders import service

PUBLISHED = [{"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"}]
CANCEL = {"change": "cancel", "conference": "A"}
MOVE = {"change": "move", "conference": "A", "start": "2027-03-03T10:00"}
INQUORATE = {"change": "inquorate", "conference": "A"}
WAIVE = {"change": "waive_notice", "conference": "A"}
AWAY = {"change": "unavailable", "conference": "A", "start": "2027-03-02T09:00", "end": "2027-03-02T12:00"}
ADD = {"change": "add", "conference": {"id": "N", "kind": "initial", "children": 1, "site": "AYL", "trigger": "2027-03-01"}}
OPEN = {"change": "room_open_on", "room": "WYC-1", "day": "2027-03-05"}
WORKS = {"change": "chair_works_on", "chair": "C1", "day": "2027-03-05"}
ABSENT = {"change": "chair_absent", "chair": "C1", "first": "2027-03-04", "last": "2027-03-08"}
CLOSED = {"change": "room_closes", "room": "WYC-1", "first": "2027-03-04", "last": "2027-03-08"}


def fault_messages(*raw: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        changes_in(list(raw), service(published=PUBLISHED))
    return [str(fault) for fault in error.value.faults]


def test_a_list_or_an_object_with_the_list_is_read(tmp_path: Path) -> None:
    path = tmp_path / "changes.json"
    for content in ([CANCEL, ABSENT], {"changes": [CANCEL, ABSENT]}):
        path.write_text(json.dumps(content))
        assert read_changes(path, service()) == (Cancel(conference="A"), ChairAbsent.model_validate(ABSENT))


@pytest.mark.parametrize("raw", [{}, {"changes": {}}, {"changes": [], "name": "S"}, CANCEL, "S", None, 3])
def test_input_without_a_list_is_refused(raw: Any) -> None:
    with pytest.raises(InputError, match="This is not a list of changes"):
        changes_in(raw)


def test_a_file_that_is_not_there_or_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.xlsx").write_bytes(b"")
    for name, message in (("c.json", "there is no such file"), ("c.xlsx", "can't be read. Enter a .json file")):
        with pytest.raises(InputError, match=message):
            read_changes(tmp_path / name)


def test_every_fault_is_reported_with_its_place() -> None:
    assert fault_messages({"change": "cancel"}, CANCEL | {"conference": "X"}, OPEN | {"day": "soon"}, "cancel") == [
        "changes[0].conference: is missing. Enter it.",
        "changes[2].day: 'soon' is not a date. Enter a date such as 2026-12-01.",
        "changes[3]: 'cancel' is not an object. Enter an object, in curly brackets.",
        "changes[1].conference: there is no conference 'X'. Enter an id that is listed under conferences.",
    ]


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        (CANCEL, MOVE, "A is cancelled."),
        (MOVE, CANCEL, "A moves to Wednesday 3 March 2027 at 10:00."),
        (CANCEL, CANCEL, "A is cancelled."),
        (CANCEL, AWAY, "A is cancelled."),
        (MOVE, MOVE | {"start": "2027-03-04T10:00"}, "A moves to Wednesday 3 March 2027 at 10:00."),
        (INQUORATE, MOVE, "A was inquorate on Tuesday 2 March 2027, and is booked again."),
        (WAIVE, INQUORATE, "The notice of A is waived."),
        (WAIVE, WAIVE, "The notice of A is waived."),
        (AWAY, AWAY, "A can't be held from Tuesday 2 March 2027 at 09:00 to Tuesday 2 March 2027 at 12:00."),
        (ADD, ADD, "N is added: initial (ICPC), 1 child, for Aylesbury."),
        (ADD, {"change": "demand", "percent": 50}, "N is added: initial (ICPC), 1 child, for Aylesbury."),
        (OPEN, CLOSED, "WYC-1 is open on Friday 5 March 2027."),
        (OPEN, OPEN, "WYC-1 is open on Friday 5 March 2027."),
        (OPEN, {"change": "site_closes", "site": "WYC"}, "WYC-1 is open on Friday 5 March 2027."),
        (OPEN, {"change": "fridays_open", "dates": ["2027-03-05"]}, "WYC-1 is open on Friday 5 March 2027."),
        (WORKS, ABSENT, "Advisor 1 (C1) works on Friday 5 March 2027."),
        (ABSENT, WORKS, "Advisor 1 (C1) is absent from 4 to 8 March 2027."),
        (WORKS, {"change": "chair_leaves", "chair": "C1"}, "Advisor 1 (C1) works on Friday 5 March 2027."),
        (WORKS, {"change": "chair_changes", "chair": "C1", "works": ["fri"]}, "Advisor 1 (C1) works on Friday 5 March 2027."),
        (WORKS, {"change": "fridays_open", "dates": ["2027-03-05"]}, "Advisor 1 (C1) works on Friday 5 March 2027."),
    ],
)
def test_contradictory_changes_are_faults_that_name_both_places(one: Any, other: Any, sentence: str) -> None:
    assert fault_messages(ABSENT | {"chair": "C2"}, one, other) == [
        f"changes[2]: This contradicts or repeats changes[1]: '{sentence}' Keep only one of them."
    ]


@pytest.mark.parametrize(
    "changes",
    [
        (MOVE, AWAY | {"start": "2027-03-04T09:00", "end": "2027-03-04T12:00"}, WAIVE, ADD),
        (INQUORATE, AWAY, ABSENT, ADD, {"change": "demand", "percent": 50, "site": "WYC"}),
        (CANCEL, OPEN, WORKS, CLOSED | {"first": "2027-03-08"}, ABSENT | {"first": "2027-03-08"}),
    ],
)
def test_changes_of_different_parts_are_made_together(changes: tuple[Any, ...]) -> None:
    assert len(changes_in(list(changes), service(published=PUBLISHED))) == len(changes)


def test_too_many_changes_are_refused() -> None:
    assert fault_messages(*[CANCEL] * 1001) == ["changes: 1001 changes are too many. Enter 1000 or fewer."]
