"""The bar of the proposed next step: the sentence, the evidence, and buttons with their key caps inside.

One button is filled: the one Enter stands for. A step that cannot be done says why beside it. The same bar turns
into the form an action asks its missing text in (`app.widgets.ask_panel`), so that no dialog ever opens.
"""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.look import tokens
from app.widgets import theme
from app.widgets.plain import Paragraph
from app.widgets.primitives import KeyButton, MarkIcon

GAP_PX = 8
EDGE_PX = 3


class StepButton(msgspec.Struct, frozen=True):
    """One button: the action's id, its key cap and words; `why` is why it cannot be pressed now."""

    action: str
    key: str
    title: str
    why: str = ""
    is_primary: bool = False


class FlowRow(QWidget):
    """Buttons in a row that breaks into a second one where the panel is narrow."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[KeyButton] = []
        self._shown: tuple[StepButton, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def show_buttons(self, buttons: tuple[StepButton, ...]) -> None:
        """Makes the row anew where it differs."""
        if buttons == self._shown:
            return
        self._shown = buttons
        for old in self._buttons:
            old.hide()
            old.deleteLater()
        self._buttons = [self._made(button) for button in buttons]
        self._lay()

    def buttons(self) -> list[KeyButton]:
        """The buttons, in order."""
        return list(self._buttons)

    def _made(self, button: StepButton) -> KeyButton:
        made = KeyButton(button.key, button.title, button.is_primary, self)
        made.setEnabled(not button.why)
        made.setToolTip(button.why)
        made.clicked.connect(lambda: self.pressed.emit(button.action))
        made.show()
        return made

    def _lay(self) -> None:
        x = y = 0
        for button in self._buttons:
            size = button.sizeHint()
            if x and x + size.width() > self.width() > 0:
                x, y = 0, y + tokens.BUTTON_PX + GAP_PX
            button.setGeometry(QRect(x, y, size.width(), tokens.BUTTON_PX))
            x += size.width() + GAP_PX
        self.setFixedHeight(y + tokens.BUTTON_PX if self._buttons else 0)

    def resizeEvent(self, event: object) -> None:
        self._lay()


class Said(QWidget):
    """A sentence that wants something, behind its mark: coloured text never stands alone."""

    def __init__(self, shape: str, tone: str, is_bold: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._mark = MarkIcon(shape)
        self._mark.setFixedHeight(
            round(tokens.FONT_BODY_PX * tokens.LINE_HEIGHT)
        )  # centred on the first line
        self._words = Paragraph(tone=tone, is_bold=is_bold)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(8)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._words, 1)
        self.hide()

    def say(self, sentence: str) -> None:
        """Says it; "" takes the line away."""
        self._words.say(sentence)
        self.setVisible(bool(sentence))

    def text(self) -> str:
        """What it says."""
        return self._words.text()


class NextStep(QWidget):
    """Sentence, evidence, buttons, and the reason why not; `pressed` carries an action's id."""

    pressed = Signal(str)

    def __init__(self, padding_px: int = tokens.PADDING_PX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.sentence = Paragraph(size_px=tokens.FONT_SECTION_PX, is_bold=True, line_height=1.35)
        self.evidence = Paragraph(tone="text2", size_px=tokens.FONT_LABEL_PX)
        self.why = Said("diamond", "warn_text")
        self.row = FlowRow()
        self.row.pressed.connect(self.pressed)
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(padding_px, 12, padding_px, 12)
        self._inside.setSpacing(2)
        self._inside.addWidget(self.sentence)
        self._inside.addWidget(self.evidence)
        self._inside.addWidget(self.why)
        self._inside.addSpacing(6)
        self._inside.addWidget(self.row)
        theme.notifier().changed.connect(self.update)

    def set_padding(self, padding_px: int) -> None:
        """The panel's padding: narrower on a small screen."""
        self._inside.setContentsMargins(padding_px, 12, padding_px, 12)

    def host(self, part: QWidget) -> None:
        """Takes a form in, under the sentence."""
        self._inside.addWidget(part)

    def show_step(self, sentence: str, evidence: str, buttons: tuple[StepButton, ...], why: str) -> None:
        """`why` is said in words under the evidence, where the proposed step cannot be done."""
        self.sentence.say(sentence)
        self.evidence.say(evidence)
        self.evidence.setVisible(bool(evidence))
        self.why.say(why)
        self.row.show_buttons(buttons)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink("mine_wash"))
        painter.fillRect(QRect(0, 0, EDGE_PX, self.height()), theme.ink("sel"))


class Spread(QWidget):
    """Widgets side by side, set from the left, on whatever ground they stand."""

    def __init__(self, *widgets: QWidget, gap_px: int = GAP_PX) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(gap_px)
        for widget in widgets:
            line.addWidget(widget)
        line.addStretch(1)
