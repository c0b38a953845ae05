"""The comparison of the runs of one suite: ratios, medians by size, growth, and the phases of our time."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.phases import PHASES
from benchmarks.records import Record, TimeToGoal, best_of, time_to_goal

PLACES = 4


@dataclass(frozen=True)
class Ratio:
    """One time divided by another; ``at_least`` if the numerator was cut short, so the true ratio is larger."""

    value: float
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'≥ ' if self.at_least else ''}{self.value:.3g}"


def ratio(above: TimeToGoal | None, below: TimeToGoal | None) -> Ratio | None:
    """Return above divided by below, or None if either is missing or ``below`` was cut short."""
    if above is None or below is None or not below.exact:
        return None
    return Ratio(above.seconds / below.seconds, at_least=not above.exact)


def median(ratios: Sequence[Ratio | None]) -> Ratio | None:
    """Return the median of the known ratios; it is a lower limit if any ratio up to it is one."""
    known = [one for one in ratios if one is not None]
    if not known:
        return None
    values = [one.value for one in known]
    upper = statistics.median_high(values)
    return Ratio(statistics.median(values), at_least=any(one.at_least and one.value <= upper for one in known))


@dataclass(frozen=True)
class Comparison:
    """The records of one run of a suite, and figures derived from them."""

    records: tuple[Record, ...]

    @property
    def instances(self) -> list[tuple[str, str]]:
        """Return the size and name of each instance, in the order in which they ran."""
        return list(dict.fromkeys((record.size, record.instance) for record in self.records))

    @property
    def sizes(self) -> list[str]:
        """Return the sizes, in the order in which they ran."""
        return list(dict.fromkeys(record.size for record in self.records))

    def of(self, size: str, instance: str | None = None) -> list[Record]:
        """Return the records of a size, or of one instance."""
        return [r for r in self.records if r.size == size and (instance is None or r.instance == instance)]

    def labels(self, size: str) -> list[str]:
        """Return the labels of the peers that ran on a size: one for each limit of a peer without proofs."""
        return list(dict.fromkeys(record.label for record in self.of(size)))

    def one(self, size: str, instance: str, label: str) -> Record | None:
        """Return the record of one run, or None."""
        return next((record for record in self.of(size, instance) if record.label == label), None)

    def best(self, size: str, instance: str) -> tuple[int, ...]:
        """Return the best tiers of any peer on an instance."""
        return best_of(self.of(size, instance))

    def time(self, size: str, instance: str, label: str) -> TimeToGoal | None:
        """Return a peer's time to its goal on an instance."""
        record = self.one(size, instance, label)
        return None if record is None else time_to_goal(record, self.best(size, instance))

    def ratio(self, size: str, instance: str, label: str, below: str = "ours") -> Ratio | None:
        """Return a peer's time to its goal, divided by that of the peer ``below``."""
        return ratio(self.time(size, instance, label), self.time(size, instance, below))

    def ratios(self, size: str, label: str, below: str = "ours") -> list[Ratio | None]:
        """Return the ratio on every instance of a size."""
        return [self.ratio(of, instance, label, below) for of, instance in self.instances if of == size]

    def median_seconds(self, size: str, label: str) -> Ratio | None:
        """Return the median time of a peer to its goal, in seconds."""
        times = [self.time(of, instance, label) for of, instance in self.instances if of == size]
        return median([None if when is None else Ratio(when.seconds, not when.exact) for when in times])

    def median_ratio(self, size: str, label: str) -> Ratio | None:
        """Return the median over the instances of a peer's time to its goal, divided by ours."""
        return median(self.ratios(size, label))

    def growth(self, label: str = "ours") -> tuple[float, float] | None:
        """Fit ``seconds = factor * conferences ** exponent`` to the goals reached; return the exponent and the factor.

        Return None unless goals were reached in at least two sizes.
        """
        points = [
            (record.size, record.conferences, when.seconds)
            for record in self.records
            if record.label == label and (when := self.time(record.size, record.instance, label)) is not None and when.exact
        ]
        if min(len({size for size, _, _ in points}), len({n for _, n, _ in points})) < 2:
            return None
        exponent, logarithm = np.polyfit(np.log([n for _, n, _ in points]), np.log([s for _, _, s in points]), 1)
        return float(exponent), float(np.exp(logarithm))

    def phases(self, size: str) -> dict[str, float]:
        """Return the share of our threads' time in each phase, over all runs of a size."""
        ours = [record for record in self.of(size) if record.peer == "ours"]
        spent = {phase: sum(record.figures.get(f"{phase}_seconds", 0.0) for record in ours) for phase in PHASES}
        whole = sum(spent.values())
        return {phase: round(seconds / whole, PLACES) for phase, seconds in spent.items()} if whole else {}
