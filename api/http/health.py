"""Health checks of the process and the database."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from api.database.session import version_of
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.transaction import Reading

router = APIRouter(tags=["health"], dependencies=[needs(Permission.NOTHING)], responses=ERRORS)


class Health(BaseModel):
    """The service's health. ``diary`` is the number of writes so far, absent if the database was not queried."""

    status: str
    diary: int | None = None


@router.get("/health", summary="Check that the process runs")
def health() -> Health:
    """Return without a query of the database."""
    return Health(status="ok")


@router.get("/ready", summary="Check that the database answers")
def ready(connection: Reading) -> Health:
    """Query the database, and return the number of writes so far."""
    return Health(status="ok", diary=version_of(connection))
