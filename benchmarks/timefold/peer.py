"""Timefold on a problem: prepared here, solved in its own process, and brought back as a schedule."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.peers.protocol import Found, Run, UnavailableError
from benchmarks.timefold import environment
from benchmarks.timefold.preparing import prepared
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.grouping import Ints
from scheduler.model.bookings import bookings_of
from scheduler.model.build import build_programme
from scheduler.model.candidates import Candidates

PATIENCE = 30.0
COMMAND = (str(environment.PYTHON), "-m", "benchmarks.timefold.solve")

Answer = dict[str, Any]


def timefold(problem: Problem, seconds: float) -> Run:
    """The best schedule that Timefold finds in the seconds, of which starting Java takes some.

    ``figures`` has the seconds before its search began, as ``start_seconds``: taken from a time of the history, they
    give the time without that start. Making the environment, where it is not made yet, is not counted.
    Raises UnavailableError where there is no Java, or the environment can't be made.
    """
    environment.ready()
    started = time.monotonic()
    builder = build_programme(problem)
    try:
        plain = prepared(builder)
    except ValueError as error:
        raise UnavailableError(f"Timefold's model can't hold this problem: {error}.") from error
    build_seconds = time.monotonic() - started
    history: list[Found] = []
    figures = {"build_seconds": build_seconds}
    bookings: list[list[int]] = []
    question = plain | {"seconds": seconds, "until": time.time() + seconds - build_seconds}
    for when, answer in _answers(question, seconds):
        if "tiers" in answer:
            figures.setdefault("start_seconds", when - started - answer["spent"])
            history.append(Found(when - started, tuple(answer["tiers"])))
        bookings = answer.get("bookings", [])
    if not history:
        return Run(figures=figures)
    schedule = Schedule(
        problem=problem.digest, bookings=bookings_of(builder.candidates, _chosen(builder.candidates, plain, bookings))
    )
    return Run(schedule, tuple(history), figures=figures)


def _answers(question: dict[str, Any], seconds: float) -> Iterator[tuple[float, Answer]]:
    """What the process says, with the time at which it did; one that overruns its seconds by half a minute is killed."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            COMMAND,
            cwd=environment.ROOT,
            env=environment.variables(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        overrun = threading.Timer(seconds + PATIENCE, process.kill)
        overrun.start()
        with process:
            try:
                yield from _talk(process, question)
            except BaseException:
                process.kill()
                raise
            finally:
                overrun.cancel()
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().strip().splitlines() or ["it says nothing"]
            raise RuntimeError(f"Timefold ended with {process.returncode}: {said[-1]}")


def _talk(process: subprocess.Popen[str], question: dict[str, Any]) -> Iterator[tuple[float, Answer]]:
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(BrokenPipeError):  # what it says at its end tells more
        process.stdin.write(json.dumps(question))
        process.stdin.close()
    for line in process.stdout:
        yield time.monotonic(), json.loads(line)


def _chosen(candidates: Candidates, plain: dict[str, Any], bookings: list[list[int]]) -> Ints:
    """The candidates' positions of Timefold's bookings, each of which is a booking's, a slot's and a chair's number."""
    key = zip(candidates.request.tolist(), candidates.slot.tolist(), candidates.chair.tolist(), strict=True)
    position = {way: n for n, way in enumerate(key)}
    requests = [candidates.request_index[booking["name"]] for booking in plain["bookings"]]
    return np.array(sorted(position[requests[number], slot, chair] for number, slot, chair in bookings), dtype=np.int64)
