"""Screenshots of the pages that plan a month, in ``docs/pictures/pages``, taken with the journeys of the tests."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from api.app import create_app
from api.settings import Settings
from tests.api.pages.browsing import browser, served, visitor
from tests.api.pages.pictures import NOW, TARGET
from tests.api.pages.plan_journeys import plan, publish, tick_off
from tests.api.support.builders import Clock


def take(target: Path = TARGET, *, seconds: int = 20) -> list[str]:
    """Take every picture; return what the browser says is wrong. Each plan has at most these ``seconds``."""
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        clock = Clock()
        clock.now = NOW
        database = f"sqlite:///{folder}/diary.db"
        settings = Settings(
            database_url=database, data=Path(folder), calendar_minutes=0, plan_seconds=seconds, demo=True, plan_processes=1
        )
        with served(create_app(settings, clock)) as address, browser() as opened, visitor(opened, address) as one:

            def met(name: str) -> None:
                one.page.screenshot(path=target / f"{name}.png", full_page=True)

            one.go("/repairs/new")
            met("repair-new")
            plan(one, "January 2027", met)
            publish(one, met)
            tick_off(one, met)
            one.go("/plans")
            met("plans")
            return one.faults


if __name__ == "__main__":
    for fault in take():
        print(fault)
