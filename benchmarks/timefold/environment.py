"""Timefold's own environment: Java, and a Python with the pinned package, apart from the project's.

``python -m benchmarks.timefold.environment`` makes it; so does the first run that needs it.
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
LEAST_JAVA = 17
PYTHONS = ((3, 10), (3, 12))
JAVA_OPTIONS = "-XX:+UseParallelGC -Xmx4g"
"""The collector that Timefold's documentation advises, and a heap that leaves room below the benchmarks' limit of memory."""


def is_ready() -> bool:
    """Whether Timefold can run at once: there is a Java, and the environment is as the requirements say."""
    try:
        _java()
    except UnavailableError:
        return False
    return _is_made()


def ready() -> None:
    """Make the environment, if it isn't as the requirements say. Raises UnavailableError where that can't be."""
    _java()
    if _is_made():
        return
    least, most = PYTHONS
    if not least <= sys.version_info[:2] <= most:
        raise UnavailableError(
            f"Timefold runs on Python {_dotted(least)} to {_dotted(most)}; this is {_dotted(sys.version_info[:2])}."
        )
    try:
        venv.create(FOLDER, clear=True, with_pip=True)
        install = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--requirement", str(REQUIREMENTS)]
        subprocess.run(install, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
        raise UnavailableError(f"Timefold's environment, {FOLDER.name}, can't be made: {said}") from error
    STAMP.write_text(REQUIREMENTS.read_text())


def variables() -> dict[str, str]:
    """The environment variables for a process that runs Timefold."""
    return {"JAVA_HOME": str(_java().resolve().parents[1])} | os.environ | {"JAVA_TOOL_OPTIONS": JAVA_OPTIONS}


def _is_made() -> bool:
    return STAMP.exists() and STAMP.read_text() == REQUIREMENTS.read_text()


def _java() -> Path:
    """The ``java`` command. Raises UnavailableError where there is none, or too old a one."""
    java = shutil.which("java")
    if java is None:
        raise UnavailableError(f"Timefold needs Java {LEAST_JAVA} or later: there is no `java` on the path. Install a JDK.")
    said = subprocess.run([java, "-version"], check=False, capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < LEAST_JAVA:
        found = said.strip().splitlines()[0] if said.strip() else "it says nothing of its version"
        raise UnavailableError(f"Timefold needs Java {LEAST_JAVA} or later: {java} is another ({found}).")
    return Path(java)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    try:
        ready()
    except UnavailableError as error:
        sys.exit(str(error))
