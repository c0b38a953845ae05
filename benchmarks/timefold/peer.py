"""The Timefold peer: prepares a problem, solves it in a separate process, and returns a schedule."""

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

from benchmarks.peers.protocol import Improvement, Run, UnavailableError
from benchmarks.timefold import environment
from benchmarks.timefold.problem_data import problem_data
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.grouping import Ints
from scheduler.model.bookings import bookings_of
from scheduler.model.build import build_programme
from scheduler.model.candidates import Candidates

GRACE_SECONDS = 30.0
COMMAND = (str(environment.PYTHON), "-m", "benchmarks.timefold.solve")

Answer = dict[str, Any]


def timefold(problem: Problem, seconds: float) -> Run:
    """Return the best schedule that Timefold finds within ``seconds``, which include starting Java.

    ``figures["start_seconds"]`` is the time before the search began; subtract it from a time in the history to get search
    time alone. Creating the environment is not counted.
    Raise UnavailableError if Java is missing or the environment can't be created.
    """
    environment.ready()
    started = time.monotonic()
    builder = build_programme(problem)
    try:
        plain = problem_data(builder)
    except ValueError as error:
        raise UnavailableError(f"Timefold's model does not cover this problem: {error}.") from error
    build_seconds = time.monotonic() - started
    history: list[Improvement] = []
    figures = {"build_seconds": build_seconds}
    bookings: list[list[int]] = []
    question = plain | {"seconds": seconds, "until": time.time() + seconds - build_seconds}
    for when, answer in _answers(question, seconds):
        if "tiers" in answer:
            figures.setdefault("start_seconds", when - started - answer["spent"])
            history.append(Improvement(when - started, tuple(answer["tiers"])))
        bookings = answer.get("bookings", [])
    if not history:
        return Run(figures=figures)
    schedule = Schedule(
        problem=problem.digest, bookings=bookings_of(builder.candidates, _chosen(builder.candidates, plain, bookings))
    )
    return Run(schedule, tuple(history), figures=figures)


def _answers(question: dict[str, Any], seconds: float) -> Iterator[tuple[float, Answer]]:
    """Yield each answer of the process with its time; kill the process 30 s after its limit."""
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
        overrun = threading.Timer(seconds + GRACE_SECONDS, process.kill)
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
            lines = errors.read().strip().splitlines() or ["no error output"]
            raise RuntimeError(f"Timefold ended with exit code {process.returncode}: {lines[-1]}")


def _talk(process: subprocess.Popen[str], question: dict[str, Any]) -> Iterator[tuple[float, Answer]]:
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(BrokenPipeError):  # its error output is more useful
        process.stdin.write(json.dumps(question))
        process.stdin.close()
    for line in process.stdout:
        yield time.monotonic(), json.loads(line)


def _chosen(candidates: Candidates, plain: dict[str, Any], bookings: list[list[int]]) -> Ints:
    """Return the candidates' positions of Timefold's bookings, given as numbers of booking, slot and chair."""
    key = zip(candidates.request.tolist(), candidates.slot.tolist(), candidates.chair.tolist(), strict=True)
    position = {way: n for n, way in enumerate(key)}
    requests = [candidates.request_index[booking["name"]] for booking in plain["bookings"]]
    return np.array(sorted(position[requests[number], slot, chair] for number, slot, chair in bookings), dtype=np.int64)
