"""Forms as a browser sends them, with a ``TestClient``, and pages as a strict parser reads them."""

from __future__ import annotations

import re
from typing import Any

import html5lib
from starlette.testclient import TestClient

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
WRONG_ORDER = "The last day, {}, is before the first, {}. Enter the same day or a later one, with its year if it is in the next."
FORM = "application/x-www-form-urlencoded"


def read(client: TestClient, path: str, status: int = 200) -> str:
    """Return a page, which must be valid HTML and have the marking and the headers of every page."""
    return checked(client.get(path, headers={"Accept": "text/html"}), status)


def send(client: TestClient, path: str, status: int = 200, *, from_page: str = "", **fields: str) -> str:
    """Fill in the form of a page and send it; return the page that follows."""
    token = TOKEN.search(client.get(from_page or path).text)
    assert token is not None, f"{from_page or path} has no form"
    return checked(client.post(path, data={"form_token": token[1], **fields}), status)


def checked(response: Any, status: int) -> str:
    """Return the text of a page's response. Fail unless it is such a page as every one must be."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert policy.startswith("default-src 'none'")
    text: str = response.text
    html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert "OFFICIAL-SENSITIVE" in text
    assert not re.search(r' style=| on[a-z]+="|<style|<script>|(?:src|href)="(?:https?:)?//', text)
    return text


def texts(page: str, tag: str) -> list[str]:
    """Return the text of each element of a kind, with single spaces."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [" ".join("".join(element.itertext()).split()) for element in tree.iter(tag)]


def problems(page: str) -> list[str]:
    """Return the sentences of a page's error summary."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    summary = next(one for one in tree.iter("ul") if "govuk-error-summary__list" in one.get("class", ""))
    return [" ".join("".join(element.itertext()).split()) for element in summary.iter("li")]


def rows(page: str) -> list[list[str]]:
    """Return the cells of each row of a page's tables, without the headings."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = []
    for body in tree.iter("tbody"):
        for row in body.iter("tr"):
            found.append([" ".join("".join(cell.itertext()).split()) for cell in row])
    return found


def upload(client: TestClient, path: str, status: int, *files: tuple[str, bytes], **fields: str) -> str:
    """Choose files on a page and send its form; return the page that follows."""
    token = TOKEN.search(client.get(path).text)
    assert token is not None
    chosen = [("file", file) for file in files] or [("file", ("", b""))]
    return checked(client.post(path, data={"form_token": token[1], **fields}, files=chosen), status)


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page, which its form sends again."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return {one.get("name"): one.get("value") for one in tree.iter("input") if one.get("type") == "hidden"}
