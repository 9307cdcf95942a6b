"""Archived cases for tests: a few that say what is asked, or many of a generated city."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec
import numpy as np

from casework.catalogue.model import Kind
from casework.entities import ENTITY_BY_NAME
from casework.entities.case import Case
from casework.ids import CaseId, GridCode, ReportId, UnitId
from casework.workflow import Source, Stage
from server.archive.cases import ArchivedCases
from server.archive.made import archived_cases, view_of
from server.centre import shipped_catalogues
from server.demo import city
from server.paths import Paths
from server.store import VisibleRow

CITY = frozenset({"city", "everybody"})
AS_OF_MS = 1_790_000_000_000
DAY_MS = 86_400_000


def said(*texts: str, first: int = 1, district: str = "450103", unit: str = "u1") -> ArchivedCases:
    """One case for each text, a day apart; a text may be "place|text"."""
    count = len(texts)
    pairs = [("|" + text).split("|")[-2:] for text in texts]
    days = np.arange(first, first + count, dtype=np.int64)
    return ArchivedCases(
        keys=[f"2024{k:08d}" for k in range(first, first + count)],
        uids=[f"Src-{k}" for k in range(first, first + count)],
        kinds=[Kind.EVENT.value] * count,
        editions=["2026"] * count,
        class_codes=["06010"] * count,
        conditions=[""] * count,
        units=[unit] * count,
        grids=[f"{district}001001001"] * count,
        x_mm=days * 1000,
        y_mm=days * 2000,
        registered_ms=days * DAY_MS,
        due_ms=days * DAY_MS + 1,
        closed_ms=days * DAY_MS + 2,
        stages=[Stage.CLOSED.value] * count,
        sources=[Source.HOTLINE.value] * count,
        places=[place for place, _ in pairs],
        texts=[text for _, text in pairs],
    )


@functools.cache
def generated(count: int) -> ArchivedCases:
    """Cases of the tiny demonstration city."""
    catalogues = shipped_catalogues()
    made = city.generate("tiny", 3, AS_OF_MS, catalogues)
    return archived_cases(view_of(made, catalogues["2026"]), count, 3, AS_OF_MS)


def paths_in(folder: Path) -> Paths:
    return Paths(folder)


def source_of(paths: Paths) -> Path:
    return paths.root / "archive" / "cases.db"


def case(key: str, text: str, stage: Stage = Stage.CLOSED, **more: object) -> Case:
    """A row of the ledger."""
    plain = Case(
        id=CaseId(key),
        stage=stage,
        kind=Kind.EVENT,
        edition="2026",
        class_code="06010",
        x_mm=1,
        y_mm=2,
        place="民族大道 1 号",
        grid=GridCode("450103001001001"),
        text=text,
        source=Source.HOTLINE,
        report=ReportId("r-" + key),
        registered_ms=500 * DAY_MS,
        stage_ms=501 * DAY_MS,
        unit=UnitId("u1"),
    )
    return msgspec.structs.replace(plain, **more)


def row_of(one: Case, seq: int = 1) -> VisibleRow:
    return ("case", one.id, 1, seq, ENTITY_BY_NAME["case"].encode(one))
