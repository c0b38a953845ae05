"""The contract's examples of what the daily decisions print have exactly the fields that are printed."""

from __future__ import annotations

import json
import re
from typing import Any

from scheduler.explanations.results import Explanation, NamedFact
from scheduler.offers.results import Cure, Offer, OfferCost, Offers
from scheduler.repairs.results import Affected, FrontPoint, RepairReport
from tests.paths import ROOT

CONTRACT = (ROOT / "docs" / "contract.md").read_text()
HEADING = "### What `offer`, `repair`, `why` and `why-not` print with `--json`"
DECISIONS = CONTRACT.split(HEADING)[1]


def names(*models: Any) -> set[str]:
    """Return the fields of the models."""
    return {name for model in models for name in model.model_fields}


def in_line(beginning: str) -> set[str]:
    """Return the fields in the line of the example that begins so; it is no valid JSON, since it abbreviates values."""
    (line,) = [line for line in DECISIONS.splitlines() if line.strip().startswith(beginning)]
    return set(re.findall(r'"(\w+)":', line))


def test_the_example_of_offers_has_the_fields_of_offers() -> None:
    example = json.loads(DECISIONS.split("```json")[1].split("```")[0])
    (offer,) = example["offers"]
    assert example.keys() == names(Offers)
    assert offer.keys() == names(Offer)
    assert offer["costs"][0].keys() == names(OfferCost)
    assert Offers.model_validate(example).model_dump(mode="json") == example


def test_the_examples_of_explanations_and_repairs_have_their_fields() -> None:
    assert in_line('`{"answer"') == names(Explanation, NamedFact, Cure)
    assert in_line('`{"moved"') == names(RepairReport, Affected, FrontPoint)
