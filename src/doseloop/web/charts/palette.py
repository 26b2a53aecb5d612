"""What all charts share. Colours are names of the page's custom properties; the script that draws puts the colours in."""

from typing import Any

Option = dict[str, Any]
SERIES = ("--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6")


def frame(description: str) -> Option:
    """An option with the house's grid, tooltip and description for screen readers."""
    return {
        "aria": {"enabled": True, "label": {"description": description}, "decal": {"show": True}},
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 8, "containLabel": True},
        "tooltip": {"renderMode": "richText", "confine": True},
        "legend": {"type": "scroll", "left": 8, "top": 4, "icon": "roundRect"},
        "color": list(SERIES),
    }
