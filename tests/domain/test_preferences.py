from typing import get_args

from scheduler.domain.policy import Policy, SwitchedOff, Weights
from scheduler.domain.preferences import PREFERENCE_NAMES, PREFERENCES, VERSION_1, PreferenceName


def test_names_and_texts_are_distinct_and_not_blank() -> None:
    for field in ("name", "label", "avoid"):
        texts = [getattr(preference, field) for preference in PREFERENCES]
        assert len(set(texts)) == len(texts)
        assert all(texts)


def test_the_policy_has_a_weight_for_each_in_the_order_of_the_rows() -> None:
    assert tuple(Weights.model_fields) == PREFERENCE_NAMES == get_args(PreferenceName)
    assert Policy().weights.model_dump() == {preference.name: preference.weight for preference in PREFERENCES}


def test_each_can_be_switched_off() -> None:
    assert get_args(SwitchedOff) == ("R4", "R5", "R6", "R7", "R8", *PREFERENCE_NAMES)


def test_a_preference_added_later_is_left_out_of_digests_while_usual() -> None:
    assert set(PREFERENCE_NAMES) >= set(VERSION_1)
    assert set(PREFERENCE_NAMES) - set(VERSION_1) == Weights.ADDED
