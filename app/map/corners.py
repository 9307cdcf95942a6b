"""The plates over the map's corners and what is written on them.

Says in words what the screen's state is: which layers, which scale, as of when, what is wrong. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

from app.map.layers.component import MAJORS
from app.map.layers.style import Layer
from app.map.plane import datum_name
from app.map.plates import LayerPlate, NotePlate, Plate, ScalePlate
from app.map.tiles.picture import TileScheme
from casework.entities.duty_layer import DutyLayer

MARGIN_PX = 12
NARROW_PX = 680  # a map narrower than this has short texts at its boxes
CODE_CHARS = 15


class Corners(QObject):
    """Four plates of one map: boxes top left, scale bottom left, notes bottom right, a message in the middle."""

    switched = Signal(object, bool)  # names of layers, whether they are to be shown

    def __init__(self, view: QWidget, layers: Sequence[Layer]) -> None:
        super().__init__(view)
        self._view = view
        self._layers = sorted((layer for layer in layers if layer.title), key=lambda layer: layer.box)
        self.boxes = LayerPlate(view)
        self.scale = ScalePlate(view)
        self.notes = NotePlate(view)
        self.message = NotePlate(view)
        self.message.token = "alarm_text"
        self.boxes.switched.connect(self.switched)

    @property
    def plates(self) -> tuple[Plate, ...]:
        """All of them."""
        return (self.boxes, self.scale, self.notes, self.message)

    def set_theme(self, theme: str) -> None:
        """Other colours."""
        for plate in self.plates:
            plate.set_theme(theme)

    def set_scale(self, m_px: float) -> None:
        """So many metres per pixel."""
        self.scale.set_scale(m_px)
        self.set_places()

    def show_boxes(self, scheme: TileScheme, duty_layers: Iterable[DutyLayer]) -> None:
        """One box per layer; on a narrow map some share one."""
        is_narrow = self._view.width() < NARROW_PX
        duty = next((layer for layer in duty_layers if layer.id == scheme.duty), None)
        major = MAJORS.get(scheme.class_code[:2], "")
        boxes: dict[object, tuple[list[str], str]] = {}
        for layer in self._layers:
            detail = ""
            if layer.name == "duty" and duty is not None:
                detail = f"{duty.name} v{duty.version}"
            elif layer.name in ("component", "density") and major:
                detail = _translated(major)
            text = self._box_text(layer, detail, is_narrow)
            shared = layer.short if is_narrow and layer.short else layer.box
            boxes.setdefault(shared, ([], text))[0].append(layer.name)
        self.boxes.set_boxes([(tuple(names), text) for names, text in boxes.values()], scheme.hidden)
        self.set_places()

    def _box_text(self, layer: Layer, detail: str, is_narrow: bool) -> str:
        title = _translated(layer.short if is_narrow and layer.short else layer.title)
        if detail and is_narrow and layer.is_brief:
            return detail
        return self.tr("{title}: {detail}").format(title=title, detail=detail) if detail else title

    def show_notes(self, as_of: str, epsg: int, grid: str) -> None:
        """Of when the data are, the datum, and the grid in question."""
        code = f"{grid[:6]} {grid[6:9]} {grid[9:12]} {grid[12:]}" if len(grid) == CODE_CHARS else grid
        unit_grid = self.tr("Unit grid {code}").format(code=code) if grid else ""
        self.notes.set_facts((as_of, datum_name(epsg), unit_grid))
        self.set_places()

    def show_message(self, *, is_lost: bool, unreadable: Sequence[str]) -> None:
        """What is wrong, or nothing."""
        text = ""
        if is_lost:
            text = self.tr("The map cannot be shown. F5 tries again; queue and cases work as before")
        elif unreadable:
            text = self.tr("Cannot be read: {names}").format(names=", ".join(unreadable))
        self.message.set_facts((text,))
        self.set_places()

    def set_places(self) -> None:
        """Each to its corner, above the page."""
        width, height = self._view.width(), self._view.height()
        foot = height - MARGIN_PX + 4
        self.boxes.move(MARGIN_PX, MARGIN_PX)
        self.scale.move(MARGIN_PX - 4, foot - self.scale.height())
        self.notes.move(width - MARGIN_PX + 4 - self.notes.width(), foot - self.notes.height())
        self.message.move((width - self.message.width()) // 2, height // 2 - self.message.height())
        for plate in self.plates:
            plate.raise_()


def _translated(text: str) -> str:
    return QCoreApplication.translate("Layer", text)
