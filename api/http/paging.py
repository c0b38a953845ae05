"""Lists in pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import BaseModel, create_model

MAX_ITEMS = 500
Item = TypeVar("Item")

After = Annotated[int, Query(ge=0, le=2**31 - 1, description="The place to start after: the `next` of the previous page.")]
AfterId = Annotated[str | None, Query(description="The id to start after: the `next` of the previous page.")]
Most = Annotated[int, Query(ge=1, le=MAX_ITEMS, description="The maximum number of items.")]


def page_of(rows: Sequence[Item], most: int, shown: Callable[[Item], Any], place: Callable[[Item], int | str]) -> dict[str, Any]:
    """Return a page of at most ``most`` items.

    ``rows`` has one item more if there is a next page. ``shown`` returns an item as it appears in the page, and ``place``
    its place in the list.
    """
    page = rows[:most]
    return {"items": [shown(item) for item in page], "next": place(page[-1]) if len(rows) > most else None}


def page_model(model: type[BaseModel]) -> type[BaseModel]:
    """Return the model of a page of a list. ``next`` is the place after which the next page begins, or null on the last page."""
    fields: Any = {"items": (list[model], ...), "next": (int | None, None)}  # type: ignore[valid-type]  # known as it runs
    page: type[BaseModel] = create_model(f"{model.__name__}Page", __doc__=page_model.__doc__, **fields)
    return page
