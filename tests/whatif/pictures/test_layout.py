"""Texts of a drawn figure don't overlap and stay inside it."""

import io
import itertools

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from scheduler.whatif.pictures.bars import Bar, Bars, Look, Panel
from scheduler.whatif.pictures.maps import Cell, Map, Maps
from scheduler.whatif.pictures.sheet import STYLE, width_of, wrap
from scheduler.wording import without_controls

LONG = "Wycombe closes from 4 January 2027 on, and two advisors leave"


def drawn_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Return each visible text and its box in pixels."""
    figure.savefig(io.BytesIO(), format="png")
    canvas = FigureCanvasAgg(figure)
    renderer = canvas.get_renderer()
    visible = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in visible]


def assert_apart_and_inside(picture: Bars | Maps) -> None:
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        figure = picture.figure()
        places = drawn_texts(figure)
        whole = figure.bbox
    for text, place in places:
        assert whole.x0 <= place.x0 and place.x1 <= whole.x1 and whole.y0 <= place.y0 and place.y1 <= whole.y1, text
    for (one, its), (other, others) in itertools.combinations(places, 2):
        overlap = Bbox.intersection(its, others)
        assert overlap is None or min(overlap.width, overlap.height) < 1, (one, other)


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("panels", [0, 1, 5])
def test_bars_of_long_names(rows: int, panels: int):
    bars = tuple(Bar("1,234 (≥ 1,230)", ((1230, Look.SOLID), (4, Look.HATCHED)), 1200) for _ in range(rows))
    assert_apart_and_inside(
        Bars(
            title=f"What if: {LONG}. {LONG}",
            names=tuple(f"{LONG} {n}" for n in range(rows)),
            panels=tuple(Panel(f"{LONG} {n}", bars, 1200.0) for n in range(panels)),
            looks=((Look.SOLID, "certain"), (Look.HATCHED, "not proven: the least that there can be is anywhere in this part")),
            line="the base",
            note=" ".join([LONG] * 6),
        )
    )


@pytest.mark.parametrize(("rows", "columns", "maps"), [(1, 2, 1), (4, 3, 6), (12, 10, 1)])
def test_maps_of_long_names(rows: int, columns: int, maps: int):
    cells = tuple(tuple(Cell("14,042\n(≥ 13,042)", x + y, framed=x == y) for x in range(columns)) for y in range(rows))
    assert_apart_and_inside(
        Maps(
            title=LONG,
            rows=tuple(f"{LONG} {n}" for n in range(rows)),
            columns=tuple(f"{n} rooms with hybrid equipment" for n in range(columns)),
            maps=tuple(Map(f"{LONG} {n}", cells) for n in range(maps)),
            note=" ".join([LONG] * 6),
        )
    )


@settings(deadline=None, max_examples=40)
@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=120), width=st.floats(0.5, 4))
def test_wrapped_lines_fit_and_are_cut_only_at_the_end(text: str, width: float):
    with mpl.rc_context(STYLE):
        lines = wrap(text, width)
        assert 1 <= len(lines) <= 3
        assert all(width_of(line) <= width for line in lines)
    shown, whole = "".join(lines).replace(" ", ""), "".join(without_controls(text).split())
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))


@pytest.mark.parametrize("alike", [True, False])
def test_only_alike_panels_share_a_scale(alike: bool):
    bars = [Bar(text, ((amount, Look.SOLID),)) for text, amount in (("8", 8.0), ("1,024 (+8)", 1024.0))]
    panels = tuple(Panel(bar.text, (bar,)) for bar in bars)
    figure = Bars("title", ("base",), panels, ((Look.SOLID, "children"),), alike=alike).figure()
    first, second = (float(axes.get_xlim()[1]) for axes in figure.axes)
    assert (first == second) is alike
    assert second > 1024
