"""Parts of the import's page: facts of a file, its first rows, the figures of a report and why rows are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.look import tokens
from app.models import import_words, text
from app.widgets import paint, theme
from app.widgets.plain import Plain, clean

LABEL_PX = 88
FIGURE_PX = 64
COLUMN_PX = 150
EXAMPLES = 100  # of each reason; the page has more
OPEN = 6  # so many examples are shown unasked, so that every reason is in sight


class Facts(QWidget):
    """Label and value, one pair under the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, LABEL_PX)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[Plain, Plain]] = []

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """These; a pair without a value is left out."""
        told = [(label, value) for label, value in facts if value]
        while len(self._lines) < len(told):
            pair = (Plain("", "text2", "label"), Plain())
            pair[1].setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            for column, part in enumerate(pair):
                self._grid.addWidget(part, len(self._lines), column)
            self._lines.append(pair)
        for row, (label, value) in enumerate(self._lines):
            is_there = row < len(told)
            label.setVisible(is_there)
            value.setVisible(is_there)
            if is_there:
                label.say(told[row][0])
                value.say(told[row][1])

    def text(self) -> str:
        """All of it, for a test."""
        return "; ".join(f"{one.text()} {two.text()}" for one, two in self._lines if not one.isHidden())


class FirstRows(QTableWidget):
    """The first rows of a file, as text; nothing in it is to be edited."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(tokens.ROW_HEIGHTS_PX["compact"][0])
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.horizontalHeader().setHighlightSections(False)
        self.setAccessibleName(self.tr("The first rows"))

    def show_rows(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Other rows."""
        self.clear()
        width = max([len(columns), *(len(row) for row in rows)], default=0)
        self.setColumnCount(width)
        self.setRowCount(len(rows))
        self.setHorizontalHeaderLabels([clean(name) for name in columns])
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                self.setItem(at, column, QTableWidgetItem(clean(cell)))
        for column in range(width):
            self.setColumnWidth(column, min(COLUMN_PX * 2, max(70, self.sizeHintForColumn(column) + 18)))


class Figures(QWidget):
    """Rows, how many enter (new, changed, as they are) and how many are refused."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: list[tuple[str, str, str]] = []
        self.setFixedHeight(FIGURE_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        theme.notifier().changed.connect(self.update)

    def show_report(self, report: dict[str, Any], has_entered: bool = False) -> None:
        """Another report, before or after its rows have entered."""
        names = (
            ("rows", self.tr("rows")),
            ("entered", self.tr("entered") if has_entered else self.tr("enter")),
            ("new", self.tr("new")),
            ("changed", self.tr("changed")),
            ("unchanged", self.tr("unchanged")),
            ("refused", self.tr("refused")),
        )
        self._told = [
            (
                text.thousands(report[name]),
                words,
                "alarm_text" if name == "refused" and report[name] else "text1",
            )
            for name, words in names
        ]
        self.setAccessibleName(self.text())
        self.update()

    def text(self) -> str:
        """All of it, for a reader and for a test."""
        return "; ".join(f"{words} {figure}" for figure, words, _ in self._told)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        step = self.width() / max(len(self._told), 1)
        for at, (figure, words, tone) in enumerate(self._told):
            x = round(at * step)
            paint.draw_text(painter, x, 20, figure, tone, tokens.FONT_FIGURE_PX)
            paint.draw_text(painter, x, 50, words, "text2", tokens.FONT_LABEL_PX)


class Bar(QWidget):
    """How far something has come, as a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setFixedHeight(4)
        theme.notifier().changed.connect(self.update)

    def show_share(self, share: float) -> None:
        """0 to 1."""
        self._share = max(0.0, min(share, 1.0))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink("bg3"))
        painter.fillRect(QRect(0, 0, round(self.width() * self._share), self.height()), theme.ink("text2"))


class Reasons(QTreeWidget):
    """Why rows are refused, with examples and where they stand in the file; then what was noted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(2)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setUniformRowHeights(True)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self.header().setStretchLastSection(False)
        self.header().resizeSection(1, COLUMN_PX)
        self.setIndentation(20)
        self.setAccessibleName(self.tr("Why rows are refused"))

    def show_report(self, report: dict[str, Any]) -> None:
        """Another report."""
        self.clear()
        self.setHeaderLabels([self.tr("Refused, and where"), self.tr("Rows")])
        self.headerItem().setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        examples: dict[str, list[dict[str, Any]]] = {}
        for one in report["refusals"]:
            examples.setdefault(one["code"], []).append(one)
        for code, count in report["reasons"].items():
            words = report.get("words", {}).get(code, {})
            head = self._line(words.get(import_words.language(), code), text.thousands(count))
            for one in examples.get(code, [])[:EXAMPLES]:
                head.addChild(
                    QTreeWidgetItem(
                        [clean(text.facts(import_words.place(one["place"]), import_words.sentence(one))), ""]
                    )
                )
        if report["remarks"]:
            head = self._line(self.tr("Noted while reading"), "")
            for one in report["remarks"]:
                head.addChild(QTreeWidgetItem([clean(import_words.sentence(one)), ""]))
        for at in range(self.topLevelItemCount()):
            item = self.topLevelItem(at)
            item.setExpanded(item.childCount() <= OPEN)
        if self.topLevelItemCount():
            self.setCurrentItem(self.topLevelItem(0))

    def _line(self, words: str, count: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([clean(words), count])
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addTopLevelItem(item)
        return item

    def text(self) -> str:
        """All of it, for a test."""
        found = []
        for at in range(self.topLevelItemCount()):
            item = self.topLevelItem(at)
            found.append(f"{item.text(0)} {item.text(1)}")
            found += [item.child(k).text(0) for k in range(item.childCount())]
        return "\n".join(found)

    def sizeHint(self) -> QSize:
        return QSize(400, 240)
