"""The preferences (contract, T6): one row each, in the contract's order.

To add a preference, add a row here, its rule in ``scheduler/rules/<name>.py`` and its test in
``tests/rules/test_<name>.py``. The policy's weights, the rules that can be switched off, the workbook's Policy sheet
and the reports follow from the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias


@dataclass(frozen=True)
class Preference:
    """A preference: its name, its default weight, and its texts in workbooks."""

    name: str
    """The name in the contract, and of the rule's module."""
    weight: int
    """The default cost of one unit."""
    label: str
    """The label where workbooks count units and list the rules that can be switched off."""
    avoid: str
    """The label of its weight on the workbook's Policy sheet."""
    help: str
    """The help text beside that weight, which defines one unit."""


PREFERENCES: tuple[Preference, ...] = (
    Preference("friday", 40, "Fridays", "Fridays", "For each booking on a Friday."),
    Preference(
        "holiday_school",
        30,
        "School holidays with school children",
        "school holidays, with school children",
        "For each booking.",
    ),
    Preference("holiday_other", 10, "School holidays without", "school holidays, without", "For each booking."),
    Preference("other_site", 50, "Another site", "another site", "For each booking away from the family's own site."),
    Preference(
        "virtual_fallback",
        60,
        "Virtual for want of a room",
        "virtual for want of a room",
        "For each booking.",
    ),
    Preference("wait", 2, "Waiting", "waiting", "For each working day that a conference waits."),
    Preference("tight", 10, "Close to the due date", "close to the due date", "For each booking that is too close."),
    Preference("site_change", 20, "Two sites a day", "two sites a day", "For each change of site in a chair's day."),
    Preference("reserve_chair", 80, "Reserve chairs", "reserve chairs", "For each booking with a reserve chair."),
    Preference("hold_missing", 80, "A hold not kept", "a hold not kept", "For each slot that could not be kept free."),
    Preference("partner_clash", 10, "Two at once in an area", "two at once in an area", "For each beyond the first."),
)

VERSION_1 = (
    "friday",
    "holiday_school",
    "holiday_other",
    "other_site",
    "virtual_fallback",
    "wait",
    "tight",
    "site_change",
    "reserve_chair",
    "hold_missing",
    "partner_clash",
)
"""The preferences of version 1. A later one is left out of a problem's digest while it has its default weight.
Never add to it."""
PREFERENCE_NAMES: tuple[str, ...] = tuple(preference.name for preference in PREFERENCES)

if TYPE_CHECKING:
    PreferenceName: TypeAlias = str
else:
    PreferenceName = Literal[PREFERENCE_NAMES]
"""One of the names. Validation and JSON schema list them; mypy can't read the table, so it sees a string."""
