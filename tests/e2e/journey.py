"""One case from its report to its close, over three desks, by keys alone; one desk is cut off on the way.

Who does what: the hall's desk (acceptor, duty leader and dispatcher in one person) reports, files, dispatches, sends
the check, records it and closes; the unit's desk receives and finishes, twice; a colleague in the hall looks on.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from app.commandbar.index import initials
from app.models.report_draft import DRAFT_KEY
from casework.commands.check import FailReason
from casework.commands.dispatch import Dispatch
from casework.sync.status import OutboxState, Waits
from casework.workflow import Flag, Post, Stage
from server.paths import Paths
from tests.app.link.hall import Line, until
from tests.e2e.agreement import agree
from tests.e2e.desks import Desk, Hands, desk
from tests.server.ground import Served

HALL, COLLEAGUE = "zhangmin", "luhaiyan"
CLASS_INITIALS, CLASS_NAME = "dwjy", "店外经营"
TOLD = "烧烤店把桌椅摆上人行道，行人只能走机动车道"
DONE = "已劝导商户收回桌椅"
DONE_BETTER = "桌椅已全部收回，附照片"
NOT_DONE = "桌椅还在"
DEEDS = "register file_case dispatch receive finish send_check check receive finish send_check check close".split()


class Journey:
    """The desks of one case's way. `hands` are everybody's."""

    def __init__(self, folder: Path, paths: Paths, served: Served, line: Line, hands: Hands) -> None:
        self._folder, self._paths, self._served, self._line = folder, paths, served, line
        self._hands = hands
        self._open = contextlib.ExitStack()

    def run(self) -> None:
        with self._open:
            self.hall = self._sit(HALL, "01", self._line.url)
            self.colleague = self._sit(COLLEAGUE, "05", self._served.url)
            self.report()
            self.cut_off()
            self.file_and_dispatch_alone()
            self.unit = self._sit(self.operator(), "u1", self._served.url)
            self.nobody_else_knows()
            self.come_back()
            self.handle(DONE)
            self.send_check_alone()
            self.fail_the_check()
            self.handle(DONE_BETTER)
            self.pass_the_check()
            self.close()
            self.everybody_agrees()

    # -- the steps, in their order

    def report(self) -> None:
        """F9, four fields, Ctrl+Enter."""
        desk = self.hall
        until(desk.session.numbers_left, "case numbers")
        desk.press("F9")
        assert desk.window.is_form_shown()
        self.pick_place()
        desk.type(CLASS_INITIALS)
        (name,) = {pick.title for pick in desk.window.form.class_field.picks()[:1]}
        assert name.endswith(CLASS_NAME)
        desk.press("Enter")
        assert desk.window.form.condition.is_open(), "the conditions of the class are offered at once"
        desk.press("Down", "Enter")
        desk.type(TOLD)
        draft = desk.window.form.draft()
        assert (draft.text, bool(draft.condition), bool(draft.grid)) == (TOLD, True, True)
        desk.press("Ctrl+Enter")
        assert not desk.window.is_form_shown()
        assert desk.session.draft(DRAFT_KEY) is None
        self.number = desk.window.card.case_id()
        assert self.number, "the new case is in the card"
        desk.until_stage(self.number, Stage.REGISTERED)
        case = desk.case(self.number)
        assert case is not None
        assert (case.text, case.condition, case.place) == (TOLD, draft.condition, draft.place)
        until(lambda: self.colleague.stage(self.number) is Stage.REGISTERED, "the report at the colleague's")

    def pick_place(self) -> None:
        """A known place by its initials, the second of the list."""
        desk = self.hall
        known = sorted(shown.row.place for shown in desk.session.open_cases() if shown.row.place)
        desk.type(initials(known[0])[0][:2])
        field = desk.window.form.place
        assert field.is_open()
        second = field.picks()[1] if len(field.picks()) > 1 else field.picks()[0]
        desk.press("Down", "Enter")
        assert not field.is_open()
        assert desk.window.form.draft().place == second.title

    def cut_off(self) -> None:
        self._line.cut()
        self.hall.until_strip("离线工作")
        assert self.hall.window.band.isVisible()

    def file_and_dispatch_alone(self) -> None:
        """Enter files, Enter dispatches, Ctrl+Z takes that back, a second unit and Enter dispatch again."""
        desk = self.hall
        desk.do("file_case", "Enter")
        assert desk.stage(self.number) is Stage.AWAITING_DISPATCH
        until(lambda: desk.queue_mark(self.number) == ("dashed_ring", "待发"), "the mark of the unsent")
        units = [line.key for line in desk.window.card.model.table.lines]
        desk.do("dispatch", "Enter")
        assert desk.stage(self.number) is Stage.HANDLING
        assert [line.waits for line in desk.session.outbox()] == [Waits.NETWORK, Waits.UNDO]
        desk.do("undo", "Ctrl+Z")
        assert desk.stage(self.number) is Stage.AWAITING_DISPATCH
        assert len(desk.session.outbox()) == 1
        desk.do("dispatch", "Ctrl+2", "Enter")
        sent = desk.session.outbox()[-1].command
        assert isinstance(sent, Dispatch)
        assert sent.unit == units[1]
        desk.until_strip("未发 2")
        desk.press("Ctrl+0")
        assert desk.drawer_text().count(self.number[-4:]) == 2
        desk.press("Esc")
        assert not desk.window.is_drawer_shown()

    def operator(self) -> str:
        """Who works for the unit the case is on its way to."""
        sent = self.hall.session.outbox()[-1].command
        assert isinstance(sent, Dispatch)
        people = [shown.row for shown in self.hall.session.rows("person", unit=sent.unit)]
        return next(str(person.id) for person in people if Post.UNIT_OPERATOR in person.posts)

    def nobody_else_knows(self) -> None:
        """What was done alone is at no other desk and not at the centre."""
        assert self.colleague.stage(self.number) is Stage.REGISTERED
        assert self.colleague.session.rows("task", case=self.number) == []
        assert self.unit.case(self.number) is None
        assert self.unit.window.model.row_of(self.number) == -1
        agree(self.colleague.session, self._paths)
        agree(self.unit.session, self._paths)

    def come_back(self) -> None:
        desk = self.hall
        self._line.mend()
        desk.until_sent()
        desk.until_stage(self.number, Stage.HANDLING)
        desk.until_strip("未发 0")
        assert not desk.window.band.isVisible()
        for other in (self.colleague, self.unit):
            other.until_stage(self.number, Stage.HANDLING)

    def handle(self, result: str) -> None:
        """The unit takes the case in hand, which the hall sees, signs for it and says what was done."""
        desk = self.unit
        desk.until_stage(self.number, Stage.HANDLING)
        if desk.window.card.case_id() != self.number:
            desk.take(self.number)
            self.colleague.find(self.number)
            until(lambda: desk.session.person.name in self.colleague.why(), "who has it in hand")
        desk.do("receive", "Enter")
        desk.do("finish", "Enter")
        assert desk.window.card.is_asking(), "what was done has to be said"
        desk.press("Ctrl+Enter")
        assert desk.window.card.is_asking(), "nothing said: nothing sent"
        desk.type(result)
        desk.press("Ctrl+Enter")
        assert not desk.window.card.is_asking()
        desk.until_sent()
        case = desk.case(self.number)
        assert case is not None
        assert desk.session.row("task", case.task).row.result == result  # type: ignore[union-attr]
        self.hall.until_stage(self.number, Stage.AWAITING_CHECK)

    def send_check_alone(self) -> None:
        """Cut off a second time: the supervisor is chosen and sent, and the unit sees it only when the line is back."""
        desk = self.hall
        self.cut_off()
        desk.do("send_check", "Ctrl+1", "Enter")
        assert desk.stage(self.number) is Stage.CHECKING
        assert desk.session.outbox()[0].state is OutboxState.WAITING
        assert self.unit.stage(self.number) is Stage.AWAITING_CHECK
        self._line.mend()
        desk.until_stage(self.number, Stage.CHECKING)
        self.unit.until_stage(self.number, Stage.CHECKING)

    def fail_the_check(self) -> None:
        """F6, a reason, words, Ctrl+Enter: back to the same unit."""
        desk = self.hall
        desk.do("check_fail", "F6")
        assert desk.window.card.is_asking()
        desk.press("Ctrl+1", "Tab")
        desk.type(NOT_DONE)
        desk.press("Ctrl+Enter")
        desk.until_stage(self.number, Stage.HANDLING)
        case = desk.case(self.number)
        assert case is not None
        assert Flag.REWORKED in case.flags
        assert case.reworks == 1
        assert FailReason.NO_PHOTO in case.trace[-1].opinion
        assert NOT_DONE in case.trace[-1].opinion

    def pass_the_check(self) -> None:
        desk = self.hall
        desk.do("send_check", "Enter")
        desk.until_stage(self.number, Stage.CHECKING)
        desk.do("check_pass", "Enter")
        desk.until_stage(self.number, Stage.AWAITING_CLOSE)

    def close(self) -> None:
        self.hall.do("close", "Enter")
        self.hall.until_stage(self.number, Stage.CLOSED)
        for other in (self.colleague, self.unit):
            other.until_stage(self.number, Stage.CLOSED)

    def everybody_agrees(self) -> None:
        """Row by row with the centre; and with one another about this case, whose trace tells the whole story."""
        everybody = (self.hall, self.colleague, self.unit)
        for each in everybody:
            agree(each.session, self._paths)
            assert each.session.outbox() == ()
            until(lambda each=each: not each.window.model.queue_of(self.number), "queues without the case")
        case = self.hall.case(self.number)
        assert case is not None
        assert [step.deed for step in case.trace] == DEEDS
        assert all(each.case(self.number) == case for each in everybody)

    def _sit(self, person: str, seat: str, url: str) -> Desk:
        return self._open.enter_context(
            desk(self._folder / seat, url, self._paths, person, seat, self._hands)
        )
