"""What the planner is to reach, and whether a run of a suite shows that it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.comparison import Comparison, Ratio, median
from benchmarks.records import WITHIN, Record, within_reach
from benchmarks.two_at_a_time import National
from scheduler.domain.schedule import TIERS


@dataclass(frozen=True)
class Target:
    """One target in words, the figure that was found, and whether it holds; None where the suite did not measure it."""

    says: str
    found: str
    holds: bool | None


NOT_MEASURED = "not measured"
MOST_SECONDS_OF_A_YEAR = 610


def targets(comparison: Comparison, national: National | None) -> list[Target]:
    """Every target, in the order in which they are to be read."""
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
    found, known = median(ratios), sum(one is not None for one in ratios)
    if found is None:
        return _unsaid(says, comparison, "month")
    which = "" if known == len(ratios) else f", of {known} of {len(ratios)} months"
    return Target(says, f"{found} times{which}", _all_proven(comparison, "month") and found.value >= 20)


def _near_the_limit(comparison: Comparison) -> Target:
    says = "a month takes at most 4 times as long as building it and its last relaxation (median)"
    ratios = comparison.ratios("month", "ours", below="lp_limit")
    found = median(ratios)
    if found is None:
        return _unsaid(says, comparison, "month")
    most = max((one for one in ratios if one is not None), key=lambda one: one.value)
    unsaid = sum(one is None for one in ratios)
    which = f"; nothing to say of {unsaid} of {len(ratios)} months" if unsaid else ""
    return Target(says, f"{found} times; at most {most}{which}", found.value <= 4 and not found.at_least and not unsaid)


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
    """Of a month on which Timefold came back by itself."""
    ran = [record for record in _by_timefold(comparison, month) if record.ending == "came back"]
    ours, best = comparison.time("month", month, "ours"), comparison.best("month", month)
    within = [seconds for record in ran if (seconds := within_reach(record, best)) is not None]
    patience = max(record.limit for record in ran)
    return ours is not None and ours.exact and ours.seconds < min(within, default=patience)


def _quarter(comparison: Comparison) -> Target:
    says = "every quarter is proven within 8 times the median month"
    month = comparison.median_seconds("month", "ours")
    quarters = [comparison.time(size, instance, "ours") for size, instance in comparison.instances if size == "quarter"]
    longest = max((when.seconds for when in quarters if when is not None), default=None)
    if month is None or longest is None:
        return Target(says, NOT_MEASURED, None)
    all_proven = all(when is not None and when.exact for when in quarters)
    most = Ratio(longest / month.value, at_least=not all_proven)
    return Target(says, f"at most {most} times" if all_proven else f"{most} times", all_proven and most.value <= 8)


def _year(comparison: Comparison) -> Target:
    says = "a year's last tier is within 1% of its bound, all others proven, in 10 minutes (10 s more to end), 6 GiB"
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
    in_time = year.seconds <= MOST_SECONDS_OF_A_YEAR and year.mebibytes <= 6 * 1024
    return above is not None and above <= WITHIN and year.tiers_proven >= len(TIERS) - 1 and in_time


def _growth(comparison: Comparison) -> Target:
    says = "time to proof grows at most with the 1.5th power of the conferences"
    found = comparison.growth()
    if found is None:
        return Target(says, NOT_MEASURED, None)
    unproven = [instance for size in comparison.sizes for instance in _unproven(comparison, size)]
    if unproven:
        return Target(says, f"{found[0]:.2f} of what is proven; not proven: {', '.join(unproven)}", False)
    return Target(says, f"{found[0]:.2f}", found[0] <= 1.5)


def _national(national: National | None) -> Target:
    says = "all authorities two at a time take at most 1.1 times half of one by one"
    if national is None:
        return Target(says, NOT_MEASURED, None)
    told = f"{national.ratio:.2f} times; {national.proven} of {len(national.in_pool)} proven, {national.slowdown:.2f} times each"
    return Target(says, told, max(national.ratio, national.slowdown) <= 1.1)


def _all_proven(comparison: Comparison, size: str) -> bool:
    return not any(_unproven(comparison, size))


def _unproven(comparison: Comparison, size: str) -> Iterator[str]:
    for of, instance in comparison.instances:
        ours = comparison.time(of, instance, "ours")
        if of == size and (ours is None or not ours.exact):
            yield instance


def _unsaid(says: str, comparison: Comparison, size: str) -> Target:
    """No ratio can be said: because nothing ran, or because nothing of ours is proven."""
    unproven = list(_unproven(comparison, size))
    return Target(says, f"not proven: {', '.join(unproven)}", False) if unproven else Target(says, NOT_MEASURED, None)
