"""Key caps: from a key event to the name printed on the cap ("Enter", "F6", "Ctrl+1"), one spelling everywhere.

Actions name their keys like this (`app.actions`); shortcuts made for Qt come from the same name by `sequences`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_CAPS = {
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Escape: "Esc",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backtab: "Tab",
}
_MODIFIERS = (
    (Qt.KeyboardModifier.ControlModifier, "Ctrl"),
    (Qt.KeyboardModifier.AltModifier, "Alt"),
    (Qt.KeyboardModifier.ShiftModifier, "Shift"),
)


def cap_of(event: QKeyEvent) -> str:
    """The cap of what was pressed, keypad and main block alike; "" for a modifier alone."""
    key = Qt.Key(event.key())
    if key in (Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Shift, Qt.Key.Key_Meta, Qt.Key.Key_unknown):
        return ""
    name = _CAPS.get(key) or QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
    held = [word for modifier, word in _MODIFIERS if event.modifiers() & modifier]
    return "+".join([*held, name])


def sequences(cap: str) -> tuple[QKeySequence, ...]:
    """What Qt has to listen for; Enter is two keys on a keyboard."""
    head, _, last = cap.rpartition("+")
    names = ("Return", "Enter") if last == "Enter" else (last,)
    return tuple(QKeySequence(f"{head}+{name}" if head else name) for name in names)


def digit_of(cap: str) -> int:
    """1..9 for Ctrl+1..9, 0 for anything else."""
    head, _, last = cap.rpartition("+")
    return int(last) if head == "Ctrl" and last in "123456789" and len(last) == 1 else 0
