"""Scenarios for every number of a setting, or for two settings crossed: 5 to 8 chairs × 2 to 4 rooms."""

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
from scheduler.whatif.changes.base import ChangeBase, copied_id, remade
from scheduler.whatif.changes.chairs import ChairJoins, ChairLeaves
from scheduler.whatif.changes.demand import Demand
from scheduler.whatif.changes.minute_takers import MinuteTakerJoins, MinuteTakerLeaves
from scheduler.whatif.changes.policy import CaseloadCap, Weight
from scheduler.whatif.changes.rooms import RoomCloses, RoomOpens
from scheduler.whatif.changes.scenario import Scenario
from scheduler.wording import KIND_IN_WORDS, count_of

ASKED = re.compile(r"\s*(\w+)\s*=\s*(-?[0-9]{1,7})(?:\s*\.\.\s*(-?[0-9]{1,7})(?:\s*:\s*([1-9][0-9]{0,6}))?)?\s*")
MOST_NUMBERS = 100

Member = TypeVar("Member", Chair, MinuteTaker, Room)
Changes = Sequence[ChangeBase]


@dataclass(frozen=True)
class GridSetting:
    """What a grid can vary: its numbers, what a scenario with one is called, and the changes that make it of a problem."""

    least: int
    most: int
    called: Callable[[int], str]
    changes: Callable[[Problem, int], Changes]


def crossed(problem: Problem, asked: Sequence[str]) -> tuple[Scenario, ...]:
    """A scenario for every number of a setting such as ``chairs=5..8``, ``demand=-20..40:20`` (in steps of 20) or ``rooms=3``;
    of several settings, for each combination.

    Chairs are counted without reserves, and chairs, rooms and minute takers only if they are there during the plan. Fewer
    are made by the last of the list, who leave or are closed; more by copies of the last, without the children, absences,
    closures and diary that the last one has. Raises InputError where that can't be understood or done.
    """
    faults: list[Fault] = []
    axes: dict[str, Sequence[tuple[str, Changes]]] = {}
    for text in asked:
        try:
            name, numbers = _understood(text)
            if name in axes:
                raise _refused(text, f"{name} is varied twice. Enter another setting")
            axes[name] = [(SETTINGS[name].called(n), SETTINGS[name].changes(problem, n)) for n in numbers]
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tuple(_scenario(points) for points in itertools.product(*axes.values()))


def how_many(asked: Sequence[str]) -> int:
    """How many scenarios ``crossed`` would make. Raises InputError with each setting that can't be understood."""
    faults: list[Fault] = []
    count = 1
    for text in asked:
        try:
            count *= len(_understood(text)[1])
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return count


def _scenario(points: Iterable[tuple[str, Changes]]) -> Scenario:
    names, changes = zip(*points, strict=True)
    return Scenario.model_validate({"name": ", ".join(names), "changes": list(itertools.chain(*changes)), "at": names})


def _understood(text: str) -> tuple[str, range]:
    """The setting and its numbers. Raises InputError."""
    match = ASKED.fullmatch(text)
    if match is None:
        raise _refused(text, "this is no setting with its numbers")
    name, first, last, step = match[1], int(match[2]), int(match[3] or match[2]), int(match[4] or 1)
    if name not in SETTINGS:
        raise _refused(text, f"{name} is not a setting that can be varied. The settings are {', '.join(SETTINGS)}")
    least, most = SETTINGS[name].least, SETTINGS[name].most
    if first > last:
        raise _refused(text, f"the range runs backwards: {first} is after {last}")
    if not least <= first <= last <= most:
        raise _refused(text, f"{name} goes from {least} to {most}")
    numbers = range(first, last + 1, step)
    if len(numbers) > MOST_NUMBERS:
        raise _refused(text, f"these are {len(numbers)} numbers, more than {MOST_NUMBERS}. Take greater steps")
    return name, numbers


def _refused(text: str, why: str) -> InputError:
    return InputError([Fault((), f"--grid {text}: {why}. Enter one such as chairs=5..8 or demand=-20..40:20.")])


def _chairs(problem: Problem, number: int) -> Changes:
    there = [chair for chair in problem.chairs if not chair.reserve and _is_there(problem, chair)]

    def joining(chair: Chair, identifier: str) -> ChangeBase:
        alone = {"name": "", "first": None, "last": None, "caseload": 0, "absences": (), "busy": ()}
        return ChairJoins(chair=remade(chair, id=identifier, **alone))

    return _as_many("chair", there, number, problem.chair_by_id, lambda one: ChairLeaves(chair=one.id), joining)


def _rooms(problem: Problem, number: int) -> Changes:
    there = [room for room in problem.rooms if _is_there(problem, room)]

    def opening(room: Room, identifier: str) -> ChangeBase:
        return RoomOpens(room=remade(room, id=identifier, name="", first=None, last=None, closed=()))

    return _as_many("room", there, number, problem.room_by_id, lambda one: RoomCloses(room=one.id), opening)


def _minute_takers(problem: Problem, number: int) -> Changes:
    def joining(taker: MinuteTaker, identifier: str) -> ChangeBase:
        return MinuteTakerJoins(minute_taker=remade(taker, id=identifier, name="", absences=(), busy=()))

    if problem.minute_takers is None:
        raise InputError(
            [Fault((), "--grid: minute takers are not planned here, so nothing depends on them. Vary something else.")]
        )
    there, taken = problem.minute_takers, problem.minute_taker_by_id
    return _as_many("minute taker", there, number, taken, lambda one: MinuteTakerLeaves(minute_taker=one.id), joining)


def _is_there(problem: Problem, member: Chair | Room) -> bool:
    """Whether the days in post, or in use, touch the plan."""
    first, last = member.first or problem.horizon.first, member.last or problem.horizon.last
    return first <= problem.horizon.last and last >= problem.horizon.first


def _as_many(
    noun: str,
    there: Sequence[Member],
    number: int,
    taken: Collection[str],
    leaving: Callable[[Member], ChangeBase],
    joining: Callable[[Member, str], ChangeBase],
) -> Changes:
    """The changes after which there are so many."""
    if number <= len(there):
        return [leaving(one) for one in there[number:]]
    if not there:
        raise InputError([Fault((), f"--grid: this plan has no {noun} of which there could be more. Vary something else.")])
    ids = set(taken)
    changes = []
    for _ in range(number - len(there)):
        identifier = copied_id(there[-1].id, ids)
        ids.add(identifier)
        changes.append(joining(there[-1], identifier))
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
"""The settings that a grid can vary, by what they are called there; a preference's number is its weight."""
