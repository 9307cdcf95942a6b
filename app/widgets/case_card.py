"""The case card: title and stage, the next step, clocks and why, candidates, text, facts, photos, trace, notes.

The order never changes; head and next step stay, the rest scrolls under them. Text that an action needs is asked
for in the step's own bar and is on disk within a second. Keys come in by `press`, from this widget's own events or
from the window's; the card holds no text of its own, so the input method is off until a field is open.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.actions import ACTION_BY_ID, Action, Context, Place, Why, available
from app.look import tokens
from app.models.card_model import CardModel
from app.models.card_view import CardView, ChoiceKind
from app.models.photo_store import PhotoStore
from app.widgets import action_words, paint, theme
from app.widgets.ask_panel import AskPanel
from app.widgets.candidates import Candidates
from app.widgets.clock_bars import ClockBars
from app.widgets.fields import Fields
from app.widgets.keys import cap_of, digit_of
from app.widgets.next_step import NextStep, StepButton
from app.widgets.operations import Operations, draft_key
from app.widgets.photo_row import PhotoRow
from app.widgets.plain import Paragraph
from app.widgets.trace import Trace

TICK_MS = 1000
HEAD_PX = 66
TITLE_Y_PX = 25
LINE_Y_PX = 51
BAR_WIDTH_PX = 7 * 17 - 4


class Head(QWidget):
    """Title, stage with its seven bars, and number, class code and place under them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: CardView | None = None
        self.padding_px = tokens.PADDING_PX
        self.setFixedHeight(HEAD_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        theme.notifier().changed.connect(self.update)

    def show_view(self, view: CardView) -> None:
        """Draws this case's head."""
        self._view = view
        self.setAccessibleName(f"{view.title} {view.stage} {' '.join(view.line)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        view = self._view
        if view is None:
            return
        painter = QPainter(self)
        right = self.width() - self.padding_px - BAR_WIDTH_PX
        paint.draw_steps(painter, right, TITLE_Y_PX, view.step)
        right -= 10 + paint.text_width(view.stage, tokens.FONT_LABEL_PX)
        paint.draw_text(painter, right, TITLE_Y_PX, view.stage, "text2", tokens.FONT_LABEL_PX)
        room = right - self.padding_px - 12
        title = paint.elided(view.title, room, tokens.FONT_TITLE_PX, True)
        paint.draw_text(
            painter, self.padding_px, TITLE_Y_PX, title, "text1", tokens.FONT_TITLE_PX, is_bold=True
        )
        # Numbers and codes are never cut: only the place, which comes last, may be.
        line = "\u3000".join(view.line)
        line = paint.elided(line, self.width() - 2 * self.padding_px, tokens.FONT_LABEL_PX)
        paint.draw_text(painter, self.padding_px, LINE_Y_PX, line, "text2", tokens.FONT_LABEL_PX)


class CaseCard(QWidget):
    """The panel at the right. `photo_opened` carries a picture's hash."""

    photo_opened = Signal(str)

    def __init__(self, session: Any, photos: PhotoStore | None = None, parent: QWidget | None = None) -> None:
        """`photos` are shared with the rest of the window; by itself a card has its own."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._session = session
        self.model = CardModel(session, self)
        self.operations = Operations(session, self.model, self)
        self._ask: AskPanel | None = None
        self._blocked: Why | None = None
        self._shown: CardView | None = None
        self._padding_px = tokens.PADDING_PX
        self._make_parts(photos or PhotoStore(session, self))
        self._lay()
        self._connect()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.tick)
        self.set_narrow(False)
        self._show_view()

    # --- what others call -----------------------------------------------------------------------------

    def show_case(self, case_id: str) -> None:
        """Shows this case; "" shows what comes next instead."""
        self._close_ask()
        self._blocked = None
        self.model.show_case(case_id)

    def case_id(self) -> str:
        """Which case is shown."""
        return self.model.case_id

    def set_narrow(self, is_narrow: bool) -> None:
        """396 px and smaller paddings on a small screen, else 460."""
        self.setFixedWidth(tokens.CARD_NARROW_PX if is_narrow else tokens.CARD_PX)
        self._padding_px = tokens.PADDING_NARROW_PX if is_narrow else tokens.PADDING_PX
        self._head.padding_px = self._padding_px
        self.candidates.padding_px = self._padding_px
        self.next_step.set_padding(self._padding_px)
        self._pad()
        self.update()

    def press(self, key: str) -> bool:
        """What a key does in this card, by the name on its cap; False where it does nothing."""
        if self._ask is not None:
            return self._press_in_ask(key)
        number = digit_of(key)
        if number and self.model.table.kind is ChoiceKind.REASONS:
            return self._choose_reason(number)
        if number and self.candidates.choose(number):
            return True
        if key == "Esc" and self._blocked is not None:
            self._blocked = None
            self._show_step()
            return True
        return self.operations.press(key)

    def is_asking(self) -> bool:
        """Whether a form is open in the bar."""
        return self._ask is not None

    def tick(self) -> None:
        """Makes the clocks and the undo window's seconds anew."""
        if self._shown is None:
            return
        self.clocks.show_clocks(self.model.clock_lines())
        if self.model.pending():
            self._show_step()

    def flush(self) -> None:
        """Saves what is half-written now; called before the window closes."""
        if self._ask is not None:
            self._ask.flush()

    # --- inside ---------------------------------------------------------------------------------------

    def _pad(self) -> None:
        """The right edge of the text stays where it is when the scroll bar comes."""
        has_bar = self._scroll.verticalScrollBar().maximum() > 0
        right_px = self._padding_px - (tokens.SCROLLBAR_PX if has_bar else 0)
        for layout in self._padded:
            layout.setContentsMargins(self._padding_px, 0, right_px, 0)
        self.candidates.right_px = right_px
        self.candidates.update()

    def _make_parts(self, photos: PhotoStore) -> None:
        self._head = Head()
        self.next_step = NextStep()
        self.clocks = ClockBars()
        self.why = Paragraph(tone="text2", size_px=tokens.FONT_LABEL_PX, line_height=tokens.BLOCK_LINE_HEIGHT)
        self.candidates = Candidates()
        self.text = Paragraph(line_height=tokens.BLOCK_LINE_HEIGHT)
        self.fields = Fields()
        self.photos = PhotoRow(photos)
        self.trace = Trace(self.tr("Trace"))
        self.notes = Trace(self.tr("Notes"))
        self.empty = Paragraph(self.tr("No case is open."), "text1")
        self.empty_next = Paragraph(self.tr("Space takes the next one of the queue."), "text2", 13)

    def _lay(self) -> None:
        self._padded: list[QVBoxLayout] = []
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 10, 0, 16)
        inside.setSpacing(8)
        self._after_clocks, self._after_candidates, self._before_trace = _rule(), _rule(), _rule()
        self._before_notes = _rule()
        for group in (
            (self.empty, self.empty_next),
            (self.clocks, self.why),
            (self._after_clocks,),
            self.candidates,
            (self._after_candidates,),
            (self.text, self.fields, self.photos),
            (self._before_trace, self.trace),
            (self._before_notes, self.notes),
        ):
            inside.addWidget(group if isinstance(group, QWidget) else self._group(*group))
        inside.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(body)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.verticalScrollBar().rangeChanged.connect(lambda least, most: self._pad())
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(0)
        outside.addWidget(self._head)
        outside.addWidget(self.next_step)
        outside.addWidget(self._scroll, 1)

    def _group(self, *widgets: QWidget) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setSpacing(6)
        for widget in widgets:
            layout.addWidget(widget)
        self._padded.append(layout)
        return box

    def _connect(self) -> None:
        self.model.changed.connect(self._show_view)
        self.candidates.chosen_changed.connect(self._on_chosen)
        self.next_step.pressed.connect(self._on_button)
        self.photos.opened.connect(self.photo_opened)
        self.operations.asked.connect(self._open_ask)
        self.operations.blocked.connect(self._on_blocked)
        self.operations.performed.connect(lambda action, command: self._on_performed(action))

    def _on_button(self, action_id: str) -> None:
        self.operations.run(action_id)

    def _on_chosen(self, keys: tuple[str, ...]) -> None:
        if self.model.table.kind is not ChoiceKind.REASONS:
            self.model.choose(keys)
            return
        # A row of the reasons was clicked: the same as its key.
        line = next((i for i, line in enumerate(self.model.table.lines, 1) if line.key in keys), 0)
        self._choose_reason(line)

    def _choose_reason(self, number: int) -> bool:
        self.operations.run("check_fail")
        if self._ask is not None and self._ask.action.id == "check_fail":
            return self._ask.choose(number)
        return True

    # --- asking in place ------------------------------------------------------------------------------

    def _press_in_ask(self, key: str) -> bool:
        assert self._ask is not None
        if key == "Esc":
            self._close_ask()
            return True
        is_typing = any(field.box.hasFocus() for field in self._ask.fields.values())
        if key == "Ctrl+Enter" or (key == "Enter" and not is_typing):
            self._submit()
            return True
        number = digit_of(key)
        if number:
            self._ask.choose(number)
            return True
        # Space and Enter belong to the text, an F key to another action.
        return key in ("Space", "Enter") or self.operations.press(key)

    def _open_ask(self, action: Action) -> None:
        if self._ask is not None and self._ask.action.id == action.id:
            self._ask.start()
            return
        self._close_ask()
        case = self.model.case_id
        panel = AskPanel(
            action,
            action_words.choices(action.asks),
            lambda name, text: self._session.save_draft(draft_key(case, action.id, name), text),
        )
        for name, field in panel.fields.items():
            field.restore(self._session.draft(draft_key(case, action.id, name)) or "")
        panel.submitted.connect(self._submit)
        panel.left.connect(self._close_ask)
        self._ask = panel
        self._blocked = None
        self.next_step.host(panel)
        self._show_step()
        panel.start()

    def _submit(self) -> None:
        if self._ask is None:
            return
        panel, action = self._ask, self._ask.action
        panel.flush()
        context = self.operations.context(panel.text(), panel.chosen())
        if panel.blame(action.missing(context)):
            return
        case = self.model.case_id
        if self.operations.run(action, panel.text(), panel.chosen()):
            for name in panel.fields:
                self._session.drop_draft(draft_key(case, action.id, name))
            self._close_ask(is_done=True)

    def _close_ask(self, is_done: bool = False) -> None:
        panel, self._ask = self._ask, None
        if panel is None:
            return
        if not is_done:
            panel.flush()
        else:
            for field in panel.fields.values():
                field.restore("")
        panel.hide()
        panel.deleteLater()
        self._show_step()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_blocked(self, action: Action, why: Why | None) -> None:
        self._blocked = why
        self._show_step()

    def _on_performed(self, action: Action) -> None:
        self._blocked = None

    # --- drawing --------------------------------------------------------------------------------------

    def _show_view(self) -> None:
        view = self.model.view()
        self._shown = view
        is_open = view is not None
        for part in (self._head, self.next_step, self.why, self.text):
            part.setVisible(is_open)
        self.empty.parentWidget().setVisible(not is_open)
        for rule in (self._after_clocks, self._after_candidates, self._before_trace):
            rule.parentWidget().setVisible(is_open)
        self._before_notes.parentWidget().setVisible(view is not None and bool(view.notes))
        if view is None:
            self._clear()
            return
        self._head.show_view(view)
        self.clocks.show_clocks(view.clocks)
        self.why.say(view.why)
        self.candidates.show_table(view.choices, self.model.chosen())
        self._after_candidates.parentWidget().setVisible(bool(view.choices.lines))
        self.text.say(view.text)
        self.fields.show_lines(view.fields)
        self.photos.show_photos(view.photos)
        self.trace.show_lines(view.trace)
        self.notes.show_lines(view.notes)
        self._show_step()

    def _clear(self) -> None:
        self.clocks.show_clocks(())
        self.candidates.show_table(self.model.table, ())
        self.fields.show_lines(())
        self.photos.show_photos(())
        self.trace.show_lines(())
        self.notes.show_lines(())

    def _show_step(self) -> None:
        if self._shown is None:
            return
        step = self.model.step()
        pending = self.model.pending()
        context = self.operations.context()
        sentence, evidence = step.sentence, step.evidence
        if pending:
            sentence, evidence = pending, step.sentence
        why = action_words.why(self._blocked)
        if self._blocked is Why.TAKEN or (not why and self._shown.held_by):
            why = self._shown.held_by
        if self._ask is not None:
            sentence, evidence = action_words.title(self._ask.action), ""
        self.next_step.show_step(sentence, evidence, self._buttons(context), why)

    def _buttons(self, context: Context) -> tuple[StepButton, ...]:
        if self._ask is not None:
            return ()
        kind = self.model.proposal.kind if self.model.proposal is not None else ""
        made = []
        if self.model.pending() and context.undoable in {line.id for line in self._pending_lines()}:
            made.append(_button(ACTION_BY_ID["undo"], context, False))
        for action in available(context):
            if Place.CARD in action.places:
                made.append(_button(action, context, bool(kind) and action.accepts == kind))
        return tuple(made)

    def _pending_lines(self) -> tuple[Any, ...]:
        return self.model.rows.pending if self.model.rows is not None else ()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(cap_of(event)):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._tick.stop()
        self.flush()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.ink("bg1"))


def _button(action: Action, context: Context, is_primary: bool) -> StepButton:
    why = action_words.why(action.why_disabled(context))
    return StepButton(action.id, action_words.cap(action.key), action_words.title(action), why, is_primary)


class _Rule(QWidget):
    """The hair line between two parts."""

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.ink("line"))


def _rule() -> QWidget:
    line = _Rule()
    line.setFixedHeight(tokens.BORDER_PX)
    line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return line
