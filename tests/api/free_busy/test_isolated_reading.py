from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from api.free_busy import isolated_reading
from api.free_busy.busy_times import BusyTimes, busy_times
from api.free_busy.errors import CalendarRefused
from api.free_busy.isolated_reading import busy_times_apart
from tests.api.free_busy.calendars import PERIOD, calendar, event, meeting

CALENDAR = calendar(meeting("20270104T100000", "20270104T110000"), event("DTSTART:20270105T100000\nDURATION:PT1H"))
SLOW = calendar(*[event("DTSTART:16010101T100000Z\nRRULE:FREQ=DAILY")] * 40)


def test_the_result_equals_reading_in_this_process() -> None:
    read = busy_times_apart(CALENDAR, PERIOD)
    assert read == busy_times(CALENDAR, PERIOD)
    assert len(read.intervals) == 2
    assert read.notes == ("Times without a time zone are read as Europe/London.",)


def test_a_refusal_has_the_same_message() -> None:
    with pytest.raises(CalendarRefused) as here:
        busy_times(b"nothing", PERIOD)
    with pytest.raises(CalendarRefused) as there:
        busy_times_apart(b"nothing", PERIOD)
    assert str(here.value) == str(there.value)


def test_a_reading_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(CalendarRefused, match=r"^The calendar takes longer than 0\.5 seconds to read\."):
        busy_times_apart(SLOW, PERIOD, seconds=0.5)


def _read(out: Connection, content: bytes) -> None:
    out.send(busy_times_apart(content, PERIOD))


def test_a_daemon_process_can_read_a_calendar() -> None:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_read, args=(there, CALENDAR), daemon=True)
    process.start()
    assert here.poll(60)
    assert here.recv() == busy_times(CALENDAR, PERIOD)
    process.join()


def test_the_current_folder_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "icalendar.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert busy_times_apart(calendar(), PERIOD) == BusyTimes((), ())


def test_a_reading_over_the_memory_limit_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated_reading, "MAX_MEMORY_BYTES", 1 << 20)
    large = calendar(event(f"DTSTART:20270105T100000\nDESCRIPTION:{'x' * 1_900_000}"))
    with pytest.raises(CalendarRefused, match=r"^The calendar takes more memory to read than any should\."):
        busy_times_apart(large, PERIOD)
