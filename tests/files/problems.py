"""Random problems that use every field of a file."""

import datetime as dt
from itertools import combinations
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scheduler.domain.faults import read_problem
from scheduler.domain.identifiers import alike
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.values import WEEKDAYS, Identifier
from scheduler.files.settings_sheets import POLICY

IDENTIFIER = TypeAdapter(Identifier)
NASTY = (
    "=1+1", "+1", "-1", "@A1", "'x", "''", "'=1", "＝1", "007", "1", "1.0", "1e5", "TRUE", "yes", "none", "nan", "NA", "#N/A",
    "null", "http://example.org", "mailto:a@example.org", "a,b", "a;b", "a, b", 'a"b', '"', '""', '"a"', "03/04/2027", "10:00",
    "2027-04-03", "_x0041_", "_x005F_x0041_", "_x0007_", "{U+0007}", "é", "日本語", "😀", "ﬁ", "i̇", "ÿ\x85ÿ", "\x07x", "a\tb",
    "x\ufeff", "\u00a0x\u00a0y", "a\u2028b",
)  # fmt: skip
NASTY_NAMES = (
    " ",
    "  x ",
    "\n",
    "a\nb",
    "a\r\nb",
    "\r",
    "\x00",
    "\t",
    "=\n",
    "\ufeff",
    "\uffff",
    "\ue000",
    "\ue000#N/A",
    '"""',
    "\u00a0",
)
CHARACTERS = st.characters(exclude_categories=["Cs"])


def _is_identifier(text: str) -> bool:
    try:
        IDENTIFIER.validate_python(text)
    except ValidationError:
        return False
    return not text.startswith("HOLD-")


names = st.sampled_from(NASTY + NASTY_NAMES) | st.text(CHARACTERS, max_size=12)
identifiers = st.sampled_from([*NASTY, "A-1"]).filter(_is_identifier) | st.text(CHARACTERS, min_size=1, max_size=8).filter(
    _is_identifier
)
days = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 30)) | st.sampled_from([dt.date(1900, 2, 28), dt.date(2028, 2, 29)])
times = st.times().map(lambda time: dt.time(time.hour, time.minute)) | st.just(dt.time())
minutes = st.builds(dt.datetime.combine, days, times)
numbers = st.integers(0, 1_000_000)
limits = st.none() | st.integers(0, 9)


def lists(items: st.SearchStrategy[Any], limit: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(items, max_size=limit)


def of(ids: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(ids) if ids else st.nothing()


def _pair(values: st.SearchStrategy[Any], first: str, last: str, *, apart: bool) -> st.SearchStrategy[dict[str, Any]]:
    pairs = st.tuples(values, values).map(sorted)
    return pairs.filter(lambda pair: not apart or pair[0] < pair[1]).map(lambda pair: {first: pair[0], last: pair[1]})


periods = _pair(days, "first", "last", apart=False)
intervals = _pair(minutes, "start", "end", apart=True)
first_and_last = st.just({}) | periods | days.map(lambda day: {"first": day}) | days.map(lambda day: {"last": day})


@st.composite
def people(draw: st.DrawFn, identifier: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": draw(names),
        "works": draw(lists(st.sampled_from(WEEKDAYS), 8)),
        "absences": draw(lists(periods)),
        "busy": draw(lists(intervals)),
        "max_per_day": draw(limits),
    }


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    policy: dict[str, Any] = {}
    for setting in draw(lists(st.sampled_from(POLICY.settings), 6)):
        group, field = policy, str(setting.place[-1])
        if len(setting.place) == 3:
            group = policy.setdefault(str(setting.place[1]), {})
        if field == "off":
            group[field] = draw(lists(st.sampled_from(["R4", "R5", "R8", "friday", "wait", "partner_clash"])))
        elif setting.place == ("policy", "virtual_fallback"):
            group[field] = draw(st.sampled_from([True, False, "hybrid"]))
        elif field == "placeholders":
            group[field] = draw(lists(st.sampled_from(["TBC", "n/a", "a, b", 'say "x"', "=1", "?"])))
        elif field in ("first_start", "last_start"):
            group[field] = draw(times)
        else:
            group[field] = draw(st.integers(0, 120))
    return Policy.model_validate(policy).model_dump()


def clash(family: str, conferences: list[str]) -> bool:
    return alike(family) in {alike(conference) for conference in conferences}


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """A small problem that the domain accepts."""
    sites = draw(st.lists(identifiers, min_size=1, max_size=3, unique_by=alike))
    rooms = draw(st.lists(identifiers, max_size=2, unique_by=alike))
    chairs = draw(st.lists(identifiers, max_size=2, unique_by=alike))
    takers = draw(st.none() | st.lists(identifiers, max_size=2, unique_by=alike))
    conferences = draw(st.lists(identifiers, max_size=3, unique_by=alike))
    families = draw(st.lists(identifiers.filter(lambda family: not clash(family, conferences)), max_size=2, unique_by=alike))
    first = draw(st.dates(dt.date(1950, 1, 1), dt.date(2190, 1, 1)))
    raw: dict[str, Any] = {
        "version": 1,
        "service": {"name": draw(names), "chair_title": draw(names)},
        "horizon": {"first": first, "last": first + dt.timedelta(days=draw(st.integers(5, 60)))},
        "calendar": {
            "bank_holidays": draw(st.none() | lists(days)),
            "terms": draw(st.none() | lists(periods)),
            "closures": draw(lists(days)),
        },
        "sites": [{"id": site, "name": draw(names)} for site in sites],
        "travel": draw(lists(st.fixed_dictionaries({"from": of(sites), "to": of(sites), "minutes": numbers}))),
        "rooms": [
            {
                "id": room,
                "site": draw(of(sites)),
                "name": draw(names),
                "starts": draw(st.lists(times, min_size=1, max_size=3)),
                "hybrid_from": draw(st.none() | days),
                "accessible": draw(st.booleans()),
                "closed": draw(lists(periods)),
                **draw(first_and_last),
            }
            for room in rooms
        ],
        "virtual_starts": draw(st.none() | lists(times)),
        "chairs": [
            {
                **draw(people(chair)),
                **draw(first_and_last),
                "fte": draw(st.floats(0, 2) | st.sampled_from([0.6, 1.0, 0.1 + 0.2, 5e-324])),
                "base": draw(st.none() | of(sites)),
                "caseload": draw(numbers),
                "max_per_week": draw(limits),
                "max_office_days": draw(limits),
                "reserve": draw(st.booleans()),
            }
            for chair in chairs
        ],
        "minute_takers": None
        if takers is None
        else [{**draw(people(taker)), "sites": draw(lists(of(sites)))} for taker in takers],
        "conferences": [
            {
                "id": conference,
                "kind": draw(st.sampled_from(["initial", "first_review", "review", "transfer_in", "pre_birth"])),
                "children": draw(st.integers(5, 9)),
                "school_age": draw(st.integers(0, 5)),
                "site": draw(of(sites)),
                "chair": draw(st.none() | of(chairs)),
                "not_chairs": draw(lists(of(chairs))) if chairs else [],
                "trigger": draw(days),
                "requested": draw(st.none() | days),
                "earliest": draw(st.none() | days),
                "due": draw(st.none() | days),
                "mode": draw(st.sampled_from(["hybrid", "in_person", "virtual"])),
                "minutes": draw(st.integers(1, 720)),
                "accessible": draw(st.booleans()),
                "social_worker": draw(st.none() | identifiers),
                "family": draw(st.none() | of(families)),
                "notice_waived": draw(st.booleans()),
                "unavailable": draw(lists(intervals)),
            }
            for conference in conferences
        ],
        "holds": draw(lists(st.fixed_dictionaries({"site": of(sites), "week": days, "count": st.integers(1, 1_000_000)}))),
        "published": [
            {
                "conference": conference,
                "start": draw(minutes),
                "room": draw(st.none() | of(rooms)),
                "chair": draw(of(chairs)),
                "minute_taker": draw(st.none() | of(takers or [])),
                "locks": draw(lists(st.sampled_from(["time", "chair", "room"]))),
            }
            for conference in (draw(lists(of(conferences)).map(set)) if chairs and conferences else ())
        ],
        "policy": draw(policies()),
    }
    family_of = {one["id"]: one["family"] for one in raw["conferences"]}
    sides = [*family_of.items(), *((family, family) for family in {*family_of.values()} - {None})]
    pairs = [[one, other] for (one, its), (other, their) in combinations(sides, 2) if its is None or its != their]
    raw["apart"] = draw(lists(st.sampled_from(pairs))) if pairs else []
    return read_problem(raw)
