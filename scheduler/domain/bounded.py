"""Lists of which a validation reports the first faults and counts the rest, so that a hostile input costs little memory.

pydantic stores every error with its place and its input: a kilobyte for an entry of three bytes. So a long list is validated in
pieces. Once ``MOST_FAULTS`` errors are known, those of further pieces are counted and dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_core import core_schema as cores

MOST_FAULTS = 100
"""The faults that are reported one by one for an input; more are counted. Nobody corrects more before the next attempt."""
MOST_FIELDS = 1000
"""The fields that an object may have. The largest of the contract has about twenty."""
PIECE = 100
"""The entries of a list that are validated at once."""
LEFT_OUT = "left_out"
"""The type of the error that counts those of a list that are left out."""
_NOT_VALIDATION = ("metadata", "serialization")
_KNOWN_TYPES = frozenset(get_args(cores.ErrorType))


def with_bounded_faults(schema: CoreSchema) -> CoreSchema:
    """Return a model's schema that refuses objects of more than ``MOST_FIELDS``, and bounds the errors of each list."""
    bounded: CoreSchema = _bounded(schema)
    return bounded


def number_left_out(details: Sequence[ErrorDetails]) -> int:
    """Return the number of errors that a validation has counted and not listed."""
    return sum(int(detail["ctx"]["count"]) for detail in details if detail["type"] == LEFT_OUT)


def _check_fields(entry: Any) -> Any:
    if isinstance(entry, dict) and len(entry) > MOST_FIELDS:
        message = "has {count} fields. Enter {most} or fewer."
        raise PydanticCustomError("too_many_fields", message, {"count": len(entry), "most": MOST_FIELDS})
    return entry


def _bounded(part: Any) -> Any:
    """Return a part of a schema with its lists bounded, except those that are already."""
    if isinstance(part, list):
        return [_bounded(each) for each in part]
    if not isinstance(part, dict) or _is_bounded(part):
        return part
    inside = {name: each if name in _NOT_VALIDATION else _bounded(each) for name, each in part.items()}
    if part.get("type") == "model-fields":
        return cores.no_info_before_validator_function(_check_fields, inside)
    is_list = part.get("type") == "list" or (part.get("type") == "tuple" and part.get("variadic_item_index") == 0)
    return cores.no_info_wrap_validator_function(_InPieces(part.get("max_length")), inside) if is_list else inside


def _is_bounded(part: dict[str, Any]) -> bool:
    function = part.get("function")
    return isinstance(function, dict) and (function["function"] is _check_fields or isinstance(function["function"], _InPieces))


@dataclass(frozen=True)
class _InPieces:
    """A wrap validator of lists that have at most ``max_length`` entries."""

    max_length: int | None

    def __call__(self, entries: Any, validate: cores.ValidatorFunctionWrapHandler) -> Any:
        """Return the valid list. Raise ValidationError with the first errors of a long one, and the number of the others."""
        if not isinstance(entries, list | tuple) or len(entries) <= PIECE:
            return validate(entries)
        if self.max_length is not None and len(entries) > self.max_length:
            return validate(entries)  # which refuses it, having looked at no more than that
        return _in_pieces(entries, validate)


def _in_pieces(entries: Sequence[Any], validate: cores.ValidatorFunctionWrapHandler) -> Any:
    pieces: list[Any] = []
    listed: list[InitErrorDetails] = []
    faulty = others = 0
    for start in range(0, len(entries), PIECE):
        try:
            pieces.append(validate(entries[start : start + PIECE]))
        except ValidationError as error:
            faulty += 1
            if len(listed) == MOST_FAULTS:
                others += error.error_count()
                continue
            details = error.errors(include_url=False)
            own = [_moved(detail, start) for detail in details if detail["loc"] and detail["type"] != LEFT_OUT]
            room = MOST_FAULTS - len(listed)
            listed += own[:room]
            others += number_left_out(details) + len(own[room:])
    if not faulty:
        return type(pieces[0])(chain.from_iterable(pieces))
    if others:
        counted = PydanticCustomError(LEFT_OUT, "further faults", {"count": others})
        listed.append(InitErrorDetails(type=counted, loc=(), input=None))
    raise ValidationError.from_exception_data("list", listed)


def _moved(detail: ErrorDetails, start: int) -> InitErrorDetails:
    """Return an error of the piece that begins at ``start`` as one of the whole list."""
    position, *place = detail["loc"]
    assert isinstance(position, int)
    kind, context = detail["type"], detail.get("ctx", {})
    loc = (start + position, *place)
    if kind in _KNOWN_TYPES:
        return InitErrorDetails(type=kind, loc=loc, input=detail["input"], ctx=context)
    own: Any = PydanticCustomError(kind, detail["msg"])
    return InitErrorDetails(type=own, loc=loc, input=detail["input"])
