"""Lists in pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, create_model

MOST = 500

After = Annotated[int, Query(ge=0, le=2**31 - 1, description="Go on after this place: the `next` of the page before.")]
Most = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]


def page_model(model: type[BaseModel]) -> type[BaseModel]:
    """A page of a list; ``next`` is where the following one begins, null on the last."""
    fields: Any = {"items": (list[model], ...), "next": (int | None, None)}  # type: ignore[valid-type]  # known as it runs
    page: type[BaseModel] = create_model(f"{model.__name__}Page", __doc__=page_model.__doc__, **fields)
    return page
