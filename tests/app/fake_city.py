"""A small city in rows, invented: what a seat's screens are tried and looked at with.

Everything is built by plain functions of a moment, so a test may ask for the same city at another time.
"""

from __future__ import annotations

from functools import cache

import msgspec

from casework.catalogue.load import load_catalogues
from casework.catalogue.model import Catalogue, Kind
from casework.clock.deadline import due
from casework.clock.model import Pause, TimeLimit, TimeUnit
from casework.entities.case import Case, Step
from casework.entities.city import City
from casework.entities.claim import Claim
from casework.entities.duty_grid import DutyGrid
from casework.entities.duty_layer import DutyLayer
from casework.entities.person import Person
from casework.entities.report import Report
from casework.entities.request import Request, RequestKind, RequestState
from casework.entities.task import Task, TaskState
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.entities.work_grid import WorkGrid
from casework.workflow import Flag, Post, Source, Stage
from gridseat_files import find

NOW_MS = 1_784_010_007_000  # 2026-07-14 14:20:07 in Shanghai
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
DISTRICT = "450103"
BLOCK = DISTRICT + "005006"
WEST_M, SOUTH_M, STEP_M, COLUMNS, ROWS = 538_000, 2_522_000, 110, 12, 9

CITY = City(
    name="南宁市",
    epsg=4545,
    west_mm=(WEST_M - 500) * 1000,
    south_mm=(SOUTH_M - 500) * 1000,
    east_mm=(WEST_M + COLUMNS * STEP_M + 500) * 1000,
    north_mm=(SOUTH_M + ROWS * STEP_M + 500) * 1000,
    is_generated=True,
)


@cache
def catalogues() -> dict[str, Catalogue]:
    """Every edition, from the tables that ship."""
    return dict(load_catalogues(lambda name: find(f"resources/catalogue/{name}").read_bytes()))


@cache
def class_code(name: str) -> str:
    """The code of an event class of the 2026 edition."""
    for (kind, code), entry in catalogues()["2026"].classes.items():
        if kind is Kind.EVENT and entry.name_zh == name:
            return code
    raise KeyError(name)


def grid_code(column: int, row: int) -> str:
    return f"{BLOCK}{row * COLUMNS + column + 1:03d}"


def unit_grids() -> list[UnitGrid]:
    """Twelve by nine cells that share their vertices, a little slanted as a city is."""

    def node(column: int, row: int) -> tuple[int, int]:
        x = WEST_M + column * STEP_M - row * 14
        y = SOUTH_M + row * STEP_M + column * 5
        return x * 1000, y * 1000

    made = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            corners = [
                node(column, row), node(column + 1, row), node(column + 1, row + 1), node(column, row + 1)
            ]  # fmt: skip
            ring = tuple(value for corner in corners for value in corner)
            street = "津头街道" if row < 5 else "新竹街道"
            made.append(
                UnitGrid(
                    grid_code(column, row),
                    ring,
                    12_104,
                    f"J-{row:02d}",
                    "A",
                    street,
                    "凤岭社区",
                    "2024-01-01",
                )
            )
    return made


UNITS = (
    Unit("u-hall", "青秀区城市管理监督中心", "", DISTRICT, "hall", "0771-5530000"),
    Unit("u-municipal", "青秀区市政管护所", "", DISTRICT, "municipal", "0771-5530101"),
    Unit("u-drain", "市排水管护中心", "", "", "municipal", "0771-5530102"),
    Unit("u-street", "津头街道办", "", DISTRICT, "street", "0771-5530103"),
    Unit("u-house", "青秀区住建局", "", DISTRICT, "housing", "0771-5530104"),
    Unit("u-clean", "青秀环卫二队", "", DISTRICT, "sanitation", "0771-5530105"),
    Unit("u-green", "青秀区园林所", "", DISTRICT, "greening", "0771-5530106"),
    Unit("u-law", "青秀区城管执法二中队", "", DISTRICT, "enforcement", "0771-5530107"),
)

ALL_HALL = frozenset({Post.ACCEPTOR, Post.DUTY_LEADER, Post.DISPATCHER})
PEOPLE = (
    Person("zhangmin", "张敏", frozenset({Post.DISPATCHER})),
    Person("lijing", "李静", frozenset({Post.ACCEPTOR})),
    Person("chenliqun", "陈立群", ALL_HALL),
    Person("weizhiqiang", "韦志强", frozenset({Post.DISPATCHER})),
    Person("luhaiyan", "陆海燕", frozenset({Post.ACCEPTOR, Post.DISPATCHER})),
    Person("huangjianguo", "黄建国", frozenset({Post.SUPERVISOR}), work_grid="J-03"),
    Person("nongxiaomei", "农晓梅", frozenset({Post.UNIT_OPERATOR}), unit="u-municipal"),
)

LAYERS = (
    DutyLayer(
        "l-municipal", "市政设施", "municipal", 31, ("component:01", "event:01", "component:02", "event:02")
    ),
    DutyLayer("l-clean", "环境卫生", "sanitation", 12, ("component:03", "event:03", "event:06")),
    DutyLayer("l-green", "园林绿化", "greening", 9, ("component:04", "event:04")),
    DutyLayer("l-law", "街面秩序", "enforcement", 18, ("event:07", "event:08", "event:09", "event:10")),
)


def duty_grids() -> list[DutyGrid]:
    south = tuple(grid_code(c, r) for r in range(5) for c in range(COLUMNS))
    north = tuple(grid_code(c, r) for r in range(5, ROWS) for c in range(COLUMNS))
    every = south + north
    return [
        DutyGrid("d-1", "l-municipal", "u-municipal", "市政设施 津头", south),
        DutyGrid("d-2", "l-municipal", "u-drain", "市政设施 新竹", north),
        DutyGrid("d-3", "l-clean", "u-clean", "环卫 青秀", every),
        DutyGrid("d-4", "l-green", "u-green", "园林 青秀", every),
        DutyGrid("d-5", "l-law", "u-law", "执法 二中队", south),
        DutyGrid("d-6", "l-law", "u-street", "街面 新竹", north),
    ]


def work_grids() -> list[WorkGrid]:
    return [
        WorkGrid(f"J-{r:02d}", f"津头 {r + 1} 号", tuple(grid_code(c, r) for c in range(COLUMNS)))
        for r in range(ROWS)
    ]


# minutes left, class, place, flags, who has it open, and what is special about it
AWAITING_DISPATCH = (
    (-6, "污水井盖异常", "竹溪路 凤岭口", (), "", ""),
    (-2, "道路遗撒（洒）", "双拥路 51 号", (Flag.SUPERVISED,), "", ""),
    (1, "供水井盖异常", "长湖路 8 号", (Flag.URGED,), "", ""),
    (4, "雨水井盖异常", "金湖路 民族大道口", (), "", ""),
    (5, "占用消防通道", "东葛路 29 号", (), "lijing", ""),
    (6, "架空线缆脱落", "茶花园路 北段", (), "", ""),
    (9, "道路破损", "民族大道 136 号", (), "", ""),
    (11, "路灯异常", "桃源路 65 号", (), "", ""),
    (12, "暴露垃圾", "葛村路 17 号", (Flag.RETURNED,), "", ""),
    (12, "店外经营", "金凯路 12 号", (), "", ""),
    (13, "雨水箅子异常", "滨江路 孔庙旁", (), "weizhiqiang", ""),
    (14, "交通护栏异常", "古城路 22 号", (), "", ""),
    (15, "绿地脏乱", "南湖公园 东门", (), "", ""),
    (16, "工地扬尘", "凤岭北路 3 号", (Flag.SUPERVISED,), "", ""),
    (17, "机动车乱停放", "金湖路 58 号", (), "", ""),
    (18, "非法小广告", "双拥路 桥下", (), "", ""),
    (19, "通信井盖异常", "东葛路 118 号", (), "", ""),
    (20, "行道树异常", "茶花园路 41 号", (), "", ""),
    (20, "施工占道", "长湖路 66 号", (), "", ""),
    (21, "共享单车乱象", "民族大道 金湖站", (), "luhaiyan", ""),
    (22, "垃圾站（箱）满溢", "桃源路 菜市", (), "", ""),
    (23, "油烟污染", "竹溪路 9 号", (), "", ""),
    (24, "道路不洁", "滨江路 2 号", (), "", ""),
    (25, "路缘石缺损", "金凯路 34 号", (), "", ""),
    (26, "占道经营", "葛村路 学校门口", (Flag.URGED,), "", ""),
    (27, "违规户外广告", "民族大道 88 号", (), "", ""),
    (28, "沿街晾挂", "古城路 61 号", (), "", ""),
    (28, "盲道缺损", "双拥路 医院旁", (), "", ""),
    (29, "噪声扰民", "东葛路 73 号", (), "", ""),
    (0, "台阶破损", "南湖公园 北门", (), "", "suspended"),
)
OTHERS = (
    (Stage.REGISTERED, (2, 3, 7, 9, 9, 21)),
    (Stage.VERIFYING, (24, 26, 31, 40, 44, 52, 55, 61, 66, 70, 88)),
    (Stage.AWAITING_FILING, (4, 19, 27)),
    (
        Stage.HANDLING,
        (-220, -90, -61, -40, -33, -12, -4, 8, 25, 60, 94, 120, 180, 300, 720, 1500, 3000, 3100),
    ),
    (Stage.AWAITING_CHECK, (6, 11, 26)),
    (Stage.CHECKING, (34, 40, 47, 52, 58, 66, 74, 80, 83, 91)),
    (Stage.AWAITING_CLOSE, (3, 8, 12, 17, 22, 25, 27, 29)),
)
REPORT_TEXT = "市民来电：路口北侧非机动车道雨水井盖缺失，井口约 70 厘米，已有人摆放雪糕筒，放学时段人多。"
SPANS = {Stage.CHECKING: 120, Stage.VERIFYING: 120, Stage.HANDLING: 240}


def _position(index: int) -> tuple[int, int, str]:
    column, row = (index * 5 + 6) % COLUMNS, (index * 7 + 4) % ROWS
    x = WEST_M + column * STEP_M - row * 14 + 30 + (index * 37) % 50
    y = SOUTH_M + row * STEP_M + column * 5 + 25 + (index * 53) % 60
    return x * 1000, y * 1000, grid_code(column, row)


def _limit(code: str) -> tuple[str, TimeLimit]:
    found = catalogues()["2026"].conditions.get((Kind.EVENT, code), ())
    if found:
        return found[0].id, found[0].limit
    return "", TimeLimit(4, TimeUnit.HOUR)


def case_row(
    index: int, stage: Stage, left_min: int, name: str, place: str, flags: tuple[Flag, ...], now_ms: int
) -> Case:
    """One open case whose stage ends in so many minutes."""
    span = SPANS.get(stage, 30)
    due_ms = now_ms + left_min * MINUTE + 29_000
    start_ms = min(due_ms - span * MINUTE, now_ms - MINUTE)
    code = class_code(name)
    condition, limit = _limit(code)
    x_mm, y_mm, grid = _position(index)
    is_filed = stage not in (Stage.REGISTERED, Stage.VERIFYING, Stage.AWAITING_FILING)
    is_out = stage in (Stage.HANDLING, Stage.AWAITING_CHECK, Stage.CHECKING, Stage.AWAITING_CLOSE)
    case = f"20260714{400 + index:04d}"
    started_ms = start_ms - HOUR if is_out else 0
    handling_due = (
        due_ms if stage is Stage.HANDLING else due(CITY.calendar, started_ms or now_ms, limit).due_ms
    )
    trace = [Step(start_ms - 39 * MINUTE, "register", "lijing", "李静", "03", Post.ACCEPTOR)]
    if is_filed:
        trace.append(Step(start_ms - 26 * MINUTE, "file_case", "chenliqun", "陈立群", "01", Post.DUTY_LEADER))
    if is_out:
        trace.append(
            Step(started_ms, "dispatch", "zhangmin", "张敏", "07", Post.DISPATCHER, unit="u-municipal")
        )
    return Case(
        id=case,
        stage=stage,
        kind=Kind.EVENT,
        edition="2026",
        class_code=code,
        condition=condition if is_filed else "",
        x_mm=x_mm,
        y_mm=y_mm,
        place=place,
        grid=grid,
        text=REPORT_TEXT,
        source=Source.HOTLINE if index % 3 else Source.SUPERVISOR,
        report=case + "-1",
        registered_ms=start_ms - 39 * MINUTE,
        stage_ms=start_ms,
        stage_due_ms=due_ms,
        due_ms=handling_due if is_out else 0,
        clock_ms=started_ms,
        limit=limit if is_filed else None,
        flags=frozenset(flags),
        unit="u-municipal" if is_out else "",
        task=case + "-1" if is_out else "",
        round=1 if is_out else 0,
        filed_ms=start_ms - 26 * MINUTE if is_filed else 0,
        dispatched_ms=started_ms,
        received_ms=started_ms + 5 * MINUTE if is_out and index % 4 else 0,
        finished_ms=start_ms if is_out and stage is not Stage.HANDLING else 0,
        trace=tuple(trace),
    )


def _report(case: Case) -> Report:
    return Report(
        id=case.report,
        case=case.id,
        source=case.source,
        text=case.text,
        place=case.place,
        x_mm=case.x_mm,
        y_mm=case.y_mm,
        grid=case.grid,
        told_ms=case.registered_ms,
        reporter="韦** 138****2076",
        is_reply_wanted=True,
    )


def _task(case: Case) -> Task:
    is_received = case.received_ms > 0
    is_done = case.stage is not Stage.HANDLING
    return Task(
        id=case.task,
        case=case.id,
        unit=case.unit,
        is_lead=True,
        state=TaskState.FINISHED if is_done else TaskState.RECEIVED if is_received else TaskState.SENT,
        sent_ms=case.dispatched_ms,
        due_ms=case.due_ms,
        receive_due_ms=case.dispatched_ms + 30 * MINUTE,
        received_ms=case.received_ms,
        finished_ms=case.finished_ms,
    )


def rows(now_ms: int = NOW_MS) -> list[msgspec.Struct]:
    """Every row of the city."""
    made: list[msgspec.Struct] = [CITY, *UNITS, *PEOPLE, *LAYERS, *duty_grids(), *work_grids(), *unit_grids()]
    cases = []
    for i, (left, name, place, flags, holder, special) in enumerate(AWAITING_DISPATCH):
        case = case_row(i, Stage.AWAITING_DISPATCH, left, name, place, flags, now_ms)
        if special == "suspended":
            case = msgspec.structs.replace(
                case, flags=case.flags | {Flag.SUSPENDED}, pauses=(Pause(now_ms - DAY),), stage_due_ms=0
            )
        cases.append(case)
        if holder:
            person = next(p for p in PEOPLE if p.id == holder)
            made.append(Claim(case.id, f"{i:02d}", person.id, person.name, now_ms - MINUTE))
    index = len(cases)
    for stage, lefts in OTHERS:
        for left in lefts:
            _, name, place, *_ = AWAITING_DISPATCH[index * 7 % 28]
            cases.append(case_row(index, stage, left, name, place, (), now_ms))
            index += 1
    returned = next(case for case in cases if case.stage is Stage.HANDLING and case.due_ms > now_ms)
    made.append(
        Request(
            id=returned.task + "/return",
            case=returned.id,
            task=returned.task,
            unit=returned.unit,
            kind=RequestKind.RETURN,
            state=RequestState.ASKED,
            asked_ms=now_ms - 11 * MINUTE,
            evidence="duty_layer",
            opinion="该处井盖权属为市排水管护中心",
        )
    )
    made += cases
    made += [_report(case) for case in cases]
    made += [_task(case) for case in cases if case.task]
    return made
