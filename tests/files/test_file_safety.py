import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from scheduler.domain.faults import InputError
from scheduler.files import read_problem_file, write_problem_file
from tests.builders import tiny_data, tiny_problem
from tests.files.workbooks import SHEET, faults_in, repacked, tiny_workbook

TINY = json.dumps(tiny_data())
SAVE_AS_XLSX = "Save it in Excel as an Excel Workbook (.xlsx)."
DAMAGED = "this workbook is damaged. Open it in Excel, and save it again."
NOT_JSON = "this is not a JSON file, but a workbook or an archive. If it is a workbook, name it .xlsx."
FILE_TYPES = "Enter a .json file, an .xlsx workbook, or a folder of .csv files."
TOO_FAR = "beyond the limit. Delete the cells far below or to the right of the table, and save it again."


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.xlsx", b"Reference,Kind\n", f"this is not a workbook, but text or something else. {SAVE_AS_XLSX}"),
        ("a.xlsx", b' {"version": 1}', f"this is not a workbook, but JSON. {SAVE_AS_XLSX}"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook".ljust(600),
            "this is an old workbook (.xls). Save it in Excel as an Excel Workbook (.xlsx).",
        ),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "this workbook has a password. Remove the password in Excel, and save it again.",
        ),
        ("a.xlsx", b"PK\x03\x04 and then nothing of the kind", DAMAGED),
        ("a.xlsx", b"", "this file is empty."),
        ("a.json", b"", "this file is empty."),
        ("a.json", b" \n ", "this file is empty."),
        ("a.json", b"PK\x03\x04", NOT_JSON),
        (
            "a.json",
            b'{"version": 1,\n"name": "\xff"}',
            "line 2: this is not UTF-8 text, but Windows-1252 or the like. Save it again as UTF-8.",
        ),
        ("a.json", TINY.encode("utf-16")[:-1], "this begins like UTF-16, but is damaged. Save it again as UTF-8."),
        ("a.json", b'{"version":\n 1,\n}', "line 3, column 1: this is not JSON: {json}. Correct it, or save it again."),
        ("a.json", b"[" * 200_000, "lists or objects are nested too deeply. Enter a file that the planner wrote."),
        ("a.json", b'{"version": ' + b"1" * 5000 + b"}", "a number has thousands of digits. Enter a smaller one."),
        ("a.txt", b"x", f"the file type '.txt' can't be read. {FILE_TYPES}"),
        ("a.csv", b"x", "this is a single CSV file. Enter the folder that contains all the CSV files."),
    ],
)  # fmt: skip
def test_content_that_does_not_match_the_name_is_refused(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(content)
    faults = faults_in(tmp_path / name)
    if "{json}" in expected:
        before, after = expected.split("{json}")
        assert len(faults) == 1
        assert faults[0].startswith(f"{tmp_path / name}: {before}")
        assert faults[0].endswith(after)
    else:
        assert faults == [f"{tmp_path / name}: {expected}"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.json", "there is no such file. Check its name and folder."),
        ("a.xlsx", "there is no such file. Check its name and folder."),
        ("nowhere", "there is no such file or folder. Check its name."),
        ("a\0.json", "this can't be opened: {why}."),
    ],
)
def test_a_missing_file_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    (fault,) = faults_in(tmp_path / name)
    assert fault.startswith(f"{tmp_path / name}: {expected.partition('{')[0]}")


@pytest.mark.parametrize("name", ["a.json", "a.xlsx"])
def test_a_folder_named_like_a_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    expected = "this is a folder, not a file. Enter the name of a file, or of a folder of .csv files."
    assert faults_in(tmp_path / name) == [f"{tmp_path / name}: {expected}"]


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    assert faults_in(tmp_path / "a.json") == [f"{tmp_path / 'a.json'}: this is not a file. Enter the name of a file."]


@pytest.mark.parametrize("name", ["a.json", "a.xlsx", "folder/Rooms.csv"])
def test_200_megabytes_are_refused_unread(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with (tmp_path / name).open("wb") as file:
        file.truncate(200 * 2**20)
    path = tmp_path / name if name.startswith("a") else tmp_path / "folder"
    assert faults_in(path) == [f"{path}: this is 200 MB, over the limit of 20 MB. Reduce it to one month."]


def archive(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def test_an_archive_that_is_not_a_workbook_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.xlsx", {"readme.txt": b"hello"})
    expected = "this is an archive, not a workbook. Save it in Excel as an Excel Workbook (.xlsx)."
    assert faults_in(path) == [f"{path}: {expected}"]


def test_a_zip_bomb_is_refused_from_its_directory(tmp_path: Path) -> None:
    path = repacked(tiny_workbook(tmp_path), SHEET, lambda _: bytes(120 * 2**20))
    assert path.stat().st_size < 2**20
    assert faults_in(path) == [f"{path}: this workbook unpacks to 120 MB, over the limit of 100 MB. Reduce it to one month."]


def test_a_part_with_a_suspicious_compression_ratio_is_refused(tmp_path: Path) -> None:
    path = repacked(tiny_workbook(tmp_path), SHEET, lambda _: bytes(20 * 2**20))
    assert faults_in(path) == [f"{path}: its part {SHEET} unpacks to over 200 times its size. {SAVE_AS_XLSX}"]


def test_a_directory_with_false_sizes_is_refused(tmp_path: Path) -> None:
    path = repacked(tiny_workbook(tmp_path), SHEET, lambda _: bytes(120 * 2**20))
    true_size = (120 * 2**20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(true_size, (1000).to_bytes(4, "little")))
    assert faults_in(path) == [f"{path}: {DAMAGED}"]


def test_parts_with_the_same_name_are_refused(tmp_path: Path) -> None:
    path = tiny_workbook(tmp_path)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as file:
        file.writestr(SHEET, b"<worksheet/>")
    assert faults_in(path) == [f"{path}: this archive has more than 2000 parts, or two with the same name. {SAVE_AS_XLSX}"]


def with_rows(path: Path, rows: bytes) -> Path:
    return repacked(path, SHEET, lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>"))


@pytest.mark.parametrize(
    ("rows", "reach"),
    [
        (b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "row 1048576 and column 16384"),
        (b'<row r="1048576"><c r="xfd1048576" t="inlineStr"><is><t>x</t></is></c></row>', "row 1048576 and column 16384"),
        (b"<row r='1048576'><c><v>1</v></c></row>", "row 1048576 and column 17"),
        (b'<row r="9"><c r="ZZZ9"><v>1</v></c></row>', "row 9 and column 18278"),
    ],
)
def test_a_remote_cell_is_refused(tmp_path: Path, rows: bytes, reach: str) -> None:
    path = with_rows(tiny_workbook(tmp_path), rows)
    assert faults_in(path) == [f"{path}: a sheet extends to {reach}, {TOO_FAR}"]


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="9"><c r="ZZZZZZZ9"><v>1</v></c></row>',
        b'<row r="x"><c><v>1</v></c></row>',
        b'<row r="9"><c r="A9"><v>1</v></row>',
        b'<row r="9"><c r="A9" t="s"><v>99999</v></c></row>',
        b'<row r="9"><c r="A9" t="s"><v>-1</v></c></row>',
    ],
)
def test_malformed_cells_are_refused(tmp_path: Path, rows: bytes) -> None:
    path = with_rows(tiny_workbook(tmp_path), rows)
    assert faults_in(path) == [f"{path}: {DAMAGED}"]


def test_a_long_text_used_often_is_refused(tmp_path: Path) -> None:
    path = tiny_workbook(tmp_path)
    repacked(
        path,
        "xl/sharedStrings.xml",
        lambda part: part.replace(b"</sst>", b"<si><t>" + os.urandom(500_000).hex().encode() + b"</t></si></sst>"),
    )
    with zipfile.ZipFile(path) as file:
        last = file.read("xl/sharedStrings.xml").count(b"<si>") - 1
    with_rows(path, b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (n, n, last) for n in range(50, 160)))
    assert faults_in(path) == [f"{path}: this workbook has too much text. Reduce it to one month, without long texts."]


def test_a_document_type_declaration_is_refused(tmp_path: Path) -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet '
    path = repacked(tiny_workbook(tmp_path), SHEET, lambda part: part.replace(b"<worksheet ", doctype))
    expected = "this workbook has a document type declaration. Save it again in Excel."
    assert faults_in(path) == [f"{path}: {expected}"]


def test_a_false_count_of_texts_is_ignored(tmp_path: Path) -> None:
    path = tiny_workbook(tmp_path)
    repacked(path, "xl/sharedStrings.xml", lambda part: part.replace(b'uniqueCount="', b'uniqueCount="9999999'))
    assert read_problem_file(path) == tiny_problem()


def test_formatted_empty_rows_are_ignored(tmp_path: Path) -> None:
    path = tiny_workbook(tmp_path)
    with_rows(
        path, b"".join(b'<row r="%d"><c r="A%d" s="3"/><c r="B%d" s="3"/></row>' % (n, n, n) for n in range(900_000, 1_000_000))
    )
    assert read_problem_file(path) == tiny_problem()


def test_macros_and_embedded_files_are_ignored(tmp_path: Path) -> None:
    path = tiny_workbook(tmp_path)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("xl/vbaProject.bin", os.urandom(1000))
        file.writestr("xl/embeddings/another.xlsx", path.read_bytes())
    assert read_problem_file(path) == tiny_problem()


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    path = tiny_workbook(tmp_path)
    path.write_bytes(path.read_bytes()[:-3000])
    assert faults_in(path) == [f"{path}: {DAMAGED}"]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "[Content_Types].xml", SHEET, "xl/styles.xml", "xl/sharedStrings.xml"])
def test_a_missing_part_raises_no_other_error(tmp_path: Path, part: str) -> None:
    """The workbook is read, or refused with InputError."""
    path = tiny_workbook(tmp_path)
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for entry in old.infolist():
            if entry.filename != part:
                new.writestr(entry.filename, old.read(entry))
    path.write_bytes(content.getvalue())
    try:
        read_problem_file(path)
    except InputError as error:
        assert error.faults


def test_an_unknown_file_type_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the file type '\.pdf' can't be written"):
        write_problem_file(tiny_problem(), tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_too_many_values_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(tiny_data(conferences=[1] * 300_000)))
    assert faults_in(tmp_path / "a.json") == [f"{tmp_path / 'a.json'}: this has more than 250000 values. Reduce it to one month."]
    write_problem_file(tiny_problem(), tmp_path / "tiny")
    (tmp_path / "tiny" / "Closures.csv").write_text("Date\n" + "x\n" * 100_000)
    path = tmp_path / "tiny" / "Closures.csv"
    assert faults_in(tmp_path / "tiny") == [f"{path}: this has more than 100000 rows. Reduce it to one month."]


def test_too_many_merged_ranges_are_refused(tmp_path: Path) -> None:
    merged = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (n, n) for n in range(1, 100_002))
    path = repacked(
        tiny_workbook(tmp_path),
        SHEET,
        lambda part: part.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merged + b"</mergeCells>"),
    )
    assert faults_in(path) == [f"{path}: a sheet has more than 100000 merged ranges. Unmerge them, and save it again."]


@pytest.mark.parametrize("cells", ["A1:B2 B2:C3", "A1:nonsense"])
def test_malformed_merged_ranges_are_refused(tmp_path: Path, cells: str) -> None:
    merged = "".join(f'<mergeCell ref="{reference}"/>' for reference in cells.split())
    end = f"</sheetData><mergeCells>{merged}</mergeCells>".encode()
    path = repacked(tiny_workbook(tmp_path), SHEET, lambda part: part.replace(b"</sheetData>", end))
    assert faults_in(path) == [f"{path}: {DAMAGED}"]
