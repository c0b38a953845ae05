"""Errors of the service: the fault, its place, and the remedy. The HTTP layer chooses their statuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from scheduler.domain.bounded import MOST_FAULTS
from scheduler.domain.faults import Fault, first_faults, further_faults


class ErrorItem(BaseModel):
    """One fault: its place in the request, and what to enter instead."""

    where: str
    message: str


class ServiceError(Exception):
    """A request that the service refuses.

    ``kind`` is a word for programs, ``detail`` a sentence for people, and ``errors`` lists each thing that is wrong. ``extra``
    are further members of its answer, as JSON.
    """

    def __init__(
        self, kind: str, detail: str, errors: Sequence[ErrorItem] = (), extra: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.extra = kind, detail, extra
        self.errors = _first_items(errors)


def _first_items(errors: Sequence[ErrorItem]) -> Sequence[ErrorItem]:
    """Return the first errors and, after ``MOST_FAULTS`` of them, one that counts the rest. The last may be one that counts."""
    if len(errors) <= MOST_FAULTS + 1:
        return errors
    return [*errors[:MOST_FAULTS], *error_items([further_faults(len(errors) - MOST_FAULTS)])]


class NotFoundError(ServiceError):
    """A request that names something that does not exist."""


class ConflictError(ServiceError):
    """A request that contradicts the current data."""


class InvalidError(ServiceError):
    """A request with an invalid value."""


class BusyError(ServiceError):
    """A request that can't be answered now, and may be sent again after some ``seconds``."""

    def __init__(self, kind: str, detail: str, seconds: int) -> None:
        super().__init__(kind, detail)
        self.seconds = seconds


def not_found(noun: str, identifier: object) -> NotFoundError:
    """Return the error for an id that does not exist."""
    return NotFoundError("not-found", f"There is no {noun} '{identifier}'.")


def conflict(kind: str, detail: str, errors: Sequence[ErrorItem] = ()) -> ConflictError:
    """Return the error for a request that contradicts the current data."""
    return ConflictError(kind, detail, errors)


def invalid(detail: str, errors: Sequence[ErrorItem] = (), *, kind: str = "invalid") -> InvalidError:
    """Return the error for a request with an invalid value."""
    return InvalidError(kind, detail, errors)


def error_items(faults: Iterable[Fault]) -> list[ErrorItem]:
    """Return the scheduler's faults, of many the first ones, as error items. Those in a workbook name sheet, row and column."""
    return [ErrorItem(where=fault.where, message=fault.message) for fault in first_faults(faults)]
