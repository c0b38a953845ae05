"""Reading a calendar in a process of its own, so that none can hurt the service: limited in time and memory, and nothing to find.

``python -m api.free_busy.isolated_reading`` is that process: what is asked and the file come in, JSON goes out.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import resource
import subprocess
import sys
from math import ceil
from pathlib import Path
from typing import Any

from api.free_busy.busy_times import BusyTimes, busy_times
from api.free_busy.errors import CalendarRefused
from api.free_busy.ics_lines import check_beginning
from api.free_busy.named_days import NamedDays, named_days
from scheduler.domain.values import Interval, Period

MOST_BYTES_OF_MEMORY = 512 << 20
ROOT = Path(__file__).parents[2]
_log = logging.getLogger(__name__)


def busy_times_apart(content: bytes, period: Period, seconds: float = 4.0) -> BusyTimes:
    """What ``busy_times`` gives. Raises CalendarRefused as that does, and where it takes longer or more memory than it may."""
    found = _ask("busy_times", content, period, seconds)
    return BusyTimes(tuple(Interval.model_validate(one) for one in found["intervals"]), tuple(found["notes"]))


def named_days_apart(content: bytes, period: Period, seconds: float = 4.0) -> tuple[NamedDays, ...]:
    """What ``named_days`` gives. Raises CalendarRefused as ``busy_times_apart`` does."""
    found = _ask("named_days", content, period, seconds)
    return tuple(
        NamedDays(dt.date.fromisoformat(first), dt.date.fromisoformat(last), name) for first, last, name in found["days"]
    )


def _ask(what: str, content: bytes, period: Period, seconds: float) -> Any:
    check_beginning(content)  # most of what is no calendar needs no process
    asked = {
        "what": what,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "seconds": ceil(seconds) + 1,
        "memory": MOST_BYTES_OF_MEMORY,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            input=json.dumps(asked).encode() + b"\n" + content,
            capture_output=True,
            timeout=seconds,
            check=True,
            env={"PYTHONPATH": str(ROOT)},  # and nothing of the service's own, such as its database's password
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise CalendarRefused(
            f"The calendar takes longer than {seconds:g} seconds to read. Give one of the coming year only."
        ) from None
    except subprocess.CalledProcessError as error:
        _log.warning("Reading a calendar has ended with %s", error.returncode)  # what it wrote may quote the calendar
        raise CalendarRefused("The calendar can't be read. Export it again, or give one of the coming year only.") from None
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise CalendarRefused(answer["refused"])
    return answer


def _answer(asked: dict[str, Any], content: bytes) -> dict[str, Any]:
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))  # it ends, if nobody is left to end it
    period = Period.model_validate({"first": asked["first"], "last": asked["last"]})
    try:
        if asked["what"] == "named_days":
            days = named_days(content, period)
            return {"days": [(one.first.isoformat(), one.last.isoformat(), one.name) for one in days]}
        found = busy_times(content, period)
    except CalendarRefused as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "The calendar takes more memory to read than any should. Look for what repeats without end in it."}
    return {"intervals": [one.model_dump(mode="json") for one in found.intervals], "notes": found.notes}


if __name__ == "__main__":
    print(json.dumps(_answer(json.loads(sys.stdin.buffer.readline()), sys.stdin.buffer.read())))
