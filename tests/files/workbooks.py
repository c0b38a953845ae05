"""Workbooks of a tiny problem, with the changes of a user or an attacker."""

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
"""The part of a workbook that contains the sheet Conferences."""


def tiny_workbook(folder: Path, **changes: Any) -> Path:
    """Write the workbook of the tiny problem with the changes."""
    path = folder / "tiny.xlsx"
    write_problem_file(tiny_problem(**changes), path)
    return path


def edit(path: Path, change: Callable[[Workbook], None]) -> Path:
    """Change and save the workbook."""
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    workbook.save(path)
    return path


def cell(workbook: Workbook, title: str, row: int, heading: str) -> Any:
    sheet: Worksheet = workbook[title]
    column = next(n for n, cell in enumerate(sheet[1], start=1) if cell.value == heading)
    return sheet.cell(row, column)


def enter(path: Path, title: str, row: int, **values: Any) -> Path:
    """Enter values under headings, given with underscores for spaces."""

    def change(workbook: Workbook) -> None:
        for heading, value in values.items():
            cell(workbook, title, row, heading.replace("_", " ")).value = value

    return edit(path, change)


def set_to(path: Path, title: str, label: str, value: Any) -> Path:
    """Enter the value of a setting."""

    def change(workbook: Workbook) -> None:
        for row in workbook[title].iter_rows(min_row=2):
            if row[0].value == label:
                row[1].value = value

    return edit(path, change)


def repacked(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part of the workbook."""
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, change(data) if entry.filename == part else data)
    path.write_bytes(content.getvalue())
    return path


def faults_in(path: str | os.PathLike[str]) -> list[str]:
    """Return the messages of all faults in the file."""
    try:
        read_problem_file(Path(path))
    except InputError as error:
        return [str(fault) for fault in error.faults]
    return []
