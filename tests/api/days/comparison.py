"""Comparing the service at the end of a day with what the oracle makes of the log: the diary, every report and every file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from difflib import unified_diff
from pprint import pformat
from typing import Any

from icalendar import Calendar
from openpyxl import load_workbook
from starlette.testclient import TestClient

from tests.api.days.oracle import feeds, handovers, reports, rules, tables, views
from tests.api.days.oracle.diary import Diary
from tests.api.days.oracle.replay import replay
from tests.api.days.recording import API, Recorder

EVERYTHING = {"most": 500}
ORIGINS = {"cover": "You cover for", "handover": "Handed over from", "back": "Yours again", "move": "Moved from another"}
"""How the entries of people begin that were not always theirs."""


def assert_as_the_log_says(user: Recorder, first: str, last: str) -> None:
    """Compare everything that the service shows, and its reports and files of some days, with the log of a user's calls."""
    diary = replay(user.log)
    diary.now = user.clock.now
    assert_equal("refusals", diary.findings, [])
    seen = _Seen(user.client)
    active = seen.get("bookings", **EVERYTHING)["items"]
    diary.learn((one["conference"], one["number"]) for one in active)
    days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    _compare_diary(diary, seen)
    _compare_handovers(diary, seen)
    _compare_reports(diary, seen, *days)
    _compare_problem(diary, seen, *days)
    _compare_problem(diary, seen, days[0], days[0].replace(day=28))
    for feed in diary.feeds:
        assert_equal(f"calendar of {feed['of']} {feed['subject']}", seen.feed(user.links[feed["id"]]), feeds.entries(diary, feed))


def assert_equal(what: str, found: Any, expected: Any) -> None:
    """Fail with the lines that differ, if what the service shows is not what the oracle expects."""
    if found != expected:
        before, after = (pformat(one, width=120).splitlines() for one in (expected, found))
        lines = unified_diff(before, after, "expected", "found", lineterm="", n=1)
        raise AssertionError("\n".join([what, *lines]))


class _Seen:
    """What the service shows."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(f"{API}/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def content(self, path: str, **query: Any) -> bytes:
        answer = self.client.get(f"{API}/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)

    def feed(self, path: str) -> list[feeds.Shown]:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        calendar = Calendar.from_ical(answer.content)
        return sorted(_entry(event) for event in calendar.walk("VEVENT"))


def _entry(event: Any) -> feeds.Shown:
    start, end = (event.decoded(name).replace(tzinfo=None) for name in ("dtstart", "dtend"))
    place, about = event.get("location"), str(event.get("description"))
    text = None if place is None else str(place)
    origin = next((name for name, begins in ORIGINS.items() if about.startswith(begins)), "")
    return str(event["summary"]), str(event["status"]), f"{start}", f"{end}", text, origin


def _compare_diary(diary: Diary, seen: _Seen) -> None:
    for path, expected in views.registers(diary).items():
        found = seen.get(path)
        found = found["items"] if isinstance(found, dict) and "items" in found else found
        is_list_of_days = path == "bank-holidays" and found is not None
        assert_equal(path, *(map(_of_known_years, (found, expected)) if is_list_of_days else (found, expected)))
    for path in ("absences", "room-closures"):
        assert_equal(path, seen.get(path)["items"], views.periods(diary, path))
    items = seen.get("conferences", **EVERYTHING)["items"]
    found = {one["conference"]["id"]: one | {"remarks": len(one["remarks"])} for one in items}
    assert_equal("conferences", found, {name: views.conference(diary, case) for name, case in diary.cases.items()})
    for name, case in diary.cases.items():
        told = seen.get(f"conferences/{name}/history", **EVERYTHING)["items"]
        assert_equal(name, [(one["at"], one["event"], one["reason"], one["actor"]) for one in told], views.history(case))
    known = {row.number for row in diary.rows} - {None}
    shown = [one | {"number": one["number"] if one["number"] in known else None} for one in _bookings(seen)]
    assert_equal("bookings", _in_order(shown), _in_order([views.booking(diary, row) for row in diary.rows]))
    broken = seen.get("conflicts", **EVERYTHING)["items"]
    conflicts = sorted({(one["number"], one["conference"], one["rule"]) for one in broken})
    assert_equal("conflicts", conflicts, sorted(rules.conflicts(diary)))
    numbers = [one["number"] for one in seen.get("publications", **EVERYTHING)["items"]]
    assert_equal("publications", numbers, list(diary.publications))
    for number in numbers:
        expected = views.publication(diary, number)
        assert_equal(f"publication {number}", _only(seen.get(f"publications/{number}"), expected), expected)


def _compare_handovers(diary: Diary, seen: _Seen) -> None:
    for chair in diary.registers["chairs"]:
        found = seen.get(f"chairs/{chair}/handover-proposal")
        to = {one["conference"]: one["to"] for one in found["families"]}
        after = {one["chair"]: one["after"] for one in found["chairs"]}
        assert_equal(f"handover of {chair}", (to, after), handovers.proposal(diary, chair))


def _of_known_years(days: list[str]) -> list[str]:
    """Return the bank holidays of the years whose list the oracle has."""
    return [day for day in days if "2026" <= day < "2029"]


def _bookings(seen: _Seen) -> list[dict[str, Any]]:
    return [dict(one) for one in seen.get("bookings", state="all", **EVERYTHING)["items"]]


def _in_order(some: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(some, key=lambda one: json.dumps(one, sort_keys=True))


def _only(found: Any, expected: Any) -> Any:
    """Return what is found without the fields that are not expected."""
    if isinstance(expected, dict):
        return {name: _only(value, expected[name]) for name, value in found.items() if name in expected}
    if isinstance(expected, list) and len(found) == len(expected):
        return [_only(*pair) for pair in zip(found, expected, strict=True)]
    return found


def _compare_reports(diary: Diary, seen: _Seen, first: dt.date, last: dt.date) -> None:
    days = {"first": f"{first}", "last": f"{last}"}
    for name, expected in reports.all_reports(diary, first, last).items():
        assert_equal(name, seen.get(f"reports/{name}", **days), days | expected)
        table = tables.cells(name, expected)
        text = seen.content(f"reports/{name}", format="csv", **days).decode("utf-8-sig")
        in_csv = list(csv.reader(io.StringIO(text, newline="")))[1:]
        assert_equal(name, in_csv, [[tables.in_csv(cell) for cell in row] for row in table])
        book = load_workbook(io.BytesIO(seen.content(f"reports/{name}", format="xlsx", **days)))
        in_book = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=5)]
        assert_equal(name, in_book, [[tables.in_workbook(cell) for cell in row] for row in table])


def _compare_problem(diary: Diary, seen: _Seen, first: dt.date, last: dt.date) -> None:
    """Compare the export of the days, and the problem of planning them today, without the busy times from chairs' calendars."""
    days = {"first": f"{first}", "last": f"{last}"}
    exported = views.problem(diary, first, last)
    for path, expected in (("export", exported), ("problem", views.as_planned(diary, exported, first, last))):
        found = seen.get(path, **days)
        found.pop("exported", None)
        found["apart"] = sorted(map(sorted, found["apart"]))
        for calendar in (found["calendar"], expected["calendar"]):
            listed = calendar["bank_holidays"]
            calendar["bank_holidays"] = None if listed is None else _of_known_years(listed)
        for one in found["published"]:
            one["locks"] = sorted(one["locks"])
        if path == "export" or not diary.calendars:
            assert_equal(path, found, expected)
