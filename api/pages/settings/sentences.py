"""The rules as sentences, each with the one value that can be changed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import get_args

from scheduler.domain.policy import SwitchedOff
from scheduler.domain.preferences import PREFERENCES

POLICY, AFTER = "policy", "after_conferences"
OFF = f"{POLICY}.off"


class FieldEntry(Enum):
    """What is entered in a sentence."""

    NUMBER = auto()
    NUMBER_OR_NONE = auto()
    TIME = auto()
    WORDS = auto()
    FALLBACK = auto()


@dataclass(frozen=True)
class Sentence:
    """A rule: the ``path`` of its value (the document, then its fields), and the text before and after the value."""

    path: str
    before: str
    after: str
    entry: FieldEntry = FieldEntry.NUMBER

    def with_value(self, text: str) -> str:
        """Return the whole sentence with a value in it."""
        return f"{self.before} {text}{'' if self.after[:1] in '.,' else ' '}{self.after}"


@dataclass(frozen=True)
class SettingsSection:
    """Some sentences under a heading; ``is_folded`` if few people need them."""

    heading: str
    sentences: Sequence[Sentence]
    is_folded: bool = False
    says: str = ""


def _in_sentence(help_: str) -> str:
    return f"points {help_[:1].lower()}{help_[1:]}"


SECTIONS = (
    SettingsSection(
        "When a conference is due",
        (
            Sentence(
                "policy.clock.initial_days",
                "An initial conference is held at most",
                "working days after its strategy discussion.",
            ),
            Sentence(
                "policy.clock.transfer_days",
                "A transfer-in conference is held at most",
                "working days after the other council told this one.",
            ),
            Sentence(
                "policy.clock.first_review_months", "A first review is held at most", "months after the initial conference."
            ),
            Sentence("policy.clock.review_months", "A later review is held at most", "months after the conference before it."),
            Sentence(
                "policy.clock.pre_birth_weeks", "A pre-birth conference is held at least", "weeks before the expected birth."
            ),
            Sentence(
                "after_conferences.rebook_days",
                "An initial conference to which too few people came is held again within",
                "working days.",
            ),
            Sentence(
                "after_conferences.birth_days",
                "The first review after a birth is held within",
                "working days of it. Leave the box empty to count the months of a first review.",
                FieldEntry.NUMBER_OR_NONE,
            ),
            Sentence("policy.review_early_days", "A review is held at most", "working days before it is due."),
        ),
    ),
    SettingsSection(
        "Notice",
        (
            Sentence("policy.notice_days", "Families get at least", "working days’ notice."),
            Sentence("policy.move_notice_days", "No plan moves a booking of the next", "working days."),
        ),
    ),
    SettingsSection(
        "On the day",
        (
            Sentence("policy.pre_meet", "Families arrive", "minutes before the conference."),
            Sentence("policy.reset", "After a conference its room stays free for", "minutes."),
            Sentence("policy.virtual_fallback", "If no room is free,", "may be held virtually instead.", FieldEntry.FALLBACK),
        ),
    ),
    SettingsSection(
        "Caseloads",
        (
            Sentence(
                "policy.caseload_cap",
                "A full-time CPA has at most",
                "children, and a part-time one fewer in proportion. Plans exceed this only to make fewer conferences late.",
            ),
        ),
    ),
    SettingsSection(
        "Weights: how plans choose",
        (
            Sentence(
                "policy.late_base", "A late conference counts", "for each child, and 1 more for each working day it is late."
            ),
            Sentence(
                "policy.tight_days",
                "A conference is close to its due date with fewer than",
                "working days to spare.",
            ),
            Sentence("policy.stability.date", "Moving a published booking to another day counts", "points."),
            Sentence("policy.stability.time", "Moving it to another time of the same day counts", "points."),
            Sentence("policy.stability.chair", "Giving it to somebody else to chair counts", "points."),
            Sentence("policy.stability.site", "Moving it to another office counts", "points."),
            Sentence("policy.stability.room", "Moving it to another room of the office counts", "points."),
            *(Sentence(f"policy.weights.{one.name}", f"{one.label}:", _in_sentence(one.help)) for one in PREFERENCES),
        ),
        is_folded=True,
        says="Plans first give everybody a place, then are as little late as possible, then keep promises. Points decide between "
        "plans that are equal in all of this. More points are avoided more.",
    ),
    SettingsSection(
        "Entries that look like a slip",
        (
            Sentence("policy.plausible.min_minutes", "A conference shorter than", "minutes gets a remark."),
            Sentence("policy.plausible.max_minutes", "A conference longer than", "minutes gets a remark."),
            Sentence("policy.plausible.first_start", "A start before", "gets a remark.", FieldEntry.TIME),
            Sentence("policy.plausible.last_start", "A start after", "gets a remark.", FieldEntry.TIME),
            Sentence("policy.plausible.max_children", "More than", "children get a remark."),
            Sentence(
                "policy.placeholders",
                "These words in place of a social worker’s reference name nobody yet:",
                "with commas between them.",
                FieldEntry.WORDS,
            ),
        ),
        is_folded=True,
    ),
)
SENTENCES = tuple(sentence for section in SECTIONS for sentence in section.sentences)
BY_PATH = {sentence.path: sentence for sentence in SENTENCES}
FALLBACKS = {"hybrid": "only hybrid conferences", "yes": "all conferences", "no": "no conference"}
"""The choices for want of a room, by what a form sends."""
_HARD = {
    "R4": "Time to travel between offices",
    "R5": "A minute taker at every conference",
    "R6": "A social worker is in one conference at a time",
    "R7": "Families who are kept apart",
    "R8": "Locks of bookings",
}
_PREFERRED = {one.name: f"To avoid: {one.avoid}" for one in PREFERENCES}
RULES = {name: (_HARD | _PREFERRED)[name] for name in get_args(SwitchedOff)}
"""The rules that can be switched off."""
