"""Zero-half cuts: the sum of some rows, halved and rounded down, where what is rounded is a half.

Rows with whole coefficients that are added, with bounds of columns for the odd coefficients that are left, give an even left
side. Half of it is whole, so half of the right side may be rounded down. (Caprara & Fischetti 1996; the separation follows
Andreello, Caprara & Fischetti 2007.) A cut is made from the rows themselves in whole numbers. It is valid whatever the point was.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from scheduler.engines.cuts.parameters import ZeroHalf
from scheduler.engines.cuts.parity import even_combinations, unpacked
from scheduler.engines.cuts.rows import Rows, no_rows
from scheduler.grouping import Ints, Mask
from scheduler.model.programme import Floats

FRACTIONAL = 1e-6
"""A value within this of its limits counts as whole."""


def zero_half_cuts(rows: Rows, point: Floats, top: Ints, how: ZeroHalf, random: np.random.Generator) -> Rows:
    """Return the best cuts that the point breaks: none nearly parallel to another, the most violated for their length first.

    ``top`` are the columns' upper limits (the lower ones are 0).
    """
    near = rows.select(rows.excess(point) > -how.most_slack)
    is_high = point > top / 2
    distance = np.maximum(np.where(is_high, top - point, point), 0)
    fractional = np.flatnonzero(distance > FRACTIONAL)
    if not len(fractional) or not len(near):
        return no_rows(len(point))
    odd = np.asarray((near.matrix[:, fractional].toarray() & 1) == 1)
    limit = near.most - near.matrix @ np.where(is_high, top, 0)
    slack = np.maximum(-near.excess(point), 0)
    combinations: dict[bytes, tuple[float, Ints]] = {}
    for number in range(how.passes):
        shuffled = how.shuffle * (number > 0)
        order = np.argsort(-(distance[fractional] + shuffled * random.random(len(fractional))), kind="stable")
        rank = slack + shuffled * random.random(len(slack)) / len(slack)
        members, of_sum = even_combinations(odd, (limit & 1) == 1, slack, order, how.most_slack, rank)
        for member, together in zip(members, of_sum.tolist(), strict=True):
            combinations.setdefault(member.tobytes(), (together, member))
    least = sorted(combinations.values(), key=lambda one: one[0])[: how.rebuilt]
    if not least:
        return no_rows(len(point))
    chosen = unpacked(np.stack([member for _, member in least]), len(near))
    return _best(rebuilt(near, chosen, is_high, top), point, fractional, how)


def rebuilt(rows: Rows, chosen: Mask, is_high: Mask, top: Ints) -> Rows:
    """Return the cut of each combination (a row of ``chosen``), in whole numbers from the rows themselves.

    An odd coefficient that is left is made even by its column's limit: the upper one (``is_high``) or 0.
    """
    total = sparse.csr_array(sparse.csr_array(chosen.astype(np.int64)) @ rows.matrix)
    is_odd = (total.data & 1) == 1
    is_above = is_odd & is_high[total.indices]
    added = is_above.astype(np.int64) - (is_odd & ~is_above)
    of_row = np.repeat(np.arange(len(chosen)), np.diff(total.indptr))
    most = chosen.astype(np.int64) @ rows.most
    np.add.at(most, of_row[is_above], top[total.indices[is_above]])
    halved = sparse.csr_array(((total.data + added) // 2, total.indices, total.indptr), shape=total.shape)
    halved.eliminate_zeros()
    return Rows(halved, most // 2)


def _best(cuts: Rows, point: Floats, fractional: Ints, how: ZeroHalf) -> Rows:
    """Return the most violated cuts for their length. How parallel two are is measured in the fractional columns."""
    violation = cuts.excess(point)
    length = np.sqrt(np.asarray(cuts.matrix.multiply(cuts.matrix).sum(axis=1), dtype=np.float64))
    broken = np.flatnonzero((violation > how.least_violation) & (length > 0))
    order = broken[np.argsort(-violation[broken] / length[broken], kind="stable")]
    seen = cuts.matrix[order][:, fractional].toarray().astype(np.float64)
    unit = seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9)
    cosines = unit @ unit.T
    kept: list[int] = []
    for n in range(len(order)):
        if len(kept) < how.kept and (not kept or cosines[n, kept].max() <= how.most_parallel):
            kept.append(n)
    return cuts.select(order[kept])
