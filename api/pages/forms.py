"""Forms: what was typed, and what is wrong with it, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from api.errors import ErrorItem, ServiceError, error_items, invalid
from api.pages.multipart import is_multipart, sent_form
from api.pages.sent_files import with_files
from scheduler.domain.faults import InputError
from scheduler.wording import capitalised

MOST_FIELDS = 1000


class TypedForm(Mapping[str, str]):
    """What somebody typed: the last text of each field, and an empty text for one that was not sent."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = tuple(pairs)
        self._last = {name: text.strip() for name, text in self.pairs}

    def __getitem__(self, name: str) -> str:
        return self._last.get(name, "")

    def __contains__(self, name: object) -> bool:
        """True if the field was sent, even with an empty text."""
        return name in self._last

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def every(self, name: str) -> tuple[str, ...]:
        """Return every text of a field that can be sent several times, such as a group of tick boxes."""
        return tuple(text.strip() for field, text in self.pairs if field == name and text.strip())


@dataclass(frozen=True)
class Problems:
    """What is wrong with a form: a ``summary`` in sentences, and one message for each field that has a fault."""

    summary: tuple[ErrorItem, ...] = ()
    status: int = 422

    def of(self, field: str) -> str | None:
        """Return the message beside a field, or None."""
        return next((one.message for one in self.summary if one.where == field), None)

    def __bool__(self) -> bool:
        return bool(self.summary)


NO_PROBLEMS = Problems()
Show = Callable[[Connection, Problems], Response]
"""Shows a form again, with what was typed, from the diary as it is after the refusal."""


class FormRefusedError(Exception):
    """A form that is refused; ``show`` shows it again."""

    def __init__(self, error: ServiceError, show: Show) -> None:
        super().__init__(error.detail)
        self.error, self.show = error, show


@contextmanager
def shown_again(show: Show) -> Iterator[None]:
    """Refuse the form with every error of the body, so that it is shown again and nothing that was typed is lost."""
    try:
        yield
    except ServiceError as error:
        raise FormRefusedError(error, show) from error
    except InputError as error:
        raise FormRefusedError(invalid("The form has faults.", error_items(error.faults)), show) from error


def problems_of(error: ServiceError, status: int) -> Problems:
    """Return an error as the problems of a form: each thing that is wrong, or the sentence that says it all."""
    items = [ErrorItem(where=one.where, message=capitalised(one.message)) for one in error.errors]
    if not items or all(one.message in error.detail for one in error.errors):
        items = [ErrorItem(where=items[0].where if len(items) == 1 else "", message=error.detail)]
    return Problems(tuple(items), status)


async def read_form(request: Request) -> TypedForm:
    """Return the fields of a form, sent URL-encoded or with files. Raise InvalidError if it has too many, or can't be read.

    Files are fields too: ``FILE_NAME`` and ``FILE_CONTENT``, so that a page can send them again.
    """
    body, content_type = await request.body(), request.headers.get("content-type", "")
    try:
        if is_multipart(content_type):
            return TypedForm(with_files(sent_form(content_type, body)))
        text = body.decode()
        return TypedForm(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="utf-8", errors="strict"))
    except ValueError:
        raise invalid("The form cannot be read. Go back, and send it again.") from None


Typed = Annotated[TypedForm, Depends(read_form)]
"""The form that a page's route receives."""
