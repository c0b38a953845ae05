from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.paths import ROOT

GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_picture_and_page_that_a_guide_leads_to_is_there(guide: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", guide.read_text())
    assert targets
    assert [target for target in targets if not (guide.parent / target).exists()] == []
