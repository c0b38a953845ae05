from __future__ import annotations

from http import HTTPStatus

import pytest

from api.http.etags import etag, expect
from api.http.problem_details import HttpError


@pytest.mark.parametrize("if_match", ['"7"', ' "7" ', "*"])
def test_the_current_version_is_accepted(if_match: str) -> None:
    expect(7, if_match)


@pytest.mark.parametrize(
    ("if_match", "status"),
    [(None, HTTPStatus.PRECONDITION_REQUIRED), ('"8"', HTTPStatus.PRECONDITION_FAILED), ("7", HTTPStatus.PRECONDITION_FAILED)],
)
def test_a_missing_or_other_version_is_refused(if_match: str | None, status: HTTPStatus) -> None:
    with pytest.raises(HttpError) as refused:
        expect(7, if_match)
    assert refused.value.status == status
    assert refused.value.headers == ({"ETag": etag(7)} if if_match else None)
