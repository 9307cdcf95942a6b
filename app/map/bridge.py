"""The one object on the channel: text to the page, text from the page, each a tagged message.

Two methods and nothing else: what a page could call, a page that was broken into could call.
"""

from __future__ import annotations

import logging

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.map.messages import FromPage, ToPage, decode, encode

log = logging.getLogger(__name__)


class Bridge(QObject):
    """Registered on the channel as "seat"; the page listens to `told` and calls `tell`."""

    told = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listener: object = None
        self._heard = _Heard(self)

    @property
    def heard(self) -> _Heard:
        """Carries the page's messages on; not reachable from the page."""
        return self._heard

    def send(self, message: ToPage) -> None:
        """Tells the page; lost where no page listens, which is why a page is sent the whole scene first."""
        self.told.emit(encode(message))

    @Slot(str)
    def tell(self, text: str) -> None:
        """What the page says. A message of no known kind is logged and dropped."""
        try:
            message: FromPage = decode(text)
        except msgspec.DecodeError as problem:
            log.warning("map_message_refused", extra={"reason": str(problem)})
            return
        self._heard.message.emit(message)


class _Heard(QObject):
    """Apart from the bridge, so that the channel does not publish its signal."""

    message = Signal(object)
