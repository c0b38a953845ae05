"""What can be set, all from the environment; ``docs/settings.md`` tells each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

PREFIX = "CONFERENCES_"


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
            given[setting.name] = _read(name, text, type(setting.default))
    return Settings(**given)  # type: ignore[arg-type]  # each was read as its field's type


def _read(name: str, text: str, kind: type[object]) -> object:
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise SettingsError(f"{name} is {text!r}. Enter true or false.")
        return text.lower() == "true"
    if kind is int:
        if not (text.isascii() and text.isdigit()):
            raise SettingsError(f"{name} is {text!r}. Enter a whole number, such as 2.")
        return int(text)
    return Path(text) if issubclass(kind, Path) else text
