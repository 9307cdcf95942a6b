"""A whole hall from one seed: seats, a centre, a bad network, crashes; then peace, and a check of every invariant.

`World(seed).run()` returns the violations found, in words; an empty list is the only good answer.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from typing import Any

from casework.commands.add_note import AddNote
from casework.commands.check import Check, FailReason
from casework.commands.claim import ClaimCase
from casework.commands.close import Close
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.commands.finish import Finish
from casework.commands.not_file import NotFile, NotFiledReason
from casework.commands.receive import Receive
from casework.commands.release import Release
from casework.commands.return_task import ReturnTask
from casework.commands.send_check import SendCheck
from casework.entities import ENTITY_BY_NAME
from casework.entities.person import Person, granted_channels
from casework.ids import Key
from casework.sync.messages import Accepted, Op, Page
from casework.sync.status import OutboxState
from casework.workflow import Source, Stage, is_lawful
from tests.casework.build import NOW_MS, OTHER_UNIT, UNIT, actor, register, unit_actor
from tests.pair.centre import Centre
from tests.pair.seat import Crash, Seat

STEPS = 260
PEACE_STEPS = 4_000
STEP_MS = 400
ANSWER_TIMEOUT_MS = 4_000


class World:
    """One hall. `seat_type` and `centre_type` let a test plant a bug."""

    def __init__(self, seed: int, seat_type: type[Seat] = Seat, centre_type: type[Centre] = Centre) -> None:
        self.random = random.Random(seed)
        self.now_ms = NOW_MS
        self.centre = centre_type()
        self.backup = self.centre.disk.copy()
        self.wire: list[tuple[int, str, str, Any]] = []  # when, seat, kind, message
        self.cut: set[str] = set()
        self.asked_ms: dict[str, int] = {}
        self.is_peace = False
        self.names = Counter[str]()
        self.violations: list[str] = []
        self.seats: dict[str, Seat] = {}
        hall = self.random.randint(2, 3)
        people = [actor(f"seat-{i}", person=f"p{i}") for i in range(hall)]
        people += [unit_actor(UNIT, "seat-u"), unit_actor(OTHER_UNIT, "seat-v")][: self.random.randint(1, 2)]
        self.actors = {who.seat: who for who in people}
        for who in people:
            channels = granted_channels(Person(who.person, who.name, who.posts, who.unit))
            self.seats[who.seat] = seat_type(who, frozenset(channels), self._poster(who.seat))
            self.seats[who.seat].fails = self._dies

    # -- the run

    def run(self) -> list[str]:
        for _ in range(STEPS):
            self.step()
        self.is_peace = True
        self.cut.clear()
        for _ in range(PEACE_STEPS):
            self.step()
            if self.is_quiet():
                break
        else:
            self.violations.append("liveness: the hall did not come to rest")
        return self.violations + self.check()

    def step(self) -> None:
        self.now_ms += self.random.randint(1, STEP_MS)
        if not self.is_peace:
            self.misfortune()
            for seat in self.seats.values():
                if self.random.random() < 0.35:
                    self.guarded(seat, lambda seat=seat: self.act(seat))
        for name, seat in self.seats.items():
            self.guarded(seat, lambda seat=seat, name=name: self.turn(name, seat))
        self.deliver()

    def misfortune(self) -> None:
        luck = self.random.random()
        if luck < 0.03:
            self.cut.symmetric_difference_update({self.random.choice(list(self.seats))})
        elif luck < 0.04:
            self.cut = set(self.seats) if not self.cut else set()
        elif luck < 0.06:
            self.random.choice(list(self.seats.values())).start()
        elif luck < 0.065:
            self.backup = self.centre.disk.copy()
        elif luck < 0.07:
            self.centre.restore(self.backup)

    def turn(self, name: str, seat: Seat) -> None:
        """What the engine does by the clock: heartbeats, polls, retries, waking up."""
        if seat.wake_ms and seat.wake_ms <= self.now_ms:
            seat.wake_ms = 0
            seat.run(seat.side.wake(self.now_ms))
        if name in self.asked_ms and self.now_ms - self.asked_ms[name] > ANSWER_TIMEOUT_MS:
            del self.asked_ms[name]
            lost = self.random.random() < 0.5
            seat.run(seat.side.lose(self.now_ms) if lost else seat.side.fail_push(self.now_ms))
        if self.random.random() < 0.2:
            self.send(name, "beat", seat.side.numbers_left)
        if self.random.random() < 0.3:
            self.send(name, "fetch", (seat.epoch, seat.side.cursor))

    def guarded(self, seat: Seat, deed: Any) -> None:
        try:
            deed()
        except Crash:
            seat.start()

    def is_quiet(self) -> bool:
        waiting = (OutboxState.WAITING, OutboxState.RELEASED, OutboxState.ACCEPTED)
        return not self.wire and all(
            seat.epoch == self.centre.disk.epoch
            and seat.cursor == self.centre.head
            and not any(item.state in waiting for item in seat.side.items.values())
            for seat in self.seats.values()
        )

    # -- the network

    def _poster(self, name: str) -> Any:
        return lambda kind, message: self.send(name, kind, message)

    def _dies(self) -> bool:
        return not self.is_peace and self.random.random() < 0.01

    def send(self, name: str, kind: str, message: Any) -> None:
        if kind == "push":
            self.asked_ms[name] = self.now_ms
        copies = 1 if self.is_peace else self.random.choice((0, 1, 1, 1, 1, 1, 2))
        if name in self.cut:
            copies = 0
        for _ in range(copies):
            delay = self.random.randint(0, 200 if self.is_peace else 2_500)
            self.wire.append((self.now_ms + delay, name, kind, message))

    def deliver(self) -> None:
        due = [m for m in self.wire if m[0] <= self.now_ms]
        self.wire = [m for m in self.wire if m[0] > self.now_ms]
        self.random.shuffle(due)
        for _, name, kind, message in due:
            if name in self.cut:
                continue
            if kind in ("push", "fetch", "beat"):
                self.at_centre(name, kind, message)
            else:
                self.guarded(self.seats[name], lambda n=name, k=kind, m=message: self.at_seat(n, k, m))

    def at_centre(self, name: str, kind: str, message: Any) -> None:
        seat = self.seats[name]
        if kind == "beat":
            self.send(name, "beaten", self.centre.beat(seat.actor.seat, message, self.now_ms))
        elif kind == "fetch":
            epoch, after = message
            if epoch == self.centre.disk.epoch and after <= self.centre.head:
                self.send(name, "page", self.centre.changes(after, seat.channels, self.now_ms))
        else:
            crash = "" if self.is_peace else self.random.choice(("",) * 30 + ("before", "after"))
            answer = self.centre.push(message, self.actors, self.now_ms, crash)
            if answer:
                self.send(name, "answer", answer)

    def at_seat(self, name: str, kind: str, message: Any) -> None:
        seat = self.seats[name]
        if kind == "beaten":
            seat.run(seat.side.hear(message, self.now_ms))
        elif kind == "page":
            self.watch_page(seat, message)
            seat.run(seat.side.read(message, self.now_ms))
        else:
            self.asked_ms.pop(name, None)
            seat.run(seat.side.answer(message, self.now_ms))

    def watch_page(self, seat: Seat, page: Page) -> None:
        for entry in page.entries:
            if entry.op is Op.PUT:
                row = ENTITY_BY_NAME[entry.entity].decode(bytes(entry.body))
                if not seat.channels.intersection(ENTITY_BY_NAME[entry.entity].channels(row)):
                    self.violations.append(f"I9: {entry.entity} {entry.key} reached {seat.actor.seat}")

    # -- the operators

    def act(self, seat: Seat) -> None:
        luck = self.random.random()
        waiting = [i for i in seat.side.items.values() if i.state is OutboxState.WAITING]
        if luck < 0.06 and waiting:
            seat.run(seat.side.undo(self.random.choice(waiting).id, self.now_ms))
            return
        if luck < 0.1:
            refused = [i for i in seat.side.items.values() if i.state is OutboxState.REFUSED]
            if refused:
                chosen = self.random.choice(refused).id
                seat.dismissed.add(chosen)
                seat.run(seat.side.dismiss(chosen))
            return
        command = self.choose(seat)
        if command is not None:
            self.names[seat.actor.seat] += 1
            seat.perform(command, f"{seat.actor.seat}/{self.names[seat.actor.seat]}", self.now_ms)

    def choose(self, seat: Seat) -> Any:
        cases = seat.cases()
        if (not cases or self.random.random() < 0.15) and not seat.actor.unit:
            number, effects = seat.side.take_number()
            seat.run(effects)
            source = self.random.choice((Source.HOTLINE, Source.SUPERVISOR))
            return register(number, source=source) if number else None
        if not cases:
            return None
        case = self.random.choice(cases)
        luck = self.random.random()
        if luck < 0.08:
            self.names["note"] += 1
            return AddNote(case=case.id, note=f"{seat.actor.seat}-{self.names['note']}", text="到场")
        if luck < 0.14:
            return self.random.choice((ClaimCase(case=case.id), Release(case=case.id)))
        stage = case.stage if luck < 0.85 else self.random.choice(list(Stage))
        return self.next_step(case, stage)

    def next_step(self, case: Any, stage: Stage) -> Any:
        pick = self.random.choice
        task = case.task or "x"
        match stage:
            case Stage.REGISTERED | Stage.AWAITING_FILING:
                filed = FileCase(case=case.id, class_code="01003", condition="01003-1")
                return pick((filed, filed, NotFile(case=case.id, reason=NotFiledReason.REPEAT)))
            case Stage.AWAITING_DISPATCH:
                unit, other = pick(((UNIT, OTHER_UNIT), (OTHER_UNIT, UNIT)))
                return Dispatch(case=case.id, unit=unit, co_units=pick(((), (other,))))
            case Stage.HANDLING:
                own = pick((task, f"{task}.1"))
                back = ReturnTask(case=case.id, task=task, evidence="layer", opinion="不是我们的")
                done = Finish(case=case.id, task=own, result="已修复")
                return pick((Receive(case=case.id, task=own), done, done, back))
            case Stage.AWAITING_CHECK:
                return SendCheck(case=case.id)
            case Stage.CHECKING:
                return Check(case=case.id, failed_for=pick(((), (FailReason.NO_PHOTO,))))
            case _:
                return Close(case=case.id)

    # -- the judgement

    def head_hash(self) -> str:
        lines = (
            (line.seq, line.command, line.change.key, line.change.body) for line in self.centre.disk.lines
        )
        return hashlib.sha256(repr(list(lines)).encode()).hexdigest()

    def check(self) -> list[str]:
        return [*self.check_ledger(), *self.check_histories(), *self.check_receipts(), *self.check_seats()]

    def check_ledger(self) -> list[str]:
        lines = self.centre.disk.lines
        wrong = [f"I3: seq {line.seq} at place {i}" for i, line in enumerate(lines, 1) if line.seq != i]
        runs = Counter[str]()
        before = ""
        for line in lines:
            runs[line.command] += line.command != before
            before = line.command
        wrong += [f"I1: {c} was applied {n} times" for c, n in runs.items() if n > 1 and c != "genesis"]
        keys = Counter((line.command, line.change.key) for line in lines)
        wrong += [f"I1: {c} wrote {k} {n} times" for (c, k), n in keys.items() if n > 1]
        return wrong

    def check_histories(self) -> list[str]:
        wrong: list[str] = []
        last: dict[Key, tuple[int, Any]] = {}
        for line in self.centre.disk.lines:
            key, body = line.change.key, line.change.body
            ver, row = last.get(key, (0, None))
            if line.change.ver != ver + 1:
                wrong.append(f"I4: {key} went from version {ver} to {line.change.ver}")
            now = ENTITY_BY_NAME[key.entity].decode(body) if body else None
            if key.entity == "case" and row is not None and not is_lawful(row.stage, now.stage):
                wrong.append(f"I4: {key.key} went from {row.stage} to {now.stage}")
            last[key] = (line.change.ver if body else 0, now)
        return wrong

    def check_receipts(self) -> list[str]:
        by_command = self.centre.disk.by_command
        wrong = [
            f"I1: {item.id} was acknowledged and is not in the ledger"
            for seat in self.seats.values()
            for item in seat.items.values()
            if item.seq and not isinstance(by_command.get(item.id), Accepted)
        ]
        for seat in self.seats.values():
            numbers = sorted(n for s, n in self.centre.disk.receipts if s == seat.actor.seat)
            if numbers != list(range(1, len(numbers) + 1)):
                wrong.append(f"I8: numbers of {seat.actor.seat} are {numbers}")
        return wrong

    def check_seats(self) -> list[str]:
        wrong: list[str] = []
        for name, seat in self.seats.items():
            wanted = {
                key: (row.ver, row.body)
                for key, row in self.centre.disk.rows.items()
                if seat.channels.intersection(
                    ENTITY_BY_NAME[key.entity].channels(ENTITY_BY_NAME[key.entity].decode(row.body))
                )
            }
            for key in sorted(set(wanted) ^ set(seat.rows)):
                wrong.append(f"I6: {key} is {'missing' if key in wanted else 'left over'} at {name}")
            wrong += [
                f"I6: {k} differs at {name}" for k in wanted if k in seat.rows and seat.rows[k] != wanted[k]
            ]
            shown = {i.id for i in seat.side.items.values() if i.state is OutboxState.REFUSED}
            wrong += [f"I7: refusal of {c} vanished" for c in seat.refused - seat.dismissed - shown]
            if seat.overlay():
                wrong.append(f"projection of {name} is not empty at rest")
            unsettled = (OutboxState.WAITING, OutboxState.RELEASED)
            wrong += [f"I1: {i.id} was never decided" for i in seat.items.values() if i.state in unsettled]
        return wrong
