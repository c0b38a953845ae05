"""A comparison as pictures, as SVG and PNG: children in time, tiers with their proofs, caseloads, rooms, and a grid as a map."""

from __future__ import annotations

from pathlib import Path

from scheduler.files.atomic_write import make_folder, write_file
from scheduler.whatif.comparison.results import Comparison
from scheduler.whatif.pictures.crossing import crossing, grid
from scheduler.whatif.pictures.rows import caseloads, children, rooms, tiers
from scheduler.whatif.pictures.sheet import Format, drawn

_ROWS = {"children": children, "tiers": tiers, "caseloads": caseloads, "rooms": rooms}
GRID = "grid"
FORMS: tuple[Format, ...] = ("svg", "png")


def picture_names(comparison: Comparison) -> tuple[str, ...]:
    """Which there are: ``children``, ``tiers``, ``caseloads``, ``rooms``, and ``grid`` where two settings are crossed."""
    return (*_ROWS, *((GRID,) if crossing(comparison) else ()))


def picture(comparison: Comparison, name: str, form: Format) -> bytes:
    """One of ``picture_names`` as the content of a file; the same comparison gives the same bytes.

    Raises:
        KeyError: where there is no such picture of this comparison.
    """
    if name in _ROWS:
        return drawn(_ROWS[name](comparison), form)
    axes = crossing(comparison)
    if name != GRID or axes is None:
        raise KeyError(name)
    return drawn(grid(comparison, axes), form)


def write_pictures(comparison: Comparison, folder: Path) -> tuple[Path, ...]:
    """Write each picture to the folder, which is made where there is none yet, as SVG and as PNG.

    Raises:
        InputError: where a file can't be written.
    """
    make_folder(folder)
    written = []
    for name in picture_names(comparison):
        for form in FORMS:
            written.append(folder / f"{name}.{form}")
            write_file(written[-1], picture(comparison, name, form))
    return tuple(written)
