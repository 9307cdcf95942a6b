"""The marks, lamps and map symbols as vector paths: the one source for QPainter, the map page and print.

Each `Mark` is drawn in a square of -1..1, y pointing down. Operations: ('M', x, y) move, ('L', x, y) line,
('A', cx, cy, r, start_deg, span_deg) circular arc, ('Z',) close the sub-path. Angles follow the mathematical
(and QPainterPath's) sense: 0 degrees at 3 o'clock, positive = counter-clockwise *as seen on the screen*.
An arc is joined to the present point by a straight line, unless it starts a sub-path (after 'Z' or at the
beginning), where it also moves the pen. `fill` and `stroke` are tokens of `app.look.tokens`;
`stroke_width` is in the same units as the paths (1 = half the mark's size).
Meaning never rests on colour alone: no two marks of one family share a shape.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

Op = tuple[str] | tuple[str, float, float] | tuple[str, float, float, float, float, float]


class Mark(msgspec.Struct, frozen=True):
    """One symbol: a path, what fills it and what strokes it."""

    paths: tuple[Op, ...]
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 0.0


def _polygon(*points: tuple[float, float]) -> tuple[Op, ...]:
    (x, y), *rest = points
    return (("M", x, y), *(("L", px, py) for px, py in rest), ("Z",))


def _line(*points: tuple[float, float]) -> tuple[Op, ...]:
    (x, y), *rest = points
    return (("M", x, y), *(("L", px, py) for px, py in rest))


def _circle(r: float) -> tuple[Op, ...]:
    return (("A", 0.0, 0.0, r, 0.0, 360.0), ("Z",))


def _dashes(r: float, count: int, share: float) -> tuple[Op, ...]:
    """A ring of `count` arcs; each begins with its own move so that no line joins them."""
    step = 360.0 / count
    ops: list[Op] = []
    for i in range(count):
        start = i * step
        ops.append(("M", r * math.cos(math.radians(start)), -r * math.sin(math.radians(start))))
        ops.append(("A", 0.0, 0.0, r, start, step * share))
    return tuple(ops)


def _hexagon(r: float) -> tuple[Op, ...]:
    return _polygon(
        *((r * math.sin(math.radians(60 * i)), -r * math.cos(math.radians(60 * i))) for i in range(6))
    )


def _brackets(r: float, arm: float) -> tuple[Op, ...]:
    ops: list[Op] = []
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        ops += _line((sx * (r - arm), sy * r), (sx * r, sy * r), (sx * r, sy * (r - arm)))
    return tuple(ops)


_TICK = _line((-0.34, 0.04), (-0.08, 0.30), (0.38, -0.26))
_BARS = (
    *_polygon((-0.62, -0.8), (-0.22, -0.8), (-0.22, 0.8), (-0.62, 0.8)),
    *_polygon((0.22, -0.8), (0.62, -0.8), (0.62, 0.8), (0.22, 0.8)),
)
_FLAG = (*_polygon((-0.8, -0.9), (0.8, -0.9), (0.8, 0.45), (-0.8, 0.45)), *_line((0, 0.45), (0, 1.0)))


def _pin(up: float, r: float) -> tuple[Op, ...]:
    return (("M", 0.0, 0.05), ("A", 0.0, -up, r, 210.0, -240.0), ("Z",))


SHAPES: Mapping[str, Mark] = MappingProxyType(
    {
        # time left
        "ring": Mark(_circle(0.74), None, "ok_fill", 0.24),
        "diamond": Mark(_polygon((0, -0.92), (0.92, 0), (0, 0.92), (-0.92, 0)), "warn_fill"),
        "triangle": Mark(_polygon((0, -0.9), (0.98, 0.78), (-0.98, 0.78)), "alarm_fill"),
        "ring_tick": Mark((*_circle(0.8), *_TICK), None, "ok_fill", 0.2),
        "bars": Mark(_BARS, "held_fill"),
        "dashed_ring": Mark(_dashes(0.78, 8, 0.56), None, "held_text", 0.24),
        # not yet filed, components (5-8 px)
        "dot": Mark(_circle(0.5), "mine_fill"),
        "square": Mark(
            _polygon((-0.7, -0.7), (0.7, -0.7), (0.7, 0.7), (-0.7, 0.7)), None, "m_component", 0.3
        ),
        "bar": Mark(_line((0, -0.9), (0, 0.9)), None, "m_component", 0.34),
        "circle": Mark(_circle(0.66), None, "m_component", 0.3),
        "plus": Mark(
            (*_line((0, -0.85), (0, 0.85)), *_line((-0.85, 0), (0.85, 0))), None, "m_component", 0.3
        ),
        "cross": Mark(
            (*_line((-0.65, -0.65), (0.65, 0.65)), *_line((-0.65, 0.65), (0.65, -0.65))),
            None,
            "m_component",
            0.3,
        ),
        # selection, moving things, sensors, remarks
        "brackets": Mark(_brackets(0.94, 0.5), None, "sel", 0.12),
        "arrow": Mark(_polygon((0, -1), (0.68, 0.9), (0, 0.5), (-0.68, 0.9)), "text1"),
        "hexagon": Mark(_hexagon(0.9), None, "text1", 0.18),
        "flag": Mark(_FLAG, "bg1", "text1", 0.14),
        # what a search found: a pin whose foot is the place; the one looked at is filled
        "pin": Mark(_pin(0.45, 0.38), "bg1", "sel", 0.16),
        "pin_full": Mark(_pin(0.5, 0.5), "sel", "sel", 0.16),
        # lamps
        "disc": Mark(_circle(0.78), "ok_fill"),
        "half_disc": Mark(_circle(0.78), None, "warn_fill", 0.2),
        "half_fill": Mark((("M", 0.0, -0.78), ("A", 0.0, 0.0, 0.78, 90.0, 180.0), ("Z",)), "warn_fill"),
        "ring_slash": Mark((*_circle(0.78), *_line((-0.5, 0.5), (0.5, -0.5))), None, "held_text", 0.2),
        "arc": Mark((("M", 0.0, -0.76), ("A", 0.0, 0.0, 0.76, 90.0, -130.0)), None, "mine_fill", 0.3),
        "arc_track": Mark(_circle(0.76), None, "bg3", 0.3),
    }
)

#: a symbol made of several marks, drawn in this order
STACKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"half_disc": ("half_disc", "half_fill"), "arc": ("arc_track", "arc")}
)
