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


def ask_what_if(one: Visitor, met: Met = ignore) -> str:
    """Ask what would be if an office closed or one more chair joined; return the address of the comparison."""
    page = one.page
    one.go("/what-if")
    met("what-if-none")
    one.follow("And if an office closes?")
    page.get_by_label("First day").fill("4/1/2027")
    page.get_by_label("Last day").fill("31/1/2027")
    one.press("Compare")
    met("what-if-wrong")
    page.get_by_label("Who or where").first.select_option("Wycombe")
    page.get_by_label("What changes").nth(1).select_option("One CPA more")
    page.get_by_label("What changes").nth(2).select_option("Fridays are allowed")
    one.press("Add a change")
    page.get_by_label("What changes").nth(3).select_option("Another caseload cap")
    page.get_by_label("Number or time").nth(3).fill("95")
    met("what-if-new")
    one.press("Compare")
    met("what-if-progress")
    return page.url.removeprefix(one.address)


def wait_for_comparison(one: Visitor, path: str, seconds: int = 300) -> None:
    """Wait until a comparison is done, and open it."""
    for _ in range(seconds):
        if "data-refresh" not in one.page.request.get(f"{one.address}{path}").text():
            break
        one.page.wait_for_timeout(1000)
    one.go(path)


def read_reports(one: Visitor, met: Met = ignore) -> list[str]:
    """Open each report by its link; return the headings."""
    headings = []
    one.go("/reports")
    for link in ("By month", "By week", "Caseloads", "Rooms", "Moves", "Annual report"):
        one.follow(link)
        headings.append(one.page.locator("h1").inner_text().partition(":")[0])
        met(one.page.url.removeprefix(f"{one.address}/").replace("/", "-"))
    return headings
