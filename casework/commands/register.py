"""Register a report as a case, under a number reserved for the seat."""

from __future__ import annotations

from casework.catalogue.model import Kind
from casework.command import Command, Rows, Rule, Writes
from casework.entities.case import Case
from casework.entities.report import Report
from casework.facts import Facts
from casework.ids import CaseId, ComponentId, GridCode, Key, ReportId
from casework.limits import PLACE_CHARS, TEXT_CHARS, UID_CHARS
from casework.progress import case_key, stage_due_ms, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Flag, Post, Source, Stage

POSTS = frozenset({Post.ACCEPTOR, Post.DUTY_LEADER, Post.SUPERVISOR, Post.INTAKE})


class Register(Command, frozen=True, kw_only=True, tag="register"):
    """`case` is a number of a block reserved for this seat; `grid` the unit grid the place lies in.

    `told_ms` is when the report was made, 0 = now. `condition` may be left for the duty leader. `uid` is the
    number it has at its source.
    """

    case: CaseId
    source: Source
    kind: Kind
    edition: str
    class_code: str
    text: str
    place: str
    x_mm: int
    y_mm: int
    grid: GridCode
    condition: str = ""
    component: ComponentId = ComponentId("")
    reporter: str = ""
    told_ms: int = 0
    is_reply_wanted: bool = False
    photos: tuple[str, ...] = ()
    uid: str = ""


def reads(command: Register) -> tuple[Key, ...]:
    return (case_key(command.case), Key("unit_grid", command.grid))


def refusal(rows: Rows, command: Register, facts: Facts) -> Refusal | None:
    """The first thing that is wrong with the report, or None."""
    if rows[case_key(command.case)] is not None:
        return refuse(RefusalCode.EXISTS, case=command.case)
    if not any(block.holds(command.case) for block in facts.blocks):
        return refuse(RefusalCode.NUMBER_NOT_GRANTED, case=command.case)
    if rows[Key("unit_grid", command.grid)] is None:
        return refuse(RefusalCode.OUTSIDE_GRID, grid=command.grid)
    catalogue = facts.catalogues.get(command.edition)
    if catalogue is None or (command.kind, command.class_code) not in catalogue.classes:
        return refuse(RefusalCode.UNKNOWN_CLASS, code=command.class_code, edition=command.edition)
    if command.condition and not catalogue.condition(command.kind, command.class_code, command.condition):
        return refuse(RefusalCode.UNKNOWN_CONDITION, condition=command.condition)
    if not command.text.strip():
        return refuse(RefusalCode.TEXT_MISSING)
    for field, limit in (("text", TEXT_CHARS), ("place", PLACE_CHARS), ("uid", UID_CHARS)):
        if len(getattr(command, field)) > limit:
            return refuse(RefusalCode.TOO_LONG, field=field, limit=limit)
    return None


def apply(rows: Rows, command: Register, facts: Facts) -> Writes | Refusal:
    """A supervisor's own report needs no verification and goes straight to filing."""
    wrong = refusal(rows, command, facts)
    if wrong:
        return wrong
    is_verified = command.source is Source.SUPERVISOR
    stage = Stage.AWAITING_FILING if is_verified else Stage.REGISTERED
    grid = rows[Key("unit_grid", command.grid)]
    report = Report(
        id=ReportId(command.case + "-1"),
        case=command.case,
        source=command.source,
        text=command.text,
        place=command.place,
        x_mm=command.x_mm,
        y_mm=command.y_mm,
        grid=command.grid,
        told_ms=command.told_ms or facts.now_ms,
        reporter=command.reporter,
        is_reply_wanted=command.is_reply_wanted,
        uid=command.uid,
    )
    case = Case(
        id=command.case,
        stage=stage,
        kind=command.kind,
        edition=command.edition,
        class_code=command.class_code,
        condition=command.condition,
        x_mm=command.x_mm,
        y_mm=command.y_mm,
        place=command.place,
        grid=command.grid,
        area_type=grid.area_type,
        component=command.component,
        text=command.text,
        source=command.source,
        report=report.id,
        registered_ms=facts.now_ms,
        stage_ms=facts.now_ms,
        stage_due_ms=stage_due_ms(stage, 0, facts),
        flags=frozenset({Flag.REPLY_WANTED}) if command.is_reply_wanted else frozenset(),
        photos=command.photos,
        uid=command.uid,
        trace=(step(facts, RULE.kind, POSTS),),
    )
    return Writes({Key("report", report.id): report, case_key(case.id): case})


RULE = Rule(Register, subject=lambda c: case_key(c.case), reads=reads, apply=apply, posts=POSTS)
