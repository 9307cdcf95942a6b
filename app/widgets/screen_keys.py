"""Keys of the screen itself, beside the operator's actions: what they are called and where they are offered.

Which key may be what is the console standard's: F-keys, Enter, Space, Esc, Ctrl or Alt with digits; never a bare
letter, so that an input method swallows nothing.
"""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication


class ScreenKey(msgspec.Struct, frozen=True):
    """One thing the window does; `is_in_foot` puts it into the foot strip too."""

    id: str
    key: str
    title: str
    is_in_foot: bool = False

    @property
    def words(self) -> str:
        """Its title in the seat's language."""
        return QCoreApplication.translate("ScreenKey", self.title)


SCREEN_KEYS: tuple[ScreenKey, ...] = (
    ScreenKey("next_queue", "F2", QT_TRANSLATE_NOOP("ScreenKey", "Next queue")),
    ScreenKey("previous_queue", "Shift+F2", QT_TRANSLATE_NOOP("ScreenKey", "Previous queue")),
    ScreenKey("filter", "Shift+F3", QT_TRANSLATE_NOOP("ScreenKey", "Filter the queue")),
    ScreenKey("sort", "Shift+F4", QT_TRANSLATE_NOOP("ScreenKey", "Sort the queue")),
    ScreenKey("locate", "F3", QT_TRANSLATE_NOOP("ScreenKey", "Locate"), True),
    ScreenKey("stage", "F4", QT_TRANSLATE_NOOP("ScreenKey", "Map or photos"), True),
    ScreenKey("centre", "F5", QT_TRANSLATE_NOOP("ScreenKey", "Centre the map")),
    ScreenKey("fetching", "Shift+F5", QT_TRANSLATE_NOOP("ScreenKey", "Stop fetching, or go on")),
    ScreenKey("park", "Alt+Left", QT_TRANSLATE_NOOP("ScreenKey", "Park"), True),
    ScreenKey("alarm", "F12", QT_TRANSLATE_NOOP("ScreenKey", "Go to the first alarm")),
    ScreenKey("command_bar", "Ctrl+K", QT_TRANSLATE_NOOP("ScreenKey", "Command bar")),
    ScreenKey("search", "Ctrl+F", QT_TRANSLATE_NOOP("ScreenKey", "Search all cases")),
    ScreenKey("import", "Shift+F11", QT_TRANSLATE_NOOP("ScreenKey", "Import a file…")),
    ScreenKey("back", "Esc", QT_TRANSLATE_NOOP("ScreenKey", "Back")),
    ScreenKey("theme", "", QT_TRANSLATE_NOOP("ScreenKey", "Dark or light")),
    ScreenKey("density", "", QT_TRANSLATE_NOOP("ScreenKey", "Row height")),
    ScreenKey("keys", "F1", QT_TRANSLATE_NOOP("ScreenKey", "All keys"), True),
)
SCREEN_KEY_BY_ID = {key.id: key for key in SCREEN_KEYS}
CHOICE_KEYS = tuple(f"Ctrl+{number}" for number in range(1, 10))
