"""A thread in the server that fetches chairs' calendars from their links and keeps when they are busy."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable

from api.clock import local_day
from api.database.session import Store
from api.free_busy import queries as busy_calendars
from api.free_busy.busy_times import BusyTimes
from api.free_busy.coverage import covered
from api.free_busy.errors import CalendarRefused
from api.free_busy.isolated_reading import busy_times_apart
from api.free_busy.queries import Claim

SECONDS_BETWEEN_LOOKS = 5.0
FAILED = "The service itself has failed at it, and tries again. If it goes on, tell whoever runs the service, or upload a file."
_log = logging.getLogger(__name__)


class Fetcher:
    """Fetches each link ``every`` so often, one after another. Several servers may share a database: each link is fetched by one.

    ``fetch`` gets what is behind a link, and raises CalendarRefused; it and the reading take seconds at most. Plans, which are
    made in processes of their own, neither wait for it nor hold it up.
    """

    def __init__(
        self, store: Store, clock: Callable[[], dt.datetime], every: dt.timedelta, fetch: Callable[[str], bytes]
    ) -> None:
        self._store, self._clock, self._every, self._fetch = store, clock, every, fetch
        self._woken = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="calendars", daemon=True)

    def start(self) -> None:
        """Begin to fetch, if there is anything between two fetches."""
        if self._every:
            self._thread.start()

    def wake(self) -> None:
        """Look at once: a link may be new."""
        self._woken.set()

    def stop(self) -> None:
        """End, once what is being fetched has come, or has not in time."""
        self._ending = True
        self.wake()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ending:
            try:
                while not self._ending and (claim := self._claim()):
                    self.follow(claim)
            except Exception:  # the database may be gone for a while, and this thread has to go on
                _log.exception("Calendars could not be looked after for a moment")
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
        """Fetch and read what is behind a link, and keep what came of it."""
        try:
            read = busy_times_apart(self._fetch(claim.link), covered(local_day(self._clock())))
        except CalendarRefused as error:
            self._keep_failure(claim, str(error))
        except Exception as error:  # nothing that a calendar holds may end this thread
            _log.error(
                "The calendar of %s could not be read: %s", claim.chair, type(error).__name__
            )  # and no more: it may hold the link
            self._keep_failure(claim, FAILED)
        else:
            self._keep_reading(claim, read)

    def _keep_reading(self, claim: Claim, read: BusyTimes) -> None:
        is_news = read.intervals != claim.intervals  # only news lift the diary's version
        with self._store.writing() if is_news else self._store.noting() as connection:
            busy_calendars.keep_reading(connection, claim, read, self._clock(), self._every)

    def _keep_failure(self, claim: Claim, message: str) -> None:
        with self._store.noting() as connection:
            busy_calendars.keep_failure(connection, claim, message, self._clock(), self._every)
