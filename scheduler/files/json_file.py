"""JSON files of problems, schedules and conferences, in the contract's format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from scheduler.domain.bounded import MOST_FAULTS
from scheduler.domain.conference import Conference
from scheduler.domain.faults import Fault, InputError, faults_of, further_faults, read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Value, quoted
from scheduler.files.atomic_write import write_file
from scheduler.files.file_safety import NAME_IT_XLSX, ONE_MONTH, bytes_of, refuse, text_of

Result = TypeVar("Result")
MAX_VALUES = 250_000
"""A month has a few thousand. With more than this, a file in which every value is faulty would take gigabytes."""


def read_problem_json(path: Path) -> Problem:
    """Return the problem in a JSON file. Raise InputError with all faults."""
    return read_json(path, read_problem)


def read_schedule_json(path: Path) -> Schedule:
    """Return the schedule in a JSON file. Raise InputError with all faults."""
    return read_json(path, _schedule, advice_on_workbooks="Enter the .json file that plan --out writes.")


def read_conference_json(path: Path) -> Conference:
    """Return the conference in a JSON file. Raise InputError with all faults."""
    return read_json(path, _conference, advice_on_workbooks="Enter a .json file with one conference.")


def write_json(value: Value, path: Path, *, compact: bool = False) -> None:
    """Write a problem or schedule in the contract's format, with null for absent values.

    ``compact`` suits files that nobody edits by hand: it omits white space and default values. Raise InputError if the file
    can't be written.
    """
    content = value.model_dump(mode="json", by_alias=True, exclude_defaults=compact)
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
    write_file(path, (json.dumps(content, ensure_ascii=False, allow_nan=False, **layout) + "\n").encode())


def _schedule(raw: Any) -> Schedule:
    if not isinstance(raw, dict):
        raise InputError([Fault((), "This is not a schedule file: it has no JSON object. Enter one with version, bookings, …")])
    try:
        return Schedule.model_validate(raw)
    except ValidationError as error:
        raise InputError(list(faults_of(error, Schedule))) from None


def _conference(raw: Any) -> Conference:
    if not isinstance(raw, dict):
        raise InputError([Fault((), "This is not a conference: it has no JSON object. Enter one with id, kind, children, …")])
    try:
        return Conference.model_validate(raw)
    except ValidationError as error:
        raise InputError(list(faults_of(error, Conference))) from None


def read_json(path: Path, read: Callable[[Any], Result], *, advice_on_workbooks: str = NAME_IT_XLSX) -> Result:
    """Return the result of ``read`` on the data in a JSON file. Raise InputError if the file or the data are faulty."""
    text = text_of(path, bytes_of(path), "a JSON file", "Save it again as UTF-8.", advice_on_workbooks)
    if text.count(",") > MAX_VALUES:
        refuse(path, f"this has more than {MAX_VALUES} values. {ONE_MONTH}")
    try:
        return read(_parsed(path, text))
    except RecursionError:
        refuse(path, "lists or objects are nested too deeply. Enter a file that the planner wrote.")


def _parsed(path: Path, text: str) -> Any:
    anomalies: list[str] = []

    def as_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            anomalies.append("a duplicate name")
        return members

    try:
        raw = json.loads(text, object_pairs_hook=as_object, parse_constant=anomalies.append)
    except json.JSONDecodeError as error:
        message = error.msg[0].lower() + error.msg[1:]
        refuse(path, f"line {error.lineno}, column {error.colno}: this is not JSON: {message}. Correct it, or save it again.")
    except ValueError:
        refuse(path, "a number has thousands of digits. Enter a smaller one.")
    if anomalies:
        raise InputError(_anomaly_faults(path, text))
    return raw


def _anomaly_faults(path: Path, text: str) -> Iterator[Fault]:
    """Yield a fault for each anomaly with its line and column. Of many, the last are counted: each line takes a search."""
    found = list(_anomalies(text))
    for at, message in found[:MOST_FAULTS]:
        yield Fault((), f"{path}: {_position(text, at)}: {message}")
    if others := found[MOST_FAULTS:]:
        yield further_faults(len(others))


def _anomalies(text: str) -> Iterator[tuple[int, str]]:
    """Yield each thing that Python accepts and JSON doesn't, with its position: duplicate names, NaN and infinities."""
    names: list[set[str] | None] = []
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\[\]]|NaN|-?Infinity', text):
        symbol = token[0]
        if symbol in "{[":
            names.append(set() if symbol == "{" else None)
        elif symbol in "}]":
            names.pop()
        elif token[1] is not None:
            inside, name = names[-1], json.loads(symbol[: -len(token[1])])
            if inside is not None and name in inside:
                yield token.start(), f"{quoted(name)} appears twice in one object. Keep one."
            elif inside is not None:
                inside.add(name)
        elif not symbol.startswith('"'):
            yield token.start(), f"{symbol} is not a number. Enter a number such as 0.6."


def _position(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"
