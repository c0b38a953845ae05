from __future__ import annotations

import json
import re
from importlib.metadata import metadata

from vendoring.fetch import HERE, MANIFEST, TARGET, digest


def test_each_vendored_file_is_the_one_in_the_manifest() -> None:
    listed = json.loads(MANIFEST.read_text())
    assert {one["file"]: one["sha256"] for one in listed} == {
        path.name: digest(path) for path in TARGET.iterdir() if path != MANIFEST
    }
    pinned = json.loads((HERE / "package.json").read_text())["dependencies"]
    assert {(one["package"], one["version"], one["licence"]) for one in listed} == {
        ("govuk-frontend", pinned["govuk-frontend"], "MIT")
    }


def test_the_templates_target_the_vendored_release() -> None:
    pinned = json.loads((HERE / "package.json").read_text())["dependencies"]
    assert f"GOV.UK%20Frontend-v{pinned['govuk-frontend']}-" in str(metadata("govuk-frontend-jinja"))


def test_the_stylesheet_asks_for_no_font_and_no_other_host() -> None:
    style = (TARGET / "govuk-frontend.css").read_text()
    assert "GDS Transport" not in style
    assert "@font-face" not in style
    addresses = set(re.findall(r"url\(\"?([^)\"]+)", style))
    assert {one for one in addresses if not one.startswith("data:")} == {
        "/assets/images/govuk-crest.svg"
    }  # of a logo that no page has
