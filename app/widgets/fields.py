"""The facts of a case as label and value. Values can be selected and copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.models.card_view import FieldLine
from app.widgets.plain import Plain

LABEL_PX = 64
GAP_PX = 12


class Fields(QWidget):
    """Label and value, one fact a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[FieldLine, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP_PX)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)

    def show_lines(self, lines: tuple[FieldLine, ...]) -> None:
        """Makes the lines anew where they differ."""
        if lines == self._lines:
            return
        self._lines = lines
        while item := self._grid.takeAt(0):
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for row, line in enumerate(lines):
            label = Plain(line.label, "text2", "label")
            label.setFixedWidth(LABEL_PX)
            value = Plain("\u3000".join(part for part in (line.value, line.tail) if part))
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(value, row, 1)

    def text(self) -> str:
        """Its words, for tests and screen readers."""
        return "\n".join(f"{line.label} {line.value} {line.tail}" for line in self._lines)
