"""A report: what somebody told the hall. Several reports may lead to one case; each may be owed a reply."""

from __future__ import annotations

import msgspec

from casework.entity import CITY_CHANNEL, Entity, district_channel
from casework.ids import CaseId, GridCode, ReportId
from casework.workflow import Source


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`reporter` is masked already (a surname, the first three and last four digits): no plain number in any row."""

    id: ReportId
    case: CaseId
    source: Source
    text: str
    place: str
    x_mm: int
    y_mm: int
    grid: GridCode
    told_ms: int
    reporter: str = ""
    is_reply_wanted: bool = False
    uid: str = ""  # the number it has at its source


ENTITY = Entity(
    "report",
    Report,
    key=lambda row: row.id,
    channels=lambda row: (CITY_CHANNEL, district_channel(row.grid)),
    indexed=("case", "told_ms"),
)
