"""Importing a file, field by field (``docs/service.md``, "Your own data"): it overwrites nothing that the diary knows better.

The log says what a file gives (``means``): the ``problem`` with the given fields alone, and for an export the call that made it.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.api.days.oracle import by_hand
from tests.api.days.oracle.by_hand import Wish
from tests.api.days.oracle.defaults import CONFERENCE, REGISTERS, filled
from tests.api.days.oracle.diary import OPEN, PLACE, Diary, Fields, Row, changes, place
from tests.api.days.recording import Call

KINDS = ("sites", "rooms", "chairs", "minute_takers")
UNITED = ("absences", "busy", "closed", "unavailable", "not_chairs")


@dataclass
class Import:
    """An import in progress: the diary that it changes, and what the answer should name."""

    diary: Diary
    exported_by: int | None
    overwrite: frozenset[str]
    conflicts: set[str] = field(default_factory=set)
    undecided: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    def newer(self, kind: str, identifier: str) -> bool | None:
        """Return whether the diary has changed an item since the export; None if the file is no export."""
        return None if self.exported_by is None else self.diary.changed.get((kind, identifier), -1) > self.exported_by

    def may_overwrite(self, item: str, name: str | None = None) -> bool:
        """True if the caller has confirmed that the file wins."""
        return bool(self.overwrite & {"all", item.split("/", maxsplit=1)[0], item, f"{item}/{name}"})


def bring_in(diary: Diary, call: Call) -> None:
    """Import a file, and compare what the answer names. A preview changes nothing, nor does a refused commit."""
    if call.status not in (200, 409):  # the diary has changed since the preview, or the file can't be read
        return
    is_kept = call.query.get("mode") == "commit" and call.was_done
    overwrite = call.query.get("overwrite", ())
    confirmed = frozenset([overwrite] if isinstance(overwrite, str) else overwrite)
    importing = Import(diary if is_kept else copy.deepcopy(diary), call.means.get("exported_by"), confirmed)
    _import(importing, call.means["problem"])
    expected = {name: sorted(getattr(importing, name)) for name in ("conflicts", "undecided", "changed")}
    found = dict(call.imported)
    if call.status == 409:
        expected, found = {"conflicts": expected["conflicts"]}, {"conflicts": list(call.wrong)}
    if found != expected:
        diary.findings.append(f"import at {call.at}: expected {expected}, answered {found}")


def _import(importing: Import, problem: Fields) -> None:
    diary = importing.diary
    for kind in KINDS:
        for given in problem.get(kind) or ():
            item = {name: value for name, value in given.items() if name != "beside"}  # each plan lists these weeks anew
            known = diary.registers[kind].get(item["id"])
            if known is None:
                diary.registers[kind][item["id"]] = filled(item, REGISTERS[kind])
                diary.touch(kind, item["id"])
                diary.agreed[kind, item["id"]] = filled(item, REGISTERS[kind])
            else:
                _merge(importing, kind, known, item)
    for item in problem.get("conferences", ()):
        _conference(importing, item)
    _bookings(importing, problem.get("published", ()))


def _conference(importing: Import, item: Fields) -> None:
    diary, case = importing.diary, importing.diary.cases.get(item["id"])
    if case is None:
        case = diary.add_case(filled(item, CONFERENCE), by="import")
        diary.agreed["conferences", case.id] = dict(case.value)
        return
    value = dict(case.value)
    if _merge(importing, "conferences", value, item):
        diary.set_case(case, **value)
        diary.note(case, "changed", by="import")


def _merge(importing: Import, kind: str, ours: Fields, given: Fields) -> bool:
    """Give an item the file's values; return True if any has changed.

    What the file leaves blank stays, lists of days are united, and a value that is newer in the diary, or may be, is kept.
    """
    item, agreed = f"{kind}/{ours['id']}", importing.diary.agreed.setdefault((kind, ours["id"]), {})
    newer = importing.newer(kind, ours["id"])
    has_changed = False
    for name, theirs in given.items():
        if theirs is None or theirs == ours.get(name):
            agreed |= {} if theirs is None else {name: theirs}
            continue
        if name in UNITED:
            removed = [row for row in theirs if row not in ours[name] and row in agreed.get(name, ()) and newer is not False]
            new = [row for row in theirs if row not in ours[name] and row not in removed]
            importing.conflicts |= {f"{item}/{name}"} if removed else set()
            ours[name] = [*ours[name], *new]
        else:
            known_newer = newer if newer is not None else None if name not in agreed else agreed[name] != ours[name]
            if known_newer is not False and not importing.may_overwrite(item, name):
                importing.conflicts.add(f"{item}/{name}")
                continue
            new = [theirs]
            ours[name] = theirs
        agreed[name] = ours[name]
        if new:
            importing.changed.add(f"{item}/{name}")
            has_changed = True
    if has_changed and kind != "conferences":
        importing.diary.touch(kind, ours["id"])
    return has_changed


def _bookings(importing: Import, published: Iterable[Fields]) -> None:
    """Book what breaks no rule of bookings by hand, in the order of the file; the rest somebody has to decide."""
    diary = importing.diary
    wishes = [wish for wish in (_wish(importing, each) for each in published) if wish is not None]
    done = []
    for wish in sorted(wishes, key=lambda wish: wish.new.start.date() - dt.timedelta(days=wish.new.start.weekday())):
        if by_hand.is_wrong(diary, wish):
            importing.undecided.add(wish.case.id)
            continue
        if wish.old is not None:
            diary.end(wish.old, "moved")
        done.append((wish, diary.book(wish.new)))
    for wish, new in done:
        diary.set_case(wish.case, "booked")
        before = {} if wish.old is None else _aspects(wish.old)
        after = _aspects(new)
        importing.changed |= {f"bookings/{wish.case.id}/{name}" for name in before if before[name] != after[name]}
        diary.agreed["bookings", wish.case.id] = after
        if wish.old is None:
            diary.note(wish.case, "booked", by="import", after=new)
        elif found := [each["what"] for each in changes(wish.old, new, wish.case.value["mode"])]:
            event = "moved" if set(found) & {"date", "time", "room", "chair"} else "changed"
            diary.note(wish.case, event, by="import", before=wish.old, after=new)


def _wish(importing: Import, each: Fields) -> Wish | None:
    """Return the booking that a file asks for; None if it is there already, or if the diary's is or may be newer."""
    diary, case = importing.diary, importing.diary.cases[each["conference"]]
    old = diary.row_of(case.id)
    chosen = (place(old) if old else {"room": None, "minute_taker": None}) | {
        name: each[name] for name in PLACE if name in each and (name != "minute_taker" or each[name] is not None)
    }
    locks = tuple(each.get("locks") or ()) or (old.locks if old else ())
    new = diary.new_row(case.id, chosen, case.value["minutes"], locks=locks)
    if old is None:
        if importing.newer("bookings", case.id) and not importing.may_overwrite(f"bookings/{case.id}"):
            importing.conflicts.add(f"bookings/{case.id}")
            return None
        return Wish(case, None, new, None, None)
    if (place(old), old.end) == (place(new), new.end) and (
        case.state not in OPEN or old.by_hand or set(old.locks) == set(new.locks)
    ):
        diary.agreed["bookings", case.id] = _aspects(new)
        return None
    exception = old.exception if old.day == new.day else None
    new = replace(new, exception=exception)
    agreed = diary.agreed.get(("bookings", case.id))
    newer = importing.newer("bookings", case.id)
    known_newer = newer if newer is not None else None if agreed is None else agreed != _aspects(old)
    different = {name for name, value in _aspects(old).items() if value != _aspects(new)[name]}
    if known_newer is not False and not any(importing.may_overwrite(f"bookings/{case.id}", name) for name in different):
        importing.conflicts |= {f"bookings/{case.id}/{name}" for name in different}
        return None
    return Wish(case, old, new, exception, None)


def _aspects(row: Row) -> dict[str, Any]:
    return {**place(row), "locks": sorted(row.locks)}
