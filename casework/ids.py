"""Distinct text types for ids, so that a unit is never passed where a case belongs.

All ids are text, also those made of digits only: leading zeros and lengths carry meaning (domain standards).
"""

from __future__ import annotations

from typing import NamedTuple, NewType

CaseId = NewType("CaseId", str)  # the case number: yyyyMMdd + 4 or more digits
ReportId = NewType("ReportId", str)
TaskId = NewType("TaskId", str)  # case number + "-" + round, co-handlers add "." + index
RequestId = NewType("RequestId", str)
UnitId = NewType("UnitId", str)
PersonId = NewType("PersonId", str)
GridCode = NewType("GridCode", str)  # 15 characters: district 6, street 3, community 3, sequence 3
WorkGridId = NewType("WorkGridId", str)
LayerId = NewType("LayerId", str)
ComponentId = NewType("ComponentId", str)  # 16 digits (2013) or 17 (2026)
SeatId = NewType("SeatId", str)
CommandId = NewType("CommandId", str)


class Key(NamedTuple):
    """Names one row: the entity's name and the row's key."""

    entity: str
    key: str
