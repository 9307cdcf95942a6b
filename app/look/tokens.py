"""The colour tokens of both themes and the metrics of the seat: the only place where a colour is written.

Promises: both themes have exactly the same keys, and every value is "#RRGGBB". The style sheet, the painted
marks and the map's style are all made from this table, so that one change shows everywhere.
Four meanings carry colour (ok, warn, alarm, mine); `held` is a grey; a mark always precedes coloured text.
Does not draw, and knows neither Qt nor the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_NAMES_DARK_LIGHT = """
bg0 14171A E3E6E8
bg1 1B1F23 FAFAF9
bg2 22272C F0F2F3
bg3 2B3138 E4E8EB
line 353C44 D2D7DB
edge 707C89 78828C
text1 E8EBEE 15191D
text2 C1C8D0 38414A
text3 97A1AB 57616A
primary A0C8FF 12408F
on_primary 10151B FFFFFF
sel A0C8FF 1F5FD0
ok_text 7FD1BE 0A5347
ok_fill 35A791 0F8A77
warn_text F4C152 654100
warn_fill F5BE3D AD7800
warn_wash 332B1A F8EED6
alarm_text FFADA2 8F1515
alarm_fill E5484D 961018
alarm_wash 3A2224 FBE7E4
mine_text A0C8FF 12408F
mine_fill 5AA2FF 1F5FD0
mine_wash 1F2D40 E3ECFA
held_text B8C3CF 3D4853
held_fill 8A95A0 78828C
held_wash 262D35 E8ECEF
p1_plate A01F26 8F1515
p1_text FFFFFF FFFFFF
on_warn 1B1F23 15191D
m_land 1A1D20 E9EBEB
m_block 1F2327 F3F3F0
m_building 292E33 E1E2E0
m_road 3B424A FFFFFF
m_minor 2C3238 FBFBFA
m_water 1A2A36 C9DAE5
m_green 1E2A25 DBE6DA
m_label AEB7C0 46505A
m_halo 1A1D20 FFFFFF
m_grid 9C7FA8 9A6FAE
m_grid_number BFA6CB 6C4480
m_work_grid B58CC7 8A5AA3
m_duty1 564F38 E3D9BF
m_duty2 3C5147 CFDCCB
m_duty3 3D4B62 CBD6E4
m_duty4 57434D E4D0D6
m_component 77828E 818B94
m_component_class D5DBE1 38414A
density1 22303A DCE7ED
density2 34505F B4CBD7
density3 4F7688 82A5B7
density4 7FA3B4 4F7B91
density5 BFD8E4 1F4E66
chart1 C1C8D0 38414A
chart2 5AA2FF 1F5FD0
chart3 7F8C99 8C969F
chart4 BFA6CB 7A4494
chart5 4F7688 82A5B7
"""


def _theme(column: int) -> Mapping[str, str]:
    rows = [line.split() for line in _NAMES_DARK_LIGHT.split("\n") if line]
    return MappingProxyType({row[0]: "#" + row[column] for row in rows})


#: theme name -> token -> '#RRGGBB'
THEMES: Mapping[str, Mapping[str, str]] = MappingProxyType({"dark": _theme(1), "light": _theme(2)})
DEFAULT_THEME = "dark"

#: what is laid half-transparent over something: share of the colour, 0..1
GRID_ALPHA = 0.67
DUTY_ALPHA = 0.43
SELECTED_GRID_ALPHA = 0.12
FROZEN_ALPHA = 0.35

# --- type -----------------------------------------------------------------------------------------------
FONT_FAMILIES = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei UI", "PingFang SC", "sans-serif")
FONT_CAP_PX = 12  # key cap, column head, tag
FONT_LABEL_PX = 13
FONT_BODY_PX = 14
FONT_SECTION_PX = 16  # section, clock, proposal
FONT_TITLE_PX = 20  # case title
FONT_FIGURE_PX = 28  # a single figure
WEIGHT_NORMAL = 400
WEIGHT_BOLD = 700
LINE_HEIGHT = 1.5
BLOCK_LINE_HEIGHT = 1.6

# --- metrics --------------------------------------------------------------------------------------------
GRID_PX = 4
PADDING_PX = 16
PADDING_NARROW_PX = 12
#: density name -> (row height, text size)
ROW_HEIGHTS_PX: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"compact": (24, 13), "standard": (28, 14), "wide": (36, 16)}
)
DEFAULT_DENSITY = "standard"
CANDIDATE_ROW_PX = 44
STATUS_STRIP_PX = 38
OFFLINE_BAND_PX = 32
TAB_STRIP_PX = 36
COLUMN_HEAD_PX = 24
PANEL_HEAD_PX = 44
FOOT_STRIP_PX = 42
BUTTON_PX = 32
FIELD_PX = 32
KEY_CAP_PX = 19
TAG_PX = 20
RADIUS_PX = 3
OVERLAY_RADIUS_PX = 4
BORDER_PX = 1
FOCUS_PX = 2
SCROLLBAR_PX = 8
MARK_PX = 14
MAP_MARK_PX = 15
MAP_HALO_PX = 2
COMPONENT_MIN_PX = 5
COMPONENT_MAX_PX = 8
ICON_PX = 16
ICON_LARGE_PX = 20
RAIL_PX = 132  # four characters, a mark and three digits in the largest city
QUEUE_PX = 400
QUEUE_NARROW_PX = 330
QUEUE_CLASS_PX = 122
QUEUE_CLASS_NARROW_PX = 100
CARD_PX = 460
CARD_NARROW_PX = 396
NEARBY_PX = 124
#: below this window width the rail folds into the queue's head and panels become narrow
NARROW_BELOW_PX = 1600
FADE_MS = 120
P1_BLINK_MS = 1000
