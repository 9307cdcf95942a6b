"""Open the drawer of unsent and refused things, or close it."""

from __future__ import annotations

from app.actions._action import QT_TRANSLATE_NOOP, Action, Does

PART = "drawer"

ACTION = Action(
    id="drawer",
    title=QT_TRANSLATE_NOOP("Action", "Drawer"),
    key="Ctrl+0",
    available=lambda context: True,
    does=Does.OPEN,
    opens=PART,
    places=(),
)
