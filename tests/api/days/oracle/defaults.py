"""What a field means that nobody has entered: the defaults of the contract (sections 1, 2 and 8)."""

from __future__ import annotations

import copy
from typing import Any

_PERSON = {"name": "", "works": ["mon", "tue", "wed", "thu", "fri"], "absences": [], "busy": [], "max_per_day": None}
SITE: dict[str, Any] = {"name": ""}
ROOM: dict[str, Any] = {"name": "", "hybrid_from": None, "accessible": False, "first": None, "last": None, "closed": []}
CHAIR: dict[str, Any] = _PERSON | {
    "fte": 1.0,
    "base": None,
    "first": None,
    "last": None,
    "caseload": 0,
    "max_per_week": None,
    "max_office_days": None,
    "reserve": False,
}
MINUTE_TAKER: dict[str, Any] = _PERSON | {"sites": []}
HOLD: dict[str, Any] = {}
CONFERENCE: dict[str, Any] = {
    "school_age": 0,
    "chair": None,
    "not_chairs": [],
    "requested": None,
    "earliest": None,
    "due": None,
    "mode": "hybrid",
    "minutes": 105,
    "accessible": False,
    "social_worker": None,
    "unavailable": [],
    "notice_waived": False,
    "family": None,
}
POLICY: dict[str, Any] = {
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
    "weights": {
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
    },
    "off": [],
    "move_notice_days": 5,
    "placeholders": ["TBC", "TBA", "n/a", "none", "unknown", "duty", "0", "-", "?"],
    "plausible": {
        "min_minutes": 30,
        "max_minutes": 300,
        "first_start": "08:00",
        "last_start": "18:00",
        "max_children": 15,
    },
}
DOCUMENTS: dict[str, Any] = {
    "service": {"name": "", "timezone": "Europe/London", "chair_title": "CPA"},
    "policy": POLICY,
    "after_conferences": {"rebook_days": 10, "birth_days": 20},
    "bank_holidays": None,
    "terms": None,
    "closures": [],
    "travel": [],
    "virtual_starts": None,
    "apart": [],
    "references": {"characters": "-/_."},
    "feed_settings": {"show_kind": False, "joining_note": ""},
}
REGISTERS: dict[str, dict[str, Any]] = {
    "sites": SITE,
    "rooms": ROOM,
    "chairs": CHAIR,
    "minute_takers": MINUTE_TAKER,
    "holds": HOLD,
}


def filled(given: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Return what was entered with the defaults of everything else."""
    inner = {
        name: filled(given.get(name, {}), default) if isinstance(default, dict) else default for name, default in defaults.items()
    }
    whole = inner | {name: value for name, value in given.items() if not isinstance(inner.get(name), dict)}
    return copy.deepcopy(whole)
