"""Import: imported data are exported unchanged, and a second import of the same file changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from api.database.session import Store
from api.diary import snapshot
from api.diary.registers import queries as registers
from api.errors import ServiceError
from api.exchange import workflow as exchange
from api.exchange.answers import Changes, FieldChange, Imported
from api.http.formats import Format, decode, encode
from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.domain.values import Period
from tests.api.support.builders import NOW
from tests.api.support.databases import Databases
from tests.builders import conference, tiny_problem
from tests.files.problems import problems
from tests.random_problems import random_problem

LATER = NOW + dt.timedelta(hours=1)
MARCH = Period(first=dt.date(2027, 3, 1), last=dt.date(2027, 3, 31))


def unchanged_fault(fault: Fault) -> Fault:
    return fault


def import_problem(store: Store, problem: Problem, wording: Callable[[Fault], Fault] = unchanged_fault) -> Imported:
    with store.writing() as connection:
        return exchange.import_problem(connection, problem, wording, NOW)


def export(store: Store, days: Period = MARCH) -> Problem:
    with store.reading() as connection:
        return snapshot.problem_of(connection, days.first, days.last)


def untouched(imported: Imported) -> bool:
    kinds = [changes for _, changes in imported if isinstance(changes, Changes)]
    assert len(kinds) == 8
    return all(not changes.added and not changes.changed for changes in kinds) and not imported.fields


def refusal(store: Store, problem: Problem) -> ServiceError:
    """Return the error with which a problem is refused. Assert that nothing is imported."""
    before = export(store)
    with pytest.raises(ServiceError) as refused:
        import_problem(store, problem)
    assert export(store) == before
    return refused.value


@given(
    problem=problems() | st.integers(0, 2**32).map(lambda seed: random_problem(Random(seed))),
    format_=st.sampled_from(Format),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[*HealthCheck])
def test_an_export_imported_into_an_empty_diary_is_exported_unchanged(
    problem: Problem, format_: Format, databases: Databases
) -> None:
    first, second = Store(databases.migrated()), Store(databases.migrated())
    try:
        try:
            import_problem(first, problem)
        except (ServiceError, InputError):  # two bookings at once, or a NUL character
            assume(False)
        out = export(first, problem.horizon)
        import_problem(second, *decode(encode(out, format_), format_))
        assert export(second, problem.horizon) == out
        assert untouched(import_problem(first, problem))
        assert untouched(import_problem(second, out))
    finally:
        first.close()
        second.close()


def test_added_changed_and_unchanged_items_are_listed(store: Store) -> None:
    whole = tiny_problem(
        service={"name": "Here"},
        conferences=[conference("A"), conference("B"), conference("C")],
        holds=[{"site": "AYL", "week": "2027-03-08", "count": 1}],
        published=[{"conference": "A", "start": "2027-03-02T10:00", "chair": "C1"}],
    )
    assert import_problem(store, whole) == Imported(
        documents=Changes(added=["service", "terms", "travel"], unchanged=5),
        sites=Changes(added=["AYL", "WYC"]),
        rooms=Changes(added=["AYL-1", "WYC-1"]),
        chairs=Changes(added=["C1", "C2"]),
        minute_takers=Changes(),
        holds=Changes(added=[hold_of(store)]),
        conferences=Changes(added=["A", "B", "C"]),
        bookings=Changes(added=["A"]),
        fields=[
            field_change("documents/service", "name", "", "Here", newer=False),
            field_change("documents/terms", "terms", None, [{"first": "2027-02-22", "last": "2027-03-25"}]),
            field_change("documents/travel", "AYL to WYC", None, 40, newer=False),
        ],
    )
    part = tiny_problem(
        chairs=[{"id": "C2", "caseload": 9}],
        conferences=[conference("A"), conference("B", children=3), conference("D")],
        holds=[{"site": "AYL", "week": "2027-03-08", "count": 2}],
        published=[{"conference": "A", "start": "2027-03-02T14:00", "chair": "C2", "locks": ["chair"]}],
        policy={"weights": {"friday": 7}},
    )
    assert import_problem(store, part) == Imported(
        documents=Changes(added=["policy"], unchanged=7),
        sites=Changes(unchanged=2),
        rooms=Changes(unchanged=2),
        chairs=Changes(changed=["C2"]),
        minute_takers=Changes(),
        holds=Changes(changed=[hold_of(store)]),
        conferences=Changes(added=["D"], changed=["B"], unchanged=1),
        bookings=Changes(changed=["A"]),
        fields=[
            field_change("documents/policy", "weights.friday", 40, 7, newer=False),
            field_change("chairs/C2", "caseload", 0, 9, newer=False),
            field_change(f"holds/{hold_of(store)}", "count", 1, 2, newer=False),
            field_change("conferences/B", "children", 2, 3, newer=False),
            field_change("bookings/A", "start", "2027-03-02T10:00", "2027-03-02T14:00", newer=False),
            field_change("bookings/A", "chair", "C1", "C2", newer=False),
            field_change("bookings/A", "locks", [], ["chair"], newer=False),
        ],
    )
    out = export(store)
    assert [chair.id for chair in out.chairs] == ["C1", "C2"]
    assert [one.id for one in out.conferences] == ["A", "B", "C", "D"]
    assert out.service.name == "Here"
    assert (out.policy.weights.friday, out.policy.weights.wait) == (7, 2)
    assert [(one.start, one.chair, one.locks) for one in out.published] == [(dt.datetime(2027, 3, 2, 14), "C2", ("chair",))]


def field_change(item: str, field: str | None, before: object, after: object, *, newer: bool | None = None) -> FieldChange:
    return FieldChange(item=item, field=field, before=before, after=after, diary_is_newer=newer)


def hold_of(store: Store) -> str:
    with store.reading() as connection:
        return registers.values(connection, registers.HOLDS)[0].id


def test_days_and_journeys_are_added_to_the_stored_ones(store: Store) -> None:
    import_problem(store, tiny_problem(calendar={"closures": ["2027-03-03"]}))
    import_problem(
        store,
        tiny_problem(calendar={"closures": ["2027-03-04", "2027-03-03"]}, travel=[{"from": "AYL", "to": "WYC", "minutes": 50}]),
    )
    out = export(store)
    assert out.calendar.closures == (dt.date(2027, 3, 3), dt.date(2027, 3, 4))
    assert [journey.minutes for journey in out.travel] == [50]


def test_a_longer_conference_extends_its_booking(store: Store) -> None:
    published = [{"conference": "A", "start": "2027-03-02T10:00", "chair": "C1", "room": "AYL-1"}]
    import_problem(store, tiny_problem(published=published))
    imported = import_problem(store, tiny_problem(conferences=[conference("A", minutes=135)]))
    assert (imported.conferences, imported.bookings) == (Changes(changed=["A"]), Changes(changed=["A"]))
    assert untouched(import_problem(store, export(store)))


def test_every_booking_that_overlaps_is_listed_by_its_place_in_the_file(store: Store) -> None:
    both = [conference("A"), conference("B"), conference("C")]
    at_ten = {"start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"}
    import_problem(store, tiny_problem(conferences=both, published=[{"conference": "A", **at_ten}]))
    other = {"start": "2027-03-02T10:00", "chair": "C2", "room": "WYC-1"}
    result = import_problem(
        store,
        tiny_problem(
            conferences=[*both, conference("D")],
            published=[{"conference": "B", **at_ten}, {"conference": "C", **other}, {"conference": "D", **other}],
        ),
    )
    assert result.bookings == Changes(added=["C"])
    assert [(one.where, one.conference, [item.where for item in one.broken]) for one in result.undecided] == [
        ("published[0].start", "B", ["R2", "R3"]),
        ("published[2].start", "D", ["R2", "R3"]),
    ]
    assert [one.message for one in result.undecided[0].broken] == [
        "B, Tuesday 2 March 2027 at 10:00: room AYL-1 is then taken by A.",
        "B, Tuesday 2 March 2027 at 10:00: C1 is then taken by A.",
    ]


def test_bookings_can_swap_places(store: Store) -> None:
    both = [conference("A"), conference("B")]
    first, second = (
        {"start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"},
        {"start": "2027-03-02T14:00", "room": "AYL-1", "chair": "C1"},
    )
    import_problem(store, tiny_problem(conferences=both, published=[{"conference": "A", **first}, {"conference": "B", **second}]))
    imported = import_problem(
        store, tiny_problem(conferences=both, published=[{"conference": "B", **first}, {"conference": "A", **second}])
    )
    assert imported.bookings == Changes(changed=["B", "A"])


def test_all_nul_characters_are_reported(store: Store) -> None:
    with pytest.raises(InputError) as refused:
        import_problem(store, tiny_problem(service={"name": "a\0"}, chairs=[{"id": "C1", "name": "\0"}]))
    assert [str(fault) for fault in refused.value.faults] == [
        "service.name: it contains a NUL character. Enter it again without that character.",
        "chairs[0].name: it contains a NUL character. Enter it again without that character.",
    ]


def test_an_unknown_minute_taker_is_refused(store: Store) -> None:
    published = [{"conference": "A", "start": "2027-03-02T10:00", "chair": "C1", "minute_taker": "M9"}]
    import_problem(store, tiny_problem())
    error = refusal(store, tiny_problem(published=published))
    assert [(wrong.where, wrong.message) for wrong in error.errors] == [
        ("published[0].minute_taker", "there is no minute taker 'M9'. Add the minute taker, or leave this empty.")
    ]
