"""The rows of `make bench` as a drawing (SVG): how far each is from what is wanted, readable on light and on dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from table import Missing, Row, short

LINE, TOP, LEFT, WIDTH = 44, 76, 24, 960
AXIS, PLOT = 470, 300  # where the plot begins, and how wide it is
BEST, WORST = 0.05, 5.0  # of what is wanted; what lies beyond stands at the edge
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 12px; fill: #57606a }
.title { font-size: 17px; font-weight: 600 } .rule { stroke: #d0d7de } .wanted { stroke: #1f2328; stroke-width: 1.5 }
.good { fill: #0969da } .bad { fill: none; stroke: #cf222e; stroke-width: 3 } .back { fill: #ffffff }
.way { stroke: #8c959f; stroke-width: 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .small { fill: #9198a1 } .rule { stroke: #3d444d } .wanted { stroke: #e6edf3 }
.good { fill: #4493f8 } .bad { stroke: #f85149 } .back { fill: #0d1117 } .way { stroke: #656c76 } }
"""


def picture(rows: Sequence[Row | Missing], title: str) -> str:
    """One line a row: a dot where it holds, a cross where it does not, left of the rule where it is better."""
    height = TOP + LINE * len(rows) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{height}"/>',
        f'<text class="title" x="{LEFT}" y="30">{escape(title)}</text>',
    ]
    for share, label in ((0.1, "10 × better"), (1.0, "wanted"), (4.0, "4 × worse")):
        kind = "wanted" if share == 1 else "rule"
        parts.append(f'<line class="{kind}" x1="{_x(share)}" x2="{_x(share)}" y1="{TOP - 8}" y2="{height - 12}"/>')
        parts.append(f'<text class="small" text-anchor="middle" x="{_x(share)}" y="{TOP - 16}">{label}</text>')
    for number, row in enumerate(rows):
        parts += _line(row, TOP + LINE * number + LINE // 2)
    return "\n".join([*parts, "</svg>\n"])


def _x(share: float) -> float:
    place = math.log(min(max(share, BEST), WORST) / BEST) / math.log(WORST / BEST)
    return round(AXIS + PLOT * place, 1)


def _line(row: Row | Missing, y: int) -> list[str]:
    beside = f'<text class="small" x="{LEFT}" y="{y + 14}">beside {escape(row.beside)}</text>'
    named = [f'<text x="{LEFT}" y="{y - 2}">{escape(row.what)}</text>', beside]
    end = AXIS + PLOT + 16
    if isinstance(row, Missing):
        return [*named, f'<text class="small" x="{end}" y="{y + 4}">not measured</text>']
    x = _x(row.spent)
    found = f"{short(row.judged)} {row.judged_in}".strip()
    mark = f'<circle class="good" cx="{x}" cy="{y}" r="6"/>'
    if not row.holds:
        mark = f'<path class="bad" d="M{x - 5} {y - 5}l10 10m0 -10l-10 10"/>'
    return [
        *named,
        f'<line class="way" x1="{_x(1)}" x2="{x}" y1="{y}" y2="{y}"/>',
        mark,
        f'<text x="{end}" y="{y - 2}">{escape(found)}</text>',
        f'<text class="small" x="{end}" y="{y + 14}">wanted {escape(str(row.wanted))}</text>',
    ]
