"""Replaying a log: each call is handed to the function that knows what it makes of the diary.

A call that was refused changes nothing, nor does one that is repeated with the same idempotency key.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable
from typing import Any

from tests.api.days.oracle import by_hand, importing, outcomes, publishing
from tests.api.days.oracle.defaults import CONFERENCE, DOCUMENTS, REGISTERS, filled
from tests.api.days.oracle.diary import Diary
from tests.api.days.oracle.working_days import DAY, ENGLAND, date
from tests.api.days.recording import Call

Handler = Callable[..., None]
READERS = ("GET", "HEAD")
JUDGED = (by_hand.book, by_hand.move, by_hand.swap, importing.bring_in)
"""Also refused calls are handed to these, which say themselves what should have been refused."""


def replay(log: Iterable[Call]) -> Diary:
    """Return the diary that a log of calls makes."""
    diary = Diary()
    for n, call in enumerate(log):
        diary.now, diary.call = call.at, n
        if call.schedule is not None:
            diary.proposals[call.path.split("/")[1]] = call.schedule
        if call.method not in READERS and not _is_repeated(diary, call):
            _apply(diary, call)
        diary.learn(call.numbers.items())
    return diary


def _is_repeated(diary: Diary, call: Call) -> bool:
    known = (call.key or "", call.path)
    if call.key is None or not call.was_done:
        return False
    if known in diary.keys:
        return True
    diary.keys.add(known)
    return False


def _apply(diary: Diary, call: Call) -> None:
    for method, pattern, handler in HANDLERS:
        found = re.fullmatch(pattern, call.path)
        if found is not None and method == call.method:
            if call.was_done or handler in JUDGED:
                handler(diary, call, *found.groups())
            return
    raise AssertionError(f"the oracle does not know what {call.method} {call.path} means")


def _add_item(diary: Diary, call: Call, kind: str) -> None:
    name = kind.replace("-", "_")
    item = filled(call.body, REGISTERS[name])
    diary.registers[name][item["id"]] = item
    diary.touch(name, item["id"])


def _change_item(diary: Diary, call: Call, kind: str, _: str) -> None:
    _add_item(diary, call, kind)


def _remove_item(diary: Diary, _: Call, kind: str, identifier: str) -> None:
    del diary.registers[kind.replace("-", "_")][identifier]


def _put_document(diary: Diary, call: Call, path: str) -> None:
    name = path.replace("-", "_")
    default = DOCUMENTS[name]
    value = filled(call.body, default) if isinstance(default, dict) else call.body
    store_document(diary, name, value)


def store_document(diary: Diary, name: str, value: Any) -> None:
    """Store one of the service's settings or lists; the dates of all open conferences follow."""
    if name == "apart":
        for pair in value:
            if pair not in diary.documents["apart"]:
                _name_families(diary, pair)
    diary.documents[name] = value
    diary.touch("documents", name)
    diary.reset_clocks()


def _name_families(diary: Diary, pair: list[str]) -> None:
    """Give the conferences of a pair a family, so that their later ones are kept apart too."""
    for side in pair:
        chain = diary.chain(side) if side in diary.cases else []
        if chain and all(case.value["family"] is None for case in chain):
            for case in chain:
                diary.set_case(case, family=f"F-{chain[0].id}")
                diary.note(case, "changed")


def _close_a_day(diary: Diary, call: Call) -> None:
    store_document(diary, "closures", [*diary.documents["closures"], call.body["day"]])


def _keep_apart(diary: Diary, call: Call) -> None:
    store_document(diary, "apart", [*diary.documents["apart"], call.body["pair"]])


def _put_bank_holidays(diary: Diary, call: Call) -> None:
    """England's bank holidays of the years that are listed stay, even if a list by hand leaves them out."""
    store_document(diary, "bank_holidays", _with_englands(diary, call.body))


def _with_englands(diary: Diary, listed: list[str]) -> list[str]:
    present = diary.documents["bank_holidays"]
    known = {f"{day}" for day in ENGLAND} if present is None else set(present)
    years = {day[:4] for day in listed}
    kept = {f"{day}" for day in ENGLAND if f"{day:%Y}" in years} & known
    return sorted(set(listed) | kept)


def _days_file(diary: Diary, call: Call, name: str) -> None:
    """A CSV file of bank holidays (``date,name``) or terms (``term,first,last``), with days as DD/MM/YYYY."""
    if call.query.get("mode") != "commit":
        return
    rows = list(csv.DictReader(io.StringIO(call.means)))
    if name == "terms":
        terms = [{end: _british(row[end]) for end in ("first", "last")} for row in rows]
        first, last = min(term["first"] for term in terms), max(term["last"] for term in terms)
        others = [term for term in diary.documents["terms"] or () if term["last"] < first or term["first"] > last]
        store_document(diary, "terms", sorted([*others, *terms], key=lambda term: term["first"]))
    else:
        store_document(diary, "bank_holidays", _bank_holidays_after(diary, [_british(row["date"]) for row in rows]))


def _bank_holidays_after(diary: Diary, listed: list[str]) -> list[str]:
    """Return the bank holidays after a file: it replaces those between its days, except England's."""
    first, last, present = min(listed), max(listed), diary.documents["bank_holidays"]
    years = range(diary.today.year - 2, diary.today.year + 4)
    england = {f"{day}" for day in ENGLAND if day.year in years}
    before = england if present is None else set(present)
    stays = {day for day in before if not first <= day <= last or day in england}
    return sorted(stays | set(listed))


def _british(text: str) -> str:
    return f"{dt.datetime.strptime(text, '%d/%m/%Y'):%Y-%m-%d}"


def _add_period(diary: Diary, call: Call, path: str) -> None:
    """An absence of a chair or a minute taker, or the closure of a room."""
    whose = next(name for name in ("chair", "minute_taker", "room") if call.body.get(name) is not None)
    field = "absences" if path == "absences" else "closed"
    diary.registers[f"{whose}s"][call.body[whose]][field].append({"first": call.body["first"], "last": call.body["last"]})
    diary.touch(f"{whose}s", call.body[whose])


def _remove_period(diary: Diary, _: Call, path: str, identifier: str) -> None:
    whose, of, first, last = identifier.split(":")
    field = "absences" if path == "absences" else "closed"
    diary.registers[f"{whose}s"][of][field].remove({"first": first, "last": last})
    diary.touch(f"{whose}s", of)


def _request(diary: Diary, call: Call) -> None:
    diary.add_case(filled(call.body, CONFERENCE))


def _change_case(diary: Diary, call: Call, identifier: str) -> None:
    case, value = diary.cases[identifier], filled(call.body, CONFERENCE)
    before, row = case.on_plan, diary.row_of(identifier)
    diary.set_case(case, **value)
    diary.carry(before, case.on_plan)
    diary.note(case, "changed")
    if row is not None and row.end - row.start != dt.timedelta(minutes=value["minutes"]):
        diary.end(row, "moved")
        chosen = {"start": row.start, "room": row.room, "chair": row.chair, "minute_taker": row.minute_taker}
        kept = {name: getattr(row, name) for name in ("locks", "by_hand", "publication", "exception")}
        diary.book(diary.new_row(identifier, chosen, value["minutes"], **kept))


def _unavailable(diary: Diary, call: Call, identifier: str) -> None:
    case, body = diary.cases[identifier], call.body
    end = body.get("end") or f"{date(body['day']) + DAY}T00:00"
    time = {"start": body.get("start") or f"{body['day']}T00:00", "end": end}
    diary.set_case(case, unavailable=[*case.value["unavailable"], time])
    diary.note(case, "changed")


def _waive(diary: Diary, call: Call, identifier: str) -> None:
    by_hand.waive(diary, diary.cases[identifier], call.body, of_a_move=False)


def _hand_over(diary: Diary, call: Call, identifier: str) -> None:
    case = diary.cases[identifier]
    before = case.on_plan
    diary.set_case(case, chair=call.body["chair"])
    diary.carry(before, case.on_plan)
    diary.note(case, "handed over")


def _birth(diary: Diary, call: Call, identifier: str) -> None:
    """After a birth the first review is due within the working days of the settings, or else the months of its clock."""
    review, days = diary.chain(identifier)[-1], diary.documents["after_conferences"]["birth_days"]
    born = call.body["date"]
    if days is None:
        due = diary.calendar.due(review.value | {"due": None, "trigger": born}, diary.policy)
    else:
        due = diary.calendar.after(date(born), days)
    diary.set_case(review, due=f"{due}")
    diary.note(review, "birth")


def _transfer(diary: Diary, call: Call, identifier: str) -> None:
    case = diary.cases[identifier]
    diary.set_case(case, kind="transfer_in", trigger=call.body["notified"], due=None)
    diary.note(case, "transfer")


def _late_reason(diary: Diary, call: Call, identifier: str) -> None:
    diary.note(diary.cases[identifier], "reason for lateness", call.body["reason"])


def _add_feed(diary: Diary, call: Call) -> None:
    diary.feeds.append({"subject": None, "detail": "reference"} | call.body | {"id": call.id})


def _busy_file(diary: Diary, call: Call, chair: str) -> None:
    diary.calendars[chair] = [(dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end)) for start, end in call.means]


def _nothing(_: Diary, __: Call, *___: str) -> None:
    """A request of something that changes nothing in the diary, such as a what-if."""


REGISTER = "(sites|rooms|chairs|minute-takers|holds)"
DOCUMENT = "(service|policy|after-conferences|terms|closures|travel|virtual-starts|apart|references|feed-settings)"
HANDLERS: tuple[tuple[str, str, Handler], ...] = (
    ("POST", REGISTER, _add_item),
    ("PUT", f"{REGISTER}/(.+)", _change_item),
    ("DELETE", f"{REGISTER}/(.+)", _remove_item),
    ("PUT", DOCUMENT, _put_document),
    ("PUT", "bank-holidays", _put_bank_holidays),
    ("POST", "(bank-holidays|terms)/file", _days_file),
    ("POST", "closures", _close_a_day),
    ("POST", "apart", _keep_apart),
    ("POST", "(absences|room-closures)", _add_period),
    ("DELETE", "(absences|room-closures)/(.+)", _remove_period),
    ("POST", "conferences", _request),
    ("PUT", "conferences/(.+)/late-reason", _late_reason),
    ("PUT", "conferences/([^/]+)", _change_case),
    ("POST", "conferences/(.+)/cancel", outcomes.cancel),
    ("POST", "conferences/(.+)/unavailable", _unavailable),
    ("POST", "conferences/(.+)/waive-notice", _waive),
    ("POST", "conferences/(.+)/handover", _hand_over),
    ("POST", "conferences/(.+)/birth", _birth),
    ("POST", "conferences/(.+)/transfer", _transfer),
    ("POST", "conferences/(.+)/outcome", outcomes.record),
    ("POST", "conferences/(.+)/correct-outcome", outcomes.correct),
    ("POST", "conferences/(.+)/withdraw-outcome", outcomes.withdraw),
    ("POST", "outcomes", outcomes.record_many),
    ("POST", "bookings", by_hand.book),
    ("POST", "bookings/(.+)/move", by_hand.move),
    ("POST", "bookings/(.+)/swap", by_hand.swap),
    ("POST", "bookings/(.+)/cancel", by_hand.cancel),
    ("PUT", "bookings/(.+)/locks", by_hand.set_locks),
    ("POST", "plans", publishing.plan),
    ("POST", "plans/(.+)/publish", publishing.publish),
    ("POST", "(?:whatif|plans/.+/value|plans/.+/cancel)", _nothing),
    ("POST", "import", importing.bring_in),
    ("POST", "feeds", _add_feed),
    ("PUT", "busy-calendars/(.+)/file", _busy_file),
)
