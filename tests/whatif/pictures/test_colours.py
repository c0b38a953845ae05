"""Pictures are legible without colour: in print, and to colour-blind people."""

from __future__ import annotations

import itertools

import pytest
from matplotlib.colors import to_rgb

from scheduler.whatif.pictures.bars import Look
from scheduler.whatif.pictures.colours import INK, SHADES


def luminance(colour: object) -> float:
    """Return the relative luminance of a colour, from 0 to 1 (WCAG 2.2)."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]  # type: ignore[arg-type]  # its stubs take names only
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: object, other: object) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_text_has_the_contrast_of_level_aa_on_each_shade_of_a_map(share: float) -> None:
    assert contrast(INK, SHADES(share)) >= 4.5


def test_shades_grow_darker_with_their_numbers() -> None:
    shades = [luminance(SHADES(n / 10)) for n in range(11)]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == len(shades)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(Look, 2)))
def test_parts_of_a_bar_differ_in_darkness_or_hatching(one: Look, other: Look) -> None:
    (colour, hatch), (its_colour, its_hatch) = one.value, other.value
    assert hatch != its_hatch or contrast(colour, its_colour) >= 3
