"""A map that stands still: the same door as `app.map.view.MapView`, without a web engine behind it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.map.view import Looking


class StillMap(QWidget):
    """Remembers what it was told."""

    case_clicked = Signal(str)
    place_clicked = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.selected: str | None = None
        self.centre: tuple[int, int] | None = None
        self.m_px = 0.0  # 0: nothing is shown yet
        self.theme = ""
        self.found: dict[str, tuple[int, int]] = {}
        self.here = ""

    def select(self, case: str | None) -> None:
        self.selected = case

    def show_found(self, spots: dict[str, tuple[int, int]], here: str = "") -> None:
        self.found, self.here = dict(spots), here

    def centre_on(self, x_mm: int, y_mm: int, resolution_m: float | None = None) -> None:
        self.centre = (x_mm, y_mm)
        self.m_px = resolution_m or self.m_px

    def looking(self) -> Looking | None:
        if self.centre is None or not self.m_px:
            return None
        return Looking(*self.centre, self.m_px)

    def set_theme(self, name: str) -> None:
        self.theme = name
