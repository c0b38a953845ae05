"""The service's settings, all from the environment; ``docs/settings.md`` describes each."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "CONFERENCES_"
HOST = r"\.?([a-z0-9-]+\.)+[a-z][a-z0-9-]*"
EXECUTOR = r"local|dask(\+tls)?://[^/\s]+:[0-9]+/?"
NAME = r"\.?([a-z0-9-]+\.)*[a-z][a-z0-9-]*"
FORM_KEY = r"(\S{32,})?"
ADDRESS = r"(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?"


def is_address(text: str) -> bool:
    """True if the text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Return the network of an IP address such as ``10.1.2.3`` or a network such as ``10.0.0.0/8``, else None."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _is_host_or_network(text: str) -> bool:
    return bool(re.fullmatch(NAME, text)) or network_of(text) is not None


class SettingsError(Exception):
    """A setting that can't be used. The message names it, its value, and what to enter instead."""


@dataclass(frozen=True)
class Settings:
    """The service's settings; a field ``host`` is set by ``CONFERENCES_HOST``."""

    database_url: str = field(default="", metadata={"says": "the diary's database: `sqlite:///…` or `postgresql+psycopg://…`"})
    data: Path = field(default=Path("out"), metadata={"says": "the folder of the SQLite database, used if no URL is set"})
    host: str = field(default="127.0.0.1", metadata={"says": "the address to listen on; only this machine reaches the default"})
    port: int = field(default=8000, metadata={"says": "the port to listen on"})
    allowed_hosts: tuple[str, ...] = field(
        default=(),
        metadata={
            "says": "further hosts that requests may name, separated by commas: names, `.example.org`, IP addresses, networks",
            "each": _is_host_or_network,
            "enter": "hosts such as diary.example.org, .example.org, 10.1.2.3 or 10.0.0.0/8, separated by commas",
        },
    )
    database_wait: int = field(
        default=20,
        metadata={"says": "the longest time to wait for a locked or slow database, in seconds"},
    )
    database_statement: int = field(
        default=30,
        metadata={"says": "the longest time for one statement of PostgreSQL, in seconds; 0 sets no limit"},
    )
    plan_processes: int = field(
        default=1, metadata={"says": "the number of jobs that run at once, each in its own process; 0 runs none here"}
    )
    plan_workers: int = field(default=2, metadata={"says": "the maximum number of threads for one plan"})
    plan_seconds: int = field(default=600, metadata={"says": "the longest time for a plan, in seconds"})
    plan_memory: int = field(
        default=8192, metadata={"says": "the most memory of a process that solves, in megabytes; 0 sets no limit"}
    )
    whatif_scenarios: int = field(default=100, metadata={"says": "the maximum number of scenarios in one what-if"})
    whatif_days: int = field(
        default=366, metadata={"says": "the days for which what-ifs and values are stored after their end; 0 means for ever"}
    )
    whatif_executor: str = field(
        default="local",
        metadata={
            "says": "what solves scenarios: this server's own processes (`local`), or a Dask cluster (`dask://HOST:8786`)",
            "each": EXECUTOR,
            "enter": "local, or the address of a Dask scheduler such as dask://127.0.0.1:8786 or dask+tls://127.0.0.1:8786",
        },
    )
    calendar_hosts: tuple[str, ...] = field(
        default=("outlook.office365.com", "outlook.office.com", "outlook.live.com", "calendar.google.com", ".icloud.com"),
        metadata={
            "says": "the hosts of chairs' calendars that may be fetched, separated by commas; `.icloud.com` means its subdomains",
            "each": HOST,
            "enter": "hosts such as outlook.office365.com or .icloud.com, separated by commas",
        },
    )
    calendar_minutes: int = field(
        default=30,
        metadata={"says": "the minutes between two fetches of a chair's calendar; 0 fetches none on this server"},
    )
    public_address: str = field(
        default="",
        metadata={
            "says": "the address at which people reach the service, used in the links of feeds; its path begins all others",
            "each": ADDRESS,
            "enter": "an address such as https://diary.example.org",
        },
    )
    form_key: str = field(
        default="",
        metadata={
            "says": "the secret that signs the forms of pages; servers of one database need the same, a single one makes its own",
            "each": FORM_KEY,
            "is_secret": True,
            "enter": "at least 32 characters without spaces, such as the output of: openssl rand -hex 32",
        },
    )
    contact: str = field(
        default="",
        metadata={
            "says": "whom people contact about accessibility and privacy, shown on those pages: an e-mail or a phone number"
        },
    )
    demo: bool = field(
        default=False,
        metadata={"says": "whether to show a made-up diary of this month and the next, in a database of its own for each day"},
    )

    @property
    def url(self) -> str:
        """Return the URL of the database."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'diary.db'}"

    @property
    def path_prefix(self) -> str:
        """Return the path below which a proxy has the service, such as ``/conferences``, or an empty text."""
        return urlsplit(self.public_address).path.rstrip("/")


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings in the environment. Raise SettingsError if one is unknown or has an invalid value."""
    known = {PREFIX + setting.name.upper(): setting for setting in fields(Settings)}
    given: dict[str, object] = {}
    for name, text in environment.items():
        if name.startswith(PREFIX):
            if name not in known:
                raise SettingsError(f"{name} is not a setting. The settings are: {', '.join(known)}.")
            setting = known[name]
            given[setting.name] = _read(name, text, setting)
    return Settings(**given)  # type: ignore[arg-type]  # each value has its field's type


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
        return tuple(_checked(name, text, part, setting) for part in parts)
    return Path(text) if issubclass(kind, Path) else _checked(name, text, text, setting)


def _checked(name: str, text: str, part: str, setting: Field[object]) -> str:
    """Return a part of the text. Raise SettingsError if it does not match the setting's pattern, or fails its test."""
    valid: str | Callable[[str], bool] | None = setting.metadata.get("each")
    if valid is not None and not (valid(part) if callable(valid) else re.fullmatch(valid, part)):
        found = "can't be used" if setting.metadata.get("is_secret") else f"is {text!r}"
        raise SettingsError(f"{name} {found}. Enter {setting.metadata['enter']}.")
    return part
