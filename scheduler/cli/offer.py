"""``scheduler offer``: slots for one more conference beside the bookings of a schedule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from scheduler.cli.exit_codes import ExitCode, refuse, refusing_bad_input
from scheduler.cli.import_interrupts import ending_on_interrupt
from scheduler.cli.options import LONGEST_LIST, Errors, ProblemFile, Today, day_of
from scheduler.cli.output_paths import output_faults
from scheduler.domain.faults import Fault, InputError, faults_of
from scheduler.wording import capitalised, count_of, in_a_row, moment_in_words, number

if TYPE_CHECKING:
    from scheduler.domain.problem import Problem
    from scheduler.domain.schedule import Booking
    from scheduler.offers.filters import OfferFilter
    from scheduler.offers.results import Offer, Offers

FILTERS = {
    "first": "--from",
    "last": "--to",
    "first_time": "--time-from",
    "last_time": "--time-to",
    "weekdays": "--weekday",
    "sites": "--site",
    "chairs": "--chair",
    "mode": "--mode",
}
"""The option of each field of the filter."""


def offer(
    problem: ProblemFile,
    schedule: Annotated[Path, typer.Argument(metavar="SCHEDULE", help="A schedule written by plan --out.")],
    conference: Annotated[Path, typer.Argument(metavar="CONFERENCE.json", help="The conference to be booked.")],
    top: Annotated[int, typer.Option(metavar="N", min=1, help="How many days to offer, each with its best slot.")] = 5,
    moves: Annotated[int, typer.Option(metavar="K", min=0, help="How many bookings may move for it.")] = 0,
    time_limit: Annotated[float, typer.Option(metavar="S", min=0, help="With --moves: the seconds for the solver.")] = 60.0,
    every: Annotated[bool, typer.Option("--all", help="Every slot, not the best of each day.")] = False,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day.")] = None,
    first_time: Annotated[str | None, typer.Option("--time-from", metavar="TIME", help="The earliest start.")] = None,
    last_time: Annotated[str | None, typer.Option("--time-to", metavar="TIME", help="The latest start.")] = None,
    weekday: Annotated[list[str] | None, typer.Option(metavar="DAY", help="A weekday such as tue; may be repeated.")] = None,
    site: Annotated[list[str] | None, typer.Option(metavar="ID", help="A site; may be repeated.")] = None,
    chair: Annotated[list[str] | None, typer.Option(metavar="ID", help="A chair; may be repeated.")] = None,
    mode: Annotated[str | None, typer.Option(metavar="MODE", help="room or virtual.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the result as JSON.")] = False,
    errors: Errors = None,
    today: Today = None,
) -> None:
    """Offer slots for one more conference, or to rebook one, moving nobody."""
    day, day_faults = day_of(today)
    if faults := [*output_faults("--errors", errors, ".xlsx", problem, schedule, conference), *day_faults]:
        refuse(faults)
    with ending_on_interrupt():
        from scheduler.domain.problem import on_day
        from scheduler.files import read_conference_file, read_problem_to_judge, read_schedule_file
        from scheduler.offers.offer import offer as find
        from scheduler.offers.results import SearchLimits

    times = {"first": first, "last": last, "first_time": first_time, "last_time": last_time}
    with refusing_bad_input():
        accepted = _filter(**times, weekdays=weekday or (), sites=site or (), chairs=chair or (), mode=mode)
    with refusing_bad_input(problem, errors):
        the_problem, _ = read_problem_to_judge(problem)
    with refusing_bad_input():
        the_problem = on_day(the_problem, day) if day is not None else the_problem
        diary = the_problem, read_schedule_file(schedule), read_conference_file(conference)
        limits = SearchLimits(time_limit=time_limit)
        with _naming_options():
            offers = find(*diary, top=top, every=every, accepted=accepted, moves=moves, limits=limits, with_cures=True)
    typer.echo(offers.model_dump_json(indent=1) if as_json else "\n".join(_in_words(the_problem, offers)))
    raise typer.Exit(ExitCode.WRITTEN)


def _filter(**fields: Any) -> OfferFilter:
    """Return the filter of the options. Raise InputError that names the options."""
    from scheduler.offers.filters import OfferFilter

    try:
        return OfferFilter.model_validate(fields)
    except ValidationError as error:
        raise InputError(
            [_with_option(Fault(("filter", *one.place[:1]), one.message)) for one in faults_of(error, OfferFilter)]
        ) from None


@contextmanager
def _naming_options() -> Iterator[None]:
    """Raise the body's InputError again, with the option for each fault of the filter."""
    try:
        yield
    except InputError as error:
        raise InputError([_with_option(fault) for fault in error.faults]) from None


def _with_option(fault: Fault) -> Fault:
    return Fault((), f"{FILTERS[str(fault.place[1])]}: {fault.message}") if fault.place[:1] == ("filter",) else fault


def _in_words(problem: Problem, offers: Offers) -> Iterator[str]:
    if not offers.offers:
        yield "There is no slot."
    for n, one in enumerate(offers.offers[:LONGEST_LIST], 1):
        yield from _one_in_words(problem, n, one)
    if len(offers.offers) > LONGEST_LIST:
        yield f"And {number(len(offers.offers) - LONGEST_LIST)} more; --json lists them all."
    if offers.offers:
        yield ""
        yield "No other slot costs less (proven)." if offers.proven else "Another slot may cost less (not proven)."
    if offers.reason is not None:
        yield ""
        yield f"No slot is in time. {offers.reason}"
    if offers.cures:
        yield "What would change that, the cheapest first:"
        yield from (f"  - {cure.text}" for cure in offers.cures)


def _one_in_words(problem: Problem, n: int, one: Offer) -> Iterator[str]:
    booking = one.booking
    taker = problem.minute_taker_by_id.get(booking.minute_taker or "")
    minutes = f", minutes {taker.label}" if taker is not None else ""
    days = one.working_days_to_spare
    spare = f"{count_of(days, 'working day')} to spare" if days >= 0 else f"{count_of(-days, 'working day')} late"
    yield f"{n}  {_in_place(problem, booking)}{minutes}: {spare}"
    yield from (f"     {cost.amount:+}  {cost.text}" for cost in one.costs)
    for move in one.moves:
        yield f"     {move.conference} moves to {_in_place(problem, move)}."
    if one.minute_takers:
        changes = in_a_row([f"{new.minute_taker} takes the minutes of {new.conference}" for new in one.minute_takers])
        yield f"     {capitalised(changes)} instead."


def _in_place(problem: Problem, booking: Booking) -> str:
    """Return when, where and with whom a booking is."""
    room = problem.room_by_id[booking.room] if booking.room is not None else None
    where = f"{room.label} at {problem.site_by_id[room.site].label}" if room is not None else "virtually"
    chair = f"{problem.service.chair_title} {problem.chair_by_id[booking.chair].label}"
    return f"{moment_in_words(booking.start)}, {where}, {chair}"
