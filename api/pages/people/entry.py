"""Forms of people, rooms and offices: from what is typed to their values and back, with a sentence for each fault."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from api.errors import ErrorItem, error_items, invalid
from api.pages.entries import NearestYear, date_of, last_of, whole_of
from api.pages.forms import TypedForm
from api.pages.people.kinds import FieldKind, FormField, ItemKind
from api.pages.periods import wrong_order
from api.pages.words import day_long
from scheduler.domain.faults import faults_of
from scheduler.domain.values import Period

_TIME = re.compile(r"([01]?[0-9]|2[0-3])(?:[:.]([0-5][0-9]))?")
_DECIMAL = re.compile(r"[0-9](\.[0-9]{1,3})?")
_SEVERAL = (FieldKind.WEEKDAYS, FieldKind.OFFICES)
DAY, NUMBER = "Enter a date such as 18/1/2027.", "Enter a whole number such as 2."


def value_of(kind: ItemKind, typed: TypedForm, present: Any, today: dt.date) -> Any:
    """Return the item that a form describes. What the form does not ask stays as in ``present``, which is None for a new one.

    Raise InvalidError with a sentence for each fault, by field.
    """
    faults: list[ErrorItem] = []
    data = {} if present is None else present.model_dump(by_alias=True)
    for field in kind.fields:
        if field.name == "id" and present is not None:
            continue
        try:
            data[field.name] = _read(field, typed, today, data.get("first") if field.name == "last" else None)
        except ValueError as error:
            faults.append(ErrorItem(where=field.name, message=str(error)))
    if "last" in data and (first := data.get("first")) and data["last"] and data["last"] < first:
        faults.append(ErrorItem(where="last", message=wrong_order(first, data["last"])))
    if faults:
        raise invalid("The form has faults.", faults)
    try:
        return kind.register.model.model_validate(data)
    except ValidationError as error:
        raise invalid("The form has faults.", error_items(faults_of(error, kind.register.model))) from None


def typed_of(kind: ItemKind, value: Any) -> TypedForm:
    """Return an item as the texts of its form."""
    return TypedForm([pair for field in kind.fields for pair in _texts(field, getattr(value, field.name))])


def differences(kind: ItemKind, typed: TypedForm, value: Any, today: dt.date) -> list[tuple[str, str]]:
    """Return the label and the diary's text of each field that was typed otherwise than it is in the diary now."""
    present = typed_of(kind, value)
    return [
        (field.label, ", ".join(present.every(field.name)) or "Nothing")
        for field in kind.fields
        if field.name != "id" and not _is_same(field, typed, present, today)
    ]


def period_of(typed: TypedForm, today: dt.date, first_field: str = "first", last_field: str = "last") -> Period:
    """Return the days of two boxes: one day if no last day is typed. Raise InvalidError with each fault."""
    faults = []
    first_text, last_text = typed[first_field], typed[last_field]
    first = date_of(first_text, today, NearestYear.COMING)
    last = last_of(last_text, first or today) if last_text else first
    if first is None:
        faults.append(ErrorItem(where=first_field, message=f"'{first_text}' is not a date. {DAY}" if first_text else DAY))
    if last is None and last_text:
        faults.append(ErrorItem(where=last_field, message=f"'{last_text}' is not a date. {DAY}"))
    if first and last and last < first:
        faults.append(ErrorItem(where=last_field, message=wrong_order(first, last)))
    if faults or first is None or last is None:
        raise invalid("The form has faults.", faults)
    try:
        return Period(first=first, last=last)
    except ValidationError as error:
        raise invalid("The form has faults.", error_items(faults_of(error, Period))) from None


def _is_same(field: FormField, typed: TypedForm, present: TypedForm, today: dt.date) -> bool:
    try:
        return bool(_read(field, typed, today) == _read(field, present, today))
    except ValueError:
        return False


def _read(field: FormField, typed: TypedForm, today: dt.date, first: dt.date | None = None) -> Any:
    """Return the value of a field. Raise ValueError with a sentence if it has none.

    ``first`` is the first day of a period that the field ends.
    """
    text = typed[field.name]
    match field.kind:
        case FieldKind.NUMBER | FieldKind.LIMIT:
            number = whole_of(text)
            if number is None and (text or field.kind is FieldKind.NUMBER):
                raise ValueError(f"'{text}' is not a number. {NUMBER}" if text else "Enter a number such as 80.")
            return number
        case FieldKind.DECIMAL:
            return _decimal(text)
        case FieldKind.DATE:
            day = last_of(text, first) if first else date_of(text, today, NearestYear.COMING)
            if text and day is None:
                raise ValueError(f"'{text}' is not a date. {DAY}")
            return day
        case FieldKind.TIMES:
            return list(_times(text))
        case FieldKind.WEEKDAYS | FieldKind.OFFICES:
            return typed.every(field.name)
        case FieldKind.OFFICE_OR_NONE:
            return text or None
        case FieldKind.YES:
            return bool(text)
        case FieldKind.OFFICE if not text:
            raise ValueError("Choose the office")
        case _ if field.name == "id" and not text:
            raise ValueError("Enter a reference, such as the one in the hint")
    return text


def _decimal(text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"'{text}' is not a part of full time. Enter a number such as 1 or 0.6.")
    return float(text)


def _times(text: str) -> Iterator[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise ValueError("Enter when conferences start there, such as 10:00, 14:00")
    for part in parts:
        match = _TIME.fullmatch(part)
        if match is None:
            raise ValueError(f"'{part}' is not a time. Enter times such as 10:00, 14:00.")
        yield f"{int(match[1]):02}:{match[2] or '00'}"


def _texts(field: FormField, value: Any) -> Iterator[tuple[str, str]]:
    if field.kind in _SEVERAL:
        yield from ((field.name, text) for text in value)
        return
    match value:
        case None | False:
            text = ""
        case True:
            text = "yes"
        case dt.date():
            text = day_long(value)
        case tuple():
            text = ", ".join(f"{time:%H:%M}" for time in value)
        case float():
            text = f"{value:g}"
        case _:
            text = str(value)
    yield field.name, text
