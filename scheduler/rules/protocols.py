"""What rules use of candidates and of the programme's builder, so that they need not import the model.

``scheduler/model/candidates.py`` and ``scheduler/model/programme.py`` hold the classes; mypy checks that they satisfy these
protocols where ``scheduler/model/build.py`` passes them to a rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from numpy.typing import ArrayLike

from scheduler.domain.conference import Conference, Mode
from scheduler.domain.people import Chair
from scheduler.domain.places import Room
from scheduler.domain.problem import HeldSlot, Problem
from scheduler.domain.schedule import TierName
from scheduler.domain.values import Interval
from scheduler.grouping import Ints, Mask


class RequestProtocol(Protocol):
    """A conference, or a group of equal held slots."""

    @property
    def conference(self) -> Conference | None:
        """Return the conference, or None for held slots."""

    @property
    def slots(self) -> tuple[HeldSlot, ...]:
        """Return the held slots; none for a conference."""

    @property
    def count(self) -> int:
        """Return the most bookings that it can have."""

    @property
    def mode(self) -> Mode:
        """Return how it is held."""

    @property
    def site(self) -> str:
        """Return the family's nearest office, or the hold's site."""


class PlaceProtocol(Protocol):
    """Interchangeable rooms, or without rooms the virtual place."""

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Return the rooms; none for the virtual place."""

    @property
    def site(self) -> str | None:
        """Return the site, or None for the virtual place."""


class CandidatesProtocol(Protocol):
    """Every way to book a request (a start, a place, a chair), as parallel arrays.

    Times are minutes since midnight before the horizon's first day.
    """

    def __len__(self) -> int:
        """Return the number of candidates."""

    @property
    def problem(self) -> Problem:
        """Return the problem."""

    @property
    def requests(self) -> Sequence[RequestProtocol]:
        """Return the requests: the conferences in their order, then the holds."""

    @property
    def places(self) -> Sequence[PlaceProtocol]:
        """Return the places."""

    @property
    def days(self) -> Sequence[dt.date]:
        """Return the open days, in order."""

    @property
    def positions(self) -> Ints:
        """Return every candidate's position."""

    @property
    def request(self) -> Ints:
        """Return each candidate's request, as an index into ``requests``."""

    @property
    def chair(self) -> Ints:
        """Return each candidate's chair, as an index into the problem's chairs."""

    @property
    def place(self) -> Ints:
        """Return each candidate's place, as an index into ``places``."""

    @property
    def site(self) -> Ints:
        """Return each candidate's site, as an index into the problem's sites; -1 if it is virtual."""

    @property
    def day(self) -> Ints:
        """Return each candidate's day, as an index into ``days``."""

    @property
    def date(self) -> Ints:
        """Return each candidate's day, as an ordinal."""

    @property
    def week(self) -> Ints:
        """Return the Monday of each candidate's week, as an ordinal."""

    @property
    def time(self) -> Ints:
        """Return each candidate's people time, as an index into the people times."""

    @property
    def arrival(self) -> Ints:
        """Return when each candidate's pre-meet begins."""

    @property
    def start(self) -> Ints:
        """Return when each candidate's conference begins. ``start % 1440`` is the minute of the day."""

    @property
    def end(self) -> Ints:
        """Return when each candidate's conference ends."""

    @property
    def in_room(self) -> Mask:
        """Return which candidates take a room."""

    @property
    def is_settled(self) -> Mask:
        """Return which candidates are past bookings, which stay as they are."""

    @property
    def is_fixed(self) -> Mask:
        """Return which candidates are bookings that don't change: past ones, and those that the caller fixed."""

    @property
    def is_hold(self) -> Mask:
        """Return which candidates keep a slot free."""

    @property
    def time_day(self) -> Ints:
        """Return the day of each people time, as an index into ``days``."""

    @property
    def first_left_out(self) -> Ints:
        """Return for each request the first day that was left out after those considered, as an ordinal; 0 if none was."""

    @property
    def site_index(self) -> Mapping[str, int]:
        """Return each site's position in the problem."""

    @property
    def place_site(self) -> Ints:
        """Return each place's site, as an index into the problem's sites; -1 for the virtual place."""

    @property
    def request_index(self) -> Mapping[str, int]:
        """Return the request's position for the id of each conference and held slot."""

    def of_request(self, request: int) -> Ints:
        """Return the positions of a request's candidates."""

    def place_of(self, room: str | None) -> int:
        """Return the position of the place that a room belongs to; of the virtual place for None."""

    def minute(self, moment: dt.datetime) -> int:
        """Return a local wall-clock moment as a minute of the horizon."""

    def touched(self, diaries: Iterable[Iterable[Interval]]) -> Mask:
        """Return for each diary and people time whether an entry of the diary overlaps it."""

    def of_requests(self, feature: Callable[[RequestProtocol], int]) -> Ints:
        """Return a feature of each candidate's request."""

    def of_conferences(self, feature: Callable[[Conference], int], *, of_holds: int = 0) -> Ints:
        """Return a feature of each candidate's conference; ``of_holds`` for holds."""

    def of_days(self, feature: Callable[[dt.date], int]) -> Ints:
        """Return a feature of each candidate's day."""

    def of_chairs(self, feature: Callable[[Chair], int]) -> Ints:
        """Return a feature of each candidate's chair."""

    def dates(self, of: Mapping[str, dt.date]) -> Ints:
        """Return a date of each candidate's conference, as an ordinal; the horizon's first day for holds."""

    def working_days(self, start: Ints, end: Ints) -> Ints:
        """Return the working days between dates, given as ordinals; 0 if the end is not after the start."""


class BuilderProtocol(Protocol):
    """The programme under construction: rules add columns, rows and costs to it."""

    @property
    def candidates(self) -> CandidatesProtocol:
        """Return the candidates, which are the first columns."""

    @property
    def problem(self) -> Problem:
        """Return the problem."""

    def count_columns(self, number: int, upper: ArrayLike = 1) -> Ints:
        """Add columns that count from 0 to ``upper``, and return their positions."""

    def limit(
        self,
        row: Ints,
        column: Ints,
        coefficient: ArrayLike = 1,
        *,
        at_least: ArrayLike = ...,
        at_most: ArrayLike = ...,
        rows: int | None = None,
    ) -> None:
        """Add rows that bound sums of columns: entry n adds ``coefficient[n] * column[n]`` to row ``row[n]``."""

    def limit_groups(self, group: Ints, column: Ints, most: Ints, possible: Ints) -> None:
        """Limit group n to ``most[n]`` of its columns, with no row for a group that can't have more."""

    def limit_together(self, group: Ints, column: Ints, start: Ints, end: Ints, most: ArrayLike = 1) -> None:
        """Limit the number of a group's columns at any one moment."""

    def presence_columns(self, group: Ints, column: Ints, start: Ints, end: Ints) -> Ints:
        """Add a column for each group that is 1 if any of the group's columns is, and return their positions."""

    def pay(self, tier: TierName, column: Ints, amount: ArrayLike) -> None:
        """Make columns cost in a tier; the costs of one column add up."""

    def pay_always(self, tier: TierName, amount: int) -> None:
        """Add a constant cost, which bookings may reduce."""

    def pay_above(self, tier: TierName, row: Ints, column: Ints, coefficient: ArrayLike, limit: Ints, price: int) -> None:
        """Make each unit by which a sum exceeds its row's limit cost ``price``."""

    def leave_out(self, least: int) -> None:
        """Record the least by which lateness (T2) would rise with a day that was left out."""
