"""An offer for which bookings move, compared with the present diary: what it states must hold, and its moves be needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.decisions.offers import OfferSearch
from api.decisions.requests import OfferBooking
from api.diary.bookings.together import MakingWay
from api.errors import ErrorItem
from scheduler.domain.problem import Problem, with_conference_added
from scheduler.domain.schedule import Booking, Schedule
from scheduler.measure import measure
from scheduler.offers.costs import costs_in_words, units_of
from scheduler.offers.kept_holds import can_stay
from scheduler.offers.results import OfferCost
from scheduler.wording import moment_in_words


def changed_since(search: OfferSearch, request: OfferBooking, ways: Sequence[MakingWay]) -> Iterator[ErrorItem]:
    """Yield why the offer is no longer what it was: other costs, a held slot that could stay, or moves that nobody needs.

    That the bookings break no rule is checked when they are stored. Whether other moves would now be better isn't searched for.
    """
    subject, board = search.subject.value, search.board
    problem = with_conference_added(board.problem, subject)
    present = board.beside(subject.id)
    after = _with_offer(problem, present, request, subject.id, ways)
    if request.costs is not None:
        costs = tuple(costs_in_words(problem, subject.id, units_of(problem, present), units_of(problem, after)))
        if _amounts(costs) != _amounts(request.costs):
            now = " ".join(f"{cost.amount:+}: {cost.text}" for cost in costs) or "nothing."
            yield ErrorItem(where="costs", message=f"it would now cost other than stated: {now}")
    for held in present:
        if held.conference in request.withdrawn_holds and can_stay(problem, after, held):
            message = f"{held.conference} can stay: it is no longer in the way."
            yield ErrorItem(where="withdrawn_holds", message=message)
    best = search.found().offers[:1]
    tiers = measure(problem, Schedule(bookings=after)).tiers
    if best and tuple(best[0].tiers.values()) <= tuple(tiers.values()):
        message = f"nobody has to move any more: {moment_in_words(best[0].booking.start)} is as good."
        yield ErrorItem(where="moved", message=message)


def _with_offer(
    problem: Problem, present: Sequence[Booking], request: OfferBooking, name: str, ways: Sequence[MakingWay]
) -> tuple[Booking, ...]:
    """Return the bookings with the offer's own, and with those that make way."""
    new = {way.booking.conference: way.booking for way in ways}
    kept = (new.get(one.conference, one) for one in present if one.conference not in request.withdrawn_holds)
    own = Booking(
        conference=name,
        start=request.start,
        end=request.start,
        room=request.room,
        chair=request.chair,
        minute_taker=request.minute_taker,
    )
    return (*kept, problem.with_length(own))


def _amounts(costs: Sequence[OfferCost]) -> dict[str, int]:
    return {cost.rule: cost.amount for cost in costs}
