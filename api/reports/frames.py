"""Tables of reports as pandas data frames.

pandas is imported for the first report, and not when the service starts: the import takes longer than the rest of the
start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def frame(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """Return rows as a data frame whose cells keep their types."""
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(columns), dtype=object)


def sums(table: pd.DataFrame, by: Sequence[str], groups: Sequence[tuple[object, ...]]) -> list[dict[str, int]]:
    """Return the sums of the other columns for each of the groups, in their order; 0 if a group has no rows.

    A group is a tuple of values of the columns ``by``, even of a single one.
    """
    totals = {_group(row, by): row for row in records(table.groupby(list(by), sort=False).sum().reset_index())}
    names = [str(name) for name in table.columns if name not in by]
    return [{name: int(totals[group][name]) if group in totals else 0 for name in names} for group in groups]


def _group(row: Mapping[str, Any], by: Sequence[str]) -> tuple[object, ...]:
    return tuple(row[name] for name in by)


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts as CSV with the line ends of RFC 4180."""
    text: str = frame(headings, rows).to_csv(index=False, lineterminator="\r\n")
    return text


def percent(part: int, whole: int) -> int | None:
    """Return a part in per cent, or None if there is nothing to be part of. Only all is 100, and only none is 0."""
    if not whole:
        return None
    return min(99, max(1, round(100 * part / whole))) if 0 < part < whole else round(100 * part / whole)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a data frame, each as a dictionary of plain Python values."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
