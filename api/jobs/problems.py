"""Problems, stored once under their digests. Jobs refer to their problems, and plans refer to them through their jobs."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from api.database.json_values import to_json
from api.database.tables import problems
from scheduler.domain.problem import Problem


def add(connection: Connection, problem: Problem) -> str:
    """Store a problem unless it is already stored, and return its digest. The caller must have locked the diary."""
    stored = select(problems.c.digest).where(problems.c.digest == problem.digest)
    if connection.execute(stored).first() is None:
        connection.execute(insert(problems).values(digest=problem.digest, value=to_json(problem)))
    return problem.digest


def find(connection: Connection, digest: str) -> Problem:
    """Return a stored problem."""
    value = connection.execute(select(problems.c.value).where(problems.c.digest == digest)).scalar_one()
    return Problem.model_validate(value)
