"""What lies over the map's corners: the check boxes of the layers, the scale, and what the picture is of.

Small painted widgets in the colours of a theme; none takes the keyboard. They show what they are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from app.look.tokens import DEFAULT_THEME, FONT_FAMILIES, FONT_LABEL_PX, OVERLAY_RADIUS_PX, THEMES

PADDING_PX = 10
PLATE_PX = 28
BOX_PX = 13
SCALE_MOST_PX = 120
SPACE = "\u3000"  # between two facts in a line


def plate_font() -> QFont:
    """The font of every plate."""
    font = QFont()
    font.setFamilies(list(FONT_FAMILIES))
    font.setPixelSize(FONT_LABEL_PX)
    return font


class Plate(QWidget):
    """A panel-coloured ground with a thin edge."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = DEFAULT_THEME
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFont(plate_font())
        self.setFixedHeight(PLATE_PX)

    def colour(self, token: str) -> QColor:
        """A token in the present theme."""
        return QColor(THEMES[self.theme][token])

    def set_theme(self, theme: str) -> None:
        """Other colours from now on."""
        self.theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground; what stands on it, the sub-class draws."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.colour("line"), 1))
        painter.setBrush(self.colour("bg1"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, OVERLAY_RADIUS_PX, OVERLAY_RADIUS_PX)
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        """What stands on the plate."""


class NotePlate(Plate):
    """Facts in one line: as of when, which datum, which grid."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = ""
        self.token = "text1"
        self.hide()

    @property
    def text(self) -> str:
        """What stands there."""
        return self._text

    def set_facts(self, facts: Iterable[str]) -> None:
        """Empty facts are left out; without any the plate is gone."""
        self._text = SPACE.join(fact for fact in facts if fact)
        width = QFontMetricsF(self.font()).horizontalAdvance(self._text)
        self.setFixedWidth(round(width) + 2 * PADDING_PX)
        self.setAccessibleName(self._text)
        self.setVisible(bool(self._text))
        self.update()

    def draw(self, painter: QPainter) -> None:
        """The line."""
        painter.setPen(self.colour(self.token))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


class ScalePlate(Plate):
    """A bar of a round length."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bar_px, self._text = 0.0, ""
        self.set_scale(1.0)

    def set_scale(self, m_px: float) -> None:
        """The map shows so many metres per pixel."""
        length_m = round_length_m(SCALE_MOST_PX * m_px)
        self._bar_px = length_m / m_px
        if length_m >= 1000:
            self._text = self.tr("{length} km").format(length=f"{length_m / 1000:g}")
        else:
            self._text = self.tr("{length} m").format(length=f"{length_m:g}")
        width = QFontMetricsF(self.font()).horizontalAdvance(self._text)
        self.setFixedWidth(round(self._bar_px + width) + 3 * PADDING_PX - 4)
        self.setAccessibleName(self._text)
        self.update()

    def draw(self, painter: QPainter) -> None:
        """The bar with its ends, and its length."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(QPen(self.colour("text2"), 2))
        left, right, base = PADDING_PX, PADDING_PX + round(self._bar_px), PLATE_PX // 2 + 3
        painter.drawLine(left, base, right, base)
        painter.setPen(QPen(self.colour("text2"), 1))
        painter.drawLine(left, base - 5, left, base)
        painter.drawLine(right, base - 5, right, base)
        painter.setPen(self.colour("text1"))
        rest = self.rect().adjusted(right + PADDING_PX - 4, 0, 0, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)


def round_length_m(most_m: float) -> float:
    """The longest of 1, 2, 5, 10, 20, 50... that is no longer than this."""
    power = 1.0
    while power * 10 <= most_m:
        power *= 10
    while power > most_m:
        power /= 10
    return max((step * power for step in (1, 2, 5) if step * power <= most_m), default=power)


class LayerBox(QAbstractButton):
    """One check box. `names` are the layers it shows and hides."""

    def __init__(self, names: tuple[str, ...], text: str, parent: Plate) -> None:
        super().__init__(parent)
        self.names = names
        self._plate = parent
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFont(plate_font())

    def sizeHint(self) -> QSize:
        """Box, gap and text."""
        width = QFontMetricsF(self.font()).horizontalAdvance(self.text())
        return QSize(BOX_PX + 6 + round(width) + 1, PLATE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, tick where checked, text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0.5, (self.height() - BOX_PX) / 2 + 0.5, BOX_PX - 1, BOX_PX - 1)
        painter.setPen(QPen(self._plate.colour("edge"), 1))
        painter.setBrush(self._plate.colour("bg2" if self.isChecked() else "bg1"))
        painter.drawRoundedRect(box, 2, 2)
        if self.isChecked():
            tick = ((0.22, 0.52), (0.42, 0.72), (0.80, 0.28))
            points = [QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in tick]
            painter.setPen(QPen(self._plate.colour("text1"), 1.6))
            painter.drawPolyline(QPolygonF(points))
        painter.setPen(self._plate.colour("text1" if self.isChecked() else "text3"))
        rest = self.rect().adjusted(BOX_PX + 6, 0, 0, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()


class LayerPlate(Plate):
    """The check boxes in a row; `switched` says which layers are to be shown or hidden."""

    switched = Signal(object, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(PADDING_PX, 0, PADDING_PX, 0)
        self._row.setSpacing(16)
        self.boxes: list[LayerBox] = []

    def set_boxes(self, boxes: Sequence[tuple[tuple[str, ...], str]], hidden: Iterable[str]) -> None:
        """Layers and text of each box; one is checked when none of its layers is hidden."""
        gone = set(hidden)
        if [(box.names, box.text()) for box in self.boxes] == list(boxes):
            for box in self.boxes:
                box.setChecked(not gone.intersection(box.names))
            return
        for old in self.boxes:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.boxes = []
        for names, text in boxes:
            box = LayerBox(names, text, self)
            box.setChecked(not gone.intersection(names))
            box.clicked.connect(lambda is_on, names=names: self.switched.emit(names, is_on))
            self._row.addWidget(box)
            box.show()
            self.boxes.append(box)
        self.setVisible(bool(boxes))
        self.adjustSize()

    def set_theme(self, theme: str) -> None:
        """The boxes too."""
        super().set_theme(theme)
        for box in self.boxes:
            box.update()
