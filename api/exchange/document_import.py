"""Importing the service's documents: its settings field by field; lists of days, journeys and pairs are united."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.diary.apart import kept_apart
from api.diary.conferences import queries as conferences
from api.diary.service import queries as documents
from api.exchange import queries
from api.exchange.answers import Changes
from api.exchange.importing import Importing
from api.exchange.merging import Fields, Knowledge, all_fields, given_fields, merge, nested
from scheduler.domain.calendar import bank_holidays_of_england
from scheduler.domain.identifiers import alike
from scheduler.domain.problem import Problem
from scheduler.wording import count_of

SETTINGS = ("service", "policy")
TO = " to "


def bring_in_documents(importing: Importing) -> Changes:
    """Import the documents, and recompute the clocks if any has changed."""
    changes = Changes()
    changed_at = queries.documents_changed_at(importing.connection)
    for name, given in _given(importing).items():
        present, version = documents.get(importing.connection, name)
        ours = _fields_of(name, present)
        known = importing.knowledge("documents", name, changed_at.get(name))
        if not version:  # nothing is stored: the default applies
            known = Knowledge({**ours, **known.agreed}, newer=False)
        merged = merge(f"documents/{name}", ours, given, known, importing.confirmed)
        if given:
            importing.agree("documents", name, merged.agreed)
        importing.note_merge(merged)
        if not merged.changes:
            changes.unchanged += 1
            continue
        (changes.changed if version else changes.added).append(name)
        value = documents.BY_NAME[name].adapter.validate_python(_value_of(name, merged.fields))
        documents.put(importing.connection, name, value, importing.now)
    if changes.added or changes.changed:
        conferences.reset_clocks(importing.connection, importing.now)
    return changes


def _given(importing: Importing) -> dict[str, Fields]:
    """Return the fields of each document that the file gives."""
    problem = importing.problem
    calendar = given_fields(problem.calendar)
    if calendar.get("bank_holidays"):
        calendar["bank_holidays"] = _bank_holidays(importing, calendar["bank_holidays"])
    starts = problem.model_dump(mode="json", include={"virtual_starts"})["virtual_starts"]
    return {
        "service": given_fields(problem.service),
        "policy": given_fields(problem.policy),
        **{name: {name: calendar[name]} if calendar.get(name) else {} for name in ("bank_holidays", "terms", "closures")},
        "travel": _fields_of("travel", problem.travel),
        "virtual_starts": {} if starts is None else {"virtual_starts": starts},
        "apart": {"apart": pairs} if (pairs := _pairs(importing)) else {},
    }


def _fields_of(name: str, value: Any) -> Fields:
    if name in SETTINGS:
        return all_fields(value)
    if name == "travel":
        return {f"{journey.from_}{TO}{journey.to}": journey.minutes for journey in value}
    return {name: documents.BY_NAME[name].adapter.dump_python(value, mode="json", by_alias=True)}


def _value_of(name: str, fields: Fields) -> Any:
    if name in SETTINGS:
        return nested(fields)
    if name == "travel":
        return [
            {"from": from_, "to": to, "minutes": minutes}
            for (from_, to), minutes in ((journey.split(TO, 1), minutes) for journey, minutes in fields.items())
        ]
    return fields[name]


def _pairs(importing: Importing) -> list[list[str]]:
    """Return the file's pairs kept apart, each in the order and spelling in which the diary has it.

    Other pairs whose families the diary keeps apart already are left out: an export names the conferences of such families.
    """
    stored = documents.get(importing.connection, "apart")[0]
    present = {frozenset(map(alike, pair)): pair for pair in stored}
    of_file = [present.get(frozenset(map(alike, pair)), pair) for pair in importing.problem.apart]
    families = {conference.id: conference.family for conference in importing.problem.conferences}
    apart_already = kept_apart(importing.connection, of_file, stored, families)
    return [list(pair) for pair in of_file if pair in stored or pair not in apart_already]


def _bank_holidays(importing: Importing, listed: list[str]) -> list[str]:
    """Return the bank holidays to unite with the diary's.

    If the diary has England's, a few listed ones must not replace them: they are added to England's, which are then listed for
    the years of the file. If all listed are England's, nothing is added, for England's cover every year.
    """
    if documents.get(importing.connection, "bank_holidays")[0] is not None:
        return listed
    years = {int(day[:4]) for day in listed}
    extra = sorted(set(listed) - _of_england(years))
    if not extra:
        importing.notes.append("Bank holidays: all that the file lists are England's, so the diary keeps those of England.")
        return []
    years |= _years_of_plan(importing.problem)
    missing = _of_england(years) - set(listed)
    if missing:
        importing.notes.append(
            f"Bank holidays: {count_of(len(extra), 'listed day')} {'is' if len(extra) == 1 else 'are'} not England's "
            f"({', '.join(extra[:5])}{', …' if len(extra) > 5 else ''}). The diary now lists them and those of England, "
            f"{min(years)} to {max(years)}. To leave out a day, change the bank holidays in the diary."
        )
    return sorted({*listed, *missing})


def _years_of_plan(problem: Problem) -> set[int]:
    """Return the years of the file's plan, of the clocks that began before it, and of those that end after it."""
    return set(range(problem.horizon.first.year - 1, problem.horizon.last.year + 3))


def _of_england(years: Iterable[int]) -> set[str]:
    return {day.isoformat() for year in years for day in bank_holidays_of_england(year)}
