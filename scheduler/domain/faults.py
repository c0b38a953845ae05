"""What is wrong with an input, said to the person who has to put it right; and reading raw data into a Problem."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scheduler.domain.conference import Conference
from scheduler.domain.people import Person
from scheduler.domain.places import Room, Site
from scheduler.domain.problem import Problem
from scheduler.domain.values import shown

Place = tuple[str | int, ...]
MAX_HORIZON_DAYS = 800
WITH_IDS = ("sites", "rooms", "chairs", "minute_takers", "conferences")
# Where these are faulty themselves, all the rest is still checked.
_STAND_INS: dict[str, Any] = {"version": 1, "horizon": {"first": "2000-01-04", "last": "2000-01-31"}}


@dataclass(frozen=True)
class Fault:
    """One fault: the place in the input (``("conferences", 14, "trigger")``) and what to enter instead."""

    place: Place
    message: str

    @property
    def where(self) -> str:
        """The place as the contract writes it: ``conferences[14].trigger``."""
        text = ""
        for step in self.place:
            if isinstance(step, int):
                text += f"[{step}]"
            else:
                name = step if step.isprintable() else shown(step)
                text += f".{name}" if text else name
        return text

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.place else self.message


class InputError(Exception):
    """Bad input: every fault that was found, together."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def read_problem(raw: Any) -> Problem:
    """The problem in raw data (as JSON gives it).

    Raises InputError with every fault: of single fields, and of references between them. Faulty items of
    a list are left aside while the references of the others are checked, so that all is said at once.
    """
    if not isinstance(raw, dict):
        raise InputError([Fault((), "This is no problem file: it holds no object. Give one with version, horizon, sites, …")])
    faults: list[Fault] = []
    positions: dict[str, list[int]] = {}
    try:
        problem = Problem.model_validate(raw)
    except ValidationError as error:
        faults = list(faults_of(error, Problem))
        salvaged, positions = _without_faulty_items(raw, faults)
        try:
            problem = Problem.model_validate(_STAND_INS | salvaged)
        except ValidationError:
            raise InputError(faults) from None
    faults += reference_faults(problem, positions, _raw_ids(raw))
    if faults:
        raise InputError(faults)
    return problem


def checked(problem: Problem) -> Problem:
    """The problem, of which every part is sound in itself. Raises InputError with what is wrong between its parts."""
    ids = {name: {item.id for item in getattr(problem, name) or ()} for name in WITH_IDS}
    if faults := reference_faults(problem, {}, ids):
        raise InputError(faults)
    return problem


def faults_of(error: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
    """A validation error as faults in plain words."""
    return faults_in(error.errors(include_url=False), model)


def faults_in(details: Iterable[ErrorDetails], model: type[BaseModel]) -> Iterator[Fault]:
    """The errors of a validation as faults in plain words, one a place."""
    seen: set[Place] = set()
    for detail in details:
        place = tuple(detail["loc"])
        is_only_short_of_its_faulty_items = detail["type"] == "too_short" and len(detail["input"]) > 0
        if place not in seen and not is_only_short_of_its_faulty_items:
            seen.add(place)
            yield Fault(place, _in_words(detail, model))


def _in_words(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """One error of a validation, in plain words; ``model`` knows the fields that could have been meant."""
    kind, found, context = detail["type"], shown(detail["input"]), detail.get("ctx", {})
    match kind:
        case "missing":
            return "is missing. Enter it."
        case "extra_forbidden":
            field = str(detail["loc"][-1])
            known = _fields_at(model, detail["loc"][:-1])
            close = difflib.get_close_matches(field, known, n=1)
            return f"is not a field here.{f' Did you mean {close[0]}?' if close else ''}"
        case "int_type" | "int_parsing" | "int_from_float":
            return f"{found} is not a whole number. Enter a number such as 90."
        case "float_type" | "float_parsing" | "finite_number":
            return f"{found} is not a number. Enter a number such as 0.6."
        case "greater_than_equal":
            return f"{found} is too small. Enter {_plain(context['ge'])} or more."
        case "greater_than":
            return f"{found} is too small. Enter more than {_plain(context['gt'])}."
        case "less_than_equal":
            return f"{found} is too large. Enter {_plain(context['le'])} or less."
        case "bool_type":
            return f"{found} is neither true nor false. Enter true or false."
        case "literal_error":
            return f"{found} is not one of the choices. Enter one of: {context['expected']}."
        case "tuple_type" | "list_type":
            return f"{found} is not a list. Enter a list, in square brackets."
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{found} is not an object. Enter an object, in curly brackets."
        case "string_type":
            return f"{found} is not text. Enter text, in quotes."
        case "string_pattern_mismatch" | "string_too_short":
            return f"{found} can't be an id. Enter 1 to 200 characters without spaces at either end."
        case "string_too_long":
            return f"{found} is too long. Enter {context['max_length']} characters or fewer."
        case "string_unicode":
            return f"{found} holds half a character. Enter it again."
        case "too_long":
            just = "" if context["field_type"] == "Tuple" else "up to "
            return f"has {context['actual_length']} entries. Enter {just}{context['max_length']}."
        case "too_short":
            return "is empty. Enter at least one."
        case _:
            return detail["msg"]


def _plain(limit: float) -> float:
    """The limit without ``.0``."""
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
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)


def _without_faulty_items(raw: dict[str, Any], faults: Iterable[Fault]) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """The raw data without the list items and optional parts that have faults, and where the items left stood before."""
    salvaged, positions = dict(raw), {}
    faulty: dict[str, set[int]] = {}
    for fault in faults:
        match fault.place:
            case (str(field), int(n), *_):
                faulty.setdefault(field, set()).add(n)
            case (str(field), *_):
                salvaged.pop(field, None)
    for field, indices in faulty.items():
        positions[field] = [n for n in range(len(raw[field])) if n not in indices]
        salvaged[field] = [raw[field][n] for n in positions[field]]
    return salvaged, positions


def _raw_ids(raw: dict[str, Any]) -> dict[str, set[str]]:
    """Every id in the lists, also of faulty items, so that references to these are no further fault."""
    lists = {field: items for field, items in raw.items() if isinstance(items, list)}
    return {
        field: {item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)}
        for field, items in lists.items()
    }


def unknown_id(kind: str, noun: str, identifier: str, known: Iterable[str], place: Place) -> Fault:
    """An id that the list ``kind`` of the problem doesn't have, with the one that may have been meant."""
    close = difflib.get_close_matches(identifier, sorted(known), n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return Fault(place, f"there is no {noun} '{identifier}'.{hint} Enter the id of one listed under {kind}.")


def reference_faults(problem: Problem, positions: dict[str, list[int]], ids: dict[str, set[str]]) -> list[Fault]:
    """What is wrong between the parts of a problem: ids unknown or given twice, and a horizon without a working day."""
    faults: list[Fault] = []

    def place(field: str, n: int, *rest: str | int) -> Place:
        return (field, positions[field][n] if field in positions else n, *rest)

    def refer(kind: str, noun: str, identifier: str | None, at: Place) -> None:
        known = ids.get(kind, set())
        if identifier is not None and identifier not in known:
            faults.append(unknown_id(kind, noun, identifier, known, at))

    listed: tuple[tuple[str, Sequence[Site | Room | Person | Conference]], ...] = (
        ("sites", problem.sites),
        ("rooms", problem.rooms),
        ("chairs", problem.chairs),
        ("minute_takers", problem.minute_takers or ()),
        ("conferences", problem.conferences),
    )
    for field, items in listed:
        first_at: dict[str, int] = {}
        for n, item in enumerate(items):
            if item.id in first_at:
                earlier = Fault(place(field, first_at[item.id]), "").where
                faults.append(Fault(place(field, n, "id"), f"'{item.id}' is already the id of {earlier}. Give each its own id."))
            first_at.setdefault(item.id, n)
    for n, journey in enumerate(problem.travel):
        refer("sites", "site", journey.from_, place("travel", n, "from"))
        refer("sites", "site", journey.to, place("travel", n, "to"))
    for n, room in enumerate(problem.rooms):
        refer("sites", "site", room.site, place("rooms", n, "site"))
    for n, chair in enumerate(problem.chairs):
        refer("sites", "site", chair.base, place("chairs", n, "base"))
    for n, taker in enumerate(problem.minute_takers or ()):
        for m, site in enumerate(taker.sites):
            refer("sites", "site", site, place("minute_takers", n, "sites", m))
    for n, conference in enumerate(problem.conferences):
        refer("sites", "site", conference.site, place("conferences", n, "site"))
        refer("chairs", "chair", conference.chair, place("conferences", n, "chair"))
        for m, excluded in enumerate(conference.not_chairs):
            refer("chairs", "chair", excluded, place("conferences", n, "not_chairs", m))
        if conference.id.startswith("HOLD-"):
            faults.append(
                Fault(place("conferences", n, "id"), "ids that begin with HOLD- are kept for held slots. Enter another.")
            )
    for n, hold in enumerate(problem.holds):
        refer("sites", "site", hold.site, place("holds", n, "site"))
    for n, pair in enumerate(problem.apart):
        for m in (0, 1):
            refer("conferences", "conference", pair[m], place("apart", n, m))
        if pair[0] == pair[1]:
            faults.append(Fault(place("apart", n), f"'{pair[0]}' can't be kept apart from itself. Enter two conferences."))
    published: set[str] = set()
    for n, booking in enumerate(problem.published):
        refer("conferences", "conference", booking.conference, place("published", n, "conference"))
        refer("rooms", "room", booking.room, place("published", n, "room"))
        refer("chairs", "chair", booking.chair, place("published", n, "chair"))
        if problem.minute_takers is not None:
            refer("minute_takers", "minute taker", booking.minute_taker, place("published", n, "minute_taker"))
        if booking.conference in published:
            faults.append(Fault(place("published", n, "conference"), f"'{booking.conference}' is published twice. Keep one."))
        published.add(booking.conference)
    length = (problem.horizon.last - problem.horizon.first).days + 1
    if length > MAX_HORIZON_DAYS:
        faults.append(Fault(("horizon",), f"{length} days are too many for one plan. Enter {MAX_HORIZON_DAYS} days or fewer."))
    elif not problem.working_days:
        faults.append(Fault(("horizon",), "there is no working day in it. Enter a first and last day with one between."))
    return faults
