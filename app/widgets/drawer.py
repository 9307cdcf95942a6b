"""The drawer of unsent and refused things, in the place of the case card: oldest first, nothing leaves by itself.

A red card shows what was refused and why, the operator's wish beside the centre's state, and three ways out with
their keys: look at the case (Enter), send again or keep as a note (Ctrl+1), understood (Ctrl+2). Only a hand closes
it. Waiting things say what they wait for; the undo window is a bar that gets shorter.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.actions import Action, Context, for_key
from app.look import tokens
from app.models.drawer_model import DrawerModel, DrawerView, RefusedCard, UnsentLine
from app.widgets import action_words, paint, theme
from app.widgets.keys import cap_of
from app.widgets.line import Gap, Line, Stretch, Text
from app.widgets.next_step import FlowRow, StepButton
from app.widgets.operations import Operations
from app.widgets.plain import Paragraph, Plain
from app.widgets.primitives import KeyButton

TICK_MS = 250
ROW_PX = 54
MOST_CARDS = 30
SEE_KEY, OUT_KEY, DISMISS_KEY = "Enter", "Ctrl+1", "Ctrl+2"
BACK_KEY = "Esc"
NARROW_PX = 440  # wider than the narrow card: three buttons in a row
CARD_PAD_PX = 12
EDGE_PX = 4


class Side(QWidget):
    """One of the two boxes of a red card: a small head and what is wanted, or what is."""

    def __init__(self, head: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(10, 6, 10, 8)
        inside.setSpacing(2)
        inside.addWidget(Plain(head, "text2", "cap"))
        inside.addWidget(Paragraph(words))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.ink("edge"), 1))
        painter.setBrush(theme.ink("bg1"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, tokens.RADIUS_PX, tokens.RADIUS_PX)


class RedCard(QWidget):
    """One refused command. Keys are printed on the buttons of the current card only."""

    chosen = Signal(str)
    pressed = Signal(str, str)  # the command's id, the key's cap

    def __init__(self, card: RefusedCard, way_out: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card = card
        self.way_out = way_out
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(f"{card.head} {card.sentence}")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(CARD_PAD_PX + EDGE_PX, 34, CARD_PAD_PX, CARD_PAD_PX)
        inside.setSpacing(10)
        inside.addWidget(Paragraph(card.sentence))
        inside.addWidget(_Pair(Side(self.tr("Yours"), card.mine), Side(self.tr("Centre"), card.theirs)))
        self._exits = [
            (SEE_KEY, self.tr("See the case")),
            (OUT_KEY, way_out),
            (DISMISS_KEY, self.tr("Understood")),
        ]
        self._row = FlowRow()
        self._row.pressed.connect(lambda key: self.pressed.emit(card.id, key))
        self.set_current(False)
        inside.addWidget(self._row)

    def set_current(self, is_current: bool) -> None:
        """The keys of a card that is not current are not printed, since they would not reach it."""
        exits = [StepButton(key, key if is_current else "", title) for key, title in self._exits if title]
        self._row.show_buttons(tuple(exits))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.card.id)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.ink("alarm_fill"), 1))
        painter.setBrush(theme.ink("alarm_wash"))
        painter.drawRoundedRect(box, tokens.RADIUS_PX, tokens.RADIUS_PX)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRect(0, 1, EDGE_PX, self.height() - 2), theme.ink("alarm_fill"))
        x, y = CARD_PAD_PX + EDGE_PX, 20
        paint.draw_mark(painter, "triangle", QPointF(x + 7, y), tokens.MARK_PX)
        x += 22
        x += paint.draw_text(painter, x, y, self.tr("Refused"), "alarm_text", is_bold=True) + 14
        paint.draw_text(painter, x, y, self.card.head, "alarm_text", is_bold=True)
        right = self.width() - CARD_PAD_PX - paint.text_width(self.card.time, tokens.FONT_LABEL_PX)
        paint.draw_text(painter, right, y, self.card.time, "text1", tokens.FONT_LABEL_PX)


class _Pair(QWidget):
    """Two boxes side by side, of one height."""

    def __init__(self, left: QWidget, right: QWidget) -> None:
        super().__init__()
        self._parts = (left, right)
        for part in self._parts:
            part.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _half(self, width: int) -> int:
        return (width - 12) // 2

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        half = self._half(width)
        return max(_height(part, half) for part in self._parts)

    def sizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(self.width() or 360))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 44)

    def resizeEvent(self, event: object) -> None:
        half = self._half(self.width())
        for index, part in enumerate(self._parts):
            part.setGeometry(QRect(index * (half + 12), 0, half, self.height()))


def _height(part: QWidget, width: int) -> int:
    layout = part.layout()
    assert layout is not None
    return layout.heightForWidth(width) if layout.hasHeightForWidth() else part.sizeHint().height()


class Unsent(QWidget):
    """The waiting things, painted: thousands of them cost no more than a screenful."""

    opened = Signal(str)
    undo_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[UnsentLine, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.update)

    def show_lines(self, lines: tuple[UnsentLine, ...]) -> None:
        """Draws these."""
        if lines == self._lines:
            return
        self._lines = lines
        self.setAccessibleName(" ".join(f"{line.title} {line.why}" for line in lines[:20]))
        self.setFixedHeight(ROW_PX * len(lines))
        self.update()

    def text(self) -> str:
        """Its words, for tests."""
        return "\n".join(f"{line.title} {line.why} {line.time}" for line in self._lines)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        first = max(event.rect().top() // ROW_PX, 0)
        last = min(event.rect().bottom() // ROW_PX + 1, len(self._lines))
        for index in range(first, last):
            self._paint_line(painter, QRect(0, index * ROW_PX, self.width(), ROW_PX), self._lines[index])

    def _paint_line(self, painter: QPainter, box: QRect, line: UnsentLine) -> None:
        x, top = 28, box.top()
        paint.draw_mark(painter, "dashed_ring", QPointF(10, top + 26), tokens.MARK_PX)
        time_px = paint.text_width(line.time, tokens.FONT_LABEL_PX)
        paint.draw_text(painter, box.right() - time_px, top + 15, line.time, "text1", tokens.FONT_LABEL_PX)
        title = paint.elided(line.title, box.right() - time_px - x - 12)
        paint.draw_text(painter, x, top + 15, title)
        room = box.right() - x
        if line.is_undoable:
            cap_px = paint.cap_width("Ctrl+Z")
            paint.draw_cap(painter, box.right() - cap_px, top + 36, "Ctrl+Z")
            room -= cap_px + 12
        why = paint.elided(line.why, room, tokens.FONT_LABEL_PX)
        paint.draw_text(painter, x, top + 36, why, "text2", tokens.FONT_LABEL_PX)
        if line.undo_share >= 0:
            bar = QRect(x, top + 49, box.right() - x, 2)
            painter.fillRect(bar, theme.ink("bg3"))
            bar.setWidth(round(bar.width() * line.undo_share))
            painter.fillRect(bar, theme.ink("text2"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        index = spot.y() // ROW_PX
        if not 0 <= index < len(self._lines):
            return
        line = self._lines[index]
        is_on_cap = spot.x() > self.width() - paint.cap_width("Ctrl+Z") and spot.y() % ROW_PX > 24
        if line.is_undoable and is_on_cap:
            self.undo_pressed.emit(line.id)
        elif line.case:
            self.opened.emit(line.case)


class Drawer(QWidget):
    """`closed` on Esc; `case_wanted` carries the number of a case to look at."""

    closed = Signal()
    case_wanted = Signal(str)

    def __init__(self, session: Any, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.model = DrawerModel(session, self)
        self._operations = operations
        self._cards: list[RedCard] = []
        self._shown = DrawerView()
        self._current = ""
        self._lay()
        self.model.changed.connect(self._show_view)
        session.changed.connect(self._on_rows)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.tick)
        self.set_narrow(False)
        self._show_view()

    def set_narrow(self, is_narrow: bool) -> None:
        """About as wide as the case card it stands in for."""
        self.setFixedWidth(NARROW_PX if is_narrow else tokens.CARD_PX)

    def current(self) -> str:
        """Id of the refused command the keys reach; "" where there is none."""
        return self._current

    def tick(self) -> None:
        """The seconds of the undo windows."""
        if self.model.has_undo():
            self._unsent.show_lines(self.model.unsent())

    def press(self, key: str) -> bool:
        """What a key does in the drawer; False where it does nothing."""
        if key in (BACK_KEY, "Ctrl+0"):
            self.closed.emit()
            return True
        if key == "Ctrl+Z":
            return self._operations.press(key)
        if key in ("Up", "Down") and len(self._cards) > 1:
            self._step(1 if key == "Down" else -1)
            return True
        if self._current and key in (SEE_KEY, OUT_KEY, DISMISS_KEY):
            return self._exit(self._current, key)
        return False

    def _exit(self, command_id: str, key: str) -> bool:
        """One of the three ways out of a red card."""
        line = self.model.line(command_id)
        if line is None:
            return False
        card = next((card.card for card in self._cards if card.card.id == command_id), None)
        if key == SEE_KEY:
            if card is not None and card.case:
                self.case_wanted.emit(card.case)
            return True
        context = self._context(command_id)
        action = for_key(key, context) if context is not None else None
        if action is None or context is None:
            return False
        if self._operations.run(action, {}, (), context) and key == OUT_KEY:
            # Its wish lives on in a new command or a note: the card has done its work by the same hand.
            self._operations.run("dismiss", {}, (), context)
        return True

    def _context(self, command_id: str) -> Context | None:
        line = self.model.line(command_id)
        if line is None:
            return None
        return self._operations.context_of(line, self.model.kept_words(line))

    def _way_out(self, card: RefusedCard) -> str:
        """The words of Ctrl+1 for this card; "" where there is no such way."""
        context = self._context(card.id)
        action: Action | None = for_key(OUT_KEY, context) if context is not None else None
        if action is None or context is None or action.why_disabled(context) is not None:
            return ""
        return action_words.title(action)

    def _step(self, step: int) -> None:
        ids = [card.card.id for card in self._cards]
        at = ids.index(self._current) if self._current in ids else 0
        self._choose(ids[(at + step) % len(ids)])

    def _choose(self, command_id: str) -> None:
        self._current = command_id
        for card in self._cards:
            card.set_current(card.card.id == command_id)
            if card.card.id == command_id:
                self._scroll.ensureWidgetVisible(card)

    # --- drawing --------------------------------------------------------------------------------------

    def _lay(self) -> None:
        self._head = Line(tokens.PANEL_HEAD_PX, ground="bg1", padding_px=tokens.PADDING_PX, rule="bottom")
        self._body = QWidget()
        self._inside = QVBoxLayout(self._body)
        self._inside.setContentsMargins(12, 10, 12, 16)
        self._inside.setSpacing(10)
        self._unsent = Unsent()
        self._unsent.opened.connect(self.case_wanted)
        self._unsent.undo_pressed.connect(lambda command_id: self._operations.run("undo"))
        self._more = Paragraph(tone="text2", size_px=tokens.FONT_LABEL_PX)
        self._empty = Paragraph(self.tr("Nothing is waiting and nothing was refused."))
        self._empty_next = Paragraph(
            self.tr("What is done without the network waits here until the centre has it."),
            "text2",
            tokens.FONT_LABEL_PX,
        )
        self._rule = _HairLine()
        self._closing = Paragraph(
            self.tr("Not lost when switched off. Sent under its author's name after another log-in."),
            "text2",
            tokens.FONT_LABEL_PX,
        )
        back = KeyButton(BACK_KEY, self.tr("Close"))
        back.clicked.connect(self.closed)
        # Red cards stand out by four pixels; everything else is aligned with the head.
        rest = QVBoxLayout()
        rest.setContentsMargins(4, 0, 4, 0)
        rest.setSpacing(10)
        parts = (self._more, self._empty, self._empty_next, self._unsent, self._rule, self._closing, back)
        for part in parts:
            rest.addWidget(part)
        self._inside.addLayout(rest)
        self._inside.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._body)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(0)
        outside.addWidget(self._head)
        outside.addWidget(self._scroll, 1)

    def _show_view(self) -> None:
        view = self.model.view()
        is_empty = not view.refused and not view.unsent
        self._show_head(view)
        if view.refused != self._shown.refused or len(self._cards) != len(view.refused[:MOST_CARDS]):
            self._show_cards(view.refused[:MOST_CARDS])
        self._shown = view
        left = len(view.refused) - MOST_CARDS
        self._more.say(self.tr("{0} more refused ones follow").format(left) if left > 0 else "")
        self._more.setVisible(left > 0)
        self._unsent.show_lines(view.unsent)
        self._unsent.setVisible(bool(view.unsent))
        self._empty.setVisible(is_empty)
        self._empty_next.setVisible(is_empty)
        self._rule.setVisible(not is_empty)
        self._closing.setVisible(not is_empty)

    def _on_rows(self, keys: Any) -> None:
        """A case of a red card went on: its words, and what may still be done about it, may be others."""
        if not self._cards or self.isHidden():
            return
        cases = {card.card.case for card in self._cards}
        if keys is None or any(key.key in cases for key in keys):
            cards = self.model.refused()
            ways = [self._way_out(card) for card in cards[:MOST_CARDS]]
            if cards != self._shown.refused or ways != [card.way_out for card in self._cards]:
                self._show_cards(cards[:MOST_CARDS])

    def _show_head(self, view: DrawerView) -> None:
        unsent = self.tr("Unsent {0}").format(len(view.unsent))
        refused = self.tr("Refused {0}").format(len(view.refused))
        saved = self.tr("on this disk {0}").format(view.saved) if view.saved else ""
        self._head.show_items(
            [
                Text(unsent, size_px=tokens.FONT_SECTION_PX, is_bold=True),
                Gap(16),
                Text(refused, size_px=tokens.FONT_SECTION_PX, is_bold=True),
                Stretch(),
                Text(saved, "text2", tokens.FONT_LABEL_PX),
            ]
        )

    def _show_cards(self, cards: tuple[RefusedCard, ...]) -> None:
        for old in self._cards:
            self._inside.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._cards = []
        for index, card in enumerate(cards):
            made = RedCard(card, self._way_out(card))
            made.chosen.connect(self._choose)
            made.pressed.connect(self._exit)
            self._inside.insertWidget(index, made)
            self._cards.append(made)
        ids = [card.id for card in cards]
        self._choose(self._current if self._current in ids else ids[0] if ids else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(cap_of(event)):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.read()
        self._tick.start()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        self._tick.stop()
        super().hideEvent(event)


class _HairLine(QWidget):
    """The line under the list."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(tokens.BORDER_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.ink("line"))
