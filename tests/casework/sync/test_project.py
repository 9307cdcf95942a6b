"""What the seat shows of its own pending work."""

from __future__ import annotations

from casework.commands.add_note import AddNote
from casework.commands.close import Close
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.ids import Key
from casework.sync.project import Pending, project
from casework.workflow import Stage
from tests.casework.build import UNIT, Desk, facts, register

CASE = "202607140001"
KEY = Key("case", CASE)


def pending(*commands: object) -> list[Pending]:
    return [Pending(str(i), command, facts()) for i, command in enumerate(commands)]  # type: ignore[arg-type]


def test_that_pending_commands_are_shown_one_on_top_of_the_other() -> None:
    desk = Desk()
    desk.do(register())
    file = FileCase(case=CASE, class_code="01003", condition="01003-1")
    shown = project(desk.rows.get, pending(file, Dispatch(case=CASE, unit=UNIT)))
    assert shown[KEY].row.stage is Stage.HANDLING
    assert shown[KEY].pending == ("0", "1")
    assert shown[Key("task", f"{CASE}-1")].row.unit == UNIT
    assert desk.case().stage is Stage.REGISTERED


def test_that_a_command_that_no_longer_fits_is_marked_and_changes_nothing() -> None:
    desk = Desk()
    desk.do(register())
    shown = project(desk.rows.get, pending(Close(case=CASE)))
    assert shown[KEY].row == desk.case()
    assert (shown[KEY].pending, shown[KEY].is_changed) == (("0",), False)


def test_that_a_seat_that_lacks_the_row_decides_nothing() -> None:
    shown = project(Desk().rows.get, pending(Close(case=CASE)))
    assert (shown[KEY].row, shown[KEY].is_changed) == (None, False)


def test_that_a_case_registered_here_is_there_for_what_follows() -> None:
    note = AddNote(case=CASE, note="n", text="到场")
    shown = project(Desk().rows.get, pending(register(), note))
    assert shown[KEY].row.stage is Stage.REGISTERED
    assert shown[Key("note", "n")].row.text == "到场"
