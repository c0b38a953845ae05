"""What people do on the pages of people and rooms, step by step. The tests run these, and so does ``people_pictures.py``."""

from __future__ import annotations

from urllib.request import urlopen

from tests.api.pages.browsing import Visitor
from tests.api.pages.journeys import Met, ignore


def subscribe(one: Visitor, name: str, met: Met = ignore) -> str:
    """Make a calendar link for somebody, and fetch it as a calendar program does; return the calendar."""
    one.go("/people")
    met("people")
    one.follow(name)
    met("person")
    one.follow("Make a link")
    one.press("Make a link")
    met("calendar-link")
    address = one.page.locator("#link").inner_text()
    with urlopen(address, timeout=30) as response:
        assert response.headers["content-type"] == "text/calendar; charset=utf-8"
        calendar: str = response.read().decode()
    one.follow("I have copied it: go to all calendar links")
    met("calendar-links")
    return calendar


def subscribe_by_keyboard(one: Visitor, name: str) -> str:
    """Make a calendar link without a mouse; return the address that is shown."""
    one.go("/calendar-links")
    one.page.get_by_label("Whose conferences it shows").focus()
    one.page.keyboard.type(name)
    for key in ("Tab", "Tab"):
        one.page.keyboard.press(key)
    with one.page.expect_navigation():
        one.page.keyboard.press("Enter")
    one.judge()
    return one.page.locator("#link").inner_text()


def enter_an_absence(one: Visitor, who: str, first: str, last: str, met: Met = ignore) -> str:
    """Enter an absence, with an error on the way; return what is said of the bookings on its days."""
    one.go("/people")
    one.press("Enter an absence")
    one.page.get_by_label("Who is away, or which room is closed").select_option(label=who)
    one.press("Enter it")
    met("absence-wrong")
    one.page.get_by_label("First day").fill(first)
    one.page.get_by_label("Last day").fill(last)
    one.press("Enter it")
    met("absence")
    said = one.page.locator("main").inner_text()
    one.press("Remove it again")
    return said


def change_a_room(one: Visitor, name: str, met: Met = ignore) -> None:
    """Change when a room is equipped for hybrid conferences."""
    one.go("/rooms")
    met("rooms")
    one.follow(name)
    met("room")
    one.press("Change the details")
    one.page.get_by_label("Equipped for hybrid conferences from").fill("soon")
    one.press("Save")
    met("room-wrong")
    one.page.get_by_label("Equipped for hybrid conferences from").fill("1/3/2027")
    one.press("Save")
