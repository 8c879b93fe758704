"""Bar charts as SVG, drawn by the server. The table beside a chart says the same in numbers."""

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _HEIGHT = 640, 220
_LEFT, _BOTTOM, _TOP = 8, 28, 24
_LABELS_AT_MOST = 12


def bar_chart(title: str, bars: Sequence[tuple[str, int]]) -> Markup:
    """A chart with a name for those who don't see it; the oldest bar stands first."""
    most = max((value for _, value in bars), default=0) or 1
    step = (_WIDTH - 2 * _LEFT) / max(len(bars), 4)
    every = -(-len(bars) // _LABELS_AT_MOST) or 1
    room = _HEIGHT - _BOTTOM - _TOP
    parts = [
        _bar(name, value, _LEFT + number * step, step, room * value / most, labelled=number % every == 0)
        for number, (name, value) in enumerate(bars)
    ]
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
        ' aria-label="{title}"><line class="axis" x1="0" x2="{width}" y1="{y}" y2="{y}"></line>{bars}</svg>'
    ).format(width=_WIDTH, height=_HEIGHT, title=title, y=_HEIGHT - _BOTTOM, bars=Markup("").join(parts))


def _bar(name: str, value: int, left: float, step: float, height: float, *, labelled: bool) -> Markup:
    middle, base = left + step / 2, _HEIGHT - _BOTTOM
    bar = Markup(
        '<rect class="bar-shape" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"></rect>'
        '<text x="{middle:.1f}" y="{above:.1f}" text-anchor="middle">{value}</text>'
    ).format(
        x=left + step * 0.15,
        y=base - height,
        width=step * 0.7,
        height=height,
        middle=middle,
        above=base - height - 6,
        value=value,
    )
    label = Markup('<text x="{middle:.1f}" y="{y}" text-anchor="middle">{name}</text>')
    return bar + (label.format(middle=middle, y=_HEIGHT - 8, name=name) if labelled else Markup(""))
