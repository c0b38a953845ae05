"""A thread of the server that fetches chairs' calendars from their links and stores the busy times."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable

from api.clock import local_day
from api.database.outages import OutageLog
from api.database.session import Store
from api.free_busy import queries as busy_calendars
from api.free_busy.busy_times import BusyTimes
from api.free_busy.coverage import covered_days
from api.free_busy.errors import CalendarRefused
from api.free_busy.isolated_reading import busy_times_apart
from api.free_busy.queries import Claim

SECONDS_BETWEEN_LOOKS = 5.0
FAILED = (
    "The service failed to read the calendar, and will try again. "
    "If this continues, report it to your service's support, or upload a file."
)
_log = logging.getLogger(__name__)


class Fetcher:
    """Fetches the links one after another, each at the interval ``every``; 0 fetches none.

    ``fetch`` returns the file at a link, or raises CalendarRefused. Servers that share a database divide the links between
    them. Fetching and reading take seconds at most, and don't delay plans, which run in processes of their own.
    """

    def __init__(
        self, store: Store, clock: Callable[[], dt.datetime], every: dt.timedelta, fetch: Callable[[str], bytes]
    ) -> None:
        self._store, self._clock, self._every, self._fetch = store, clock, every, fetch
        self._woken = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="calendars", daemon=True)

    def start(self) -> None:
        """Start to fetch, unless the interval is 0."""
        if self._every:
            self._thread.start()

    def wake(self) -> None:
        """Look for due links now, because one may be new."""
        self._woken.set()

    def stop(self) -> None:
        """Stop after the current fetch, which has a time limit."""
        self._ending = True
        self.wake()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        outages = OutageLog(_log, "Fetching calendars")
        while not self._ending:
            with outages.attempt():  # the database may be away for a while, and this thread must survive that
                while not self._ending and (claim := self._claim()):
                    self.follow(claim)
            self._woken.wait(SECONDS_BETWEEN_LOOKS)
            self._woken.clear()

    def _claim(self) -> Claim | None:
        now = self._clock()
        with self._store.reading() as connection:
            if not busy_calendars.is_due(connection, now):
                return None
        with self._store.noting() as connection:
            return busy_calendars.claim(connection, now)

    def follow(self, claim: Claim) -> None:
        """Fetch and read a claimed link, and store the busy times or the failure."""
        try:
            read = busy_times_apart(self._fetch(claim.link), covered_days(local_day(self._clock())))
        except CalendarRefused as error:
            self._store_failure(claim, str(error))
        except Exception as error:  # no content of a calendar may end this thread
            _log.error(
                "The calendar of %s could not be read: %s", claim.chair, type(error).__name__
            )  # not the error's text, which may quote the link
            self._store_failure(claim, FAILED)
        else:
            self._store_reading(claim, read)

    def _store_reading(self, claim: Claim, read: BusyTimes) -> None:
        has_changed = read.intervals != claim.intervals  # only a change raises the diary's version
        with self._store.writing() if has_changed else self._store.noting() as connection:
            busy_calendars.store_reading(connection, claim, read, self._clock(), self._every)

    def _store_failure(self, claim: Claim, message: str) -> None:
        with self._store.noting() as connection:
            busy_calendars.store_failure(connection, claim, message, self._clock(), self._every)
