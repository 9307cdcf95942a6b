"""Runs the operator's actions: makes the context they are judged in, and carries out what they say.

The only place where a key, a button or a menu becomes a command. An action that lacks words or a reason is handed
to the card, which asks in place (`asked`); one that cannot be done says why (`blocked`). Nothing here draws.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from app.actions import ACTION_BY_ID, Action, Context, Does, Why, for_key
from app.models.card_model import CardModel
from app.models.card_rows import read_card
from app.models.card_view import ChoiceKind
from app.models.keeping import NotKept, keep
from casework.ids import CaseId, PersonId, UnitId
from casework.sync.status import Lamp, OutboxLine, OutboxState

TYPED_IN_COMMANDS = ("opinion", "evidence", "result", "text")


class Operations(QObject):
    """One per seat. The main window gives `next_case`: the case on top of the queue that nobody has in hand."""

    asked = Signal(object)  # Action: the card has to ask for something first
    blocked = Signal(object, object)  # Action, Why
    performed = Signal(object, str)  # Action, the command's id
    opened = Signal(str)  # a part of the screen: "report_form", "drawer"
    undone = Signal(str)
    dismissed = Signal(str)

    def __init__(self, session: Any, model: CardModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self.next_case: Callable[[], str | None] = lambda: None

    def context(self, typed: dict[str, str] | None = None, reasons: tuple[str, ...] = ()) -> Context:
        """What actions may look at now; `typed` and `reasons` come from the form that asks for them."""
        rows, table, chosen = self._model.rows, self._model.table, self._model.chosen()
        first = chosen[0] if chosen else ""
        next_case = self.next_case()
        return Context(
            actor=self._session.actor(),
            now_ms=self._session.now_ms(),
            is_offline=self._session.status().lamp is Lamp.OFFLINE,
            case=rows.case if rows else None,
            claim=rows.claim if rows else None,
            task=rows.own_task if rows else None,
            unit=UnitId(first if table.kind is ChoiceKind.UNITS else ""),
            class_code=rows.case.class_code if rows else "",
            condition=first if table.kind is ChoiceKind.CONDITIONS else "",
            checker=PersonId(first if table.kind is ChoiceKind.CHECKERS else ""),
            typed=typed or {},
            reasons=reasons,
            next_case=CaseId(next_case) if next_case else None,
            new_id=self._session.new_id(),
            undoable=self._undoable(),
            numbers_left=self._session.numbers_left(),
        )

    def context_of(self, line: OutboxLine, kept_words: str) -> Context:
        """The context of a refused command: its own case as it is now, whatever the card shows."""
        case_id = getattr(line.command, "case", "")
        rows = read_card(self._session, case_id) if case_id else None
        return msgspec.structs.replace(
            self.context(),
            case=rows.case if rows else None,
            claim=rows.claim if rows else None,
            task=rows.own_task if rows else None,
            refused=line,
            kept_words=kept_words,
        )

    def press(self, key: str) -> bool:
        """Does what a key cap stands for now; False where it stands for nothing."""
        action = for_key(key, self.context())
        if action is None:
            return False
        self.run(action)
        return True

    def run(
        self,
        action: Action | str,
        typed: dict[str, str] | None = None,
        reasons: tuple[str, ...] = (),
        context: Context | None = None,
    ) -> bool:
        """Carries an action out; False where it could not be (and a signal has said why)."""
        action = ACTION_BY_ID[action] if isinstance(action, str) else action
        context = context or self.context(typed, reasons)
        why = action.why_disabled(context) if action.available(context) else None
        if not action.available(context) or why is not None:
            self.blocked.emit(action, why)
            return False
        if action.asks and typed is None:
            self.asked.emit(action)
            return False
        if action.does is Does.COMMAND:
            return self._perform(action, context)
        self._carry_out(action, context)
        return True

    def _perform(self, action: Action, context: Context) -> bool:
        command = action.command(context)
        if command is None:
            self.asked.emit(action)
            return False
        kept = keep(self._session, command)
        if isinstance(kept, NotKept):
            self.blocked.emit(action, Why(kept.value))
            return False
        self.performed.emit(action, kept)
        return True

    def _carry_out(self, action: Action, context: Context) -> None:
        target = action.target(context)
        if action.does is Does.OPEN:
            self.opened.emit(action.opens)
        elif action.does is Does.UNDO:
            self._undo(target)
        else:
            self._session.dismiss(target)
            self.dismissed.emit(target)

    def _undo(self, command_id: str) -> None:
        line = next((line for line in self._session.outbox() if line.id == command_id), None)
        if line is not None and self._session.undo(command_id):
            self._give_words_back(line)
            self.undone.emit(command_id)

    def _give_words_back(self, line: OutboxLine) -> None:
        """What was typed for an undone command becomes its draft again."""
        case = getattr(line.command, "case", "")
        kind = _kind(line)
        action = next((a for a in ACTION_BY_ID.values() if kind in (a.accepts, a.id)), None)
        for name in TYPED_IN_COMMANDS:
            typed = getattr(line.command, name, "")
            if action is not None and case and typed and any(ask.name == name for ask in action.asks):
                self._session.save_draft(draft_key(case, action.id, name), typed)

    def _undoable(self) -> str:
        """The latest command that has not left yet."""
        waiting = [line for line in self._session.outbox() if line.state is OutboxState.WAITING]
        return waiting[-1].id if waiting else ""


def draft_key(case: str, action: str, name: str) -> str:
    """Where a half-written text is kept."""
    return f"case/{case}/{action}/{name}"


def _kind(line: OutboxLine) -> str:
    return str(type(line.command).__struct_config__.tag)
