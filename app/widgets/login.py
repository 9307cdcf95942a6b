"""The log-in: which centre, who, and the password; every fault said in words, with what to do about it.

What was typed stays, except a wrong password. Enter logs in, Esc ends. Where this seat has worked before and the
centre cannot be reached, work may go on offline (Ctrl+1) under the person of the last log-in. It sends nothing
itself: `submitted` carries the three texts, and `show_fault` or `close` follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, QUrl, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.look import tokens
from app.widgets import theme
from app.widgets.draft_field import mark
from app.widgets.keys import cap_of
from app.widgets.next_step import FlowRow, Said, StepButton
from app.widgets.plain import Paragraph, Plain
from casework.sync.status import Fault

WIDTH_PX = 400
LABEL_PX = 56
TEXT_CHARS = 200
LOG_IN, OFFLINE, END = "Enter", "Ctrl+1", "Esc"

# What is wrong, and what helps; every fault has both (a test holds that).
FAULTS: Mapping[Fault, tuple[str, str]] = MappingProxyType(
    {
        Fault.UNREACHABLE: (
            QT_TRANSLATE_NOOP("LogIn", "The centre cannot be reached."),
            QT_TRANSLATE_NOOP("LogIn", "Check the address and the network, then Enter."),
        ),
        Fault.WRONG_PASSWORD: (
            QT_TRANSLATE_NOOP("LogIn", "Wrong name or password."),
            QT_TRANSLATE_NOOP("LogIn", "Type the password again."),
        ),
        Fault.SIGNED_OUT: (
            QT_TRANSLATE_NOOP("LogIn", "The session has ended."),
            QT_TRANSLATE_NOOP("LogIn", "Log in again; nothing unsent was lost."),
        ),
        Fault.CENTRE_ERROR: (
            QT_TRANSLATE_NOOP("LogIn", "The centre answered with an error."),
            QT_TRANSLATE_NOOP("LogIn", "Enter to try again, or tell the administrator."),
        ),
        Fault.UPGRADE: (
            QT_TRANSLATE_NOOP("LogIn", "Seat and centre are of different versions."),
            QT_TRANSLATE_NOOP("LogIn", "The seat has to be brought up to date by the administrator."),
        ),
        Fault.DISK_FULL: (
            QT_TRANSLATE_NOOP("LogIn", "The disk of this seat is full."),
            QT_TRANSLATE_NOOP("LogIn", "Free some room: without it nothing typed can be kept."),
        ),
        Fault.CACHE_REBUILT: (
            QT_TRANSLATE_NOOP("LogIn", "The local copy was damaged and is being made anew."),
            QT_TRANSLATE_NOOP("LogIn", "What was unsent is kept. Enter to go on."),
        ),
        Fault.UNSEALED: (
            QT_TRANSLATE_NOOP(
                "LogIn", "This is not the centre this seat knows: its files carry another signature."
            ),
            QT_TRANSLATE_NOOP("LogIn", "Check the address; else tell the administrator before going on."),
        ),
    }
)


class LogIn(QWidget):
    """A window of its own. `submitted`: centre, user, password."""

    submitted = Signal(str, str, str)
    offline_wanted = Signal()
    ended = Signal()

    def __init__(self, centre: str = "", user: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("GridSeat")
        self.setFixedWidth(WIDTH_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._is_busy = False
        self._can_work_offline = False
        self._fault = Fault.NONE
        self._make_fields(centre, user)
        self._lay()
        self._show_buttons()

    def set_offline_possible(self, is_possible: bool) -> None:
        """This seat has rows of an earlier log-in to work with."""
        self._can_work_offline = is_possible
        self._show_buttons()

    def fix_person(self) -> None:
        """Only the password is asked for: centre and person are those of the running work."""
        self.centre.setReadOnly(True)
        self.user.setReadOnly(True)

    def set_busy(self, is_busy: bool) -> None:
        """While the centre is asked; the fields rest, Esc still ends."""
        self._is_busy = is_busy
        for field in (self.centre, self.user, self.password):
            field.setEnabled(not is_busy)
        if is_busy:
            self._say("", "")
        self.waiting.say(self.tr("Asking the centre…"))
        self.waiting.setVisible(is_busy)
        self._show_buttons()

    def show_fault(self, fault: Fault) -> None:
        """Says what is wrong and what helps; the cursor goes where it can be mended."""
        self.set_busy(False)
        self._fault = fault
        if fault is Fault.NONE:
            self._say("", "")
            return
        what, help_ = (QCoreApplication.translate("LogIn", source) for source in FAULTS[fault])
        self._say(what, help_)
        mark(self.centre, fault is Fault.UNREACHABLE)
        mark(self.password, fault is Fault.WRONG_PASSWORD)
        if fault is Fault.WRONG_PASSWORD:
            self.password.clear()
            self.password.setFocus(Qt.FocusReason.OtherFocusReason)
        elif fault is Fault.UNREACHABLE:
            self.centre.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_buttons()

    def press(self, key: str) -> bool:
        """What a key does; False where it does nothing."""
        if key == END:
            self.ended.emit()
        elif key == LOG_IN:
            self._submit()
        elif key == OFFLINE and self._offers_offline():
            self.offline_wanted.emit()
        else:
            return False
        return True

    # --- inside ---------------------------------------------------------------------------------------

    def _make_fields(self, centre: str, user: str) -> None:
        self.centre, self.user, self.password = QLineEdit(centre), QLineEdit(user), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.centre.setPlaceholderText("https://")
        for field, name in (
            (self.centre, self.tr("Centre")),
            (self.user, self.tr("User")),
            (self.password, self.tr("Password")),
        ):
            field.setMaxLength(TEXT_CHARS)
            field.setAccessibleName(name)
            field.textEdited.connect(self._on_edited)
        self.waiting = Paragraph("", "text2", tokens.FONT_LABEL_PX)
        self.what = Said("triangle", "alarm_text", is_bold=True)
        self.help = Paragraph("", "text2", tokens.FONT_LABEL_PX)
        self.row = FlowRow()
        self.row.pressed.connect(lambda key: self.press(key))

    def _lay(self) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(8)
        grid.setHorizontalSpacing(10)
        for row, field in enumerate((self.centre, self.user, self.password)):
            label = Plain(field.accessibleName(), "text2", "label")
            label.setFixedWidth(LABEL_PX)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        head = QHBoxLayout()
        head.addWidget(Plain("GridSeat", size="title", is_strong=True))
        head.addStretch(1)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(24, 20, 24, 20)
        inside.setSpacing(14)
        inside.addLayout(head)
        inside.addLayout(grid)
        told = QVBoxLayout()
        told.setSpacing(4)
        for part in (self.waiting, self.what, self.help):
            told.addWidget(part)
            part.hide()
        inside.addLayout(told)
        inside.addWidget(self.row)

    def _submit(self) -> None:
        if self._is_busy:
            return
        missing = next((f for f in (self.centre, self.user, self.password) if not f.text().strip()), None)
        if missing is not None:
            mark(missing, True)
            self._say(self.tr("{0} is missing.").format(missing.accessibleName()), "")
            missing.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if not _is_address(self.centre.text()):
            mark(self.centre, True)
            told = self.tr("This is not the address of a centre.")
            self._say(told, self.tr("It begins with https:// and a name."))
            self.centre.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.set_busy(True)
        self.submitted.emit(self.centre.text().strip(), self.user.text().strip(), self.password.text())

    def _on_edited(self) -> None:
        for field in (self.centre, self.user, self.password):
            mark(field, False)

    def _offers_offline(self) -> bool:
        return self._can_work_offline and not self._is_busy and self._fault is Fault.UNREACHABLE

    def _say(self, what: str, help_: str) -> None:
        self.what.say(what)
        self.help.say(help_)
        self.help.setVisible(bool(help_))
        self.adjustSize()

    def _show_buttons(self) -> None:
        wait = self.tr("Asking the centre…") if self._is_busy else ""
        buttons = [StepButton(LOG_IN, LOG_IN, self.tr("Log in"), wait, is_primary=True)]
        if self._offers_offline():
            buttons.append(StepButton(OFFLINE, OFFLINE, self.tr("Work offline")))
        buttons.append(StepButton(END, END, self.tr("End")))
        self.row.show_buttons(tuple(buttons))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(cap_of(event)):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        first = next((f for f in (self.centre, self.user, self.password) if not f.text()), self.password)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.ink("bg1"))


def _is_address(text: str) -> bool:
    """http or https and a host; nothing else is ever asked for a password."""
    url = QUrl(text.strip(), QUrl.ParsingMode.StrictMode)
    return url.isValid() and url.scheme() in ("http", "https") and bool(url.host())
