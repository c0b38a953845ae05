"""Tables of reports as pandas data frames.

pandas is imported for the first report, and not when the service starts: the import takes longer than the rest of the
start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def frame(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """Return rows as a data frame whose cells keep their types."""
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(columns), dtype=object)


def sums(table: pd.DataFrame, by: Sequence[str], groups: Sequence[tuple[object, ...]]) -> list[dict[str, int]]:
    """Return the sums of the other columns for each of the groups, in their order; 0 if a group has no rows.

    There are at least two columns to group by.
    """
    import pandas as pd

    index = pd.MultiIndex.from_tuples(groups, names=list(by))
    totals = table.groupby(list(by), sort=False).sum().reindex(index, fill_value=0)
    return [{str(name): int(value) for name, value in row.items()} for row in totals.to_dict("records")]


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts as CSV with the line ends of RFC 4180."""
    text: str = frame(headings, rows).to_csv(index=False, lineterminator="\r\n")
    return text


def percent(part: int, whole: int) -> int | None:
    """Return a part in per cent, or None if there is nothing to be part of."""
    return round(100 * part / whole) if whole else None


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a data frame, each as a dictionary of plain Python values."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
