"""Thunderbird without a screen, and the entries that its calendar stores of the feeds."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.api.feeds.clients.clients import Shown

SECONDS = 60
SETTINGS: Mapping[str, object] = {
    "calendar.timezone.local": "Europe/London",
    "calendar.timezone.useSystemTimezone": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    # A proxy that does not exist, so that Thunderbird reaches no other machine.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
}
STORED = "SELECT title, event_start, event_start_tz, event_end, event_end_tz, ical_status FROM cal_events WHERE cal_id = ?"


@dataclass(frozen=True)
class Thunderbird:
    """Thunderbird with a profile that persists between runs, subscribed to the feeds at these addresses."""

    program: str
    folder: Path
    addresses: Sequence[str]

    def run_until(self, expected: Sequence[Sequence[Shown]]) -> list[list[Shown]]:
        """Run it until it shows the expected entries or time is up. Return the entries of each feed, in local times."""
        profile = self.folder / "profile"
        profile.mkdir(parents=True, exist_ok=True)
        (profile / "user.js").write_text(self._settings())
        process = subprocess.Popen(
            [self.program, "--headless", "--no-remote", "--profile", str(profile)],
            env={**os.environ, "HOME": str(self.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            until = time.monotonic() + SECONDS
            while (shown := self._shown()) != expected and time.monotonic() < until:
                time.sleep(0.2)
            return shown
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(SECONDS)

    def _settings(self) -> str:
        settings = dict(SETTINGS)
        for number, address in enumerate(self.addresses):
            named = f"calendar.registry.{_calendar(number)}"
            settings |= {f"{named}.type": "ics", f"{named}.uri": address, f"{named}.name": f"Feed {number}"}
            settings |= {f"{named}.cache.enabled": True, f"{named}.readOnly": True}
        return "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items())

    def _shown(self) -> list[list[Shown]]:
        """Return the entries in a copy of its cache, which it locks while it runs; empty during a write."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        try:
            shutil.copytree(self.folder / "profile" / "calendar-data", copy)
            with closing(sqlite3.connect(copy / "cache.sqlite")) as cache:
                rows = [cache.execute(STORED, [_calendar(number)]).fetchall() for number in range(len(self.addresses))]
        except (OSError, sqlite3.DatabaseError):
            return []
        return [sorted(_as_shown(*row) for row in of_one) for of_one in rows]


def _calendar(number: int) -> str:
    return f"feed-{number}"


def _as_shown(title: str, start: int, start_zone: str, end: int, end_zone: str, status: str) -> Shown:
    return Shown(title, _local(start, start_zone), _local(end, end_zone), status)


def _local(microseconds: int, zone: str) -> str:
    instant = dt.datetime.fromtimestamp(microseconds // 1_000_000, dt.UTC)
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
