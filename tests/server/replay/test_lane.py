"""A lane among people: what they do with a case meanwhile is taken as it is, and what they hold is left alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from casework.command import Command
from casework.commands.claim import ClaimCase
from casework.commands.file_case import FileCase
from casework.commands.release import Release
from casework.commands.return_task import ReturnTask
from casework.commands.urge import Urge
from casework.entities.case import Case
from casework.ids import PersonId
from casework.sync.messages import Accepted, Answer, Basis
from casework.workflow import Stage
from server.__main__ import main
from server.centre import shipped_catalogues
from server.replay.case_file import lives_of
from server.replay.centre_rows import CentreRows
from server.replay.course import Life
from server.replay.feeding import Door, Feeding, courses_of, pending
from server.replay.lane import Course, Lane, Pace
from tests.server.ground import Served, serving
from tests.server.replay.made import ZONE, Made, rows_of
from tests.server.replay.test_replay import until

CATALOGUES = shipped_catalogues()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    made = Made(
        tmp_path, [row for row in rows_of(30) if row["type"] != "sign" and row["state"] == "done"][:8]
    )
    made.found()
    return made


@pytest.fixture
def served(made: Made) -> Iterator[Served]:
    with serving(made.paths) as found:
        yield found


class Town:
    """A centre with the file's cases registered and in hand, and people who may meddle."""

    def __init__(self, made: Made, served: Served) -> None:
        self.made, self.served = made, served
        self.asked = Feeding(served.url, made.paths.demo_accounts)
        self.door = Door(self.asked)
        self.lives = self._lives(self.door.rows())

    def _lives(self, rows: CentreRows) -> list[Life]:
        return lives_of(self.made.read(rows), rows.unit_names(), CATALOGUES)

    def courses(self, steps: int) -> list[Course]:
        """Courses as the centre has them now, so many steps each."""
        courses = courses_of(self.lives, self.door.rows())
        for course in courses:
            course.times = tuple(0 for _ in range(steps))
        return pending(courses, 0)

    def run(self, courses: list[Course]) -> Lane:
        """A lane on its own, to its end."""
        hands = self.door.hands(self.door.rows())
        pace = Pace(0.0, 0, 0.0)
        lane = Lane(self.door.seat("1"), hands, courses, pace, ZONE, lambda case: False)
        lane.start()
        lane.join(60)
        assert not lane.is_working and lane.fault is None, lane.fault
        return lane

    def cases(self) -> dict[str, tuple[int, Case]]:
        rows = self.door.rows().rows["case"]
        found = {}
        for ver, body in rows.values():
            case = msgspec.json.decode(body, type=Case)
            found[case.uid] = (ver, case)
        return found

    def stages(self) -> list[Stage]:
        return [case.stage for _, case in self.cases().values()]

    def does(self, person: str, command: Command, ver: int) -> None:
        """Somebody at a desk decides."""
        desk = self.served.visitor(PersonId(person), f"desk-{person}")
        desk.n = desk.welcome.high_n
        sent = desk.sent(command, basis=Basis(ver))
        answer = desk.post("/v1/commands", desk.push(sent, epoch=desk.welcome.epoch))
        verdict = msgspec.json.decode(answer.content, type=Answer).verdicts[0]
        assert isinstance(verdict, Accepted), verdict


@pytest.fixture
def town(made: Made, served: Served) -> Town:
    return Town(made, served)


def test_that_a_lane_goes_on_from_what_people_did_meanwhile(town: Town) -> None:
    town.run(town.courses(4))
    assert set(town.stages()) == {Stage.HANDLING}
    planned = town.courses(8)
    uids = sorted(town.cases())
    urged, given_back = (town.cases()[uid][1] for uid in uids[:2])
    town.does("hand-dispatch", Urge(case=urged.id), 0)
    returned = ReturnTask(case=given_back.id, task=given_back.task, evidence="owner", opinion="not ours")
    town.does(f"hand-{given_back.unit}", returned, 2)
    lane = town.run(planned)
    assert set(town.stages()) == {Stage.CLOSED}
    assert lane.count.left == {} and lane.count.refused == {}
    assert town.cases()[given_back.uid][1].returns == 1


def test_that_a_lane_goes_on_where_another_one_was_already(town: Town) -> None:
    first, second = town.courses(8), town.courses(8)
    known = {course.life.uid for course in first}
    town.run(town.courses(2))
    behind = town.courses(8)
    town.run(town.courses(6))
    lane = town.run(behind)
    assert set(town.stages()) == {Stage.CLOSED}
    assert len(town.cases()) == len(known)
    again = town.run(second)
    assert set(again.count.refused) == known, "a report was registered twice"
    assert lane.count.left == {}


def test_that_a_case_in_somebodys_hands_is_left_alone_until_it_is_let_go(town: Town) -> None:
    town.run(town.courses(1))
    uid = min(town.cases())
    ver, case = town.cases()[uid]
    town.does("zhangmin", ClaimCase(case=case.id), 0)
    words = town.made.words(town.served.url, "--speed", "1000000000")
    codes: list[int] = []
    replay = threading.Thread(target=lambda: codes.append(main(words)))
    replay.start()
    until(lambda: town.stages().count(Stage.CLOSED) == len(town.lives) - 1, "the others closed")
    assert town.cases()[uid] == (ver, case)
    filed = FileCase(case=case.id, class_code=case.class_code, condition=f"{case.class_code}-1")
    town.does("zhangmin", filed, ver)
    town.does("zhangmin", Release(case=case.id), 0)
    replay.join(60)
    assert codes == [0]
    assert set(town.stages()) == {Stage.CLOSED}
    assert [step.person for step in town.cases()[uid][1].trace if step.deed == "file_case"] == ["zhangmin"]


def test_that_a_unit_without_a_hand_leaves_its_cases_to_the_hall_and_says_so(town: Town) -> None:
    courses = town.courses(8)
    hands = town.door.hands(town.door.rows())
    nobody = msgspec.structs.replace(hands, of_unit={})
    lane = Lane(town.door.seat("1"), nobody, courses, Pace(0.0, 0, 0.0), ZONE, lambda case: False)
    lane.start()
    lane.join(60)
    assert lane.fault is None
    assert set(lane.count.left) == {life.uid for life in town.lives}
    assert set(town.stages()) == {Stage.HANDLING}


def test_that_a_lane_whose_numbers_somebody_else_used_stops(town: Town) -> None:
    lane_seat = town.door.seat("1")
    town.run(town.courses(1))
    courses = town.courses(8)
    hands = town.door.hands(town.door.rows())
    lane = Lane(lane_seat, hands, courses, Pace(0.0, 0, 0.0), ZONE, lambda case: False)
    intake = PersonId("intake")
    lane_seat.log_in(intake, hands.passwords[intake])
    lane_seat.n -= 3
    lane.start()
    lane.join(60)
    assert "somebody else" in str(lane.fault)
