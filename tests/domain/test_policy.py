import datetime as dt

import pytest

from scheduler.domain.policy import Policy, Weights
from scheduler.domain.preferences import PREFERENCE_NAMES, PreferenceName


def test_the_usual_numbers_are_the_contracts() -> None:
    assert Policy().model_dump(exclude={"weights"}) == {
        "clock": {"initial_days": 15, "transfer_days": 15, "first_review_months": 3, "review_months": 6, "pre_birth_weeks": 12},
        "notice_days": 5,
        "review_early_days": 20,
        "pre_meet": 30,
        "reset": 15,
        "caseload_cap": 85,
        "virtual_fallback": True,
        "late_base": 10,
        "tight_days": 3,
        "stability": {"date": 5, "time": 3, "chair": 3, "site": 2, "room": 1},
        "off": (),
        "move_notice_days": 5,
        "placeholders": ("TBC", "TBA", "n/a", "none", "unknown", "duty", "0", "-", "?"),
        "plausible": {
            "min_minutes": 30,
            "max_minutes": 300,
            "first_start": dt.time(8),
            "last_start": dt.time(18),
            "max_children": 15,
        },
    }


def test_the_usual_weights_are_the_contracts() -> None:
    contract = {
        "friday": 40,
        "holiday_school": 30,
        "holiday_other": 10,
        "other_site": 50,
        "virtual_fallback": 60,
        "wait": 2,
        "tight": 10,
        "site_change": 20,
        "reserve_chair": 80,
        "hold_missing": 80,
        "partner_clash": 10,
    }
    assert contract.items() <= Policy().weights.model_dump().items()


@pytest.mark.parametrize("name", PREFERENCE_NAMES)
def test_a_preference_that_is_off_weighs_nothing(name: PreferenceName) -> None:
    weights = Weights.model_validate({name: 7})
    assert Policy(weights=weights).weight(name) == 7
    assert Policy(weights=weights, off=(name,)).weight(name) == 0


@pytest.mark.parametrize(
    ("social_worker", "is_placeholder"),
    [
        ("TBC", True),
        ("tbc", True),
        (" N/A ", True),
        ("Unknown", True),
        ("?", True),
        ("0", True),
        ("SW-1", False),
        ("TBC-1", False),
    ],
)
def test_a_placeholder_names_nobody(social_worker: str, is_placeholder: bool) -> None:
    assert Policy().is_placeholder(social_worker) == is_placeholder
    assert not Policy(placeholders=()).is_placeholder(social_worker)
