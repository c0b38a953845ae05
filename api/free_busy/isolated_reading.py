"""Reading a calendar in a child process, so that a hostile one can't harm the service.

The child is limited in time and memory, and finds nothing of the service's. Run as ``python -m api.free_busy.isolated_reading``,
this module is that child: it reads a request and the calendar, and prints the answer as JSON. (Not as a pickle: whoever
takes over the child must not take over the service.)
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from math import ceil
from typing import Any

from api.free_busy.busy_times import BusyTimes, busy_times
from api.free_busy.errors import CalendarRefused
from api.free_busy.ics_lines import check_beginning
from api.free_busy.named_days import DaysRead, NamedDays, named_days
from scheduler.domain.values import Interval, Period
from scheduler.isolation import ChildEndedError, ChildTimeoutError, limit_resources, run_module

MAX_MEMORY_BYTES = 512 << 20
"""Limit of the child's address space, which holds the interpreter and its libraries too."""
_log = logging.getLogger(__name__)


def busy_times_apart(content: bytes, period: Period, seconds: float = 4.0) -> BusyTimes:
    """Return what ``busy_times`` returns. Raise CalendarRefused as that does, and if the child exceeds a limit."""
    answer = _answer_of_child("busy_times", content, period, seconds)
    return BusyTimes(tuple(Interval.model_validate(one) for one in answer["intervals"]), tuple(answer["notes"]))


def named_days_apart(content: bytes, period: Period, seconds: float = 4.0) -> DaysRead:
    """Return what ``named_days`` returns. Raise CalendarRefused as ``busy_times_apart`` does."""
    answer = _answer_of_child("named_days", content, period, seconds)
    days = [NamedDays(dt.date.fromisoformat(first), dt.date.fromisoformat(last), name) for first, last, name in answer["days"]]
    return DaysRead(tuple(days), tuple(answer["notes"]))


def _answer_of_child(function: str, content: bytes, period: Period, seconds: float) -> Any:
    check_beginning(content)  # most files that are no calendar are refused here, without a process
    request = {
        "function": function,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "cpu_seconds": ceil(seconds) + 1,
        "memory": MAX_MEMORY_BYTES,
    }
    try:
        output = run_module(__name__, json.dumps(request).encode() + b"\n" + content, seconds=seconds)
    except ChildTimeoutError:
        raise CalendarRefused(
            f"The calendar takes longer than {seconds:g} seconds to read. Give one of the coming year only."
        ) from None
    except ChildEndedError as error:
        _log.warning("Reading a calendar failed: %s", error)
        raise CalendarRefused("The calendar can't be read. Export it again, or give one of the coming year only.") from None
    answer = json.loads(output)
    if "refused" in answer:
        raise CalendarRefused(answer["refused"])
    return answer


def _answer(request: dict[str, Any], content: bytes) -> dict[str, Any]:
    """Read the calendar, in the child. The CPU limit ends it if the parent is gone and can't."""
    limit_resources(memory=request["memory"], cpu_seconds=request["cpu_seconds"])
    period = Period.model_validate({"first": request["first"], "last": request["last"]})
    try:
        if request["function"] == "named_days":
            read = named_days(content, period)
            days = [(one.first.isoformat(), one.last.isoformat(), one.name) for one in read.days]
            return {"days": days, "notes": read.notes}
        busy = busy_times(content, period)
    except CalendarRefused as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "The calendar takes more memory to read than any should. Look for what repeats without end in it."}
    return {"intervals": [one.model_dump(mode="json") for one in busy.intervals], "notes": busy.notes}


if __name__ == "__main__":
    print(json.dumps(_answer(json.loads(sys.stdin.buffer.readline()), sys.stdin.buffer.read())))
