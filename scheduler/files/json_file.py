"""Problems and schedules as JSON, as the contract writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from scheduler.domain.faults import Fault, InputError, faults_of, read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Value, shown
from scheduler.files.atomic_write import write_file
from scheduler.files.file_safety import NAME_IT_XLSX, bytes_of, refuse, text_of

Read = TypeVar("Read")
MOST_VALUES = 250_000
"""More would take gigabytes where each of them is a fault; a month has some thousands."""


def read_problem_json(path: Path) -> Problem:
    """The problem in a JSON file. Raises InputError."""
    return read_json(path, read_problem)


def read_schedule_json(path: Path) -> Schedule:
    """The schedule in a JSON file. Raises InputError."""
    return read_json(path, _schedule, advice_on_workbooks="Enter the .json file that plan --out writes.")


def write_json(value: Value, path: Path, *, compact: bool = False) -> None:
    """Write a problem or schedule as the contract has it: null for what is absent. Raises InputError.

    Compact is for files that nobody edits by hand: no white space, and nothing that is as it would be if left out.
    """
    content = value.model_dump(mode="json", by_alias=True, exclude_defaults=compact)
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
    write_file(path, (json.dumps(content, ensure_ascii=False, allow_nan=False, **layout) + "\n").encode())


def _schedule(raw: Any) -> Schedule:
    if not isinstance(raw, dict):
        raise InputError([Fault((), "This is no schedule file: it holds no object. Give one with version, bookings, …")])
    try:
        return Schedule.model_validate(raw)
    except ValidationError as error:
        raise InputError(list(faults_of(error, Schedule))) from None


def read_json(path: Path, read: Callable[[Any], Read], *, advice_on_workbooks: str = NAME_IT_XLSX) -> Read:
    """What ``read`` makes of the data in a JSON file. Raises InputError, as ``read`` may."""
    text = text_of(path, bytes_of(path), "a JSON file", "Save it again as UTF-8.", advice_on_workbooks)
    if text.count(",") > MOST_VALUES:
        refuse(path, f"this holds more than {MOST_VALUES} values. Give one month only.")
    try:
        return read(_parsed(path, text))
    except RecursionError:
        refuse(path, "lists or objects lie too deep in one another. Give a file as the planner writes it.")


def _parsed(path: Path, text: str) -> Any:
    suspicious: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            suspicious.append("a name twice")
        return found

    try:
        raw = json.loads(text, object_pairs_hook=members, parse_constant=suspicious.append)
    except json.JSONDecodeError as error:
        message = error.msg[0].lower() + error.msg[1:]
        refuse(path, f"line {error.lineno}, column {error.colno}: this is not JSON: {message}. Put it right, or save it again.")
    except ValueError:
        refuse(path, "a number in it has thousands of digits. Enter a smaller one.")
    if suspicious:
        raise InputError([Fault((), f"{path}: {told}") for told in _oddities(text)])
    return raw


def _oddities(text: str) -> list[str]:
    """Where valid JSON for Python is none for the contract: names given twice in one object, and numbers that are none."""
    told: list[str] = []
    names: list[set[str] | None] = []
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\[\]]|NaN|-?Infinity', text):
        found = token[0]
        if found in "{[":
            names.append(set() if found == "{" else None)
        elif found in "}]":
            names.pop()
        elif token[1] is not None:
            inside, name = names[-1], json.loads(found[: -len(token[1])])
            if inside is not None and name in inside:
                told.append(f"{_line(text, token.start())}: {shown(name)} is there twice in one object. Keep one.")
            elif inside is not None:
                inside.add(name)
        elif not found.startswith('"'):
            told.append(f"{_line(text, token.start())}: {found} is not a number. Enter a number such as 0.6.")
    return told


def _line(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"
