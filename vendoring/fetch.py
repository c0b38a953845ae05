"""Fetch the files of govuk-frontend with npm, and write their manifest. ``make vendor`` runs it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
TARGET = HERE.parent / "api" / "pages" / "static" / "vendor"
MANIFEST = TARGET / "manifest.json"
PACKAGE = "govuk-frontend"
SECONDS = 300


@dataclass(frozen=True)
class VendoredFile:
    """A vendored file: its name, the package, version and licence that it comes from, and its SHA-256."""

    file: str
    package: str
    version: str
    licence: str
    sha256: str


def fetch() -> list[VendoredFile]:
    """Replace the vendored files by those of the pinned version; return their manifest.

    The stylesheet is compiled with Sass, because the package's own asks for a font that only GOV.UK may use. Raise
    CalledProcessError or OSError if npm fails.
    """
    with TemporaryDirectory() as folder:
        modules = _installed(Path(folder))
        described = json.loads((modules / PACKAGE / "package.json").read_text())
        shutil.rmtree(TARGET, ignore_errors=True)
        TARGET.mkdir(parents=True)
        (TARGET / "govuk-frontend.css").write_bytes(_compiled(modules))
        shutil.copy(modules / PACKAGE / "dist" / "govuk" / "govuk-frontend.min.js", TARGET / "govuk-frontend.js")
        shutil.copy(HERE / "govuk-frontend.LICENSE.txt", TARGET)  # the package has none
    files = [
        VendoredFile(path.name, PACKAGE, described["version"], described["license"], digest(path))
        for path in sorted(TARGET.iterdir())
    ]
    MANIFEST.write_text(json.dumps([asdict(one) for one in files], indent=2) + "\n")
    return files


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _installed(folder: Path) -> Path:
    """Install the pinned packages in a folder; return the folder that has them."""
    shutil.copy(HERE / "package.json", folder)
    _run("npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder))
    return folder / "node_modules"


def _compiled(modules: Path) -> bytes:
    sass = modules / "sass" / "sass.js"
    options = ("--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={modules}")
    return _run("node", str(sass), *options, str(HERE / "govuk-frontend.scss"))


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=SECONDS).stdout


if __name__ == "__main__":
    for vendored in fetch():
        print(f"{vendored.file}: {vendored.package} {vendored.version}, {vendored.licence}")
