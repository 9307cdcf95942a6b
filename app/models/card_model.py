"""The case in the card: its rows, what is proposed, what a hand has chosen instead, and the view made of them.

Re-reads when the session says that something of this case changed, and says `changed` once; `tick` makes the clocks
anew and nothing else. A choice made by hand stays while the case is at the same stage: a proposal never overrides
it. Draws nothing and performs nothing.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from app.models import card_steps, card_words, clocks, photo_words, text, words
from app.models.card_rows import CardRows, read_card
from app.models.card_view import CardView, ChoiceTable, ClockLine
from app.models.duty_rows import DutyRows
from casework.assist.duty import Candidate
from casework.assist.propose import Proposal, propose
from casework.ids import CaseId
from casework.workflow import STEP

OF_THE_CASE = frozenset({"case", "claim"})
NAMED_AFTER = frozenset({"task", "request", "report"})  # their keys begin with the case's number
OTHERS = frozenset({"note", "unit", "person", "city", "component", "unit_grid"})


class CardModel(QObject):
    """`changed`: the view is another; `case_changed`: another case is shown."""

    changed = Signal()
    case_changed = Signal()

    def __init__(self, session: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._case = ""
        self._rows: CardRows | None = None
        self._proposal: Proposal | None = None
        self._candidates: tuple[Candidate, ...] = ()
        self._table = ChoiceTable()
        self._by_hand: tuple[str, tuple[str, ...]] = ("", ())
        self._duty = DutyRows(session, self)
        self._duty.changed.connect(self._on_duty)
        session.changed.connect(self._on_changed)
        session.outbox_changed.connect(self._read)

    @property
    def case_id(self) -> str:
        """Which case is shown; "" for none."""
        return self._case

    @property
    def rows(self) -> CardRows | None:
        """The rows behind the card."""
        return self._rows

    @property
    def proposal(self) -> Proposal | None:
        """The proposed next step."""
        return self._proposal

    @property
    def table(self) -> ChoiceTable:
        """The rows under Ctrl+1..9."""
        return self._table

    def show_case(self, case_id: str) -> None:
        """Shows this case from now on; "" shows none."""
        if case_id == self._case:
            return
        self._case = case_id
        self._by_hand = ("", ())
        self._rows = None
        self._read()
        self.case_changed.emit()

    def chosen(self) -> tuple[str, ...]:
        """Keys of what is chosen: by hand, else as proposed."""
        place, keys = self._by_hand
        known = {line.key for line in self._table.lines}
        kept = tuple(key for key in keys if key in known)
        return kept if place == self._place() and kept else self._table.chosen

    def choose(self, keys: tuple[str, ...]) -> None:
        """A hand chose; it stands until the case moves on."""
        self._by_hand = (self._place(), keys)
        self.changed.emit()

    def clock_lines(self) -> tuple[ClockLine, ...]:
        """The clocks as they stand now."""
        rows = self._rows
        if rows is None:
            return ()
        return clocks.clock_lines(rows.case, rows.city, rows.own_task, self._session.now_ms())

    def step(self) -> Any:
        """The proposed step in words, for what is chosen now."""
        assert self._rows is not None
        now_ms = self._session.now_ms()
        return card_steps.step_line(self._rows, self._proposal, self._candidates, self.chosen(), now_ms)

    def pending(self) -> str:
        """What of this case has not left the seat yet, in words; changes every second of the undo window."""
        return card_words.pending(self._rows, self._session.now_ms()) if self._rows is not None else ""

    def view(self) -> CardView | None:
        """The whole card in words; None where no case is shown or the seat has no such row."""
        rows = self._rows
        if rows is None:
            return None
        case, now_ms = rows.case, self._session.now_ms()
        condition = next((one for one in rows.conditions if one.id == case.condition), None)
        name = words.class_name(self._session.catalogues, case.edition, case.kind, case.class_code)
        return CardView(
            case=case.id,
            title=name,
            stage=words.step(case.stage),
            step=STEP[case.stage],
            line=(case.id, case.class_code, case.place),
            next_step=self.step(),
            clocks=self.clock_lines(),
            why=clocks.why(
                case, rows.city, card_words.condition_text(condition) if condition else "", now_ms
            ),
            choices=self._table,
            text=case.text,
            fields=card_words.fields(rows),
            photos=photo_words.photos(rows, now_ms),
            trace=card_words.trace(rows, now_ms),
            notes=card_words.notes(rows, now_ms),
            held_by=self._held_by(rows),
            pending=self.pending(),
        )

    def _held_by(self, rows: CardRows) -> str:
        claim = rows.claim
        if claim is None or claim.seat == rows.actor.seat:
            return ""
        since = text.when(claim.at_ms, self._session.now_ms(), rows.city.calendar.zone)
        return card_words.held_by(claim.name, claim.seat, since)

    def _place(self) -> str:
        """What a choice by hand belongs to: this case at this stage."""
        return f"{self._case}/{self._rows.case.stage}/{self._rows.case.round}" if self._rows else ""

    def _read(self) -> None:
        rows = read_card(self._session, CaseId(self._case)) if self._case else None
        if rows == self._rows and rows is not None:
            return
        self._rows = rows
        self._propose()
        self.changed.emit()

    def _propose(self) -> None:
        rows = self._rows
        if rows is None:
            self._proposal, self._candidates, self._table = None, (), ChoiceTable()
            return
        catalogue = self._session.catalogues.get(rows.case.edition)
        task = rows.own_task or rows.lead_task
        first = propose(rows.case, rows.actor, catalogue, (), task, rows.checkers)
        is_dispatch = first is not None and first.kind == card_steps.DISPATCH
        self._candidates = self._duty.candidates(rows.case, rows.component) if is_dispatch else ()
        self._proposal = (
            propose(rows.case, rows.actor, catalogue, self._candidates, task, rows.checkers)
            if is_dispatch
            else first
        )
        self._table = card_steps.choices_for(rows, self._proposal, self._candidates)

    def _on_duty(self) -> None:
        if self._candidates:
            self._propose()
            self.changed.emit()

    def _on_changed(self, keys: Any) -> None:
        if self._case and (keys is None or any(self._is_about(key) for key in keys)):
            self._read()

    def _is_about(self, key: Any) -> bool:
        if key.entity in OF_THE_CASE:
            return bool(key.key == self._case)
        if key.entity in NAMED_AFTER:
            return str(key.key).startswith(self._case)
        return key.entity in OTHERS
