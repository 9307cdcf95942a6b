"""Keep what a refused command wanted as a note on the case, where it can no longer be carried out."""

from __future__ import annotations

from app.actions import send_again
from app.actions._action import QT_TRANSLATE_NOOP, Action, Context
from casework.commands.add_note import AddNote
from casework.limits import NOTE_CHARS


def available(context: Context) -> bool:
    is_there = context.refused is not None and context.case is not None and bool(context.kept_words)
    return is_there and not send_again.available(context)


def command(context: Context) -> AddNote | None:
    if context.case is None or not context.new_id or not context.kept_words:
        return None
    return AddNote(case=context.case.id, note=context.new_id, text=context.kept_words[:NOTE_CHARS])


ACTION = Action(
    id="keep_as_note",
    title=QT_TRANSLATE_NOOP("Action", "Keep as note"),
    key="Ctrl+1",
    available=available,
    command=command,
    places=(),
)
