"""Add a note to a case. Notes never collide, so no base version is checked."""

from __future__ import annotations

from casework.command import Command, Rows, Rule, Writes
from casework.entities.note import Note
from casework.facts import Facts
from casework.ids import CaseId, Key
from casework.limits import NOTE_CHARS
from casework.progress import case_key
from casework.refusal import Refusal, RefusalCode, refuse


class AddNote(Command, frozen=True, kw_only=True, tag="add_note"):
    """`note` is an id chosen by the seat."""

    case: CaseId
    note: str
    text: str


def reads(command: AddNote) -> tuple[Key, ...]:
    return (case_key(command.case), Key("note", command.note))


def apply(rows: Rows, command: AddNote, facts: Facts) -> Writes | Refusal:
    if rows[case_key(command.case)] is None:
        return refuse(RefusalCode.UNKNOWN_ROW, entity="case", key=command.case)
    if rows[Key("note", command.note)] is not None:
        return refuse(RefusalCode.EXISTS, note=command.note)
    if not command.text.strip():
        return refuse(RefusalCode.TEXT_MISSING)
    if len(command.text) > NOTE_CHARS:
        return refuse(RefusalCode.TOO_LONG, field="text", limit=NOTE_CHARS)
    actor = facts.actor
    note = Note(command.note, command.case, actor.person, actor.name, facts.now_ms, command.text)
    return Writes({Key("note", note.id): note})


RULE = Rule(AddNote, subject=lambda c: Key("note", c.note), reads=reads, apply=apply, is_commutative=True)
