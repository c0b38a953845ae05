"""Repetition rules: which are supported, and which never occur."""

from __future__ import annotations

import datetime as dt
from functools import cache
from math import prod
from typing import Any

from icalendar import Event
from recurring_ical_events import EventAdapter, Series

from scheduler.domain.values import quoted

FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
STEPS = {"HOURLY": dt.timedelta(hours=1), "MINUTELY": dt.timedelta(minutes=1), "SECONDLY": dt.timedelta(seconds=1)}
MAX_PER_DAY = 24
MAX_SHORT_STEPS = 1000
"""Repetitions of a rule in steps below a day, which are expanded one by one from the first."""
DEFAULTS = frozenset({"RSCALE=GREGORIAN", "SKIP=OMIT"})
WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
DAY_FILTERS = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYSETPOS")
PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", *WITHIN_A_DAY, *DAY_FILTERS})
"""The parts of a rule (RFC 5545, section 3.3.10)."""
EVERY_DAY = "MO,TU,WE,TH,FR,SA,SU"
YEARS = dt.datetime(2000, 1, 3), dt.datetime(2041, 1, 1)
"""Years in which every rule occurs that ever occurs: the calendar repeats itself after 28 years at most."""


def plain(rule: str) -> str:
    """Return a rule without what changes nothing: spaces, private parts, and the parts of RFC 7529 with their defaults."""
    parts = ["".join(part.split()) for part in rule.split(";")]
    return ";".join(part for part in parts if part and part.upper() not in DEFAULTS and not part.upper().startswith("X-"))


def fault_of(rule: str, start: str) -> str | None:
    """Return why a rule of an event that starts at ``start`` is not read, as a clause, or None if it is."""
    parts = _parts(rule)
    if not parts.keys() <= PARTS or not _is_supported(parts, start):
        return f"its repetition rule {quoted(rule)} is not supported"
    if not _occurs(";".join(f"{key}={value}" for key, value in parts.items() if key in ("FREQ", "BYMONTH", *DAY_FILTERS))):
        return f"its repetition rule {quoted(rule)} never occurs"
    return None


def is_yearly(rule: str) -> bool:
    """True if a rule is supported for the changes of a time zone."""
    parts = _parts(rule)
    return parts.get("FREQ") == "YEARLY" and _is_supported(parts, "")


def _parts(rule: str) -> dict[str, str]:
    return dict(item.partition("=")[::2] for item in rule.upper().split(";") if item)


def _is_supported(parts: dict[str, str], start: str) -> bool:
    interval = parts.get("INTERVAL", "1")
    if not interval.isdecimal() or int(interval) == 0:
        return False
    if parts.get("FREQ") in STEPS:
        return set(parts) <= {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"} and _short_steps(parts, start) <= MAX_SHORT_STEPS
    a_day = prod(len(parts[name].split(",")) for name in WITHIN_A_DAY if name in parts)
    return parts.get("FREQ") in FREQUENCIES and a_day <= MAX_PER_DAY


def _short_steps(parts: dict[str, str], start: str) -> float:
    """Return the most repetitions of a rule in steps below a day."""
    if (count := parts.get("COUNT", "")).isdecimal():
        return int(count)
    try:
        first, last = (dt.datetime.strptime(text[:8], "%Y%m%d") for text in (start, parts.get("UNTIL", "")))
    except ValueError:
        return float("inf")
    return (last - first + dt.timedelta(days=2)) / (STEPS[parts["FREQ"]] * int(parts.get("INTERVAL", "1")))


@cache
def _occurs(filters: str) -> bool:
    """True if a rule with these filters of days ever occurs; one on 30 February never does. Its interval is not considered."""
    parts = _parts(filters)
    if not parts.keys() & DAY_FILTERS:
        return True
    if parts["FREQ"] in ("DAILY", "WEEKLY"):  # by the year, the search for a day that never comes ends early
        parts = {"BYDAY": "", **parts, "FREQ": "YEARLY"}
        parts.pop("BYSETPOS", None)
        parts["BYDAY"] = parts["BYDAY"] or EVERY_DAY
    rule = ";".join(f"{key}={value}" for key, value in parts.items())
    event: Any = Event.from_ical(f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20000101\r\nRRULE:{rule}\r\nEND:VEVENT\r\n")
    return bool(event.errors) or next(Series([EventAdapter(event)]).between(*YEARS), None) is not None
