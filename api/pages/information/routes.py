"""Pages about the pages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.permissions import Permission, needs
from api.pages.rendering import page
from api.pages.routing import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_open = needs(Permission.NOTHING)


@router.get("/accessibility", dependencies=[_open])
def accessibility(request: Request) -> Response:
    """Show what is accessible, and what is not yet."""
    return page(request, "accessibility.html", "Accessibility", contact=_contact(request))


@router.get("/cookies", dependencies=[_open])
def cookies(request: Request) -> Response:
    """Show which cookies there are."""
    return page(request, "cookies.html", "Cookies")


@router.get("/privacy", dependencies=[_open])
def privacy(request: Request) -> Response:
    """Show what is stored of whom."""
    days = request.app.state.settings.whatif_days
    return page(request, "privacy.html", "Privacy", contact=_contact(request), whatif_days=days)


def _contact(request: Request) -> str:
    contact: str = request.app.state.settings.contact
    return contact
