"""Screenshots of the pages in ``docs/pictures``, taken with the journeys of the tests. ``make pictures`` runs it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2 as httpx

from api.app import create_app
from api.settings import Settings
from tests.api.pages.browsing import browser, served, visitor
from tests.api.pages.journeys import cancel_a_date, take_a_request
from tests.api.pages.manager_pictures import take_an_empty_diary, take_reports, take_what_if
from tests.api.pages.people_pictures import take_people
from tests.api.support.builders import Clock
from tests.paths import ROOT

TARGET = ROOT / "docs" / "pictures" / "pages"
BEFORE, NOW = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC), dt.datetime(2027, 1, 12, 9, tzinfo=dt.UTC)
LATER = dt.datetime(2027, 1, 27, 9, tzinfo=dt.UTC)
PAGES = {
    "today": "/today",
    "requests": "/requests",
    "dates-late": "/requests/CPC-0901/dates",
    "diary-day": "/diary/2027-01-12",
    "diary-week": "/diary/2027-w03",
    "diary-week-by-chair": "/diary/2027-w03?by=cpa",
    "find": "/find?q=01",
    "nothing-here": "/conferences/CPC-9999",
    "accessibility": "/accessibility",
}


def take(target: Path = TARGET) -> list[str]:
    """Take every picture; return what axe-core finds wrong with the pages."""
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        clock = Clock()
        clock.now = BEFORE
        settings = Settings(database_url=f"sqlite:///{folder}/diary.db", data=Path(folder), calendar_minutes=0, plan_seconds=120)
        with served(create_app(settings, clock)) as address, browser() as opened:
            import_january(address)
            publish_january(address)
            clock.now = NOW
            add_requests(address)
            with visitor(opened, address) as one:

                def met(name: str) -> None:
                    one.page.screenshot(path=target / f"{name}.png", full_page=True)

                for name, path in PAGES.items():
                    one.go(path)
                    met(name)
                take_a_request(one, "CPC-0933", "7/1", met)
                one.go("/conferences/CPC-0074/outcome")
                met("outcome")
                one.go("/conferences/CPC-0933/move")
                met("move")
                cancel_a_date(one, "0933", met)
            with visitor(opened, address, width=320) as one:
                for name in ("today", "diary-day"):
                    one.go(PAGES[name])
                    met_small = target / f"{name}-320.png"
                    one.page.screenshot(path=met_small)
                one.go("/requests/new")
                one.page.screenshot(path=target / "request-320.png", full_page=True)
            people = take_people(opened, address, target)
            clock.now = LATER
            with visitor(opened, address) as manager:
                take_reports(manager, target)
            more = take_an_empty_diary(opened, target) + take_what_if(opened, target, import_january)
            return one.faults + people + manager.faults + more


def import_january(address: str) -> None:
    """Bring in the example month."""
    month = (ROOT / "fixtures" / "january-2027.xlsx").read_bytes()
    with httpx.Client(base_url=f"{address}/api/v1", timeout=200) as client:
        kind = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        client.post("/import", params={"mode": "commit"}, content=month, headers=kind).raise_for_status()


def publish_january(address: str) -> None:
    """Plan the example month and publish it, with every exception and waiver that this needs."""
    with httpx.Client(base_url=f"{address}/api/v1", timeout=200) as client:
        plan = client.post("/plans", json={"first": "2027-01-04", "last": "2027-01-31", "time_limit": 60}).json()
        identifier = plan["id"]
        with client.stream("GET", f"/plans/{identifier}/events", headers={"accept": "text/event-stream"}) as events:
            for _ in events.iter_lines():
                pass
        difference = client.get(f"/plans/{identifier}/diff")
        needed: dict[str, Any] = difference.json()
        why = {"by": "manager", "reason": "no room", "safety_plan_reviewed": True}
        waiver = {"by": "manager", "why": "agreed with the families"}
        body = {
            "exceptions": [{"conference": one["conference"], **why} for one in needed["exceptions_needed"]],
            "waivers": [{"conference": one["conference"], **waiver} for one in needed["waivers_needed"]],
        }
        published = client.post(f"/plans/{identifier}/publish", json=body, headers={"If-Match": difference.headers["etag"]})
        if published.is_error:
            raise RuntimeError(published.text)


def add_requests(address: str) -> None:
    """Add requests that wait: one that nobody can hold in time, one with few slots, and one with many."""
    asked = {"kind": "initial", "children": 2, "site": "WYC", "requested": "2027-01-12"}
    days = [{"start": f"2027-01-{day:02}T00:00", "end": f"2027-01-{day + 1:02}T00:00"} for day in range(12, 28)]
    for name, more in (
        ("CPC-0901", {"trigger": "2026-12-23"}),
        ("CPC-0902", {"trigger": "2027-01-06", "unavailable": days[:13]}),
        ("CPC-0903", {"trigger": "2027-01-08", "site": "AYL", "social_worker": "SW-7"}),
    ):
        with httpx.Client(base_url=f"{address}/api/v1") as client:
            client.post("/conferences", json={"id": name, **asked, **more}).raise_for_status()


if __name__ == "__main__":
    for fault in take():
        print(fault)
