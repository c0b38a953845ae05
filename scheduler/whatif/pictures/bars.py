"""Drawing of a bar chart: rows of bars in panels, accessible on screen and in print. ``bar_charts.py`` decides what they show.

Parts of a bar differ in darkness and hatching, never in colour alone, and each bar has its numbers written after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from scheduler.whatif.pictures.colours import DARK_BLUE, INK, PALE_BLUE, WHITE
from scheduler.whatif.pictures.sheet import GAP, LINE, MARGIN, SMALL, PictureSheet, width_of, wrap

NAMES, PANEL = 2.3, 2.1
LEGEND = 0.3
MIN_WIDTH = 7.0
PANELS_ACROSS = 4


class Look(Enum):
    """The fill of a part of a bar: its colour and hatching."""

    SOLID = (DARK_BLUE, "")
    HATCHED = (PALE_BLUE, "//////")
    EMPTY = (WHITE, "")


@dataclass(frozen=True)
class Bar:
    """A bar of stacked amounts, the text after it, and the position of a thick line across it."""

    text: str
    parts: tuple[tuple[float, Look], ...] = ()
    mark: float | None = None

    @property
    def end(self) -> float:
        """Return the position of the last part or of the mark: the further one."""
        return max(sum(amount for amount, _ in self.parts), self.mark or 0)


@dataclass(frozen=True)
class Panel:
    """A title and a bar for each row. A dashed line crosses all rows at ``line``."""

    title: str
    bars: tuple[Bar, ...]
    line: float | None = None

    @property
    def longest(self) -> float:
        """Return the furthest position of its bars, marks and line."""
        return max([bar.end for bar in self.bars] + [self.line or 0, 1])


@dataclass(frozen=True)
class Bars:
    """A picture of named rows and panels, with a legend for looks, marks and lines.

    If the panels are ``alike``, they share a scale, so that their bars can be compared.
    """

    title: str
    names: tuple[str, ...]
    panels: tuple[Panel, ...]
    looks: tuple[tuple[Look, str], ...]
    mark: str = ""
    line: str = ""
    note: str = ""
    alike: bool = False

    def figure(self) -> Figure:
        """Draw the picture, with at most `PANELS_ACROSS` panels side by side."""
        names = [wrap(name, NAMES) for name in self.names]
        side = MARGIN + max(width_of(line) for lines in names for line in lines) + 0.15
        titles = [wrap(panel.title, PANEL, weight="bold") for panel in self.panels]
        deep = math.ceil(len(self.panels) / PANELS_ACROSS)
        across = max(1, math.ceil(len(self.panels) / max(deep, 1)))
        over = LINE * max([len(lines) for lines in titles] + [1]) + 0.08
        row = LINE * max([len(lines) for lines in names] + [1.4]) + 0.08
        rows = row * len(names)
        width = max(side + across * (PANEL + GAP), MIN_WIDTH)
        inside = LEGEND + deep * (over + rows + GAP)
        sheet = PictureSheet(self.title, self.note, width=width, inside=inside)
        self._draw_legend(sheet)
        labels = ["\n".join(lines) for lines in names]
        for first in range(0, len(self.panels), across):
            sheet.top += over
            for n, panel in enumerate(self.panels[first : first + across]):
                axes = sheet.axes(side + n * (PANEL + GAP), PANEL, rows, titles[first + n])
                axes.set_xlim(0, _end(self.panels if self.alike else [panel]))
                _draw(axes, panel, labels if n == 0 else [""] * len(labels))
            sheet.top += rows + GAP
        return sheet.finish()

    def _draw_legend(self, sheet: PictureSheet) -> None:
        handles: list[Any] = []
        for look, text in self.looks:
            colour, hatch = look.value
            handles.append(Patch(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.6, label=text))
        if self.mark:
            handles.append(Line2D([], [], color=INK, linewidth=2.2, label=self.mark))
        if self.line:
            handles.append(Line2D([], [], color=INK, linewidth=0.8, linestyle="--", label=self.line))
        sheet.figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(MARGIN / sheet.width, 1 - sheet.top / sheet.height),
            ncols=max(len(handles), 1), frameon=False, borderpad=0, borderaxespad=0, fontsize=SMALL, handlelength=2.4,
            handleheight=1.1, columnspacing=1.6,
        )  # fmt: skip
        sheet.top += LEGEND


def _end(panels: Sequence[Panel]) -> float:
    """Return the end of these panels' scale, which leaves room for the widest text after the longest bar."""
    longest = max(panel.longest for panel in panels)
    texts = max([width_of(bar.text) for panel in panels for bar in panel.bars], default=0) + 0.12
    return longest * PANEL / max(PANEL - texts, PANEL / 4)


def _draw(axes: Axes, panel: Panel, names: Sequence[str]) -> None:
    """Draw the bars from the top down, each with its text after it."""
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    if panel.line is not None:
        axes.axvline(panel.line, color=INK, linewidth=0.8, linestyle="--", zorder=0.5)
    for n, bar in enumerate(panel.bars):
        left = 0.0
        for amount, look in bar.parts:
            colour, hatch = look.value
            axes.add_patch(Rectangle((left, n - 0.3), amount, 0.6, facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.6))
            left += amount
        if bar.mark is not None:
            axes.plot([bar.mark] * 2, [n - 0.42, n + 0.42], color=INK, linewidth=2.2, solid_capstyle="butt")
        axes.annotate(
            bar.text, (bar.end, n), (4, 0), textcoords="offset points", va="center",
            bbox={"facecolor": WHITE, "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
