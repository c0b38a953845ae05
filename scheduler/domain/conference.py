"""Conferences to book, and slots held free for conferences not yet known."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from scheduler.domain.suggestions import closest, did_you_mean
from scheduler.domain.values import Date, Identifier, Interval, Positive, Value, Whole, quoted


class ConferenceKind(StrEnum):
    """A kind of conference, which determines its statutory clock (contract, "The statutory clock")."""

    INITIAL = "initial"
    FIRST_REVIEW = "first_review"
    REVIEW = "review"
    TRANSFER_IN = "transfer_in"
    PRE_BIRTH = "pre_birth"

    @property
    def is_review(self) -> bool:
        """True if it reviews a child protection plan. A review may not be held too early."""
        return self in (ConferenceKind.FIRST_REVIEW, ConferenceKind.REVIEW)


class Mode(StrEnum):
    """How the family attends."""

    HYBRID = "hybrid"
    IN_PERSON = "in_person"
    VIRTUAL = "virtual"

    def held_in(self, room: str | None) -> Mode:
        """Return the mode in which a conference is held that has a booking: its own in a room, and virtual without one."""
        return Mode.VIRTUAL if room is None else self


SYNONYMS = {
    "icpc": ConferenceKind.INITIAL,
    "rcpc": ConferenceKind.REVIEW,
    "transfer": ConferenceKind.TRANSFER_IN,
    "prebirth": ConferenceKind.PRE_BIRTH,
    "face_to_face": Mode.IN_PERSON,
    "online": Mode.VIRTUAL,
    "video": Mode.VIRTUAL,
    "teams": Mode.VIRTUAL,
}
"""Other names that people use for some of the choices."""


def one_of(choices: type[StrEnum]) -> BeforeValidator:
    """Return a validator that accepts only the choices. Its error lists them and suggests the closest."""

    def accept(entry: Any) -> StrEnum:
        try:
            return choices(entry)
        except ValueError:
            listed, hint = ", ".join(choices), did_you_mean(_suggestion(entry, choices))
            raise PydanticCustomError(
                "choice",
                "{entry} is not one of the choices.{hint} Enter one of: {listed}.",
                {"entry": quoted(entry), "hint": hint, "listed": listed},
            ) from None

    return BeforeValidator(accept)


def _suggestion(entry: Any, choices: type[StrEnum]) -> str | None:
    """Return the choice that the entry is another name for, or a misspelling of."""
    if not isinstance(entry, str):
        return None
    synonym = SYNONYMS.get(_spelling(entry))
    if synonym in list(choices):
        return str(synonym)
    return closest(entry, map(str, choices), _spelling, cutoff=0.75)


def _spelling(entry: str) -> str:
    """Return an entry in the spelling of the choices: ``in_person`` for "In-person"."""
    return re.sub("[ _-]+", "_", entry.strip().casefold())


class Conference(Value):
    """One family's conference: references, counts, dates and needs, but no names.

    ``site`` is the office nearest to the family. ``chair`` is the family's own chair, if it has one.
    ``minutes`` is the length without the pre-meet. ``unavailable`` lists times at which the family or
    its social worker can't attend. ``notice_waived`` shortens the notice of the request (contract, section 8).
    ``family`` is shared by the conferences of one family.
    """

    id: Identifier
    kind: Annotated[ConferenceKind, one_of(ConferenceKind)]
    children: Positive
    school_age: Whole = 0
    site: Identifier
    chair: Identifier | None = None
    not_chairs: tuple[Identifier, ...] = ()
    trigger: Date
    requested: Date | None = None
    earliest: Date | None = None
    due: Date | None = None
    mode: Annotated[Mode, one_of(Mode)] = Mode.HYBRID
    minutes: Annotated[Positive, Field(le=720)] = 105
    accessible: bool = Field(default=False, strict=True)
    social_worker: Identifier | None = None
    unavailable: tuple[Interval, ...] = ()
    notice_waived: bool = Field(default=False, strict=True)
    family: Identifier | None = None

    ADDED = frozenset({"notice_waived", "family"})

    @model_validator(mode="after")
    def _consistent(self) -> Conference:
        if self.school_age > self.children:
            raise PydanticCustomError(
                "school_age",
                "school_age is {school_age}, more than the {children} children. Enter how many of them are of school age.",
                {"school_age": self.school_age, "children": self.children},
            )
        return self


class Hold(Value):
    """Slots held free at a site for initial conferences not yet known, in the week that contains ``week``."""

    site: Identifier
    week: Date
    count: Positive
