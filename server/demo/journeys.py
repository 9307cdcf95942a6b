"""A case's life, performed: each step goes through the very rule the centre applies, with its own actor and time.

Promises: a history the rules would refuse cannot be made (it raises); what the hall does before there is a
command for it (verification, urging) moves only along the table of lawful stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from casework.apply import apply
from casework.catalogue.model import Catalogue
from casework.clock.model import Pause
from casework.command import Command, Writes
from casework.commands.check import Check, FailReason
from casework.commands.close import Close
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.commands.finish import Finish
from casework.commands.not_file import NotFile, NotFiledReason
from casework.commands.receive import Receive
from casework.commands.register import Register
from casework.commands.return_task import ReturnTask
from casework.commands.send_check import SendCheck
from casework.entities.case import Case
from casework.entities.city import City
from casework.entities.person import Person
from casework.entities.report import Report
from casework.entities.request import Request, RequestKind, RequestState
from casework.entities.task import Task
from casework.entities.unit import Unit
from casework.entities.unit_grid import UnitGrid
from casework.facts import Actor, Facts, NumberBlock
from casework.ids import CaseId, Key, RequestId, SeatId, UnitId
from casework.progress import advance, case_key, step
from casework.workflow import Flag, Post, Source, Stage, is_lawful
from server.demo.params import Sayings
from server.demo.people import Crew
from server.demo.texts import pick

Steps = tuple[tuple[str, int], ...]  # what happens, and when (ms UTC)
DAY_NUMBERS = 9999


class Seed(msgspec.Struct, frozen=True):
    """Everything a case's life is made of; `steps` begins with its registration."""

    told: Register
    told_ms: int
    condition: str
    unit: Unit
    wrong_unit: Unit
    co_unit: Unit | None
    work_grid: str
    trade: str
    steps: Steps
    flags: frozenset[Flag] = frozenset()
    asks: RequestKind | None = None
    marked_ms: int = 0  # when it got its flags, or its unit asked


class Life(msgspec.Struct, frozen=True):
    """The rows a seed leaves."""

    case: Case
    report: Report
    tasks: tuple[Task, ...]
    requests: tuple[Request, ...]


class World(dict[Key, Any]):
    """Rows by key; a row that is not there is None, as the rules expect."""

    def __missing__(self, key: Key) -> None:
        return None


class Stagehand:
    """Performs seeds one after another. Holds the city's resting rows; a seed's own rows leave with its Life."""

    def __init__(
        self,
        rng: np.random.Generator,
        city: City,
        catalogues: Mapping[str, Catalogue],
        crew: Crew,
        units: tuple[Unit, ...],
        grids: tuple[UnitGrid, ...],
        sayings: Sayings,
    ) -> None:
        self._rng = rng
        self._city = city
        self._catalogues = catalogues
        self._crew = crew
        self._sayings = sayings
        self._world = World({Key("unit_grid", grid.code): grid for grid in grids})
        self._world.update({Key("unit", unit.id): unit for unit in units})
        self._world.update({Key("person", person.id): person for person in crew.rows})
        self._actors = {
            person.id: Actor(person.id, person.name, SeatId(crew.seat[person.id]), person.posts, person.unit)
            for person in crew.rows
        }
        self._intake = next(person for person in crew.rows if Post.INTAKE in person.posts)

    def perform(self, seed: Seed, number: str) -> Life:
        """The rows after all steps of the seed."""
        case = CaseId(number)
        written: dict[Key, Any] = {}
        for deed, at_ms in seed.steps:
            made = self._step(seed, case, deed, at_ms)
            written.update(made)
            self._world.update(made)
        for key in written:
            del self._world[key]
        rows = list(written.values())
        life = Life(
            case=next(row for row in rows if isinstance(row, Case)),
            report=next(row for row in rows if isinstance(row, Report)),
            tasks=tuple(row for row in rows if isinstance(row, Task)),
            requests=tuple(row for row in rows if isinstance(row, Request)),
        )
        return self._marked(seed, life)

    def _facts(self, at_ms: int, person: Person, blocks: tuple[NumberBlock, ...] = ()) -> Facts:
        return Facts(at_ms, self._actors[person.id], self._city, self._catalogues, blocks)

    def _hall(self, post: Post) -> Person:
        staff = self._crew.hall[post]
        return staff[int(self._rng.random() * len(staff))]

    def _accepted(self, command: Command, facts: Facts) -> dict[Key, Any]:
        made = apply(self._world, command, facts)
        if not isinstance(made, Writes):
            raise AssertionError(f"{command} at {facts.now_ms}: {made}")
        return {key: row for key, row in made.rows.items() if row is not None}

    def _step(self, seed: Seed, number: CaseId, deed: str, at_ms: int) -> dict[Key, Any]:
        case = self._world[case_key(number)]
        if deed == "register":
            return self._register(seed, number, at_ms)
        if deed in ("send_verify", "verify"):
            return self._verify(seed, case, deed, at_ms)
        if deed in ("receive", "finish", "return"):
            return self._by_unit(seed, case, deed, at_ms)
        command, person = self._command(seed, case, deed)
        return self._accepted(command, self._facts(at_ms, person))

    def _register(self, seed: Seed, number: CaseId, at_ms: int) -> dict[Key, Any]:
        command = msgspec.structs.replace(seed.told, case=number, told_ms=seed.told_ms)
        if command.source is Source.SUPERVISOR:
            person = self._crew.of_work[seed.work_grid]
        elif command.source in (Source.SENSOR, Source.VIDEO, Source.PLATFORM):
            person = self._intake
        else:
            person = self._hall(Post.ACCEPTOR)
        block = NumberBlock(number[:8], 1, DAY_NUMBERS)
        return self._accepted(command, self._facts(at_ms, person, (block,)))

    def _verify(self, seed: Seed, case: Case, deed: str, at_ms: int) -> dict[Key, Any]:
        """Verification has no command of its own yet; it moves along the lawful stages all the same."""
        after = Stage.VERIFYING if deed == "send_verify" else Stage.AWAITING_FILING
        if not is_lawful(case.stage, after):
            raise AssertionError(f"{case.id}: {case.stage} -> {after}")
        supervisor = self._crew.of_work[seed.work_grid]
        if deed == "send_verify":
            facts = self._facts(at_ms, self._hall(Post.ACCEPTOR))
            taken = step(facts, deed, (Post.ACCEPTOR,), supervisor.name)
        else:
            facts = self._facts(at_ms, supervisor)
            taken = step(facts, deed, (Post.SUPERVISOR,), pick(self._rng, self._sayings.verify))
        return {case_key(case.id): advance(case, after, taken, facts)}

    def _command(self, seed: Seed, case: Case, deed: str) -> tuple[Command, Person]:
        """The hall's command for a deed, and who gives it."""
        words = self._sayings
        if deed == "file":
            said = pick(self._rng, words.file)
            command: Command = FileCase(
                case=case.id, class_code=case.class_code, condition=seed.condition, opinion=said
            )
            return command, self._hall(Post.DUTY_LEADER)
        if deed == "not_file":
            reason = list(words.not_file)[int(self._rng.random() ** 1.5 * len(words.not_file))]
            said = pick(self._rng, words.not_file[reason])
            return NotFile(case=case.id, reason=NotFiledReason(reason), opinion=said), self._hall(
                Post.DUTY_LEADER
            )
        if deed in ("dispatch", "dispatch_wrong"):
            unit = seed.wrong_unit if deed == "dispatch_wrong" else seed.unit
            others = (seed.co_unit.id,) if seed.co_unit and deed == "dispatch" else ()
            said = pick(self._rng, words.dispatch)
            return Dispatch(case=case.id, unit=unit.id, co_units=others, opinion=said), self._hall(
                Post.DISPATCHER
            )
        supervisor = self._crew.of_work[seed.work_grid]
        if deed == "send_check":
            return SendCheck(case=case.id, checker=supervisor.id), self._hall(Post.ACCEPTOR)
        if deed == "check":
            return Check(case=case.id, opinion=pick(self._rng, words.check_pass)), supervisor
        if deed == "fail":
            reason_of = list(FailReason)[int(self._rng.random() * len(FailReason))]
            said = pick(self._rng, words.check_fail)
            return Check(case=case.id, failed_for=(reason_of,), opinion=said), supervisor
        if deed == "close":
            return Close(case=case.id, opinion=pick(self._rng, words.close)), self._hall(Post.DUTY_LEADER)
        raise AssertionError(deed)

    def _by_unit(self, seed: Seed, case: Case, deed: str, at_ms: int) -> dict[Key, Any]:
        """The lead's deed and, a little earlier, that of each co-handler."""
        made: dict[Key, Any] = {}
        count = 1 if deed == "return" else case.open_tasks
        ids = [case.task, *(f"{case.task}.{k}" for k in range(1, count))]
        acting = [self._world[Key("task", ident)] for ident in ids]
        for late, task in reversed(list(enumerate(acting))):  # the lead comes last
            facts = self._facts(at_ms - late * 1000, self._crew.of_unit[task.unit])
            more = self._accepted(self._unit_command(seed, case, task, deed), facts)
            made.update(more)
            self._world.update(more)
        return made

    def _unit_command(self, seed: Seed, case: Case, task: Task, deed: str) -> Command:
        if deed == "receive":
            return Receive(case=case.id, task=task.id)
        if deed == "finish":
            words = self._sayings.finish
            return Finish(
                case=case.id, task=task.id, result=pick(self._rng, words.get(seed.trade, words["other"]))
            )
        options = [o for o in self._sayings.give_back if o[0] != "owner" or case.component]
        _, evidence, why = options[int(self._rng.random() * len(options))]
        return ReturnTask(case=case.id, task=task.id, evidence=evidence, opinion=why)

    def _marked(self, seed: Seed, life: Life) -> Life:
        """Marks beside the journey: urged, supervised, suspended; and what a unit asks for meanwhile."""
        case, at_ms = life.case, seed.marked_ms
        requests = list(life.requests)
        if seed.asks is not None and case.unit:
            is_granted = Flag.SUSPENDED in seed.flags
            requests.append(_request(case, seed.asks, is_granted, at_ms))
        for flag, deed, post in (
            (Flag.URGED, "urge", Post.URGER),
            (Flag.SUPERVISED, "supervise", Post.URGER),
            (Flag.SUSPENDED, "suspend", Post.DISPATCHER),
        ):
            if flag in seed.flags:
                facts = self._facts(at_ms, self._hall(post))
                taken = step(facts, deed, (post,), unit=case.unit)
                case = msgspec.structs.replace(case, flags=case.flags | {flag}, trace=(*case.trace, taken))
        if Flag.SUSPENDED in seed.flags:
            case = msgspec.structs.replace(case, pauses=(Pause(at_ms),), due_ms=0, stage_due_ms=0)
        return msgspec.structs.replace(life, case=case, requests=tuple(requests))


def _request(case: Case, kind: RequestKind, is_granted: bool, at_ms: int) -> Request:
    why = {
        RequestKind.EXTENSION: ("工程量大", "需等材料到货，请求延期一个时限"),
        RequestKind.SUSPENSION: ("季节施工", "需待雨季后统一修复，请求挂账"),
        RequestKind.VOID: ("现场不符", "到场未发现问题，请求作废"),
        RequestKind.RETURN: ("责任图层有误", "该处不在我单位责任范围"),
    }[kind]
    return Request(
        id=RequestId(f"{case.task}-{kind}"),
        case=case.id,
        task=case.task,
        unit=UnitId(case.unit),
        kind=kind,
        state=RequestState.GRANTED if is_granted else RequestState.ASKED,
        asked_ms=at_ms,
        evidence=why[0],
        opinion=why[1],
    )
