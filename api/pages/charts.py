"""Bar charts as SVG: parts differ in darkness and hatching, never in colour alone, and each bar has its numbers after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, LABELS, TEXTS, ROW, TOP, MARGIN = 900, 230, 190, 28, 34, 12
"""Sizes in pixels: the whole picture, the labels before the bars, the texts after them, a row, the legend, and the edge."""


@dataclass(frozen=True)
class BarPart:
    """A part of a bar: its amount, and its look: ``solid``, ``hatched`` or ``empty``."""

    amount: float
    look: str


@dataclass(frozen=True)
class ChartBar:
    """A row: its label, its parts, the text after it, and the amount at which it has a mark."""

    label: str
    parts: tuple[BarPart, ...]
    text: str
    mark: float | None = None


@dataclass(frozen=True)
class DrawnPart:
    """A part at its place, in pixels."""

    x: int
    width: int
    look: str


@dataclass(frozen=True)
class DrawnBar:
    """A bar at its place, in pixels; ``mark`` is the place of its mark."""

    label: str
    y: int
    parts: tuple[DrawnPart, ...]
    text: str
    text_x: int
    mark: int | None


@dataclass(frozen=True)
class Chart:
    """A picture: its title, the look and the words of each kind of part, and its bars. ``mark`` says what a mark is."""

    title: str
    legend: tuple[tuple[str, str], ...]
    bars: tuple[DrawnBar, ...]
    mark: str

    @property
    def width(self) -> int:
        """Return its width in pixels."""
        return WIDTH

    @property
    def height(self) -> int:
        """Return its height in pixels."""
        return TOP + len(self.bars) * ROW + MARGIN

    @property
    def in_words(self) -> str:
        """Return its title and every bar in words, for people who cannot see it."""
        return f"{self.title}. " + "; ".join(f"{bar.label}: {bar.text}" for bar in self.bars)


def chart(title: str, bars: Iterable[ChartBar], legend: Sequence[tuple[str, str]], mark: str = "") -> Chart:
    """Return a picture of bars that share a scale."""
    some = tuple(bars)
    longest = max([max(sum(part.amount for part in bar.parts), bar.mark or 0) for bar in some] + [1])
    scale = (WIDTH - LABELS - TEXTS) / longest
    drawn = tuple(_drawn(bar, TOP + n * ROW, scale) for n, bar in enumerate(some))
    return Chart(title, tuple(legend), drawn, mark if any(bar.mark is not None for bar in some) else "")


def _drawn(bar: ChartBar, y: int, scale: float) -> DrawnBar:
    parts, at = [], 0.0
    for part in bar.parts:
        if part.amount > 0:
            x = LABELS + round(at * scale)
            at += part.amount
            parts.append(DrawnPart(x, max(1, LABELS + round(at * scale) - x), part.look))
    mark = None if bar.mark is None else LABELS + round(bar.mark * scale)
    end = max(LABELS + round(at * scale), mark or 0)
    return DrawnBar(bar.label, y, tuple(parts), bar.text, end + 8, mark)
