"""Maps of numbers in cells. Greater numbers are darker, and every number is written out."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from scheduler.whatif.pictures.colours import INK, SHADES
from scheduler.whatif.pictures.sheet import GAP, LINE, MARGIN, PictureSheet, width_of, wrap

MIN_CELL, MIN_MAP = 0.7, 2.1
MIN_WIDTH, MAX_WIDTH = 7.0, 11.5
NAMES = 2.0


@dataclass(frozen=True)
class Cell:
    """A number and its text. If ``value`` is None, the text says why. A frame marks the unchanged plan."""

    text: str
    value: float | None = None
    framed: bool = False


@dataclass(frozen=True)
class Map:
    """A title and rows of cells."""

    title: str
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Maps:
    """A picture of maps with the same rows and columns."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    maps: tuple[Map, ...]
    note: str = ""

    def figure(self) -> Figure:
        """Draw the picture, with as many maps side by side as fit."""
        texts = [line for one in self.maps for row in one.cells for cell in row for line in cell.text.split("\n")]
        cell = max([width_of(text) + 0.15 for text in texts] + [MIN_CELL, MIN_MAP / len(self.columns)])
        wide = cell * len(self.columns)
        names = [wrap(name, NAMES) for name in self.rows]
        feet = [wrap(name, cell - 0.06) for name in self.columns]
        titles = [wrap(one.title, wide, weight="bold") for one in self.maps]
        high = (LINE * max(len(lines) for lines in [*names, ["", ""]]) + 0.14) * len(names)
        side = MARGIN + max(width_of(line) for lines in names for line in lines) + 0.15
        over, under = (LINE * max(len(lines) for lines in some) + 0.12 for some in (titles, feet))
        fit = max(1, int((MAX_WIDTH - side) // (wide + GAP)))
        deep = math.ceil(len(self.maps) / fit)
        across = math.ceil(len(self.maps) / deep)
        width = max(side + across * (wide + GAP), MIN_WIDTH)
        inside = deep * (over + high + under + GAP)
        sheet = PictureSheet(self.title, self.note, width=width, inside=inside)
        for first in range(0, len(self.maps), across):
            sheet.top += over
            for n, one in enumerate(self.maps[first : first + across]):
                axes = sheet.axes(side + n * (wide + GAP), wide, high, titles[first + n])
                _draw(axes, one)
                axes.set_xticks(range(len(feet)), ["\n".join(lines) for lines in feet])
                axes.set_yticks(range(len(names)), ["\n".join(lines) if n == 0 else "" for lines in names])
            sheet.top += high + under + GAP
        return sheet.finish()


def _draw(axes: Axes, one: Map) -> None:
    values = [cell.value for row in one.cells for cell in row if cell.value is not None]
    lowest, highest = min(values, default=0), max(values, default=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlim(-0.5, len(one.cells[0]) - 0.5)
    axes.set_ylim(len(one.cells) - 0.5, -0.5)
    for y, row in enumerate(one.cells):
        for x, cell in enumerate(row):
            shade = SHADES(0.0 if cell.value is None or highest == lowest else (cell.value - lowest) / (highest - lowest))
            line, above = (2.4, 2) if cell.framed else (0.6, 1)
            place = (x - 0.5, y - 0.5)
            box = Rectangle(place, 1, 1, facecolor=shade, edgecolor=INK, linewidth=line, zorder=above, clip_on=False)
            axes.add_patch(box)
            axes.text(x, y, cell.text, ha="center", va="center", zorder=3)
