"""The form for a new report (F9): a strip over the map and the card; the case in hand waits behind it.

Three columns: who tells it; place, class, condition and description; the step it leads to and what is open near by.
Everything typed is on disk within a second and survives a kill; Esc puts the form away and keeps the draft;
Ctrl+Enter registers from any field. What is wrong is said at the field, and nothing is ever lost by it.
A place is words plus a point: typed, picked on the map by a click, or the map's centre by F3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.look import tokens
from app.models import report_draft, text, words
from app.models.keeping import NotKept, keep
from app.models.nearby_model import NearLine, near_lines
from app.models.places import finder_of
from app.models.report_draft import DRAFT_KEY, Fault, ReportDraft, ReportField
from app.widgets import theme
from app.widgets.draft_field import SAVE_AFTER_MS, TextBox, mark, swallow_shortcuts
from app.widgets.keys import cap_of
from app.widgets.line import Gap, Line, Stretch, Text
from app.widgets.next_step import NextStep, StepButton
from app.widgets.pick_field import Pick, PickField
from app.widgets.plain import Paragraph, Plain
from app.widgets.report_find import ReportFinder, class_words, condition_pick, major_words, place_of
from app.widgets.report_parts import NearList, TickBox, level, upright
from casework.catalogue.model import Kind
from casework.workflow import Source

SUBMIT_KEY, BACK_KEY, POINT_KEY = "Ctrl+Enter", "Esc", "F3"
NEAR_MM = 300_000
NEAR_ROWS = 5
LABEL_PX = 48


class ReportForm(QWidget):
    """`submitted` carries the new case's number; `closed` when it is put away; `point_changed` for the map's pin."""

    submitted = Signal(str)
    closed = Signal()
    point_changed = Signal(object)  # (x_mm, y_mm) or None
    case_wanted = Signal(str)

    def __init__(self, session: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._session = session
        self.map_centre: Callable[[], tuple[int, int] | None] = lambda: None
        self._draft = ReportDraft()
        self._finder = ReportFinder(session)
        self._saved_ms = 0
        self._is_dirty = False
        self._no_number = ""
        self._make_fields()
        self._lay()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.flush)
        self._show_draft()

    # --- what others call -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Opens with what was half-written before, else empty; the cursor is in the place."""
        kept = report_draft.decode(self._session.draft(DRAFT_KEY))
        self._draft = kept or ReportDraft(source=self._draft.source, told_ms=self._session.now_ms())
        self._show_draft()
        self.place.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        # The pinyin table is read now, while the operator listens, and not at the first letter.
        QTimer.singleShot(0, self._finder.class_index)

    def draft(self) -> ReportDraft:
        """What is typed and chosen so far."""
        return self._draft

    def put_point(self, x_mm: int, y_mm: int) -> None:
        """A place was picked on the map."""
        grid = finder_of(self._session).at(x_mm, y_mm)
        self._change(has_point=True, x_mm=x_mm, y_mm=y_mm, grid=grid.code if grid else "")
        if not self._draft.place.strip() and grid is not None:
            near = near_lines(self._session, x_mm, y_mm, most=1)
            self._change(place=near[0].place if near else text.facts(grid.street, grid.community))
            self.place.put(self._draft.place)
        self.place.blame("" if grid else self._words(Fault.OUTSIDE_GRID))
        self.place.put_tail(self._finder.place_tail(self._draft))
        self.point_changed.emit((x_mm, y_mm))
        self._show_near()

    def press(self, key: str) -> bool:
        """What a key does in the form; False where it does nothing."""
        if key == SUBMIT_KEY:
            self.submit()
        elif key == POINT_KEY:
            centre = self.map_centre()
            if centre is not None:
                self.put_point(*centre)
        elif key == BACK_KEY:
            open_field = next((field for field in self._pick_fields() if field.is_open()), None)
            if open_field is None:
                self.put_away()
            else:
                open_field.close_list()
        else:
            # A form in front keeps the keys of the case behind it: F6 must not reject what is not seen.
            return key.startswith("F") and key not in ("F1", "F4", "F5", "F12")
        return True

    def put_away(self) -> None:
        """Closes the form and keeps the draft."""
        self.flush()
        self.point_changed.emit(None)
        self.closed.emit()

    def flush(self) -> None:
        """Writes the draft now, if it is not on disk yet."""
        self._timer.stop()
        if not self._is_dirty:
            return
        self._is_dirty = False
        kept = msgspec.structs.replace(self._draft, reporter=report_draft.masked(self._draft.reporter))
        if kept.is_empty:
            self._session.drop_draft(DRAFT_KEY)
            self._saved_ms = 0
        else:
            self._session.save_draft(DRAFT_KEY, report_draft.encode(kept))
            self._saved_ms = self._session.now_ms()
        self._show_head()

    def submit(self) -> None:
        """Registers under a number of this seat's block, or says at each field what is wrong."""
        self._mask_reporter()
        self.flush()
        found = report_draft.faults(self._draft, self._finder.catalogue())
        if not found and self._session.numbers_left() <= 0:
            found = {ReportField.NUMBER: Fault.NO_NUMBER}
        self._blame(found)
        if found:
            return
        number = self._session.take_number()
        if number is None:
            self._blame({ReportField.NUMBER: Fault.NO_NUMBER})
            return
        kept = keep(self._session, report_draft.command(self._draft, number, self._finder.edition()))
        if isinstance(kept, NotKept):
            self._blame({ReportField.NUMBER: Fault(kept.value)})
            return
        self._session.drop_draft(DRAFT_KEY)
        self._draft = ReportDraft(source=self._draft.source, told_ms=self._session.now_ms())
        self._is_dirty = False
        self._saved_ms = 0
        self._show_draft()
        self.point_changed.emit(None)
        self.submitted.emit(number)

    # --- parts ----------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self._head = Line(tokens.PANEL_HEAD_PX, ground="bg1", padding_px=tokens.PADDING_PX, rule="bottom")
        self.source = PickField(
            self.tr("Source"),
            self._find_sources,
            opens_empty=True,
        )
        self.reporter = QLineEdit()
        self.reporter.setMaxLength(report_draft.REPORTER_CHARS)
        self.reporter.setPlaceholderText(self.tr("Name and number"))
        self.reporter.setAccessibleName(self.tr("Reporter"))
        swallow_shortcuts(self.reporter)
        self.is_reply_wanted = TickBox(self.tr("Reply wanted"))
        self.hidden = Paragraph(
            self.tr("Hidden as soon as the field is left; the plain number is kept nowhere."),
            "text2",
            tokens.FONT_LABEL_PX,
        )
        self.place = PickField(self.tr("Place"), self._finder.find_places)
        self.class_field = PickField(self.tr("Class"), self._finder.find_classes)
        self.condition = PickField(
            self.tr("Condition"),
            self._find_conditions,
            opens_empty=True,
        )
        self.text = TextBox(3)
        self.text.setAccessibleName(self.tr("Description"))
        self.text_fault = Plain("", "alarm", "label")
        self.text_fault.hide()
        self.step = NextStep()
        self.near_head = Plain("", is_strong=True)
        self.near = NearList()

    def _lay(self) -> None:
        caller = QGridLayout()
        caller.setContentsMargins(tokens.PADDING_PX, 12, tokens.PADDING_PX, 12)
        caller.setVerticalSpacing(8)
        caller.setHorizontalSpacing(10)
        self._row(caller, 0, self.tr("Source"), self.source)
        self._row(caller, 1, self.tr("Reporter"), self.reporter)
        self._row(caller, 2, self.tr("Reply"), self.is_reply_wanted)
        caller.addWidget(self.hidden, 3, 0, 1, 2)
        caller.setRowStretch(4, 1)
        middle = QGridLayout()
        middle.setContentsMargins(tokens.PADDING_PX, 12, tokens.PADDING_PX, 12)
        middle.setVerticalSpacing(8)
        middle.setHorizontalSpacing(10)
        self._row(middle, 0, self.tr("Place"), self.place)
        self._row(middle, 1, self.tr("Class"), self.class_field)
        self._row(middle, 2, self.tr("Condition"), self.condition)
        described = QVBoxLayout()
        described.setSpacing(3)
        described.addWidget(self.text)
        described.addWidget(self.text_fault)
        middle.addWidget(_label(self.tr("Description")), 3, 0, Qt.AlignmentFlag.AlignTop)
        middle.addLayout(described, 3, 1)
        middle.setRowStretch(4, 1)
        near = QVBoxLayout()
        near.setContentsMargins(tokens.PADDING_PX, 8, tokens.PADDING_PX, 8)
        near.setSpacing(4)
        near.addWidget(self.near_head)
        near.addWidget(self.near)
        near.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.step)
        right.addLayout(near, 1)
        columns = QHBoxLayout()
        columns.setSpacing(0)
        columns.addLayout(caller, 22)
        columns.addWidget(upright())
        columns.addLayout(middle, 44)
        columns.addWidget(upright())
        columns.addLayout(right, 34)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(0)
        outside.addWidget(self._head)
        outside.addLayout(columns)
        outside.addWidget(level())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def _row(self, grid: QGridLayout, row: int, label: str, field: QWidget) -> None:
        made = _label(label)
        made.setFixedHeight(tokens.FIELD_PX)
        grid.addWidget(made, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(field, row, 1)
        grid.setColumnStretch(1, 1)

    def _connect(self) -> None:
        self.source.taken.connect(self._take_source)
        self.source.field.editingFinished.connect(lambda: self.source.put(words.word(self._draft.source)))
        self.reporter.textEdited.connect(lambda typed: self._change(reporter=typed))
        self.reporter.editingFinished.connect(self._mask_reporter)
        self.is_reply_wanted.toggled.connect(lambda is_on: self._change(is_reply_wanted=is_on))
        self.place.edited.connect(self._on_place_typed)
        self.place.taken.connect(self._take_place)
        self.class_field.edited.connect(self._on_class_typed)
        self.class_field.taken.connect(self._take_class)
        self.condition.edited.connect(lambda: self._change(condition=""))
        self.condition.taken.connect(self._take_condition)
        self.text.textChanged.connect(self._on_text)
        for field, after in (
            (self.source, self.reporter),
            (self.place, self.class_field),
            (self.class_field, self.condition),
            (self.condition, self.text),
        ):
            field.passed.connect(lambda after=after: after.setFocus(Qt.FocusReason.TabFocusReason))
        self.step.pressed.connect(lambda key: self.press(key))
        self.near.chosen.connect(self.case_wanted)

    def _pick_fields(self) -> tuple[PickField, ...]:
        return (self.source, self.place, self.class_field, self.condition)

    def _find_sources(self, query: str) -> list[Pick]:
        return self._finder.find_sources(query, self._draft.source)

    def _find_conditions(self, query: str) -> list[Pick]:
        return self._finder.find_conditions(query, self._draft)

    # --- the draft ------------------------------------------------------------------------------------

    def _change(self, **changes: Any) -> None:
        fresh = msgspec.structs.replace(self._draft, **changes)
        if fresh == self._draft:
            return
        self._draft = fresh
        self._is_dirty = True
        # Not put off by further typing: whoever never pauses is safe as well.
        if not self._timer.isActive():
            self._timer.start()
        self._show_step()

    def _mask_reporter(self) -> None:
        hidden = report_draft.masked(self._draft.reporter)
        if hidden != self._draft.reporter or hidden != self.reporter.text():
            self._change(reporter=hidden)
            self.reporter.setText(hidden)

    def _on_place_typed(self) -> None:
        # Words changed by hand do not move the point; the tail says again which grid it lies in.
        self._change(place=self.place.text())
        self.place.put_tail(self._finder.place_tail(self._draft))

    def _on_class_typed(self) -> None:
        self._change(class_code="", condition="", class_typed=self.class_field.text())
        self.condition.put("")

    def _take_source(self, pick: Pick) -> None:
        self._change(source=Source(pick.key))
        self.source.put(pick.title)

    def _on_text(self) -> None:
        self._change(text=self.text.toPlainText())
        if not self.text_fault.isHidden():
            self._blame_text("")

    def _take_place(self, pick: Pick) -> None:
        place = place_of(pick)
        self._change(place=place.title)
        self.place.put(place.title)
        self.put_point(place.x_mm, place.y_mm)

    def _take_class(self, pick: Pick) -> None:
        kind, _, code = pick.key.partition(":")
        self._change(kind=Kind(kind), class_code=code, class_typed="", condition="")
        self.class_field.put(pick.title, major_words(self._finder.entry(self._draft)))
        conditions = self._finder.conditions(self._draft)
        self.condition.put("")
        if len(conditions) == 1:
            self._take_condition(condition_pick(conditions[0]))

    def _take_condition(self, pick: Pick) -> None:
        self._change(condition=pick.key)
        self.condition.put(pick.title, pick.detail)

    # --- drawing --------------------------------------------------------------------------------------

    def _show_draft(self) -> None:
        """Puts the draft into the fields; changing them so is not typing."""
        draft = self._draft
        for field in (self.is_reply_wanted, self.text):
            field.blockSignals(True)
        self.source.put(words.word(draft.source))
        self.is_reply_wanted.setChecked(draft.is_reply_wanted)
        self.text.setPlainText(draft.text)
        for field in (self.is_reply_wanted, self.text):
            field.blockSignals(False)
        self.reporter.setText(draft.reporter)
        self.place.put(draft.place, self._finder.place_tail(self._draft))
        entry = self._finder.entry(draft)
        chosen = f"{entry.code} {class_words(entry)}" if entry is not None else draft.class_typed
        self.class_field.put(chosen, major_words(self._finder.entry(self._draft)))
        condition = next(
            (one for one in self._finder.conditions(self._draft) if one.id == draft.condition), None
        )
        pick = condition_pick(condition) if condition is not None else Pick("", "")
        self.condition.put(pick.title, pick.detail)
        self._blame({})
        self._show_step()
        self._show_near()
        self._show_head()
        self.point_changed.emit((draft.x_mm, draft.y_mm) if draft.has_point else None)

    def _show_head(self) -> None:
        saved = ""
        if self._saved_ms:
            city = self._session.city()
            zone = city.calendar.zone if city is not None else text.DEFAULT_ZONE
            saved = self.tr("Draft kept {0}").format(text.clock_seconds(self._saved_ms, zone))
        title = Text(self.tr("New report"), size_px=tokens.FONT_SECTION_PX, is_bold=True)
        source = Text(words.word(self._draft.source), "text2", tokens.FONT_LABEL_PX)
        self._head.show_items([title, Gap(14), source, Stretch(), Text(saved, "text2", tokens.FONT_LABEL_PX)])

    def _show_step(self) -> None:
        draft = self._draft
        name = class_words(self._finder.entry(draft))
        sentence = self.tr("Register {0}").format(name) if name else self.tr("Register the report")
        next_step = (
            self.tr("a supervisor's own report goes straight to filing")
            if draft.source is Source.SUPERVISOR
            else self.tr("then it waits for the duty leader to file it")
        )
        left = self.tr("{0} numbers left").format(self._session.numbers_left())
        buttons = (
            StepButton(SUBMIT_KEY, SUBMIT_KEY, self.tr("Register"), is_primary=True),
            StepButton(BACK_KEY, BACK_KEY, self.tr("Put away")),
        )
        self.step.show_step(sentence.strip(), text.facts(next_step, left), buttons, self._no_number)
        self._show_head()

    def _show_near(self) -> None:
        draft = self._draft
        lines: tuple[NearLine, ...] = ()
        if draft.has_point:
            lines = near_lines(
                self._session,
                draft.x_mm,
                draft.y_mm,
                class_code=draft.class_code,
                radius_mm=NEAR_MM,
                most=NEAR_ROWS,
            )
        told = self.tr("{0} open within 300 m").format(len(lines)) if lines else ""
        nothing = self.tr("Nothing open within 300 m") if draft.has_point else ""
        self.near_head.say(told or nothing)
        self.near.show_lines(lines)

    # --- what is wrong --------------------------------------------------------------------------------

    def _blame(self, found: dict[ReportField, Fault]) -> None:
        for name, field in (
            (ReportField.PLACE, self.place),
            (ReportField.CLASS, self.class_field),
            (ReportField.CONDITION, self.condition),
        ):
            field.blame(self._words(found[name]) if name in found else "")
        self._blame_text(self._words(found[ReportField.TEXT]) if ReportField.TEXT in found else "")
        self._no_number = self._words(found[ReportField.NUMBER]) if ReportField.NUMBER in found else ""
        self._show_step()
        first = next(iter(found), None)
        fields: dict[ReportField, QWidget] = {
            ReportField.PLACE: self.place.field,
            ReportField.CLASS: self.class_field.field,
            ReportField.CONDITION: self.condition.field,
            ReportField.TEXT: self.text,
        }
        if first in fields:
            fields[first].setFocus(Qt.FocusReason.OtherFocusReason)

    def _blame_text(self, sentence: str) -> None:
        self.text_fault.say(sentence)
        self.text_fault.setVisible(bool(sentence))
        mark(self.text, bool(sentence))

    def _words(self, fault: Fault) -> str:
        return {
            Fault.PLACE_MISSING: self.tr("Write where it is."),
            Fault.POINT_MISSING: self.tr("Click the place on the map, or F3 for the middle of the map."),
            Fault.OUTSIDE_GRID: self.tr("The place lies in no unit grid."),
            Fault.CLASS_MISSING: self.tr("Choose a class: digits, initials or Chinese."),
            Fault.CONDITION_UNKNOWN: self.tr("This condition is not one of the class."),
            Fault.TEXT_MISSING: self.tr("Write what was told."),
            Fault.TOO_LONG: self.tr("Too long."),
            Fault.NO_NUMBER: self.tr("No case number is left; new ones come with the network."),
            Fault.OUTBOX_FULL: self.tr("Not registered: too much is waiting to be sent already."),
            Fault.DISK_FULL: self.tr("Not registered: the disk of this seat takes no more."),
        }[fault]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(cap_of(event)):
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.flush()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.ink("bg1"))


def _label(words_: str) -> Plain:
    made = Plain(words_, "text2", "label")
    made.setMinimumWidth(LABEL_PX)
    return made
