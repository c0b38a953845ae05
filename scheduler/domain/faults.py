"""Faults of an input, worded for the person who corrects them, and the validation of raw data into a Problem."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import override

from scheduler.domain.bounded import LEFT_OUT, MOST_FAULTS, number_left_out
from scheduler.domain.identifiers import NO_NAMES, alike, shown
from scheduler.domain.problem import Problem
from scheduler.domain.suggestions import bounded_suggestions, closest, closest_id, did_you_mean
from scheduler.domain.values import quoted

Place = tuple[str | int, ...]
MAX_HORIZON_DAYS = 800
NOUNS = {
    "sites": "site",
    "rooms": "room",
    "chairs": "chair",
    "minute_takers": "minute taker",
    "conferences": "conference",
}
"""The lists whose items have ids, each with the noun for one item."""
WITH_IDS = tuple(NOUNS)
_REFERENCES: dict[str, dict[str | int, str]] = {
    "travel": {"from": "sites", "to": "sites"},
    "rooms": {"site": "sites"},
    "chairs": {"base": "sites"},
    "minute_takers": {"sites": "sites"},
    "conferences": {"site": "sites", "chair": "chairs", "not_chairs": "chairs"},
    "holds": {"site": "sites"},
    "apart": {},
    "published": {"conference": "conferences", "room": "rooms", "chair": "chairs", "minute_taker": "minute_takers"},
}
"""For each list, the fields of its items that contain one or more ids, and the list that those ids refer to.

Each side of ``apart`` is a conference or a family.
"""


@dataclass(frozen=True)
class Fault:
    """One fault: the place in the input (``("conferences", 14, "trigger")``) and what to enter instead."""

    place: Place
    message: str

    @property
    def where(self) -> str:
        """Return the place in the contract's notation: ``conferences[14].trigger``."""
        text = ""
        for step in self.place:
            if isinstance(step, int):
                text += f"[{step}]"
            else:
                name = step if step.isprintable() else quoted(step)
                text += f".{name}" if text else name
        return text

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.place else self.message

    def within(self, *outer: str | int) -> Fault:
        """Return the fault of a part as one of the whole, in which the part is at ``outer``."""
        return Fault((*outer, *self.place), self.message)


@dataclass(frozen=True)
class FurtherFaults(Fault):
    """The faults of an input that are counted and not listed."""

    count: int = 0

    @override
    def within(self, *outer: str | int) -> Fault:
        """Return the same: the faults of a part are faults of the whole."""
        return self


def further_faults(count: int) -> FurtherFaults:
    """Return the entry that ends a list of faults, of which ``count`` are left out."""
    are = "1 further fault is" if count == 1 else f"{count:,} further faults are"
    return FurtherFaults((), f"{are} not listed. Correct these first.", count)


def first_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return the first ``MOST_FAULTS`` faults and, if there are more, one that counts the rest."""
    listed: list[Fault] = []
    others = 0
    for fault in faults:
        if isinstance(fault, FurtherFaults):
            others += fault.count
        elif len(listed) < MOST_FAULTS:
            listed.append(fault)
        else:
            others += 1
    return (*listed, further_faults(others)) if others else tuple(listed)


class InputError(Exception):
    """Invalid input, with its faults. After ``MOST_FAULTS`` of them the last entry counts the rest."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = first_faults(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @property
    def count(self) -> int:
        """Return the number of faults, with those that are counted and not listed."""
        return sum(fault.count if isinstance(fault, FurtherFaults) else 1 for fault in self.faults)


def read_problem(raw: Any) -> Problem:
    """Return the problem in raw data, as parsed from JSON.

    Raise InputError with every fault of single fields and of references between them. The valid fields of a faulty item
    are still checked against other items, so that one error lists everything.
    """
    if not isinstance(raw, dict):
        raise InputError(
            [Fault((), "This is not a problem file: it has no JSON object. Enter one with version, horizon, sites, …")]
        )
    with bounded_suggestions():
        problem, faults = _validated(raw)
        faults += reference_faults(raw, {fault.place for fault in faults})
        faults += horizon_faults(problem or _with_valid_days(raw, faults))
    if problem is None or faults:
        raise InputError(faults)
    return problem


def _validated(raw: dict[str, Any]) -> tuple[Problem | None, list[Fault]]:
    """Return the problem in raw data, or None and the faults of its fields."""
    try:
        return Problem.model_validate(raw), []
    except ValidationError as error:
        return None, list(faults_of(error, Problem))


def _with_valid_days(raw: dict[str, Any], faults: Iterable[Fault]) -> Problem | None:
    """Return a problem with only the horizon and a valid calendar; None if the horizon has a fault."""
    faulty = {fault.place[0] for fault in faults if fault.place}
    days = {field: raw[field] for field in ("horizon", "calendar") if field in raw and field not in faulty}
    placeholders = {"version": 1, "sites": [{"id": "site"}], "rooms": (), "chairs": (), "conferences": ()}
    return Problem.model_validate(placeholders | days) if "horizon" in days else None


def checked(problem: Problem) -> Problem:
    """Return the problem, whose parts are each valid. Raise InputError if references between them or its days are not."""
    lists = problem.model_dump(include=set(_REFERENCES) | set(WITH_IDS), by_alias=True, warnings=False)
    with bounded_suggestions():
        faults = [*reference_faults(lists, set(), are_stored=True), *horizon_faults(problem)]
    if faults:
        raise InputError(faults)
    return problem


def faults_of(error: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
    """Yield the faults of a validation error in plain words."""
    return faults_in(error.errors(include_url=False), model)


def faults_in(details: Iterable[ErrorDetails], model: type[BaseModel]) -> Iterator[Fault]:
    """Yield the errors of a validation as faults in plain words, at most one per place, and count those that are left out."""
    seen: set[Place] = set()
    listed = list(details)
    for detail in listed:
        if detail["type"] == LEFT_OUT:
            continue
        place = tuple(detail["loc"])
        # pydantic leaves faulty items out of the count
        lacks_only_faulty_items = detail["type"] == "too_short" and len(detail["input"]) > 0
        if place not in seen and not lacks_only_faulty_items:
            seen.add(place)
            yield Fault(place, _in_words(detail, model))
    if others := number_left_out(listed):
        yield further_faults(others)


def _in_words(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Return one validation error in plain words; suggest a field of ``model`` for an unknown one."""
    kind, entry, context = detail["type"], quoted(detail["input"]), detail.get("ctx", {})
    match kind:
        case "missing":
            return "is missing. Enter it."
        case "extra_forbidden":
            known = _fields_at(model, detail["loc"][:-1])
            return f"is not a field here.{did_you_mean(closest(str(detail['loc'][-1]), known))}"
        case "int_type" | "int_parsing" | "int_from_float":
            return f"{entry} is not a whole number. Enter a number such as 90."
        case "float_type" | "float_parsing" | "finite_number":
            return f"{entry} is not a number. Enter a number such as 0.6."
        case "greater_than_equal":
            return f"{entry} is too small. Enter {_plain(context['ge'])} or more."
        case "greater_than":
            return f"{entry} is too small. Enter more than {_plain(context['gt'])}."
        case "less_than_equal":
            return f"{entry} is too large. Enter {_plain(context['le'])} or less."
        case "bool_type":
            return f"{entry} is neither true nor false. Enter true or false."
        case "literal_error":
            expected = str(context["expected"])
            choices = expected.lower() if expected in ("True", "False") else f"one of: {expected}"
            return f"{entry} is not one of the choices. Enter {choices}."
        case "tuple_type" | "list_type":
            return f"{entry} is not a list. Enter a list, in square brackets."
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{entry} is not an object. Enter an object, in curly brackets."
        case "string_type":
            return f"{entry} is not text. Enter text, in quotes."
        case "string_pattern_mismatch" | "string_too_short":
            return f"{entry} can't be entered here. Enter 1 to 200 characters without spaces at either end."
        case "string_too_long":
            return f"{entry} is too long. Enter {context['max_length']} characters or fewer."
        case "string_unicode":
            return f"{entry} contains half a character. Enter it again."
        case "too_long":
            just = "" if context["field_type"] == "Tuple" else "up to "
            return f"has {context['actual_length']} entries. Enter {just}{context['max_length']}."
        case "too_short":
            return "is empty. Enter at least one."
        case _:
            return detail["msg"]


def _plain(limit: float) -> float:
    return int(limit) if limit == int(limit) else limit


def _fields_at(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    current: Any = model
    for step in place:
        if isinstance(step, str) and isinstance(current, type) and issubclass(current, BaseModel):
            fields = {field.alias or name: field for name, field in current.model_fields.items()}
            current = _model_in(fields[step].annotation) if step in fields else None
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [field.alias or name for name, field in current.model_fields.items()]
    return []


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in getattr(annotation, "__args__", ()) if (model := _model_in(part))), None)


def unknown_id(
    kind: str, noun: str, identifier: str, known: Iterable[str], place: Place, names: Mapping[str, str] = NO_NAMES
) -> Fault:
    """Return the fault of an id that the problem's list ``kind`` lacks; it suggests the closest known id."""
    hint = did_you_mean(closest_id(identifier, known, names), identifier)
    return Fault(place, f"there is no {noun} {shown(identifier)}.{hint} Enter an id that is listed under {kind}.")


def reference_faults(raw: Mapping[str, Any], faulty: Collection[Place], *, are_stored: bool = False) -> list[Fault]:
    """Return the faults between the parts of a problem in raw data: ids that are unknown, alike or repeated.

    Faulty places are skipped. Ids that ``are_stored`` may be alike, because new ids are compared when they are entered.
    """
    parts = _Parts(raw, faulty)
    double = (fault for field in WITH_IDS for fault in _double_ids(parts, field, may_be_alike=are_stored))
    return list(first_faults(chain(double, (fault for field in _REFERENCES for fault in _item_faults(parts, field)))))


class _Parts:
    """Raw data with the places that are known to be faulty."""

    def __init__(self, raw: Mapping[str, Any], faulty: Collection[Place]) -> None:
        self._faulty = faulty
        self._lists = {field: items for field, items in raw.items() if isinstance(items, list | tuple)}
        ids: dict[str, list[Any]] = {
            field: [item.get("id") if isinstance(item, dict) else None for item in self._lists[field]]
            for field in WITH_IDS
            if field in self._lists and (field,) not in faulty
        }
        self.ids: dict[str, set[str]] = {
            field: set(listed) for field, listed in ids.items() if all(isinstance(each, str) for each in listed)
        }
        """The ids of each list, including faulty items. A list with an unreadable id is left out, because that id may be any."""

        self._names: dict[str, dict[str, str]] = {}
        self._family: dict[str, str] = {}
        self.families: dict[str, str] = {}
        """The families as first written, by their form for comparison."""
        self.family_names: set[str] = set()
        families = [item.get("family") for _, item in self.items("conferences") if isinstance(item, dict)]
        self.has_readable_families = all(family is None or isinstance(family, str) for family in families)
        for n, item in self.items("conferences"):
            family, identifier = (self.text(item, ("conferences", n, key)) for key in ("family", "id"))
            if family is not None:
                self.families.setdefault(alike(family), family)
                self.family_names.add(family)
                if identifier is not None:
                    self._family[identifier] = alike(family)

    def names_in(self, field: str) -> dict[str, str]:
        """Return the readable names of a list's items, by id."""
        if field in self._names:
            return self._names[field]
        found = self._names[field] = {}
        for n, item in self.items(field):
            identifier, name = (self.text(item, (field, n, key)) for key in ("id", "name"))
            if identifier is not None and name:
                found[identifier] = name
        return found

    def family_of(self, name: str) -> str | None:
        """Return the family of one side of a pair, in its form for comparison: the conference's family, or the side itself."""
        return self._family.get(name) or (alike(name) if alike(name) in self.families else None)

    def items(self, field: str) -> Iterable[tuple[int, Any]]:
        """Return the items of a list, each with its position."""
        return enumerate(self._lists.get(field, ()))

    def texts(self, item: Any, place: Place) -> Iterator[tuple[Place, str]]:
        """Yield the valid text at a place of the item, or each valid text of the list there."""
        if place in self._faulty or isinstance(item, str):
            return
        try:
            content = item[place[-1]]
        except (KeyError, IndexError, TypeError):
            return
        is_list = isinstance(content, list | tuple)
        for at, text in [((*place, n), text) for n, text in enumerate(content)] if is_list else [(place, content)]:
            if isinstance(text, str) and at not in self._faulty and not _has_half_characters(text):
                yield at, text

    def text(self, item: Any, place: Place) -> str | None:
        """Return the valid text at a place of the item, or None."""
        return next((text for at, text in self.texts(item, place) if at == place), None)


def _has_half_characters(text: str) -> bool:
    """True if the text has a lone surrogate. A message that contains one can't be encoded."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _double_ids(parts: _Parts, field: str, *, may_be_alike: bool) -> Iterator[Fault]:
    first_at: dict[str, Place] = {}
    first_alike: dict[str, str] = {}
    for n, item in parts.items(field):
        identifier = parts.text(item, (field, n, "id"))
        if identifier is None:
            continue
        if earlier := first_at.get(identifier):
            message = f"'{identifier}' is already the id of {Fault(earlier, '').where}. Give each its own id."
            yield Fault((field, n, "id"), message)
        elif not may_be_alike and (other := first_alike.get(alike(identifier))) is not None:
            where = Fault(first_at[other], "").where
            message = (
                f"{shown(identifier)} is too similar to {shown(other)}, the id of {where}. Give each its own id, or delete one."
            )
            yield Fault((field, n, "id"), message)
        first_at.setdefault(identifier, (field, n))
        first_alike.setdefault(alike(identifier), identifier)


def _item_faults(parts: _Parts, field: str) -> Iterator[Fault]:
    """Yield the faults of a list's items in relation to other items."""
    published: set[str] = set()
    for n, item in parts.items(field):
        for key, kind in _REFERENCES[field].items():
            for at, identifier in parts.texts(item, (field, n, key)):
                if kind in parts.ids and identifier not in parts.ids[kind]:
                    yield unknown_id(kind, NOUNS[kind], identifier, parts.ids[kind], at, parts.names_in(kind))
        match field:
            case "conferences":
                if (parts.text(item, (field, n, "id")) or "").startswith("HOLD-"):
                    yield Fault((field, n, "id"), "ids that begin with HOLD- are reserved for held slots. Enter another.")
            case "apart":
                yield from _apart_faults(parts, n, item)
            case "published":
                conference = parts.text(item, (field, n, "conference"))
                if conference in published:
                    yield Fault((field, n, "conference"), f"'{conference}' is published twice. Keep one.")
                if conference is not None:
                    published.add(conference)


def _apart_faults(parts: _Parts, n: int, pair: Any) -> Iterator[Fault]:
    """Yield the faults of a pair kept apart; each side is a conference or a family (contract, section 8)."""
    place = ("apart", n)
    sides = [(at, side) for m in (0, 1) for at, side in parts.texts(pair, (*place, m))]
    if len(sides) == 2 and sides[0][1] == sides[1][1]:
        yield Fault(place, f"'{sides[0][1]}' can't be kept apart from itself. Enter two conferences or families.")
    if "conferences" not in parts.ids or not parts.has_readable_families:
        return
    ids = parts.ids["conferences"]
    for at, side in sides:
        is_family = alike(side) in parts.families
        if side in ids and is_family:
            yield Fault(at, f"'{side}' is the id of a conference and also a family. Give the family another reference.")
        elif side not in ids and not is_family:
            yield unknown_id("conferences", "conference or family", side, {*ids, *parts.family_names}, at)
    if len(sides) == 2:
        (_, one), (_, other) = sides
        family = parts.family_of(one)
        if one != other and family is not None and family == parts.family_of(other):
            yield Fault(
                place, f"'{one}' and '{other}' belong to one family, '{parts.families[family]}'. Enter two of different families."
            )


def horizon_faults(problem: Problem | None) -> Iterator[Fault]:
    """Yield the faults of a problem's horizon: too long, or without a working day."""
    if problem is None:
        return
    length = (problem.horizon.last - problem.horizon.first).days + 1
    if length > MAX_HORIZON_DAYS:
        yield Fault(("horizon",), f"{length} days are too many for one plan. Enter {MAX_HORIZON_DAYS} days or fewer.")
    elif not problem.working_days:
        yield Fault(("horizon",), "there is no working day between the first day and the last. Enter days that include one.")
