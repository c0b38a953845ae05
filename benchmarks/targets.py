"""The planner's targets, and whether the runs of a suite meet them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.comparison import Comparison, Ratio, median
from benchmarks.national_pool import National
from benchmarks.records import WITHIN, Record, time_within
from scheduler.domain.schedule import TIERS


@dataclass(frozen=True)
class Target:
    """One target in words, the measured figure, and whether it holds; None if the suite did not measure it."""

    says: str
    found: str
    holds: bool | None


NOT_MEASURED = "not measured"
MAX_SECONDS_FOR_A_YEAR = 610


def targets(comparison: Comparison, national: National | None) -> list[Target]:
    """Return every target, in reading order."""
    return [
        _faster_than_highs(comparison),
        _near_the_limit(comparison),
        _before_timefold(comparison),
        _quarter(comparison),
        _year(comparison),
        _growth(comparison),
        _national(national),
    ]


def _faster_than_highs(comparison: Comparison) -> Target:
    says = "a month is proven at least 20 times as fast as by plain HiGHS (median)"
    ratios = comparison.ratios("month", "highs")
    middle, known = median(ratios), sum(one is not None for one in ratios)
    if middle is None:
        return _without_ratio(says, comparison, "month")
    which = "" if known == len(ratios) else f", over {known} of {len(ratios)} months"
    return Target(says, f"{middle} times{which}", _all_proven(comparison, "month") and middle.value >= 20)


def _near_the_limit(comparison: Comparison) -> Target:
    says = "a month takes at most 4 times as long as building its model and one relaxation (median)"
    ratios = comparison.ratios("month", "ours", below="lp_limit")
    middle = median(ratios)
    if middle is None:
        return _without_ratio(says, comparison, "month")
    largest = max((one for one in ratios if one is not None), key=lambda one: one.value)
    missing = sum(one is None for one in ratios)
    which = f"; no ratio for {missing} of {len(ratios)} months" if missing else ""
    holds = middle.value <= 4 and not middle.at_least and not missing
    return Target(says, f"{middle} times; at most {largest}{which}", holds)


def _before_timefold(comparison: Comparison) -> Target:
    says = "a month is proven before Timefold has its first schedule within 1%"
    months = [instance for size, instance in comparison.instances if size == "month"]
    tried = [month for month in months if any(one.ending != "unavailable" for one in _by_timefold(comparison, month))]
    answered = [month for month in tried if any(one.ending == "came back" for one in _by_timefold(comparison, month))]
    if not tried:
        return Target(says, NOT_MEASURED, None)
    before = sum(_is_before_timefold(comparison, month) for month in answered)
    failed = f"; it failed in {len(tried) - len(answered)}" if len(answered) < len(tried) else ""
    return Target(says, f"{before} of {len(answered)} months{failed}", before == len(tried))


def _by_timefold(comparison: Comparison, month: str) -> list[Record]:
    return [record for record in comparison.of("month", month) if record.peer == "timefold"]


def _is_before_timefold(comparison: Comparison, month: str) -> bool:
    """True if we prove the month before Timefold, which must have returned by itself, is within 1% of the best."""
    completed = [record for record in _by_timefold(comparison, month) if record.ending == "came back"]
    ours, best = comparison.time("month", month, "ours"), comparison.best("month", month)
    within = [seconds for record in completed if (seconds := time_within(record, best)) is not None]
    limit = max(record.limit for record in completed)
    return ours is not None and ours.exact and ours.seconds < min(within, default=limit)


def _quarter(comparison: Comparison) -> Target:
    says = "every quarter is proven within 8 times the median month"
    month = comparison.median_seconds("month", "ours")
    quarters = [comparison.time(size, instance, "ours") for size, instance in comparison.instances if size == "quarter"]
    longest = max((when.seconds for when in quarters if when is not None), default=None)
    if month is None or longest is None:
        return Target(says, NOT_MEASURED, None)
    all_proven = all(when is not None and when.exact for when in quarters)
    largest = Ratio(longest / month.value, at_least=not all_proven)
    return Target(says, f"at most {largest} times" if all_proven else f"{largest} times", all_proven and largest.value <= 8)


def _year(comparison: Comparison) -> Target:
    says = "a year takes at most 610 s and 6 GiB, with the last tier within 1% of its bound and the others proven"
    years = [record for record in comparison.of("year") if record.peer == "ours"]
    if not years:
        return Target(says, NOT_MEASURED, None)
    return Target(says, "; ".join(map(_year_in_words, years)), all(map(_is_year_good, years)))


def _last_gap(year: Record) -> float | None:
    if len(year.tiers) < len(TIERS) or len(year.bounds) < len(TIERS):
        return None
    return (year.tiers[-1] - year.bounds[-1]) / max(1, year.bounds[-1])


def _year_in_words(year: Record) -> str:
    above = _last_gap(year)
    quality = "no schedule" if above is None else f"{above:.2%} above its bound"
    return f"{quality}, {year.tiers_proven} tiers proven, {year.seconds:.0f} s, {year.mebibytes / 1024:.1f} GiB"


def _is_year_good(year: Record) -> bool:
    above = _last_gap(year)
    in_time = year.seconds <= MAX_SECONDS_FOR_A_YEAR and year.mebibytes <= 6 * 1024
    return above is not None and above <= WITHIN and year.tiers_proven >= len(TIERS) - 1 and in_time


def _growth(comparison: Comparison) -> Target:
    says = "time to proof grows at most with the power 1.5 of the number of conferences"
    growth = comparison.growth()
    if growth is None:
        return Target(says, NOT_MEASURED, None)
    unproven = [instance for size in comparison.sizes for instance in _unproven(comparison, size)]
    if unproven:
        return Target(says, f"{growth[0]:.2f} for proven instances; not proven: {', '.join(unproven)}", False)
    return Target(says, f"{growth[0]:.2f}", growth[0] <= 1.5)


def _national(national: National | None) -> Target:
    says = "planned two at a time, all authorities take at most 1.1 times half as long"
    if national is None:
        return Target(says, NOT_MEASURED, None)
    figures = (
        f"{national.ratio:.2f} times; {national.proven} of {len(national.in_pool)} proven, each {national.slowdown:.2f} times"
    )
    return Target(says, figures, max(national.ratio, national.slowdown) <= 1.1)


def _all_proven(comparison: Comparison, size: str) -> bool:
    return not any(_unproven(comparison, size))


def _unproven(comparison: Comparison, size: str) -> Iterator[str]:
    for of, instance in comparison.instances:
        ours = comparison.time(of, instance, "ours")
        if of == size and (ours is None or not ours.exact):
            yield instance


def _without_ratio(says: str, comparison: Comparison, size: str) -> Target:
    """Return a target without a ratio, because nothing ran or because we proved nothing."""
    unproven = list(_unproven(comparison, size))
    return Target(says, f"not proven: {', '.join(unproven)}", False) if unproven else Target(says, NOT_MEASURED, None)
