"""A sheet that is filled from the top, in inches, so that nothing overlaps however long the names and however many the rows."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, Literal, Protocol

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from scheduler.wording import without_controls

Format = Literal["svg", "png"]

FONT = "DejaVu Sans"
SIZE, SMALL, LARGE = 8.0, 7.0, 11.0
LINE = 0.14
MARGIN, GAP = 0.15, 0.25
INK, WHITE = "#1F2933", "#FFFFFF"
MOST_LINES = 3
# What a viewer draws may be a little wider than what is measured.
ON_THE_SAFE_SIDE = 1.05
STYLE: dict[Any, Any] = {
    "font.family": FONT,
    "font.size": SIZE,
    "text.color": INK,
    "text.parse_math": False,
    "text.hinting": "none",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "what-if",
}
METADATA: dict[Format, dict[str, None]] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
DOTS_PER_INCH = 150

# Matplotlib's settings are the whole process's, and a service draws in several threads.
_ONE_AT_A_TIME = Lock()


class Picture(Protocol):
    """What is to be drawn, as a value."""

    def figure(self) -> Figure:
        """It drawn, with the settings that ``drawn`` makes."""


def drawn(picture: Picture, form: Format) -> bytes:
    """The picture as a file's content; the same picture gives the same bytes."""
    with _ONE_AT_A_TIME, mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # of a name in a script that the font lacks
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        content = io.BytesIO()
        picture.figure().savefig(content, format=form, dpi=DOTS_PER_INCH, metadata=METADATA[form])
        return content.getvalue()


class PictureSheet:
    """A title, then what is put on it, then a note. ``inside`` is the height of what is put on it, in inches."""

    def __init__(self, title: str, note: str, *, width: float, inside: float) -> None:
        self._title = wrapped(title, width - 2 * MARGIN, LARGE, weight="bold")
        self._note = wrapped(note, width - 2 * MARGIN, SMALL, most=10) if note else []
        heads = LINE * (len(self._title) * LARGE + len(self._note) * SMALL) / SIZE
        self.width, self.height = width, 2 * MARGIN + GAP / 2 + heads + inside
        self.figure = Figure(figsize=(self.width, self.height))
        FigureCanvasAgg(self.figure)
        self.top = MARGIN
        self._write(self._title, LARGE, weight="bold")
        self.top += GAP / 2

    def axes(self, left: float, width: float, height: float, title: Sequence[str]) -> Axes:
        """Axes whose top is where the sheet is filled to, with rows from the top down, and a title over them."""
        place = (left / self.width, 1 - (self.top + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(place)
        axes.tick_params(length=0)
        axes.spines[["top", "right", "bottom"]].set_visible(False)
        axes.set_xticks([])
        axes.set_title("\n".join(title), loc="left", size=SIZE, weight="bold", pad=4)
        return axes

    def finished(self) -> Figure:
        """The figure, with the note at the foot."""
        self._write(self._note, SMALL)
        return self.figure

    def _write(self, lines: Sequence[str], size: float, **properties: Any) -> None:
        for line in lines:
            self.figure.text(MARGIN / self.width, 1 - self.top / self.height, line, size=size, va="top", **properties)
            self.top += LINE * size / SIZE


@lru_cache(maxsize=100_000)
def width_of(text: str, size: float = SIZE, weight: str = "normal") -> float:
    """How wide a line of text is, in inches."""
    if not text.strip():
        return 0.0
    font = FontProperties(family=FONT, weight=weight)
    return float(TextPath((0, 0), text, size=size, prop=font, usetex=False).get_extents().width) / 72 * ON_THE_SAFE_SIDE


def wrapped(text: str, room: float, size: float = SIZE, *, weight: str = "normal", most: int = MOST_LINES) -> list[str]:
    """The text in lines of at most so many inches; cut with ``…`` after so many lines."""
    lines = [""]
    for word in without_controls(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, size, weight) <= room:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if width_of(lines[-1] + letter, size, weight) > room and lines[-1]:
                lines.append("")
            lines[-1] += letter
    lines = [line for line in lines if line]
    if len(lines) <= most:
        return lines or [""]
    last = lines[most - 1]
    while last and width_of(f"{last}…", size, weight) > room:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip()}…"]
