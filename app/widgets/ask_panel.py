"""Where an action asks, in the card itself, for the reason and the words it cannot do without.

Ctrl+1..9 choose a reason, Ctrl+Enter does it, Esc goes back; what was typed stays on disk as a draft either way and
is there again the next time. Fields that miss something wear the alarm edge and say what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.actions import Action, Ask
from app.look import tokens
from app.widgets import paint, theme
from app.widgets.draft_field import DraftField
from app.widgets.next_step import Spread
from app.widgets.plain import Plain
from app.widgets.primitives import KeyButton

REASON_PX = 30
TWO_COLUMNS_FROM_PX = 330
SUBMIT_KEY = "Ctrl+Enter"
BACK_KEY = "Esc"


class Reason(msgspec.Struct, frozen=True):
    """A reason's code and its words."""

    code: str
    words: str


class Reasons(QWidget):
    """Reasons under Ctrl+1..9, in two columns where there is room."""

    changed = Signal()

    def __init__(self, reasons: tuple[Reason, ...], takes_many: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons, self._takes_many = reasons, takes_many
        self._chosen: tuple[str, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(" ".join(reason.words for reason in reasons))
        theme.notifier().changed.connect(self.update)

    def chosen(self) -> tuple[str, ...]:
        """Codes of the chosen reasons, in the order of the list."""
        return tuple(reason.code for reason in self._reasons if reason.code in self._chosen)

    def restore(self, chosen: tuple[str, ...]) -> None:
        """Marks these; unknown codes are let go."""
        known = {reason.code for reason in self._reasons}
        self._chosen = tuple(code for code in chosen if code in known)
        self.update()

    def choose(self, number: int) -> bool:
        """Takes reason `number`, or lets it go where many may be taken."""
        if not 1 <= number <= len(self._reasons):
            return False
        code = self._reasons[number - 1].code
        if not self._takes_many:
            self._chosen = (code,)
        elif code in self._chosen:
            self._chosen = tuple(c for c in self._chosen if c != code)
        else:
            self._chosen = (*self._chosen, code)
        self.update()
        self.changed.emit()
        return True

    def _columns(self) -> int:
        widest = max(paint.text_width(reason.words) for reason in self._reasons) + 44
        is_wide = self.width() >= TWO_COLUMNS_FROM_PX and 2 * widest <= self.width()
        return 2 if len(self._reasons) > 3 and is_wide else 1

    def _per_column(self) -> int:
        return -(-len(self._reasons) // self._columns())

    def sizeHint(self) -> QSize:
        return QSize(0, self._per_column() * REASON_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def _spots(self) -> list[QRect]:
        per, width = self._per_column(), self.width() // self._columns()
        return [
            QRect((i // per) * width, (i % per) * REASON_PX, width, REASON_PX)
            for i in range(len(self._reasons))
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for number, (spot, reason) in enumerate(zip(self._spots(), self._reasons, strict=True), start=1):
            is_chosen = reason.code in self._chosen
            y = spot.center().y() + 0.5
            if is_chosen:
                painter.fillRect(spot.adjusted(0, 1, -4, -1), theme.ink("bg1"))
                painter.fillRect(QRect(spot.left(), spot.top() + 1, 3, spot.height() - 2), theme.ink("sel"))
            x = spot.left() + 10
            x += paint.draw_cap(painter, x, y, str(number)) + 8
            words = paint.elided(reason.words, spot.right() - x - 4, tokens.FONT_BODY_PX, is_chosen)
            paint.draw_text(painter, x, y, words, is_bold=is_chosen)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        number = next((i for i, box in enumerate(self._spots(), start=1) if box.contains(spot)), 0)
        self.choose(number)


class AskPanel(QWidget):
    """The fields of one action. `submitted` when Ctrl+Enter or its button says so, `left` on Esc."""

    submitted = Signal()
    left = Signal()
    edited = Signal()

    def __init__(
        self,
        action: Action,
        words: Mapping[str, str],
        save: Callable[[str, str], None],
        parent: QWidget | None = None,
    ) -> None:
        """`words` put reasons' codes to words; `save(name, text)` keeps a draft."""
        super().__init__(parent)
        self.action = action
        self.fields: dict[str, DraftField] = {}
        self.reasons: Reasons | None = None
        self.reason_fault = Plain("", "alarm", "label")
        self.reason_fault.hide()
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(0, 4, 0, 0)
        self._inside.setSpacing(6)
        for ask in action.asks:
            if ask.choices:
                self._add_reasons(ask, words)
            else:
                self._add_field(ask, save)
        self._add_buttons()

    def text(self) -> dict[str, str]:
        """What is typed, by the names of the asks."""
        return {name: field.text() for name, field in self.fields.items()}

    def chosen(self) -> tuple[str, ...]:
        """Codes of the chosen reasons."""
        return self.reasons.chosen() if self.reasons is not None else ()

    def choose(self, number: int) -> bool:
        """Ctrl+1..9 while the panel is open."""
        return self.reasons is not None and self.reasons.choose(number)

    def flush(self) -> None:
        """Saves every draft now."""
        for field in self.fields.values():
            field.flush()

    def start(self) -> None:
        """Puts the cursor where the first text belongs; a reason needs no focus."""
        is_text_first = self.reasons is None
        first = next(iter(self.fields.values()), None)
        if first is not None and is_text_first:
            first.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def blame(self, missing: tuple[Ask, ...]) -> bool:
        """Shows what is missing or too long; True where something is, and the first such field has the focus."""
        names = {ask.name for ask in missing}
        self.reason_fault.say(self.tr("Choose a reason.") if "reason" in names else "")
        self.reason_fault.setVisible("reason" in names)
        first: DraftField | None = None
        for ask in self.action.asks:
            field = self.fields.get(ask.name)
            if field is None:
                continue
            field.blame(self._fault(ask, field, ask.name in names))
            if first is None and not field.fault.isHidden():
                first = field
        if first is not None:
            first.box.setFocus(Qt.FocusReason.OtherFocusReason)
        return first is not None or "reason" in names

    def _fault(self, ask: Ask, field: DraftField, is_missing: bool) -> str:
        if field.is_too_long():
            return self.tr("At most {0} characters.").format(ask.limit_chars)
        if not is_missing:
            return ""
        if ask.name == "evidence":
            return self.tr("Say which evidence is wrong; only then can the unit be changed.")
        if ask.required_with:
            return self.tr("With this reason, say why.")
        return self.tr("This has to be written.")

    def _add_reasons(self, ask: Ask, words: Mapping[str, str]) -> None:
        head = Plain(QCoreApplication.translate("Action", ask.title), "text2", "label")
        reasons = tuple(Reason(code, words.get(code, code)) for code in ask.choices)
        self.reasons = Reasons(reasons, ask.takes_many)
        self.reasons.changed.connect(self._on_reason)
        self._inside.addWidget(head)
        self._inside.addWidget(self.reasons)
        self._inside.addWidget(self.reason_fault)

    def _on_reason(self) -> None:
        self.reason_fault.hide()
        for field in self.fields.values():
            field.blame("")
        self.edited.emit()

    def _add_field(self, ask: Ask, save: Callable[[str, str], None]) -> None:
        title = QCoreApplication.translate("Action", ask.title)
        label = title if ask.is_required else self.tr("{0} (if you like)").format(title)
        name = ask.name
        lines = 3 if ask.is_required else 2
        field = DraftField(label, ask.limit_chars, lambda text: save(name, text), lines)
        field.edited.connect(self.edited)
        self.fields[name] = field
        self._inside.addWidget(field)

    def _add_buttons(self) -> None:
        title = QCoreApplication.translate("Action", self.action.title)
        submit = KeyButton(SUBMIT_KEY, title, is_primary=True)
        back = KeyButton(BACK_KEY, self.tr("Back"))
        submit.clicked.connect(self.submitted)
        back.clicked.connect(self.left)
        self._inside.addSpacing(2)
        self._inside.addWidget(Spread(submit, back))
