"""Reasons for lateness in words."""

from __future__ import annotations

from collections.abc import Sequence

from api.diary.conferences.lateness import GivenReason
from scheduler.wording import in_a_row


def in_words(given: Sequence[GivenReason]) -> str | None:
    """Return the reasons: one alone if they agree, or else each with its source; None if there are none.

    ``family asked (exception) and report missing (outcome)``.
    """
    sources: dict[str, list[str]] = {}
    for one in given:
        sources.setdefault(one.reason, []).append(one.source)
    if len(sources) < 2:
        return next(iter(sources), None)
    return in_a_row([f"{reason} ({' and '.join(of_it)})" for reason, of_it in sources.items()])
