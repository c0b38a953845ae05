"""Changes and removals in a problem's JSON by hand, written from the contract without the product's changes."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

Raw = dict[str, Any]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONG_AGO = "1900-01-01"
MANY_DAYS = 1000


def with_changes_by_hand(raw: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> Raw:
    """Return the problem with changes of the kinds that cures use. Raise KeyError for another kind."""
    changed = copy.deepcopy(dict(raw))
    for change in changes:
        _CHANGES[change["change"]](changed, change)
    return changed


def _item(raw: Raw, kind: str, identifier: str, key: str = "id") -> Raw:
    return next(item for item in raw[kind] if item[key] == identifier)


def _waive_notice(raw: Raw, change: Mapping[str, Any]) -> None:
    _item(raw, "conferences", change["conference"])["notice_waived"] = True


def _room_open_on(raw: Raw, change: Mapping[str, Any]) -> None:
    room = _item(raw, "rooms", change["room"])
    room["closed"] = _without_day(room["closed"], change["day"])


def _without_day(periods: Sequence[Mapping[str, str]], day: str) -> list[dict[str, str]]:
    """Return each day of the periods except one as a period."""
    rest: list[dict[str, str]] = []
    for period in periods:
        first, last = (dt.date.fromisoformat(period[end]) for end in ("first", "last"))
        every = [(first + dt.timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
        rest += [{"first": one, "last": one} for one in every if one != day]
    return rest


def _chair_works_on(raw: Raw, change: Mapping[str, Any]) -> None:
    chair, day = _item(raw, "chairs", change["chair"]), dt.date.fromisoformat(change["day"])
    chair["absences"] = _without_day(chair["absences"], change["day"])
    weekday = WEEKDAYS[day.weekday()]
    if weekday not in chair["works"]:
        chair["works"].append(weekday)
        first, last = (dt.date.fromisoformat(raw["horizon"][end]) for end in ("first", "last"))
        others = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        chair["absences"] += [
            {"first": one.isoformat(), "last": one.isoformat()} for one in others if one.weekday() == day.weekday() and one != day
        ]


def _room_gains_hybrid(raw: Raw, change: Mapping[str, Any]) -> None:
    _item(raw, "rooms", change["room"])["hybrid_from"] = change["first"]


def _room_gains_start(raw: Raw, change: Mapping[str, Any]) -> None:
    room = _item(raw, "rooms", change["room"])
    room["starts"] = sorted({*room["starts"], change["start"]})


def _chair_changes(raw: Raw, change: Mapping[str, Any]) -> None:
    fields = {name: value for name, value in change.items() if name not in ("change", "chair")}
    _item(raw, "chairs", change["chair"]).update(fields)


def _move(raw: Raw, change: Mapping[str, Any]) -> None:
    booking = _item(raw, "published", change["conference"], "conference")
    locks = {"time": "start", "room": "room", "chair": "chair"}
    moved = [lock for lock, name in locks.items() if name in change and booking[name] != change[name]]
    booking.update({name: change[name] for name in locks.values() if name in change})
    booking["locks"] = sorted({"time", *moved, *booking["locks"]})


_CHANGES = {
    "waive_notice": _waive_notice,
    "room_open_on": _room_open_on,
    "chair_works_on": _chair_works_on,
    "room_gains_hybrid": _room_gains_hybrid,
    "room_gains_start": _room_gains_start,
    "chair_changes": _chair_changes,
    "move": _move,
}


def without_fact_by_hand(raw: Mapping[str, Any], conference: str, time: dt.time | None, rule: str, subject: str) -> Raw | None:
    """Return the problem without all that a rule has against a subject; None if that can't be removed, as with a weekend."""
    changed = copy.deepcopy(dict(raw))
    own = _item(changed, "conferences", conference)
    if rule == "R1" and subject == conference:
        own.update({"requested": None, "notice_waived": True, "earliest": None, "unavailable": []})
        changed["policy"]["review_early_days"] = MANY_DAYS
    elif rule == "R1" and subject in [room["id"] for room in changed["rooms"]] and time is not None:
        room = _item(changed, "rooms", subject)
        room["starts"] = sorted({*room["starts"], f"{time:%H:%M}"})
    elif rule == "R1" and subject in changed["calendar"]["closures"]:
        changed["calendar"]["closures"].remove(subject)
    elif rule == "R1":
        return None
    elif rule == "R2" and subject == conference:
        changed["policy"]["virtual_fallback"] = True
        own["mode"] = "in_person" if own["mode"] == "virtual" else own["mode"]
    elif rule == "R2":
        free: Raw = {"closed": [], "first": None, "last": None, "hybrid_from": LONG_AGO, "accessible": True}
        _item(changed, "rooms", subject).update(free)
    elif rule == "R3":
        limits = dict.fromkeys(("first", "last", "max_per_day", "max_per_week", "max_office_days"))
        _item(changed, "chairs", subject).update(limits | {"works": list(WEEKDAYS[:5]), "absences": [], "busy": []})
        own["not_chairs"] = [chair for chair in own["not_chairs"] if chair != subject]
    elif rule == "R5":
        changed["minute_takers"] = None
    elif subject == conference:
        _item(changed, "published", conference, "conference")["locks"] = []
    else:
        changed["published"] = [one for one in changed["published"] if one["conference"] != subject]
        changed["conferences"] = [one for one in changed["conferences"] if one["id"] != subject]
    return changed
