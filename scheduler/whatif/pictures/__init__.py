"""Pictures of a comparison as SVG and PNG: children in time, tiers with their proofs, caseloads, rooms, and a grid as maps."""

from __future__ import annotations

from pathlib import Path

from scheduler.files.atomic_write import make_folder, write_file
from scheduler.whatif.comparison.results import Comparison
from scheduler.whatif.pictures.bar_charts import caseloads, children, rooms, tiers
from scheduler.whatif.pictures.crossing import crossing, grid
from scheduler.whatif.pictures.sheet import Format, render

_BAR_CHARTS = {"children": children, "tiers": tiers, "caseloads": caseloads, "rooms": rooms}
GRID = "grid"
FORMS: tuple[Format, ...] = ("svg", "png")


def picture_names(comparison: Comparison) -> tuple[str, ...]:
    """Return ``children``, ``tiers``, ``caseloads``, ``rooms``, and ``grid`` if two settings are crossed."""
    return (*_BAR_CHARTS, *((GRID,) if crossing(comparison) else ()))


def picture(comparison: Comparison, name: str, form: Format) -> bytes:
    """Return a picture as a file's bytes, the same for the same comparison. ``name`` is one of ``picture_names``.

    Raises:
        KeyError: if this comparison has no such picture.
    """
    if name in _BAR_CHARTS:
        return render(_BAR_CHARTS[name](comparison), form)
    axes = crossing(comparison)
    if name != GRID or axes is None:
        raise KeyError(name)
    return render(grid(comparison, axes), form)


def write_pictures(comparison: Comparison, folder: Path) -> tuple[Path, ...]:
    """Write each picture as SVG and PNG, create the folder if it is missing, and return the files' paths.

    Raises:
        InputError: if a file can't be written.
    """
    make_folder(folder)
    written = []
    for name in picture_names(comparison):
        for form in FORMS:
            written.append(folder / f"{name}.{form}")
            write_file(written[-1], picture(comparison, name, form))
    return tuple(written)
