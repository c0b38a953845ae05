"""The pages of people and rooms in a real Chromium, with axe-core on every page that a journey meets."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.api.pages.browsing import visitor
from tests.api.pages.people_journeys import change_a_room, enter_an_absence, subscribe, subscribe_by_keyboard
from tests.api.pages.test_in_a_browser import address, axe, opened

__all__ = ["address", "axe", "opened"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_subscribe(opened: Browser, address: str, axe: str, scripts: bool) -> None:
    with visitor(opened, address, axe=axe if scripts else "", scripts=scripts) as one:
        calendar = subscribe(one, "C1")
        assert calendar.startswith("BEGIN:VCALENDAR")
        assert "CPC-1" in calendar
        assert "DTSTART:20270113T093000Z" in calendar or "DTSTART;TZID=Europe/London:20270113T093000" in calendar
        assert one.faults == []


@pytest.mark.slow
def test_subscribe_by_keyboard_alone(opened: Browser, address: str, axe: str) -> None:
    with visitor(opened, address, axe=axe) as one:
        assert subscribe_by_keyboard(one, "C2").startswith(f"{address}/calendars/")
        assert one.page.locator("h1").inner_text() == "The calendar link for C2"
        assert one.faults == []


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_enter_an_absence_and_change_a_room(opened: Browser, address: str, axe: str, scripts: bool) -> None:
    with visitor(opened, address, axe=axe if scripts else "", scripts=scripts, width=320) as one:
        wide = []

        def met(name: str) -> None:
            if scripts and one.page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(name)

        assert "1 booking is on those days." in enter_an_absence(one, "C1", "11/1", "15/1", met)
        change_a_room(one, "AYL-1", met)
        assert "1 March 2027" in one.page.locator("main").inner_text()
        subscribe(one, "C1", met)
        assert (one.faults, wide) == ([], [])
