import numpy as np
import pytest

from scheduler.engines import pricing
from scheduler.engines.highs_process import Highs
from scheduler.grouping import Ints
from tests.engines.small import no_limit, whole
from tests.engines.small_problems import Case, cases


@pytest.fixture
def few_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes that make small parts large ones."""
    monkeypatch.setattr(pricing, "DIRECTLY", 5)
    monkeypatch.setattr(pricing, "AT_FIRST", 4)
    monkeypatch.setattr(pricing, "ADDED", 7)


def groups(one: Case) -> Ints:
    group = np.full(one.programme.columns, -1)
    group[: len(one.candidates)] = one.candidates.request
    return group


def test_pricing_comes_to_what_all_columns_give(few_at_first: None, highs: Highs) -> None:
    for one in cases(10):
        wanted = np.flatnonzero(one.start())
        for tier in ("unplaced", "caseload", "preferences"):
            part = whole(one.programme, tier)
            expected = highs.relaxation(part, no_limit())
            found = pricing.relaxed(highs, part, groups(one), wanted, no_limit())
            assert expected is not None
            assert found is not None
            relaxation, bound = found
            assert bound.part is part
            assert bound.value == part.rounded_up(expected.value - 1e-5)
            assert len(relaxation.point) == len(part.columns)
            assert (part.matrix @ relaxation.point <= part.upper + 1e-6).all()
            assert (part.matrix @ relaxation.point >= part.lower - 1e-6).all()


def test_a_budget_that_is_over_gives_nothing(few_at_first: None, highs: Highs) -> None:
    one = next(cases(1))
    over = no_limit()
    over.stop.set()
    assert pricing.relaxed(highs, whole(one.programme), groups(one), np.arange(0), over) is None
