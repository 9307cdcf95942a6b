"""The rows of the queue: a list of fixed rows over `QueueModel`, of which only what is on the screen costs anything.

Promises: what is chosen is a case, never a row number: when its row leaves, the choice stays where it is, and nobody is
moved on to another case by somebody else's work. After every change the row under the operator's eye stands where it
stood: the chosen case if it is on the screen, else the first that is still there; who looks at the top goes on
looking at the top.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from app.look import tokens
from app.models import text
from app.models.queue_model import QueueLine, QueueModel
from app.widgets import paint, theme

if TYPE_CHECKING:
    from app.session import Session

MARK_X_PX = 20  # the mark's centre
LEFT_END_PX = 90  # the time's right edge
CLASS_X_PX = 100
SIDE_PX = 12
GAP_PX = 8
BAR_PX = 3
LOADING_PX = 3
Move = QAbstractItemView.CursorAction


class QueueColumns:
    """Where the columns stand for a width; the head and the rows share it, so that they align."""

    def __init__(self, width_px: int) -> None:
        is_narrow = width_px < (tokens.QUEUE_PX + tokens.QUEUE_NARROW_PX) // 2
        class_px = tokens.QUEUE_CLASS_NARROW_PX if is_narrow else tokens.QUEUE_CLASS_PX
        self.class_x = CLASS_X_PX
        self.class_px = class_px - GAP_PX
        self.place_x = CLASS_X_PX + class_px
        self.end_x = width_px - SIDE_PX


def paint_row(
    painter: QPainter, box: QRect, line: QueueLine, columns: QueueColumns, size: int, is_chosen: bool
) -> None:
    """One row: mark, time left, class, place, and a tag or the name of who has it."""
    x, y = box.left(), box.top() + box.height() / 2
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
    paint.draw_text(painter, place_x, y, place, "text1" if is_chosen else "text2", size)


class QueueList(QListView):
    """The rows. `chosen` is emitted by the operator's hand only.

    A list to screen readers, but not in its geometry: Qt's own goes through all rows whenever one of them changed.
    """

    chosen = Signal(str)

    def __init__(self, session: Session, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._row_px, self._text_px = tokens.ROW_HEIGHTS_PX[tokens.DEFAULT_DENSITY]
        self._case = ""
        self._is_hand = False
        self._hovered = -1
        self._is_at_top = True
        self._anchors: list[tuple[str, int]] = []  # cases and where their rows stand, the best first
        self._is_new_view = False
        self.setModel(model)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        # Left to itself Qt scrolls to whatever becomes current, also by somebody else's work.
        self.setAutoScroll(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(self.tr("Queue"))
        self.selectionModel().currentChanged.connect(self._on_current)
        model.view_changed.connect(self._on_view)
        model.about_to_show.connect(self._take_anchors)
        model.shown.connect(self._settle)
        session.status_changed.connect(lambda status: self.viewport().update())
        theme.notifier().changed.connect(self.viewport().update)

    def set_density(self, name: str) -> None:
        """Row height and text size."""
        self._row_px, self._text_px = tokens.ROW_HEIGHTS_PX[name]
        self.updateGeometries()
        self.viewport().update()

    def case(self) -> str:
        """The case chosen, also when its row is not in this queue."""
        return self._case

    def choose(self, case: str) -> None:
        """Marks a case without telling anybody."""
        self._case = case
        self._restore()
        row = self._model.row_of(case)
        if row >= 0:
            self._reveal(row)
        self.viewport().update()

    def rows_on_screen(self) -> range:
        """The rows of which something can be seen."""
        top, height = self.verticalOffset(), self.viewport().height()
        last = min((top + height - 1) // self._row_px, self._model.rowCount() - 1)
        return range(top // self._row_px, last + 1)

    def y_of(self, case: str) -> int | None:
        """Where a case's row begins, in pixels from the top of what is seen; None where it is not in the list."""
        row = self._model.row_of(case)
        return None if row < 0 else row * self._row_px - self.verticalOffset()

    # --- where the eye is ---------------------------------------------------------------------------

    def _take_anchors(self) -> None:
        if self._is_new_view:
            return
        top = self.verticalOffset()
        rows = self.rows_on_screen()
        chosen = self._model.row_of(self._case) if self._case else -1
        order = [chosen] if chosen in rows else []
        # A row half hidden at the top is nobody's anchor as long as there is another.
        order += sorted((row for row in rows if row != chosen), key=lambda row: row * self._row_px < top)
        self._anchors = [(self._model.case_at(row), row * self._row_px - top) for row in order]
        self._is_at_top = top == 0

    def _on_view(self) -> None:
        """Another sort or filter by the operator's hand: the case in hand stays where it is, or the top is shown."""
        if not self._is_new_view:
            y = self.y_of(self._case) if self._case else None
            is_seen = y is not None and 0 <= y < self.viewport().height()
            self._anchors = [(self._case, y)] if is_seen and y is not None else []
            self._is_new_view = True
        self.viewport().update()

    def _settle(self) -> None:
        """Another order is there: the choice goes back on its case, and the anchor to its pixel."""
        self._restore()
        self.updateGeometries()
        chosen = self._model.row_of(self._case) if self._case else -1
        to_px = self._anchored_px()
        if to_px is not None:
            self.verticalScrollBar().setValue(to_px)
        elif self._is_new_view:
            self.verticalScrollBar().setValue(0)
            if chosen >= 0:
                self._reveal(chosen)
        if self._model.rowCount():
            self._is_new_view = False
        self._anchors = []
        self.viewport().update()

    def _anchored_px(self) -> int | None:
        """Where to scroll to, so that what is looked at keeps its place; None: nothing to hold on to.

        It is the chosen case, unless that has gone far away from all that stood around it: the operator's own
        decision sends a case to the end of the list, and the eye stays where the work is.
        """
        others = (one for one in self._anchors if one[0] != self._case)
        own = self._first_px(one for one in self._anchors if one[0] == self._case)
        around = self._first_px(others)
        if own is not None and (around is None or abs(own - around) <= self.viewport().height()):
            return own
        return None if self._is_at_top else around

    def _first_px(self, anchors: Iterable[tuple[str, int]]) -> int | None:
        rows = ((self._model.row_of(case), y) for case, y in anchors)
        return next((row * self._row_px - y for row, y in rows if row >= 0), None)

    def _reveal(self, row: int) -> None:
        """Scrolls as little as shows the whole row."""
        bar, y = self.verticalScrollBar(), row * self._row_px
        self.updateGeometries()
        bar.setValue(max(min(bar.value(), y), y + self._row_px - self.viewport().height()))

    def _restore(self) -> None:
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
            self._reveal(current.row())
            self.viewport().update()
            self.chosen.emit(case)

    # --- Qt's side: fixed rows ----------------------------------------------------------------------

    def updateGeometries(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setSingleStep(self._row_px)
        bar.setPageStep(height)
        bar.setRange(0, max(0, self._model.rowCount() * self._row_px - height))
        # Left to itself Qt makes room for the bar after the first paint, and everything is painted twice.
        is_long = bar.maximum() > 0
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if is_long else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        QAbstractItemView.updateGeometries(self)

    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        y = index.row() * self._row_px - self.verticalOffset()
        return QRect(0, y, self.viewport().width(), self._row_px) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = (point.y() + self.verticalOffset()) // self._row_px
        return self._model.index(row, 0) if 0 <= row < self._model.rowCount() else QModelIndex()

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        if index.isValid():
            self._reveal(index.row())

    def isIndexHidden(self, index: QModelIndex | QPersistentModelIndex) -> bool:
        return False

    def moveCursor(self, cursorAction: Move, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        rows, here = self._model.rowCount(), self.currentIndex().row()
        if not rows:
            return QModelIndex()
        page = max(self.viewport().height() // self._row_px - 1, 1)
        steps = {
            Move.MoveUp: -1,
            Move.MoveDown: 1,
            Move.MovePageUp: -page,
            Move.MovePageDown: page,
            Move.MoveHome: -rows,
            Move.MoveEnd: rows,
        }
        return self._model.index(min(max(here + steps.get(cursorAction, 0), 0), rows - 1), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        index = self.indexAt(rect.topLeft())
        self.selectionModel().select(QItemSelection(index, index), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region = QRegion()
        for index in selection.indexes():
            region = region.united(QRegion(self.visualRect(index)))
        return region

    # --- hands --------------------------------------------------------------------------------------

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
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

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

    # --- what is seen -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        rows = self.rows_on_screen()
        self._model.show_window(rows.start, rows.stop - 1)
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.ink("bg1"))
        # The columns end where the heads' do, whether or not a scroll bar stands beside them.
        columns = QueueColumns(self.width())
        top, width = self.verticalOffset(), self.viewport().width()
        for row in rows:
            box = QRect(0, row * self._row_px - top, width, self._row_px)
            line = self._model.line(row) if box.intersects(event.rect()) else None
            if line is not None:
                is_chosen = line.case == self._case
                self._paint_ground(painter, box, is_chosen, row == self._hovered)
                paint_row(painter, box, line, columns, self._text_px, is_chosen)
        if not rows:
            self._paint_empty(painter)

    @staticmethod
    def _paint_ground(painter: QPainter, box: QRect, is_chosen: bool, is_hovered: bool) -> None:
        if is_chosen:
            painter.fillRect(box, theme.ink("mine_wash"))
            painter.fillRect(QRect(box.left(), box.top(), BAR_PX, box.height()), theme.ink("sel"))
        elif is_hovered:
            painter.fillRect(box, theme.ink("bg2"))

    def _paint_empty(self, painter: QPainter) -> None:
        rows = next((one for one in self._session.fetching() if one.dataset == "rows"), None)
        if rows is not None:
            self._paint_loading(painter, rows.done, rows.total)
        elif not self._model.is_settled():
            return  # in a moment it is known
        elif self._model.is_filtered():
            paint.draw_text(painter, SIDE_PX, 28, self.tr("Nothing in this queue fits"), "text1")
            hint = self.tr("Esc shows all of it")
            paint.draw_text(painter, SIDE_PX, 50, hint, "text2", tokens.FONT_LABEL_PX)
        else:
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
