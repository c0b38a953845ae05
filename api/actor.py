"""Who acts: nobody in particular until there is a sign-in."""

from __future__ import annotations

NOBODY = "nobody signed in"
"""The actor in histories, publications and the audit."""
