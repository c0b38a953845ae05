"""The form of the rules: from stored values to texts, and from what is typed to values, with a sentence for each fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from api.diary.service import queries as documents
from api.errors import ErrorItem, error_items, invalid
from api.pages.entries import time_of, whole_of
from api.pages.forms import TypedForm
from api.pages.settings.sentences import AFTER, OFF, POLICY, SENTENCES, FieldEntry, Sentence
from scheduler.domain.faults import faults_of

Values = Mapping[str, Any]
"""Documents as JSON, by name."""


def as_json(name: str, value: Any) -> Any:
    """Return a document's value as JSON."""
    return documents.BY_NAME[name].adapter.dump_python(value, mode="json", by_alias=True)


def at(values: Any, path: str) -> Any:
    """Return the value at a path of documents."""
    for part in path.split("."):
        values = values[part]
    return values


def typed_of(values: Values) -> TypedForm:
    """Return the texts of the form for the documents as they are stored."""
    pairs = [(sentence.path, text_of(sentence, at(values, sentence.path))) for sentence in SENTENCES]
    return TypedForm([*pairs, *((OFF, rule) for rule in values[POLICY]["off"])])


def text_of(sentence: Sentence, value: Any) -> str:
    """Return a value as the text of its box."""
    match sentence.entry:
        case FieldEntry.WORDS:
            return ", ".join(value)
        case FieldEntry.FALLBACK:
            return {True: "yes", False: "no"}.get(value, "hybrid")
        case _:
            return "" if value is None else str(value)


def values_of(typed: TypedForm, present: Values) -> dict[str, Any]:
    """Return the documents that a form describes. Raise InvalidError with a sentence for each fault, by path."""
    data = {name: dict(present[name]) for name in (POLICY, AFTER)}
    faults = []
    for sentence in SENTENCES:
        try:
            _set(data, sentence.path, _read(sentence, typed[sentence.path]))
        except ValueError as error:
            faults.append(ErrorItem(where=sentence.path, message=str(error)))
    data[POLICY]["off"] = list(typed.every(OFF))
    if faults:
        raise invalid("The form has faults.", faults)
    return {name: _checked(name, value) for name, value in data.items()}


def _checked(name: str, value: Any) -> Any:
    document = documents.BY_NAME[name]
    try:
        return document.adapter.validate_python(value)
    except ValidationError as error:
        items = error_items(faults_of(error, document.type))
        raise invalid(
            "The form has faults.", [ErrorItem(where=f"{name}.{one.where}", message=one.message) for one in items]
        ) from None


def _set(data: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for part in parents:
        data[part] = dict(data[part])
        data = data[part]
    data[last] = value


def _read(sentence: Sentence, text: str) -> Any:
    """Return the value of a box. Raise ValueError with a sentence if it has none."""
    match sentence.entry:
        case FieldEntry.WORDS:
            return [word.strip() for word in text.split(",") if word.strip()]
        case FieldEntry.FALLBACK:
            return {"yes": True, "no": False}.get(text, "hybrid")
        case FieldEntry.TIME:
            time = time_of(text)
            if time is None:
                raise ValueError(f"'{text}' is not a time. Enter a time such as 08:00.")
            return time
        case FieldEntry.NUMBER_OR_NONE if not text:
            return None
    number = whole_of(text)
    if number is None:
        raise ValueError(
            f"'{text}' is not a whole number. Enter one such as 15." if text else "Enter a whole number, such as 15."
        )
    return number
