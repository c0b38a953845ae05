"""What people do on the pages, step by step. The tests run these, and so does ``make pictures``."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.pages.browsing import Visitor

Met = Callable[[str], None]
"""Called with the name of each state that a journey meets, when its page is open."""


def ignore(_: str) -> None:
    """Do nothing with a state."""


def take_a_request(one: Visitor, reference: str, trigger: str, met: Met = ignore) -> str:
    """Take a request on the phone and book its first date; return what is read out to the caller."""
    one.go("/today")
    one.follow("Take a request")
    met("request-empty")
    one.press("Find dates")
    met("request-wrong")
    page = one.page
    page.get_by_label("Reference", exact=True).fill(reference)
    page.get_by_label("Strategy discussion held on").fill(trigger)
    page.get_by_label("Children", exact=True).fill("2")
    page.get_by_label("Of school age").fill("1")
    page.get_by_label("Wycombe").check()
    page.get_by_label("Social worker", exact=True).fill("12")
    one.press("Find dates")
    met("dates")
    with page.expect_navigation():
        page.locator("button:has-text('Book ')").first.click()
    one.judge()
    met("booked")
    return page.locator(".app-read-out").inner_text()


def take_a_request_by_keyboard(one: Visitor, reference: str, trigger: str) -> int:
    """Do the same without a mouse; return the number of keys until the dates are shown, by the count of the brief."""
    one.go("/requests/new")
    keyboard = one.page.keyboard
    digits = reference.removeprefix("CPC-")
    keys = 0
    for text in (digits, trigger, "2", "1"):
        keyboard.type(text)
        keyboard.press("Tab")
        keys += len(text) + 1
    for key in ("Space", "ArrowDown", "ArrowDown", "Tab", "Tab"):
        keyboard.press(key)
        keys += 1
    keyboard.type("12")
    with one.page.expect_navigation():
        keyboard.press("Enter")
    keys += 3
    one.judge()
    return keys


def cancel_a_date(one: Visitor, reference: str, met: Met = ignore) -> str:
    """Find a conference in the header, and cancel its date; return what is said of the slot that it leaves."""
    one.go("/today")
    one.page.get_by_label("Find a conference by reference or social worker").fill(reference)
    one.press("Find")
    met("conference")
    one.follow("Cancel")
    met("cancel")
    one.page.get_by_label("Reason").select_option("family asked")
    one.press("Cancel it")
    met("cancelled")
    return one.page.locator(".govuk-inset-text").inner_text()
