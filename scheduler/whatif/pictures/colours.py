"""The colours of all pictures. They differ in darkness, so a picture is legible in print and to colour-blind people."""

from matplotlib.colors import LinearSegmentedColormap

INK, WHITE = "#1F2933", "#FFFFFF"
"""Text and outlines; the background, and the parts of bars that are empty."""
DARK_BLUE, PALE_BLUE = "#1D4F6E", "#9FC3D9"
"""Solid and hatched parts of bars."""
SHADES = LinearSegmentedColormap.from_list("shades", [WHITE, "#8DB8D3"])
"""The shades of a map's cells, from the lowest number to the highest. Dark text is legible on each of them."""
