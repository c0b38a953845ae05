"""Workbooks for the tests: a tiny problem's, changed as a person or an attacker would."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from scheduler.domain.faults import InputError
from scheduler.files import read_problem_file, write_problem_file
from tests.builders import tiny_problem

SHEET = "xl/worksheets/sheet3.xml"
"""The part of a workbook that holds the sheet Conferences."""


def tiny_workbook(folder: Path, **changes: Any) -> Path:
    path = folder / "tiny.xlsx"
    write_problem_file(tiny_problem(**changes), path)
    return path


def edit(path: Path, change: Callable[[Workbook], None]) -> Path:
    """Open the workbook as a person would, change it and save it."""
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    workbook.save(path)
    return path


def cell(workbook: Workbook, title: str, row: int, heading: str) -> Any:
    sheet: Worksheet = workbook[title]
    column = next(n for n, cell in enumerate(sheet[1], start=1) if cell.value == heading)
    return sheet.cell(row, column)


def enter(path: Path, title: str, row: int, **values: Any) -> Path:
    """Put values under headings; underscores stand for spaces."""

    def change(workbook: Workbook) -> None:
        for heading, value in values.items():
            cell(workbook, title, row, heading.replace("_", " ")).value = value

    return edit(path, change)


def set_to(path: Path, title: str, label: str, value: Any) -> Path:
    """Set a setting."""

    def change(workbook: Workbook) -> None:
        for row in workbook[title].iter_rows(min_row=2):
            if row[0].value == label:
                row[1].value = value

    return edit(path, change)


def repacked(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one of its parts changed."""
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, change(data) if entry.filename == part else data)
    path.write_bytes(content.getvalue())
    return path


def faults_in(path: str | os.PathLike[str]) -> list[str]:
    """What reading the file says is wrong with it."""
    try:
        read_problem_file(Path(path))
    except InputError as error:
        return [str(fault) for fault in error.faults]
    return []
