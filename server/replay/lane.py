"""One lane of a replay: a seat of its own, and the cases whose events leave by it, in the order of the file's time.

A lane is a thread. Promises: the steps of a case leave in their order and one after the other; what a person at a desk
did with the case meanwhile is taken as it is, and the lane goes on from there; a push whose answer was lost is sent
again, the same; every verdict is looked at. Case rows are not read here: what a refusal says of the row is enough.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

import httpx
import msgspec
import structlog

from casework.entities.task import TaskState
from casework.ids import CaseId, PersonId, SeatId, TaskId, UnitId
from casework.limits import PUSH_COMMANDS
from casework.refusal import RefusalCode
from casework.sync.messages import Accepted, Basis, Gap, Refused, Sent, Verdict
from casework.workflow import Post
from server.centre import wall_ms
from server.machine import MachineSeat, SignedOut
from server.replay.course import (
    ON_TASK,
    POST_OF,
    Life,
    Standing,
    Step,
    TaskStanding,
    command_id,
    command_of,
    step_of,
    times_of,
    words_for,
)

_LOG = structlog.get_logger("replay")
AGAIN_S = 1.0  # after the line failed
AGAIN_MOST_S = 15.0
HELD_S = 2.0  # a case in somebody's hands is looked at again after this
TRIES = 24  # refusals of one case before it is left to the hall
QUICK_TRIES = 4  # the first of them at once
NO_VERSION = 0  # no row has it: the refusal of a command on it says how the row stands
TOO_MANY = 429
UNDER_WAY = {TaskState.SENT: Step.RECEIVE, TaskState.RECEIVED: Step.FINISH}


class Crossed(Exception):
    """The centre has other commands under this lane's numbers: somebody else feeds it too, or did a moment ago."""


class Hands(msgspec.Struct, frozen=True):
    """Who does what: machine accounts by post, and by unit; and their passwords."""

    of_post: Mapping[Post, PersonId]
    of_unit: Mapping[UnitId, PersonId]
    passwords: Mapping[PersonId, str]

    def of(self, step: Step, unit: UnitId) -> PersonId | None:
        post = POST_OF[step]
        return self.of_unit.get(unit) if post is Post.UNIT_OPERATOR else self.of_post.get(post)


class Course(msgspec.Struct):
    """A case on its way. `ver` and `task_ver` are what the rows are at when everything sent is taken."""

    life: Life
    times: tuple[int, ...]
    step: Step = Step.REGISTER
    case: CaseId = CaseId("")
    unit: UnitId = UnitId("")
    task: TaskId = TaskId("")
    ver: int = 0
    task_ver: int = 0
    turn: int = 0  # raised by every refusal: what was planned or sent on top of it is void
    tries: int = 0
    is_asking: bool = False  # how the case stands is to be found out first

    @property
    def due_ms(self) -> int | None:
        """When the next step is due in the file's time; None: there is none."""
        if self.is_asking:
            return 0
        return self.times[self.step] if self.step < len(self.times) else None


class Count(msgspec.Struct):
    """What a lane has done; read by another thread while it works."""

    commands: int = 0
    reached_ms: int = 0
    is_caught_up: bool = False  # nothing was due any more at some moment
    steps: Counter[str] = msgspec.field(default_factory=Counter)
    refused: dict[str, str] = {}  # reports the centre would not have, by their number at the source
    left: dict[str, str] = {}  # cases left to the hall, and why


class Pace(msgspec.Struct, frozen=True):
    """From the file's time to this machine's: `begin_ms` of the file is `begin_s` here. `speed` 0: at once."""

    speed: float
    begin_ms: int
    begin_s: float
    until_ms: int = 0

    def wait_s(self, at_ms: int, now_s: float) -> float:
        """How long it is until then; not above 0 where it is due."""
        if not self.speed:
            return 0.0
        return self.begin_s + (at_ms - self.begin_ms) / 1000 / self.speed - now_s

    def is_over(self, at_ms: int) -> bool:
        return bool(self.until_ms) and at_ms > self.until_ms


class _Planned(msgspec.Struct, frozen=True):
    """A step that may leave now."""

    course: Course
    step: Step
    turn: int

    @property
    def is_void(self) -> bool:
        return self.turn != self.course.turn


class _Item(msgspec.Struct, frozen=True):
    """A command that is under way, and what for."""

    planned: _Planned
    sent: Sent


class Lane:
    """`courses` are its own; `is_held` says whether a person has a case in hand just now."""

    def __init__(
        self,
        seat: MachineSeat,
        hands: Hands,
        courses: Iterable[Course],
        pace: Pace,
        zone: ZoneInfo,
        is_held: Callable[[CaseId], bool],
    ) -> None:
        self.count = Count()
        self.fault: BaseException | None = None
        self._seat, self._hands, self._pace, self._zone, self._is_held = seat, hands, pace, zone, is_held
        self._stopping = threading.Event()
        self._heap: list[tuple[int, int, _Planned]] = []
        self._order = 0
        self._later: deque[tuple[float, Course]] = deque()
        for course in courses:
            self._await(course)
        self._thread = threading.Thread(target=self._run, name=f"lane {seat.seat}", daemon=True)

    @property
    def seat(self) -> SeatId:
        return self._seat.seat

    @property
    def is_working(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self, timeout_s: float | None = None) -> None:
        self._thread.join(timeout_s)

    # -- the thread

    def _run(self) -> None:
        try:
            while not self._stopping.is_set() and (self._heap or self._later):
                batch = self._due()
                if batch:
                    self._feed(batch)
                else:
                    self.count.is_caught_up = True
                    self._stopping.wait(min(max(self._idle_s(), 0.001), HELD_S))
        except BaseException as error:
            self.fault = error
        finally:
            self._seat.close()

    def _idle_s(self) -> float:
        """Until something is due."""
        now_s = time.monotonic()
        waits = [self._pace.wait_s(self._heap[0][0], now_s)] if self._heap else []
        waits += [self._later[0][0] - now_s] if self._later else []
        return min(waits, default=0.0)

    def _await(self, course: Course) -> None:
        """The course's next step, in its turn."""
        at_ms = course.due_ms
        if at_ms is not None and not self._pace.is_over(at_ms):
            self._order += 1
            step = Step.SEND_CHECK if course.is_asking else course.step
            heapq.heappush(self._heap, (at_ms, self._order, _Planned(course, step, course.turn)))

    def _put_off(self, course: Course, wait_s: float) -> None:
        self._later.append((time.monotonic() + wait_s, course))

    def _due(self) -> list[_Planned]:
        """What may leave now, at most a push of it, each step on top of the one before."""
        self._take_up_later()
        now_s = time.monotonic()
        batch: list[_Planned] = []
        while self._heap and len(batch) < PUSH_COMMANDS:
            at_ms, _, planned = self._heap[0]
            if self._pace.wait_s(at_ms, now_s) > 0:
                break
            heapq.heappop(self._heap)
            course = planned.course
            if planned.is_void:
                continue
            if course.case and self._is_held(course.case):
                self._put_off(course, HELD_S)
                continue
            batch.append(planned)
            self.count.reached_ms = max(self.count.reached_ms, at_ms)
            if not course.is_asking:
                course.step = Step(course.step + 1)
                self._await(course)
        return batch

    def _take_up_later(self) -> None:
        now_s = time.monotonic()
        for _ in range(len(self._later)):
            at_s, course = self._later.popleft()
            if at_s <= now_s:
                self._await(course)
            else:
                self._later.append((at_s, course))

    def _feed(self, batch: list[_Planned]) -> None:
        """Sends a batch until it is answered, and heeds the answers."""
        self._surely(lambda: self._prepare(batch))
        items = self._items(batch)
        if not items:
            return
        answers: list[tuple[Verdict, ...]] = []
        self._surely(lambda: answers.append(self._seat.push([item.sent for item in items])))
        if not answers:
            return  # told to stop in the middle; the next run finds what became of it
        for item, verdict in zip(items, answers[-1], strict=True):
            self._heed(item, verdict)

    def _surely(self, work: Callable[[], None]) -> None:
        """Again and again until it is done: a centre that is away comes back. Ends early when told to stop."""
        wait_s = AGAIN_S
        while not self._stopping.is_set():
            try:
                if not self._seat.is_in:
                    self._log_in()
                work()
                return
            except SignedOut:
                self._seat.leave()
            except (httpx.HTTPError, msgspec.DecodeError) as error:
                if is_our_fault(error):
                    raise
                _LOG.info("lane_waits", seat=self.seat, reason=type(error).__name__)
                self._stopping.wait(wait_s)
                wait_s = min(2 * wait_s, AGAIN_MOST_S)

    def _log_in(self) -> None:
        """The number goes on where it was: a push whose answer was lost is sent again under its own."""
        n, epoch = self._seat.n, self._seat.epoch
        intake = self._hands.of_post[Post.INTAKE]
        self._seat.log_in(intake, self._hands.passwords[intake])
        if epoch and self._seat.epoch != epoch:
            raise Crossed("the centre was restored from an older copy")
        if epoch:
            self._seat.n = n

    def _prepare(self, batch: list[_Planned]) -> None:
        """Numbers and grants, before anything is numbered itself."""
        self._seat.reserve(sum(planned.step is Step.REGISTER for planned in batch))
        for planned in batch:
            hand = self._hands.of(planned.step, planned.course.unit)
            if hand is not None and hand not in self._seat.grants:
                self._seat.introduce(hand, self._hands.passwords[hand])

    def _items(self, batch: list[_Planned]) -> list[_Item]:
        """The batch as numbered commands. A step nobody has a hand for ends its course."""
        items: list[_Item] = []
        now_ms = wall_ms()
        for planned in batch:
            course, step = planned.course, planned.step
            hand = self._hands.of(step, course.unit)
            if planned.is_void or self._stopping.is_set():
                continue
            if hand is None:
                self._leave(course, f"nobody for {step.name.lower()} {course.unit}")
                continue
            command = self._command(course, step)
            sent = Sent(
                self._seat.n + len(items) + 1,
                command_id(course.life.uid, step, course.turn),
                hand,
                self._seat.grants[hand],
                now_ms,
                Basis(self._version(course, step)),
                command,
            )
            items.append(_Item(planned, sent))
            self._expect(course, step)
        return items

    def _command(self, course: Course, step: Step) -> object:
        if step is Step.REGISTER:
            course.case = self._seat.number()
            course.task = TaskId(f"{course.case}-1")
        life = course.life
        return command_of(life, step, course.case, course.task, words_for(life.closed_ms, self._zone))

    def _version(self, course: Course, step: Step) -> int:
        if course.is_asking:
            return NO_VERSION
        return course.task_ver if step in ON_TASK else course.ver

    def _expect(self, course: Course, step: Step) -> None:
        """The versions the rows will have when this is taken; every step writes the case."""
        if course.is_asking:
            return
        course.ver += 1
        if step in ON_TASK:
            course.task_ver += 1
        elif step is Step.DISPATCH:
            course.task_ver = 1

    # -- verdicts

    def _heed(self, item: _Item, verdict: Verdict) -> None:
        if isinstance(verdict, Gap) or verdict.id != item.sent.id:
            raise Crossed(f"{self.seat} is used by somebody else")
        self.count.commands += 1
        if isinstance(verdict, Accepted):
            self.count.steps[item.planned.step.name] += 1
        elif not item.planned.is_void:
            self._adapt(item.planned, verdict)

    def _adapt(self, planned: _Planned, verdict: Refused) -> None:
        """The first refusal of a course in a push: what follows in it is void."""
        course, refusal = planned.course, verdict.refusal
        course.turn += 1
        course.tries += 1
        if planned.step is Step.REGISTER:
            self._not_registered(course, refusal.code)
        elif course.tries > TRIES:
            self._leave(course, refusal.code)
        else:
            if refusal.code is RefusalCode.STALE:
                self._adopt(course, planned.step, verdict)
            else:
                course.is_asking = True
            self._put_off(course, 0.0 if course.tries < QUICK_TRIES else HELD_S)

    def _not_registered(self, course: Course, code: RefusalCode) -> None:
        if code is RefusalCode.NUMBER_NOT_GRANTED and course.tries < QUICK_TRIES:
            course.step, course.ver = Step.REGISTER, 0
            self._put_off(course, 0.0)
        else:
            self.count.refused[course.life.uid] = code
            course.step = Step.DONE

    def _adopt(self, course: Course, step: Step, verdict: Refused) -> None:
        """Go on from how the row stands at the centre."""
        now = int(verdict.refusal.values["now"])
        course.is_asking = False
        if step in ON_TASK:
            task = msgspec.json.decode(verdict.theirs, type=TaskStanding | None)
            if task is None or task.state not in UNDER_WAY:
                course.is_asking = True
                return
            course.task, course.unit, course.task_ver = task.id, task.unit, now
            course.step = UNDER_WAY[task.state]
            return
        standing = msgspec.json.decode(verdict.theirs, type=Standing | None)
        if standing is None:
            self._leave(course, RefusalCode.UNKNOWN_ROW)
        else:
            adopt(course, now, standing)

    def _leave(self, course: Course, why: str) -> None:
        """No more of this case from here."""
        self.count.left[course.life.uid] = why
        course.turn += 1
        course.step, course.is_asking = Step.DONE, False


def is_our_fault(error: Exception) -> bool:
    """An answer that asking again does not change: what was sent is wrong."""
    if not isinstance(error, httpx.HTTPStatusError):
        return False
    return 400 <= error.response.status_code < 500 and error.response.status_code != TOO_MANY


def adopt(course: Course, ver: int, standing: Standing, task_ver: int = 0) -> None:
    """The course goes on from a case as it stands at the centre."""
    course.case, course.ver = standing.id, ver
    course.unit = standing.unit or course.life.unit
    course.step = step_of(standing)
    is_new = course.step <= Step.DISPATCH
    course.task = TaskId(f"{standing.id}-{standing.round + 1}") if is_new else standing.task
    course.task_ver = task_ver or (2 if standing.received_ms else 1)


def course_of(life: Life) -> Course:
    """A case the centre has not had yet."""
    return Course(life, times_of(life), unit=life.unit)
