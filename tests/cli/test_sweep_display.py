import pytest

from scheduler.cli.sweep_display import SweepDisplay, progress_line
from scheduler.sweeps.sweep import SweepProgress


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (SweepProgress(0, 30, None), "0 of 30 solved."),
        (SweepProgress(3, 30, 250.4), "3 of 30 solved, about 4 minutes 10 seconds left."),
        (SweepProgress(1199, 1200, 0.3), "1,199 of 1,200 solved, about 10 seconds left."),
        (SweepProgress(30, 30, 0.0), "30 of 30 solved."),
    ],
)
def test_progress_is_shown_as_a_line(progress: SweepProgress, line: str):
    assert progress_line(progress) == line


@pytest.mark.parametrize(("quiet", "expected"), [(False, "0 of 2 solved.\n1 of 2 solved, about 10 seconds left.\n"), (True, "")])
def test_without_a_terminal_each_result_prints_a_line(quiet: bool, expected: str, capsys: pytest.CaptureFixture[str]):
    with SweepDisplay(quiet=quiet) as display:
        for progress in (SweepProgress(0, 2, None), SweepProgress(0, 2, None), SweepProgress(1, 2, 1), SweepProgress(1, 2, 1)):
            display.update(progress)
    assert capsys.readouterr() == ("", expected)
