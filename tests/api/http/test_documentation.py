from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from api.http.documentation import page

PATH = "/api/v1/docs"


class Page(HTMLParser):
    """The tags of a page, the ids and links in it, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.loaded: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links |= {given["href"] or ""} if "href" in given else set()
        self.loaded += [value or "" for name, value in attrs if name in ("src", "srcset", "data", "action", "background")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_loads_nothing(client: TestClient) -> None:
    response = client.get(PATH)
    result = Page(response.text)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert result.tags & {"script", "link", "img", "iframe", "object", "form", "base"} == set()
    assert result.loaded == []
    assert re.findall(r"https?://|url\(|@import", re.sub(r"<pre>.*?</pre>", "", response.text, flags=re.DOTALL)) == []
    assert {link for link in result.links if not link.startswith("#")} == {"openapi.json"}


def test_the_policy_allows_its_style_and_nothing_else(client: TestClient) -> None:
    response = client.get(PATH)
    (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert response.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert response.headers["x-content-type-options"] == "nosniff"


def test_every_operation_and_schema_is_on_the_page(client: TestClient, app: FastAPI) -> None:
    result, document = Page(client.get(PATH).text), app.openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in result.text
            assert operation["summary"] in result.text
    assert {f"schema-{name}" for name in document["components"]["schemas"]} <= set(result.ids)
    assert len(result.ids) == len(set(result.ids))
    assert {link[1:] for link in result.links if link.startswith("#")} <= set(result.ids)


def test_texts_are_escaped() -> None:
    operation: dict[str, Any] = {
        "tags": ["<b>"],
        "summary": "<script>",
        "parameters": [{"name": "<i>", "in": "query", "schema": {"type": "string", "maxLength": 5}}],
        "responses": {"200": {"description": "a & b", "content": {"text/plain": {"schema": {"enum": ["<u>"]}}}}},
    }
    document = {
        "info": {"title": "<title>", "version": "1"},
        "paths": {"/<path>": {"get": operation}},
        "components": {"schemas": {"One": {"properties": {"two": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}}},
    }
    html = page(document)
    assert not any(f"<{name}>" in html for name in ("b", "script", "i", "u", "path"))
    assert "<td>string, length at most 5</td>" in html
    assert "<td>integer or null</td>" in html
    assert "a &amp; b" in html
