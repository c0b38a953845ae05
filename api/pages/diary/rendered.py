"""The latest rendered pages of the diary: each is sent again until the diary, or the day, changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from api.database.session import Store

MOST_PAGES = 64
"""The number of pages stored: those that a service's people have open, at some 50 kB each."""


@dataclass(frozen=True)
class RenderedPage:
    """The text of a page, and the version of the diary that it shows."""

    version: int
    html: bytes


@dataclass(frozen=True)
class RenderedPages:
    """The pages of one service, by what they depend on beside the diary: the address, its query, and the day."""

    pages: OrderedDict[Hashable, RenderedPage] = field(default_factory=OrderedDict)

    async def get(self, store: Store, key: Hashable, render: Callable[[], RenderedPage]) -> bytes:
        """Return the page of a key, rendered from the current diary if the stored one is older."""
        version = store.version() if store.is_sqlite else await run_in_threadpool(store.version)
        found = self.pages.get(key)
        if found is None or found.version != version:
            found = self.pages[key] = await run_in_threadpool(render)
        self.pages.move_to_end(key)
        if len(self.pages) > MOST_PAGES:
            self.pages.popitem(last=False)
        return found.html
