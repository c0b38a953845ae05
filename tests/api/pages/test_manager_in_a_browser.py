"""The manager's pages in a real Chromium, with axe-core on every page that a journey meets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.app import create_app
from tests.api.pages.browsing import served, visitor
from tests.api.pages.manager_journeys import bring_data, enter_by_hand
from tests.api.pages.manager_pictures import FIXTURE, with_faults
from tests.api.pages.test_in_a_browser import axe, opened
from tests.api.support.builders import Clock
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
