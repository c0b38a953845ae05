from __future__ import annotations

import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from api.backup import sqlite
from api.backup.files import BackupError
from api.database.session import Store
from api.database.tables import diary
from tests.api.support.builders import fill
from tests.api.support.plans import wait_until
from tests.api.support.services import environment

DAMAGED = r"If it is damaged or was copied in part, copy it again, or restore an earlier backup\. The diary is unchanged\."
NOT_OURS = "Enter a file that 'scheduler backup' has written."


@pytest.fixture
def file(tmp_path: Path, migrated_file: Path) -> Path:
    """The file of a filled diary that no service uses."""
    path = tmp_path / "service" / "diary.db"
    path.parent.mkdir()
    shutil.copyfile(migrated_file, path)
    opened = Store(f"sqlite:///{path}")
    fill(opened)
    opened.close()
    return path


@pytest.fixture
def service(file: Path) -> Iterator[Store]:
    """A service's store of that diary, which is open."""
    opened = Store(f"sqlite:///{file}")
    opened.version()
    yield opened
    opened.close()


def raise_version(store: Store, to: int) -> None:
    with store.noting() as connection:
        connection.execute(update(diary).values(version=to))


def version(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        (result,) = connection.execute("SELECT version FROM diary").fetchone()
        return int(result)


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def test_a_backup_has_what_is_still_in_the_write_ahead_log(service: Store, file: Path, tmp_path: Path) -> None:
    raise_version(service, 1000)
    backup, copy = tmp_path / "backup", tmp_path / "copy.db"
    sqlite.back_up(file, backup)
    shutil.copyfile(file, copy)
    assert (version(backup), version(copy)) == (1000, 1)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_restored_diary_equals_the_one_that_was_backed_up(service: Store, file: Path, tmp_path: Path) -> None:
    backup, aside = tmp_path / "backup", tmp_path / "aside"
    sqlite.back_up(file, backup)
    before = contents(backup)
    raise_version(service, 1000)
    service.close()
    assert sqlite.restore(backup, file, aside) == aside
    assert (contents(file), version(aside)) == (before, 1000)
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert sqlite.restore(aside, file, tmp_path / "second") == tmp_path / "second"
    assert version(file) == 1000


def test_a_diary_is_restored_where_there_is_none(file: Path, tmp_path: Path) -> None:
    backup, other = tmp_path / "backup", tmp_path / "new" / "diary.db"
    sqlite.back_up(file, backup)
    assert sqlite.restore(backup, other, tmp_path / "aside") is None
    assert contents(other) == contents(file)
    assert stat.S_IMODE(other.stat().st_mode) == 0o600
    assert not (tmp_path / "aside").exists()


def test_a_diary_in_use_is_not_replaced(service: Store, file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    sqlite.back_up(file, backup)
    raise_version(service, 1000)
    with pytest.raises(BackupError) as refused:
        sqlite.restore(backup, file, tmp_path / "aside")
    assert str(refused.value) == (
        f"{file} is in use. Stop the service, and every other program that has the diary open, and restore again."
    )
    assert (service.version(), (tmp_path / "aside").exists()) == (1000, False)
    raise_version(service, 1001)  # the service goes on


def test_an_existing_file_is_overwritten_only_by_force(file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.write_text("mine")
    with pytest.raises(BackupError) as refused:
        sqlite.back_up(file, backup)
    assert str(refused.value) == f"{backup} exists already. Enter another file, or add --force to overwrite it."
    assert backup.read_text() == "mine"
    sqlite.back_up(file, backup, force=True)
    assert version(backup) == 1


@pytest.mark.parametrize("name", ["diary.db", "diary.db-wal", "diary.db-shm"])
def test_the_diary_is_never_overwritten_by_its_backup(service: Store, file: Path, name: str) -> None:
    raise_version(service, 2)
    own = file.with_name(name)
    with pytest.raises(BackupError, match="is the diary itself"):
        sqlite.back_up(file, own, force=True)
    assert service.version() == 2


def test_a_backup_needs_a_diary_and_a_folder(file: Path, tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    with pytest.raises(BackupError) as refused:
        sqlite.back_up(missing, tmp_path / "backup")
    assert str(refused.value) == f"There is no diary at {missing}. Check CONFERENCES_DATA and CONFERENCES_DATABASE_URL."
    with pytest.raises(BackupError) as refused:
        sqlite.back_up(file, tmp_path / "nowhere" / "backup")
    assert str(refused.value) == f"There is no folder {tmp_path / 'nowhere'}. Create it first, or enter another."
    with pytest.raises(BackupError) as refused:
        sqlite.back_up(file, tmp_path)
    assert str(refused.value) == f"{tmp_path} is a folder. Enter the name of a file."
    assert not missing.exists()


def damaged(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[-4096 * 3 :] = b"\xff" * 4096 * 3
    backup.write_bytes(content)


def truncated(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[:-4096])


def cut_short(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[:3000])


def of_another_program(backup: Path) -> None:
    backup.unlink()
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("CREATE TABLE notes (text)")


def of_a_later_version(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (damaged, r"damaged"),
        (truncated, rf"malformed\. {DAMAGED}$"),
        (cut_short, rf"backup can't be used: .+\. {DAMAGED}$"),
        (of_another_program, rf"has no diary in it\. {NOT_OURS}$"),
        (
            of_a_later_version,
            r"is at revision 9999, which this version of the service does not know: a later version has written it\. "
            r"Restore it with that version\.$",
        ),
    ],
)
def test_an_unusable_backup_changes_nothing(file: Path, tmp_path: Path, spoil: object, message: str) -> None:
    backup, before = tmp_path / "backup", contents(file)
    sqlite.back_up(file, backup)
    assert callable(spoil)
    spoil(backup)
    with pytest.raises(BackupError, match=message):
        sqlite.restore(backup, file, tmp_path / "aside")
    assert (contents(file), (tmp_path / "aside").exists()) == (before, False)


def test_a_damaged_diary_is_not_backed_up(file: Path, tmp_path: Path) -> None:
    damaged(file)
    with pytest.raises(BackupError, match=rf"^{file} is damaged: .+ Restore an earlier backup\.$"):
        sqlite.back_up(file, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_damaged_diary_is_replaced_and_kept(file: Path, tmp_path: Path) -> None:
    backup, aside, before = tmp_path / "backup", tmp_path / "aside", contents(file)
    sqlite.back_up(file, backup)
    damaged(file)
    content = file.read_bytes()
    assert sqlite.restore(backup, file, aside) == aside
    assert contents(file) == before
    assert aside.read_bytes()[-4096 * 3 :] == content[-4096 * 3 :]


def test_a_diary_that_is_no_database_is_left_for_its_owner_to_move(file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    sqlite.back_up(file, backup)
    file.write_bytes(b"x" * 10_000)
    with pytest.raises(BackupError) as refused:
        sqlite.restore(backup, file, tmp_path / "aside")
    assert str(refused.value) == (
        f"{file} can't be used: file is not a database. "
        "If it is damaged, move it away with its -wal and -shm files, and restore a backup."
    )
    assert file.read_bytes() == b"x" * 10_000


def test_a_restoration_that_is_killed_leaves_the_previous_diary(file: Path, tmp_path: Path) -> None:
    """The pages of a restoration are written to the write-ahead log, and count only once all of them are there."""
    backup, log = tmp_path / "backup", file.with_name("diary.db-wal")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE padding AS SELECT zeroblob(50000000) AS bytes")
    sqlite.back_up(file, backup)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE diary SET version = 1000")
        connection.commit()
    program = "import sys, pathlib; from api.backup import sqlite; sqlite.restore(*map(pathlib.Path, sys.argv[1:]))"
    arguments = map(str, (backup, file, tmp_path / "aside"))
    with subprocess.Popen([sys.executable, "-c", program, *arguments], env=environment()) as restoring:
        wait_until(lambda: (log.exists() and log.stat().st_size > 5_000_000) or restoring.poll() is not None)
        restoring.kill()
    assert restoring.returncode == -signal.SIGKILL
    assert log.stat().st_size > 5_000_000
    assert version(file) == 1000
    assert sqlite.restore(backup, file, tmp_path / "again") == tmp_path / "again"
    assert version(file) == 1
