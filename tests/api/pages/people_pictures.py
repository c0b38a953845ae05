"""Screenshots of the pages of people, rooms, settings and information in ``docs/pictures/pages``."""

from __future__ import annotations

from pathlib import Path

import httpx2 as httpx
from playwright.sync_api import Browser

from tests.api.pages.browsing import visitor
from tests.api.pages.people_journeys import change_a_room, enter_an_absence, subscribe

PAGES = {
    "minute-takers": "/minute-takers",
    "chair-form": "/people/C3/change",
    "own-calendar": "/own-calendars/C4",
    "calendar-how-to": "/calendar-links/how-to",
    "settings": "/settings",
    "settings-days": "/settings/days",
    "settings-history": "/settings/history",
    "cookies": "/cookies",
    "privacy": "/privacy",
}


def take_people(opened: Browser, address: str, target: Path) -> list[str]:
    """Take the pictures in a diary with the example month; return the faults of its pages."""
    prepare(address)
    with visitor(opened, address) as one:

        def met(name: str) -> None:
            one.page.screenshot(path=target / f"{name}.png", full_page=True)

        subscribe(one, "Advisor 3", met)
        enter_an_absence(one, "Advisor 3", "18/1", "22/1", met)
        change_a_room(one, "Amersham room 1", met)
        for name, path in PAGES.items():
            one.go(path)
            met(name)
        faults = one.faults
    with visitor(opened, address, width=320) as one:
        for name, path in (("people-320", "/people"), ("settings-320", "/settings")):
            one.go(path)
            one.page.screenshot(path=target / f"{name}.png")
        return faults + one.faults


def prepare(address: str) -> None:
    """Enter what the pictures show: absences, a calendar that is out of date, and a changed setting."""
    with httpx.Client(base_url=f"{address}/api/v1", timeout=30) as client:
        client.post("/absences", json={"chair": "C1", "first": "2027-02-15", "last": "2027-02-19"}).raise_for_status()
        link = "https://outlook.office365.com/owa/calendar/1/calendar.ics"
        client.put("/busy-calendars/C4/link", json={"link": link}, headers={"If-Match": '"0"'}).raise_for_status()
        policy = client.get("/policy")
        changed = policy.json() | {"notice_days": 6}
        client.put("/policy", json=changed, headers={"If-Match": policy.headers["etag"]}).raise_for_status()
        chair = client.get("/chairs/C5")
        body = chair.json() | {"max_office_days": 1}
        client.put("/chairs/C5", json=body, headers={"If-Match": chair.headers["etag"]}).raise_for_status()
