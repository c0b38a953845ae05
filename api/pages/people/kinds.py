"""The kinds of item that these pages list and change, and the fields of their forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from api.diary.registers import queries as registers
from api.diary.registers.queries import Register

DAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday",
}  # fmt: skip


class FieldKind(Enum):
    """What is entered into a field."""

    TEXT = auto()
    NUMBER = auto()
    LIMIT = auto()
    """A number, or nothing for no limit."""
    DECIMAL = auto()
    DATE = auto()
    TIMES = auto()
    WEEKDAYS = auto()
    OFFICE = auto()
    OFFICE_OR_NONE = auto()
    OFFICES = auto()
    YES = auto()


@dataclass(frozen=True)
class FormField:
    """A field of a form. It has the name of the model's field, so that the model's errors are shown beside it."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    hint: str = ""
    width: str = "10"


@dataclass(frozen=True)
class ItemKind:
    """A kind of item: its address, its register, and what it is called.

    ``of`` is its name in absences and calendar links. ``away`` is the heading of its absences or closures, empty if it has none.
    ``usual`` are the texts of the form of a new one.
    """

    of: str
    path: str
    register: Register[Any]
    one: str
    many: str
    fields: Sequence[FormField]
    away: str = ""
    usual: Sequence[tuple[str, str]] = field(default_factory=tuple)

    def noun(self, chair_title: str) -> str:
        """Return what one of them is called; a chair has the service's title."""
        return self.one or chair_title

    def plural(self, chair_title: str) -> str:
        """Return what several of them are called."""
        return self.many or f"{chair_title}s"


_NAME = FormField("name", "Name", hint="As it is shown on pages and lists", width="20")
_WORKS = FormField("works", "Works on", FieldKind.WEEKDAYS)
_A_DAY = FormField("max_per_day", "Most conferences a day", FieldKind.LIMIT, "Leave it empty for no limit", "2")
_WORKING_WEEK = tuple(("works", day) for day in ("mon", "tue", "wed", "thu", "fri"))

CHAIRS = ItemKind(
    "chair",
    "/people",
    registers.CHAIRS,
    "",
    "",
    (
        FormField("id", "Reference", hint="Such as C12. It is used in files, and cannot be changed later."),
        _NAME,
        FormField("base", "Base office", FieldKind.OFFICE_OR_NONE),
        FormField("fte", "Full-time equivalent", FieldKind.DECIMAL, "1 is full time, 0.6 is three days a week", "4"),
        FormField("caseload", "Children now", FieldKind.NUMBER, width="4"),
        _WORKS,
        _A_DAY,
        FormField("max_per_week", "Most conferences a week", FieldKind.LIMIT, "Leave it empty for no limit", "2"),
        FormField("max_office_days", "Most office days a week", FieldKind.LIMIT, "Leave it empty for no limit", "2"),
        FormField("first", "First day in post", FieldKind.DATE, "Such as 1/9/2026. Leave it empty if it is over.", "20"),
        FormField("last", "Last day in post", FieldKind.DATE, "Such as 31/3/2027. Leave it empty if none is known.", "20"),
        FormField("reserve", "A reserve, who covers for others and has no families", FieldKind.YES),
    ),
    "Away",
    (("fte", "1"), ("caseload", "0"), *_WORKING_WEEK),
)
MINUTE_TAKERS = ItemKind(
    "minute_taker",
    "/minute-takers",
    registers.MINUTE_TAKERS,
    "minute taker",
    "Minute takers",
    (
        FormField("id", "Reference", hint="Such as M12. It is used in files, and cannot be changed later."),
        _NAME,
        FormField("sites", "Offices at which they take minutes", FieldKind.OFFICES),
        _WORKS,
        _A_DAY,
    ),
    "Away",
    _WORKING_WEEK,
)
ROOMS = ItemKind(
    "room",
    "/rooms",
    registers.ROOMS,
    "room",
    "Rooms",
    (
        FormField("id", "Reference", hint="Such as WYC-2. It is used in files, and cannot be changed later."),
        _NAME,
        FormField("site", "Office", FieldKind.OFFICE),
        FormField("starts", "Conferences start at", FieldKind.TIMES, "Such as 10:00, 14:00", "20"),
        FormField(
            "hybrid_from",
            "Equipped for hybrid conferences from",
            FieldKind.DATE,
            "Such as 1/9/2026. Leave it empty if it has no equipment.",
            "20",
        ),
        FormField("accessible", "Step-free", FieldKind.YES),
        FormField("first", "First day of use", FieldKind.DATE, "Leave it empty if it is in use now", "20"),
        FormField("last", "Last day of use", FieldKind.DATE, "Leave it empty if none is known", "20"),
    ),
    "Closed",
    (("starts", "10:00, 14:00"),),
)
OFFICES = ItemKind(
    "site",
    "/offices",
    registers.SITES,
    "office",
    "Offices",
    (FormField("id", "Reference", hint="Such as WYC. It is used in files, and cannot be changed later."), _NAME),
)
KINDS = (CHAIRS, MINUTE_TAKERS, ROOMS, OFFICES)
BY_NAME = {kind.of: kind for kind in KINDS}
