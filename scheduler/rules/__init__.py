"""The rules, in the contract's order: adding one is a file, a line here, and a test file."""

from __future__ import annotations

from scheduler.rules.apart import Apart
from scheduler.rules.base import Rule
from scheduler.rules.bookable import Bookable
from scheduler.rules.caseload import Caseload
from scheduler.rules.chairs import Chairs
from scheduler.rules.continuity import Continuity
from scheduler.rules.friday import Friday
from scheduler.rules.hold_missing import HoldMissing
from scheduler.rules.holiday_other import HolidayOther
from scheduler.rules.holiday_school import HolidaySchool
from scheduler.rules.late import Late
from scheduler.rules.locks import Locks
from scheduler.rules.minute_takers import MinuteTakers
from scheduler.rules.other_site import OtherSite
from scheduler.rules.partner_clash import PartnerClash
from scheduler.rules.reserve_chair import ReserveChair
from scheduler.rules.rooms import Rooms
from scheduler.rules.site_change import SiteChange
from scheduler.rules.social_workers import SocialWorkers
from scheduler.rules.stability import Stability
from scheduler.rules.tight import Tight
from scheduler.rules.travel import Travel
from scheduler.rules.unplaced import Unplaced
from scheduler.rules.virtual_fallback import VirtualFallback
from scheduler.rules.wait import Wait

HARD_RULES: tuple[Rule, ...] = (
    Bookable(),
    Rooms(),
    Chairs(),
    Travel(),
    MinuteTakers(),
    SocialWorkers(),
    Apart(),
    Locks(),
)
"""R1 to R8: no schedule breaks one."""

TIER_RULES: tuple[Rule, ...] = (Unplaced(), Late(), Stability(), Continuity(), Caseload())
"""T1 to T5, each a tier of its own."""

PREFERENCES: tuple[Rule, ...] = (
    Friday(),
    HolidaySchool(),
    HolidayOther(),
    OtherSite(),
    VirtualFallback(),
    Wait(),
    Tight(),
    SiteChange(),
    ReserveChair(),
    HoldMissing(),
    PartnerClash(),
)
"""What T6 adds up, each times its weight."""

RULES: tuple[Rule, ...] = HARD_RULES + TIER_RULES + PREFERENCES
