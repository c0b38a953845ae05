"""Numbers in cells, a map for each matter: darker where the number is greater, and always written out."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from scheduler.whatif.pictures.sheet import GAP, INK, LINE, MARGIN, WHITE, PictureSheet, width_of, wrapped

LEAST_CELL, LEAST_MAP = 0.7, 2.1
LEAST_WIDTH, MOST_WIDTH = 7.0, 11.5
NAMES = 2.0
# Pale enough for dark ink on any of them.
SHADES = LinearSegmentedColormap.from_list("shades", [WHITE, "#8DB8D3"])


@dataclass(frozen=True)
class Cell:
    """A number as it is written; without ``value`` the text says why there is none. A framed one is as things are."""

    text: str
    value: float | None = None
    framed: bool = False


@dataclass(frozen=True)
class Map:
    """A title over rows of cells."""

    title: str
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Maps:
    """A picture of some maps that have the same rows and columns."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    maps: tuple[Map, ...]
    note: str = ""

    def figure(self) -> Figure:
        """The picture drawn, as many maps across as fit, the rest below them."""
        texts = [line for one in self.maps for row in one.cells for cell in row for line in cell.text.split("\n")]
        cell = max([width_of(text) + 0.15 for text in texts] + [LEAST_CELL, LEAST_MAP / len(self.columns)])
        wide = cell * len(self.columns)
        names = [wrapped(name, NAMES) for name in self.rows]
        feet = [wrapped(name, cell - 0.06) for name in self.columns]
        titles = [wrapped(one.title, wide, weight="bold") for one in self.maps]
        high = (LINE * max(len(lines) for lines in [*names, ["", ""]]) + 0.14) * len(names)
        side = MARGIN + max(width_of(line) for lines in names for line in lines) + 0.15
        over, under = (LINE * max(len(lines) for lines in some) + 0.12 for some in (titles, feet))
        fit = max(1, int((MOST_WIDTH - side) // (wide + GAP)))
        deep = math.ceil(len(self.maps) / fit)
        across = math.ceil(len(self.maps) / deep)
        width = max(side + across * (wide + GAP), LEAST_WIDTH)
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
        return sheet.finished()


def _draw(axes: Axes, one: Map) -> None:
    known = [cell.value for row in one.cells for cell in row if cell.value is not None]
    least, most = min(known, default=0), max(known, default=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlim(-0.5, len(one.cells[0]) - 0.5)
    axes.set_ylim(len(one.cells) - 0.5, -0.5)
    for y, row in enumerate(one.cells):
        for x, cell in enumerate(row):
            shade = SHADES(0.0 if cell.value is None or most == least else (cell.value - least) / (most - least))
            line, above = (2.4, 2) if cell.framed else (0.6, 1)
            place = (x - 0.5, y - 0.5)
            box = Rectangle(place, 1, 1, facecolor=shade, edgecolor=INK, linewidth=line, zorder=above, clip_on=False)
            axes.add_patch(box)
            axes.text(x, y, cell.text, ha="center", va="center", zorder=3)
