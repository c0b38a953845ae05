"""The two settings sheets: Service, which every plan needs, and Policy, whose usual values suit most services."""

from __future__ import annotations

from scheduler.domain.policy import Clock, Plausible, Policy, Stability, Weights
from scheduler.domain.preferences import PREFERENCES
from scheduler.domain.values import Value
from scheduler.files.cells import CellType, Date, Text, Time, Whole, cell_text
from scheduler.files.choices import Choice, Several, Texts, YesNoOr
from scheduler.files.schema import SettingRow, SettingsSheet

SWITCH = "switch"
"""The key in raw data under which a reading records whether each optional list is used."""


def _switch(label: str, name: str, absent: str, text: str) -> SettingRow:
    kind = Choice(((False, absent), (True, "As listed")))
    return SettingRow(label, (SWITCH, name), kind, f"{text} Blank means As listed if the sheet has rows, and {absent} if not.")


SERVICE = SettingsSheet(
    "Service",
    "The service, and the days to plan.",
    (
        SettingRow("First day", ("horizon", "first"), Date(), "The first day of the plan.", required=True),
        SettingRow("Last day", ("horizon", "last"), Date(), "The last day of the plan.", required=True),
        SettingRow("Today", ("today",), Date(), "The day on which the plan is made, for its notice. Blank means none."),
        SettingRow("Service", ("service", "name"), Text(), "The name of the service or council."),
        SettingRow(
            "Title of a chair",
            ("service", "chair_title"),
            Text(says_empty=True),
            "What the service calls its chairs. Blank means CPA.",
        ),
        SettingRow(
            "Virtual starts",
            ("virtual_starts",),
            Several(Time(), says_empty=True),
            "When virtual conferences may start. Blank means at every room's starts. Enter none for never.",
        ),
        _switch("Bank holidays", "bank_holidays", "England's own", "Those on the sheet Bank holidays, or those of England."),
        _switch("School terms", "terms", "Always term time", "Those on the sheet Terms, or every day as term time."),
        _switch("Minute takers", "minute_takers", "Not planned", "Those on the sheet Minute takers, or none."),
        SettingRow("Exported", ("exported",), Text(), "Which state of the diary the service exported. Leave it as it is."),
    ),
    required=True,
)  # fmt: skip

_WORKING_DAYS = Whole("working days", 15)
_MINUTES = Whole("minutes", 30)
_POINTS = Whole("points", 40)

FALLBACK = YesNoOr("hybrid")

_LIMITS: tuple[tuple[str, Value, str, str, CellType, str], ...] = (
    ("clock", Clock(), "initial_days", "Initial: days to hold it", _WORKING_DAYS, "Working days from the strategy discussion."),
    ("clock", Clock(), "transfer_days", "Transfer-in: days to hold it", _WORKING_DAYS, "Working days from the notification."),
    ("clock", Clock(), "first_review_months", "First review: months to hold it", Whole("months", 3), "After the initial one."),
    ("clock", Clock(), "review_months", "Review: months to hold it", Whole("months", 6), "After the previous one."),
    ("clock", Clock(), "pre_birth_weeks", "Pre-birth: weeks before the birth", Whole("weeks", 12), "Before the expected date."),
    ("", Policy(), "notice_days", "Notice", _WORKING_DAYS, "The fewest working days from the request."),
    ("", Policy(), "move_notice_days", "Notice of a move", _WORKING_DAYS, "The fewest working days before a booking."),
    ("", Policy(), "review_early_days", "Reviews: how early", _WORKING_DAYS, "The most working days before the due date."),
    ("", Policy(), "pre_meet", "Time before", _MINUTES, "Minutes from the family's arrival to the start."),
    ("", Policy(), "reset", "Time after", _MINUTES, "Minutes that a room needs after a conference."),
    ("", Policy(), "caseload_cap", "Caseload", Whole("children", 85), "The most children that a full-time chair should hold."),
    ("", Policy(), "virtual_fallback", "May be held virtually instead", FALLBACK,
        "If it has no room. Hybrid: those held in person never."),
    ("", Policy(), "late_base", "Late: points", _POINTS, "For each child, plus one for each working day."),
    ("", Policy(), "tight_days", "Close to the due date", Whole("working days", 3), "Fewer working days are too close."),
    ("stability", Stability(), "date", "Published: new date", _POINTS, "For moving a published booking to another day."),
    ("stability", Stability(), "time", "Published: new time", _POINTS, "For another start on the same day."),
    ("stability", Stability(), "chair", "Published: new chair", _POINTS, "For giving it to another chair."),
    ("stability", Stability(), "site", "Published: new site", _POINTS, "For moving it to another site."),
    ("stability", Stability(), "room", "Published: new room", _POINTS, "For another room at the same site."),
    ("", Policy(), "placeholders", "No social worker yet", Texts(), "Entries that mean so."),
    ("plausible", Plausible(), "min_minutes", "Remark: shorter than", _MINUTES, "The shortest usual length."),
    ("plausible", Plausible(), "max_minutes", "Remark: longer than", _MINUTES, "The longest usual length."),
    ("plausible", Plausible(), "first_start", "Remark: start before", Time(), "The first usual start."),
    ("plausible", Plausible(), "last_start", "Remark: start after", Time(), "The last usual start."),
    ("plausible", Plausible(), "max_children", "Remark: children above", Whole("children", 15), "The most in one conference."),
    *(("weights", Weights(), rule.name, f"Avoid: {rule.avoid}", _POINTS, rule.help) for rule in PREFERENCES),
)  # fmt: skip

RULE = Choice(
    (
        ("R4", "R4 travel"),
        ("R5", "R5 minute takers"),
        ("R6", "R6 social workers"),
        ("R7", "R7 keep apart"),
        ("R8", "R8 locks"),
        *((rule.name, rule.label) for rule in PREFERENCES),
    )
)
"""The rules that a policy can switch off, with their labels."""


def _setting(group: str, usual: Value, field: str, label: str, kind: CellType, text: str) -> SettingRow:
    value = cell_text(kind.cell(getattr(usual, field)))
    place = ("policy", group, field) if group else ("policy", field)
    return SettingRow(label, place, kind, f"{text} Usually {value}.")


POLICY = SettingsSheet(
    "Policy",
    "The limits and points of the plan. The usual values suit most services. More points mean stronger avoidance.",
    (
        *(_setting(*row) for row in _LIMITS),
        SettingRow(
            "Rules switched off",
            ("policy", "off"),
            Several(RULE),
            "The rules that this plan ignores. Usually none.",
        ),
    ),
)
