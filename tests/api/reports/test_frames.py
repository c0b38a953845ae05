from __future__ import annotations

import csv
import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.reports import frames
from tests.paths import ROOT

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, None), (0, 7, 0), (7, 7, 100), (1, 2, 50), (199, 200, 99), (1, 999, 1), (2, 3, 67), (994, 1000, 99)],
)
def test_only_all_is_a_hundred_per_cent(part: int, whole: int, expected: int | None) -> None:
    assert frames.percent(part, whole) == expected


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=5))
def test_csv_is_what_the_standard_library_writes(rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("a", "b", "c"), *rows])
    assert frames.csv_text(("a", "b", "c"), rows) == text.getvalue()


def test_a_group_without_rows_has_sums_of_0() -> None:
    table = frames.frame(("room", "month", "children"), [("R1", 1, 2), ("R1", 1, 3), ("R2", 1, 4), ("R3", 9, 5)])
    groups = [("R2", 1), ("R1", 1), ("R1", 2)]
    assert frames.sums(table, ("room", "month"), groups) == [{"children": 4}, {"children": 5}, {"children": 0}]
    empty = frames.frame(("room", "month", "children"), [])
    assert frames.sums(empty, ("room", "month"), groups) == [{"children": 0}] * 3


def test_a_group_may_be_of_one_column() -> None:
    table = frames.frame(("room", "children"), [("R1", 2), ("R1", 3), ("R3", 5)])
    assert frames.sums(table, ("room",), [("R1",), ("R2",)]) == [{"children": 5}, {"children": 0}]
    assert frames.sums(table, ("room",), []) == []


def test_only_a_report_loads_pandas() -> None:
    program = """
import sys
import api.app
print("pandas" in sys.modules)
from api.reports import frames
frames.csv_text(["a"], [["b"]])
print("pandas" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
