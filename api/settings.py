"""What can be set, all from the environment; ``docs/settings.md`` tells each."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path

PREFIX = "CONFERENCES_"
HOST = r"\.?([a-z0-9-]+\.)+[a-z][a-z0-9-]*"
EXECUTOR = r"local|dask(\+tls)?://[^/\s]+:[0-9]+/?"
ADDRESS = r"(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?"


class SettingsError(Exception):
    """A setting that can't be: which, what was found, and what to enter instead."""


@dataclass(frozen=True)
class Settings:
    """The service's settings; a field ``host`` is set by ``CONFERENCES_HOST``."""

    database_url: str = field(default="", metadata={"says": "where the diary is kept: `sqlite:///…` or `postgresql+psycopg://…`"})
    data: Path = field(default=Path("out"), metadata={"says": "the folder of the SQLite database, where no URL is set"})
    host: str = field(default="127.0.0.1", metadata={"says": "the address to listen on; nobody but this machine, unless set"})
    port: int = field(default=8000, metadata={"says": "the port to listen on"})
    plan_processes: int = field(
        default=1, metadata={"says": "how many plans are made at once, each in a process; 0 for none here"}
    )
    plan_workers: int = field(default=2, metadata={"says": "how many threads one plan may use"})
    plan_seconds: int = field(default=600, metadata={"says": "how many seconds a plan may take, unless it asks for fewer"})
    whatif_scenarios: int = field(default=100, metadata={"says": "how many scenarios may be compared at once"})
    whatif_days: int = field(
        default=366, metadata={"says": "how many days what-ifs and values are kept after they have ended; 0 for ever"}
    )
    whatif_executor: str = field(
        default="local",
        metadata={
            "says": "who solves scenarios: this server's own processes (`local`), or a Dask cluster (`dask://HOST:8786`)",
            "each": EXECUTOR,
            "enter": "local, or the address of a Dask scheduler such as dask://127.0.0.1:8786 or dask+tls://127.0.0.1:8786",
        },
    )
    calendar_hosts: tuple[str, ...] = field(
        default=("outlook.office365.com", "outlook.office.com", "outlook.live.com", "calendar.google.com", ".icloud.com"),
        metadata={
            "says": "the hosts from which chairs' calendars may be fetched, with commas between; `.icloud.com` is all below it",
            "each": HOST,
            "enter": "hosts such as outlook.office365.com or .icloud.com, with commas between",
        },
    )
    calendar_minutes: int = field(
        default=30,
        metadata={"says": "how many minutes lie between two fetches of a chair's calendar; 0 where none is fetched here"},
    )
    public_address: str = field(
        default="",
        metadata={
            "says": "the address under which people reach the service, for the links to feeds",
            "each": ADDRESS,
            "enter": "an address such as https://diary.example.org",
        },
    )
    demo: bool = field(default=True, metadata={"says": "whether an empty diary is filled with a made-up month"})

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'diary.db'}"


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment gives. Raises SettingsError where one can't be read, or is not known."""
    known = {PREFIX + setting.name.upper(): setting for setting in fields(Settings)}
    given: dict[str, object] = {}
    for name, text in environment.items():
        if name.startswith(PREFIX):
            if name not in known:
                raise SettingsError(f"{name} is not a setting. Known are: {', '.join(known)}.")
            setting = known[name]
            given[setting.name] = _read(name, text, setting)
    return Settings(**given)  # type: ignore[arg-type]  # each was read as its field's type


def _read(name: str, text: str, setting: Field[object]) -> object:
    kind = type(setting.default)
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise SettingsError(f"{name} is {text!r}. Enter true or false.")
        return text.lower() == "true"
    if kind is int:
        if not (text.isascii() and text.isdigit()):
            raise SettingsError(f"{name} is {text!r}. Enter a whole number, such as 2.")
        return int(text)
    if kind is tuple:
        parts = [part.strip().lower() for part in text.split(",")] if text.strip() else []
        return tuple(_fitting(name, text, part, setting) for part in parts)
    return Path(text) if issubclass(kind, Path) else _fitting(name, text, text, setting)


def _fitting(name: str, text: str, part: str, setting: Field[object]) -> str:
    """A part of a text, if it is such as the setting wants."""
    must = setting.metadata.get("each")
    if must is not None and not re.fullmatch(must, part):
        raise SettingsError(f"{name} is {text!r}. Enter {setting.metadata['enter']}.")
    return part
