"""``python -m scheduler.files NAME.xlsx`` writes a workbook to be filled in."""

from __future__ import annotations

import sys

from scheduler.domain.faults import InputError
from scheduler.files import write_blank_workbook


def main(arguments: list[str]) -> int:
    """Write the workbook that is named; the exit code is 2 where that can't be done."""
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
