"""A client that records its calls: what was sent and when, and of each answer its status and the references that it gave.

The log is all that the oracle (``oracle/``) reads. It has no answer's content, with one exception: the schedule that a plan
proposes, which no rule decides, since several schedules may be equally good.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.testclient import TestClient

from tests.api.support.builders import Clock

API = "/api/v1"
PARENTS = ("bookings/", "conferences/", "feeds/")
"""Resources with actions below them: ``bookings/1/move`` changes ``bookings/1``."""


@dataclass(frozen=True)
class Call:
    """A request, and what its answer gave.

    ``means`` says what an uploaded file has in it, as JSON. ``numbers`` are the bookings that the answer named, by conference;
    ``following`` are the conferences that follow from outcomes, by the conference that was held. ``wrong`` are the places that a
    refusal named, ``number`` and ``id`` what was created, ``schedule`` what a plan proposes, ``imported`` what an import changed,
    left as it was, or left for somebody to decide.
    """

    at: dt.datetime
    method: str
    path: str
    query: Mapping[str, Any]
    body: Any
    key: str | None
    status: int
    means: Any = None
    wrong: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    following: Mapping[str, str | None] = field(default_factory=dict)
    number: int | None = None
    id: str | None = None
    schedule: Any = None
    imported: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def was_done(self) -> bool:
        """True if the request was carried out."""
        return self.status < 300


@dataclass
class Recorder:
    """A user at a desk. ``client`` may be replaced, for example when the service is restarted; ``links`` are calendars' paths."""

    client: TestClient
    clock: Clock
    log: list[Call] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        expect: int,
        content: tuple[bytes, str] | None = None,
        means: Any = None,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Any:
        """Send a request, record it, and return the answer. ``content`` is a file and its media type."""
        sent: dict[str, Any] = {} if body is None else {"json": body}
        all_headers = {**self.headers, **(headers or {})}
        if content is not None:
            sent, all_headers["content-type"] = {"content": content[0]}, content[1]
        answer = self.client.request(method, f"{API}/{path}", params=query, headers=all_headers, **sent)
        self.log.append(self._call(method, path, query, body, means, all_headers.get("idempotency-key"), answer))
        assert answer.status_code == expect, f"{method} {path} {body}: {answer.status_code}, not {expect}\n{answer.text[:3000]}"
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """Return what a path shows, as JSON."""
        return self.send("GET", path, expect=200, **query).json()

    def post(self, path: str, body: Any = None, *, expect: int = 201, **more: Any) -> Any:
        """Create something, and return the answer as JSON."""
        return self.send("POST", path, body, expect=expect, **more).json()

    def change(self, method: str, path: str, body: Any = None, *, expect: int = 200, seen: str | None = None, **more: Any) -> Any:
        """Change something that the user has seen: by default its current version, which is read first."""
        tag = seen or self.etag(path)
        answer = self.send(method, path, body, expect=expect, headers={"if-match": tag}, **more)
        return answer.json() if answer.content else None

    def act(self, path: str, body: Any = None, *, expect: int = 200, **more: Any) -> Any:
        """Let something happen to a conference or booking, which is read first: ``bookings/1/move``."""
        return self.change("POST", path, body, expect=expect, **more)

    def edit(self, path: str, expect: int = 200, **fields: Any) -> Any:
        """Change fields of an item, as a person does who has it on the screen."""
        seen = self.send("GET", path, expect=200)
        value = seen.json().get("conference", seen.json())
        return self.change("PUT", path, value | fields, expect=expect, seen=seen.headers["etag"])

    def etag(self, path: str) -> str:
        """Read a resource, and return its ETag."""
        shown = path.rsplit("/", 1)[0] if path.startswith(PARENTS) and path.count("/") > 1 else path
        shown = path if path.endswith("late-reason") else shown
        found: str = self.send("GET", shown, expect=200).headers["etag"]
        return found

    def on(self, day: str, time: str = "09:00") -> None:
        """Set the clock, in UTC."""
        self.clock.now = dt.datetime.fromisoformat(f"{day}T{time}+00:00")

    def subscribe(self, of: str, subject: str | None = None) -> None:
        """Create a calendar, and remember its link, which is shown only once."""
        made = self.post("feeds", {"of": of} if subject is None else {"of": of, "subject": subject})
        self.links[made["id"]] = f"/calendars/{made['links']['secret']}.ics"

    def minutes_later(self, minutes: int) -> None:
        """Let some minutes pass."""
        self.clock.forward(minutes=minutes)

    def _call(
        self, method: str, path: str, query: Mapping[str, Any], body: Any, means: Any, key: str | None, answer: Any
    ) -> Call:
        given: dict[str, Any] = {}
        if "json" in answer.headers.get("content-type", "") and answer.content:
            found = json.loads(answer.content)
            given = _given(found) if answer.status_code < 300 else {"wrong": _wrong(found)}
            if path.startswith("plans/") and path.endswith("/schedule") and answer.status_code == 200:
                given["schedule"] = found
        at = self.clock.now
        return Call(at, method, path, query, body, key, answer.status_code, means, **given)


def _given(found: Any) -> dict[str, Any]:
    """Return the references in an answer."""
    pairs = [
        (str(one["conference"]), one["number"])
        for one in _objects(found)
        if "number" in one and one.get("active", True) and isinstance(one.get("conference"), str)
    ]
    following = {
        one["conference"]["conference"]["id"]: one["next"] and one["next"]["conference"]["id"]
        for one in _objects(found)
        if "next" in one and isinstance(one.get("conference"), dict)
    }
    whole = found if isinstance(found, dict) else {}
    return {
        "numbers": dict(pairs),
        "following": following,
        "number": whole.get("number"),
        "id": whole.get("id") if isinstance(whole.get("id"), str) else None,
        "imported": _imported(whole) if "undecided" in whole else {},
    }


def _imported(found: Any) -> dict[str, list[str]]:
    fields = {
        name: {"/".join(filter(None, (one["item"], one["field"]))) for one in found[name]} for name in ("fields", "conflicts")
    }
    undecided = {one["conference"] for one in found["undecided"]}
    return {"conflicts": sorted(fields["conflicts"]), "undecided": sorted(undecided), "changed": sorted(fields["fields"])}


def _wrong(found: Any) -> tuple[str, ...]:
    return tuple(sorted({error["where"] for error in found.get("errors", ())}))


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _objects(inner)
