"""Write a note on the case. Nobody's decision is touched by it."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Ask, Context
from casework.commands.add_note import AddNote
from casework.limits import NOTE_CHARS


def command(context: Context) -> AddNote | None:
    text = context.text("text")
    if context.case is None or not text or not context.new_id:
        return None
    return AddNote(case=context.case.id, note=context.new_id, text=text)


ACTION = Action(
    id="add_note",
    title=QT_TRANSLATE_NOOP("Action", "Note"),
    key="Shift+F9",
    available=lambda context: context.case is not None,
    command=command,
    asks=(Ask("text", QT_TRANSLATE_NOOP("Action", "Note"), limit_chars=NOTE_CHARS),),
)
