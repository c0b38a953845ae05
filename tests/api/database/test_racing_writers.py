"""Fifty writers of one slot, over HTTP with two servers. One writer wins, and the others get its booking in their errors."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import httpx2

from api.database.session import Store
from api.diary.conferences import queries as conferences
from scheduler.domain.conference import Conference
from tests.api.support import builders
from tests.api.support.builders import NOW, fill
from tests.api.support.services import running

WRITERS = 50


async def race(urls: list[str], families: list[str]) -> list[httpx2.Response]:
    """Book the same slot for every family at the same time, with alternating servers."""
    slot = {"start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
    limits = httpx2.Limits(max_connections=WRITERS)
    async with httpx2.AsyncClient(timeout=60, limits=limits) as client:
        requests = [
            client.post(f"{urls[n % len(urls)]}/api/v1/bookings", json={"conference": family, **slot})
            for n, family in enumerate(families)
        ]
        return await asyncio.gather(*requests)


def test_one_of_fifty_writers_wins_and_the_others_are_refused(store: Store, database_url: str, tmp_path: Path) -> None:
    fill(store)
    families = [f"CPC-{n}" for n in range(100, 100 + WRITERS)]
    with store.writing() as connection:
        for family in families:
            conferences.add(connection, Conference.model_validate(builders.conference(family)), NOW)
    settings = {"database_url": database_url, "demo": "false", "plan_processes": 0}
    with running(tmp_path, at=NOW, **settings) as one, running(tmp_path, at=NOW, **settings) as other:
        answers = asyncio.run(race([one.url, other.url], families))
        with httpx2.Client(base_url=other.url) as client:
            booked = client.get("/api/v1/bookings?state=all").json()["items"]

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: WRITERS - 1}
    (won,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert booked == [won]
    message = f"is taken by {won['conference']} at 2027-01-12T10:00."
    errors = [{"where": what, "message": f"{won[what]} {message}"} for what in ("room", "chair", "minute_taker")]
    refused = {
        "type": "/problems/slot-taken",
        "title": "Conflict",
        "status": 409,
        "detail": f"That place is taken: {' '.join(error['message'] for error in errors)} Choose another.",
        "errors": errors,
    }
    assert [answer.json() for answer in answers if answer.status_code == 409] == [refused] * (WRITERS - 1)
