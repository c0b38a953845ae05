"""Merged cells. Only the first of them has a value; the others read as blank but must not be treated as blank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

Corners = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class MergedRange:
    """A merged range: its first and last row and column, inclusive and counted from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __len__(self) -> int:
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)

    @property
    def hidden(self) -> Iterator[tuple[int, int]]:
        """Yield the row and column of each cell except the first, the only one that can have a value."""
        return islice(product(range(self.first_row, self.last_row + 1), range(self.first_column, self.last_column + 1)), 1, None)


def merged_within(height: int, width: int, ranges: Iterable[Corners]) -> list[MergedRange]:
    """Return the merged ranges cut to a table of ``height`` rows and ``width`` columns. Raise ValueError if they overlap."""
    cut = [MergedRange(top, left, min(bottom, height - 1), min(right, width - 1)) for (top, left), (bottom, right) in ranges]
    within = [merged for merged in cut if merged.first_row <= merged.last_row and merged.first_column <= merged.last_column]
    taken = [bytearray(width) for _ in range(height)]
    for merged in within:
        columns = slice(merged.first_column, merged.last_column + 1)
        for row in taken[merged.first_row : merged.last_row + 1]:
            if any(row[columns]):
                raise ValueError("merged cells overlap")
            row[columns] = b"1" * len(row[columns])
    return [merged for merged in within if len(merged) > 1]
