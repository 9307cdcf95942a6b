"""What goes over the channel: one tagged type each way, as JSON text.

The page keeps nothing that it could not be told again: after its Hello it is sent the Scene, and later messages
change parts of it. Coordinates are metres of the city's plane, colours are '#RRGGBB' or 'rgba(...)' ready for use.
A change that an older page could not read raises VERSION; a page of another version is refused.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.map.limits import MESSAGE_CHARS

VERSION = 1

Numbers = tuple[float, ...]
Steps = tuple[tuple[float, float], ...]


# --- parts ------------------------------------------------------------------------------------------------


class Plane(msgspec.Struct, frozen=True):
    """The city's plane: `definition` is for proj4 and may be empty; tiles count from `west`, `north`."""

    code: str
    definition: str
    west: float
    south: float
    east: float
    north: float
    resolutions: Numbers
    tile_px: int


class Camera(msgspec.Struct, frozen=True):
    """Where the map looks."""

    x: float
    y: float
    m_px: float


class TileSet(msgspec.Struct, frozen=True):
    """Tiles of one address; {z}, {x}, {y} stand for the tile. Another address replaces the set of the same name."""

    name: str
    address: str
    ratio: float


class Stroke(msgspec.Struct, frozen=True):
    """One path of a symbol in the square of -1..1 (see `app.look.shapes`); no colour, not drawn.

    The stroke is `width` wide, in the units of the square, and `more_px` pixels more.
    """

    ops: tuple[tuple[Any, ...], ...]
    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    more_px: float = 0.0


class Symbol(msgspec.Struct, frozen=True):
    """How one kind of mark looks: first `halos`, then `strokes`; `reach_px` is how far halos go beyond the square."""

    strokes: tuple[Stroke, ...]
    halos: tuple[Stroke, ...]
    reach_px: float


class MarkSet(msgspec.Struct, frozen=True):
    """One live layer. Marks come in slots; kind -1 is an empty slot; later kinds lie above earlier ones."""

    name: str
    symbols: tuple[Symbol, ...]
    size_px: Steps
    from_m_px: float
    until_m_px: float
    is_visible: bool
    xs: Numbers
    ys: Numbers
    kinds: tuple[int, ...]


class TextSet(msgspec.Struct, frozen=True):
    """Short texts that hide within `clear_px` of a mark."""

    name: str
    xs: Numbers
    ys: Numbers
    texts: tuple[str, ...]
    font: str
    colour: str
    halo: str
    clear_px: float
    from_m_px: float
    until_m_px: float
    is_visible: bool


class Area(msgspec.Struct, frozen=True, tag="area"):
    """An area with its outline; `xy` is x0, y0, x1, y1, ..."""

    xy: Numbers
    fill: str
    stroke: str
    width_px: float


class Circle(msgspec.Struct, frozen=True, tag="circle"):
    """A circle of so many metres."""

    x: float
    y: float
    radius_m: float
    stroke: str
    width_px: float
    dash_px: Numbers


class Sign(msgspec.Struct, frozen=True, tag="sign"):
    """One symbol at a place, above all marks."""

    x: float
    y: float
    symbol: Symbol
    size_px: float


Lit = tuple[Area | Circle | Sign, ...]


# --- to the page -----------------------------------------------------------------------------------------


class Scene(msgspec.Struct, frozen=True, tag=True):
    """Everything the page shows. `camera` None leaves the view where it is."""

    serial: int
    plane: Plane
    background: str
    camera: Camera | None
    tiles: tuple[TileSet, ...]
    texts: tuple[TextSet, ...]
    marks: tuple[MarkSet, ...]
    sketch: Lit


class Tiles(msgspec.Struct, frozen=True, tag=True):
    """Other tiles from now on; the old ones stay until the new ones are there."""

    serial: int
    tiles: tuple[TileSet, ...]


class Marks(msgspec.Struct, frozen=True, tag=True):
    """What changed in one live layer since the last message."""

    serial: int
    name: str
    slots: tuple[int, ...]
    xs: Numbers
    ys: Numbers
    kinds: tuple[int, ...]


class Sketch(msgspec.Struct, frozen=True, tag=True):
    """What is lit: the selected case, its grid."""

    serial: int
    sketch: Lit


class Visible(msgspec.Struct, frozen=True, tag=True):
    """Shows or hides the live layers and texts of this name."""

    serial: int
    name: str
    is_visible: bool


class Go(msgspec.Struct, frozen=True, tag=True):
    """Looks elsewhere; at once, or within `duration_ms`."""

    serial: int
    camera: Camera
    duration_ms: int


ToPage = Scene | Tiles | Marks | Sketch | Visible | Go


# --- from the page ---------------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, tag=True):
    """The page is there and knows nothing yet."""

    version: int


class Clicked(msgspec.Struct, frozen=True, tag=True):
    """A click at a place; whatever is there, Python finds."""

    x: float
    y: float
    m_px: float
    is_double: bool = False


class Moved(msgspec.Struct, frozen=True, tag=True):
    """The view has come to rest here."""

    x: float
    y: float
    m_px: float


class Drawn(msgspec.Struct, frozen=True, tag=True):
    """Everything up to that message is on the screen, tiles included."""

    serial: int


class Failed(msgspec.Struct, frozen=True, tag=True):
    """An error in the page."""

    text: str


FromPage = Hello | Clicked | Moved | Drawn | Failed

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[FromPage] = msgspec.json.Decoder(FromPage)


def encode(message: ToPage) -> str:
    """The text that goes to the page."""
    return _encoder.encode(message).decode()


def decode(text: str) -> FromPage:
    """The page's message; raises msgspec.DecodeError on anything else."""
    if len(text) > MESSAGE_CHARS:
        raise msgspec.DecodeError(f"message of {len(text)} characters")
    return _decoder.decode(text)
