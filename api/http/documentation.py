"""The API's documentation as one page without scripts, from the OpenAPI document. It loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #0b0c0c; }
h2 { border-bottom: 2px solid #1d70b8; margin-top: 3rem; }
h3 { margin-top: 2rem; }
code, pre { font: 14px/1.4 ui-monospace, monospace; }
pre { background: #f3f2f1; overflow-x: auto; padding: 0.75rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding-top: 1rem; }
th, td { border-bottom: 1px solid #b1b4b6; padding: 0.25rem 1rem 0.25rem 0; text-align: left; vertical-align: top; }
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""What a browser may load for the page: the style in it, and nothing else."""


def install(app: FastAPI, path: str) -> None:
    """Serve the page of the app's OpenAPI document, which is beside it as ``openapi.json``."""
    cache: list[str] = []

    def cached_page() -> str:
        if not cache:
            cache.append(page(app.openapi()))
        return cache[0]

    async def documentation(_request: Request) -> HTMLResponse:
        return HTMLResponse(await run_in_threadpool(cached_page), headers=HEADERS)

    app.add_route(path, documentation, include_in_schema=False)


def page(document: dict[str, Any]) -> str:
    """Return an OpenAPI document as an HTML page: each operation by tag, then each schema."""
    info, tags = document["info"], _operations_by_tag(document)
    return "".join(
        [
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{_text(info["title"])}: API</title>',
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>',
            f"<h1>{_text(info['title'])}: API, version {_text(info['version'])}</h1><p>{_text(info.get('description', ''))}</p>",
            '<p>For programs: <a href="openapi.json">the OpenAPI document</a>.</p>',
            _list(f'<a href="#{_anchor("tag", tag)}">{_text(tag)}</a>' for tag in tags),
            '<p><a href="#schemas">Schemas</a></p>',
            *(_tag(tag, operations) for tag, operations in tags.items()),
            '<h2 id="schemas">Schemas</h2>',
            *(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())),
            "</body></html>",
        ]
    )


def _operations_by_tag(document: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    tags: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tags.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return tags


def _tag(tag: str, operations: Iterable[tuple[str, str, dict[str, Any]]]) -> str:
    return f'<h2 id="{_anchor("tag", tag)}">{_text(tag)}</h2>' + "".join(_operation(*one) for one in operations)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [
        f'<h3 id="{_anchor(method, path)}">{_text(operation["summary"])}</h3><p><code>{method} {_text(path)}</code></p>',
        f"<p>{_text(operation.get('description', ''))}</p>",
        _table("Parameters", map(_parameter, operation.get("parameters", []))),
    ]
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<p>Body: <code>{_text(media_type)}</code>, {_type(media.get('schema', {}))}</p>")
        parts.extend(f"<pre>{_text(_example(example))}</pre>" for example in _examples(media))
    parts.append(_table("Answers", (row for status, answer in operation["responses"].items() for row in _answer(status, answer))))
    return "".join(parts)


def _parameter(parameter: dict[str, Any]) -> tuple[str, ...]:
    need = "required" if parameter.get("required") else "optional"
    name = f"<code>{_text(parameter['name'])}</code>"
    return name, _text(parameter["in"]), need, _type(parameter["schema"]), _text(parameter.get("description", ""))


def _answer(status: str, answer: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for media_type, media in (answer.get("content") or {"": {}}).items():
        yield _text(status), f"<code>{_text(media_type)}</code>", _type(media.get("schema", {})), _text(answer["description"])


def _examples(media: dict[str, Any]) -> list[Any]:
    return [media["example"]] if "example" in media else [one["value"] for one in media.get("examples", {}).values()]


def _example(example: Any) -> str:
    return example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    fields = (_field(field, value, field in required) for field, value in schema.get("properties", {}).items())
    kind = "" if "properties" in schema else f"<p>{_type(schema)}</p>"
    title = f'<h3 id="{_anchor("schema", name)}">{_text(name)}</h3><p>{_text(schema.get("description", ""))}</p>'
    return title + kind + _table("Fields", fields)


def _field(name: str, schema: dict[str, Any], is_required: bool) -> tuple[str, ...]:
    default = f"default {json.dumps(schema['default'], ensure_ascii=False)}" if "default" in schema else "optional"
    need = "required" if is_required else _text(default)
    return f"<code>{_text(name)}</code>", need, _type(schema), _text(schema.get("description", ""))


def _type(schema: dict[str, Any]) -> str:
    """Return a schema in words, with a link to each schema that it refers to."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{_anchor("schema", name)}">{_text(name)}</a>'
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return " or ".join(map(_type, schema[choice]))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"<code>{_text(json.dumps(value))}</code>" for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    limits = [f"{word} {schema[key]}" for key, word in LIMITS if key in schema]
    return _text(", ".join([str(schema.get("format") or schema.get("type") or "any value"), *limits]))


LIMITS = (("minimum", "at least"), ("maximum", "at most"), ("minLength", "length at least"), ("maxLength", "length at most"))
"""Limits in a schema, each with the words before its number."""


def _table(caption: str, rows: Iterable[tuple[str, ...]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return body and f"<table><caption>{caption}</caption>{body}</table>"


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _anchor(kind: str, name: str) -> str:
    return escape(f"{kind}-{name}".replace("/", "-").replace(" ", "-"))


def _text(text: object) -> str:
    return escape(str(text))
