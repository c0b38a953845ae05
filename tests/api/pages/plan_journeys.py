"""How business support plans a month on the pages, step by step. The tests run this, and so does ``plan_pictures.py``."""

from __future__ import annotations

import re

from tests.api.pages.browsing import Visitor
from tests.api.pages.journeys import Met, ignore

SECONDS = 90


def plan(one: Visitor, month: str, met: Met = ignore) -> None:
    """Plan a month, and wait for its draft: live with scripts, or by the link without."""
    one.go("/plans")
    one.follow(f"Plan {month}")
    met("plan-new")
    one.press("Start planning")
    met("plan-progress")
    wait(one)
    met("plan-result")


def wait(one: Visitor) -> None:
    """Wait until a plan has its result, as a person does."""
    page = one.page
    for _ in range(SECONDS * 2):
        if page.get_by_role("link", name="Refresh to see how far it is").count() and page.locator("#refresh").is_visible():
            page.wait_for_timeout(500)
            page.reload()
        elif page.get_by_role("button", name="See what changes").count():
            break
        else:
            page.wait_for_timeout(500)
    one.judge()


def publish(one: Visitor, met: Met = ignore) -> str:
    """See what a draft changes, allow each late one, and publish it; return the heading of the page that follows."""
    page = one.page
    with page.expect_navigation():
        page.get_by_role("button", name="See what changes").click()
    one.judge()
    met("plan-changes")
    for choice in page.locator("select[name^=reason-]").all():
        choice.select_option("no room")
    for tick in page.locator("input[name^=safety-]").all():
        tick.check()
    for name, text in (("why", "agreed with the families"), ("by", "manager")):
        if page.locator(f"#{name}").count():
            page.locator(f"#{name}").fill(text)
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Publish ")).click()
    one.judge()
    met("calls")
    return page.locator("h1").inner_text()


def tick_off(one: Visitor, met: Met = ignore) -> None:
    """Tick off the first call by keyboard alone."""
    one.page.locator("input[name=rung]").first.focus()
    one.page.keyboard.press("Space")
    one.page.get_by_role("button", name="Save the ticks").focus()
    with one.page.expect_navigation():
        one.page.keyboard.press("Enter")
    one.judge()
    met("calls-ticked")
