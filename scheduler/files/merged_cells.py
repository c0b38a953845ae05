"""Merged cells: only the first holds what was entered, so that none of the others may be taken for a blank one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

Corners = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Merged:
    """Cells that are merged into one: their first and last row and column, both included, counted from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __len__(self) -> int:
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)

    @property
    def hidden(self) -> Iterator[tuple[int, int]]:
        """The row and column of each cell but the first, which alone can hold anything."""
        return islice(product(range(self.first_row, self.last_row + 1), range(self.first_column, self.last_column + 1)), 1, None)


def merged_within(height: int, width: int, ranges: Iterable[Corners]) -> list[Merged]:
    """The merged cells as far as they lie within a table of that size. Raises ValueError where they overlap, as none can."""
    cut = [Merged(top, left, min(bottom, height - 1), min(right, width - 1)) for (top, left), (bottom, right) in ranges]
    within = [merged for merged in cut if merged.first_row <= merged.last_row and merged.first_column <= merged.last_column]
    taken = [bytearray(width) for _ in range(height)]
    for merged in within:
        columns = slice(merged.first_column, merged.last_column + 1)
        for row in taken[merged.first_row : merged.last_row + 1]:
            if any(row[columns]):
                raise ValueError("merged cells overlap")
            row[columns] = b"1" * len(row[columns])
    return [merged for merged in within if len(merged) > 1]
