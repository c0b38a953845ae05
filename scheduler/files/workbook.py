"""The workbook that people fill in: one sheet for each noun, read with calamine and written with xlsxwriter."""

from __future__ import annotations

from pathlib import Path

from scheduler.domain.problem import Problem
from scheduler.files.atomic_write import write_file
from scheduler.files.file_safety import bytes_of, refuse, workbook_in
from scheduler.files.merged_cells import merged_within
from scheduler.files.read_tables import problem_in
from scheduler.files.sheets import NOT_READ, SHEETS
from scheduler.files.styled_workbook import StyledWorkbook
from scheduler.files.write_tables import Table, tables_of
from scheduler.files.xlsx_safety import DAMAGED


def read_workbook(path: Path) -> Problem:
    """The problem in a workbook. Raises InputError."""
    return problem_in(tables_in_workbook(path))


def tables_in_workbook(path: Path) -> list[Table]:
    """Every sheet of a workbook that is read, as it stands. Raises InputError."""
    import pandas as pd  # noqa: PLC0415 - half a second that reading JSON need not wait for

    checked = workbook_in(path, bytes_of(path))
    # Asked like this, pandas leaves every cell what calamine found, but that it makes 90 of 90.0.
    try:
        with pd.ExcelFile(checked, engine="calamine") as file:
            sheets = pd.read_excel(file, sheet_name=None, header=None, dtype=object, na_filter=False)
            return [
                Table(
                    str(title),
                    frame.to_numpy(dtype=object).tolist(),
                    merged_within(*frame.shape, file.book.get_sheet_by_name(title).merged_cell_ranges or ()),
                )
                for title, frame in sheets.items()
                if title not in NOT_READ
            ]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        refuse(path, DAMAGED)


def write_workbook(problem: Problem, path: Path) -> None:
    """Write the problem as a workbook. Raises InputError."""
    _write(path, problem)


def write_blank_workbook(path: str | Path) -> None:
    """Write a workbook to be filled in: every sheet with its headings, notes and drop-downs. Raises InputError."""
    _write(Path(path), None)


def _write(path: Path, problem: Problem | None) -> None:
    book = StyledWorkbook(path)
    book.add_instructions()
    for sheet, table in zip(SHEETS, tables_of(problem), strict=True):
        book.add_sheet(sheet, table)
    write_file(path, book.finished())
