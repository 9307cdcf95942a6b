"""A replay as a whole: who may do what, what the centre has already, the lanes, and how far they are.

It keeps no file of its own: what is done is read from the centre each time, so that a replay that was stopped, killed
or cut off goes on where it was, also on another machine. Nothing enters twice: the ids of its commands are made of the
number at the source and the step, and the centre answers for every id once.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import msgspec

from casework.ids import CaseId, PersonId, SeatId, UnitId
from casework.workflow import Post
from server.machine import MachineSeat, NotLetIn, SignedOut
from server.replay import centre_rows
from server.replay.centre_rows import CentreRows
from server.replay.claims import Claims
from server.replay.course import POST_OF, Life, Step, words_for
from server.replay.lane import Count, Course, Crossed, Hands, Lane, Pace, adopt, course_of

INTAKE = PersonId("intake")
HAND = (
    "hand"  # what the log-in names of the machine accounts that do the hall's and the units' work begin with
)
LANES = 4
LOOK_S = 0.1
TELL_S = 5.0
ROUNDS = 4
SLOW_S = 120.0
CAUGHT_UP = "caught up"


class CannotReplay(Exception):
    """The text says why, for a person."""


class Feeding(msgspec.Struct, frozen=True):
    """Where to, with which accounts, and how fast. `speed` 0: as fast as the centre takes it."""

    url: str
    accounts: Path
    speed: float = 0.0
    begin_ms: int = 0  # what is older is fed at once
    until_ms: int = 0  # what is later is not fed; 0: all of it
    lanes: int = LANES
    trust: ssl.SSLContext | bool = True


class Fed(msgspec.Struct, frozen=True):
    """What a run did."""

    commands: int
    took_s: float
    refused: dict[str, str]  # by the number at the source: reports the centre would not have
    left: dict[str, str]  # cases it did not take to their end
    rows: CentreRows  # the centre as it was read last: at the end, unless it was stopped
    is_stopped: bool = False


def passwords(path: Path) -> dict[PersonId, str]:
    """Log-in name to password, as the founding wrote them."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CannotReplay(f"cannot read the accounts in {path}: {error.strerror}") from error
    fields = [line.split("\t") for line in lines if line.strip()]
    if not all(len(line) > 1 for line in fields):
        raise CannotReplay(f"{path} is no list of accounts: a line is a name, a tab, a password")
    return {PersonId(line[0]): line[1] for line in fields}


def hands_of(rows: CentreRows, known: dict[PersonId, str]) -> Hands:
    """Machine accounts before people's; raises CannotReplay where a post of the hall has nobody."""
    people = [person for person in rows.persons() if person.id in known and person.is_active]
    people.sort(key=lambda person: (not person.id.startswith(HAND), person.id))
    of_post: dict[Post, PersonId] = {}
    of_unit: dict[UnitId, PersonId] = {}
    for person in people:
        for post in person.posts:
            of_post.setdefault(post, person.id)
        if Post.UNIT_OPERATOR in person.posts and person.unit:
            of_unit.setdefault(person.unit, person.id)
    if INTAKE in known:
        of_post[Post.INTAKE] = INTAKE
    missing = [post for post in dict.fromkeys(POST_OF.values()) if post not in of_post]
    if missing:
        raise CannotReplay(f"among the accounts nobody is {', '.join(missing)}")
    return Hands(of_post, of_unit, known)


class Door:
    """The centre, looked at from the replay's own reading seat."""

    def __init__(self, asked: Feeding) -> None:
        self._asked = asked
        self._known = passwords(asked.accounts)
        if INTAKE not in self._known:
            raise CannotReplay(f"{asked.accounts} has no account called {INTAKE}")

    @property
    def password(self) -> str:
        return self._known[INTAKE]

    def rows(self) -> CentreRows:
        """Everything as it is now."""
        seat = self.seat("read", SLOW_S)
        try:
            seat.log_in(INTAKE, self.password)
            return centre_rows.read(seat)
        except NotLetIn as error:
            raise CannotReplay(
                f"the centre does not take the password of {error}: is {self._asked.accounts} of this centre?"
            ) from error
        except SignedOut as error:
            raise CannotReplay("the centre ended the session while its rows were read") from error
        except httpx.HTTPError as error:
            raise CannotReplay(f"the centre at {self._asked.url} does not answer: {error}") from error
        finally:
            seat.close()

    def hands(self, rows: CentreRows) -> Hands:
        return hands_of(rows, self._known)

    def seat(self, name: str, timeout_s: float = 30.0) -> MachineSeat:
        return MachineSeat(self._asked.url, SeatId(f"replay-{name}"), self._asked.trust, timeout_s)


def courses_of(lives: Iterable[Life], rows: CentreRows) -> list[Course]:
    """Where each case is; those at their end are left out."""
    standings = rows.standings()
    task_versions = rows.task_versions()
    courses = []
    for life in lives:
        course = course_of(life)
        found = standings.get(life.uid)
        if found is not None:
            ver, standing = found
            adopt(course, ver, standing, task_versions.get(standing.task, 0))
        courses.append(course)
    return courses


def pending(courses: Iterable[Course], until_ms: int) -> list[Course]:
    """Those with something left to do."""
    return [
        course
        for course in courses
        if course.due_ms is not None and not (until_ms and course.due_ms > until_ms)
    ]


def pace_of(asked: Feeding, courses: Sequence[Course]) -> Pace:
    """The time pattern begins with the first report that is still to come."""
    reports = [course.due_ms or 0 for course in courses if course.step is Step.REGISTER]
    first_ms = min(reports or [course.due_ms or 0 for course in courses])
    return Pace(asked.speed, max(first_ms, asked.begin_ms), time.monotonic(), asked.until_ms)


def feed(
    asked: Feeding, rows: CentreRows, lives: Sequence[Life], zone: ZoneInfo, say: Callable[[str], None]
) -> Fed:
    """Feeds the lives into the centre that was read, until nothing is left to do or Ctrl+C. Raises CannotReplay."""
    door = Door(asked)
    began_s = time.monotonic()
    commands = 0
    refused: dict[str, str] = {}
    left: dict[str, str] = {}
    is_stopped = False
    for round_ in range(ROUNDS):
        rows = door.rows() if round_ else rows
        there = rows.standings()
        refused = {uid: code for uid, code in refused.items() if uid not in there}
        todo = pending(courses_of(lives, rows), asked.until_ms)
        todo = [one for one in todo if one.life.uid not in refused and one.life.uid not in left]
        if not todo:
            break
        run = Run(asked, door, rows, todo, zone, say)
        is_stopped = run.until_done()
        commands += sum(count.commands for count in run.counts)
        for count in run.counts:
            refused |= count.refused
            left |= count.left
        if is_stopped:
            break
        if run.crossed:
            say(f"reading the centre again: {run.crossed}")
    else:
        raise CannotReplay("another replay feeds this centre at the same time")
    return Fed(commands, time.monotonic() - began_s, refused, left, rows, is_stopped)


class Run:
    """The lanes of one round."""

    def __init__(
        self,
        asked: Feeding,
        door: Door,
        rows: CentreRows,
        todo: Sequence[Course],
        zone: ZoneInfo,
        say: Callable[[str], None],
    ) -> None:
        self._say, self._zone, self._speed = say, zone, asked.speed
        self._is_pacing = False
        self._began_s = time.monotonic()
        self.crossed = ""
        hands = door.hands(rows)
        pace = pace_of(asked, todo)
        self._claims = Claims(door.seat("claims"), INTAKE, door.password, rows) if asked.speed else None
        is_held = self._claims.holds if self._claims else _nobody_holds
        # By the case and not by its turn, so that a case always leaves by the same lane while a run lasts.
        shares: list[list[Course]] = [[] for _ in range(max(1, asked.lanes))]
        for index, course in enumerate(todo):
            shares[index % len(shares)].append(course)
        self._lanes = [
            Lane(door.seat(str(number)), hands, share, pace, zone, is_held)
            for number, share in enumerate(shares, start=1)
            if share
        ]

    @property
    def counts(self) -> list[Count]:
        return [lane.count for lane in self._lanes]

    def until_done(self) -> bool:
        """True when it was stopped by Ctrl+C. Raises CannotReplay with what went wrong in a lane."""
        is_stopped = False
        if self._claims:
            self._claims.start()
        try:
            for lane in self._lanes:
                lane.start()
            self._watch()
        except KeyboardInterrupt:
            is_stopped = True
        finally:
            self._end()
        self._look_at_faults()
        return is_stopped

    def _watch(self) -> None:
        told_s = time.monotonic()
        while any(lane.is_working for lane in self._lanes):
            self._lanes[0].join(LOOK_S)
            if any(lane.fault for lane in self._lanes):
                return
            for lane in self._lanes[1:]:
                if not self._lanes[0].is_working:
                    lane.join(LOOK_S)
            self._look_at_pace()
            if time.monotonic() - told_s >= TELL_S:
                told_s = time.monotonic()
                self._say(self._progress())

    def _look_at_pace(self) -> None:
        """Says once that everything due is fed: from then on it keeps the file's time."""
        if self._speed and not self._is_pacing and all(count.is_caught_up for count in self.counts):
            self._is_pacing = True
            self._say(self._progress())
            self._say(f"{CAUGHT_UP}: from here {self._speed:g} times as fast as it was")

    def _progress(self) -> str:
        took_s = max(time.monotonic() - self._began_s, 0.001)
        commands = sum(count.commands for count in self.counts)
        cases = sum(count.steps[Step.REGISTER.name] for count in self.counts)
        closed = sum(count.steps[Step.CLOSE.name] for count in self.counts)
        reached = words_for(max(count.reached_ms for count in self.counts), self._zone)
        return (
            f"{reached}: {cases:,} registered, {closed:,} closed, {commands:,} commands,"
            f" {commands / took_s:,.0f} a second"
        )

    def _end(self) -> None:
        for lane in self._lanes:
            lane.stop()
        if self._claims:
            self._claims.stop()
        for lane in self._lanes:
            lane.join()
        if self._claims:
            self._claims.join()

    def _look_at_faults(self) -> None:
        for fault in (lane.fault for lane in self._lanes if lane.fault):
            if not isinstance(fault, Crossed):
                raise CannotReplay(f"{type(fault).__name__}: {fault}") from fault
            self.crossed = str(fault)


def _nobody_holds(case: CaseId) -> bool:
    return False
