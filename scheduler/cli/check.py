"""``scheduler check``: recompute every rule and tier of a schedule, without the solver."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.exit_codes import ExitCode, refuse, refusing_bad_input
from scheduler.cli.import_interrupts import ending_on_interrupt
from scheduler.cli.options import LONGEST_LIST, Errors, ProblemFile, Today, day_of
from scheduler.cli.output_paths import output_faults
from scheduler.domain.preferences import PREFERENCES
from scheduler.domain.schedule import TIERS
from scheduler.wording import TIER_IN_WORDS, agree, capitalised, count_of, number

if TYPE_CHECKING:
    from scheduler.checker import CheckReport
    from scheduler.domain.problem import Problem
    from scheduler.files import FaultWording


def check(
    problem: ProblemFile,
    schedule: Annotated[Path, typer.Argument(metavar="SCHEDULE", help="A schedule written by plan --out.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write the result as JSON.")] = False,
    errors: Errors = None,
    today: Today = None,
) -> None:
    """Recompute every rule and tier without the solver. Exit with 1 if a hard rule is broken."""
    day, day_faults = day_of(today)
    if faults := [*output_faults("--errors", errors, ".xlsx", problem, schedule), *day_faults]:
        refuse(faults)
    with ending_on_interrupt():
        from scheduler.checker import check as recompute
        from scheduler.domain.problem import on_day
        from scheduler.files import read_problem_to_judge, read_schedule_file

    with refusing_bad_input(problem, errors):
        the_problem, wording = read_problem_to_judge(problem)
    with refusing_bad_input():
        the_schedule = read_schedule_file(schedule)
    report = recompute(on_day(the_problem, day) if day is not None else the_problem, the_schedule)
    typer.echo(_as_json(report) if as_json else "\n".join(_in_words(the_problem, report, wording)))
    raise typer.Exit(ExitCode.WRITTEN if report.ok else ExitCode.RULE_BROKEN)


def _as_json(report: CheckReport) -> str:
    content = {
        "ok": report.ok,
        "violations": [violation.model_dump(include={"rule", "subject", "text"}) for violation in report.violations],
        "tiers": report.measure.tiers,
        "counts": report.measure.counts,
        "remarks": [*(f"{remark.place}: {remark.text}" for remark in report.implausible), *report.remarks],
        "exceptions": [exception.model_dump() for exception in report.exceptions],
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def _in_words(problem: Problem, report: CheckReport, wording: FaultWording) -> Iterator[str]:
    from scheduler.remarks import implausible
    from scheduler.rules import HARD_RULES, PREFERENCE_RULES

    if odd := implausible(problem):
        yield f"{capitalised(count_of(len(odd), 'entry', 'entries'))} of the problem {agree(len(odd), 'looks', 'look')} wrong:"
        yield from (f"  - {wording(one)}" for one in odd[:LONGEST_LIST])
        yield from [f"  - and {number(len(odd) - LONGEST_LIST)} more."] if len(odd) > LONGEST_LIST else []
        yield ""
    if report.exceptions:
        yield "The schedule lists these exceptions:"
        yield from (f"  - {one.conference} ({one.rule}): {one.text}" for one in report.exceptions)
        yield ""
    if report.ok:
        yield "No hard rule is broken."
    else:
        broken = [rule for rule in HARD_RULES if any(violation.rule == rule.name for violation in report.violations)]
        many = len(broken)
        yield f"{count_of(many, 'hard rule')} {agree(many, 'is', 'are')} broken, in {count_of(len(report.violations), 'place')}:"
        for rule in broken:
            yield f"  {rule.name}  {rule.title}"
            yield from (f"    - {violation.text}" for violation in report.violations if violation.rule == rule.name)
    yield ""
    yield "The tiers, most important first:"
    yield from _aligned([(f"{n}  {TIER_IN_WORDS[tier]}", report.measure.tiers[tier]) for n, tier in enumerate(TIERS, 1)])
    yield ""
    yield "The preferences, each with its count and its cost:"
    counts, weight = report.measure.counts, problem.policy.weight
    both = zip(PREFERENCE_RULES, PREFERENCES, strict=True)
    in_use = [(rule.title, one.name) for rule, one in both if one.weight or weight(one.name)]  # others are opt-in
    yield from _aligned([(title, counts[name], counts[name] * weight(name)) for title, name in in_use])
    if report.remarks:
        yield ""
        yield from (f"Note: {remark}" for remark in report.remarks)


def _aligned(rows: Sequence[tuple[str, *tuple[int, ...]]]) -> Iterator[str]:
    """Yield the rows of a plain-text table, with labels left-aligned and numbers right-aligned."""
    texts = [(label, *(number(value) for value in values)) for label, *values in rows]
    widths = [max(len(text) for text in column) for column in zip(*texts, strict=True)]
    for label, *values in texts:
        numbers = (value.rjust(width) for value, width in zip(values, widths[1:], strict=True))
        yield "  ".join(["", label.ljust(widths[0]), *numbers])
