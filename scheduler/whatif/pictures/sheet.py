"""A sheet that is filled from the top, in inches, so that nothing overlaps regardless of long names and many rows."""

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

from scheduler.whatif.pictures.colours import INK
from scheduler.wording import without_controls

Format = Literal["svg", "png"]

FONT = "DejaVu Sans"
SIZE, SMALL, LARGE = 8.0, 7.0, 11.0
LINE = 0.14
MARGIN, GAP = 0.15, 0.25
MAX_LINES = 3
# Viewers can draw text a little wider than Matplotlib measures it.
WIDTH_MARGIN = 1.05
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

# Matplotlib's settings are global to the process, and the service draws in several threads.
_DRAWING = Lock()


class Picture(Protocol):
    """A value that can be drawn."""

    def figure(self) -> Figure:
        """Draw the picture. ``render`` makes Matplotlib's settings first."""


def render(picture: Picture, form: Format) -> bytes:
    """Return the picture as a file's bytes, the same for the same picture."""
    with _DRAWING, mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # for names in a script that the font lacks
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        content = io.BytesIO()
        picture.figure().savefig(content, format=form, dpi=DOTS_PER_INCH, metadata=METADATA[form])
        return content.getvalue()


class PictureSheet:
    """A title, content and a note. ``width`` of the sheet and ``inside``, the content's height, are in inches."""

    def __init__(self, title: str, note: str, *, width: float, inside: float) -> None:
        self._title = wrap(title, width - 2 * MARGIN, LARGE, weight="bold")
        self._note = wrap(note, width - 2 * MARGIN, SMALL, max_lines=10) if note else []
        heads = LINE * (len(self._title) * LARGE + len(self._note) * SMALL) / SIZE
        self.width, self.height = width, 2 * MARGIN + GAP / 2 + heads + inside
        self.figure = Figure(figsize=(self.width, self.height))
        FigureCanvasAgg(self.figure)
        self.top = MARGIN
        self._write(self._title, LARGE, weight="bold")
        self.top += GAP / 2

    def axes(self, left: float, width: float, height: float, title: Sequence[str]) -> Axes:
        """Return axes with a title over them, at the first free height of the sheet. Sizes are in inches."""
        place = (left / self.width, 1 - (self.top + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(place)
        axes.tick_params(length=0)
        axes.spines[["top", "right", "bottom"]].set_visible(False)
        axes.set_xticks([])
        axes.set_title("\n".join(title), loc="left", size=SIZE, weight="bold", pad=4)
        return axes

    def finish(self) -> Figure:
        """Add the note at the foot and return the figure."""
        self._write(self._note, SMALL)
        return self.figure

    def _write(self, lines: Sequence[str], size: float, **properties: Any) -> None:
        for line in lines:
            self.figure.text(MARGIN / self.width, 1 - self.top / self.height, line, size=size, va="top", **properties)
            self.top += LINE * size / SIZE


@lru_cache(maxsize=100_000)
def width_of(text: str, size: float = SIZE, weight: str = "normal") -> float:
    """Return the width of a line of text in inches."""
    if not text.strip():
        return 0.0
    font = FontProperties(family=FONT, weight=weight)
    return float(TextPath((0, 0), text, size=size, prop=font, usetex=False).get_extents().width) / 72 * WIDTH_MARGIN


def wrap(text: str, width: float, size: float = SIZE, *, weight: str = "normal", max_lines: int = MAX_LINES) -> list[str]:
    """Return the text in lines of at most ``width`` inches, cut with ``…`` after ``max_lines`` lines."""
    lines = [""]
    for word in without_controls(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, size, weight) <= width:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if width_of(lines[-1] + letter, size, weight) > width and lines[-1]:
                lines.append("")
            lines[-1] += letter
    lines = [line for line in lines if line]
    if len(lines) <= max_lines:
        return lines or [""]
    last = lines[max_lines - 1]
    while last and width_of(f"{last}…", size, weight) > width:
        last = last[:-1]
    return [*lines[: max_lines - 1], f"{last.rstrip()}…"]
