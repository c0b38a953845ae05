"""The command line as users run it: in its own process, with files on the disk."""

import os
import subprocess
import sys
from pathlib import Path

from tests.paths import ROOT

COMMAND = [sys.executable, "-m", "scheduler"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "120"}


def scheduler(*arguments: str | Path, cwd: Path | None = None, seconds: int = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=seconds
    )


def solver_modules_after(*arguments: str | Path) -> str:
    """Return the solver's packages that a command loads, as Python prints the list."""
    program = (
        "import sys\n"
        f"sys.argv = ['scheduler', *{list(map(str, arguments))!r}]\n"
        "from scheduler.__main__ import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'ortools', 'highspy'}))\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=True, timeout=60
    )
    return finished.stdout.splitlines()[-1]
