"""A fact that may forbid slots, and how to lift it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scheduler.domain.problem import Problem, with_conferences, with_valid_fields
from scheduler.whatif.changes.base import ChangeBase

MOST_REMEDIES = 25
"""Most days of one closure or absence for which a remedy is proposed: a month's working days."""


@dataclass(frozen=True)
class Fact:
    """An entry of the data, or a rule, that may forbid a slot.

    ``rule`` is the contract's name of the rule by which it does, and ``subject`` the id of whom or what it is about. ``lift``
    returns a problem without it. ``remedies`` are changes that undo it, each by itself.
    """

    rule: str
    subject: str
    text: str
    lift: Callable[[Problem], Problem]
    remedies: tuple[ChangeBase, ...] = ()


def with_conference(problem: Problem, conference: str, **fields: Any) -> Problem:
    """Return the problem with other values in these fields of a conference."""
    changed = (one.model_copy(update=fields) if one.id == conference else one for one in problem.conferences)
    return with_conferences(problem, changed)


def with_room(problem: Problem, room: str, **fields: Any) -> Problem:
    """Return the problem with other values in these fields of a room."""
    rooms = tuple(one.model_copy(update=fields) if one.id == room else one for one in problem.rooms)
    return with_valid_fields(problem, rooms=rooms)


def with_chair(problem: Problem, chair: str, **fields: Any) -> Problem:
    """Return the problem with other values in these fields of a chair."""
    chairs = tuple(one.model_copy(update=fields) if one.id == chair else one for one in problem.chairs)
    return with_valid_fields(problem, chairs=chairs)
