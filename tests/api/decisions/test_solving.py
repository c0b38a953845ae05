"""The process for questions, which spares the server the solver, and the limit of each question."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from api.decisions.solving import OverTimeError, Solving
from api.errors import BusyError
from api.http.leaving import while_client_waits
from api.http.problem_details import HttpError
from scheduler.domain.faults import InputError
from scheduler.explanations.question import Question
from tests.api.support.builders import conference
from tests.builders import schedule, tiny_problem

SLOW = "tests.api.decisions.slow_process"
SHORT, LONG = 0.3, 60.0
FOR_EVER, QUICK = "for ever", "quick"


def test_the_server_does_not_load_the_solver() -> None:
    program = (
        "import sys; import api.app; print(sorted({'ortools', 'highspy'} & {name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def asked(solving: Solving, name: str) -> Coroutine[Any, Any, Any]:
    return solving.ask(name, tiny_problem(), schedule())


async def begun(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Return a task that has begun, and now waits."""
    task = asyncio.ensure_future(work)
    for _ in range(10):
        await asyncio.sleep(0)
    return task


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def new() -> Iterator[Callable[..., Solving]]:
    """Return a function that builds a ``Solving`` with slow answers, which is closed after the test."""
    opened: list[Solving] = []

    def build(**limits: float) -> Solving:
        opened.append(Solving(SLOW, **limits))
        return opened[-1]

    yield build
    for one in opened:
        one.close()


def test_a_question_is_answered_or_its_faults_are_raised_and_closing_ends_the_process() -> None:
    async def ask(solving: Solving, chair: str) -> Any:
        question = Question(conference="A", chair=chair)
        return await solving.ask("explain_why_not", tiny_problem(), schedule(), question=question)

    async def main() -> None:
        solving = Solving(seconds=LONG)
        try:
            assert (await ask(solving, "C1")).verified
            with pytest.raises(InputError, match="there is no chair 'C9'"):
                await ask(solving, "C9")
            with pytest.raises(RuntimeError, match="KeyError: 'no such question'"):
                await asked(solving, "no such question")
        finally:
            solving.close()
        solving.close()
        with pytest.raises(BusyError, match="The service is ending"):
            await ask(solving, "C1")

    asyncio.run(main())


def test_at_its_limit_a_question_is_killed_and_the_next_one_has_another_process(new: Callable[..., Solving]) -> None:
    async def main() -> None:
        solving = new(seconds=LONG)
        first = await asked(solving, QUICK)
        assert await asked(solving, QUICK) == first
        solving._seconds = SHORT
        with pytest.raises(OverTimeError):
            await asked(solving, FOR_EVER)
        assert not is_running(first)
        solving._seconds = LONG
        assert await asked(solving, QUICK) != first

    asyncio.run(main())


def test_a_question_that_waits_too_long_is_refused_and_disturbs_no_other(new: Callable[..., Solving]) -> None:
    async def main() -> None:
        solving = new(seconds=LONG, wait=SHORT)
        first = await asked(solving, QUICK)
        running = await begun(asked(solving, FOR_EVER))
        with pytest.raises(BusyError) as refused:
            await asked(solving, QUICK)
        assert refused.value.detail == "Other questions are being answered. Nothing was changed. Try again in 10 seconds."
        assert is_running(first)
        running.cancel()
        await asyncio.wait([running])
        assert await asked(solving, QUICK) != first

    asyncio.run(main())


def test_a_process_that_ends_refuses_its_question_only(new: Callable[..., Solving]) -> None:
    async def main() -> None:
        solving = new(seconds=LONG)
        with pytest.raises(BusyError, match="The process that solves has ended"):
            await asked(solving, "crash")
        assert is_running(await asked(solving, QUICK))

    asyncio.run(main())


def test_a_client_that_leaves_frees_its_place_whether_it_waits_or_is_being_answered(new: Callable[..., Solving]) -> None:
    async def main() -> None:
        solving = new(seconds=LONG, wait=LONG)
        first = await asked(solving, QUICK)
        leaving = [asyncio.Event(), asyncio.Event()]
        asking = [await begun(while_client_waits(client(left), asked(solving, FOR_EVER))) for left in leaving]
        last = await begun(asked(solving, QUICK))
        for one, left in zip(reversed(asking), reversed(leaving), strict=True):  # first the one that waits
            left.set()
            with pytest.raises(HttpError, match="The client left"):
                await one
        assert await last != first
        assert not is_running(first)

    asyncio.run(main())


def client(left: asyncio.Event) -> Request:
    """Return a request whose client leaves at an event."""

    async def receive() -> Message:
        await left.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http"}, receive)


@pytest.fixture
def over_time(seeded: TestClient, app: FastAPI) -> TestClient:
    """A client of a service whose questions all take too long."""

    class Slow(Solving):
        async def ask(self, *_: Any, **__: Any) -> Any:
            raise OverTimeError

    app.state.solving = Slow()
    return seeded


def test_at_the_limit_explanations_say_that_they_are_not_verified(over_time: TestClient) -> None:
    path = "/api/v1/conferences/CPC-1"
    answers = over_time.get(f"{path}/why"), over_time.post(f"{path}/why-not", json={"date": "2027-01-13"})
    assert [(one.status_code, one.json()["answer"], one.json()["verified"], one.json()["minimal"]) for one in answers] == [
        (200, "Why CPC-1 is booked as it is, or has no booking, was not found out in time.", False, False),
        (200, "Whether CPC-1 can be held in that slot was not found out in time.", False, False),
    ]


def test_at_the_limit_the_list_of_risks_is_refused_for_now(over_time: TestClient) -> None:
    answer = over_time.get("/api/v1/at-risk")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.json() == {
        "type": "/problems/too-long",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "The causes were not found out in time. Enter fewer weeks.",
    }


def test_at_the_limit_offers_are_those_for_which_nobody_moves_and_say_so(over_time: TestClient) -> None:
    asked = {"conference": "CPC-1", "top": 2}
    without = over_time.post("/api/v1/offers", json=asked).json()
    assert without["proven"]
    assert over_time.post("/api/v1/offers", json=asked | {"moves": 2}).json() == without | {"proven": False}
    late = {"new": conference("CPC-9", due="2026-12-30")}
    result = over_time.post("/api/v1/offers", json=late).json()
    assert not result["in_time"]
    assert result["reason"].endswith("Which changes would make one possible was not found out in time.")
    assert result["offers"] == over_time.post("/api/v1/offers", json=late | {"cures": False}).json()["offers"]
