"""Templates: pages are rendered with autoescape, and sent with headers that let a browser load nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, PrefixLoader, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.clock import local_day
from api.http.resources import page_path
from api.http.state import now_of
from api.pages import csrf
from api.pages.forms import NO_PROBLEMS, Problems
from api.pages.static_files import asset_path
from scheduler.wording import count_of

NAME = "Conference planner"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""A page may load the service's own files only, and no browser stores it."""
NAVIGATION = (
    ("Today", "/today"),
    ("Diary", "/diary"),
    ("Requests", "/requests"),
    ("Plans", "/plans"),
    ("People and rooms", "/people"),
    ("What-if", "/what-if"),
    ("Reports", "/reports"),
    ("Data", "/import"),
    ("Settings", "/settings"),
)
FOOTER = (("Accessibility", "/accessibility"), ("Cookies", "/cookies"), ("Privacy", "/privacy"))


def cell_of(label: str) -> Markup:
    """Return the attributes of a table's cell: on a narrow screen, where rows become blocks, it begins with its label."""
    return Markup('role="cell" data-label="{}"').format(label) if label else Markup('role="cell"')


ENVIRONMENT = Environment(
    loader=PrefixLoader(
        {
            "pages": PackageLoader("api.pages", "templates"),
            "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
        }
    ),
    autoescape=select_autoescape(default=True, default_for_string=True),
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.globals |= {"href": page_path, "asset": asset_path, "count_of": count_of, "cell_of": cell_of}


def page(
    request: Request,
    template: str,
    title: str,
    *,
    active: str = "",
    problems: Problems = NO_PROBLEMS,
    status: int = 200,
    **values: Any,
) -> Response:
    """Return a page as a response. ``active`` is the address of the part of the menu that it belongs to."""
    whole = f"{'Error: ' if problems else ''}{title} – {NAME}"
    html = ENVIRONMENT.get_template(f"pages/{template}").render(
        page_title=whole,
        heading=title,
        menu=[{"text": text, "href": page_path(path), "active": path == active} for text, path in NAVIGATION],
        footer_links=[{"text": text, "href": page_path(path)} for text, path in FOOTER],
        is_demo=request.app.state.settings.demo,
        service=getattr(request.state, "service_name", ""),
        today=local_day(now_of(request)),
        problems=problems,
        csrf=_csrf_field(request),
        **values,
    )
    response = HTMLResponse(html, problems.status if problems else status, headers=HEADERS)
    csrf.send_cookie(request, response)
    return response


def redirect(path: str) -> Response:
    """Return the response that sends a browser to another page after a form, so that a reload sends nothing twice."""
    return RedirectResponse(page_path(path), 303, headers={"Cache-Control": "no-store"})


def _csrf_field(request: Request) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, csrf.token_of(request))
