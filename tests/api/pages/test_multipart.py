from __future__ import annotations

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.multipart import MultipartError, SentFile, SentForm, is_multipart, sent_form

ADDRESS = "http://testserver/"
NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\"\\/;%'", exclude_categories=("C", "Z")), min_size=1, max_size=20
)
CONTENTS = st.binary(max_size=200) | st.sampled_from([b"", b"\r\n", b"--x\r\n", b"\r\n\r\n--", b"\n"])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(pairs=st.lists(st.tuples(NAMES, TEXTS), max_size=4), files=st.lists(st.tuples(NAMES, CONTENTS), max_size=3))
def test_what_a_client_sends_is_what_is_read(pairs: list[tuple[str, str]], files: list[tuple[str, bytes]]) -> None:
    parts: list[tuple[str, tuple[str | None, bytes]]] = [
        *((name, (None, text.encode())) for name, text in pairs),
        *(("file", (name, content)) for name, content in files),
    ]
    if not parts:
        return
    request = httpx2.Request("POST", ADDRESS, files=parts)
    sent = sent_form(request.headers["content-type"], request.read())
    assert sent == SentForm(tuple(pairs), tuple(SentFile(name, content) for name, content in files))


def body(*parts: bytes) -> bytes:
    return b"".join(b"--X\r\n" + part + b"\r\n" for part in parts) + b"--X--\r\n"


NOT_CHOSEN = b'Content-Disposition: form-data; name="file"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n'
WINDOWS = b'Content-Disposition: form-data; name="file"; filename="C:\\\\work\\\\a.csv"\r\n\r\nx'
TYPE = "multipart/form-data; boundary=X"


def test_a_file_that_is_not_chosen_is_none_and_folders_are_not_part_of_a_name() -> None:
    assert sent_form(TYPE, body(NOT_CHOSEN)) == SentForm((), ())
    assert sent_form(TYPE, body(WINDOWS)).files == (SentFile("a.csv", b"x"),)


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("multipart/form-data", body(WINDOWS)),
        (TYPE, b""),
        (TYPE, b"x=1"),
        (TYPE, body(WINDOWS).removesuffix(b"--\r\n")),
        (TYPE, body(b"no header")),
        (TYPE, body(b"Content-Disposition: form-data\r\n\r\nx")),
        (TYPE, body(b'Content-Disposition: form-data; name="a"\r\n\r\n\xff')),
        (TYPE, body(*[b'Content-Disposition: form-data; name="a"\r\n\r\n'] * 1001)),
    ],
)
def test_what_is_no_such_form_is_refused(content_type: str, content: bytes) -> None:
    with pytest.raises(MultipartError):
        sent_form(content_type, content)


def test_the_media_type_decides() -> None:
    assert [is_multipart(one) for one in (TYPE, "Multipart/Form-Data;boundary=X", "text/plain", "")] == [True, True, False, False]
