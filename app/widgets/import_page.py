"""The import's page on the stage: what file, by which profile, what would become of it; and then enter it.

Three views one after the other; Ctrl+Enter goes on, Esc goes back and loses nothing. What a step does is
`ImportModel`'s business; this draws it and hands keys on. Files are picked in the system's own dialog.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.look import tokens
from app.models import import_words, text, words
from app.models.import_model import CHECK, FILE, PROFILE, ImportModel
from app.widgets.ask_panel import Reason
from app.widgets.ask_panel import Reasons as Choice
from app.widgets.import_parts import Bar, Facts, Figures, FirstRows, Reasons
from app.widgets.line import Caps, Gap, Item, Line, Stretch, Text
from app.widgets.next_step import Spread
from app.widgets.plain import Paragraph, Plain, clean
from app.widgets.primitives import KeyButton
from casework.entities.delivery import DeliveryKind

WIDEST_PX = 1120
LIST_PX = 300
FILE_KEY, ON_KEY = "F3", "Ctrl+Enter"
STEPS = (FILE, PROFILE, CHECK)


def heading(words: str) -> Plain:
    """The head of a group."""
    return Plain(words, "text1", "section", is_strong=True)


def column(parent: QWidget, gap_px: int = 12) -> QVBoxLayout:
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap_px)
    return layout


class FileView(QWidget):
    """What the rows are, which file, and what is in it."""

    def __init__(self, model: ImportModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.choice = Choice(tuple(Reason(kind.value, words.word(kind)) for kind in DeliveryKind), False)
        self.choice.changed.connect(lambda: model.set_kind(self.choice.chosen()[0]))
        self.button = KeyButton(FILE_KEY, self.tr("Choose the file…"))
        self.name = Plain("", "text1", "body")
        self.facts = Facts()
        self.rows_head = heading(self.tr("The first rows"))
        self.rows = FirstRows()
        self.hint = Paragraph(
            self.tr(
                "Shapefile, GeoPackage, GeoJSON, TopoJSON, DXF, CSV, Excel (.xlsx), or one of them in a zip. "
                "A shapefile's companions go along. Nothing enters before you have seen the report."
            ),
            "text2",
        )
        layout = column(self)
        layout.addWidget(heading(self.tr("What the file's rows are")))
        layout.addWidget(self.choice)
        layout.addSpacing(4)
        layout.addWidget(heading(self.tr("The file")))
        layout.addWidget(Spread(self.button, self.name))
        for part in (self.hint, self.facts):
            layout.addWidget(part)
        layout.addSpacing(4)
        layout.addWidget(self.rows_head)
        layout.addWidget(self.rows, 1)
        layout.addStretch(0)

    def refresh(self) -> None:
        """As the model has it."""
        model, looked = self._model, self._model.looked
        self.choice.restore((model.kind,) if model.kind else ())
        name = model.file.rpartition("/")[2]
        self.name.say(self.tr("{0} is being looked into …").format(name) if model.is_looking() else name)
        self.hint.setVisible(not model.file)
        has_rows = bool(looked and looked.columns)
        self.rows_head.setVisible(has_rows)
        self.rows.setVisible(has_rows)
        self.facts.setVisible(looked is not None)
        if looked is None:
            return
        layers = "、".join(looked.layers[:8])
        self.facts.show_facts(
            (
                (self.tr("Format"), text.facts(looked.format.upper(), looked.encoding)),
                (
                    self.tr("Size"),
                    text.facts(import_words.size(looked.bytes), import_words.rows(looked.rows)),
                ),
                (
                    self.tr("Columns"),
                    text.facts(str(len(looked.columns)), looked.geometry)
                    if looked.columns
                    else looked.geometry,
                ),
                (self.tr("Layers"), layers if len(looked.layers) > 1 else ""),
                (
                    self.tr("Reference system"),
                    looked.crs[:120] or (self.tr("not said by the file") if looked.columns else ""),
                ),
                (self.tr("Sent along"), " ".join(looked.packed[1:])),
            )
        )
        self.rows.show_rows(looked.columns, looked.first)


class ProfileList(QListWidget):
    """The first arrow key takes the first one; before that nothing is taken."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not self.selectedItems() and self.count():
            self.setCurrentRow(0)
            self.item(0).setSelected(True)
        else:
            super().keyPressEvent(event)


class ProfileView(QWidget):
    """Which profile: shipped ones at the left, the text at the right, to be corrected."""

    def __init__(self, model: ImportModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._is_showing = False
        self.list = ProfileList()
        self.list.setFixedWidth(LIST_PX)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setAccessibleName(self.tr("Profiles"))
        self.list.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.list.itemSelectionChanged.connect(self._on_chosen)
        self.none = Paragraph(self.tr("The centre ships none for files of this kind."), "text2")
        self.editor = QPlainTextEdit()
        self.editor.setAccessibleName(self.tr("The profile's text"))
        self.editor.setPlaceholderText(
            self.tr("Choose a profile, open your own, or let the centre propose one for this file.")
        )
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.editor.textChanged.connect(self._on_text)
        self.propose = KeyButton("Ctrl+1", self.tr("Let the centre propose one"))
        self.open = KeyButton("Ctrl+2", self.tr("Open a file…"))
        self.save = KeyButton("Ctrl+3", self.tr("Save as…"))
        self.about = Plain("", "text2", "label")
        self._lay()

    def _lay(self) -> None:
        left = QWidget()
        inside = column(left, 8)
        inside.addWidget(heading(self.tr("Profiles")))
        inside.addWidget(self.none)
        inside.addWidget(self.list, 1)
        right = QWidget()
        beside = column(right, 8)
        beside.addWidget(heading(self.tr("The profile for this file")))
        beside.addWidget(Spread(self.propose, self.open, self.save))
        beside.addWidget(self.editor, 1)
        beside.addWidget(self.about)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(24)
        layout.addWidget(left)
        layout.addWidget(right, 1)

    def refresh(self) -> None:
        """As the model has it."""
        model = self._model
        self._is_showing = True
        shown = [(one.name, one.title) for one in model.offered()]
        offered = bool(shown)
        if model.own:
            shown.insert(0, ("", self.tr("your own text")))
        if [name for name, _ in shown] != [self._name(row) for row in range(self.list.count())]:
            self.list.clear()
            for name, title in shown:
                item = QListWidgetItem(clean(title))
                item.setData(Qt.ItemDataRole.UserRole, name)
                item.setToolTip(name)
                self.list.addItem(item)
        is_any = bool(model.text)
        row = next((k for k, (name, _) in enumerate(shown) if is_any and name == model.profile), -1)
        if row != self.list.currentRow() or (row >= 0) != bool(self.list.selectedItems()):
            self.list.setCurrentRow(row)
        self.none.setVisible(not offered)
        self.list.setVisible(bool(shown))
        if self.editor.toPlainText() != model.text:
            self.editor.setPlainText(model.text)
        own = self.tr("your own text") if model.text else ""
        self.about.say(self.tr("as the centre ships it: {0}").format(model.profile) if model.profile else own)
        for button in (self.propose, self.open, self.save):
            button.setEnabled(not model.is_busy)
        self._is_showing = False

    def _name(self, row: int) -> str:
        return str(self.list.item(row).data(Qt.ItemDataRole.UserRole))

    def _on_chosen(self) -> None:
        chosen = self.list.selectedItems()
        if not chosen or self._is_showing:
            return
        name = str(chosen[0].data(Qt.ItemDataRole.UserRole))
        if name:
            self._model.choose_profile(name)
        else:
            self._model.choose_own()

    def _on_text(self) -> None:
        if not self._is_showing:
            self._model.set_text(self.editor.toPlainText())


class CheckView(QWidget):
    """How far the check is, then the report."""

    def __init__(self, model: ImportModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.outcome = heading("")
        self.about = Paragraph("", "text2")
        self.bar = Bar()
        self.figures = Figures()
        self.facts = Facts()
        self.reasons = Reasons()
        self.open = KeyButton("Ctrl+1", self.tr("Open the report's page"))
        self.save = KeyButton("Ctrl+2", self.tr("Save the page…"))
        self.pages = Spread(self.open, self.save)
        layout = column(self)
        for part in (self.outcome, self.about, self.bar, self.figures, self.facts):
            layout.addWidget(part)
        layout.addWidget(self.reasons, 1)
        layout.addWidget(self.pages)
        layout.addStretch(0)

    def refresh(self) -> None:
        """As the model has it."""
        report = self._model.report
        is_told = report is not None and not self._model.is_busy
        is_readable = is_told and report is not None and "unreadable" not in report
        for part in (self.figures, self.facts):
            part.setVisible(is_readable)
        self.reasons.setVisible(is_readable and bool(report and (report["reasons"] or report["remarks"])))
        self.pages.setVisible(is_told)
        self.bar.setVisible(self._model.is_busy)
        if is_told and report is not None:
            self._show_report(report)
        else:
            self._show_progress()

    def _show_report(self, report: dict[str, object]) -> None:
        model = self._model
        self.outcome.say(import_words.outcome(str(report["outcome"])))
        wrong = report.get("unreadable")
        about = import_words.sentence(wrong) if isinstance(wrong, dict) else ""
        if model.told is not None and model.told.is_again and not model.has_entered():
            about = self.tr(
                "The centre had moved on since the first check, so nothing entered and the file was checked again. "
                "This is the new report."
            )
        elif model.has_entered() and report["outcome"] == "entered":
            about = self.tr("Every seat gets it by itself. Delivery {0}.").format(report.get("delivery", ""))
        self.about.say(about)
        self.about.setVisible(bool(about))
        if wrong:
            return
        self.figures.show_report(report, model.has_entered())
        self.facts.show_facts(
            (
                (self.tr("Profile"), str(report.get("profile", ""))),
                (self.tr("Reference system"), str(report.get("crs", ""))),
                (self.tr("Here, not in the file"), str(report["absent"] or "")),
            )
        )
        self.reasons.show_report(report)

    def _show_progress(self) -> None:
        model = self._model
        going, told = model.going, model.told
        about, share = "", 0.0
        if going is not None:
            head = self.tr("The file goes to the centre")
            share = going.done / max(going.total, 1)
            about = self.tr("{0} of {1}").format(
                import_words.size(going.done), import_words.size(going.total)
            )
            if going.is_waiting:
                about = text.facts(about, self.tr("the centre cannot be reached; it goes on by itself"))
        elif told is not None and told.state == "waiting":
            head = self.tr("Waits for its turn: {0} before it").format(told.before)
        elif told is not None and told.state == "entering":
            head, share = self.tr("It is being entered"), 1.0
            about = self.tr("All of it or nothing; this can no longer be stopped.")
        elif model.is_busy:
            head = import_words.step(told.step if told else "starting") or self.tr("The check begins")
            share = {"reading": 0.25, "checking": 0.5, "reporting": 0.75, "preparing": 0.9}.get(
                told.step if told else "", 0.1
            )
            about = self.tr("The centre checks in a process of its own; nothing has entered.")
        else:
            head = self.tr("Not checked")
            about = self.tr("Nothing has entered. {0} goes back to the profile.").format("Esc")
        self.outcome.say(head)
        self.about.say(about)
        self.about.setVisible(bool(about))
        self.bar.show_share(share)


class ImportPage(QWidget):
    """All of it. `closed`: the person goes back to the map."""

    closed = Signal()

    def __init__(self, model: ImportModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.ask_file: Callable[[str, str], str] = self._ask_file
        self.ask_target: Callable[[str, str], str] = self._ask_target
        self.head = Line(tokens.PANEL_HEAD_PX, ground="bg1", rule="bottom")
        self.head.clicked.connect(lambda name: self._back() if name == "back" else None)
        self.files, self.profiles, self.checks = FileView(model), ProfileView(model), CheckView(model)
        self.stack = QStackedWidget()
        for view in (self.files, self.profiles, self.checks):
            self.stack.addWidget(view)
        self.trouble = Paragraph("", "alarm_text")
        self.on = KeyButton(ON_KEY, "", is_primary=True)
        self.back = KeyButton("Esc", self.tr("Back"))
        self._is_saving = False
        self._lay()
        self._connect()
        self.refresh()

    def press(self, cap: str) -> bool:
        """A key of the window; False where it is not the import's."""
        if cap == "Esc":
            self._back()
        elif cap == ON_KEY:
            self._go_on()
        elif cap == FILE_KEY and self.model.step == FILE:
            self._choose_file()
        elif cap.startswith("Ctrl+") and cap[5:].isdigit():
            self._digit(int(cap[5:]))
        else:
            return False
        return True

    def refresh(self) -> None:
        """As the model has it."""
        model = self.model
        self.stack.setCurrentIndex(STEPS.index(model.step))
        view = self.stack.currentWidget()
        assert isinstance(view, FileView | ProfileView | CheckView)
        view.refresh()
        self.trouble.say(model.trouble)
        self.trouble.setVisible(bool(model.trouble))
        self._show_head()
        self._show_on()
        if self.hasFocus():
            self._hand_keyboard_on()

    def _hand_keyboard_on(self) -> None:
        """Arrows move through what there is to move through."""
        model = self.model
        if model.step == PROFILE and self.profiles.list.isVisible():
            self.profiles.list.setFocus(Qt.FocusReason.OtherFocusReason)
        elif model.step == CHECK and self.checks.reasons.isVisible():
            self.checks.reasons.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- inside ---------------------------------------------------------------------------------------

    def _lay(self) -> None:
        inside = QWidget()
        inside.setMaximumWidth(WIDEST_PX)
        layout = column(inside)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.trouble)
        layout.addWidget(Spread(self.on, self.back))
        middle = QHBoxLayout()
        middle.addWidget(inside, 1)
        middle.addStretch(0)
        outside = column(self, 0)
        outside.addWidget(self.head)
        outside.addLayout(middle, 1)

    def _connect(self) -> None:
        self.model.changed.connect(self.refresh)
        self.model.page_came.connect(self._on_page)
        self.on.clicked.connect(self._go_on)
        self.back.clicked.connect(self._back)
        self.files.button.clicked.connect(self._choose_file)
        for number, button in enumerate((self.profiles.propose, self.profiles.open, self.profiles.save), 1):
            button.clicked.connect(lambda number=number: self._digit(number))
        for number, button in enumerate((self.checks.open, self.checks.save), 1):
            button.clicked.connect(lambda number=number: self._digit(number))

    def _show_head(self) -> None:
        titles = (self.tr("1 File"), self.tr("2 Profile"), self.tr("3 Check and enter"))
        items: list[Item] = [
            Text(self.tr("Import a file"), size_px=tokens.FONT_SECTION_PX, is_bold=True),
            Gap(28),
        ]
        for step, title in zip(STEPS, titles, strict=True):
            is_here = step == self.model.step
            items += [
                Text(title, "text1" if is_here else "text2", is_bold=is_here, is_current=is_here),
                Gap(22),
            ]
        items += [Stretch(), Caps("Esc", name="back"), Gap(6), Text(self.tr("Back"), "text2", name="back")]
        self.head.show_items(items)

    def _show_on(self) -> None:
        model = self.model
        title, is_ready = self.tr("On to the profile"), model.is_file_ready()
        if model.step == PROFILE:
            title, is_ready = self.tr("Check it, without entering"), model.is_ready_to_check()
        elif model.step == CHECK:
            title, is_ready = self._enter_words()
        self.on.show_step(ON_KEY, title, is_primary=True)
        self.on.setEnabled(is_ready)
        is_stopping = model.is_busy and not model.is_entering()
        self.back.show_step("Esc", self.tr("Stop") if is_stopping else self.tr("Back"), is_primary=False)

    def _enter_words(self) -> tuple[str, bool]:
        model, report = self.model, self.model.report
        if model.has_entered():
            return self.tr("The next file"), True
        if report is None or model.is_busy:
            return self.tr("Enter"), False
        count = text.thousands(report["entered"])
        return self.tr("Enter {0} rows").format(count), model.can_enter()

    def _go_on(self) -> None:
        model = self.model
        if model.step == FILE:
            model.go_to(PROFILE)
        elif model.step == PROFILE:
            model.check()
        elif model.has_entered():
            model.begin_anew()
        else:
            model.enter()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._hand_keyboard_on()

    def _back(self) -> None:
        model = self.model
        if model.is_busy and not model.is_entering():
            model.stop()
            if model.step == CHECK:
                model.go_to(PROFILE)
        elif model.step == CHECK and model.has_entered():
            model.begin_anew()
            self.closed.emit()
        elif model.step == CHECK and not model.is_busy:
            model.go_to(PROFILE)
        elif model.step == PROFILE:
            model.go_to(FILE)
        else:
            self.closed.emit()

    def _digit(self, number: int) -> None:
        model = self.model
        if model.step == FILE:
            self.files.choice.choose(number)
        elif model.step == PROFILE and not model.is_busy:
            self._profile_digit(number)
        elif model.step == CHECK and model.report is not None and number in (1, 2):
            self._is_saving = number == 2
            model.fetch_page()

    def _profile_digit(self, number: int) -> None:
        model = self.model
        if number == 1:
            model.propose()
        elif number == 2 and (path := self.ask_file(self.tr("A profile"), "*.toml")):
            model.open_profile(path)
        elif number == 3 and (path := self.ask_target(self.tr("Save the profile"), "profile.toml")):
            model.save_profile(path)

    def _choose_file(self) -> None:
        kinds = "*.csv *.txt *.xlsx *.shp *.gpkg *.geojson *.json *.topojson *.dxf *.zip"
        path = self.ask_file(self.tr("The file to import"), kinds)
        if path:
            self.model.choose_file(path)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_page(self, body: bytes) -> None:
        if self._is_saving:
            path = self.ask_target(self.tr("Save the page"), "report.html")
            if path:
                self.model.save_page(path, body)
            return
        target = self.model.scratch("report.html")
        self.model.save_page(str(target), body)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))

    def _ask_file(self, title: str, pattern: str) -> str:
        return QFileDialog.getOpenFileName(self, title, "", f"{title} ({pattern});;* (*)")[0]

    def _ask_target(self, title: str, name: str) -> str:
        return QFileDialog.getSaveFileName(self, title, name)[0]
