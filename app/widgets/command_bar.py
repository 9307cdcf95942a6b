"""The command bar: a field in the foot, and above it what its text finds.

Enter takes the first, Ctrl+1..9 the others, arrows move, Esc gives the keyboard back to where it was. It decides
nothing: it says which entry was chosen.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from app.commandbar.index import Entry, Group, Index
from app.look import tokens
from app.widgets import paint, theme
from app.widgets.keys import cap_of, digit_of

WIDTH_PX = 360
NARROW_PX = 270
LIST_PX = 560
ROW_PX = 32
HEAD_PX = 26
HINT_PX = 38
SIDE_PX = 14
DETAIL_X_PX = 226
MOST = 9
QUERY_CHARS = 80


class CommandList(QWidget):
    """What was found, over the lower right of the window; one pixel edge, no shadow."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._current = 0
        self._query = ""
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Found"))
        theme.notifier().changed.connect(self.update)
        self.hide()

    def show_entries(self, entries: list[Entry], query: str) -> None:
        """Another result; the first is current."""
        self._entries, self._current, self._query = entries, 0, query
        self.setAccessibleDescription("; ".join(entry.title for entry in entries))
        self.update()

    def height_needed(self) -> int:
        """Rows, group heads and the line of examples."""
        rows = self._layout()
        return (rows[-1][0].bottom() + 1 if rows else ROW_PX + 8) + 4 + HINT_PX

    def entries(self) -> list[Entry]:
        """What is shown."""
        return self._entries

    def current(self) -> Entry | None:
        """The one Enter takes."""
        return self._entries[self._current] if self._entries else None

    def move_by(self, step: int) -> None:
        """Arrow keys."""
        if self._entries:
            self._current = (self._current + step) % len(self._entries)
            self.update()

    def _layout(self) -> list[tuple[QRect, Entry | Group]]:
        """Heads and rows with their boxes."""
        boxes: list[tuple[QRect, Entry | Group]] = []
        y = 6
        group: Group | None = None
        for entry in self._entries:
            if entry.group is not group:
                group = entry.group
                boxes.append((QRect(1, y, self.width() - 2, HEAD_PX), group))
                y += HEAD_PX
            boxes.append((QRect(1, y, self.width() - 2, ROW_PX), entry))
            y += ROW_PX
        return boxes

    def _group_name(self, group: Group) -> str:
        return {
            Group.ACTION: self.tr("Actions"),
            Group.QUEUE: self.tr("Queues"),
            Group.CASE: self.tr("Cases"),
            Group.GRID: self.tr("Unit grids"),
        }[group]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.ink("edge"), 1))
        painter.setBrush(theme.ink("bg1"))
        radius = tokens.OVERLAY_RADIUS_PX
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if not self._entries:
            words = self.tr("Nothing found") if self._query else self.tr("Initials, digits or Chinese")
            paint.draw_text(painter, SIDE_PX, 4 + ROW_PX / 2, words, "text2")
        number = 0
        for box, what in self._layout():
            if isinstance(what, Group):
                paint.draw_text(painter, SIDE_PX, box.center().y(), self._group_name(what), "text2", 12)
            else:
                self._paint_entry(painter, box, what, number)
                number += 1
        self._paint_hint(painter)

    def _paint_entry(self, painter: QPainter, box: QRect, entry: Entry, number: int) -> None:
        is_current = number == self._current
        if is_current:
            painter.fillRect(box, theme.ink("mine_wash"))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), theme.ink("sel"))
        y = box.top() + box.height() / 2
        cap = "Enter" if is_current else f"Ctrl+{number + 1}" if number < MOST else ""
        end = self.width() - SIDE_PX
        if cap:
            end -= paint.cap_width(cap)
            paint.draw_cap(painter, end, y, cap)
        if entry.keys:
            end -= paint.cap_width(entry.keys) + 12
            paint.draw_cap(painter, end, y, entry.keys, "text3")
        title = paint.elided(entry.title, DETAIL_X_PX - SIDE_PX - 8, is_bold=is_current)
        paint.draw_text(painter, SIDE_PX, y, title, "text1", is_bold=is_current)
        detail = paint.elided(entry.detail, round(end - DETAIL_X_PX - 12), tokens.FONT_LABEL_PX)
        paint.draw_text(painter, DETAIL_X_PX, y, detail, "text2", tokens.FONT_LABEL_PX)

    def _paint_hint(self, painter: QPainter) -> None:
        y = self.height() - HINT_PX
        painter.fillRect(1, y, self.width() - 2, 1, theme.ink("line"))
        hint = self.tr("wg 0106 unit grid   aj 0431 case   dl pq queue")
        paint.draw_text(painter, SIDE_PX, y + HINT_PX / 2, hint, "text2", tokens.FONT_LABEL_PX)

    def _entry_at(self, point: QPoint) -> Entry | None:
        return next(
            (what for box, what in self._layout() if isinstance(what, Entry) and box.contains(point)), None
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        entry = self._entry_at(event.position().toPoint())
        if entry is not None:
            self.chosen.emit(entry)


class CommandBar(QWidget):
    """The field. `index_wanted` builds what there is to find when the bar opens."""

    chosen = Signal(object)

    def __init__(self, index_wanted: Callable[[], Index], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index_wanted = index_wanted
        self._index: Index | None = None
        self._back: QWidget | None = None
        self.list: CommandList | None = None
        self.field = QLineEdit()
        self.field.setMaxLength(QUERY_CHARS)
        self.field.setFrame(False)
        self.field.setProperty("bare", "true")
        self.field.setPlaceholderText(self.tr("Initials, codes or Chinese"))
        self.field.setAccessibleName(self.tr("Command bar"))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(9 + paint.cap_width("Ctrl+K") + 8, 1, 9, 1)
        layout.addWidget(self.field)
        self.setFixedSize(WIDTH_PX, 30)
        theme.notifier().changed.connect(self.update)

    def set_narrow(self, is_narrow: bool) -> None:
        """At 1366 the field is shorter."""
        self.setFixedWidth(NARROW_PX if is_narrow else WIDTH_PX)

    def open(self) -> None:
        """Takes the keyboard and shows the list."""
        if not self.field.hasFocus():
            self._back = QApplication.focusWidget()
        self._index = self._index_wanted()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._search(self.field.text())

    def close_list(self) -> None:
        """Puts the list away and gives the keyboard back."""
        self.field.clear()
        if self.list is not None:
            self.list.hide()
        self.update()
        if self.field.hasFocus():
            self.field.clearFocus()
            if self._back is not None and self._back.isVisible():
                self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self.list is not None and self.list.isVisible()

    def _search(self, query: str) -> None:
        if self._index is None:
            self._index = self._index_wanted()
        if self.list is None:
            self.list = CommandList(self.window())
            self.list.chosen.connect(self._choose)
        self.list.show_entries(self._index.search(query, MOST), query.strip())
        self.place()
        if self.field.hasFocus():
            self.list.show()
            self.list.raise_()

    def place(self) -> None:
        """Above the field, its right edge on the field's."""
        if self.list is None:
            return
        window = self.window()
        corner = self.mapTo(window, QPoint(self.width(), 0))
        width = min(LIST_PX, window.width() - 24)
        height = self.list.height_needed()
        self.list.setGeometry(corner.x() - width, corner.y() - height - 10, width, height)

    def _choose(self, entry: Entry | None) -> None:
        if entry is None:
            return
        self.close_list()
        self.chosen.emit(entry)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self.is_open() and self._is_ours(event):
                # While the list is open its keys are not the window's.
                event.accept()
                return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._press(event):
            return True
        if event.type() == QEvent.Type.FocusIn:
            self.update()
            self._search(self.field.text())
        if event.type() == QEvent.Type.FocusOut:
            self.update()
            if self.list is not None:
                self.list.hide()
        return super().eventFilter(watched, event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        cap = cap_of(event)
        return cap in ("Enter", "Esc", "Up", "Down") or digit_of(cap) > 0

    def _press(self, event: QKeyEvent) -> bool:
        cap = cap_of(event)
        if self.list is None or not self.is_open():
            return False
        if cap == "Enter":
            self._choose(self.list.current())
        elif cap == "Esc":
            self.close_list()
        elif cap in ("Up", "Down"):
            self.list.move_by(1 if cap == "Down" else -1)
        elif digit_of(cap):
            found = self.list.entries()
            number = digit_of(cap)
            self._choose(found[number - 1] if number <= len(found) else None)
        else:
            return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.open()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = self.field.hasFocus()
        inset = 1.0 if has_focus else 0.5
        painter.setPen(QPen(theme.ink("sel" if has_focus else "edge"), 2 if has_focus else 1))
        painter.setBrush(theme.ink("bg1"))
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, tokens.RADIUS_PX, tokens.RADIUS_PX)
        paint.draw_cap(painter, 9, self.height() / 2, "Ctrl+K")
