"""What happened to a case, newest first, and its notes: time, deed, who; what was said goes under it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.look import tokens
from app.models.card_view import TraceLine
from app.widgets.plain import Paragraph, Plain

TIME_PX = 64  # as wide as the labels of the facts above it
GAP_PX = 12


class Trace(QWidget):
    """A head and its lines; without lines it takes no room."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[TraceLine, ...] = ()
        self._title = title
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP_PX)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self.hide()

    def show_lines(self, lines: tuple[TraceLine, ...]) -> None:
        """Makes the lines anew where they differ."""
        if lines == self._lines:
            return
        self._lines = lines
        while item := self._grid.takeAt(0):
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.setVisible(bool(lines))
        if not lines:
            return
        self._grid.addWidget(Plain(self._title, is_strong=True), 0, 0, 1, 2)
        self._grid.setRowMinimumHeight(0, 26)
        for index, line in enumerate(lines):
            self._add(line, 1 + 2 * index)

    def text(self) -> str:
        """Its words, for tests and screen readers."""
        return "\n".join(f"{line.time} {line.deed} {line.who} {line.said}" for line in self._lines)

    def _add(self, line: TraceLine, row: int) -> None:
        time = Plain(line.time, "text2", "label")
        time.setFixedWidth(TIME_PX)
        self._grid.addWidget(time, row, 0, Qt.AlignmentFlag.AlignTop)
        deed = Paragraph(
            "\u3000".join(part for part in (line.deed, line.who) if part), size_px=tokens.FONT_LABEL_PX
        )
        self._grid.addWidget(deed, row, 1)
        if line.said:
            said = Paragraph(line.said, "text2", tokens.FONT_LABEL_PX)
            self._grid.addWidget(said, row + 1, 1)
