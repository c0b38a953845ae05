"""What the records say together: ratios within one run of a suite, medians by size, growth, and where our time goes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.phases import PHASES
from benchmarks.records import Reached, Record, best_of, reached

PLACES = 4


@dataclass(frozen=True)
class Ratio:
    """One time over another; ``at_least`` where the one above was cut short, so that the true ratio is larger."""

    value: float
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'≥ ' if self.at_least else ''}{self.value:.3g}"


def ratio(above: Reached | None, below: Reached | None) -> Ratio | None:
    """Above over below; None where it can't be said, as where the one below never reached its goal."""
    if above is None or below is None or not below.exact:
        return None
    return Ratio(above.seconds / below.seconds, at_least=not above.exact)


def median(ratios: Sequence[Ratio | None]) -> Ratio | None:
    """The median of what is known; at least that, where one of those up to it is only known so far."""
    known = [one for one in ratios if one is not None]
    if not known:
        return None
    values = [one.value for one in known]
    upper = statistics.median_high(values)
    return Ratio(statistics.median(values), at_least=any(one.at_least and one.value <= upper for one in known))


@dataclass(frozen=True)
class Comparison:
    """The records of one run of a suite, with questions to ask of them."""

    records: tuple[Record, ...]

    @property
    def instances(self) -> list[tuple[str, str]]:
        """Size and name of each instance, in the order in which they ran."""
        return list(dict.fromkeys((record.size, record.instance) for record in self.records))

    @property
    def sizes(self) -> list[str]:
        """The sizes, in the order in which they ran."""
        return list(dict.fromkeys(record.size for record in self.records))

    def of(self, size: str, instance: str | None = None) -> list[Record]:
        """The records of a size, or of one instance."""
        return [r for r in self.records if r.size == size and (instance is None or r.instance == instance)]

    def labels(self, size: str) -> list[str]:
        """The peers that ran on a size, those with several limits once for each."""
        return list(dict.fromkeys(record.label for record in self.of(size)))

    def one(self, size: str, instance: str, label: str) -> Record | None:
        """The record of one run."""
        return next((record for record in self.of(size, instance) if record.label == label), None)

    def best(self, size: str, instance: str) -> tuple[int, ...]:
        """The best tiers that anybody found for an instance."""
        return best_of(self.of(size, instance))

    def time(self, size: str, instance: str, label: str) -> Reached | None:
        """When a peer reached its goal on an instance."""
        record = self.one(size, instance, label)
        return None if record is None else reached(record, self.best(size, instance))

    def ratio(self, size: str, instance: str, label: str, below: str = "ours") -> Ratio | None:
        """How many times as long a peer took for its goal as another, ours as a rule, took for its own."""
        return ratio(self.time(size, instance, label), self.time(size, instance, below))

    def ratios(self, size: str, label: str, below: str = "ours") -> list[Ratio | None]:
        """The ratio on every instance of a size."""
        return [self.ratio(of, instance, label, below) for of, instance in self.instances if of == size]

    def median_seconds(self, size: str, label: str) -> Ratio | None:
        """The median time of a peer to its goal, in seconds."""
        times = [self.time(of, instance, label) for of, instance in self.instances if of == size]
        return median([None if when is None else Ratio(when.seconds, not when.exact) for when in times])

    def median_ratio(self, size: str, label: str) -> Ratio | None:
        """The median over the instances of how many times as long as we a peer took."""
        return median(self.ratios(size, label))

    def growth(self, label: str = "ours") -> tuple[float, float] | None:
        """The exponent and the factor of ``seconds = factor * conferences ** exponent``, fitted to what was reached.

        None with fewer than two sizes of which anything was.
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
        """The share of our threads' time that went into each phase; all runs of a size together."""
        ours = [record for record in self.of(size) if record.peer == "ours"]
        spent = {phase: sum(record.figures.get(f"{phase}_seconds", 0.0) for record in ours) for phase in PHASES}
        whole = sum(spent.values())
        return {phase: round(seconds / whole, PLACES) for phase, seconds in spent.items()} if whole else {}
