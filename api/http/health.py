"""Whether the service runs, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from api.database.session import version_of
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.transaction import Reading

router = APIRouter(tags=["health"], dependencies=[needs(Permission.NOTHING)], responses=ERRORS)


class Health(BaseModel):
    """``diary`` counts the writes so far; absent where the database was not asked."""

    status: str
    diary: int | None = None


@router.get("/health", summary="Whether the process runs")
def health() -> Health:
    """Answer."""
    return Health(status="ok")


@router.get("/ready", summary="Whether the database answers")
def ready(connection: Reading) -> Health:
    """Answer, having asked the database."""
    return Health(status="ok", diary=version_of(connection))
