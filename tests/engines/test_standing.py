import math
import threading

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.schedule import TIERS
from scheduler.engines.budget import Budget
from scheduler.engines.progress import Progress
from scheduler.engines.standing import Standing
from tests.engines.small import array, made, no_limit, whole

# Two columns of up to 9, of which the first costs in the first tier and the second in the last.
PROGRAMME = made([(-math.inf, [1, 1], 18)], [9, 9], {"unplaced": [1, 0], "preferences": [0, 2]}, {"late": 4, "preferences": 1})
POINT = st.tuples(st.integers(0, 9), st.integers(0, 9))


def standing(heard: list[Progress] | None = None, start: tuple[int, int] = (9, 9)) -> Standing:
    budget = Budget(lambda: 12.0, 10.0, None)
    return Standing(PROGRAMME, array(*start), budget, None if heard is None else heard.append)


def test_values_are_those_of_every_tier_with_its_constant() -> None:
    one = standing(start=(2, 3))
    assert one.values == one.valued(array(2, 3)) == (2, 4, 0, 0, 0, 7)
    assert {tier: one.value(tier) for tier in TIERS} == dict(zip(TIERS, (2, 4, 0, 0, 0, 7), strict=True))
    assert one.first_seconds == 2


@settings(max_examples=60, deadline=None)
@given(POINT, st.lists(POINT, max_size=12))
def test_the_best_in_the_order_of_the_tiers_is_kept(start: tuple[int, int], offers: list[tuple[int, int]]) -> None:
    heard: list[Progress] = []
    one, best = standing(heard, start), start
    for offer in offers:
        assert one.offer(array(*offer)) == (offer < best)
        best = min(best, offer)
        assert (tuple(one.point.tolist()), one.values) == (best, one.valued(array(*best)))
    assert len(heard) == len({min([start, *offers[: n + 1]]) for n in range(len(offers))} - {start})


def test_what_was_offered_may_change_afterwards() -> None:
    one, point = standing(), array(1, 1)
    one.offer(point)
    point[:] = 5
    assert one.point.tolist() == [1, 1]


def test_of_a_part_the_other_columns_are_0() -> None:
    one = standing()
    assert one.offer_part(whole(PROGRAMME).kept(np.array([False, True])), array(3))
    assert one.point.tolist() == [0, 3]
    assert not one.offer_part(whole(PROGRAMME), array(0, 3))


def test_the_listener_hears_of_the_tier_in_hand() -> None:
    heard: list[Progress] = []
    one = standing(heard)
    one.tell()
    one.turn_to("preferences", 3)
    one.offer(array(9, 9))
    one.offer(array(9, 1))
    assert heard == [
        Progress(2.0, "unplaced", 9, None),
        Progress(2.0, "preferences", 19, 3),
        Progress(2.0, "preferences", 3, 3),
    ]


def test_points_may_come_from_many_threads() -> None:
    offers = np.random.default_rng(1).integers(0, 10, (4, 200, 2))
    heard: list[Progress] = []
    one = standing(heard)
    threads = [threading.Thread(target=lambda own=own: [one.offer(point) for point in own]) for own in offers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tuple(one.point.tolist()) == min(map(tuple, offers.reshape(-1, 2).tolist()))
    bests = [progress.best for progress in heard]
    assert bests == sorted(bests, key=lambda best: -(best or 0))


def test_a_slow_listener_hears_the_latest_last() -> None:
    """A second thread's better point comes while the listener is busy with the first one."""
    heard: list[int | None] = []
    is_busy, has_heard_again = threading.Event(), threading.Event()

    def listen(progress: Progress) -> None:
        if not is_busy.is_set():
            is_busy.set()
            has_heard_again.wait(0.3)
        else:
            has_heard_again.set()
        heard.append(progress.best)

    one = Standing(PROGRAMME, array(9, 9), no_limit(), listen)
    first = threading.Thread(target=one.offer, args=[array(5, 5)])
    first.start()
    is_busy.wait()
    one.offer(array(2, 2))
    first.join()
    assert heard == [5, 2]


def test_a_listener_may_offer_something_itself() -> None:
    heard: list[int | None] = []

    def listen(progress: Progress) -> None:
        heard.append(progress.best)
        one.offer(array(1, 0))

    one = Standing(PROGRAMME, array(9, 9), no_limit(), listen)
    one.turn_to("unplaced", 0)
    assert heard == [9, 1]
