"""Grids: a scenario for each value of a setting, or for each combination of several: 5 to 8 chairs × 2 to 4 rooms."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from scheduler.domain.conference import ConferenceKind
from scheduler.domain.faults import Fault, InputError
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.domain.preferences import PREFERENCE_NAMES, PreferenceName
from scheduler.domain.problem import Problem
from scheduler.whatif.changes.base import ChangeBase, copied_id, with_fields
from scheduler.whatif.changes.chairs import ChairJoins, ChairLeaves
from scheduler.whatif.changes.demand import Demand
from scheduler.whatif.changes.minute_takers import MinuteTakerJoins, MinuteTakerLeaves
from scheduler.whatif.changes.policy import CaseloadCap, Weight
from scheduler.whatif.changes.rooms import RoomCloses, RoomOpens
from scheduler.whatif.changes.scenario import Scenario
from scheduler.wording import KIND_IN_WORDS, count_of

SETTING = re.compile(r"\s*(\w+)\s*=\s*(-?[0-9]{1,7})(?:\s*\.\.\s*(-?[0-9]{1,7})(?:\s*:\s*([1-9][0-9]{0,6}))?)?\s*")
MAX_VALUES = 100

Member = TypeVar("Member", Chair, MinuteTaker, Room)
Changes = Sequence[ChangeBase]


@dataclass(frozen=True)
class GridSetting:
    """A setting that a grid can vary: the range of its values, a scenario's name for a value, and the changes that reach it."""

    minimum: int
    maximum: int
    name: Callable[[int], str]
    changes: Callable[[Problem, int], Changes]


def crossed(problem: Problem, settings: Sequence[str]) -> tuple[Scenario, ...]:
    """Return a scenario for each value of a setting, or for each combination of values of several settings.

    A setting is text such as ``chairs=5..8``, ``demand=-20..40:20`` (in steps of 20) or ``rooms=3``. Reserves don't count as
    chairs; chairs and rooms count only if they are there during the plan. For fewer, the last of the list leave or close; for
    more, copies of the last join, without its children, absences, closures and diary. Raise InputError with each setting that
    can't be read or applied.
    """
    faults: list[Fault] = []
    axes: dict[str, Sequence[tuple[str, Changes]]] = {}
    for text in settings:
        try:
            name, values = _parsed(text)
            if name in axes:
                raise _refused(text, f"{name} is varied twice. Enter a different setting")
            axes[name] = [(SETTINGS[name].name(n), SETTINGS[name].changes(problem, n)) for n in values]
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tuple(_scenario(points) for points in itertools.product(*axes.values()))


def how_many(settings: Sequence[str]) -> int:
    """Return how many scenarios ``crossed`` would return. Raise InputError with each setting that can't be read."""
    faults: list[Fault] = []
    count = 1
    for text in settings:
        try:
            count *= len(_parsed(text)[1])
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return count


def _scenario(points: Iterable[tuple[str, Changes]]) -> Scenario:
    names, changes = zip(*points, strict=True)
    return Scenario.model_validate({"name": ", ".join(names), "changes": list(itertools.chain(*changes)), "at": names})


def _parsed(text: str) -> tuple[str, range]:
    """Return the setting's name and its values. Raise InputError if they are not valid."""
    match = SETTING.fullmatch(text)
    if match is None:
        raise _refused(text, "this is not a setting with its values")
    name, first, last, step = match[1], int(match[2]), int(match[3] or match[2]), int(match[4] or 1)
    if name not in SETTINGS:
        raise _refused(text, f"{name} is not a setting of a grid. The settings are {', '.join(SETTINGS)}")
    minimum, maximum = SETTINGS[name].minimum, SETTINGS[name].maximum
    if first > last:
        raise _refused(text, f"the range runs backwards: {first} is after {last}")
    if not minimum <= first <= last <= maximum:
        raise _refused(text, f"{name} must be from {minimum} to {maximum}")
    values = range(first, last + 1, step)
    if len(values) > MAX_VALUES:
        raise _refused(text, f"these are {len(values)} values, more than {MAX_VALUES}. Use greater steps")
    return name, values


def _refused(text: str, why: str) -> InputError:
    return InputError([Fault((), f"--grid {text}: {why}. Enter one such as chairs=5..8 or demand=-20..40:20.")])


def _chairs(problem: Problem, number: int) -> Changes:
    present = [chair for chair in problem.chairs if not chair.reserve and _is_present(problem, chair)]

    def joining(chair: Chair, identifier: str) -> ChangeBase:
        cleared = {"name": "", "first": None, "last": None, "caseload": 0, "absences": (), "busy": ()}
        return ChairJoins(chair=with_fields(chair, id=identifier, **cleared))

    return _to_reach("chair", present, number, problem.chair_by_id, lambda one: ChairLeaves(chair=one.id), joining)


def _rooms(problem: Problem, number: int) -> Changes:
    present = [room for room in problem.rooms if _is_present(problem, room)]

    def opening(room: Room, identifier: str) -> ChangeBase:
        return RoomOpens(room=with_fields(room, id=identifier, name="", first=None, last=None, closed=()))

    return _to_reach("room", present, number, problem.room_by_id, lambda one: RoomCloses(room=one.id), opening)


def _minute_takers(problem: Problem, number: int) -> Changes:
    def joining(taker: MinuteTaker, identifier: str) -> ChangeBase:
        return MinuteTakerJoins(minute_taker=with_fields(taker, id=identifier, name="", absences=(), busy=()))

    if problem.minute_takers is None:
        raise InputError(
            [Fault((), "--grid: this plan doesn't model minute takers, so they change nothing. Vary another setting.")]
        )
    present, taken = problem.minute_takers, problem.minute_taker_by_id
    return _to_reach("minute taker", present, number, taken, lambda one: MinuteTakerLeaves(minute_taker=one.id), joining)


def _is_present(problem: Problem, member: Chair | Room) -> bool:
    """True if a chair is in post, or a room in use, on any day of the plan."""
    first, last = member.first or problem.horizon.first, member.last or problem.horizon.last
    return first <= problem.horizon.last and last >= problem.horizon.first


def _to_reach(
    noun: str,
    present: Sequence[Member],
    number: int,
    taken: Collection[str],
    leaving: Callable[[Member], ChangeBase],
    joining: Callable[[Member, str], ChangeBase],
) -> Changes:
    """Return the changes after which the plan has ``number`` members of a list."""
    if number <= len(present):
        return [leaving(one) for one in present[number:]]
    if not present:
        raise InputError([Fault((), f"--grid: this plan has no {noun} to copy, so it can't have more. Vary another setting.")])
    ids = set(taken)
    changes = []
    for _ in range(number - len(present)):
        identifier = copied_id(present[-1].id, ids)
        ids.add(identifier)
        changes.append(joining(present[-1], identifier))
    return changes


def _demand(kind: ConferenceKind | None, _: Problem, percent: int) -> Changes:
    return [Demand(percent=percent, kind=kind)] if percent else []


def _caseload_cap(problem: Problem, cap: int) -> Changes:
    return [] if cap == problem.policy.caseload_cap else [CaseloadCap(cap=cap)]


def _weight(preference: PreferenceName, problem: Problem, weight: int) -> Changes:
    return [] if weight == problem.policy.weight(preference) else [Weight(preference=preference, weight=weight)]


def _demand_of(kind: ConferenceKind) -> GridSetting:
    return GridSetting(-100, 1000, lambda percent: f"{KIND_IN_WORDS[kind]} {percent:+}%", partial(_demand, kind))


def _preference(preference: PreferenceName) -> GridSetting:
    return GridSetting(0, 1_000_000, lambda weight: f"{preference} {weight}", partial(_weight, preference))


SETTINGS: dict[str, GridSetting] = {
    "chairs": GridSetting(0, 100, lambda number: count_of(number, "chair"), _chairs),
    "rooms": GridSetting(0, 100, lambda number: count_of(number, "room"), _rooms),
    "minute_takers": GridSetting(0, 100, lambda number: count_of(number, "minute taker"), _minute_takers),
    "demand": GridSetting(-100, 1000, lambda percent: f"demand {percent:+}%", partial(_demand, None)),
    **{f"{kind}_demand": _demand_of(kind) for kind in ConferenceKind},
    "caseload_cap": GridSetting(0, 1_000_000, lambda cap: f"caseload cap {cap}", _caseload_cap),
    **{preference: _preference(preference) for preference in PREFERENCE_NAMES},
}
"""The settings that a grid can vary, by name. The value of a preference is its weight."""
