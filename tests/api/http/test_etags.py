from __future__ import annotations

from http import HTTPStatus

import pytest

from api.http.etags import etag, expect
from api.http.problem_details import HttpError


@pytest.mark.parametrize("if_match", ['"7"', ' "7" ', "*", " * "])
def test_the_current_version_is_accepted(if_match: str) -> None:
    expect(7, if_match)


@pytest.mark.parametrize(
    "if_match",
    [
        'W/"7"',  # nginx
        '"7-gzip"',  # Apache, Caddy
        '"7-br"',
        '"7-zstd"',
        '"7;gzip"',
        '"7--gzip"',  # Jetty
        'W/"7-gzip"',
        '"7"-gzip',
        '"6", "7"',
        'W/"6" ,W/"7-gzip"',
        '"with, a comma", "7"',
    ],
)
def test_the_current_version_is_accepted_as_proxies_rewrite_it(if_match: str) -> None:
    expect(7, if_match)


@pytest.mark.parametrize("version", ["4.2-gzip", "4.2.ended", "0af-br"])
def test_a_version_that_looks_rewritten_is_accepted_as_it_is(version: str) -> None:
    expect(version, etag(version))
    expect(version, f'W/"{version}-gzip"')


@pytest.mark.parametrize(
    "if_match", ['"8"', 'W/"8"', '"7-tar"', '"7gzip"', '"77"', "7", '"7', '"8", x"7"', '"8" "7"', '"7", *', "", '"7"-7']
)
def test_another_version_or_no_etag_is_refused(if_match: str) -> None:
    with pytest.raises(HttpError) as refused:
        expect(7, if_match)
    assert (refused.value.status, refused.value.kind) == (HTTPStatus.PRECONDITION_FAILED, "changed-meanwhile")


@pytest.mark.parametrize(
    ("if_match", "status"),
    [(None, HTTPStatus.PRECONDITION_REQUIRED), ('"8"', HTTPStatus.PRECONDITION_FAILED), ("7", HTTPStatus.PRECONDITION_FAILED)],
)
def test_a_missing_or_other_version_is_refused(if_match: str | None, status: HTTPStatus) -> None:
    with pytest.raises(HttpError) as refused:
        expect(7, if_match)
    assert refused.value.status == status
    assert refused.value.headers == ({"ETag": etag(7)} if if_match else None)
