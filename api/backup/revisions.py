"""Whether a backup can be restored by this version of the service."""

from __future__ import annotations

from pathlib import Path

from api.backup.files import BackupError
from api.database.migrate import is_known


def check_revision(file: Path, revision: str | None) -> None:
    """Raise BackupError if a file has no diary, or one of a later version of the service."""
    if revision is None:
        raise BackupError(f"{file} has no diary in it. Enter a file that 'scheduler backup' has written.")
    if not is_known(revision):
        raise BackupError(
            f"{file} is at revision {revision}, which this version of the service does not know: a later version has written it. "
            "Restore it with that version."
        )
