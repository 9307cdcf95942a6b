"""Open cases by what time says of them: one mark each, the urgent ones on top."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.map.layers.style import QT_TRANSLATE_NOOP, Glyph, Layer, Live, LiveFacts, LiveMark
from casework.catalogue.model import Kind
from casework.clock.deadline import used_permille
from casework.entities.case import Case
from casework.workflow import Flag, Stage

NOT_FILED = frozenset({Stage.REGISTERED, Stage.VERIFYING, Stage.AWAITING_FILING})
DONE = frozenset({Stage.AWAITING_CHECK, Stage.CHECKING, Stage.AWAITING_CLOSE})
FAULTS_ARE_MATTERS, LAST_COMPONENT_MAJOR = "2026", "05"
SOON_PERMILLE, OVER_PERMILLE = 800, 1000


def read(session: Any) -> Iterable[Any]:
    """Every open case of this seat, as they are asked for."""
    scan = session.scan()
    try:
        for part in scan.parts():
            yield from part
    finally:
        scan.close()


def mark(shown: Any, facts: LiveFacts) -> LiveMark | None:
    """The mark of a case, or None once it is in nobody's hands."""
    case: Case = shown.row
    if not case.is_open:
        return None
    kind = _kind(case, bool(shown.pending), facts)
    code = _component_class(case)
    topics = [f"{case.kind}:{case.class_code}"]
    if code:
        topics.append(f"{Kind.COMPONENT}:{code}")
    return LiveMark(case.x_mm, case.y_mm, kind, case.grid, code, tuple(dict.fromkeys(topics)))


def _component_class(case: Case) -> str:
    """The class of component the case is about, or nothing."""
    if case.kind is Kind.COMPONENT:
        return case.class_code
    if case.component:
        return case.component[6:-6]
    # Since 2026 the matters of majors 01-05 are the faults of components, under the component's own code.
    is_fault = case.edition == FAULTS_ARE_MATTERS and case.class_code[:2] <= LAST_COMPONENT_MAJOR
    return case.class_code if is_fault else ""


def _kind(case: Case, is_unsent: bool, facts: LiveFacts) -> str:
    if is_unsent:
        return "unsent"
    if Flag.SUSPENDED in case.flags:
        return "suspended"
    used = _used_permille(case, facts)
    if used > OVER_PERMILLE:
        return "over"
    if used >= SOON_PERMILLE:
        return "soon"
    if case.stage in DONE:
        return "done"
    return "unfiled" if case.stage in NOT_FILED else "in_time"


def _used_permille(case: Case, facts: LiveFacts) -> int:
    """How much of the present stage's time is used: the case's own limit while it is handled, else the city's."""
    calendar = facts.city.calendar
    if case.stage is Stage.HANDLING:
        if case.limit is None or not case.clock_ms:
            return 0
        return used_permille(calendar, case.clock_ms, facts.at_ms, case.limit, case.pauses)
    limit = facts.city.stage_limits.get(case.stage)
    return used_permille(calendar, case.stage_ms, facts.at_ms, limit) if limit else 0


LAYER = Layer(
    name="case",
    box=5,
    title=QT_TRANSLATE_NOOP("Layer", "Cases"),
    live=Live(
        entity="case",
        glyphs=(
            Glyph("unfiled", "dot", backing="disc"),
            Glyph("in_time", "ring"),
            Glyph("done", "ring_tick"),
            Glyph("suspended", "bars"),
            Glyph("unsent", "dashed_ring", backing="disc"),
            Glyph("soon", "diamond"),
            Glyph("over", "triangle"),
        ),
        size_px=((2.0, 15), (4.0, 13), (8.0, 11), (16.0, 9), (24.0, 7), (48.0, 5)),
        halo_token="m_halo",
        read=read,
        mark=mark,
    ),
)
