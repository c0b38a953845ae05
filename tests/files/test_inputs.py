"""Small files of kinds that people send: read as they mean it, or refused with one fault that names it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from scheduler.files import read_problem_file, write_problem_file
from scheduler.files.csv_folder import SEPARATORS
from scheduler.files.workbook import write_blank_workbook
from tests.builders import conference, tiny_problem
from tests.files.workbooks import cell, edit, enter, faults_in, set_to, tiny_workbook
from tests.paths import INPUTS

NO_UTF_8 = "In Excel, save it as CSV UTF-8."


def csv_folder(tmp_path: Path) -> Path:
    write_problem_file(tiny_problem(), tmp_path / "tiny")
    return tmp_path / "tiny"


def rewrite(path: Path, old: str, new: str, encoding: str = "utf-8-sig") -> None:
    text = path.read_bytes().decode("utf-8-sig").replace(old, new)
    path.write_bytes(text.encode(encoding))


def test_references_that_differ_in_capitals() -> None:
    assert faults_in(INPUTS / "ids-case.xlsx") == [
        "Conferences, row 5, Reference: 'z-01' is too similar to 'Z-01', the id of Conferences, row 2. "
        "Give each its own id, or delete one."
    ]


def test_references_that_differ_in_what_cannot_be_seen() -> None:
    assert faults_in(INPUTS / "ids-look-0.xlsx") == [
        "Conferences, row 5, Reference: 'Z-01{U+200B}' is too similar to 'Z-01', the id of Conferences, row 2. "
        "Give each its own id, or delete one."
    ]


def test_a_person_that_is_alike_only_is_asked_for(tmp_path: Path) -> None:
    path = tiny_workbook(tmp_path)

    def change(workbook: Workbook) -> None:
        workbook["Absences"].append(["c1", None, dt.date(2027, 3, 1), dt.date(2027, 3, 2)])

    assert faults_in(edit(path, change)) == [
        "Absences, row 2, Person: there is no 'c1' on the sheet Chairs or Minute takers. Did you mean 'C1'? "
        "Enter the id of a chair or minute taker."
    ]


def test_a_link_to_a_blank_cell_is_a_placeholder() -> None:
    problem = read_problem_file(INPUTS / "formula-zero-social.xlsx")
    assert [one.social_worker for one in problem.conferences] == ["0", None, "0"]
    assert "0" in problem.policy.placeholders


@pytest.mark.parametrize("zero", [0, 0.0, "=Nothing!A1"])
def test_a_link_to_a_blank_cell_is_no_family(tmp_path: Path, zero: object) -> None:
    path = tiny_workbook(tmp_path, conferences=[conference("A", family="F-1")])
    value = 0 if isinstance(zero, str) else zero
    assert read_problem_file(enter(path, "Conferences", 2, Family=value)).conferences[0].family is None


def test_a_title_above_the_headings_is_one_fault() -> None:
    assert faults_in(INPUTS / "title-row.xlsx") == [
        "Conferences, row 1: the headings are in row 2, below 'Conferences in January 2027'. They must come first: delete row 1."
    ]


@pytest.mark.parametrize("sheet", ["Service", "Chairs", "Closures", "Absences", "Policy"])
def test_titles_above_any_sheet_are_one_fault_each(tmp_path: Path, sheet: str) -> None:
    def change(workbook: Workbook) -> None:
        workbook[sheet].insert_rows(1, 3)
        workbook[sheet]["A1"], workbook[sheet]["B2"] = "Our service", "as of today"

    assert faults_in(edit(tiny_workbook(tmp_path), change)) == [
        f"{sheet}, row 1: the headings are in row 4, below 'Our service'. They must come first: delete rows 1 to 3."
    ]


def test_a_title_hides_no_other_fault(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        cell(workbook, "Conferences", 2, "Children").value = "many"
        workbook["Conferences"].insert_rows(1)
        workbook["Conferences"]["A1"] = "March"

    assert [fault.partition(": ")[0] for fault in faults_in(edit(tiny_workbook(tmp_path), change))] == [
        "Conferences, row 1",
        "Conferences, row 3, Children",
    ]


def test_an_end_at_24_is_the_end_of_the_day() -> None:
    (time,) = read_problem_file(INPUTS / "to-24.xlsx").conferences[2].unavailable
    assert (time.start, time.end) == (dt.datetime(2027, 1, 12, 13), dt.datetime(2027, 1, 13))


@pytest.mark.parametrize(
    ("value", "number_format"),
    [("24:00", "@"), ("24.00", "@"), (1, "hh:mm"), (1, "[h]:mm"), (1, "General"), (dt.timedelta(days=1), "[h]:mm:ss")],
)
def test_excels_24_hours_are_the_end_of_the_day(tmp_path: Path, value: object, number_format: str) -> None:
    busy = [{"start": "2027-03-02T09:00", "end": "2027-03-02T12:00"}]
    path = tiny_workbook(tmp_path, chairs=[{"id": "C1", "busy": busy}, {"id": "C2"}])

    def change(workbook: Workbook) -> None:
        end = cell(workbook, "Busy times", 2, "To time")
        end.value, end.number_format = value, number_format

    (time,) = read_problem_file(edit(path, change)).chairs[0].busy
    assert (time.start, time.end) == (dt.datetime(2027, 3, 2, 9), dt.datetime(2027, 3, 3))


def test_no_range_starts_at_24(tmp_path: Path) -> None:
    path = tiny_workbook(tmp_path, chairs=[{"id": "C1", "busy": [{"start": "2027-03-02T09:00", "end": "2027-03-02T12:00"}]}])
    assert faults_in(enter(path, "Busy times", 2, From_time="24:00")) == [
        "Busy times, row 2, From time: '24:00' is not a time of day in hours and minutes. Enter a time such as 10:00."
    ]


def test_24_in_json_ends_a_range_only(tmp_path: Path) -> None:
    busy = tiny_problem(chairs=[{"id": "C1", "busy": [{"start": "2027-03-02T09:00", "end": "2027-03-31T24:00"}]}]).chairs[0].busy
    assert busy[0].end == dt.datetime(2027, 4, 1)
    path = tmp_path / "a.json"
    write_problem_file(tiny_problem(), path)
    path.write_text(path.read_text("utf-8").replace('"2027-02-22"', '"2027-02-22T24:00"'), "utf-8")
    assert faults_in(path) == ["calendar.terms[0].first: '2027-02-22T24:00' is not a date. Enter a date such as 2026-12-01."]


def test_semicolons_separate_as_commas_do() -> None:
    problem = read_problem_file(INPUTS / "semicolon-min")
    assert [one.id for one in problem.conferences] == ["Z-01", "Z-02", "Z-03"]
    assert problem.rooms[0].starts == (dt.time(10), dt.time(14))


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("prefix", ["", "sep={}\r\n"])
def test_any_usual_separator_is_read(tmp_path: Path, separator: str, prefix: str) -> None:
    folder = csv_folder(tmp_path)
    rows = (("From", "To", "Minutes"), ("AYL", "WYC", "40"))
    content = "".join(f"{separator.join(row)}\r\n" for row in rows)
    (folder / "Travel.csv").write_text(prefix.format(separator) + content, "utf-8")
    assert read_problem_file(folder) == tiny_problem()


def test_rows_are_counted_with_the_line_that_names_the_separator(tmp_path: Path) -> None:
    folder = csv_folder(tmp_path)
    (folder / "Travel.csv").write_text("sep=;\r\nFrom;To;Minutes\r\nAYL;WYX;40\r\n", "utf-8")
    assert faults_in(folder) == [
        "Travel, row 3, To: there is no site 'WYX'. Did you mean 'WYC'? Enter an id that is on the sheet Sites."
    ]


def test_an_unreadable_file_hides_no_other_fault(tmp_path: Path) -> None:
    folder = csv_folder(tmp_path)
    (folder / "Chairs.csv").write_bytes(b"ID,Name\nC1,\xff\n")
    (folder / "Service.csv").write_bytes(b'Setting,Value\n"First day,01/03/2027\n')
    rewrite(folder / "Conferences.csv", "A,Initial,2", "A,Initial,many")
    assert faults_in(folder) == [
        f"{folder}/Chairs.csv: line 2: this is not UTF-8 text, but Windows-1252 or the like. {NO_UTF_8}",
        f"{folder}/Service.csv: row 2: this is not valid CSV (unexpected end of data). "
        "Check its quotes, or save it again in Excel.",
        "Conferences, row 2, Children: 'many' is not a whole number of children. Enter a number such as 2.",
    ]


@pytest.mark.parametrize("name", ["Absences.txt", "absences.TSV", "Absences.csv.txt", "Busy times.xlsx"])
def test_a_sheet_saved_as_another_type_is_a_fault(tmp_path: Path, name: str) -> None:
    folder = csv_folder(tmp_path)
    (folder / ("Busy times.csv" if name.startswith("Busy") else "Absences.csv")).unlink()
    (folder / name).write_bytes(b"x")
    assert faults_in(folder) == [
        f"{folder}/{name}: this is named like a sheet, but is no .csv file. "
        "In Excel, save the sheet as CSV UTF-8, and delete this file."
    ]


def test_other_files_in_the_folder_are_ignored(tmp_path: Path) -> None:
    folder = csv_folder(tmp_path)
    for name in ("notes.txt", "Notes.txt", "plan.xlsx", "Absences.pdf"):
        (folder / name).write_bytes(b"x")
    assert read_problem_file(folder) == tiny_problem()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8", "utf-8-sig"])
def test_text_with_a_mark_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    folder = csv_folder(tmp_path)
    for path in folder.iterdir():
        rewrite(path, "Aylesbury", "Ayl\u00e9", encoding)
    assert read_problem_file(folder).sites[0].name == "Ayl\u00e9"


def test_new_blank_workbooks_hold_no_meeting_in_person_virtually(tmp_path: Path) -> None:
    write_blank_workbook(tmp_path / "blank.xlsx")
    policy = {row[0].value: row[1].value for row in openpyxl.load_workbook(tmp_path / "blank.xlsx")["Policy"].iter_rows()}
    assert policy["May be held virtually instead"] == "hybrid"


@pytest.mark.parametrize(("entry", "value"), [("yes", True), ("No", False), (True, True), ("Hybrid", "hybrid"), (None, True)])
def test_what_may_be_held_virtually(tmp_path: Path, entry: object, value: object) -> None:
    path = set_to(tiny_workbook(tmp_path), "Policy", "May be held virtually instead", entry)
    assert read_problem_file(path).policy.virtual_fallback == value


def test_every_new_field_survives_every_file_type(tmp_path: Path) -> None:
    problem = tiny_problem(
        today="2027-02-25",
        exported="2027-01-04T09:00:00.000000Z 0123456789abcdef",
        conferences=[conference("A", family="F-1", notice_waived=True), conference("B", family="F-2")],
        apart=[["F-1", "B"]],
        policy={
            "virtual_fallback": "hybrid",
            "move_notice_days": 7,
            "placeholders": ["TBC", "a, b"],
            "plausible": {"min_minutes": 45, "first_start": "09:00"},
        },
    )
    current = problem
    for name in ("a.xlsx", "folder", "a.json"):
        write_problem_file(current, tmp_path / name)
        current = read_problem_file(tmp_path / name)
        assert current == problem
    assert tiny_problem(exported=problem.exported).digest == tiny_problem().digest


def test_a_damaged_mark_of_an_export_is_a_fault(tmp_path: Path) -> None:
    assert faults_in(set_to(tiny_workbook(tmp_path), "Service", "Exported", "yesterday")) == [
        "Service, row 11, Exported: 'yesterday' is not the mark of an export. Leave it as the service wrote it, or clear it."
    ]


def test_a_version_1_file_without_the_new_columns_is_read(tmp_path: Path) -> None:
    shutil.copy(INPUTS / "to-24.xlsx", tmp_path / "old.xlsx")
    problem = read_problem_file(tmp_path / "old.xlsx")
    assert (problem.exported, problem.today, problem.policy.virtual_fallback) == (None, None, True)
