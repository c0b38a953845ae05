"""What a manager does on the pages, step by step. The tests run these, and so does ``manager_pictures.py``."""

from __future__ import annotations

from pathlib import Path

from tests.api.pages.browsing import Visitor
from tests.api.pages.journeys import Met, ignore


def bring_data(one: Visitor, faulty: Path, corrected: Path, met: Met = ignore) -> str:
    """Bring a workbook with faults into an empty diary, correct it, and save it; return the heading at the end."""
    one.go("/today")
    met("today-empty")
    one.press("Bring your data")
    met("import")
    one.page.get_by_label("Your workbook").set_input_files(faulty)
    one.press("Check the file")
    met("import-faults")
    one.page.get_by_label("The corrected file").set_input_files(corrected)
    one.press("Check it again")
    met("import-preview")
    with one.page.expect_navigation():
        one.page.locator("main button[type=submit]").first.click()
    one.judge()
    met("import-saved")
    return one.page.locator("h1").inner_text()


def enter_by_hand(one: Visitor, met: Met = ignore) -> None:
    """Enter an office, a room and a chair by keyboard alone."""
    one.go("/start")
    met("start-empty")
    for first, typed, button in (
        ("site_id", ("AYL", "Aylesbury"), "Add the office"),
        ("room_site", ("A", "AYL-1", "Room 1"), "Add the room"),
        ("chair_id", ("C1", "Advisor 1"), "Add the CPA"),
    ):
        one.page.locator(f"#{first}").focus()
        for text in typed:
            one.page.keyboard.type(text)
            one.page.keyboard.press("Tab")
        one.page.get_by_role("button", name=button).focus()
        with one.page.expect_navigation():
            one.page.keyboard.press("Enter")
        one.judge()
    met("start")
