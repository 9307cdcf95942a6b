"""The queue's panel: its head, its filter, column heads, the live list of one-line rows, and its foot with the counts.

The heads say what the rows are sorted by, and a click on one sorts by it. The filter is a line of its own that comes
with its key and goes with Esc; while it leaves something out it says how much is shown of how many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.look import tokens
from app.models import text
from app.models.queue_model import QueueModel
from app.models.queue_order import Sort
from app.widgets import paint, theme
from app.widgets.keys import cap_of
from app.widgets.line import Caps, Gap, Item, Line, Stretch, Text
from app.widgets.plain import Plain
from app.widgets.queue_list import CLASS_X_PX, LEFT_END_PX, SIDE_PX, QueueColumns, QueueList
from app.widgets.screen_keys import SCREEN_KEY_BY_ID

if TYPE_CHECKING:
    from app.session import Session

HEAD_TEXT_PX = tokens.FONT_CAP_PX
FOOT_PX = 28
ARROW_PX = 7
ARROW_GAP_PX = 4
FILTER_PX = 44
FILTER_CHARS = 40


class QueueHeads(QWidget):
    """The column heads, 12 px, aligned as their columns; the one that sorts is bright and has an arrow."""

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setFixedHeight(tokens.COLUMN_HEAD_PX)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        theme.notifier().changed.connect(self.update)
        model.view_changed.connect(self._show_sort)
        self._show_sort()

    def _show_sort(self) -> None:
        names = {
            Sort.LEFT: self.tr("Sorted by time left"),
            Sort.CLASS: self.tr("Sorted by class"),
            Sort.PLACE: self.tr("Sorted by place"),
            Sort.REGISTERED: self.tr("Sorted by registration, the newest first"),
        }
        self.setAccessibleName(names[self._model.sort_by()])
        self.setToolTip(text.facts(names[self._model.sort_by()], SCREEN_KEY_BY_ID["sort"].key))
        self.update()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink("bg1"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.ink("line"))
        columns = QueueColumns(self.width())
        heads = [self._model.headerData(i, Qt.Orientation.Horizontal) for i in range(5)]
        sort = self._model.sort_by()
        left_x = LEFT_END_PX - paint.text_width(heads[1], HEAD_TEXT_PX)
        self._paint_head(painter, left_x, heads[1], sort is Sort.LEFT, left_x - ARROW_GAP_PX - ARROW_PX)
        for head, x, is_sort in (
            (heads[0], SIDE_PX, sort is Sort.REGISTERED),
            (heads[2], columns.class_x, sort is Sort.CLASS),
            (heads[3], columns.place_x, sort is Sort.PLACE),
        ):
            arrow_x = x + paint.text_width(head, HEAD_TEXT_PX) + ARROW_GAP_PX
            self._paint_head(painter, x, head, is_sort, arrow_x)
        mark_x = columns.end_x - paint.text_width(heads[4], HEAD_TEXT_PX)
        self._paint_head(painter, mark_x, heads[4], False, 0)

    def _paint_head(self, painter: QPainter, x: float, head: str, is_sort: bool, arrow_x: float) -> None:
        y = (self.height() - 1) / 2
        paint.draw_text(painter, x, y, head, "text1" if is_sort else "text2", HEAD_TEXT_PX)
        if not is_sort:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.ink("text1"))
        top, half = y - 2, ARROW_PX / 2
        corners = (
            QPointF(arrow_x, top),
            QPointF(arrow_x + ARROW_PX, top),
            QPointF(arrow_x + half, top + 4.5),
        )
        painter.drawPolygon(QPolygonF(corners))
        painter.restore()

    def _sort_at(self, x: float) -> Sort | None:
        """What a click there sorts by; the time's head turns between time left and registration."""
        columns = QueueColumns(self.width())
        if x < CLASS_X_PX - ARROW_GAP_PX:
            return Sort.REGISTERED if self._model.sort_by() is Sort.LEFT else Sort.LEFT
        if x < columns.place_x:
            return Sort.CLASS
        return Sort.PLACE if x < columns.place_x + columns.class_px else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_sort = self._sort_at(event.position().x()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_sort else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        sort = self._sort_at(event.position().x())
        if sort is not None and event.button() == Qt.MouseButton.LeftButton:
            self._model.set_sort(sort)


class QueueFilter(QWidget):
    """The filter's line: what is typed, and how many are shown of how many. `left` when the keyboard goes back."""

    left = Signal()

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.field = QLineEdit()
        self.field.setMaxLength(FILTER_CHARS)
        self.field.setPlaceholderText(self.tr("Class, place or number"))
        self.field.setAccessibleName(self.tr("Filter of the queue"))
        # What an input method is still composing is not in the text yet, and filters nothing.
        self.field.textChanged.connect(model.set_filter)
        self.field.installEventFilter(self)
        self.count = Plain("", "text2", "label")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SIDE_PX, 8, SIDE_PX, 2)
        layout.setSpacing(10)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.count)
        self.setFixedHeight(FILTER_PX)
        self.setFocusProxy(self.field)
        model.shown.connect(self._show_count)
        model.view_changed.connect(self._on_view)
        self.hide()

    def open(self) -> None:
        """Comes, and takes the keyboard."""
        self._model.expect_filter(True)
        self._show_count()
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def close_filter(self) -> None:
        """Goes, and everything is shown again."""
        self._go()
        self.left.emit()

    def refresh(self) -> None:
        """The queue has other figures."""
        self._show_count()

    def _on_view(self) -> None:
        if not self._model.is_filtered() and self.field.text() and not self.field.hasFocus():
            # Another queue: a filter that was forgotten must not hide anything there.
            self._go()
        self._show_count()

    def _go(self) -> None:
        self.field.clear()
        self.hide()
        self._model.expect_filter(False)

    def _show_count(self) -> None:
        if not self._model.is_filtered():
            self.count.say("")
        elif self._model.is_settled():
            rows, total = self._model.rowCount(), self._model.counts().total
            words = self.tr("{0} of {1}")
            self.count.say(words.format(text.thousands(rows), text.thousands(total)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if event.type() not in kinds or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        cap = cap_of(event)
        if cap not in ("Esc", "Enter", "Down", "Up"):
            return super().eventFilter(watched, event)
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
        elif cap == "Esc":
            self.close_filter()
        else:
            self.left.emit()
        return True


class QueuePanel(QWidget):
    """The whole panel. `clicked` names what was clicked in its head: 'take', 'queues' or 'filter'."""

    clicked = Signal(str)

    def __init__(self, session: Session, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._is_narrow = False
        self.head = Line(tokens.PANEL_HEAD_PX, ground="bg1", rule="bottom")
        self.filter = QueueFilter(model)
        self.heads = QueueHeads(model)
        self.list = QueueList(session, model)
        self.foot = Line(FOOT_PX, ground="bg1", rule="top")
        self.head.clicked.connect(self.clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.head, self.filter, self.heads, self.list, self.foot):
            layout.addWidget(part)
        model.counts_changed.connect(self.refresh)
        self.filter.left.connect(lambda: self.list.setFocus(Qt.FocusReason.OtherFocusReason))
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._refresh_foot)
        self._clock.start()
        self.refresh()

    def set_narrow(self, is_narrow: bool) -> None:
        """Without a rail the head carries the key that changes the queue."""
        self._is_narrow = is_narrow
        self.refresh()

    def is_filter_open(self) -> bool:
        """Whether the filter's line is there."""
        return not self.filter.isHidden()

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
        if not self._is_narrow:
            items += [Caps(SCREEN_KEY_BY_ID["filter"].key, name="filter"), Gap(6)]
            items += [Text(self.tr("Filter"), "text2", name="filter"), Gap(14)]
        if queue.workers & self._session.posts:
            items += [Caps("Space", name="take"), Gap(6), Text(self.tr("Take next"), "text2", name="take")]
        self.head.show_items(items)
        self.heads.update()
        self.filter.refresh()
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
