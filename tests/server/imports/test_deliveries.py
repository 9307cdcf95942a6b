"""What the store makes of rows that nobody's command made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from casework.entities.delivery import Delivery, DeliveryKind
from casework.entities.note import Note
from casework.entities.unit import Unit
from casework.ids import CaseId, PersonId
from server import resting
from server.limits import GENESIS_ENTRIES
from server.paths import Paths
from server.serving import CannotServe, Door, serve
from server.store.connection import open_writer
from server.store.verify import verify
from server.store.writing import MovedOn, Parcel, Put, Terms, Writing
from tests.server.imports.town import CATALOGUES, NOW_MS, WORKS, entries, founded_town, rows


@contextmanager
def writing(paths: Paths) -> Iterator[Writing]:
    connection = open_writer(paths.database)
    try:
        made = Writing(connection, Terms(CATALOGUES, lambda seat, sent, at_ms: False), NOW_MS)
        made.begin(NOW_MS)
        yield made
        made.commit()
    finally:
        connection.close(True)


def note(number: int, text: str = "一") -> Put:
    return Put("note", Note(f"n{number}", CaseId("c"), PersonId("p"), "名", NOW_MS, text))


def delivery(name: str) -> Delivery:
    return Delivery(
        id=name, kind=DeliveryKind.CASES, file="f", sha256="", profile="p", person=PersonId("admin"), at_ms=1,
        rows=0,
    )  # fmt: skip


def test_that_many_rows_are_many_commands_each_small_enough_for_a_page(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    before = entries(paths)
    with writing(paths) as store:
        assert store.deliver("deliver", map(note, range(450))) == 450
    assert entries(paths) == before + 450
    connection = open_writer(paths.database)
    sizes = [
        int(str(last)) - int(str(first)) + 1
        for first, last in connection.execute("SELECT first, last FROM command WHERE id LIKE 'deliver-%'")
    ]
    connection.close(True)
    assert sum(sizes) == 450 and max(sizes) == GENESIS_ENTRIES
    assert verify(paths.database) == ([], before + 450)


def test_that_a_row_that_is_so_already_makes_no_entry_and_a_changed_one_a_new_version(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    with writing(paths) as store:
        assert store.deliver("deliver", [note(1), note(2), note(1), note(1, "二")]) == 3
    assert rows(paths, "note")["n1"].text == "二"
    assert verify(paths.database)[0] == []


def test_that_a_row_that_moved_on_stops_the_whole_of_it(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    before = entries(paths)
    moved = Put("unit", Unit(WORKS, "另一个名字"), seen=7)
    with pytest.raises(MovedOn), writing(paths) as store:
        store.deliver("deliver", [note(1), moved])
    assert entries(paths) == before and rows(paths, "note") == {}


def test_that_another_delivery_or_another_number_since_the_check_stops_it(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    with writing(paths) as store:
        store.take_in(Parcel(delivery("a"), [note(1)], 0, {"20240501": (0, 5)}))
    for parcel in (
        Parcel(delivery("b"), [note(2)], 0),
        Parcel(delivery("b"), [note(2)], 1, {"20240501": (0, 9)}),
    ):
        with pytest.raises(MovedOn), writing(paths) as store:
            store.take_in(parcel)
    with writing(paths) as store:
        store.take_in(Parcel(delivery("b"), [note(2)], 1, {"20240501": (5, 9)}))
    assert rows(paths, "delivery").keys() == {"a", "b"}


def test_that_a_start_settles_what_a_killed_import_left(tmp_path: Path) -> None:
    paths = founded_town(tmp_path / "centre")
    with writing(paths) as store:
        store.take_in(Parcel(delivery("done"), [], 0))
    paths.components.write_bytes(b"old")
    resting.beside(paths.components, "done").write_bytes(b"new")
    resting.beside(paths.base_map, "never").write_bytes(b"half")
    # The settling comes before the socket; what is no address at all ends the start behind it.
    with pytest.raises(CannotServe):
        serve(paths.root, Door(host="192.0.2.1", port=1), lambda line: None)
    assert paths.components.read_bytes() == b"new"
    assert not list(paths.root.glob("*.delivery-*")) and not paths.base_map.exists()
