"""The process for questions, which spares the server the solver."""

from __future__ import annotations

import subprocess
import sys

import pytest

from api.decisions.solving import Solving, checked
from scheduler.domain.faults import InputError
from scheduler.explanations.question import Question
from tests.builders import schedule, tiny_problem


def test_the_server_does_not_load_the_solver() -> None:
    program = (
        "import sys; import api.app; print(sorted({'ortools', 'highspy'} & {name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_question_is_answered_or_its_faults_are_raised_and_closing_ends_the_process() -> None:
    solving = Solving()
    try:
        answer = solving.submit("explain_why_not", tiny_problem(), schedule(), question=Question(conference="A", chair="C1"))
        assert checked(answer.result()).verified
        unknown = solving.submit("explain_why_not", tiny_problem(), schedule(), question=Question(conference="A", chair="C9"))
        with pytest.raises(InputError, match="there is no chair 'C9'"):
            checked(unknown.result())
    finally:
        solving.close()
    solving.close()
