"""A day of the data team, who keep the registers by files while others use the diary."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from typing import Any

from starlette.testclient import TestClient

from api.http.formats import MEDIA_TYPES, Format
from tests.api.days.comparison import assert_as_the_log_says
from tests.api.days.office import JANUARY, QUARTER, first_week, initial, set_up
from tests.api.days.recording import API, Recorder
from tests.api.support.builders import Clock
from tests.api.support.databases import slow_on_postgresql

DAYS: dict[str, Any] = {"first": JANUARY[0], "last": JANUARY[1]}
NEW_CHAIRS = "ID,Name,FTE,Base,Caseload\r\nC1,,,,90\r\nC6,Advisor 6,0.8,WYC,12\r\n"
BANK_HOLIDAYS = "date,name\r\n25/12/2026,Christmas Day\r\n28/12/2026,Boxing Day\r\n18/01/2027,A local holiday\r\n"
TERMS = "term,first,last\r\nSpring 1,05/01/2027,11/02/2027\r\nSpring 2,22/02/2027,25/03/2027\r\n"


@slow_on_postgresql
def test_a_day_of_the_data_team(client: TestClient, clock: Clock) -> None:
    user = Recorder(client, clock)
    set_up(user)
    first_week(user)
    user.subscribe("service")
    before = len(user.log)
    user.on("2027-01-12")
    edited, exported_by = _edits_an_export(user)
    _while_others_work(user)
    _imports(user, edited, exported_by)
    _round_trips(user)
    _enters_outcomes(user)
    _enters_holidays(user)
    assert 40 <= len(user.log) - before <= 100
    assert_as_the_log_says(user, *QUARTER)


def _edits_an_export(user: Recorder) -> tuple[dict[str, Any], int]:
    """Export January, and change the file: caseloads, a request, and bookings, two of which break a rule."""
    file = user.get("export", **DAYS)
    exported_by = len(user.log) - 1
    chairs = {one["id"]: one for one in file["chairs"]}
    chairs["C2"]["caseload"] = 70
    chairs["C3"]["caseload"] = 48
    chairs["C4"]["absences"] = [{"first": "2027-01-28", "last": "2027-01-29"}]
    next(one for one in file["rooms"] if one["id"] == "AYL-2")["name"] = "Room 2"
    file["conferences"] += [initial("CPC-501", trigger="2027-01-11", requested="2027-01-12"), initial("CPC-502", site="WYC")]
    next(one for one in file["conferences"] if one["id"] == "CPC-105")["children"] = 2
    for conference, start, room, chair in (
        ("CPC-501", "2027-01-21T10:00", "AYL-1", "C1"),
        ("CPC-502", "2027-01-24T09:30", "WYC-1", "C2"),  # a Sunday
        ("CPC-108", "2027-01-20T10:00", "AYL-1", "C4"),  # C4 has another conference then
        ("CPC-105", "2027-01-20T14:00", "AYL-1", "C2"),
    ):
        file["published"].append({"conference": conference, "start": start, "room": room, "chair": chair, "minute_taker": "M1"})
    return file, exported_by


def _while_others_work(user: Recorder) -> None:
    """Meanwhile the diary changes: a caseload, an absence, a booking."""
    user.minutes_later(10)
    user.edit("chairs/C2", caseload=63)
    user.post("absences", {"chair": "C1", "first": "2027-02-01", "last": "2027-02-05"})
    number = user.get("conferences/CPC-110")["booking"]["number"]
    user.act(f"bookings/{number}/move", {"reason": "family asked", "start": "2027-01-21T14:00"}, expect=201)


def _imports(user: Recorder, file: dict[str, Any], exported_by: int) -> None:
    """The preview shows what the diary knows better; the commit is refused until it is confirmed, and has been seen."""
    user.minutes_later(20)
    seen = _send(user, file, exported_by).headers["etag"]
    _send(user, file, exported_by, mode="commit", expect=409)
    user.minutes_later(5)
    user.edit("sites/AMR", name="Amersham Old Town")
    _send(user, file, exported_by, mode="commit", if_match=seen, expect=412)
    seen = _send(user, file, exported_by, overwrite="chairs/C2/caseload").headers["etag"]
    done = _send(user, file, exported_by, mode="commit", if_match=seen, overwrite="chairs/C2/caseload").json()
    assert [one["conference"] for one in done["undecided"]] == ["CPC-502", "CPC-108"]
    user.post("import", content=(b"{}", MEDIA_TYPES[Format.JSON]), means={"problem": {}}, expect=422)


def _round_trips(user: Recorder) -> None:
    """An export that nobody has changed changes nothing, in each format; a file by hand has a few columns only."""
    user.on("2027-01-12", "13:00")
    problem = user.get("export", **DAYS)
    for format_ in Format:
        exported_by = len(user.log)
        file = user.send("GET", "export", expect=200, format=str(format_), **DAYS).content
        means = {"problem": problem, "exported_by": exported_by}
        found = user.post("import", content=(file, MEDIA_TYPES[format_]), means=means, mode="commit", expect=200)
        assert (found["fields"], found["conflicts"], found["undecided"]) == ([], [], [])
    by_hand = {"problem": {"chairs": [{"id": "C1", "caseload": 90}, _NEW_CHAIR]}}
    sheets = _zipped({"Chairs": NEW_CHAIRS, **_needed(user)})
    user.post("import", content=(sheets, MEDIA_TYPES[Format.CSV]), means=by_hand, mode="commit", expect=200)


_NEW_CHAIR = {"id": "C6", "name": "Advisor 6", "fte": 0.8, "base": "WYC", "caseload": 12}


def _enters_outcomes(user: Recorder) -> None:
    """The outcomes of the week in one call; the first attempt has a fault, so none is recorded."""
    user.on("2027-01-15", "16:45")
    some: list[dict[str, Any]] = [
        {"conference": "CPC-102", "outcome": "plan made"},
        {"conference": "CPC-103", "outcome": "inquorate", "reason": "report missing"},
        {"conference": "CPC-104", "outcome": "no plan"},
        {"conference": "CPC-106", "outcome": "plan continues", "children": 2},
        {"conference": "CPC-109", "outcome": "plan ended"},
    ]
    user.post("outcomes", {"outcomes": [*some, {"conference": "CPC-999", "outcome": "plan made"}]}, expect=422)
    user.post("outcomes", {"outcomes": some})
    user.act("conferences/CPC-106/correct-outcome", {"children": 3})


def _enters_holidays(user: Recorder) -> None:
    """Files of bank holidays and terms, each looked at first. England's stay, though the file does not list them all."""
    for path, content in (("bank-holidays", BANK_HOLIDAYS), ("terms", TERMS)):
        file = content.encode(), "text/csv"
        seen = user.send("POST", f"{path}/file", expect=200, content=file, means=content).headers["etag"]
        user.change("POST", f"{path}/file", content=file, means=content, expect=412, seen='"99"', mode="commit")
        user.change("POST", f"{path}/file", content=file, means=content, seen=seen, mode="commit")
    user.change("PUT", "terms", [{"first": "2027-01-04", "last": "2027-02-12"}], expect=412, seen='"0"')
    user.get("bank-holidays")
    for name in ("timeliness", "weekly-icpc", "caseloads", "rooms", "reschedules"):
        user.get(f"reports/{name}", **DAYS)
    user.get("conflicts")


def _send(
    user: Recorder, file: dict[str, Any], exported_by: int, *, expect: int = 200, if_match: str | None = None, **query: str
) -> Any:
    content = json.dumps(file).encode(), MEDIA_TYPES[Format.JSON]
    means = {"problem": copy.deepcopy(file), "exported_by": exported_by}
    headers = {} if if_match is None else {"if-match": if_match}
    return user.send("POST", "import", content=content, means=means, expect=expect, headers=headers, **query)


def _needed(user: Recorder) -> dict[str, str]:
    """Return the other sheets that a folder of CSV files must have, with nothing that changes the diary."""
    whole = user.client.get(f"{API}/export", params={"format": "csv", **DAYS}).content
    with zipfile.ZipFile(io.BytesIO(whole)) as files:
        texts = {name.removesuffix(".csv"): files.read(name).decode("utf-8-sig") for name in files.namelist()}
    service = "".join(line for line in texts["Service"].splitlines(keepends=True) if not line.startswith("Exported"))
    headings = {name: texts[name].splitlines()[0] + "\r\n" for name in ("Conferences", "Rooms")}
    return {"Service": service, "Sites": texts["Sites"], **headings}


def _zipped(sheets: dict[str, str]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name, text in sheets.items():
            files.writestr(f"{name}.csv", text)
    return archive.getvalue()
