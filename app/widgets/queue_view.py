"""The queue: its head, column heads, the live list of one-line rows, and its foot with as-of and counts.

The list shows `QueueModel`; what is chosen is a case, never a row number: when its row leaves, the choice stays
where it is and nobody is moved on to another case by somebody else's work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.look import tokens
from app.models import text
from app.models.queue_model import LINE_ROLE, QueueLine, QueueModel
from app.widgets import paint, theme
from app.widgets.line import Caps, Gap, Item, Line, Stretch, Text

if TYPE_CHECKING:
    from app.session import Session

MARK_X_PX = 20  # the mark's centre
LEFT_END_PX = 90  # the time's right edge
CLASS_X_PX = 100
SIDE_PX = 12
GAP_PX = 8
HEAD_TEXT_PX = tokens.FONT_CAP_PX
FOOT_PX = 28
BAR_PX = 3
LOADING_PX = 3


class QueueColumns:
    """Where the columns stand for a width; the head and the rows share it, so that they align."""

    def __init__(self, width_px: int) -> None:
        is_narrow = width_px < (tokens.QUEUE_PX + tokens.QUEUE_NARROW_PX) // 2
        class_px = tokens.QUEUE_CLASS_NARROW_PX if is_narrow else tokens.QUEUE_CLASS_PX
        self.class_x = CLASS_X_PX
        self.class_px = class_px - GAP_PX
        self.place_x = CLASS_X_PX + class_px
        self.end_x = width_px - SIDE_PX


class QueueDelegate(QStyledItemDelegate):
    """Paints one row: mark, time left, class, place, and a tag or the name of who has it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row_px, self.text_px = tokens.ROW_HEIGHTS_PX[tokens.DEFAULT_DENSITY]

    def set_density(self, name: str) -> None:
        """'compact', 'standard' or 'wide'."""
        self.row_px, self.text_px = tokens.ROW_HEIGHTS_PX[name]

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, self.row_px)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line: QueueLine | None = index.data(LINE_ROLE)
        if line is None:
            return
        box = option.rect
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painter.fillRect(box, theme.ink("mine_wash"))
            painter.fillRect(QRect(box.left(), box.top(), BAR_PX, box.height()), theme.ink("sel"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.ink("bg2"))
        # The columns end where the heads' do, whether or not a scroll bar stands beside them.
        place_tone = "text1" if is_chosen else "text2"
        self._paint_line(painter, box, line, QueueColumns(option.widget.width()), place_tone)

    def _paint_line(
        self, painter: QPainter, box: QRect, line: QueueLine, columns: QueueColumns, place_tone: str
    ) -> None:
        x, y, size = box.left(), box.top() + box.height() / 2, self.text_px
        paint.draw_mark(painter, line.mark, QPointF(x + MARK_X_PX, y), tokens.MARK_PX)
        left_px = paint.text_width(line.left, size, line.is_bold)
        paint.draw_text(painter, x + LEFT_END_PX - left_px, y, line.left, line.tone, size, line.is_bold)
        tone = "text2" if line.is_dim else "text1"
        name = paint.elided(line.class_name, columns.class_px, size)
        paint.draw_text(painter, x + columns.class_x, y, name, tone, size)
        end = x + columns.end_x
        if line.chip:
            end -= paint.chip_width(line.chip)
            paint.draw_chip(painter, end, y, line.chip)
            end -= GAP_PX
        elif line.tag:
            end -= paint.tag_width(line.tag)
            paint.draw_tag(painter, end, y, line.tag, "text1")
            end -= GAP_PX
        place_x = x + columns.place_x
        place = paint.elided(line.place, round(end - place_x), size)
        paint.draw_text(painter, place_x, y, place, place_tone, size)


class QueueHeads(QWidget):
    """The column heads, 12 px, aligned as their columns."""

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setFixedHeight(tokens.COLUMN_HEAD_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        theme.notifier().changed.connect(self.update)

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink("bg1"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.ink("line"))
        columns = QueueColumns(self.width())
        heads = [self._model.headerData(i, Qt.Orientation.Horizontal) for i in range(5)]
        y = (self.height() - 1) / 2
        right = (LEFT_END_PX, columns.end_x)
        for label, end in zip((heads[1], heads[4]), right, strict=True):
            paint.draw_text(
                painter, end - paint.text_width(label, HEAD_TEXT_PX), y, label, "text2", HEAD_TEXT_PX
            )
        for label, start in zip((heads[2], heads[3]), (columns.class_x, columns.place_x), strict=True):
            paint.draw_text(painter, start, y, label, "text2", HEAD_TEXT_PX)


class QueueList(QListView):
    """The rows. `chosen` is emitted by the operator's hand only."""

    chosen = Signal(str)

    def __init__(self, session: Session, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._delegate = QueueDelegate(self)
        self._case = ""
        self._is_hand = False
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(self.tr("Queue"))
        self.selectionModel().currentChanged.connect(self._on_current)
        model.rowsRemoved.connect(self._restore)
        model.rowsInserted.connect(self._restore)
        model.modelReset.connect(self._restore)
        session.status_changed.connect(lambda status: self.viewport().update())

    def set_density(self, name: str) -> None:
        """Row height and text size."""
        self._delegate.set_density(name)
        self.scheduleDelayedItemsLayout()

    def case(self) -> str:
        """The case chosen, also when its row is not in this queue."""
        return self._case

    def choose(self, case: str) -> None:
        """Marks a case without telling anybody."""
        self._case = case
        self._restore()
        row = self._model.row_of(case)
        if row >= 0:
            self.scrollTo(self._model.index(row, 0))

    def _restore(self, *unused: object) -> None:
        """Puts the mark back on the chosen case, or on nothing."""
        row = self._model.row_of(self._case) if self._case else -1
        if row >= 0:
            self.setCurrentIndex(self._model.index(row, 0))
        else:
            self.setCurrentIndex(QModelIndex())
            self.selectionModel().clearSelection()

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        # Qt makes another row current by itself when one leaves, or when the list gets the keyboard.
        if not self._is_hand or not current.isValid():
            return
        case = self._model.case_at(current.row())
        if case and case != self._case:
            self._case = case
            self.chosen.emit(case)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt would make the first row current: nobody opened that case."""
        super().focusInEvent(event)
        self._restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._is_hand = True
        super().mousePressEvent(event)
        self._is_hand = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._is_hand = bool(event.buttons())
        super().mouseMoveEvent(event)
        self._is_hand = False

    def keyboardSearch(self, search: str) -> None:
        """A bare letter belongs to the input method, never to the list."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (
            Qt.Key.Key_Up,
            Qt.Key.Key_Down,
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
        ):
            self._is_hand = True
            if not self.currentIndex().isValid() and self._model.rowCount():
                self.setCurrentIndex(self._model.index(0, 0))
            else:
                super().keyPressEvent(event)
            self._is_hand = False
        else:
            event.ignore()

    def paintEvent(self, event: object) -> None:
        super().paintEvent(event)
        if self._model.rowCount() == 0:
            self._paint_empty()

    def _paint_empty(self) -> None:
        painter = QPainter(self.viewport())
        rows = next((one for one in self._session.fetching() if one.dataset == "rows"), None)
        if rows is not None:
            self._paint_loading(painter, rows.done, rows.total)
            return
        name = self._model.queue().name
        paint.draw_text(painter, SIDE_PX, 28, self.tr("Nothing in {0}").format(name), "text1")
        hint = self.tr("New cases appear by themselves")
        paint.draw_text(painter, SIDE_PX, 50, hint, "text2", tokens.FONT_LABEL_PX)

    def _paint_loading(self, painter: QPainter, done: int, total: int) -> None:
        """The first rows are on their way: a count and a thin bar, nothing that turns."""
        paint.draw_text(painter, SIDE_PX, 28, self.tr("Fetching the cases"), "text1")
        figures = text.thousands(done) + (f" / {text.thousands(total)}" if total else "")
        paint.draw_text(painter, SIDE_PX, 50, figures, "text2", tokens.FONT_LABEL_PX)
        width = self.viewport().width() - 2 * SIDE_PX
        painter.fillRect(SIDE_PX, 66, width, LOADING_PX, theme.ink("bg3"))
        painter.fillRect(SIDE_PX, 66, width * done // total if total else 0, LOADING_PX, theme.ink("text2"))


class QueuePanel(QWidget):
    """The whole panel. `clicked` names what was clicked in its head: 'take' or 'queues'."""

    clicked = Signal(str)

    def __init__(self, session: Session, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._is_narrow = False
        self.head = Line(tokens.PANEL_HEAD_PX, ground="bg1", rule="bottom")
        self.heads = QueueHeads(model)
        self.list = QueueList(session, model)
        self.foot = Line(FOOT_PX, ground="bg1", rule="top")
        self.head.clicked.connect(self.clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.head, self.heads, self.list, self.foot):
            layout.addWidget(part)
        model.counts_changed.connect(self.refresh)
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._refresh_foot)
        self._clock.start()
        self.refresh()

    def set_narrow(self, is_narrow: bool) -> None:
        """Without a rail the head carries the key that changes the queue."""
        self._is_narrow = is_narrow
        self.refresh()

    def refresh(self) -> None:
        """Head and foot from the model's figures."""
        queue = self._model.queue()
        items: list[Item] = [
            Text(queue.name, size_px=tokens.FONT_SECTION_PX, is_bold=True, name="queues"),
            Gap(8),
            Text(text.thousands(self._model.counts().total), "text2", tokens.FONT_SECTION_PX, name="queues"),
        ]
        if self._is_narrow:
            items += [Gap(12), Caps("F2", name="queues")]
        items.append(Stretch())
        if queue.workers & self._session.posts:
            items += [Caps("Space", name="take"), Gap(6), Text(self.tr("Take next"), "text2", name="take")]
        self.head.show_items(items)
        self.heads.update()
        self._refresh_foot()

    def _refresh_foot(self) -> None:
        counts = self._model.counts()
        status = self._session.status()
        city = self._session.city()
        zone = city.calendar.zone if city else text.DEFAULT_ZONE
        as_of = text.clock_seconds(status.as_of_ms or self._session.now_ms(), zone)
        parts = [self.tr("As of {0}").format(as_of)]
        named = (
            (self.tr("late {0}"), counts.late),
            (self.tr("soon {0}"), counts.soon),
            (self.tr("in time {0}"), counts.fine),
            (self.tr("unsent {0}"), counts.pending),
            (self.tr("held {0}"), counts.suspended),
        )
        parts += [words.format(text.thousands(count)) for words, count in named if count]
        items: list[Item] = []
        for part in parts:
            items += [Text(part, "text2", tokens.FONT_CAP_PX), Gap(12)]
        self.foot.show_items(items)
