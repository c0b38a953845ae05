"""How fast pages are rendered, compared with a constant answer of the same size, and over ten years of data: ``--suite pages``.

Each server has one process. The servers are measured in turn, so that other load on the machine affects all of them alike.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.machine import commit, machine
from benchmarks.servers import bare, served
from benchmarks.serving import HISTORY, diary, rate, response_body

PAGES: Mapping[str, str] = {"week": "/diary/2027-w02", "month": "/diary/2027-01"}
SECONDS, ROUNDS = 2.0, 5
MIN_SHARE, MAX_SLOWDOWN = 1 / 30, 1.2
YEARS, PRESENT = "ten years", "present"
Rates = Mapping[str, Sequence[float]]


def pages(into: Path) -> int:
    """Measure, print and store the rates. Return the exit code: 1 if a page misses a target."""
    result: dict[str, Any] = {"taken": time.strftime("%Y-%m-%d"), "commit": commit(), "machine": machine()}
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        ports = {name: running.enter_context(diary(folder / name, history)) for name, history in ((PRESENT, 0), (YEARS, HISTORY))}
        for page, path in PAGES.items():
            body = response_body(ports[PRESENT], path)
            with served(bare, 200, {"content-type": "text/html; charset=utf-8"}, body) as constant:
                result[page] = {"bytes": len(body), **_compared(_rates({**ports, "constant": constant}, path))}
    print(json.dumps(result, indent=1))
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{result['taken']}-pages.json").write_text(json.dumps(result, indent=1) + "\n")
    goals = {
        f"The week at least at {MIN_SHARE:.3f} of the rate of a constant answer": result["week"]["share"] >= MIN_SHARE,
        f"The month at most {MAX_SLOWDOWN:g} times slower with ten years of data": result["month"]["slower"] <= MAX_SLOWDOWN,
    }
    for goal, reached in goals.items():
        print(f"{goal}: {'yes' if reached else 'no'}")
    return 0 if all(goals.values()) else 1


def _rates(ports: Mapping[str, int], path: str) -> Rates:
    """Return the answers a second of each server, round by round."""
    rates: dict[str, list[float]] = {name: [] for name in ports}
    for _ in range(ROUNDS):
        for name, port in ports.items():
            rates[name].append(asyncio.run(rate(port, path, SECONDS)))
    return rates


def _compared(rates: Rates) -> dict[str, Any]:
    """Return the medians of the rounds: of each rate, of the page's share of the constant answer's, and of the slowdown."""
    share = statistics.median(page / constant for page, constant in zip(rates[PRESENT], rates["constant"], strict=True))
    slower = statistics.median(page / years for page, years in zip(rates[PRESENT], rates[YEARS], strict=True))
    each = {name: round(statistics.median(values), 1) for name, values in rates.items()}
    return {"answers_a_second": each, "share": round(share, 4), "slower": round(slower, 3)}
