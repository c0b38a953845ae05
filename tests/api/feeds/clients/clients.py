"""Real calendar clients, in an environment that is built once and then reused: vdirsyncer with khal, ical.js, node-ical."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "conference-planner"
PINS = ("package.json", "requirements.txt")
SECONDS = 300

VDIRSYNCER = """[general]
status_path = "{folder}/status"
[pair feed]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "{folder}/events"
fileext = ".ics"
[storage there]
type = "http"
url = "{address}"
"""
KHAL = """[calendars]
[[feed]]
path = {folder}/events
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M
longdatetimeformat = %Y-%m-%dT%H:%M
local_timezone = Europe/London
default_timezone = Europe/London
[sqlite]
path = {folder}/khal.db
"""


@dataclass(frozen=True, order=True)
class Shown:
    """An event as a client shows it, in local times or as instants."""

    title: str
    start: str
    end: str
    status: str


@dataclass(frozen=True)
class Clients:
    """The folder in which the clients are installed."""

    folder: Path

    def khal(self, address: str, into: Path, first: str) -> list[Shown]:
        """Fetch a feed with vdirsyncer into a folder, and return what khal lists for 400 days, in London time."""
        vdirsyncer, khal = into / "vdirsyncer.conf", into / "khal.conf"
        (into / "events").mkdir(parents=True, exist_ok=True)
        vdirsyncer.write_text(VDIRSYNCER.format(folder=into, address=address))
        khal.write_text(KHAL.format(folder=into))
        for command in ("discover", "sync"):
            self._run("vdirsyncer", "--config", vdirsyncer, command)
        fields = ("--day-format", "", "--format", "{title}|{start}|{end}|{status}")
        listed = self._run("khal", "--config", khal, "list", *fields, f"{first}T00:00", "400d")
        return sorted(Shown(*(field.strip() for field in line.split("|"))) for line in listed.splitlines() if line)

    def in_javascript(self, address: str) -> dict[str, list[Shown]]:
        """Return the events that ical.js and node-ical read at an address, in UTC."""
        result = json.loads(_run(["node", HERE / "read.mjs", self.folder, address]))
        return {
            client: sorted(Shown(one["title"], one["start"], one["end"], one["status"]) for one in events)
            for client, events in result.items()
        }

    def _run(self, program: str, *arguments: object) -> str:
        return _run([self.folder / "venv" / "bin" / program, *arguments])


def installed() -> Clients:
    """Return the clients, and install them if necessary. Raise CalledProcessError or OSError if that fails."""
    pins = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in PINS) + sys.version.encode()).hexdigest()[:16]
    folder = CACHE / f"clients-{pins}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _run([sys.executable, "-m", "venv", "--clear", folder / "venv"])
            python = folder / "venv" / "bin" / "python"
            _run([python, "-m", "pip", "install", "--quiet", "--requirement", HERE / "requirements.txt"])
            shutil.copy(HERE / "package.json", folder)
            _run(["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder])
            (folder / "done").touch()
    return Clients(folder)


def _run(command: list[object]) -> str:
    done = subprocess.run(
        [str(word) for word in command], check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, timeout=SECONDS
    )
    return done.stdout
