"""The manager's pages in a real Chromium, with axe-core on every page that a journey meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.app import create_app
from api.database.session import Store
from tests.api.pages.browsing import served, visitor
from tests.api.pages.manager_journeys import ask_what_if, bring_data, enter_by_hand, read_reports, wait_for_comparison
from tests.api.pages.manager_pictures import FIXTURE, with_faults
from tests.api.pages.test_in_a_browser import axe, opened
from tests.api.support.builders import Clock, book, fill
from tests.api.support.databases import SqliteFiles
from tests.api.support.services import IN_PROCESS

__all__ = ["axe", "opened"]
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_bring_data(opened: Browser, axe: str, sqlite_databases: SqliteFiles, tmp_path: Path, scripts: bool) -> None:
    settings = replace(IN_PROCESS, database_url=sqlite_databases.migrated(), data=tmp_path)
    with (
        served(create_app(settings, Clock())) as address,
        visitor(opened, address, axe=axe if scripts else "", scripts=scripts, width=320) as one,
    ):
        wide = []

        def met(name: str) -> None:
            if scripts and one.page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(name)

        assert bring_data(one, with_faults(tmp_path), FIXTURE, met) == "149 rows saved"
        assert (one.faults, wide) == ([], [])


def test_enter_by_hand_by_keyboard_alone(opened: Browser, axe: str, sqlite_databases: SqliteFiles, tmp_path: Path) -> None:
    settings = replace(IN_PROCESS, database_url=sqlite_databases.migrated(), data=tmp_path)
    with served(create_app(settings, Clock())) as address, visitor(opened, address, axe=axe, width=320) as one:
        enter_by_hand(one)
        assert "That is enough to begin." in one.page.locator("main").inner_text()
        assert one.faults == []


@pytest.fixture
def address(sqlite_databases: SqliteFiles, tmp_path: Path) -> Iterator[str]:
    """A service of the small diary that solves in the background."""
    url = sqlite_databases.migrated()
    store = Store(url)
    fill(store)
    book(store, "CPC-1", "2027-01-13T10:00", minute_taker="M1")
    store.close()
    with served(create_app(replace(IN_PROCESS, database_url=url, data=tmp_path, plan_processes=1), Clock())) as result:
        yield result


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_ask_what_if(opened: Browser, axe: str, address: str, scripts: bool) -> None:
    with visitor(opened, address, axe=axe if scripts else "", scripts=scripts, width=320) as one:
        path = ask_what_if(one)
        wait_for_comparison(one, path)
        page = one.page
        names = page.locator("tbody").first.locator("th").all_inner_texts()
        assert names == ["As things are", "Wycombe closes", "One CPA more", "Fridays allowed", "A cap of 95"]
        assert page.locator("img").count() == 4
        if scripts:
            assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert one.faults == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_read_reports(opened: Browser, axe: str, address: str, scripts: bool) -> None:
    with visitor(opened, address, axe=axe if scripts else "", scripts=scripts, width=320) as one:
        wide = []

        def met(name: str) -> None:
            if scripts and one.page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(name)

        assert read_reports(one, met) == [
            "Timeliness by month",
            "Initial conferences by week",
            "Caseloads",
            "Use of the rooms",
            "Moves and cancellations",
            "Tables of the annual report",
        ]
        assert (one.faults, wide) == ([], [])
