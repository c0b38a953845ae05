from pathlib import Path

import pytest

from scheduler.domain.faults import InputError
from scheduler.files import read_problem_file, write_problem_file
from scheduler.files.atomic_write import write_file
from tests.builders import tiny_problem


@pytest.mark.parametrize("name", ["a.json", "a.xlsx", "a"])
def test_writing_to_a_missing_folder_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "nowhere" / name
    with pytest.raises(InputError) as raised:
        write_problem_file(tiny_problem(), path)
    expected = f"this can't be written: there is no folder {tmp_path / 'nowhere'}. Create it first, or enter another."
    assert str(raised.value) == f"{path}: {expected}"


@pytest.mark.parametrize("name", ["a.json", "a.xlsx"])
def test_a_folder_with_the_name_of_the_file_is_kept(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match="there is a folder with that name"):
        write_problem_file(tiny_problem(), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_with_the_name_of_the_folder_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(InputError, match="there is a file with that name"):
        write_problem_file(tiny_problem(), tmp_path / "a")
    assert (tmp_path / "a").read_text() == "mine"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("old")
    with pytest.raises(TypeError):
        write_file(tmp_path / "a.json", "not bytes")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.json", "old")]


@pytest.mark.parametrize("name", ["a.json", "a.xlsx", "a"])
def test_writing_again_replaces_the_file_and_leaves_nothing_else(tmp_path: Path, name: str) -> None:
    write_problem_file(tiny_problem(), tmp_path / name)
    write_problem_file(tiny_problem(travel=[]), tmp_path / name)
    assert read_problem_file(tmp_path / name) == tiny_problem(travel=[])
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_written_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write_problem_file(tiny_problem(), tmp_path / "a.json")
    assert (tmp_path / "a.json").stat().st_mode == (tmp_path / "plain").stat().st_mode
