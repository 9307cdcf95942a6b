"""The foot strip: the key caps of the present context at the left, the command bar at the right.

Caps that do not fit are left out from the end, never cut; F1, which lists all of them, stays.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.look import tokens
from app.widgets.command_bar import CommandBar
from app.widgets.line import Caps, Gap, Item, Line, Text, width_of

GROUP_GAP_PX = 19


class KeyHint(msgspec.Struct, frozen=True):
    """One key of the present context."""

    id: str
    keys: str
    title: str
    is_enabled: bool = True
    why: str = ""


class FootStrip(QWidget):
    """`clicked` carries the id of a hint."""

    clicked = Signal(str)

    def __init__(self, command_bar: CommandBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caps = Line(tokens.FOOT_STRIP_PX, ground="bg2", rule="top")
        self.caps.clicked.connect(self.clicked)
        self.command_bar = command_bar
        self._hints: tuple[KeyHint, ...] = ()
        self.setFixedHeight(tokens.FOOT_STRIP_PX)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.caps, 1)
        right = QWidget()
        right.setProperty("ground", "bg2")
        right.setProperty("rule", "top")
        inner = QHBoxLayout(right)
        inner.setContentsMargins(12, 1, tokens.PADDING_NARROW_PX, 0)
        inner.addWidget(command_bar)
        layout.addWidget(right)

    def show_hints(self, hints: Sequence[KeyHint]) -> None:
        """The last one (F1) is kept when room is short."""
        self._hints = tuple(hints)
        self._lay()

    def hints(self) -> tuple[KeyHint, ...]:
        """What is offered, shown or not."""
        return self._hints

    def resizeEvent(self, event: object) -> None:
        self._lay()

    def _lay(self) -> None:
        if not self._hints:
            self.caps.show_items([])
            return
        groups = [_items(hint) for hint in self._hints]
        room = self.caps.width() - 2 * self.caps.padding_px - _width(groups[-1])
        kept: list[Item] = []
        for group in groups[:-1]:
            room -= _width(group) + GROUP_GAP_PX
            if room < 0:
                break
            kept += [*group, Gap(GROUP_GAP_PX)]
        self.caps.show_items([*kept, *groups[-1]])


def _items(hint: KeyHint) -> list[Item]:
    tone = "text1" if hint.is_enabled else "text3"
    cap_tone = "text2" if hint.is_enabled else "text3"
    name = hint.id if hint.is_enabled else ""
    return [
        Caps(hint.keys, tone=cap_tone, name=name, hint=hint.why),
        Gap(7, name),
        Text(hint.title, tone, name=name, hint=hint.why),
    ]


def _width(items: Sequence[Item]) -> int:
    return sum(map(width_of, items))
