"""``python -m scheduler.files NAME.xlsx`` writes a blank workbook."""

from __future__ import annotations

import sys

from scheduler.domain.faults import InputError
from scheduler.files import write_blank_workbook


def main(arguments: list[str]) -> int:
    """Write a blank workbook to the given path. Return the exit code: 0, or 2 if the workbook can't be written."""
    if len(arguments) != 1 or not arguments[0].lower().endswith(".xlsx"):
        sys.stderr.write("Enter the name of the workbook to write, such as my-month.xlsx.\n")
        return 2
    try:
        write_blank_workbook(arguments[0])
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
