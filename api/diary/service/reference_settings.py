"""Which characters a new reference may have."""

from __future__ import annotations

from scheduler.domain.values import Text, Value


class ReferenceSettings(Value):
    """The characters that a new reference may have besides letters and digits.

    A space or a comma would let names in, which then appear on phones. Stored references and files are not bound by this.
    """

    characters: Text = "-/_."
