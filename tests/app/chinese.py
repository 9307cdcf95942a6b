"""The Chinese of the screens straight from the translators' tables, for tests before `dev.py build`."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QObject, QTranslator

from devkit.strings import PARTS, read_parts


@cache
def _pairs() -> dict[tuple[str, str], str]:
    return read_parts(PARTS)


class PartsTranslator(QTranslator):
    """Answers from resources/i18n/parts; remembers what had no Chinese."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.missing: set[tuple[str, str]] = set()

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, comment: str | None = None, n: int = -1) -> str | None:
        found = _pairs().get((context, source))
        is_qts_own = context[:1] == "Q" and context[1:2].isupper()
        if found is None and not is_qts_own:
            self.missing.add((context, source))
        return found
