"""A case of the archive, for reading: what it was, where, when and whose; nothing can be done to it.

It stands in the case card's place while such a case is looked at. Its trace and photos are at the centre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.look import tokens
from app.models import text, words
from app.models.card_view import FieldLine
from app.models.search_model import Hit
from app.widgets.fields import Fields
from app.widgets.line import Caps, Gap, Line, Stretch, Text
from app.widgets.plain import Paragraph, Plain
from casework.catalogue.model import Kind
from casework.workflow import Stage

if TYPE_CHECKING:
    from app.session import Session

PAD_PX = 16


class ArchivedCard(QWidget):
    """`closed` when it is to go."""

    closed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._case = ""
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.head = Line(tokens.PANEL_HEAD_PX, ground="bg1", rule="bottom")
        self.head.clicked.connect(lambda name: self.closed.emit())
        self._title = Paragraph("", size_px=tokens.FONT_SECTION_PX, is_bold=True)
        self._fields = Fields()
        self._text = Paragraph("")
        self._note = Plain("", "text2", "label")
        self._lay()
        self.set_narrow(False)

    def set_narrow(self, is_narrow: bool) -> None:
        """As wide as the case card."""
        self.setFixedWidth(tokens.CARD_NARROW_PX if is_narrow else tokens.CARD_PX)

    def case_id(self) -> str:
        """The case shown."""
        return self._case

    def show_hit(self, hit: Hit) -> None:
        """Shows a case of the archive."""
        self._case = hit.key
        name = words.class_name(self._session.catalogues, hit.edition, Kind(hit.kind), hit.class_code)
        self.head.show_items(
            [
                Text(text.short_number(hit.key), size_px=tokens.FONT_SECTION_PX, is_bold=True),
                Gap(10),
                Text(self.tr("Archived"), "text2"),
                Stretch(),
                Caps("Esc", name="close"),
            ]
        )
        self._title.say(name)
        self._fields.show_lines(self._lines(hit))
        self._text.say(hit.text)
        self._note.say(self.tr("Closed and archived. Trace and photos are kept at the centre."))
        self.setAccessibleName(text.facts(hit.key, name, hit.place))

    def _lines(self, hit: Hit) -> tuple[FieldLine, ...]:
        city = self._session.city()
        zone = city.calendar.zone if city else text.DEFAULT_ZONE
        unit = self._session.row("unit", hit.unit) if hit.unit else None
        told = (
            (self.tr("Number"), hit.key),
            (self.tr("Stage"), words.word(Stage(hit.stage))),
            (self.tr("Registered"), moment(hit.registered_ms, zone)),
            (self.tr("Closed"), moment(hit.closed_ms, zone) if hit.closed_ms else ""),
            (self.tr("Unit"), unit.row.name if unit else hit.unit),
            (self.tr("Place"), hit.place),
            (self.tr("Grid"), text.grid_code(hit.grid)),
        )
        return tuple(FieldLine(label=label, value=value) for label, value in told if value)

    def _lay(self) -> None:
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(PAD_PX, PAD_PX, PAD_PX, PAD_PX)
        inside.setSpacing(12)
        for part in (self._title, self._fields, self._text, self._note):
            inside.addWidget(part)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(0)
        outside.addWidget(self.head)
        outside.addWidget(area, 1)


def moment(at_ms: int, zone: str) -> str:
    """An instant with its whole date: what is archived may be years old."""
    return text.moment(at_ms, zone).strftime("%Y-%m-%d %H:%M")
