"""The seat's style sheet, generated from the tokens; widgets carry no colour of their own.

Laid over the Fusion style. Widgets choose by dynamic properties, never by a local style sheet:
  tone    text1 text2 text3 ok warn alarm mine held      colour of a label's text
  textSize  cap label body section title figure          12 13 14 16 20 28 px (`size` is a property of Qt's own)
  strong  true                                           700 instead of 400
  ground  bg0 bg1 bg2 bg3 mine warn alarm held           what a panel stands on
  rule    top right bottom left                          the 1 px line where panels meet
  fault   true                                           a field whose content is refused
Does not know Qt: it returns text.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.look import tokens as t

_GROUNDS = {
    "bg0": "bg0",
    "bg1": "bg1",
    "bg2": "bg2",
    "bg3": "bg3",
    "mine": "mine_wash",
    "warn": "warn_wash",
    "alarm": "alarm_wash",
    "held": "held_wash",
    "line": "line",
}
_TONES = {
    "text1": "text1",
    "text2": "text2",
    "text3": "text3",
    "ok": "ok_text",
    "warn": "warn_text",
    "alarm": "alarm_text",
    "mine": "mine_text",
    "held": "held_text",
}
_SIZES = {
    "cap": t.FONT_CAP_PX,
    "label": t.FONT_LABEL_PX,
    "body": t.FONT_BODY_PX,
    "section": t.FONT_SECTION_PX,
    "title": t.FONT_TITLE_PX,
    "figure": t.FONT_FIGURE_PX,
}


def qss(theme: str) -> str:
    """The whole style sheet of one theme ('dark' or 'light')."""
    ink = t.THEMES[theme]
    return "\n".join(
        (_ground(ink), _properties(ink), _fields(ink), _buttons(ink), _lists(ink), _overlays(ink))
    )


def font_family() -> str:
    """The families in the order of preference, as a style sheet writes them."""
    return ", ".join(name if name == "sans-serif" else f'"{name}"' for name in t.FONT_FAMILIES)


def _ground(ink: Mapping[str, str]) -> str:
    return f"""
QWidget {{
  background: {ink["bg1"]}; color: {ink["text1"]};
  font-family: {font_family()}; font-size: {t.FONT_BODY_PX}px;
  selection-background-color: {ink["sel"]}; selection-color: {ink["on_primary"]};
}}
QMainWindow, QSplitter {{ background: {ink["bg0"]}; }}
QLabel, QCheckBox, QRadioButton {{ background: transparent; }}
QSplitter::handle {{ background: {ink["line"]}; }}
QFrame[frameShape="4"], QFrame[frameShape="5"] {{ color: {ink["line"]}; }}
QScrollArea {{ border: none; }}
"""


def _properties(ink: Mapping[str, str]) -> str:
    lines = [f'*[ground="{name}"] {{ background: {ink[token]}; }}' for name, token in _GROUNDS.items()]
    lines += [f'*[tone="{name}"] {{ color: {ink[token]}; }}' for name, token in _TONES.items()]
    lines += [f'*[textSize="{name}"] {{ font-size: {px}px; }}' for name, px in _SIZES.items()]
    lines.append(f'*[strong="true"] {{ font-weight: {t.WEIGHT_BOLD}; }}')
    lines += [
        f'*[rule="{side}"] {{ border: 0; border-{side}: {t.BORDER_PX}px solid {ink["line"]}; }}'
        for side in ("top", "right", "bottom", "left")
    ]
    return "\n".join(lines)


def _fields(ink: Mapping[str, str]) -> str:
    kinds = "QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDateTimeEdit"
    focus = ", ".join(f"{kind}:focus" for kind in kinds.split(", "))
    fault = ", ".join(f'{kind}[fault="true"]' for kind in kinds.split(", "))
    dead = ", ".join(f"{kind}:disabled" for kind in kinds.split(", "))
    return f"""
{kinds} {{
  background: {ink["bg1"]}; border: {t.BORDER_PX}px solid {ink["edge"]}; border-radius: {t.RADIUS_PX}px;
  padding: 0 9px; placeholder-text-color: {ink["text3"]};
}}
QLineEdit, QComboBox, QSpinBox, QDateTimeEdit {{
  min-height: {t.FIELD_PX - 2}px; max-height: {t.FIELD_PX - 2}px;
}}
QPlainTextEdit, QTextEdit {{ padding: 4px 5px; }}
{focus} {{ border: {t.FOCUS_PX}px solid {ink["sel"]}; padding: 0 8px; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateTimeEdit:focus {{
  min-height: {t.FIELD_PX - 4}px; max-height: {t.FIELD_PX - 4}px;
}}
QPlainTextEdit:focus, QTextEdit:focus {{ padding: 3px 4px; }}
{fault} {{ border-color: {ink["alarm_fill"]}; }}
{dead} {{ color: {ink["text3"]}; border-color: {ink["line"]}; }}
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus {{
  border: none; padding: 0; background: transparent; min-height: 22px; max-height: 26px;
}}
QComboBox::drop-down {{ border: none; width: 24px; }}
QCheckBox, QRadioButton {{ spacing: 8px; min-height: 24px; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {ink["text3"]}; }}
"""


def _buttons(ink: Mapping[str, str]) -> str:
    return f"""
QPushButton {{
  background: {ink["bg1"]}; color: {ink["text1"]}; border: {t.BORDER_PX}px solid {ink["edge"]};
  border-radius: {t.RADIUS_PX}px; padding: 0 10px; min-height: {t.BUTTON_PX - 2}px;
}}
QPushButton:hover {{ background: {ink["bg3"]}; }}
QPushButton:focus {{
  border: {t.FOCUS_PX}px solid {ink["sel"]}; padding: 0 9px; min-height: {t.BUTTON_PX - 4}px;
}}
QPushButton:disabled {{ color: {ink["text3"]}; border-color: {ink["line"]}; }}
QPushButton[primary="true"] {{
  background: {ink["primary"]}; color: {ink["on_primary"]}; border-color: {ink["primary"]};
  font-weight: {t.WEIGHT_BOLD};
}}
QToolButton {{ background: transparent; border: none; border-radius: {t.RADIUS_PX}px; padding: 4px; }}
QToolButton:hover {{ background: {ink["bg3"]}; }}
"""


def _lists(ink: Mapping[str, str]) -> str:
    views = "QListView, QTableView, QTreeView"
    return f"""
{views} {{
  border: none; outline: 0; gridline-color: {ink["line"]}; alternate-background-color: {ink["bg1"]};
}}
QListView::item:selected, QTableView::item:selected, QTreeView::item:selected {{
  background: {ink["mine_wash"]}; color: {ink["text1"]};
}}
QHeaderView {{ background: {ink["bg1"]}; }}
QHeaderView::section {{
  background: {ink["bg1"]}; color: {ink["text2"]}; font-size: {t.FONT_CAP_PX}px; padding: 0 8px;
  border: none; border-bottom: {t.BORDER_PX}px solid {ink["line"]}; min-height: {t.COLUMN_HEAD_PX}px;
}}
QScrollBar:vertical {{ background: transparent; width: {t.SCROLLBAR_PX}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {t.SCROLLBAR_PX}px; margin: 0; }}
QScrollBar::handle {{ background: {ink["bg3"]}; border-radius: {t.SCROLLBAR_PX // 2}px; }}
QScrollBar::handle:hover {{ background: {ink["edge"]}; }}
QScrollBar::handle:vertical {{ min-height: 24px; }}
QScrollBar::handle:horizontal {{ min-width: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _overlays(ink: Mapping[str, str]) -> str:
    return f"""
QToolTip {{
  background: {ink["bg2"]}; color: {ink["text1"]}; padding: 4px 8px;
  border: {t.BORDER_PX}px solid {ink["edge"]};
}}
QMenu {{
  background: {ink["bg1"]};
  border: {t.BORDER_PX}px solid {ink["edge"]}; border-radius: {t.OVERLAY_RADIUS_PX}px;
}}
QMenu::item {{ padding: 6px 16px; }}
QMenu::item:selected {{ background: {ink["mine_wash"]}; color: {ink["text1"]}; }}
QMenu::item:disabled {{ color: {ink["text3"]}; }}
QMenu::separator {{ height: 1px; background: {ink["line"]}; }}
QProgressBar {{ background: {ink["bg3"]}; border: none; max-height: 3px; min-height: 3px; }}
QProgressBar::chunk {{ background: {ink["text2"]}; }}
"""
