"""Does the map really show something? A picture of the widget, its colours counted.

Some versions of the web engine report a painted page and show a white one; only looking finds that out.
"""

from __future__ import annotations

import msgspec
import numpy as np
from PySide6.QtGui import QImage

from app.map.limits import SELF_CHECK_COLOURS


class SelfCheck(msgspec.Struct, frozen=True):
    """`colours` are the different colours seen; `reason` is empty when all is well."""

    is_good: bool
    colours: int
    reason: str = ""  # "blank", "late", "lost"


def count_colours(image: QImage) -> int:
    """Different colours of a picture."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    if plain.isNull():
        return 0
    view = np.frombuffer(plain.constBits(), dtype=np.uint32)
    rows = view.reshape(plain.height(), plain.bytesPerLine() // 4)[:, : plain.width()]
    return len(np.unique(rows & 0xFFFFFF))


def judge(image: QImage) -> SelfCheck:
    """Whether a picture can be that of a drawn map."""
    colours = count_colours(image)
    is_good = colours >= SELF_CHECK_COLOURS
    return SelfCheck(is_good, colours, "" if is_good else "blank")
