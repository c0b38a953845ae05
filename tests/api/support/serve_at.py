"""``scheduler serve`` at a fixed time: ``python -m tests.api.support.serve_at 2027-01-04T09:00+00:00 --port 0``.

For tests of processes whose diary has fixed dates, which will be in the past.
"""

from __future__ import annotations

import datetime as dt
import sys

import typer

import api.clock

now = dt.datetime.fromisoformat(sys.argv.pop(1))
api.clock.utc_now = lambda: now  # before the service imports it

from api.serve import serve  # noqa: E402 - see above

typer.run(serve)
