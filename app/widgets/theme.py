"""The theme in use: tokens as Qt colours, fonts and palette, and one signal when it changes.

There is one application and so one theme; a painted widget asks here at paint time and never keeps a colour.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from app.look import tokens
from app.look.qss import qss


class _Theme(QObject):
    """Announces a change; painted widgets connect `changed` to `update`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = tokens.DEFAULT_THEME


@cache
def notifier() -> _Theme:
    """The one object that says when the theme changed."""
    return _Theme()


def current() -> str:
    """'dark' or 'light'."""
    return notifier().name


def ink(token: str, alpha: float = 1.0) -> QColor:
    """A token of the present theme as a colour."""
    colour = _ink(notifier().name, token)
    if alpha >= 1.0:
        return colour
    pale = QColor(colour)
    pale.setAlphaF(alpha)
    return pale


@cache
def _ink(theme: str, token: str) -> QColor:
    return QColor(tokens.THEMES[theme][token])


@cache
def font(size_px: int = tokens.FONT_BODY_PX, is_bold: bool = False) -> QFont:
    """The seat's font in one of the sizes of the look; treat it as read-only."""
    made = QFont()
    made.setFamilies(list(tokens.FONT_FAMILIES))
    made.setPixelSize(size_px)
    made.setBold(is_bold)
    return made


@cache
def metrics(size_px: int = tokens.FONT_BODY_PX, is_bold: bool = False) -> QFontMetrics:
    """Measures text of `font(...)`."""
    return QFontMetrics(font(size_px, is_bold))


def apply(app: QApplication, name: str) -> None:
    """Puts the whole application into a theme."""
    notifier().name = name
    app.setStyle("Fusion")
    app.setPalette(_palette(name))
    app.setFont(font())
    app.setStyleSheet(qss(name))
    notifier().changed.emit()


def _palette(name: str) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: "bg1",
        QPalette.ColorRole.Base: "bg1",
        QPalette.ColorRole.AlternateBase: "bg2",
        QPalette.ColorRole.Button: "bg2",
        QPalette.ColorRole.ToolTipBase: "bg2",
        QPalette.ColorRole.WindowText: "text1",
        QPalette.ColorRole.Text: "text1",
        QPalette.ColorRole.ButtonText: "text1",
        QPalette.ColorRole.ToolTipText: "text1",
        QPalette.ColorRole.PlaceholderText: "text3",
        QPalette.ColorRole.Highlight: "sel",
        QPalette.ColorRole.HighlightedText: "on_primary",
        QPalette.ColorRole.Link: "mine_text",
    }
    palette = QPalette()
    for role, token in roles.items():
        palette.setColor(role, _ink(name, token))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, _ink(name, "text3"))
    return palette
