from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from api.app import create_app
from api.http.hosts import HostCheck, KnownHosts
from api.settings import Settings
from tests.api.support.databases import SqliteFiles

SITE = {"id": "CHE", "name": "Chesham"}
FORMS = ("text/plain", "TEXT/PLAIN; charset=utf-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")


@pytest.fixture
def local(sqlite_databases: SqliteFiles) -> Settings:
    """Settings of a service that listens on port 8000."""
    return Settings(database_url=sqlite_databases.migrated(), demo=False, plan_processes=0, calendar_minutes=0)


@pytest.fixture
def client(local: Settings) -> Iterator[TestClient]:
    public = replace(local, public_address="https://diary.example.org", allowed_hosts=("one.example.com", ".net", "10.0.0.0/8"))
    with TestClient(create_app(public), base_url="http://127.0.0.1:8000") as opened:
        yield opened


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "127.9.9.9:8000",
        "localhost:8000",
        "LocalHost.:8000",
        "[::1]:8000",
        "diary.example.org",
        "diary.example.org:8443",
        "one.example.com",
        "one.example.com:81",
        "any.name.net",
        "10.200.3.4:8000",
        "10.200.3.4",
    ],
)
def test_a_name_of_the_service_is_accepted(client: TestClient, host: str) -> None:
    assert client.get("/ready", headers={"host": host}).json() == {"status": "ok", "diary": 0}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example:8000",
        "localhost.evil.example:8000",
        "localhost",  # port 80
        "localhost:3000",
        "127.0.0.1:80",
        "[::2]:8000",
        "11.0.0.1:8000",
        "two.example.com",
        "evilnet",
        "evil.example@127.0.0.1:8000",
        "127.0.0.1:8000:1",
        "[::1",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/health", "/api/v1/sites", "/calendars/x.ics", "/api/v1/docs"])
def test_another_host_is_refused(client: TestClient, host: str, path: str) -> None:
    response = client.get(path, headers={"host": host})
    assert (response.status_code, response.headers["content-type"]) == (421, "application/problem+json")
    assert response.json() == {
        "type": "/problems/foreign-host",
        "title": "Misdirected Request",
        "status": 421,
        "detail": f"The Host header is '{host}', which is not a name of this service. Use the address that the service shows at "
        "its start, or its public address. To add a name, set CONFERENCES_ALLOWED_HOSTS.",
    }


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("127.0.0.1:8000", "http://localhost:8000"),
        ("127.0.0.1:8000", "https://diary.example.org"),  # a proxy that replaces the Host
        ("diary.example.org", "https://diary.example.org"),
        ("diary.example.org:8443", "https://diary.example.org:8443"),
        ("127.0.0.1:8000", "https://one.example.com"),
        ("10.1.2.3:8000", "http://10.1.2.3:8000"),
    ],
)
def test_a_page_of_the_service_is_accepted(client: TestClient, host: str, origin: str) -> None:
    assert client.post("/api/v1/sites", json=SITE, headers={"host": host, "origin": origin}).status_code == 201


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:3000",
        "http://127.0.0.1",
        "http://diary.example.org",
        "https://diary.example.org:9000",
        "http://10.1.2.3:8000",  # allowed as a Host only
        "file://",
        "chrome-extension://127.0.0.1:8000",
        "null",
        "",
    ],
)
def test_a_page_of_another_origin_is_refused(client: TestClient, origin: str) -> None:
    """Today's browsers send the Origin with every request that changes something, with or without a body."""
    for method, path in (("POST", "/api/v1/sites"), ("POST", "/api/v1/plans/P-1/cancel"), ("OPTIONS", "/api/v1/sites")):
        response = client.request(method, path, json=SITE, headers={"origin": origin})
        assert (response.status_code, response.headers["content-type"]) == (403, "application/problem+json")
        assert response.json() == {
            "type": "/problems/foreign-origin",
            "title": "Forbidden",
            "status": 403,
            "detail": f"The request comes from a page of '{origin}', which is not this service. Send it from a page of the "
            "service, or from a program. To add the page's host, set CONFERENCES_ALLOWED_HOSTS.",
        }
    assert client.get("/api/v1/sites").json()["items"] == []


@pytest.mark.parametrize("sent_as", FORMS)
def test_a_form_is_refused_before_its_body_is_read(client: TestClient, sent_as: str) -> None:
    for method, path in (("POST", "/api/v1/sites"), ("POST", "/api/v1/import"), ("PUT", "/api/v1/busy-calendars/C1/file")):
        response = client.request(method, path, content=b'{"id": "CHE"}', headers={"content-type": sent_as})
        assert (response.status_code, response.headers["content-type"]) == (415, "application/problem+json")
        assert response.json() == {
            "type": "/problems/unsupported-media-type",
            "title": "Unsupported Media Type",
            "status": 415,
            "detail": f"The content type is '{sent_as}'. Send JSON, with the header Content-Type: application/json, "
            "or a file with its own content type.",
        }


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_refused_request_is_not_read(local: Settings, anyio_backend: str) -> None:
    sent: list[Message] = []

    async def app(*_: object) -> None:
        raise AssertionError("the request goes no further")

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8000"), (b"content-type", b"text/plain")]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/sites", "headers": headers, "server": ("127.0.0.1", 8000)}
    await HostCheck(app, KnownHosts(local))(scope, receive, send)
    assert [message.get("status") for message in sent] == [415, None]


def test_without_settings_only_loopback_and_the_own_address_are_known(local: Settings) -> None:
    own = replace(local, host="10.1.2.3")
    with TestClient(create_app(own), base_url="http://10.1.2.3:8000") as client:
        hosts = ("10.1.2.3:8000", "127.0.0.1:8000", "10.1.2.3:81", "10.1.2.4:8000", "diary.example.org")
        assert [client.get("/health", headers={"host": host}).status_code for host in hosts] == [200, 200, 421, 421, 421]
