"""The drawer's content in words: what was refused and why, what waits and for what, oldest first.

Re-read whenever the outbox changes; `tick` renews the seconds of the undo windows. Nothing here takes a line away:
a refused one goes only by a person's hand, through the action `dismiss`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.models import command_words, refusals, text, words
from casework.command import Command
from casework.commands import dispatch, rule_of
from casework.commands.register import Register
from casework.entities.case import Case
from casework.refusal import Refusal, RefusalCode
from casework.sync.status import OutboxLine, OutboxState, Waits
from casework.workflow import Stage

translate = QCoreApplication.translate

DISPATCH = dispatch.RULE.kind
GONE = frozenset({OutboxState.DONE, OutboxState.UNDONE})
MOVED_ON = frozenset({RefusalCode.STALE, RefusalCode.BAD_TRANSITION})


class RefusedCard(msgspec.Struct, frozen=True):
    """One red card: what, when, why; mine beside the centre's."""

    id: str
    case: str
    head: str
    time: str
    sentence: str
    mine: str
    theirs: str


class UnsentLine(msgspec.Struct, frozen=True):
    """One waiting thing. `undo_share` is what is left of its undo window, 1.0 to 0.0; -1 where there is none."""

    id: str
    case: str
    title: str
    why: str
    time: str
    undo_share: float = -1.0
    is_undoable: bool = False


class DrawerView(msgspec.Struct, frozen=True):
    """`saved` is when the newest of them was written to this seat's disk."""

    refused: tuple[RefusedCard, ...] = ()
    unsent: tuple[UnsentLine, ...] = ()
    saved: str = ""


class DrawerModel(QObject):
    """Makes the view; `changed` when something came, left or got another reason to wait."""

    changed = Signal()

    def __init__(self, session: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lines: tuple[OutboxLine, ...] = ()
        self._said: dict[str, tuple[OutboxLine, UnsentLine]] = {}  # words of lines that have not changed
        session.outbox_changed.connect(self.read)
        self.read()

    def read(self) -> None:
        """Reads the outbox anew."""
        lines = tuple(line for line in self._session.outbox() if line.state not in GONE)
        if lines != self._lines:
            self._lines = lines
            kept = {line.id for line in lines}
            self._said = {key: said for key, said in self._said.items() if key in kept}
            self.changed.emit()

    def line(self, command_id: str) -> OutboxLine | None:
        """The outbox line of an id."""
        return next((line for line in self._lines if line.id == command_id), None)

    def has_undo(self) -> bool:
        """Whether an undo window is running, so that its seconds must be renewed."""
        return any(line.waits is Waits.UNDO for line in self._lines)

    def counts(self) -> tuple[int, int]:
        """(unsent, refused)"""
        refused = sum(line.state is OutboxState.REFUSED for line in self._lines)
        return len(self._lines) - refused, refused

    def view(self) -> DrawerView:
        """Everything in words."""
        latest = max((line.made_at_ms for line in self._lines), default=0)
        saved = text.clock_seconds(latest, self._zone()) if latest else ""
        return DrawerView(self.refused(), self.unsent(), saved)

    def refused(self) -> tuple[RefusedCard, ...]:
        """The red cards, oldest first, beside what the centre has now."""
        zone = self._zone()
        return tuple(self._refused(line, zone) for line in self._lines if line.state is OutboxState.REFUSED)

    def unsent(self) -> tuple[UnsentLine, ...]:
        """The waiting things, oldest first; words are made once per line, seconds each time."""
        zone = self._zone()
        waiting = [line for line in self._lines if line.state is OutboxState.WAITING]
        last = waiting[-1].id if waiting else ""
        return tuple(
            self._once(line, zone, line.id == last)
            for line in self._lines
            if line.state is not OutboxState.REFUSED
        )

    def _once(self, line: OutboxLine, zone: str, is_last: bool) -> UnsentLine:
        kept = self._said.get(line.id)
        if kept is None or kept[0] != line or line.waits is Waits.UNDO or kept[1].is_undoable is not is_last:
            kept = (line, self._unsent(line, zone, is_last))
            self._said[line.id] = kept
        return kept[1]

    def kept_words(self, line: OutboxLine) -> str:
        """What a refused command wanted, for a note: 未办成：派给 …（案卷已有变化）"""
        wanted = command_words.wanted(line.command, self._name, self._session.catalogues)
        why = refusals.sentence(line.refusal, self._names(line.refusal)) if line.refusal else ""
        told = translate("Drawer", "Not carried out: {0}. {1}").format(wanted, why)
        return text.facts(told, command_words.typed(line.command))

    def _refused(self, line: OutboxLine, zone: str) -> RefusedCard:
        case = line.theirs if isinstance(line.theirs, Case) else self._case(line.command)
        return RefusedCard(
            id=line.id,
            case=command_words.case_of(line.command),
            head=command_words.head(line.command),
            time=text.clock_seconds(line.made_at_ms, zone),
            sentence=self._sentence(line, case, zone),
            mine=command_words.wanted(line.command, self._name, self._session.catalogues),
            theirs=self._theirs(line, case),
        )

    def _sentence(self, line: OutboxLine, case: Case | None, zone: str) -> str:
        """Who did what when, where the case moved on; else the refusal's own sentence."""
        if line.refusal is None:
            return words.word(line.state)
        if line.refusal.code in MOVED_ON and case is not None and case.trace:
            last = case.trace[-1]
            at = text.when(last.at_ms, self._session.now_ms(), zone)
            return translate("Drawer", "{0} at seat {1} did this {2}: {3}.").format(
                last.name, last.seat, at, self._last_deed(case)
            )
        return refusals.sentence(line.refusal, self._names(line.refusal))

    def _theirs(self, line: OutboxLine, case: Case | None) -> str:
        values = line.refusal.values if line.refusal else {}
        if line.refusal is not None and line.refusal.code is RefusalCode.ALREADY_CLAIMED:
            return translate("Drawer", "seat {0} {1}").format(
                values.get("seat", "?"), values.get("name", "?")
            )
        if case is None:
            return translate("Drawer", "no such case")
        return self._last_deed(case) or words.word(case.stage)

    def _last_deed(self, case: Case) -> str:
        last = case.trace[-1] if case.trace else None
        if last is None:
            return ""
        unit = self._name("unit", last.unit)
        if last.deed == DISPATCH and unit:
            return translate("Command", "dispatch to {0}").format(unit)
        return f"{words.deed(last.deed)} {unit}".strip()

    def _unsent(self, line: OutboxLine, zone: str, is_last: bool) -> UnsentLine:
        undo_ms = rule_of(line.command).undo_ms
        left_ms = line.release_at_ms - self._session.now_ms()
        is_in_window = line.waits is Waits.UNDO and undo_ms > 0
        return UnsentLine(
            id=line.id,
            case=command_words.case_of(line.command),
            title=text.facts(command_words.head(line.command), self._class_name(line.command)),
            why=text.facts(self._why(line), self._author(line)),
            time=text.clock_seconds(line.made_at_ms, zone),
            undo_share=min(max(left_ms / undo_ms, 0.0), 1.0) if is_in_window else -1.0,
            is_undoable=is_last,
        )

    def _why(self, line: OutboxLine) -> str:
        if line.waits is Waits.UNDO:
            left_s = max(0, -(-(line.release_at_ms - self._session.now_ms()) // 1000))
            return translate("Drawer", "can be undone for {0} s").format(left_s)
        if line.waits is Waits.NETWORK and isinstance(line.command, Register):
            number = text.short_number(line.command.case)
            return translate("Drawer", "number {0} is reserved, leaves with the network").format(number)
        if line.waits is Waits.PREDECESSOR:
            before = self.line(line.after)
            if before is not None:
                return translate("Drawer", "after {0}").format(command_words.head(before.command))
        return words.word(line.waits) if line.waits else words.word(line.state)

    def _author(self, line: OutboxLine) -> str:
        if not line.author or line.author == self._session.person.id:
            return ""
        return translate("Drawer", "by {0}").format(self._name("person", line.author))

    def _class_name(self, command: Command) -> str:
        if isinstance(command, Register):
            return words.class_name(
                self._session.catalogues, command.edition, command.kind, command.class_code
            )
        case = self._case(command)
        if case is None:
            return ""
        return words.class_name(self._session.catalogues, case.edition, case.kind, case.class_code)

    def _case(self, command: Command) -> Case | None:
        number = command_words.case_of(command)
        shown = self._session.row("case", number) if number else None
        return shown.row if shown is not None and isinstance(shown.row, Case) else None

    def _name(self, entity: str, key: str) -> str:
        shown = self._session.row(entity, key) if key else None
        return shown.row.name if shown is not None else key

    def _names(self, refusal: Refusal) -> dict[str, str]:
        """Words in the place of a refusal's ids and codes."""
        names = {}
        if refusal.values.get("stage") in set(Stage):
            names["stage"] = words.word(Stage(refusal.values["stage"]))
        if "unit" in refusal.values:
            names["unit"] = self._name("unit", refusal.values["unit"])
        return names

    def _zone(self) -> str:
        city = self._session.city()
        return city.calendar.zone if city is not None else text.DEFAULT_ZONE
