"""The workbook's sheets and columns. Reading, writing, CSV files and the instructions all derive from this table."""

from __future__ import annotations

from scheduler.domain.conference import ConferenceKind
from scheduler.files.cells import CellType, Date, EndTime, Id, Ids, Number, Text, Time, Whole, simplified
from scheduler.files.choices import Choice, Several, Weekdays, YesNo, YesNoOr
from scheduler.files.schema import (
    Column,
    SettingsSheet,
    Sheet,
    booking_of,
    cells_of_booking,
    cells_of_day,
    cells_of_pair,
    cells_of_span,
    day_of,
    pair_of,
    span_of,
)
from scheduler.files.settings_sheets import POLICY, SERVICE

INSTRUCTIONS = "Instructions"
ERRORS = "Errors"
NOTES = "Notes"
NOT_READ = (INSTRUCTIONS, ERRORS, NOTES)
SCENARIOS = "Scenarios"
"""The title of the sheet of what-if scenarios, which a problem's workbook may also contain."""

KINDS = Choice(
    (
        (ConferenceKind.INITIAL.value, "Initial"),
        (ConferenceKind.FIRST_REVIEW.value, "First review"),
        (ConferenceKind.REVIEW.value, "Review"),
        (ConferenceKind.TRANSFER_IN.value, "Transfer-in"),
        (ConferenceKind.PRE_BIRTH.value, "Pre-birth"),
    )
)
MODES = Choice((("hybrid", "Hybrid"), ("in_person", "In person"), ("virtual", "Virtual")))
LOCKS = Choice((("time", "Time"), ("chair", "Chair"), ("room", "Room")))
ROLES = Choice((("chairs", "Chair"), ("minute_takers", "Minute taker")))
SITE = Id("sites", "site")
CHAIR = Id("chairs", "chair")
CONFERENCE = Id("conferences", "conference")
APART = Id("conferences", "conference or family")

SPAN = (
    Column("from_date", "From date", Date(), "The first day.", required=True, field="start", width=12),
    Column("from_time", "From time", Time(), "Blank means from the start of the day.", field="start", width=11),
    Column("to_date", "To date", Date(), "The last day. Blank means the same day.", field="end", width=12),
    Column("to_time", "To time", EndTime(), "Blank, like 24:00, means to the end of the day.", field="end", width=11),
)
DAYS = (
    Column("first", "First day", Date(), "The first day.", required=True, width=12),
    Column("last", "Last day", Date(), "The last day; the same as the first for a single day.", required=True, width=12),
)
WHO = (
    Column("owner", "Person", Id("people", "chair or minute taker"), "The id of a chair or a minute taker.", required=True),
    Column("role", "Role", ROLES, "Needed only if a chair and a minute taker have the same id.", width=15),
)


def _days_in_use(use: str) -> tuple[Column, ...]:
    return (
        Column("first", "First day", Date(), f"The first day {use}, if it is in this plan or later.", width=12),
        Column("last", "Last day", Date(), f"The last day {use}, if it is known.", width=12),
    )


def _id(example: str, noun: str) -> Column:
    text = f"A short unique name for the {noun}, used on the other sheets. No personal data."
    return Column("id", "ID", Id(example=example), text, required=True)


def _name(noun: str) -> Column:
    return Column("name", "Name", Text(), f"What people call the {noun}. Blank means its id.", width=22)


def _limit(key: str, heading: str, text: str) -> Column:
    return Column(key, heading, Whole(example=2), f"{text} Blank means no limit.", width=12)


WORKS = Column("works", "Works on", Weekdays(), "The weekdays worked. Blank means Mon-Fri. Enter none for no days.", width=24)

CONFERENCES = Sheet(
    "Conferences",
    ("conferences",),
    "Every conference to book in this plan, one per row. References, counts and dates only: never names of families.",
    (
        Column("id", "Reference", Id(example="CPC-0101"), "The conference's own reference.", required=True),
        Column("kind", "Kind", KINDS, "The kind of conference. It sets the statutory clock.", required=True),
        Column("children", "Children", Whole("children", 2), "The number of children.", required=True, width=10),
        Column("school_age", "Of school age", Whole("children", 1), "How many of them go to school. Blank means none.", width=10),
        Column("site", "Site", SITE, "The id of the office nearest to the family.", required=True, width=10),
        Column("chair", "Chair", CHAIR, "The id of the family's own chair. Blank if it has none yet.", width=10),
        Column("not_chairs", "Not these chairs", Ids("chairs", "chair"), "Ids of chairs who must not take it."),
        Column(
            "trigger",
            "Clock starts",
            Date(),
            "The day that starts the clock. Initial: the strategy discussion. Transfer-in: the notification. First review: the "
            "initial conference. Review: the previous conference. Pre-birth: the expected date of birth.",
            required=True,
        ),
        Column("requested", "Requested", Date(), "The day of the request. Notice runs from this day."),
        Column("earliest", "Not before", Date(), "The first day on which it may be held, if there is one."),
        Column("due", "Due", Date(), "Its due date, if it differs from the clock's."),
        Column("mode", "How held", MODES, "How the family attends. Blank means Hybrid.", width=11),
        Column("minutes", "Length", Whole("minutes", 90), "Minutes, excluding the time before. Blank means 105.", width=9),
        Column("accessible", "Step-free room", YesNo(), "Whether it needs an accessible room. Blank means no.", width=11),
        Column("social_worker", "Social worker", Id(example="SW-12"), "A reference, so that two conferences never overlap."),
        Column(
            "family",
            "Family",
            Id(example="F-34", zero_is_blank=True),
            "A reference shared by a family's conferences, for the sheet Keep apart. No name.",
            width=10,
        ),
        Column("notice_waived", "Notice waived", YesNo(), "Yes if notice does not bind it. Blank means no.", width=10),
    ),
    required=True,
)  # fmt: skip

ROOMS = Sheet(
    "Rooms",
    ("rooms",),
    "Every room for conferences.",
    (
        _id("AYL-1", "room"),
        _name("room"),
        Column("site", "Site", SITE, "The id of its site.", required=True, width=10),
        Column("starts", "Starts", Several(Time()), "When conferences may start in the room.", required=True, width=22),
        Column("hybrid_from", "Hybrid from", Date(), "The first day with hybrid equipment. Blank means it has none."),
        Column("accessible", "Step-free", YesNo(), "Whether it is accessible. Blank means no.", width=11),
        *_days_in_use("when it can be used"),
    ),
    required=True,
)

CHAIRS = Sheet(
    "Chairs",
    ("chairs",),
    "Everyone who chairs conferences.",
    (
        _id("C1", "chair"),
        _name("chair"),
        Column("fte", "FTE", Number(), "1 for full time, 0.6 for three days of five. Blank means 1.", width=8),
        Column("base", "Base", SITE, "The id of the site where they are based.", width=10),
        WORKS,
        *_days_in_use("in post"),
        Column("caseload", "Caseload", Whole("children", 85), "The number of children they hold now. Blank means 0.", width=10),
        _limit("max_per_day", "Most a day", "The most conferences a day."),
        _limit("max_per_week", "Most a week", "The most conferences a week, Monday to Sunday."),
        _limit("max_office_days", "Most office days", "The most days a week with a conference in a room."),
        Column("reserve", "Reserve", YesNo(), "Yes if they chair only when nobody else can. Blank means no.", width=9),
    ),
    required=True,
)

MINUTE_TAKERS = Sheet(
    "Minute takers",
    ("minute_takers",),
    "Everyone who takes minutes. Leave it empty if minute takers are not planned.",
    (
        _id("M1", "minute taker"),
        _name("minute taker"),
        Column("sites", "Sites", Ids("sites", "site"), "Ids of the sites they can go to.", width=22),
        WORKS,
        _limit("max_per_day", "Most a day", "The most conferences a day."),
    ),
    switch="minute_takers",
)

SHEETS: tuple[Sheet | SettingsSheet, ...] = (
    SERVICE,
    CONFERENCES,
    Sheet(
        "Unavailable times",
        ("unavailable",),
        "When a family or its social worker can't come. A conference may have several rows.",
        (Column("owner", "Conference", CONFERENCE, "The conference's reference.", required=True), *SPAN),
        owners=("conferences",),
        join=span_of,
        split=cells_of_span,
    ),
    CHAIRS,
    MINUTE_TAKERS,
    Sheet(
        "Absences",
        ("absences",),
        "Whole days on which a chair or minute taker is away. A person may have several rows.",
        (*WHO, *DAYS),
        owners=("chairs", "minute_takers"),
    ),
    Sheet(
        "Busy times",
        ("busy",),
        "Other commitments of a chair or minute taker. A person may have several rows.",
        (*WHO, *SPAN),
        owners=("chairs", "minute_takers"),
        join=span_of,
        split=cells_of_span,
    ),
    Sheet(
        "Weeks begun",
        ("beside",),
        "Usually empty. A chair's bookings on days that this plan leaves out, in a week of which it plans the other days.",
        (
            Column("owner", "Chair", CHAIR, "The chair's id.", required=True),
            Column("week", "Week of", Date(), "Any day in the week.", required=True),
            Column("bookings", "Bookings", Whole("bookings", 2), "The number of bookings on the other days.", required=True),
            Column("office_days", "Office days", Whole("days", 1), "Other days with a booking in a room. Blank means none."),
        ),
        owners=("chairs",),
    ),
    ROOMS,
    Sheet(
        "Room closures",
        ("closed",),
        "Days on which a room can't be used. A room may have several rows.",
        (Column("owner", "Room", Id("rooms", "room"), "The room's id.", required=True), *DAYS),
        owners=("rooms",),
    ),
    Sheet(
        "Sites",
        ("sites",),
        "The offices that have rooms.",
        (_id("AYL", "site"), _name("site")),
        required=True,
        at_least_one=True,
    ),
    Sheet(
        "Travel",
        ("travel",),
        "A chair's travel time between two sites. A row counts both ways, unless the sheet has a row for each way.",
        (
            Column("from", "From", SITE, "The id of a site.", required=True),
            Column("to", "To", SITE, "The id of another site.", required=True),
            Column("minutes", "Minutes", Whole("minutes", 40), "The time from door to door.", required=True),
        ),
    ),
    Sheet(
        "Terms",
        ("calendar", "terms"),
        "School terms, without half-terms. Leave it empty if every day counts as term time.",
        DAYS,
        switch="terms",
    ),
    Sheet(
        "Bank holidays",
        ("calendar", "bank_holidays"),
        "Leave it empty for the bank holidays of England. If any are listed, only those count.",
        (Column("day", "Date", Date(), "A bank holiday.", required=True),),
        switch="bank_holidays",
        join=day_of,
        split=cells_of_day,
    ),
    Sheet(
        "Closures",
        ("calendar", "closures"),
        "Working days on which no conference can be held anywhere, such as Christmas Eve.",
        (Column("day", "Date", Date(), "A day without conferences.", required=True),),
        join=day_of,
        split=cells_of_day,
    ),
    Sheet(
        "Holds",
        ("holds",),
        "Slots to keep free for initial conferences that are not yet known.",
        (
            Column("site", "Site", SITE, "The id of the site.", required=True),
            Column("week", "Week of", Date(), "Any day in the week.", required=True),
            Column("count", "Slots", Whole("slots", 2), "How many slots to keep free in that week.", required=True),
        ),
    ),
    Sheet(
        "Keep apart",
        ("apart",),
        "Two conferences or families that must not be at one site on one day.",
        (
            Column("first", "Conference", APART, "The reference of one, or of its family.", required=True, field=0),
            Column(
                "second",
                "Other conference",
                APART,
                "The reference of the other, or of its family.",
                required=True,
                field=1,
                width=18,
            ),
        ),
        join=pair_of,
        split=cells_of_pair,
    ),
    Sheet(
        "Published",
        ("published",),
        "Bookings already announced to families. Each conference must also be on the sheet Conferences.",
        (
            Column("conference", "Conference", CONFERENCE, "The conference's reference.", required=True),
            Column("date", "Date", Date(), "The published day.", required=True, field="start", width=12),
            Column("time", "Start", Time(), "The start of the conference itself.", required=True, field="start", width=9),
            Column("room", "Room", Id("rooms", "room"), "The room's id. Blank for a virtual conference."),
            Column("chair", "Chair", CHAIR, "The chair's id.", required=True, width=10),
            Column("minute_taker", "Minute taker", Id("minute_takers", "minute taker"), "The minute taker's id, if any."),
            Column("locks", "Locked", Several(LOCKS), "What must not change: Time, Chair, Room.", width=20),
        ),
        join=booking_of,
        split=cells_of_booking,
    ),
    POLICY,
)


def settings_sheets() -> tuple[SettingsSheet, ...]:
    """Return the sheets with a row for each setting."""
    return tuple(sheet for sheet in SHEETS if isinstance(sheet, SettingsSheet))


def list_sheets() -> tuple[Sheet, ...]:
    """Return the sheets with a row for each item. Owners come before the sheets that refer to them."""
    sheets = [sheet for sheet in SHEETS if isinstance(sheet, Sheet)]
    return tuple(sorted(sheets, key=lambda sheet: bool(sheet.owners)))


def sheet_of(field: str) -> Sheet:
    """Return the sheet of a list of the problem, such as ``chairs``."""
    return next(sheet for sheet in list_sheets() if sheet.place == (field,))


def sheet_titled(title: str) -> Sheet | SettingsSheet | None:
    """Return the sheet with the title, ignoring case, spaces and hyphens; None if there is none."""
    return next((sheet for sheet in SHEETS if simplified(sheet.title) == simplified(title)), None)


def choices_of(kind: CellType) -> tuple[str, ...]:
    """Return the labels to offer in a drop-down; empty if the cell is not limited to a few values."""
    if isinstance(kind, Choice):
        return tuple(label for _, label in kind.choices)
    if isinstance(kind, YesNoOr):
        return "yes", "no", kind.word
    return ("yes", "no") if isinstance(kind, YesNo) else ()
