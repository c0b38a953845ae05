import pytest

from scheduler.cli.progress_display import gap_in_words, progress_line
from scheduler.engines.progress import Progress


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (None, "  12 s  preparing"),
        (Progress(11.8, "late", None, None), "  12 s  Lateness: no schedule yet"),
        (Progress(11.8, "late", 130, None), "  12 s  Lateness: best so far 130"),
        (
            Progress(11.8, "preferences", 1860, 1842),
            "  12 s  Preferences: best so far 1,860, bound 1,842, at most 18 from the best (1.0%)",
        ),
        (Progress(11.8, "preferences", 1842, 1842), "  12 s  Preferences: best so far 1,842, bound 1,842, proven best"),
    ],
)
def test_progress_is_shown_as_a_plain_line(progress: Progress | None, expected: str):
    assert progress_line(12, progress) == expected


@pytest.mark.parametrize(
    ("best", "bound", "expected"),
    [(None, 3, ""), (3, None, ""), (3, 3, "proven best"), (0, 0, "proven best"), (40, 0, "at most 40 from the best (100.0%)")],
)
def test_the_gap_is_shown_in_words(best: int | None, bound: int | None, expected: str):
    assert gap_in_words(best, bound) == expected
