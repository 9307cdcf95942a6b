"""The map: tiles per scale, the component store at 150 thousand and 1.6 million, a hit test, frames while dragging.

The city is the demonstration city, made anew; the large store is that city's components laid side by side eleven
times. Frames are intervals between animation frames of the real page while real mouse events drag it; the peer is
the same page left alone, which is what the machine can do at best. `stale` is the share of pixels that still differ
from the full picture when the mouse lets go.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import numpy as np
from PySide6.QtCore import QElapsedTimer, QEvent, QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.cache.columns import ComponentStore
from app.map.layers import LAYERS
from app.map.loading import Sources, read_ground
from app.map.page import MapPage
from app.map.scheme import register_scheme
from app.map.tiles.canvas import TileKey
from app.map.tiles.factory import encoded
from app.map.tiles.picture import Painter, TileScheme
from app.map.tiles.pyramid import RESOLUTIONS, TILE_PX, pyramid_of
from app.map.view import CaseMark, MapView
from bench.report import Measure, measure, quantile, run
from casework.entities import ENTITY_BY_NAME

SCALES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
DRAG_SCALES = (("street", 0.5), ("district", 4.0), ("city", 8.0))
COPIES = 11
VIEW = (1600, 900)
FRAMES = 90
REST_MS = 200  # a hand that lets go later than this throws nothing
WAIT_MS = 60_000
COUNT_FRAMES = """
(() => {
  window.frames_ms = [];
  let last = performance.now();
  const tick = (now) => {
    window.frames_ms.push(now - last);
    last = now;
    if (window.frames_ms.length < COUNT) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  return 1;
})()
""".replace("COUNT", str(FRAMES))
# Three frames later the last step of the mouse is on the screen.
REST = """
window.is_drawn = false;
requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => { window.is_drawn = true; })));
1
"""


def make_city(folder: Path) -> None:
    """The demonstration city, as the centre makes it."""
    words = [sys.executable, "-m", "server", "init", str(folder), "--city", "small"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def sources(folder: Path) -> Sources:
    """What a seat would have of it."""
    db = apsw.Connection(str(folder / "centre.db"))

    def rows(entity: str) -> tuple[Any, ...]:
        found = db.execute(f"SELECT body FROM row_{entity}")
        return tuple(ENTITY_BY_NAME[entity].decode(body) for (body,) in found)

    return Sources(
        rows("city")[0],
        folder / "base.db",
        folder / "components.db",
        rows("unit_grid"),
        rows("work_grid"),
        rows("duty_grid"),
        {unit.id: unit.name for unit in rows("unit")},
    )


def lay_side_by_side(small: Path, large: Path) -> None:
    """The columns of a store several times, each copy a city further east."""
    with apsw.Connection(str(small)) as db, apsw.Connection(str(large)) as out:
        columns = {
            name: (dtype, np.frombuffer(body, dtype=dtype))
            for name, dtype, body in db.execute("SELECT name, dtype, body FROM columns")
        }
        meta = dict(db.execute("SELECT name, value FROM meta"))
        width_mm = int(np.ptp(columns["x_off_mm"][1])) + 1000
        out.execute("CREATE TABLE meta(name, value); CREATE TABLE columns(name, dtype, body)")
        out.execute("CREATE TABLE class(idx INTEGER PRIMARY KEY, code TEXT)")
        out.executemany("INSERT INTO class VALUES (?, ?)", list(db.execute("SELECT idx, code FROM class")))
        for name, (dtype, body) in columns.items():
            copies = [body + (copy * width_mm if name == "x_off_mm" else 0) for copy in range(COPIES)]
            whole = np.concatenate(copies).astype(dtype)
            out.execute("INSERT INTO columns VALUES (?, ?, ?)", (name, dtype, whole.tobytes()))
        meta["count"] = str(int(meta["count"]) * COPIES)
        out.executemany("INSERT INTO meta VALUES (?, ?)", list(meta.items()))


def timed_ms(act: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def stores(folder: Path) -> list[Measure]:
    """Opening, and the nearest of all components."""
    lay_side_by_side(folder / "components.db", folder / "large.db")
    found = []
    for name, path in (("150 k", folder / "components.db"), ("1.6 M", folder / "large.db")):
        opened = [timed_ms(partial(ComponentStore.open, path)) for _ in range(3)]
        found.append(measure(f"open {name} components and index them", min(opened), "ms"))
        store = ComponentStore.open(path)
        chance = np.random.default_rng(1).integers(0, len(store), 400)
        spots = [(int(store.x_mm[i]) + 1500, int(store.y_mm[i]) + 1500) for i in chance]
        hits = [timed_ms(partial(store.nearest, *spot, 20_000)) for spot in spots]
        found.append(measure(f"nearest of {name} components, p95", quantile(hits, 0.95), "ms"))
        store.close()
    return found


def tiles(given: Sources) -> list[Measure]:
    """A tile drawn and encoded, all layers, per scale; places of names known."""
    ground, pyramid = read_ground(given).ground, pyramid_of(given.city)
    painter = Painter(ground, pyramid, LAYERS)
    scheme = TileScheme("dark", given.duty_grids[0].layer, "01003")
    x = (given.city.west_mm + given.city.east_mm) / 2000 - pyramid.west
    y = pyramid.north - (given.city.south_mm + given.city.north_mm) / 2000
    found = []
    for m_px in SCALES:
        z, side = RESOLUTIONS.index(m_px), m_px * TILE_PX
        near = [
            TileKey(z, int(x // side) + dx, int(y // side) + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)
        ]
        keys = [key for key in near if pyramid.holds(key.z, key.x, key.y)]
        for key in keys:
            painter.picture(scheme, key)
        times = [timed_ms(partial(_tile, painter, scheme, key)) for key in keys * 2]
        found.append(measure(f"tile at {m_px:g} m/px, p50", quantile(times, 0.5), "ms"))
        found.append(measure(f"tile at {m_px:g} m/px, p95", quantile(times, 0.95), "ms"))
    return found


def _tile(painter: Painter, scheme: TileScheme, key: TileKey) -> bytes:
    return encoded(painter.picture(scheme, key))


class Drag:
    """A map on the screen and a hand on the mouse."""

    def __init__(self, application: QApplication, given: Sources) -> None:
        self._application = application
        self.view = MapView()
        self.view.resize(*VIEW)
        self.view.show()
        self._given = given
        page = self.view.findChild(MapPage)
        assert page is not None
        self._page = page

    def wait(self, until: Callable[[], bool]) -> None:
        """Lets events through; raises TimeoutError."""
        clock = QElapsedTimer()
        clock.start()
        while not until():
            self._application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            if clock.elapsed() > WAIT_MS:
                raise TimeoutError("the map does not settle")

    def start(self) -> float:
        """Seconds from loading to a settled city with 500 cases."""
        given, chance = self._given, np.random.default_rng(1)
        corner = np.array([given.city.west_mm, given.city.south_mm])
        span = np.array([given.city.east_mm, given.city.north_mm]) - corner
        spots = corner + chance.uniform(0.2, 0.8, (500, 2)) * span
        ready: list[bool] = []
        self.view.ready.connect(lambda: ready.append(True))
        began = time.perf_counter()
        self.view.load(
            given.city,
            given.base_path,
            given.components_path,
            given.grids,
            given.work_grids,
            (),
            given.duty_grids,
            given.unit_names,
        )
        self.view.show_cases(CaseMark(str(k), int(x), int(y), "ring") for k, (x, y) in enumerate(spots))
        self.wait(lambda: bool(ready))
        self.wait(self.view.is_settled)
        return time.perf_counter() - began

    def ask(self, script: str) -> Any:
        """What the page answers."""
        answers: list[Any] = []
        self._page.runJavaScript(script, answers.append)
        self.wait(lambda: bool(answers))
        return answers[0]

    def frames(self, *, is_dragging: bool) -> tuple[list[float], float]:
        """Intervals between frames while the mouse drags, or nothing happens; and the stale share at the end."""
        start = self.view.looking()
        self.ask(COUNT_FRAMES)
        at, left = QPoint(VIEW[0] // 2, VIEW[1] // 2), Qt.MouseButton.LeftButton
        if is_dragging:
            self._mouse(QEvent.Type.MouseButtonPress, at, left)
        clock = QElapsedTimer()
        clock.start()
        while self.ask("window.frames_ms.length") < FRAMES:
            if is_dragging and clock.elapsed() >= 12:
                clock.restart()
                at -= QPoint(8, 4)
                self._mouse(QEvent.Type.MouseMove, at, left)
        # As text: the engine's bindings know no lists.
        frames = [float(each) for each in self.ask("window.frames_ms.join(' ')").split()][5:]
        stale = 0.0
        if is_dragging:
            self.ask(REST)
            self.wait(lambda: bool(self.ask("window.is_drawn")))
            before = pixels(self.view.grab().toImage())
            clock.restart()
            self.wait(lambda: clock.elapsed() > REST_MS)
            self._mouse(QEvent.Type.MouseButtonRelease, at, Qt.MouseButton.NoButton)
            self.wait(lambda: self.view.looking() != start)
            stale = float((before != self._still()).mean())
        return frames, stale

    def _still(self) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """What is on the screen once five pictures running are the same."""
        seen = [pixels(self.view.grab().toImage())]

        def is_still() -> bool:
            self.ask("1")
            seen.append(pixels(self.view.grab().toImage()))
            return len(seen) > 5 and all((seen[-1] == other).all() for other in seen[-5:])

        self.wait(is_still)
        return seen[-1]

    def _mouse(self, kind: QEvent.Type, at: QPoint, held: Qt.MouseButton) -> None:
        target = self.view.childAt(self.view.rect().center())
        assert target is not None
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        there = QPointF(target.mapToGlobal(at))
        event = QMouseEvent(kind, QPointF(at), there, button, held, Qt.KeyboardModifier.NoModifier)
        self._application.sendEvent(target, event)


def pixels(image: QImage) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """A picture as numbers."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(plain.constBits(), dtype=np.uint32).copy()


def drags(application: QApplication, given: Sources) -> list[Measure]:
    """The map on the screen."""
    drag = Drag(application, given)
    found = [measure("load to settled, 500 cases", drag.start(), "s")]
    idle, _ = drag.frames(is_dragging=False)
    peer = "the same page, nothing moving"
    x = (given.city.west_mm + given.city.east_mm) // 2
    y = (given.city.south_mm + given.city.north_mm) // 2
    for name, m_px in DRAG_SCALES:
        drag.view.centre_on(x, y, m_px)
        drag.wait(drag.view.is_settled)
        frames, stale = drag.frames(is_dragging=True)
        for share in (0.5, 0.95):
            metric = f"frame while dragging, {name} {VIEW[0]}x{VIEW[1]}, p{share * 100:g}"
            best = quantile(idle, share)
            found.append(measure(metric, quantile(frames, share), "ms", peer=peer, peer_value=best))
        found.append(measure(f"stale when the mouse lets go, {name}", stale * 100, "%"))
    drag.view.stop()
    return found


def measure_all(arguments: argparse.Namespace) -> list[Measure]:
    """Everything, in one process."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    register_scheme()
    application = QApplication(["gridseat-bench"])
    with tempfile.TemporaryDirectory(prefix="gridseat-bench-tiles-") as name:
        folder = Path(name) / "city"
        make_city(folder)
        given = sources(folder)
        return [*stores(folder), *tiles(given), *drags(application, given)]


if __name__ == "__main__":
    raise SystemExit(run("tiles", measure_all))
