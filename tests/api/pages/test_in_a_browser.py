"""The pages in a real Chromium, with axe-core on every page that a journey meets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.app import create_app
from api.database.session import Store
from tests.api.pages.browsing import MissingBrowserError, axe_source, browser, chromium, served, visitor
from tests.api.pages.journeys import cancel_a_date, take_a_request, take_a_request_by_keyboard
from tests.api.pages.test_diary import PATHS
from tests.api.support.builders import Clock, book, fill
from tests.api.support.databases import SqliteFiles
from tests.api.support.services import IN_PROCESS

READ_OUT = "Monday 11 January at 10:00, Wycombe, WYC-1. The family arrives at 09:30."


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    try:
        chromium()
    except MissingBrowserError as error:
        _miss(error)
    with browser() as result:
        yield result


@pytest.fixture(scope="module")
def axe() -> str:
    try:
        return axe_source()
    except MissingBrowserError as error:
        _miss(error)
        raise


def _miss(error: MissingBrowserError) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(str(error))
    pytest.skip(str(error))


@pytest.fixture
def address(sqlite_databases: SqliteFiles, tmp_path: Path) -> Iterator[str]:
    url = sqlite_databases.migrated()
    store = Store(url)
    fill(store)
    book(store, "CPC-1", "2027-01-13T10:00", minute_taker="M1")
    store.close()
    with served(create_app(replace(IN_PROCESS, database_url=url, data=tmp_path), Clock())) as result:
        yield result


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_take_a_request(opened: Browser, address: str, axe: str, scripts: bool) -> None:
    with visitor(opened, address, axe=axe if scripts else "", scripts=scripts) as one:
        assert take_a_request(one, "CPC-0933", "4/1") == READ_OUT
        assert "The slot on Mon 11 Jan, 10:00 is free." in cancel_a_date(one, "0933")
        assert one.faults == []


def test_take_a_request_by_keyboard_alone(opened: Browser, address: str) -> None:
    with visitor(opened, address) as one:
        assert take_a_request_by_keyboard(one, "CPC-933", "4/1") <= 22
        assert one.page.locator("h1").inner_text() == "Dates for CPC-933"
        assert one.page.evaluate("document.activeElement.tagName") == "H1"
        assert one.faults == []


@pytest.mark.slow
def test_every_page_passes_axe_and_fits_320_pixels(opened: Browser, address: str, axe: str) -> None:
    with visitor(opened, address, axe=axe, width=320) as one:
        wide = []
        for path in PATHS:
            one.go(path)
            if one.page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(path)
        assert (one.faults, wide) == ([], [])
