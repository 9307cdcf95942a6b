from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.look.shapes import SHAPES
from app.look.tokens import THEMES
from app.models.alarms import Alarms
from app.models.queue_model import QueueModel
from app.widgets import paint, theme
from app.widgets.foot import FootStrip, KeyHint
from app.widgets.line import Caps, Gap, Line, Stretch, Symbol, Text, width_of
from app.widgets.offline_band import OfflineBand
from app.widgets.primitives import ClockBar, KeyButton, MarkIcon
from app.widgets.queue_view import QueuePanel
from app.widgets.rail import Rail
from app.widgets.status_strip import StatusStrip
from casework.sync.status import Fault, Lamp, LinkStatus
from tests.app.chinese import PartsTranslator
from tests.app.fake_session import FakeSession


@pytest.fixture(autouse=True)
def chinese(qapp: QApplication) -> Iterator[None]:
    translator = PartsTranslator()
    qapp.installTranslator(translator)
    theme.apply(qapp, "dark")
    yield
    qapp.removeTranslator(translator)


class Told(FakeSession):
    """A session whose link is as the test says."""

    told: LinkStatus | None = None

    def status(self) -> LinkStatus:
        return self.told or super().status()

    def tell(self, **facts: object) -> None:
        self.told = msgspec.structs.replace(super().status(), **facts)
        self.status_changed.emit(self.told)


@pytest.fixture
def session() -> Told:
    return Told()


@pytest.fixture
def strip(session: Told, qtbot: QtBot) -> StatusStrip:
    made = StatusStrip(session, Alarms(session, QueueModel(session)))
    qtbot.addWidget(made)
    made.resize(1920, made.height())
    made.show()
    return made


@pytest.mark.parametrize(
    ("facts", "shape", "said"),
    [
        ({"lamp": Lamp.LIVE, "age_ms": 400}, "disc", "中心 实时 0.4 秒"),
        ({"lamp": Lamp.LATE, "age_ms": 8_200}, "half_disc", "中心 迟滞 8 秒"),
        ({"lamp": Lamp.OFFLINE, "since_ms": 1_784_009_862_000}, "ring_slash", "离线工作 自 14:17:42"),
        ({"lamp": Lamp.RESYNCING, "done": 3, "total": 12}, "arc", "补传 3/12"),
    ],
)
def test_that_the_lamp_says_its_four_states_by_shape_and_word(
    session: Told, strip: StatusStrip, facts: dict[str, object], shape: str, said: str
) -> None:
    session.tell(**facts)
    assert said in strip.text()
    lamps = [item.shape for item in strip.items() if isinstance(item, Symbol) and item.name == "lamp"]
    assert lamps == [shape]


def test_that_unsent_and_refused_things_are_counted(session: Told, strip: StatusStrip) -> None:
    assert "未发 0" in strip.text() and "被拒" not in strip.text()
    session.tell(waiting=3, refused=1)
    assert "未发 3" in strip.text() and "被拒 1" in strip.text()


def test_that_alarms_without_room_are_left_out_and_never_lie_over_the_clock(strip: StatusStrip) -> None:
    for width in (1920, 1600, 1366, 1000, 700):
        strip.resize(width, strip.height())
        used = sum(map(width_of, strip.items())) + 2 * strip.padding_px
        assert used <= width
        assert "14:20:07" in strip.text()


def test_that_a_click_names_what_was_clicked(session: Told, strip: StatusStrip, qtbot: QtBot) -> None:
    heard: list[str] = []
    strip.clicked.connect(heard.append)
    for spot, item in strip._spots:
        if item.name in ("outbox", "alarm:1") and isinstance(item, Text):
            QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=spot.center())
    assert set(heard) == {"outbox", "alarm:1"}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.DISK_FULL, "磁盘已满。先腾出磁盘空间，否则新做的存不下来。"),
        (Fault.SIGNED_OUT, "登录已失效。重新登录即可，什么都没丢。"),
    ],
)
def test_that_a_fault_that_needs_a_hand_is_said_in_the_band(
    session: Told, qtbot: QtBot, fault: Fault, said: str
) -> None:
    band = OfflineBand(session)
    qtbot.addWidget(band)
    assert band.isHidden()
    session.tell(fault=fault)
    assert said in band.text()


def test_that_the_rail_counts_and_a_click_changes_the_queue(session: Told, qtbot: QtBot) -> None:
    model = QueueModel(session)
    rail = Rail(model)
    qtbot.addWidget(rail)
    rail.resize(120, 900)
    rail.show()
    box, queue = rail.boxes()[0]
    with qtbot.waitSignal(rail.chosen, timeout=2000) as heard:
        QTest.mouseClick(rail, Qt.MouseButton.LeftButton, pos=box.center())
    assert heard.args == [queue]
    boxes = [box for box, _ in rail.boxes()]
    assert all(a.bottom() < b.top() for a, b in itertools.pairwise(boxes))


def test_that_the_queues_head_and_foot_say_name_count_and_age(session: Told, qtbot: QtBot) -> None:
    panel = QueuePanel(session, QueueModel(session))
    qtbot.addWidget(panel)
    assert panel.head.text() == "待派遣 30 筛选 取下一件"
    assert panel.foot.text() == "截至 14:20:07 超 2 临期 3 正常 24 挂账 1"
    panel.set_narrow(True)
    assert [item.keys for item in panel.head.items() if isinstance(item, Caps)] == ["F2", "Space"]


def test_that_a_row_is_drawn_with_its_mark_in_its_own_colour(session: Told, qtbot: QtBot) -> None:
    panel = QueuePanel(session, QueueModel(session))
    qtbot.addWidget(panel)
    panel.resize(400, 900)
    panel.show()
    picture = panel.list.viewport().grab().toImage()
    ink = THEMES["dark"]
    for row, token in ((0, "alarm_fill"), (2, "warn_fill")):
        assert picture.pixelColor(20, 28 * row + 15).name().upper() == ink[token].upper()
    assert picture.pixelColor(20, 28 * 10 + 14).name().upper() == ink["bg1"].upper()  # a ring is hollow


@pytest.mark.parametrize(("density", "row_px"), [("compact", 24), ("standard", 28), ("wide", 36)])
def test_that_three_densities_have_their_row_heights(
    session: Told, qtbot: QtBot, density: str, row_px: int
) -> None:
    panel = QueuePanel(session, QueueModel(session))
    qtbot.addWidget(panel)
    panel.list.set_density(density)
    panel.resize(400, 900)
    panel.show()
    panel.list.doItemsLayout()
    assert panel.list.visualRect(panel.list.model().index(1, 0)).top() == row_px


def test_that_the_foot_drops_from_the_end_but_keeps_f1(qtbot: QtBot) -> None:
    class Bar(Line):
        pass

    foot = FootStrip(Bar(30))  # type: ignore[arg-type]
    qtbot.addWidget(foot)
    hints = [KeyHint(f"a{n}", f"F{n}", "一件很长的事情") for n in range(2, 12)]
    foot.command_bar.setFixedWidth(270)
    foot.resize(800, 42)
    foot.show()
    foot.show_hints([*hints, KeyHint("keys", "F1", "全部按键")])
    said = [item.keys for item in foot.caps.items() if isinstance(item, Caps)]
    assert said[0] == "F2" and said[-1] == "F1"
    assert 2 < len(said) < len(hints)
    assert sum(map(width_of, foot.caps.items())) <= foot.caps.width()


def test_that_what_cannot_be_done_is_not_clickable_and_says_why(qtbot: QtBot) -> None:
    foot = FootStrip(Line(30))  # type: ignore[arg-type]
    qtbot.addWidget(foot)
    foot.resize(900, 42)
    foot.show_hints(
        [KeyHint("undo", "Ctrl+Z", "撤销", False, "没有可撤销的"), KeyHint("keys", "F1", "全部按键")]
    )
    first = foot.caps.items()[0]
    assert first.name == "" and first.hint == "没有可撤销的"


def test_that_items_after_a_stretch_stand_at_the_right(qtbot: QtBot) -> None:
    line = Line(38, padding_px=12)
    qtbot.addWidget(line)
    line.resize(500, 38)
    line.show_items([Text("左"), Gap(8), Stretch(), Text("右", name="right")])
    spot = next(spot for spot, item in line._spots if item.name == "right")
    assert spot.right() + 1 == 500 - 12


def test_that_every_mark_draws_something_in_its_own_colours(qtbot: QtBot) -> None:
    for name in SHAPES:
        icon = MarkIcon(name, 28)
        qtbot.addWidget(icon)
        icon.resize(30, 30)
        picture = icon.grab().toImage()
        ground = picture.pixelColor(0, 0)
        drawn = sum(picture.pixelColor(x, y) != ground for x in range(30) for y in range(30))
        assert drawn > 20, name


def test_that_a_button_keeps_its_key_cap_and_is_pressed_by_space(qtbot: QtBot) -> None:
    button = KeyButton("Enter", "派遣", is_primary=True)
    qtbot.addWidget(button)
    button.show()
    bare = KeyButton("", "派遣", is_primary=True)
    assert button.sizeHint().width() > bare.sizeHint().width() + paint.cap_width("Enter")
    with qtbot.waitSignal(button.clicked, timeout=2000):
        QTest.keyClick(button, Qt.Key.Key_Space)


def test_that_a_clock_bar_reaches_its_end_at_125_percent(qtbot: QtBot) -> None:
    bar = ClockBar()
    qtbot.addWidget(bar)
    bar.resize(100, 14)
    bar.show_share(0.5, "ok_fill")
    picture = bar.grab().toImage()
    ink = THEMES["dark"]
    assert picture.pixelColor(38, 7).name().upper() == ink["ok_fill"].upper()
    assert picture.pixelColor(44, 7).name().upper() == ink["bg3"].upper()
    bar.show_share(9.9, "alarm_fill")
    assert bar.grab().toImage().pixelColor(98, 7).name().upper() == ink["alarm_fill"].upper()


def test_that_caps_are_split_by_key() -> None:
    assert paint.caps_of("Ctrl+Enter") == ("Ctrl", "Enter")
    assert paint.caps_of("Ctrl++") == ("Ctrl", "Plus")
