"""The rules, in the contract's order: adding one is a file, a line here, and a test file."""

from __future__ import annotations

from scheduler.rules.apart import ApartRule
from scheduler.rules.base import Rule
from scheduler.rules.bookable import BookableRule
from scheduler.rules.caseload import CaseloadRule
from scheduler.rules.chairs import ChairsRule
from scheduler.rules.continuity import ContinuityRule
from scheduler.rules.friday import FridayRule
from scheduler.rules.hold_missing import HoldMissingRule
from scheduler.rules.holiday_other import HolidayOtherRule
from scheduler.rules.holiday_school import HolidaySchoolRule
from scheduler.rules.late import LateRule
from scheduler.rules.locks import LocksRule
from scheduler.rules.minute_takers import MinuteTakersRule
from scheduler.rules.other_site import OtherSiteRule
from scheduler.rules.partner_clash import PartnerClashRule
from scheduler.rules.reserve_chair import ReserveChairRule
from scheduler.rules.rooms import RoomsRule
from scheduler.rules.site_change import SiteChangeRule
from scheduler.rules.social_workers import SocialWorkersRule
from scheduler.rules.stability import StabilityRule
from scheduler.rules.tight import TightRule
from scheduler.rules.travel import TravelRule
from scheduler.rules.unplaced import UnplacedRule
from scheduler.rules.virtual_fallback import VirtualFallbackRule
from scheduler.rules.wait import WaitRule

HARD_RULES: tuple[Rule, ...] = (
    BookableRule(),
    RoomsRule(),
    ChairsRule(),
    TravelRule(),
    MinuteTakersRule(),
    SocialWorkersRule(),
    ApartRule(),
    LocksRule(),
)
"""R1 to R8: no schedule breaks one."""

TIER_RULES: tuple[Rule, ...] = (UnplacedRule(), LateRule(), StabilityRule(), ContinuityRule(), CaseloadRule())
"""T1 to T5, each a tier of its own."""

PREFERENCES: tuple[Rule, ...] = (
    FridayRule(),
    HolidaySchoolRule(),
    HolidayOtherRule(),
    OtherSiteRule(),
    VirtualFallbackRule(),
    WaitRule(),
    TightRule(),
    SiteChangeRule(),
    ReserveChairRule(),
    HoldMissingRule(),
    PartnerClashRule(),
)
"""What T6 adds up, each times its weight."""

RULES: tuple[Rule, ...] = HARD_RULES + TIER_RULES + PREFERENCES
