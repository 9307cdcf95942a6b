"""Photos ready to be drawn: never on the GUI's thread, never beyond a bound, never a harm, and there when they come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.models import photo_store
from app.models.photo_store import PhotoStore, Standing, decode
from tests.app.pictures import hostile, name_of, picture, turned

BOX = QSize(160, 120)
TEAL = picture("teal", kind="JPEG")
NAME = name_of(TEAL)
HOSTILE = hostile()
# Qt says that it cannot read them: that is what is wanted.
SAYS = r"."


class Seat(QObject):
    """The part of a session that a store needs."""

    photo_arrived = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.photos: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.threads: set[int] = set()
        self.before_answer: Callable[[], None] = lambda: None

    def photo(self, sha256: str) -> bytes | None:
        self.asked.append(sha256)
        self.threads.add(threading.get_ident())
        found = self.photos.get(sha256)
        self.before_answer()
        return found

    def bring(self, body: bytes) -> str:
        self.photos[name_of(body)] = body
        self.photo_arrived.emit(name_of(body))
        return name_of(body)


@pytest.fixture
def seat(qapp: object) -> Seat:
    return Seat()


@pytest.fixture
def store(seat: Seat) -> Iterator[PhotoStore]:
    made = PhotoStore(seat)
    yield made
    made.stop()


def drawn(qtbot: QtBot, store: PhotoStore, sha256: str, box: QSize = BOX, is_filled: bool = False) -> QImage:
    """What is there to draw, once it is."""
    qtbot.waitUntil(lambda: store.pixmap(sha256, box, is_filled) is not None, timeout=10_000)
    found = store.pixmap(sha256, box, is_filled)
    assert found is not None
    return found.toImage()


def test_that_a_photo_is_read_and_decoded_on_another_thread(
    qtbot: QtBot, seat: Seat, store: PhotoStore
) -> None:
    seat.photos[NAME] = TEAL
    assert store.pixmap(NAME, BOX) is None
    assert store.standing(NAME) is Standing.COMING
    image = drawn(qtbot, store, NAME)
    assert image.size() == BOX
    assert QColor("teal").green() - image.pixelColor(80, 60).green() in range(-3, 4)
    assert threading.get_ident() not in seat.threads


def test_that_a_photo_drawn_again_is_not_read_again(qtbot: QtBot, seat: Seat, store: PhotoStore) -> None:
    seat.photos[NAME] = TEAL
    for _ in range(5):
        assert store.pixmap(NAME, BOX) is None
    drawn(qtbot, store, NAME)
    drawn(qtbot, store, NAME)
    assert seat.asked == [NAME]


def test_that_what_is_not_here_is_said_and_drawn_when_it_comes(
    qtbot: QtBot, seat: Seat, store: PhotoStore
) -> None:
    store.pixmap(NAME, BOX)
    qtbot.waitUntil(lambda: store.standing(NAME) is Standing.ABSENT, timeout=10_000)
    for _ in range(3):
        assert store.pixmap(NAME, BOX) is None
    assert seat.asked == [NAME]
    with qtbot.waitSignal(store.changed):
        seat.bring(TEAL)
    drawn(qtbot, store, NAME)


def test_that_one_that_comes_while_it_is_being_missed_is_drawn(
    qtbot: QtBot, seat: Seat, store: PhotoStore
) -> None:
    waits, goes = threading.Event(), threading.Event()

    def answer() -> None:
        waits.set()
        assert goes.wait(10)

    seat.before_answer = answer
    store.pixmap(NAME, BOX)
    assert waits.wait(10)
    seat.before_answer = lambda: None
    seat.bring(TEAL)  # after the worker has looked, before it has said so
    goes.set()
    drawn(qtbot, store, NAME)


def test_that_what_was_not_there_is_looked_for_again(
    qtbot: QtBot, seat: Seat, store: PhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store._again.setInterval(30)
    store.pixmap(NAME, BOX)
    qtbot.waitUntil(lambda: seat.asked == [NAME], timeout=10_000)
    seat.photos[NAME] = TEAL  # nobody said so
    drawn(qtbot, store, NAME)


@pytest.mark.qt_log_ignore(SAYS)
@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_that_what_is_no_picture_is_said_and_does_no_harm(
    qtbot: QtBot, seat: Seat, store: PhotoStore, what: str
) -> None:
    bad = name_of(HOSTILE[what])
    seat.photos = {bad: HOSTILE[what], NAME: TEAL}
    store.pixmap(bad, BOX)
    store.pixmap(bad, QSize(30, 20), is_filled=True)
    qtbot.waitUntil(lambda: store.standing(bad) is Standing.BROKEN or store.kept_bytes() > 0, timeout=20_000)
    if what not in ("a wrong checksum", "a bomb under the limit of its head"):
        assert store.standing(bad) is Standing.BROKEN
    assert store.kept_bytes() < 1_000_000
    drawn(qtbot, store, NAME)


@pytest.mark.qt_log_ignore(SAYS)
def test_that_every_cut_of_a_photo_is_survived() -> None:
    for kind in ("JPEG", "PNG"):
        body = picture("olive", 64, 48, kind)
        for end in range(0, len(body), max(1, len(body) // 60)):
            image = decode(body[:end], BOX)
            assert image.isNull() or image.size() == QSize(64, 48)


def test_that_a_session_that_breaks_is_a_broken_photo_and_a_line_in_the_log(
    qtbot: QtBot, seat: Seat, store: PhotoStore, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("a bug")

    seat.before_answer = fail
    store.pixmap(NAME, BOX)
    qtbot.waitUntil(lambda: store.standing(NAME) is Standing.BROKEN, timeout=10_000)
    assert "photo_not_decoded" in caplog.text


def test_that_the_memory_stays_within_its_bound(
    qtbot: QtBot, seat: Seat, store: PhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = 160 * 120 * 4
    monkeypatch.setattr(photo_store, "KEPT_BYTES", 3 * one)
    bodies = [picture(f"#{number:02x}8080", 160, 120) for number in range(8)]
    for body in bodies:
        seat.photos[name_of(body)] = body
        drawn(qtbot, store, name_of(body))
        assert store.kept_bytes() <= 3 * one
    assert store.pixmap(name_of(bodies[-1]), BOX) is not None
    assert store.pixmap(name_of(bodies[0]), BOX) is None
    drawn(qtbot, store, name_of(bodies[0]))


def test_that_more_orders_than_the_bound_are_done_in_the_end(
    qtbot: QtBot, seat: Seat, store: PhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_store, "MOST_ORDERS", 4)
    names = []
    for number in range(20):
        body = picture(f"#10{number:02x}40", 32, 24)
        seat.photos[name_of(body)] = body
        names.append(name_of(body))

    def all_drawn() -> bool:
        found = [store.pixmap(name, BOX) is not None for name in names]
        assert len(store._orders) <= 4
        return all(found)

    qtbot.waitUntil(all_drawn, timeout=20_000)


def test_that_one_turned_away_by_the_bound_is_told_when_there_is_room(
    qtbot: QtBot, seat: Seat, store: PhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_store, "MOST_ORDERS", 1)
    other = picture("olive")
    seat.photos = {NAME: TEAL, name_of(other): other}
    told: list[str] = []
    store.changed.connect(told.append)
    store.pixmap(NAME, BOX)
    store.pixmap(name_of(other), BOX)
    qtbot.waitUntil(lambda: name_of(other) in told, timeout=10_000)
    store.pixmap(name_of(other), BOX)
    qtbot.waitUntil(lambda: store.kept_bytes() == 2 * 160 * 120 * 4, timeout=10_000)


def test_that_a_photo_is_fitted_filled_and_never_made_larger_in_memory() -> None:
    wide = picture("teal", 400, 100)
    assert decode(wide, BOX).size() == QSize(160, 40)
    assert decode(wide, BOX, is_filled=True).size() == BOX
    assert decode(picture("teal", 80, 60), BOX).size() == QSize(80, 60)
    assert decode(picture("teal", 80, 60), BOX, is_filled=True).size() == BOX
    assert decode(wide, QSize(0, 10)).isNull()


def test_that_a_photo_taken_on_its_side_stands_upright() -> None:
    assert decode(turned(picture("teal", 400, 200, "JPEG")), QSize(100, 100)).size() == QSize(50, 100)
    assert decode(turned(picture("teal", 400, 200, "JPEG")), BOX, is_filled=True).size() == BOX


def test_that_a_fine_screen_gets_a_fine_picture(qtbot: QtBot, seat: Seat, store: PhotoStore) -> None:
    seat.photos[NAME] = TEAL
    qtbot.waitUntil(lambda: store.pixmap(NAME, QSize(80, 60), ratio=2.0) is not None, timeout=10_000)
    found = store.pixmap(NAME, QSize(80, 60), ratio=2.0)
    assert found is not None
    assert (found.width(), found.devicePixelRatio()) == (160, 2.0)


def test_that_a_window_may_go_while_photos_are_being_read(qtbot: QtBot, seat: Seat) -> None:
    store = PhotoStore(seat)
    goes = threading.Event()

    def answer() -> None:
        assert goes.wait(10)

    seat.before_answer = answer
    for number in range(10):
        store.pixmap(f"{number:064x}", BOX)
    qtbot.waitUntil(lambda: bool(seat.asked), timeout=10_000)
    goes.set()
    store.stop()
    assert len(seat.asked) <= 10
    store.deleteLater()
    qtbot.wait(1)
