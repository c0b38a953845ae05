"""Handovers: who takes over the families of a chair, balanced by caseload. A proposal, which people confirm family by family."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy import Connection

from api.diary.conferences import follow_up
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import OPEN, StoredConference
from api.diary.references import unknown_item
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from scheduler.domain.conference import ConferenceKind
from scheduler.domain.people import Chair
from scheduler.domain.values import Date, Value

NOBODY_LEFT = (
    "Every other chair is kept from the family, is a reserve, leaves, or begins after it is due. Choose somebody yourself."
)


class FamilyToHandOver(Value):
    """A family by its open conference, with the children on a plan, and the chair ``to`` whom it would go, if there is one."""

    conference: str
    family: str | None
    kind: ConferenceKind
    site: str
    children: int
    due: Date
    to: str | None
    remark: str | None


class ChairAfterHandover(Value):
    """A chair's children now and after the handovers, against the cap."""

    chair: str
    cap: int
    before: int
    after: int


class HandoverProposal(Value):
    """Who would take over each open family of a chair, whose ``last`` day it is; ``chairs`` are those who can take families."""

    chair: str
    last: Date | None
    families: tuple[FamilyToHandOver, ...]
    chairs: tuple[ChairAfterHandover, ...]


def proposal(connection: Connection, identifier: str) -> HandoverProposal:
    """Return the proposal for a chair's families from the current data. Raise NotFoundError if there is no such chair."""
    chairs = registers.values(connection, registers.CHAIRS)
    leaving = next((chair for chair in chairs if chair.id == identifier), None)
    if leaving is None:
        raise unknown_item(connection, registers.CHAIRS, identifier)
    policy = documents.get(connection, "policy")[0]
    families = [stored for stored in conferences.list_conferences(connection, chair=identifier) if stored.state in OPEN]
    return proposed(leaving, families, chairs, policy.caseload_cap)


def proposed(
    leaving: Chair, families: Sequence[StoredConference], chairs: Sequence[Chair], caseload_cap: int
) -> HandoverProposal:
    """Return who takes over each family: the largest first, each to the chair who is least above or nearest below the cap then.

    Among equals it goes to the chair with the fewest new families, then to somebody based at the family's site, then to the
    first in the chairs' order.
    """
    able = [chair for chair in chairs if chair.id != leaving.id and not chair.reserve and chair.last is None]
    caps = {chair.id: chair.cap(caseload_cap) for chair in able}
    loads = {chair.id: chair.caseload for chair in able}
    given = dict.fromkeys(loads, 0)
    to: dict[str, str] = {}
    for stored in sorted(families, key=lambda stored: -children_on_plan(stored)):
        family, children = stored.value, children_on_plan(stored)

        def burden(chair: Chair, site: str = family.site, more: int = children) -> tuple[int, Fraction, int, bool]:
            after, cap = loads[chair.id] + more, caps[chair.id]
            return max(0, after - cap), Fraction(after, max(cap, 1)), given[chair.id], chair.base != site

        free = [
            chair
            for chair in able
            if caps[chair.id] and chair.id not in family.not_chairs and (chair.first is None or chair.first <= stored.due)
        ]
        if free:
            chosen = min(free, key=burden).id
            to[family.id] = chosen
            loads[chosen], given[chosen] = loads[chosen] + children, given[chosen] + 1
    return HandoverProposal(
        chair=leaving.id,
        last=leaving.last,
        families=tuple(_family(stored, to.get(stored.value.id)) for stored in families),
        chairs=tuple(
            ChairAfterHandover(chair=chair.id, cap=caps[chair.id], before=chair.caseload, after=loads[chair.id])
            for chair in able
            if caps[chair.id]
        ),
    )


def children_on_plan(stored: StoredConference) -> int:
    """Return the children of an open conference who are in its chair's caseload."""
    return sum(follow_up.on_plan(stored.value).values())


def _family(stored: StoredConference, to: str | None) -> FamilyToHandOver:
    value = stored.value
    return FamilyToHandOver(
        conference=value.id,
        family=value.family,
        kind=value.kind,
        site=value.site,
        children=children_on_plan(stored),
        due=stored.due,
        to=to,
        remark=None if to else NOBODY_LEFT,
    )
