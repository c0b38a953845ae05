"""Timefold's separate environment: Java, and a Python with the pinned package.

``python -m benchmarks.timefold.environment`` creates it; so does the first run that needs it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.peers.protocol import UnavailableError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv-timefold"
PYTHON = FOLDER / "bin" / "python"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
STAMP = FOLDER / ".stamp"
MIN_JAVA = 17
PYTHONS = ((3, 10), (3, 12))
JAVA_OPTIONS = "-XX:+UseParallelGC -Xmx4g"
"""The garbage collector that Timefold's documentation recommends, and a heap well below the benchmarks' memory limit."""


def is_ready() -> bool:
    """True if Timefold can run now: a suitable Java exists, and the environment matches the requirements."""
    try:
        _java()
    except UnavailableError:
        return False
    return _is_current()


def ready() -> None:
    """Create the environment unless it matches the requirements. Raise UnavailableError if that fails."""
    _java()
    if _is_current():
        return
    oldest, newest = PYTHONS
    if not oldest <= sys.version_info[:2] <= newest:
        raise UnavailableError(
            f"Timefold needs Python {_dotted(oldest)} to {_dotted(newest)}; this is {_dotted(sys.version_info[:2])}."
        )
    try:
        venv.create(FOLDER, clear=True, with_pip=True)
        install = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--requirement", str(REQUIREMENTS)]
        subprocess.run(install, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
        raise UnavailableError(f"Timefold's environment, {FOLDER.name}, can't be created: {reason}") from error
    STAMP.write_text(REQUIREMENTS.read_text())


def variables() -> dict[str, str]:
    """Return the environment variables for a process that runs Timefold."""
    return {"JAVA_HOME": str(_java().resolve().parents[1])} | os.environ | {"JAVA_TOOL_OPTIONS": JAVA_OPTIONS}


def _is_current() -> bool:
    return STAMP.exists() and STAMP.read_text() == REQUIREMENTS.read_text()


def _java() -> Path:
    """Return the path of ``java``. Raise UnavailableError if there is none or it is too old."""
    java = shutil.which("java")
    if java is None:
        raise UnavailableError(f"Timefold needs Java {MIN_JAVA} or later: `java` is not on the path. Install a JDK.")
    output = subprocess.run([java, "-version"], check=False, capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', output)
    if version is None or int(version[1]) < MIN_JAVA:
        actual = output.strip().splitlines()[0] if output.strip() else "no version shown"
        raise UnavailableError(f"Timefold needs Java {MIN_JAVA} or later, but {java} is older or unknown ({actual}).")
    return Path(java)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    try:
        ready()
    except UnavailableError as error:
        sys.exit(str(error))
