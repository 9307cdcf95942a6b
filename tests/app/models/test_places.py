"""The cells of a city: found by place, by number, and how the command bar finds them where there are very many."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.commandbar.index import Group
from app.models import places
from app.models.finder import Finder
from app.models.places import finder_of, middle_of
from app.models.queue_model import QueueModel
from tests.app.fake_session import FakeSession

pytestmark = pytest.mark.usefixtures("qapp")


def test_that_a_place_lies_in_the_cell_whose_middle_it_is() -> None:
    session = FakeSession()
    finder = finder_of(session)
    for shown in session.rows("unit_grid"):
        found = finder.at(*middle_of(shown.row))
        assert found is not None and found.code == shown.row.code


def test_that_cells_that_changed_are_read_anew() -> None:
    session = FakeSession()
    finder = finder_of(session)
    code = session.rows("unit_grid")[0].row.code
    assert [grid.code for grid in finder.by_digits(code)] == [code]
    session._rows = {key: row for key, row in session._rows.items() if key.key != code}
    session.changed.emit(None)
    assert finder.by_digits(code) == []


@pytest.mark.parametrize("most", [2, 5_000])
def test_that_the_command_bar_finds_cells_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, most: int
) -> None:
    monkeypatch.setattr(places, "MOST_LISTED", most)
    session = FakeSession()
    index = Finder(session, QueueModel(session)).index([])
    for shown in session.rows("unit_grid")[::7]:
        found = index.search(shown.row.code)
        assert [entry.id for entry in found if entry.group is Group.GRID] == [shown.row.code]
