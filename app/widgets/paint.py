"""Drawing with QPainter: marks, key caps, chips, plates, bars and runs of text, all from the look's data.

Each `draw_*` draws from a given place and returns the width it used; a `*_width` stands beside it where
a layout must know first. Text sits on one common centre line, so that strips and rows align to the pixel.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app.look import tokens
from app.look.shapes import SHAPES, STACKS, Mark
from app.widgets.theme import font, ink, metrics

CAP_PAD_PX = 5
CAP_GAP_PX = 4
TAG_PAD_PX = 4
CHIP_PAD_PX = 8


@cache
def _path(name: str, size_px: float) -> QPainterPath:
    """A mark's path scaled to `size_px`, around the origin."""
    half = size_px / 2
    path = QPainterPath()
    starts = True
    for op in SHAPES[name].paths:
        kind = op[0]
        if kind == "M":
            path.moveTo(op[1] * half, op[2] * half)
        elif kind == "L":
            path.lineTo(op[1] * half, op[2] * half)
        elif kind == "A":
            _, cx, cy, r, start, span = op
            box = QRectF((cx - r) * half, (cy - r) * half, 2 * r * half, 2 * r * half)
            if starts:
                path.arcMoveTo(box, start)
            path.arcTo(box, start, span)
        else:
            path.closeSubpath()
        starts = kind == "Z"
    return path


def draw_mark(painter: QPainter, name: str, centre: QPointF, size_px: float, tone: str | None = None) -> None:
    """A mark of `app.look.shapes` around a point; `tone` replaces its own colour (grey, on primary)."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    for part in STACKS.get(name, (name,)):
        mark: Mark = SHAPES[part]
        fill = mark.fill and ((tone or mark.fill) if mark.fill not in ("bg1", "bg3") else mark.fill)
        stroke = mark.stroke and ((tone or mark.stroke) if mark.stroke not in ("bg1", "bg3") else mark.stroke)
        painter.setBrush(ink(fill) if fill else Qt.BrushStyle.NoBrush)
        if stroke:
            pen = QPen(ink(stroke), max(1.0, mark.stroke_width * size_px / 2))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPath(_path(part, size_px))
    painter.restore()


def text_width(text: str, size_px: int = tokens.FONT_BODY_PX, is_bold: bool = False) -> int:
    """The advance of a run of text."""
    return metrics(size_px, is_bold).horizontalAdvance(text)


def baseline(centre_y: float, size_px: int) -> float:
    """The base line that puts capitals, digits and CJK of this size in the middle of `centre_y`."""
    return round(centre_y + size_px * 0.36)


def draw_text(
    painter: QPainter,
    x: float,
    centre_y: float,
    text: str,
    tone: str = "text1",
    size_px: int = tokens.FONT_BODY_PX,
    is_bold: bool = False,
) -> int:
    """One line of text from `x`, around a centre line."""
    painter.setFont(font(size_px, is_bold))
    painter.setPen(ink(tone))
    painter.drawText(QPointF(x, baseline(centre_y, size_px)), text)
    return text_width(text, size_px, is_bold)


def elided(text: str, width_px: int, size_px: int = tokens.FONT_BODY_PX, is_bold: bool = False) -> str:
    """Cut at the end; numbers and codes are never passed here."""
    return metrics(size_px, is_bold).elidedText(text, Qt.TextElideMode.ElideRight, width_px)


def caps_of(keys: str) -> tuple[str, ...]:
    """'Ctrl+Enter' -> ('Ctrl', 'Enter'): one cap per key."""
    return tuple(part for part in keys.replace("++", "+Plus").split("+") if part)


def cap_width(label: str) -> int:
    """One key cap."""
    return max(tokens.KEY_CAP_PX, text_width(label, tokens.FONT_CAP_PX) + 2 * CAP_PAD_PX)


def caps_width(keys: str, joined: bool = False) -> int:
    """All caps of a key combination; `joined` draws it in one cap."""
    if joined:
        return cap_width(keys)
    parts = caps_of(keys)
    return sum(cap_width(part) for part in parts) + CAP_GAP_PX * (len(parts) - 1)


def draw_cap(
    painter: QPainter, x: float, centre_y: float, label: str, tone: str = "text2", edge: str = "edge"
) -> int:
    """One key cap: a rounded outline with a heavier lower edge."""
    width, height = cap_width(label), tokens.KEY_CAP_PX
    box = QRectF(x + 0.5, round(centre_y - height / 2) + 0.5, width - 1, height - 1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink(edge), 1))
    painter.drawRoundedRect(box, tokens.RADIUS_PX, tokens.RADIUS_PX)
    painter.setPen(QPen(ink(edge), 1))
    painter.drawLine(QPointF(box.left() + 2, box.bottom() - 1), QPointF(box.right() - 2, box.bottom() - 1))
    painter.restore()
    inner = text_width(label, tokens.FONT_CAP_PX)
    draw_text(painter, x + (width - inner) / 2, centre_y - 0.5, label, tone, tokens.FONT_CAP_PX)
    return width


def draw_caps(
    painter: QPainter,
    x: float,
    centre_y: float,
    keys: str,
    tone: str = "text2",
    edge: str = "edge",
    joined: bool = False,
) -> int:
    """A key combination, one cap per key (or one for all)."""
    if joined:
        return draw_cap(painter, x, centre_y, keys, tone, edge)
    at = x
    for label in caps_of(keys):
        at += draw_cap(painter, at, centre_y, label, tone, edge) + CAP_GAP_PX
    return round(at - CAP_GAP_PX - x)


def tag_width(text: str) -> int:
    """A square tag of one or two characters."""
    return max(tokens.TAG_PX, text_width(text, tokens.FONT_CAP_PX) + 2 * TAG_PAD_PX)


def draw_tag(painter: QPainter, x: float, centre_y: float, text: str, tone: str = "text2") -> int:
    """A tag (督 催 返 盲): an outlined square."""
    width, height = tag_width(text), tokens.TAG_PX
    _outline(painter, QRectF(x, round(centre_y - height / 2), width, height), tokens.RADIUS_PX, "edge")
    inner = text_width(text, tokens.FONT_CAP_PX)
    draw_text(painter, x + (width - inner) / 2, centre_y, text, tone, tokens.FONT_CAP_PX)
    return width


def chip_width(text: str) -> int:
    """A name chip."""
    return text_width(text, tokens.FONT_CAP_PX) + 2 * CHIP_PAD_PX


def draw_chip(painter: QPainter, x: float, centre_y: float, text: str, tone: str = "text1") -> int:
    """The name of who has a case open: an outline with round ends."""
    width, height = chip_width(text), tokens.TAG_PX
    _outline(painter, QRectF(x, round(centre_y - height / 2), width, height), height / 2, "edge")
    draw_text(painter, x + CHIP_PAD_PX, centre_y, text, tone, tokens.FONT_CAP_PX)
    return width


def plate_width(text: str) -> int:
    """A priority plate."""
    return text_width(text, tokens.FONT_CAP_PX, True) + 14


def draw_plate(painter: QPainter, x: float, centre_y: float, text: str) -> int:
    """P1 filled, P2 outlined, P3 bare text."""
    width, height = plate_width(text), tokens.KEY_CAP_PX
    box = QRectF(x, round(centre_y - height / 2), width, height)
    tone = "text2"
    if text == "P1":
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink("p1_plate"))
        painter.drawRoundedRect(box, tokens.RADIUS_PX, tokens.RADIUS_PX)
        painter.restore()
        tone = "p1_text"
    elif text == "P2":
        _outline(painter, box, tokens.RADIUS_PX, "warn_fill")
        tone = "warn_text"
    inner = text_width(text, tokens.FONT_CAP_PX, True)
    draw_text(painter, x + (width - inner) / 2, centre_y, text, tone, tokens.FONT_CAP_PX, True)
    return width


def draw_clock_bar(painter: QPainter, box: QRect, share: float, tone: str) -> None:
    """A deadline's bar: full width is 125 %, notches at 80 and 100."""
    painter.fillRect(box, ink("bg3"))
    used = round(box.width() * min(max(share, 0.0), 1.25) / 1.25)
    painter.fillRect(QRect(box.left(), box.top(), used, box.height()), ink(tone))
    for at in (0.8, 1.0):
        x = box.left() + round(box.width() * at / 1.25)
        painter.fillRect(QRect(x, box.top() - 3, 1 if at < 1 else 2, box.height() + 6), ink("text1"))


def draw_steps(painter: QPainter, x: float, centre_y: float, done: int, total: int = 7) -> int:
    """Where a case stands, as small bars: passed, present, to come."""
    width, gap, height = 13, 4, 4
    for i in range(total):
        tone = "edge" if i < done - 1 else "text1" if i == done - 1 else "line"
        painter.fillRect(
            QRectF(x + i * (width + gap), round(centre_y - height / 2), width, height), ink(tone)
        )
    return total * (width + gap) - gap


def draw_hatch(painter: QPainter, box: QRect, tone: str = "warn_fill") -> None:
    """The 45 degree hatch of an old value."""
    painter.save()
    painter.setClipRect(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ink(tone, 0.35), 1))
    for x in range(box.left() - box.height(), box.right(), 6):
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x + box.height(), box.top()))
    painter.restore()


def draw_focus(painter: QPainter, box: QRect) -> None:
    """The 2 px focus frame, inside the box."""
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(ink("sel"), tokens.FOCUS_PX)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.drawRect(QRectF(box).adjusted(1, 1, -1, -1))
    painter.restore()


def _outline(painter: QPainter, box: QRectF, radius: float, tone: str) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink(tone), 1))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.restore()
