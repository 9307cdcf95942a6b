"""Text that is only ever shown as text: what a citizen wrote is never read as markup.

`Paragraph` is painted, so that lines have the look's height and an endless word without blanks cannot widen a
panel; `Plain` is a label for one line that can be selected and copied. Characters that turn the direction of
writing, and control characters, are taken out.
"""

from __future__ import annotations

import math
import unicodedata

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.look import tokens
from app.widgets import theme

WIDEST_PX = 4000


def clean(text: str) -> str:
    """The text without control and direction characters; line breaks stay."""
    return "".join(
        char
        for char in text
        if char in "\n\u200b" or unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs")
    )


class Plain(QLabel):
    """One line of plain text, chosen by the look's properties (`app.look.qss`)."""

    def __init__(
        self,
        text: str = "",
        tone: str = "text1",
        size: str = "body",
        is_strong: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setProperty("tone", tone)
        self.setProperty("textSize", size)
        self.setProperty("strong", "true" if is_strong else "false")
        self.say(text)

    def say(self, text: str) -> None:
        """Another text."""
        self.setText(clean(text))

    def tell(self, tone: str) -> None:
        """Another tone; the style sheet is asked again only when it changes."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


class Paragraph(QWidget):
    """A block of text, wrapped anywhere if it must be; its height follows from its width."""

    def __init__(
        self,
        text: str = "",
        tone: str = "text1",
        size_px: int = tokens.FONT_BODY_PX,
        is_bold: bool = False,
        line_height: float = tokens.LINE_HEIGHT,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tone, self._size_px, self._is_bold = tone, size_px, is_bold
        self._line_px = math.ceil(size_px * line_height)
        self._layout = QTextLayout()
        self._laid_for = -1
        self._lines = 0
        self._text = ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.notifier().changed.connect(self._again)
        self.say(text)

    def say(self, text: str) -> None:
        """Another text."""
        fresh = clean(text)
        if fresh == self._text:
            return
        self._text = fresh
        self.setAccessibleName(fresh)
        self._again()

    def tell(self, tone: str) -> None:
        """Another tone."""
        self._tone = tone
        self.update()

    def text(self) -> str:
        """What it says."""
        return self._text

    def _again(self) -> None:
        self._laid_for = -1
        self.updateGeometry()
        self.update()

    def _lay(self, width_px: int) -> int:
        """Breaks the lines for a width; returns how many there are."""
        if self._laid_for == width_px:
            return self._lines
        option = QTextOption(Qt.AlignmentFlag.AlignLeft)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout = QTextLayout(
            self._text.replace("\n", "\u2028"), theme.font(self._size_px, self._is_bold)
        )
        self._layout.setTextOption(option)
        self._layout.beginLayout()
        count = 0
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(max(width_px, self._size_px))
            line.setPosition(QPointF(0, count * self._line_px + (self._line_px - line.height()) / 2))
            count += 1
        self._layout.endLayout()
        self._laid_for, self._lines = width_px, count
        return count

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay(width) * self._line_px if self._text else 0

    def sizeHint(self) -> QSize:
        width = self.width() or WIDEST_PX
        return QSize(0, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._line_px if self._text else 0)

    def resizeEvent(self, event: QEvent) -> None:
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._text:
            return
        self._lay(self.width())
        painter = QPainter(self)
        painter.setPen(theme.ink(self._tone))
        self._layout.draw(painter, QPointF(0, 0))
