"""Screenshots of the manager's pages in ``docs/pictures/pages``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import httpx2 as httpx
from openpyxl import load_workbook
from playwright.sync_api import Browser

from api.app import create_app
from api.settings import Settings
from tests.api.pages.browsing import Visitor, served, visitor
from tests.api.pages.manager_journeys import ask_what_if, bring_data, enter_by_hand, read_reports, wait_for_comparison
from tests.api.support.builders import Clock
from tests.paths import FIXTURES

FIXTURE = FIXTURES / "january-2027.xlsx"


def with_faults(folder: Path) -> Path:
    """Return the example month with three faults, as people make them."""
    book: Any = load_workbook(FIXTURE)
    sheet = book["Conferences"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(14, columns["Length"]).value = "ninety"
    sheet.cell(20, columns["Site"]).value = "Wycombe"
    sheet.cell(31, columns["Of school age"]).value = 9
    book.save(folder / "January.xlsx")
    return folder / "January.xlsx"


def take_an_empty_diary(opened: Browser, target: Path) -> list[str]:
    """Take the pictures of an empty diary and of the ways into it; return the faults of its pages."""
    faults = []
    with TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/a.db", data=Path(folder), demo=False, calendar_minutes=0)
        by_hand = replace(settings, database_url=f"sqlite:///{folder}/b.db")
        with served(create_app(settings, Clock())) as address, visitor(opened, address) as one:
            bring_data(one, with_faults(Path(folder)), FIXTURE, lambda name: shoot(one.page, target, name))
            one.go("/export")
            shoot(one.page, target, "export")
            faults += one.faults
        with served(create_app(by_hand, Clock())) as address, visitor(opened, address) as one:
            enter_by_hand(one, lambda name: shoot(one.page, target, name))
            faults += one.faults
    return faults


def shoot(page: Any, target: Path, name: str) -> None:
    """Take a picture of a whole page."""
    page.screenshot(path=target / f"{name}.png", full_page=True)


def record_outcomes(address: str, until: str) -> None:
    """Record what came of each conference before a day, with a reason for each that was late, and move and cancel a few."""
    with httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client:
        days = {"first": "2027-01-04", "last": "2027-01-31", "most": 500}
        booked = [one for one in client.get("/bookings", params=days).json()["items"] if not one["held"]]
        for one in booked:
            if one["start"] < until:
                outcome = {"outcome": "plan continues" if "review" in (one["kind"] or "") else "plan made"}
                path = f"/conferences/{quote(one['conference'], safe='')}"
                seen = client.get(path).headers["etag"]
                client.post(f"{path}/outcome", json=outcome, headers={"If-Match": seen}).raise_for_status()
        for one, reason in zip([one for one in booked if one["start"] > until], ("family asked", "report missing"), strict=False):
            path = f"/bookings/{one['number']}"
            seen = client.get(path).headers["etag"]
            client.post(f"{path}/cancel", json={"reason": reason}, headers={"If-Match": seen}).raise_for_status()


def take_what_if(opened: Browser, target: Path, fill: Callable[[str], None]) -> list[str]:
    """Take the pictures of a comparison in a diary that ``fill`` fills; return the faults of its pages."""
    with TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/c.db", data=Path(folder), calendar_minutes=0, plan_seconds=60)
        with served(create_app(settings, Clock())) as address, visitor(opened, address) as one:
            fill(address)
            path = ask_what_if(one, lambda name: shoot(one.page, target, name))
            wait_for_comparison(one, path)
            shoot(one.page, target, "what-if")
            return one.faults


def take_reports(one: Visitor, target: Path) -> None:
    """Take the pictures of the reports."""
    record_outcomes(one.address, "2027-01-27")
    read_reports(one, lambda name: shoot(one.page, target, name))
