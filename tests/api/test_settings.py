from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from api.settings import PREFIX, Settings, SettingsError, settings_from
from tests.paths import DOCS

DOCUMENTED = DOCS / "settings.md"
EXAMPLES: dict[str, tuple[str, object]] = {
    "database_url": ("postgresql+psycopg://diary@127.0.0.1/diary", "postgresql+psycopg://diary@127.0.0.1/diary"),
    "data": ("/tmp/diary", Path("/tmp/diary")),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("8080", 8080),
    "allowed_hosts": (
        "Diary.example.org, .example.com,10.0.0.0/8,::1",
        ("diary.example.org", ".example.com", "10.0.0.0/8", "::1"),
    ),
    "database_wait": ("5", 5),
    "database_statement": ("60", 60),
    "plan_processes": ("0", 0),
    "plan_workers": ("4", 4),
    "plan_seconds": ("60", 60),
    "plan_memory": ("4096", 4096),
    "whatif_scenarios": ("30", 30),
    "whatif_days": ("90", 90),
    "whatif_executor": ("dask+tls://127.0.0.1:8786", "dask+tls://127.0.0.1:8786"),
    "calendar_hosts": ("Calendar.Example.org, .example.com", ("calendar.example.org", ".example.com")),
    "calendar_minutes": ("15", 15),
    "public_address": ("https://diary.example.org/planner", "https://diary.example.org/planner"),
    "form_key": ("k" * 32, "k" * 32),
    "contact": ("conferences@example.gov.uk", "conferences@example.gov.uk"),
    "demo": ("true", True),
}
"""Each setting with a text in the environment and the value read from it."""
EXECUTOR = "Enter local, or the address of a Dask scheduler such as dask://127.0.0.1:8786 or dask+tls://127.0.0.1:8786."
HOSTS = "Enter hosts such as outlook.office365.com or .icloud.com, separated by commas."
ALLOWED = "Enter hosts such as diary.example.org, .example.org, 10.1.2.3 or 10.0.0.0/8, separated by commas."
FORM_KEY = "Enter at least 32 characters without spaces, such as the output of: openssl rand -hex 32."
ADDRESS = "Enter an address such as https://diary.example.org."


def test_every_setting_has_a_default() -> None:
    assert settings_from({}) == settings_from({"HOME": "/root", "PORT": "1"}) == Settings()
    assert (Settings().host, Settings().port) == ("127.0.0.1", 8000)


@pytest.mark.parametrize("name", [setting.name for setting in fields(Settings)])
def test_each_setting_is_read_from_the_environment(name: str) -> None:
    text, expected = EXAMPLES[name]
    assert settings_from({PREFIX + name.upper(): text}) == replace(Settings(), **{name: expected})
    assert getattr(Settings(), name) != expected


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("TRUE", True), ("False", False)])
def test_booleans_are_read_in_any_case(text: str, expected: bool) -> None:
    assert settings_from({"CONFERENCES_DEMO": text}).demo is expected


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("PORT", "eighty", "CONFERENCES_PORT is 'eighty'. Enter a whole number, such as 2."),
        ("PLAN_WORKERS", "-1", "CONFERENCES_PLAN_WORKERS is '-1'. Enter a whole number, such as 2."),
        ("PLAN_WORKERS", "", "CONFERENCES_PLAN_WORKERS is ''. Enter a whole number, such as 2."),
        ("PLAN_SECONDS", "1.5", "CONFERENCES_PLAN_SECONDS is '1.5'. Enter a whole number, such as 2."),
        ("PLAN_SECONDS", "²", "CONFERENCES_PLAN_SECONDS is '²'. Enter a whole number, such as 2."),
        ("WHATIF_EXECUTOR", "local:4", f"CONFERENCES_WHATIF_EXECUTOR is 'local:4'. {EXECUTOR}"),
        ("WHATIF_EXECUTOR", "dask://scheduler", f"CONFERENCES_WHATIF_EXECUTOR is 'dask://scheduler'. {EXECUTOR}"),
        ("FORM_KEY", "secret", "CONFERENCES_FORM_KEY can't be used. " + FORM_KEY),
        ("DEMO", "yes", "CONFERENCES_DEMO is 'yes'. Enter true or false."),
        ("CALENDAR_HOSTS", "https://example.org", f"CONFERENCES_CALENDAR_HOSTS is 'https://example.org'. {HOSTS}"),
        ("CALENDAR_HOSTS", "example.org,", f"CONFERENCES_CALENDAR_HOSTS is 'example.org,'. {HOSTS}"),
        ("CALENDAR_HOSTS", "*.example.org", f"CONFERENCES_CALENDAR_HOSTS is '*.example.org'. {HOSTS}"),
        ("ALLOWED_HOSTS", "https://a.org", f"CONFERENCES_ALLOWED_HOSTS is 'https://a.org'. {ALLOWED}"),
        ("ALLOWED_HOSTS", "a.org:8000", f"CONFERENCES_ALLOWED_HOSTS is 'a.org:8000'. {ALLOWED}"),
        ("ALLOWED_HOSTS", "10.1.2.3/8", f"CONFERENCES_ALLOWED_HOSTS is '10.1.2.3/8'. {ALLOWED}"),
        ("ALLOWED_HOSTS", "*", f"CONFERENCES_ALLOWED_HOSTS is '*'. {ALLOWED}"),
        ("PUBLIC_ADDRESS", "diary.example.org", f"CONFERENCES_PUBLIC_ADDRESS is 'diary.example.org'. {ADDRESS}"),
        ("PUBLIC_ADDRESS", "https://a.b?c=d", f"CONFERENCES_PUBLIC_ADDRESS is 'https://a.b?c=d'. {ADDRESS}"),
    ],
)
def test_an_invalid_value_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings_from({PREFIX + name: text})
    assert str(refused.value) == message


def test_an_empty_list_of_hosts_is_accepted() -> None:
    assert settings_from({"CONFERENCES_CALENDAR_HOSTS": " "}).calendar_hosts == ()


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(SettingsError) as refused:
        settings_from({"CONFERENCES_PORTS": "8080"})
    known = ", ".join(PREFIX + setting.name.upper() for setting in fields(Settings))
    assert str(refused.value) == f"CONFERENCES_PORTS is not a setting. The settings are: {known}."


def test_the_default_database_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    assert Settings(data=tmp_path).url == f"sqlite:///{tmp_path / 'diary.db'}"
    assert Settings(database_url="sqlite:///other.db", data=tmp_path).url == "sqlite:///other.db"


@pytest.mark.parametrize("name", [setting.name for setting in fields(Settings)])
def test_each_setting_is_documented_with_its_default_and_an_example(name: str) -> None:
    variable = PREFIX + name.upper()
    (row,) = (line for line in DOCUMENTED.read_text().splitlines() if line.startswith(f"| `{variable}` |"))
    meaning, default, example = row.strip("| ").split(" | ")[1:]
    assert meaning
    if name != "database_url":  # its default depends on another setting
        assert settings_from({variable: default.strip("`")}) == Settings()
    assert settings_from({variable: example.strip("`")}) != Settings()


def test_only_settings_are_documented() -> None:
    named = set(re.findall(rf"{PREFIX}\w+", DOCUMENTED.read_text()))
    assert named == {PREFIX + setting.name.upper() for setting in fields(Settings)}
