"""The search: a field and what its word finds, in the queue's place while it is open (Ctrl+F).

Arrows move through the finds while the field keeps the keyboard, the map follows; Enter opens the case; Esc gives the
place back to the queue, and the word is kept for the next time. What is found is `SearchModel`'s business.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.look import tokens
from app.models import text
from app.models.search_model import LINE_ROLE, SearchLine, SearchModel
from app.widgets import paint, theme
from app.widgets.keys import cap_of
from app.widgets.line import Caps, Gap, Item, Line, Stretch, Text

WORD_CHARS = 60
AFTER_TYPING_MS = 60
ROW_PX = 54
SIDE_PX = 12
MARK_X_PX = 20
TEXT_X_PX = 38
FIELD_PX = 44
FOOT_PX = 28
BAR_PX = 3
MOVES = {"Up": -1, "Down": 1, "PgUp": -8, "PgDown": 8}


class SearchDelegate(QStyledItemDelegate):
    """Paints one find: mark, class, day and stage; below, place and text with the word in full ink."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line: SearchLine | None = index.data(LINE_ROLE)
        if line is None:
            return
        box = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.ink("mine_wash"))
            painter.fillRect(QRect(box.left(), box.top(), BAR_PX, box.height()), theme.ink("sel"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.ink("bg2"))
        painter.fillRect(box.left() + SIDE_PX, box.bottom(), box.width() - 2 * SIDE_PX, 1, theme.ink("line"))
        self._paint_line(painter, box, line)

    def _paint_line(self, painter: QPainter, box: QRect, line: SearchLine) -> None:
        x, end = box.left() + TEXT_X_PX, box.right() - SIDE_PX
        y = box.top() + 17.0
        paint.draw_mark(painter, line.mark, QPointF(box.left() + MARK_X_PX, y), tokens.MARK_PX)
        about = text.facts(line.stage, line.when)
        about_px = paint.text_width(about, tokens.FONT_LABEL_PX)
        paint.draw_text(painter, end - about_px, y, about, "text2", tokens.FONT_LABEL_PX)
        paint.draw_text(painter, x, y, paint.elided(line.title, end - about_px - 12 - x))
        self._paint_words(painter, x, box.top() + 38.0, end - x, line)

    def _paint_words(self, painter: QPainter, x: float, y: float, room: float, line: SearchLine) -> None:
        """Three runs: what stands before the word, the word, what comes after it."""
        size = tokens.FONT_LABEL_PX
        begin, end = line.span
        runs = ((line.words[:begin], "text2"), (line.words[begin:end], "text1"), (line.words[end:], "text2"))
        for run, tone in runs:
            if not run or room <= 0:
                continue
            told = paint.elided(run, int(room), size)
            width = paint.text_width(told, size)
            if tone == "text1":
                painter.fillRect(QRect(round(x), round(y) + 9, width, 1), theme.ink("sel"))
            paint.draw_text(painter, x, y, told, tone, size)
            x, room = x + width, room - width


class SearchList(QListView):
    """The finds. The keyboard stays with the field."""

    def __init__(self, model: SearchModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(SearchDelegate(self))
        self.setModel(model)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(self.tr("What was found"))
        self._empty: tuple[str, str] = ("", "")

    def say(self, head: str, hint: str) -> None:
        """What stands in the place of the rows where there are none."""
        self._empty = (head, hint)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            room = self.viewport().width() - 2 * SIDE_PX
            head, hint = self._empty
            paint.draw_text(painter, SIDE_PX, 28, paint.elided(head, room), "text1")
            told = paint.elided(hint, room, tokens.FONT_LABEL_PX)
            paint.draw_text(painter, SIDE_PX, 50, told, "text2", tokens.FONT_LABEL_PX)


class SearchPanel(QWidget):
    """The whole panel. `pointed` names the find looked at, `opened` the one to be opened."""

    pointed = Signal(object)  # Hit or None
    opened = Signal(object)  # Hit
    closed = Signal()
    found = Signal()  # the list is another one

    def __init__(self, model: SearchModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.head = Line(tokens.PANEL_HEAD_PX, ground="bg1", rule="bottom")
        self.field = QLineEdit()
        self.list = SearchList(model)
        self.foot = Line(FOOT_PX, ground="bg1", rule="top")
        self._soon = QTimer(self, singleShot=True, interval=AFTER_TYPING_MS)
        self._soon.timeout.connect(lambda: model.look_for(self.field.text()))
        self._dress_field()
        self._lay()
        self.head.clicked.connect(lambda name: self.closed.emit() if name == "close" else None)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.doubleClicked.connect(lambda index: self._open(index.row()))
        model.modelReset.connect(self._on_finds)
        model.rowsInserted.connect(lambda *unused: self.found.emit())
        model.changed.connect(self.refresh)
        theme.notifier().changed.connect(self.update)
        self.refresh()

    # --- what others call -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Takes the keyboard; the last word is there to be typed over."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self.model.warm()
        self._point()

    def press(self, cap: str) -> bool:
        """A key of the window while the search is open; False where it is not the search's."""
        if cap == "Esc":
            self.closed.emit()
        elif cap == "Enter":
            self._open(self.list.currentIndex().row())
        elif cap in MOVES:
            self._move(MOVES[cap])
        else:
            return False
        return True

    def refresh(self) -> None:
        """Head, foot and the empty list's words."""
        self.head.show_items(
            [
                Text(self.tr("Search"), size_px=tokens.FONT_SECTION_PX, is_bold=True),
                Stretch(),
                Caps("Esc", name="close"),
                Gap(6),
                Text(self.tr("Back to the queue"), "text2", name="close"),
            ]
        )
        self.foot.show_items(self._foot())
        self.list.say(*self._nothing())

    # --- inside ---------------------------------------------------------------------------------------

    def _dress_field(self) -> None:
        self.field.setMaxLength(WORD_CHARS)
        self.field.setClearButtonEnabled(True)
        self.field.setPlaceholderText(self.tr("Place, text, case number"))
        self.field.setAccessibleName(self.tr("Search in all cases"))
        self.field.textChanged.connect(lambda word: self._soon.start())
        self.field.installEventFilter(self)

    def _lay(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        around = QWidget()
        around.setFixedHeight(FIELD_PX)
        around.setProperty("ground", "bg1")
        inside = QVBoxLayout(around)
        inside.setContentsMargins(SIDE_PX, 6, SIDE_PX, 6)
        inside.addWidget(self.field)
        for part in (self.head, around, self.list, self.foot):
            layout.addWidget(part)

    def _foot(self) -> list[Item]:
        model = self.model
        parts = []
        if model.word:
            count = text.thousands(model.rowCount())
            more = self.tr("the newest {0} of more") if model.is_more else self.tr("{0} found")
            parts.append(self.tr("Looking …") if model.is_looking else more.format(count))
        if not model.has_archive:
            parts.append(self.tr("without the archive, which is not here yet"))
        items: list[Item] = []
        for part in parts:
            items += [Text(part, "text2", tokens.FONT_CAP_PX), Gap(12)]
        return items

    def _nothing(self) -> tuple[str, str]:
        model = self.model
        if not model.word:
            hint = self.tr("Old and new cases, both scripts; the newest come first")
            return self.tr("Type a word of the place or the text"), hint
        if model.is_looking:
            return self.tr("Looking …"), ""
        hint = "" if model.has_archive else self.tr("The archive is not at this seat yet")
        return self.tr("Nothing with “{0}”").format(model.word), hint

    def _on_finds(self) -> None:
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0, 0))
        self.found.emit()
        self._point()

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self._point()

    def _point(self) -> None:
        if self.isVisible():
            self.pointed.emit(self.model.find_at(self.list.currentIndex().row()))

    def _move(self, step: int) -> None:
        count = self.model.rowCount()
        if not count:
            return
        here = self.list.currentIndex().row()
        to = self.model.index(max(0, min(count - 1, here + step)), 0)
        self.list.setCurrentIndex(to)
        self.list.scrollTo(to)
        if to.row() >= count - 1:
            self.model.fetchMore(QModelIndex())

    def _open(self, row: int) -> None:
        self._look_now()
        find = self.model.find_at(row)
        if find is not None:
            self.opened.emit(find)

    def _look_now(self) -> None:
        """Enter behind a word that was typed just now: it is looked for, and the finds are waited for."""
        if self._soon.isActive():
            self._soon.stop()
            self.model.look_for(self.field.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and the arrows are the list's while the field has the keyboard."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            cap = cap_of(event)
            if cap == "Enter" or cap in MOVES:
                return self.press(cap)
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.field.setFocus(Qt.FocusReason.MouseFocusReason)
