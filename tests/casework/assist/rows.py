"""Rows of a small district, as the resolver's tests need them."""

from __future__ import annotations

from typing import Any

from casework.catalogue.model import Kind
from casework.entities.case import Case
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.unit import Unit
from casework.ids import CaseId, GridCode, LayerId, ReportId, UnitId
from casework.workflow import Source, Stage

GRID = GridCode("450103005006057")
OTHER_GRID = GridCode("450103005006058")
X, Y = 523_400_000, 2_522_600_000

UNITS = (
    Unit(UnitId("u-municipal"), "青秀区市政管护所", district="450103", trade="municipal"),
    Unit(UnitId("u-drainage"), "市排水管护中心", trade="drainage"),
    Unit(UnitId("u-street"), "津头街道办", district="450103", trade="street"),
    Unit(UnitId("u-night"), "市政夜班组", district="450103", trade="municipal", is_on_duty=False),
    Unit(UnitId("u-far"), "江南区市政管护所", district="450105", trade="municipal"),
)
MUNICIPAL = DutyLayer(LayerId("municipal"), "市政设施", "municipal", 31, ("component:01", "component:02"))
STREET = DutyLayer(LayerId("street"), "街道", "street", 4, ("event:06", "component:01"))
LAYERS = (MUNICIPAL, STREET)
DUTY_GRIDS = (
    DutyGrid("d1", LayerId("municipal"), UnitId("u-municipal"), "一片", (GRID, OTHER_GRID)),
    DutyGrid("d2", LayerId("municipal"), UnitId("u-far"), "江南", (GridCode("450105001001001"),)),
    DutyGrid("d3", LayerId("street"), UnitId("u-street"), "津头", (GRID,)),
)


def case(number: int = 1, **changes: Any) -> Case:
    fields: dict[str, Any] = {
        "id": CaseId(f"20260714{number:04d}"),
        "stage": Stage.AWAITING_DISPATCH,
        "kind": Kind.COMPONENT,
        "edition": "2026",
        "class_code": "01003",
        "x_mm": X,
        "y_mm": Y,
        "place": "金湖路口",
        "grid": GRID,
        "text": "路口雨水井盖缺失",
        "source": Source.HOTLINE,
        "report": ReportId(f"20260714{number:04d}-1"),
        "registered_ms": 1,
        "stage_ms": 1,
    }
    return Case(**{**fields, **changes})
