"""Problems stored before version 1.1 of the contract keep their digests: fields added since have defaults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.generate import HERE as FIXTURES
from scheduler.domain.faults import read_problem
from scheduler.files import read_problem_file
from tests.builders import conference, tiny_data, tiny_problem
from tests.paths import EXAMPLES

DIGESTS = {
    EXAMPLES / "march.json": "ee74badc9e4ca1b032e4fc7c4ea11e45277fea07db5ac5f8525fd74862d6c2d9",
    EXAMPLES / "march.replan.json": "f1ed9b631e6f242d90c753486ee56112b9a7984bf73dbe98dbad7a1179911c32",
    EXAMPLES / "june.json": "ac09a040a477940472e927717ad5466e632627626eb0313465eeb43f65504747",
    FIXTURES / "tiny.json": "f850cd6ced5745233287f13314b38d2b79c43db7c1a30f8d7c475f2b7783201e",
    FIXTURES / "november-2022.xlsx": "4fe9933b5b720517f23eb6840a8992d0c333a4e83089e4b830222a4482c6f2d1",
    FIXTURES / "may-2022.xlsx": "9785d3595262e50f4d23414375ba59a65e3178e562ccacd2d13298ce3414a0a2",
    FIXTURES / "january-2027.xlsx": "574b6e1b58ba71dadcd2fbcf331ec909d22db6dfcc1662a4c4690fca9fa901b4",
    FIXTURES / "january-to-march-2027.json": "7470b7eae56c93d26de8c41bc669eb4d57fa6aab5a59b3bb681ba187becd2357",
    FIXTURES / "overfull-january-2027.json": "5e514c645b73846e7ec53ed36a9fc83118191d86f97bdee4ffe211fed8079209",
}


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.name)
def test_a_stored_problem_keeps_its_digest_and_may_hold_anybody_virtually(path: Path) -> None:
    problem = read_problem_file(path)
    assert problem.digest == DIGESTS[path]
    assert problem.policy.virtual_fallback is True


def test_added_fields_count_only_if_they_differ_from_their_defaults() -> None:
    plain = tiny_problem()
    usual = {"placeholders": list(plain.policy.placeholders), "move_notice_days": 5}
    spelled_out = read_problem(json.loads(json.dumps(tiny_data(conferences=[conference(family=None)], policy=usual))))
    assert spelled_out.digest == plain.digest
    others = [
        tiny_problem(conferences=[conference(family="F")]),
        tiny_problem(policy={"placeholders": ["TBC"]}),
        tiny_problem(policy={"virtual_fallback": "hybrid"}),
        tiny_problem(policy={"virtual_fallback": False}),
    ]
    assert len({problem.digest for problem in (plain, *others)}) == 5
