"""Small widgets shared by all panels: the button with its key cap, a mark, a clock's bar, a stage's bars.

They hold no text to edit, so the input method is off; they take the theme at paint time.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.look import tokens
from app.widgets import paint, theme

BUTTON_PAD_PX = 10
BUTTON_GAP_PX = 10


class KeyButton(QAbstractButton):
    """A button with its key cap inside. One per screen is `is_primary`; `why` is for the label beside it."""

    def __init__(
        self, keys: str, title: str, is_primary: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.keys = keys
        self.is_primary = is_primary
        self.setText(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.notifier().changed.connect(self.update)

    def show_step(self, keys: str, title: str, is_primary: bool) -> None:
        """Another step on the same button."""
        self.keys, self.is_primary = keys, is_primary
        self.setText(title)
        self.setAccessibleName(title)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = 2 * BUTTON_PAD_PX + paint.text_width(self.text(), is_bold=self.is_primary)
        if self.keys:
            width += paint.caps_width(self.keys, joined=True) + BUTTON_GAP_PX
        return QSize(width, tokens.BUTTON_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        is_filled = self.is_primary and self.isEnabled()
        self._paint_box(painter, is_filled)
        tone = "on_primary" if is_filled else "text1" if self.isEnabled() else "text3"
        x, y = BUTTON_PAD_PX, self.height() / 2
        if self.keys:
            edge = "on_primary" if is_filled else "edge" if self.isEnabled() else "line"
            label = "on_primary" if is_filled else "text2" if self.isEnabled() else "text3"
            x += paint.draw_caps(painter, x, y, self.keys, label, edge, joined=True) + BUTTON_GAP_PX
        paint.draw_text(painter, x, y, self.text(), tone, tokens.FONT_BODY_PX, self.is_primary)

    def _paint_box(self, painter: QPainter, is_filled: bool) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "primary" if is_filled else "bg3" if self.underMouse() and self.isEnabled() else "bg1"
        edge = "primary" if is_filled else "edge" if self.isEnabled() else "line"
        painter.setBrush(theme.ink(ground))
        painter.setPen(QPen(theme.ink(edge), 1))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, tokens.RADIUS_PX, tokens.RADIUS_PX)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.ink("text1" if is_filled else "sel"), tokens.FOCUS_PX))
            inner = box.adjusted(1.5, 1.5, -1.5, -1.5) if is_filled else box.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(inner, tokens.RADIUS_PX, tokens.RADIUS_PX)
        painter.restore()


class MarkIcon(QWidget):
    """One mark, centred."""

    def __init__(
        self,
        shape: str,
        size_px: int = tokens.MARK_PX,
        tone: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shape, self._tone = shape, tone
        self._size_px = size_px
        self.setFixedSize(size_px + 2, size_px + 2)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        theme.notifier().changed.connect(self.update)

    def show_mark(self, shape: str, tone: str | None = None) -> None:
        """Another mark."""
        self._shape, self._tone = shape, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.draw_mark(
            painter, self._shape, QPointF(self.rect().center()) + QPointF(0.5, 0.5), self._size_px, self._tone
        )


class ClockBar(QWidget):
    """A deadline: the bar reaches to 125 %, with notches at 80 and 100."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share, self._tone = 0.0, "ok_fill"
        self.setFixedHeight(14)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        theme.notifier().changed.connect(self.update)

    def show_share(self, share: float, tone: str) -> None:
        """`share` of the limit used (1.0 = due); `tone` is a fill token."""
        self._share, self._tone = share, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.draw_clock_bar(QPainter(self), QRect(0, 4, self.width(), 6), self._share, self._tone)


class StepBars(QWidget):
    """Seven bars: where a case stands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._done = 0
        self.setFixedSize(7 * 17 - 4, 16)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        theme.notifier().changed.connect(self.update)

    def show_step(self, step: int) -> None:
        """`step` of seven is the present one."""
        self._done = step
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.draw_steps(QPainter(self), 0, self.height() / 2, self._done)
