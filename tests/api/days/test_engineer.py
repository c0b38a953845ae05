"""A day of an IT engineer: the service is restarted, backed up and restored, put behind a proxy, and loses its database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from api.backup.commands import back_up_diary, restore_diary
from api.database.session import Store
from api.settings import Settings
from tests.api.days.comparison import assert_as_the_log_says
from tests.api.days.office import ALLOWED, QUARTER, book, first_week, initial, set_up
from tests.api.days.recording import API, Recorder
from tests.api.support.builders import Clock
from tests.api.support.databases import slow_on_postgresql

PREFIX = "/planner"


@dataclass
class Machine:
    """The machine that runs the service: it starts and stops it, with settings that change."""

    settings: Settings
    clock: Clock
    running: ExitStack = field(default_factory=ExitStack)

    def start(self, **changes: Any) -> TestClient:
        """Stop the service if it runs, and start it with changed settings."""
        self.stop()
        self.settings = replace(self.settings, **changes)
        return self.running.enter_context(TestClient(create_app(self.settings, self.clock)))

    def stop(self) -> None:
        """Stop the service."""
        self.running.close()
        self.running = ExitStack()

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """Keep the service from writing, as another program does that holds the database locked."""
        store = Store(self.settings.url)
        with store.writing():
            yield
        store.close()


@slow_on_postgresql
def test_a_day_of_an_engineer(settings: Settings, clock: Clock, tmp_path: Path) -> None:
    machine = Machine(replace(settings, database_wait=0), clock)
    user = Recorder(machine.start(), clock)
    set_up(user)
    first_week(user)
    for of, subject in (("service", None), ("chair", "C1"), ("room", "AYL-1")):
        user.subscribe(of, subject)
    before = len(user.log)
    user.on("2027-01-12", "08:00")
    _sends_twice(user, machine)
    _stands_behind_a_proxy(user, machine)
    _loses_the_database(user, machine)
    assert_as_the_log_says(user, *QUARTER)
    calls = len(user.log) - before
    _restores(user, machine, tmp_path / "diary.backup")
    assert_as_the_log_says(user, *QUARTER)
    _works_on(user)
    assert 40 <= calls + len(user.log) - before <= 140
    assert_as_the_log_says(user, *QUARTER)
    machine.stop()


def _sends_twice(user: Recorder, machine: Machine) -> None:
    """A client repeats what it has sent, since it got no answer: nothing is done twice, not even after a restart."""
    assert [user.client.get(path).status_code for path in ("/health", "/ready")] == [200, 200]
    new = initial("CPC-601", trigger="2027-01-11", requested="2027-01-12")
    for _ in range(3):
        user.send("POST", "conferences", new, expect=201, headers={"idempotency-key": "601"})
    user.send("POST", "conferences", new | {"children": 3}, expect=422, headers={"idempotency-key": "601"})
    user.send("POST", "conferences", new, expect=409)
    body = {"conference": "CPC-601", "start": "2027-01-20T10:00", "room": "AYL-1", "chair": "C3", "minute_taker": "M2"}
    number = user.send("POST", "bookings", body, expect=201, headers={"idempotency-key": "602"}).json()["number"]
    user.client = machine.start()
    again = user.send("POST", "bookings", body, expect=201, headers={"idempotency-key": "602"})
    assert (again.json()["number"], again.headers["idempotency-replayed"]) == (number, "true")
    tag = user.etag(f"bookings/{number}/move")
    to = {"reason": "family asked", "start": "2027-01-21T10:00", "chair": "C1"}
    for _ in range(2):
        headers = {"idempotency-key": "603", "if-match": tag}
        user.send("POST", f"bookings/{number}/move", to, expect=201, headers=headers)
    user.send("POST", f"bookings/{number}/move", to, expect=412, headers={"if-match": tag})


def _stands_behind_a_proxy(user: Recorder, machine: Machine) -> None:
    """The proxy has the service below a path, compresses answers, and rewrites their ETags."""
    user.client = machine.start(public_address=f"https://testserver{PREFIX}")
    made = user.send("POST", "conferences", initial("CPC-602", site="WYC", requested="2027-01-11"), expect=201)
    assert made.headers["location"] == f"{PREFIX}{API}/conferences/CPC-602"
    booked = book(user, "CPC-602", "21T13:00", "WYC-1", "C2", "M3")
    tag = user.etag(f"bookings/{booked['number']}/cancel")
    suffixed = f'{tag[:-1]}-gzip"'
    user.act(f"bookings/{booked['number']}/move", {"reason": "no chair", "chair": "C4"}, expect=201, seen=f"W/{tag}")
    user.act(f"bookings/{booked['number']}/cancel", {"reason": "no chair"}, expect=412, seen=suffixed)
    number = user.get("conferences/CPC-602")["booking"]["number"]
    tag = user.etag(f"bookings/{number}/locks")
    user.change("PUT", f"bookings/{number}/locks", {"locks": ["time"]}, seen=f'"1.1", {tag[:-1]}-gzip"')
    user.edit("chairs/C2", caseload=65)
    tag = user.etag("chairs/C3")
    user.change("PUT", "chairs/C3", {"id": "C3", "base": "AMR", "fte": 0.6, "caseload": 51}, seen=f"W/{tag}")
    for path in ("/health", "/ready", f"{API}/bookings", f"{API}/reports/rooms?first=2027-01-01&last=2027-01-31"):
        answers = user.client.get(path), user.client.head(path)
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[1].content == b""
    for link in user.links.values():
        tag = user.client.get(link).headers["etag"]
        assert user.client.get(link, headers={"if-none-match": f"W/{tag}"}).status_code == 304
    user.send("POST", "sites", {"id": "XXX"}, expect=403, headers={"origin": "https://elsewhere.example"})
    user.send("POST", "sites", {"id": "XXX"}, expect=421, headers={"host": "elsewhere.example"})
    user.client = machine.start(public_address="")


def _loses_the_database(user: Recorder, machine: Machine) -> None:
    """Another program locks the database: each change is refused, and sent again when it is back."""
    user.on("2027-01-12", "12:00")
    number = user.get("conferences/CPC-106")["booking"]["number"]
    tag = user.etag(f"bookings/{number}/cancel")
    new = initial("CPC-603", requested="2027-01-12", mode="virtual")
    changes: tuple[tuple[str, str, dict[str, Any], dict[str, str], int], ...] = (
        ("POST", "conferences", new, {"idempotency-key": "604"}, 201),
        ("POST", f"bookings/{number}/cancel", {"reason": "report missing"}, {"if-match": tag, "idempotency-key": "605"}, 200),
        ("POST", "absences", {"chair": "C4", "first": "2027-01-21", "last": "2027-01-21"}, {}, 201),
        ("POST", "apart", {"pair": ["CPC-601", "CPC-101"]}, {"idempotency-key": "606"}, 201),
    )
    with machine.locked_database():
        for method, path, body, headers, _ in changes:
            refused = user.send(method, path, body, expect=503, headers=headers)
            assert refused.headers["retry-after"] == "5"
        assert [user.client.get(path).status_code for path in ("/health", "/ready")] == [200, 200]
    for method, path, body, headers, status in changes:
        user.send(method, path, body, expect=status, headers=headers)
    assert [one["rule"] for one in user.get("conflicts")["items"]] == ["R3"]


def _restores(user: Recorder, machine: Machine, file: Path) -> None:
    """The diary is backed up while requests come in. Later it is restored: what was answered before the backup began is in it."""
    user.on("2027-01-12", "14:00")
    many = [f"CPC-7{n:02}" for n in range(12)]
    user.post("conferences", initial(many[0]))
    backup = threading.Thread(target=back_up_diary, args=(machine.settings, file))
    backup.start()
    ends = {}
    for name in many[1:]:
        user.post("conferences", initial(name))
        ends[name] = len(user.log)
    backup.join()
    user.on("2027-01-12", "15:00")
    user.act("conferences/CPC-700/cancel", {"reason": "no longer needed"})
    book(user, "CPC-711", "22T10:00", "AYL-1", "C1")
    machine.stop()
    restore_diary(machine.settings, file, user.clock.now)
    user.client = machine.start()
    found = {one["conference"]["id"] for one in user.client.get(f"{API}/conferences", params={"find": "CPC-7"}).json()["items"]}
    assert sorted(found) == many[: len(found)]
    assert found
    end = min(ends.values()) - 1 if len(found) == 1 else ends[many[len(found) - 1]]
    del user.log[end:]  # what came after is not in the diary that was restored


def _works_on(user: Recorder) -> None:
    """The diary is used again; what the backup lacks is entered once more."""
    user.on("2027-01-12", "16:00")
    user.send("POST", "conferences", initial("CPC-603"), expect=409)
    user.act("conferences/CPC-700/cancel", {"reason": "no longer needed"})
    user.post("conferences", initial("CPC-711"), expect=409 if len(user.get("conferences", find="CPC-711")["items"]) else 201)
    book(user, "CPC-711", "22T10:00", "AYL-1", "C1", expect=201)
    book(user, "CPC-603", "22T14:00", None, "C4", "M2")
    user.act("conferences/CPC-109/outcome", {"outcome": "plan continues", "held_on": "2027-01-12"}, expect=200)
    number = user.get("conferences/CPC-602")["booking"]["number"]
    user.act(f"bookings/{number}/move", {"reason": "no chair", "chair": "C2"}, expect=201)
    late = ALLOWED | {"reason": "report missing"}
    book(user, "CPC-106", "28T10:00", "AYL-1", "C1", exception=late)
    for name in ("timeliness", "caseloads", "reschedules"):
        user.get(f"reports/{name}", first="2027-01-01", last="2027-01-31")
