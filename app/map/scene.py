"""From what is known to what the page is told: symbols, texts, marks and lit things in ready colours.

Pure: values in, messages out. The page has no table of colours or shapes of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.look.shapes import SHAPES, STACKS
from app.look.tokens import FONT_FAMILIES, SELECTED_GRID_ALPHA, THEMES
from app.map.ground import Ground
from app.map.layers.style import Glyph, Layer, LiveMark, Numbers
from app.map.live import MarkBoard
from app.map.messages import Area, Circle, Lit, MarkSet, Plane, Sign, Stroke, Symbol, TextSet
from app.map.plane import plane_definition
from app.map.tiles.pyramid import RESOLUTIONS, TILE_PX, Pyramid
from casework.entities.city import City

NEAR_RADIUS_M = 50.0  # "nearby open cases": the circle round the selected one
BRACKETS_PX = 40.0
LIT_PX = 2.0
CIRCLE_PX, CIRCLE_DASH_PX = 1.2, (5.0, 3.0)
FOREVER_M_PX = 1e9  # JSON has no infinity


def plane_of(city: City, pyramid: Pyramid) -> Plane:
    """The plane as the page needs it."""
    box = pyramid.bounds
    return Plane(
        code=f"EPSG:{city.epsg}",
        definition=plane_definition(city.epsg),
        west=box.west,
        south=box.south,
        east=box.east,
        north=box.north,
        resolutions=RESOLUTIONS,
        tile_px=TILE_PX,
    )


def symbol_of(glyph: Glyph, halo_token: str, tokens: Mapping[str, str], *, is_filled: bool = True) -> Symbol:
    """A glyph in the colours of a theme; an open outline's halo is not filled."""
    marks = [SHAPES[name] for name in STACKS.get(glyph.shape, (glyph.shape,))]
    backing = [SHAPES[glyph.backing]] if glyph.backing else []
    halo, more_px = tokens[halo_token], 2 * glyph.halo_px
    return Symbol(
        strokes=tuple(
            Stroke(
                ops=mark.paths,
                fill=tokens[mark.fill] if mark.fill else "",
                stroke=tokens[mark.stroke] if mark.stroke else "",
                width=mark.stroke_width,
            )
            for mark in marks
        ),
        halos=tuple(
            Stroke(mark.paths, halo if is_filled else "", halo, mark.stroke_width, more_px)
            for mark in (*backing, *marks)
        ),
        reach_px=glyph.halo_px,
    )


def mark_set(board: MarkBoard, is_visible: bool, theme: str) -> MarkSet:
    """A live layer with everything on it; the board's waiting changes are in it."""
    live = board.live
    batch = board.columns()
    return MarkSet(
        name=board.name,
        symbols=tuple(symbol_of(glyph, live.halo_token, THEMES[theme]) for glyph in live.glyphs),
        size_px=live.size_px,
        from_m_px=live.from_m_px,
        until_m_px=min(live.until_m_px, FOREVER_M_PX),
        is_visible=is_visible,
        xs=batch.xs,
        ys=batch.ys,
        kinds=batch.kinds,
    )


def text_sets(
    layers: Iterable[Layer], ground: Ground, hidden: Iterable[str], theme: str
) -> tuple[TextSet, ...]:
    """The numbers of all layers."""
    found = []
    for layer in layers:
        for rule in layer.drawn:
            if isinstance(rule, Numbers):
                found.append(_text_set(layer.name, rule, ground, layer.name not in set(hidden), theme))
    return tuple(found)


def _text_set(name: str, rule: Numbers, ground: Ground, is_visible: bool, theme: str) -> TextSet:
    sheet = ground.sheet(rule.of)
    families = ", ".join(family if "-" in family else f'"{family}"' for family in FONT_FAMILIES)
    return TextSet(
        name=name,
        xs=tuple(sheet.xy_m[:, 0].tolist()),
        ys=tuple(sheet.xy_m[:, 1].tolist()),
        texts=sheet.names,
        font=f"{rule.font_px}px {families}",
        colour=THEMES[theme][rule.token],
        halo=THEMES[theme][rule.halo_token],
        clear_px=rule.clear_px,
        from_m_px=rule.from_m_px,
        until_m_px=min(rule.until_m_px, FOREVER_M_PX),
        is_visible=is_visible,
    )


def lit(mark: LiveMark | None, grid: str, ground: Ground, theme: str) -> Lit:
    """What is lit for a selected mark (its grid, the circle of 50 m, corner brackets), or for a grid alone."""
    tokens = THEMES[theme]
    items: list[Area | Circle | Sign] = []
    wash = rgba(tokens["sel"], SELECTED_GRID_ALPHA)
    for ring in ground.partition.parts_m(grid) if grid else []:
        items.append(Area(tuple(ring.ravel().tolist()), wash, tokens["sel"], LIT_PX))
    if mark is not None:
        x, y = mark.x_mm / 1000, mark.y_mm / 1000
        items.append(Circle(x, y, NEAR_RADIUS_M, rgba(tokens["sel"], 0.8), CIRCLE_PX, CIRCLE_DASH_PX))
        brackets = symbol_of(Glyph("selected", "brackets", halo_px=1.0), "m_halo", tokens, is_filled=False)
        items.append(Sign(x, y, brackets, BRACKETS_PX))
    return tuple(items)


def rgba(colour: str, alpha: float) -> str:
    """'#RRGGBB' with a share of transparency, as the page writes it."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
