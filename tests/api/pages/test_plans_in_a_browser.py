"""Planning and publishing a month in a real Chromium, with axe-core on every page that the journey meets, at 320 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.app import create_app
from api.database.session import Store
from tests.api.pages.browsing import served, visitor
from tests.api.pages.plan_journeys import plan, publish, tick_off
from tests.api.pages.test_in_a_browser import axe, opened
from tests.api.support.builders import Clock, book, fill
from tests.api.support.databases import SqliteFiles
from tests.api.support.services import IN_PROCESS

__all__ = ["axe", "opened"]


@pytest.fixture
def address(sqlite_databases: SqliteFiles, tmp_path: Path) -> Iterator[str]:
    """The small service with a room's booking at a site that is not the family's, so that a plan has something to move."""
    url = sqlite_databases.migrated()
    store = Store(url)
    fill(store)
    book(store, "CPC-4", "2027-01-22T10:00", by_hand=False, room="WYC-1", chair="C1", minute_taker="M1")
    store.close()
    settings = replace(IN_PROCESS, database_url=url, data=tmp_path, plan_processes=1, plan_seconds=20)
    with served(create_app(settings, Clock())) as result:
        yield result


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_plan_and_publish_a_month(opened: Browser, address: str, axe: str, scripts: bool) -> None:
    wide: list[str] = []
    with visitor(opened, address, axe=axe if scripts else "", scripts=scripts, width=320 if scripts else 1280) as one:

        def met(name: str) -> None:
            if scripts and one.page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(name)

        plan(one, "January 2027", met)
        assert one.page.locator("h1").inner_text() == "Draft for January 2027"
        assert publish(one, met) == "People to ring"
        if one.page.locator("input[name=rung]").count():
            tick_off(one, met)
        assert (one.faults, wide) == ([], [])
