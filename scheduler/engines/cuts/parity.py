"""Combinations of rows that are even in every fractional column, by Gaussian elimination over GF(2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduler.grouping import Ints, Mask
from scheduler.model.programme import Floats

Words = NDArray[np.uint64]
WORD = 64


def packed(bits: Mask) -> Words:
    """Return each row of a mask as words of 64 bits, the first column in the lowest bit."""
    rows, columns = bits.shape
    padded = np.zeros((rows, -(-columns // WORD) * WORD), dtype=np.bool_)
    padded[:, :columns] = bits
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)


def unpacked(words: Words, columns: int) -> Mask:
    """Return the mask that ``packed`` was made from."""
    return np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")[:, :columns].astype(np.bool_)


def even_combinations(odd: Mask, odd_limit: Mask, slack: Floats, order: Ints, most: float, rank: Floats) -> tuple[Words, Floats]:
    """Return combinations of rows, packed, whose sum is even in every column and odd in its limit; and their slack together.

    ``odd`` (rows by columns) and ``odd_limit`` say which coefficients and limits are odd. Columns are eliminated in ``order``,
    each by the row with the least sum of ``rank``. A combination whose slack reaches ``most`` is dropped.
    """
    rows = len(slack)
    parity, members = packed(odd), packed(np.eye(rows, dtype=np.bool_))
    slack, rank, limit, alive = slack.copy(), rank.copy(), odd_limit.copy(), slack < most
    for column in order.tolist():
        bit = np.uint64(1) << np.uint64(column % WORD)
        having = np.flatnonzero(((parity[:, column // WORD] & bit) != 0) & alive)
        if not len(having):
            continue
        pivot = having[np.argmin(rank[having])]
        others = having[having != pivot]
        together = slack[others] + slack[pivot]
        alive[others[together >= most]] = False
        alive[pivot] = False
        changed = others[together < most]
        parity[changed] ^= parity[pivot]
        members[changed] ^= members[pivot]
        limit[changed] ^= limit[pivot]
        slack[changed] += slack[pivot]
        rank[changed] += rank[pivot]
    found = np.flatnonzero(alive & limit)
    return members[found], slack[found]
