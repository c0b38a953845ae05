"""The references of conferences in their form for comparison, so that alike ones are found without reading all."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_DASHES = re.compile(r"[\u02d7\u2043\u2212\u2796]")
FORMS = {"id_form": "id", "family_form": "family", "social_worker_form": "social_worker"}
"""Each column with the field of the conference whose form it has."""
INDEXED = ("id_form", "family_form")
conferences = sa.table(
    "conferences", sa.column("position"), sa.column("id"), sa.column("value", sa.JSON()), *(sa.column(name) for name in FORMS)
)


def upgrade() -> None:
    """Apply."""
    op.add_column("conferences", sa.Column("id_form", sa.Text(), server_default=sa.text("''"), nullable=False))
    for name in ("family_form", "social_worker_form"):
        op.add_column("conferences", sa.Column(name, sa.Text(), nullable=True))
    _fill(op.get_bind())
    for name in INDEXED:  # a form can be longer than a B-tree of PostgreSQL takes
        op.create_index(op.f(f"ix_conferences_{name}"), "conferences", [name], postgresql_using="hash")


def _fill(connection: sa.Connection) -> None:
    rows = connection.execute(sa.select(conferences.c.position, conferences.c.id, conferences.c.value)).all()
    filled = [
        {"of": row.position, "id_form": _form(row.id)}
        | {column: _form(row.value.get(field)) for column, field in FORMS.items() if column != "id_form"}
        for row in rows
    ]
    if filled:
        of_one = sa.update(conferences).where(conferences.c.position == sa.bindparam("of"))
        connection.execute(of_one.values({name: sa.bindparam(name) for name in FORMS}), filled)


def _form(reference: str | None) -> str | None:
    """Return the form in which references are compared, as of this revision."""
    if reference is None:
        return None
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", reference)))
    text = unicodedata.normalize("NFKC", text.casefold())
    text = "".join("-" if unicodedata.category(each) == "Pd" or _DASHES.match(each) else each for each in text)
    return " ".join(text.split())
