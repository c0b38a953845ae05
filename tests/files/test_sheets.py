"""The sheets match the domain: every field has a column, and every choice a label."""

from typing import Any, get_args

from pydantic import BaseModel

from scheduler.domain.conference import Conference, ConferenceKind, Hold, Mode
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Journey, Room, Site
from scheduler.domain.policy import Policy, SwitchedOff
from scheduler.domain.problem import PublishedBooking, Service
from scheduler.files.schema import Sheet
from scheduler.files.settings_sheets import POLICY, RULE, SERVICE
from scheduler.files.sheets import KINDS, LOCKS, MODES, SHEETS, sheet_of

NESTED = {"unavailable", "absences", "beside", "busy", "closed"}


def fields(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def test_every_field_has_a_column() -> None:
    listed: dict[str, type[BaseModel]] = {
        "conferences": Conference,
        "chairs": Chair,
        "minute_takers": MinuteTaker,
        "rooms": Room,
        "sites": Site,
        "travel": Journey,
        "holds": Hold,
        "published": PublishedBooking,
    }
    for name, model in listed.items():
        assert {column.fills for column in sheet_of(name).columns} == fields(model) - NESTED, name
    owned = {str(sheet.place[0]): sheet.owners for sheet in SHEETS if isinstance(sheet, Sheet) and sheet.owners}
    assert owned == {
        "unavailable": ("conferences",),
        "absences": ("chairs", "minute_takers"),
        "busy": ("chairs", "minute_takers"),
        "beside": ("chairs",),
        "closed": ("rooms",),
    }


def leaves(value: Any, place: tuple[str, ...]) -> set[tuple[str, ...]]:
    if isinstance(value, dict):
        return {leaf for key, inner in value.items() for leaf in leaves(inner, (*place, key))}
    return {place}


def test_every_policy_field_has_a_row() -> None:
    assert {setting.place for setting in POLICY.settings} == leaves(Policy().model_dump(), ("policy",))


def test_every_service_field_but_the_time_zone_has_a_row() -> None:
    rows = {setting.place for setting in SERVICE.settings if setting.place[0] == "service"}
    assert rows == leaves(Service().model_dump(), ("service",)) - {("service", "timezone")}


def test_every_choice_has_a_label() -> None:
    assert {value for value, _ in KINDS.choices} == set(ConferenceKind)
    assert tuple(value for value, _ in RULE.choices) == get_args(SwitchedOff)
    assert {value for value, _ in MODES.choices} == set(Mode)
    assert {value for value, _ in LOCKS.choices} == set(get_args(get_args(PublishedBooking.model_fields["locks"].annotation)[0]))


def test_titles_headings_and_labels_are_unique() -> None:
    assert len({sheet.title for sheet in SHEETS}) == len(SHEETS)
    for sheet in SHEETS:
        assert len({column.heading for column in sheet.columns}) == len(sheet.columns)
        assert all(column.help.endswith(".") for column in sheet.columns)
    for settings in (SERVICE, POLICY):
        assert len({setting.label for setting in settings.settings}) == len(settings.settings)
