"""The changes of the data between two problems, item by item, in words. All functions are pure.

People are named by reference. The order of a list does not matter.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from api.errors import ErrorItem
from scheduler.domain.conference import Hold
from scheduler.domain.faults import WITH_IDS
from scheduler.domain.places import Journey
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.values import Interval, Period, Value
from scheduler.wording import children_of, count_of, in_a_row, moment_in_words, period_in_words, short_date

NOT_GIVEN = "not given"
BECAME = {
    "absences": ("now absent", "no longer absent"),
    "busy": ("now busy", "no longer busy"),
    "closed": ("now closed", "no longer closed"),
    "unavailable": ("now unavailable", "no longer unavailable"),
}
"""Wording for items added to and removed from a list, if the list's name alone does not make a sentence."""
PARTS = ("service", "horizon", "calendar", "travel", "virtual_starts", "holds", "apart", "policy", "today")


def changes_between(planned: Problem, present: Problem, fates: Mapping[str, str]) -> list[ErrorItem]:
    """Return the changes from the ``planned`` problem to the ``present`` one.

    ``fates`` maps each conference whose request or booking has changed to its state in words, such as ``cancelled`` or
    ``booked by hand``.
    """
    return [
        *_of_conferences(planned, present, fates),
        *_of_bookings(planned, present, fates),
        *(wrong for noun in WITH_IDS if noun != "conferences" for wrong in _of_list(noun, planned, present)),
        *(wrong for part in PARTS for wrong in _of_part(part, planned, present)),
    ]


def changed_conferences(planned: Problem, present: Problem) -> list[str]:
    """Return the ids of conferences that only one of two problems has, or whose published bookings differ, in order."""
    once = planned.conference_by_id.keys() ^ present.conference_by_id.keys()
    return sorted(once | set(_booked_otherwise(planned, present)))


def _of_conferences(planned: Problem, present: Problem, fates: Mapping[str, str]) -> Iterator[ErrorItem]:
    old, new = planned.conference_by_id, present.conference_by_id
    for name in sorted(old.keys() | new.keys()):
        place = f"conferences.{name}"
        if name not in old:
            one = new[name]
            due = short_date(present.due[name])
            yield ErrorItem(where=place, message=f"{name} has been added: {one.kind}, {children_of(one.children)}, due {due}.")
        elif name not in new:
            yield ErrorItem(where=place, message=f"{name} no longer needs planning: it is {fates.get(name, 'gone')}.")
        elif old[name] != new[name]:
            words = list(_between_conferences(name, planned, present))
            if words:
                yield ErrorItem(where=place, message=f"{name} has changed: {'; '.join(words)}.")


def _between_conferences(name: str, planned: Problem, present: Problem) -> Iterator[str]:
    old_due, new_due = planned.due[name], present.due[name]
    if old_due != new_due:
        yield _from_to("due", old_due, new_due)
    for text in _between(planned.conference_by_id[name], present.conference_by_id[name]):
        if old_due == new_due or not text.startswith("due "):
            yield text


def _of_bookings(planned: Problem, present: Problem, fates: Mapping[str, str]) -> Iterator[ErrorItem]:
    for name in _booked_otherwise(planned, present):
        old, new = planned.published_by_id.get(name), present.published_by_id.get(name)
        if new is None:
            if name in present.conference_by_id:
                yield ErrorItem(
                    where=f"published.{name}", message=f"{name} is no longer booked: it is {fates.get(name, 'requested')}."
                )
        elif old is None:
            yield ErrorItem(where=f"published.{name}", message=f"{name} has been {fates.get(name, 'booked')}: {_booked(new)}.")
        else:
            words = "; ".join(_between(old, new))
            yield ErrorItem(where=f"published.{name}", message=f"{name} is {fates.get(name, 'booked')} otherwise: {words}.")


def _booked_otherwise(planned: Problem, present: Problem) -> list[str]:
    old, new = planned.published_by_id, present.published_by_id
    return [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]


def _of_list(noun: str, planned: Problem, present: Problem) -> Iterator[ErrorItem]:
    old, new = ({one.id: one for one in getattr(problem, noun) or ()} for problem in (planned, present))
    called = noun.removesuffix("s").replace("_", " ")
    for name in sorted(old.keys() | new.keys()):
        place = f"{noun}.{name}"
        if name not in old:
            yield ErrorItem(where=place, message=f"The {called} {name} has been added.")
        elif name not in new:
            yield ErrorItem(where=place, message=f"The {called} {name} has been removed.")
        elif words := list(_between(old[name], new[name])):
            yield ErrorItem(where=place, message=f"The {called} {name} has changed: {'; '.join(words)}.")


def _of_part(part: str, planned: Problem, present: Problem) -> Iterator[ErrorItem]:
    words = _of_field(part, getattr(planned, part), getattr(present, part))
    return (ErrorItem(where=part, message=f"{text[:1].upper()}{text[1:]}.") for text in words)


def _between(old: Value, new: Value) -> Iterator[str]:
    """Yield the changes from one value to another, field by field."""
    for field in type(old).model_fields:
        yield from _of_field(field, getattr(old, field), getattr(new, field))


def _of_field(field: str, old: Any, new: Any) -> Iterator[str]:
    called = field.replace("_", " ")
    if old == new:
        return
    if field in ("name", "service"):
        yield f"{called} changed"  # messages contain no names
    elif isinstance(old, Value) and type(old) is type(new) and not isinstance(old, Period):
        yield from (f"{called} {text}" for text in _between(old, new))
    elif isinstance(old, tuple) and isinstance(new, tuple):
        now, no_longer = BECAME.get(field, (f"{called} now with", f"{called} no longer with"))
        for verb, some in ((now, Counter(new) - Counter(old)), (no_longer, Counter(old) - Counter(new))):
            if some:
                yield f"{verb} {in_words(tuple(some.elements()))}"
    else:
        yield _from_to(called, old, new)


def _from_to(called: str, old: Any, new: Any) -> str:
    return f"{called} from {in_words(old)} to {in_words(new)}"


def _booked(booking: PublishedBooking) -> str:
    minute_taker = f", minute taker {booking.minute_taker}" if booking.minute_taker else ""
    return f"{moment_in_words(booking.start)}, {booking.room or 'virtual'}, chair {booking.chair}{minute_taker}"


def in_words(value: Any) -> str:
    """Return a value of a problem as a person would write it."""
    match value:
        case None:
            return NOT_GIVEN
        case bool():
            return "yes" if value else "no"
        case dt.datetime():
            return moment_in_words(value)
        case dt.date():
            return short_date(value)
        case dt.time():
            return f"{value:%H:%M}"
        case Period():
            return period_in_words(value)
        case Interval():
            return f"{moment_in_words(value.start)} to {moment_in_words(value.end)}"
        case Journey():
            return f"{value.from_} to {value.to} in {count_of(value.minutes, 'minute')}"
        case Hold():
            return f"{value.count} at {value.site} in the week of {short_date(value.week)}"
        case tuple():
            return in_a_row([_in_list(one) for one in value]) if value else "none"
        case _:
            return str(value)


def _in_list(value: Any) -> str:
    return " and ".join(value) if isinstance(value, tuple) else in_words(value)
