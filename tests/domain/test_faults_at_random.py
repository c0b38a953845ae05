"""For any input, reading it returns a problem or raises InputError."""

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import chair, conference, minute_taker, tiny_data
from tests.domain.test_faults import faults_in, published

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["A", "AYL", "2027-03-02", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
RICH = tiny_data(
    conferences=[
        conference("A", chair="C1", not_chairs=["C2"], unavailable=[{"start": "2027-03-03T00:00", "end": "2027-03-04T00:00"}]),
        conference("B", requested="2027-03-01", earliest="2027-03-02", due="2027-03-19", social_worker="SW-1"),
    ],
    chairs=[
        chair("C1", base="AYL", works=["mon"], absences=[{"first": "2027-03-02", "last": "2027-03-03"}], max_per_day=2),
        chair("C2", busy=[{"start": "2027-03-03T00:00", "end": "2027-03-04T00:00"}], reserve=True),
    ],
    minute_takers=[minute_taker()],
    holds=[{"site": "AYL", "week": "2027-03-03", "count": 2}],
    apart=[["A", "B"]],
    published=[published(minute_taker="M1", locks=["time"])],
    policy={"clock": {"initial_days": 15}, "stability": {"date": 5}, "weights": {"friday": 40}, "off": ["R4"], "notice_days": 5},
    service={"name": "Buckinghamshire", "timezone": "Europe/London", "chair_title": "CPA"},
)


def places_in(raw: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [place, *(deeper for key, value in inner for deeper in places_in(value, (*place, key)))]


def mutated(raw: Any, place: tuple[str | int, ...], junk: Any, *, add: bool) -> Any:
    """The raw data with junk in a place, or, with add, next to what the place holds."""
    if not place:
        return junk
    changed = copy.deepcopy(raw)
    inside = changed
    for step in place[:-1]:
        inside = inside[step]
    if not add:
        inside[place[-1]] = junk
    elif isinstance(inside, list):
        inside.append(junk)
    else:
        inside[f"{place[-1]}s"] = junk
    return changed


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(places_in(RICH)), JUNK, st.booleans()), min_size=1, max_size=3))
def test_only_an_input_error_is_raised_for_a_mutated_input(
    mutations: list[tuple[tuple[str | int, ...], Any, bool]],
) -> None:
    raw: Any = RICH
    for place, junk, add in mutations:
        if place in places_in(raw):
            raw = mutated(raw, place, junk, add=add)
    for message in faults_in(raw):
        message.encode()  # half a character, which no file or screen takes, would raise here
        assert message.endswith((".", "?", "…"))


@settings(max_examples=200, deadline=None)
@given(JUNK)
def test_junk_is_an_input_error(junk: Any) -> None:
    assert faults_in(junk)
