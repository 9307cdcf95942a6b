"""What passes between the card, the strip of near cases and the stage about photos. One per window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.models.card_view import Photo
from app.models.photo_store import PhotoStore
from app.models.photo_words import neighbour
from app.widgets import action_words
from app.widgets.foot import KeyHint
from app.widgets.photo_page import STEPS, PhotoPage

if TYPE_CHECKING:
    from app.widgets.case_card import CaseCard
    from app.widgets.nearby import NearbyStrip
    from app.widgets.stage import Stage

PHOTOS = "photos"


class PhotoDesk(QObject):
    """Makes the stage's page and keeps its tab, the card's row and the page at the same case."""

    def __init__(self, session: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.store = PhotoStore(session, self)
        self.page = PhotoPage(self.store)

    def join(self, stage: Stage, card: CaseCard, nearby: NearbyStrip) -> None:
        """Joins the parts once they are made."""
        self._stage, self._card, self._nearby = stage, card, nearby
        stage.add(PHOTOS, "", self.page, is_shown=False)
        card.model.changed.connect(self.refresh)
        nearby.model.changed.connect(self.refresh)
        card.photo_opened.connect(self.open)

    def refresh(self) -> None:
        """Another case, or other photos of it."""
        view = self._card.model.view()
        own = view.photos if view is not None else ()
        near = self._near(view.case) if view is not None and own else None
        if near is not None and any(photo.sha256 == near.sha256 for photo in own):
            near = None  # told twice with the very same picture
        self._card.photos.show_neighbour(near)
        shown = own if near is None else (*own, near)
        self.page.show_photos(shown)
        self._stage.set_tab(PHOTOS, self.tr("Photos {0}").format(len(shown)), bool(shown))

    def open(self, sha256: str) -> None:
        """Makes one large on the stage."""
        self.page.show_photo(sha256)
        self._stage.turn_to(PHOTOS)

    def hints(self) -> list[KeyHint]:
        """The keys that go through the photos, while they are shown."""
        if self._stage.page() != PHOTOS or self.page.count() < 2:
            return []
        caps = "+".join(action_words.cap(cap) for cap, _ in STEPS)
        return [KeyHint("", caps, self.tr("Other photo"))]

    def stop(self) -> None:
        """Before the session goes."""
        self.store.stop()

    def _near(self, case: str) -> Photo | None:
        """A picture of the nearest open case of the same class."""
        city = self._session.city()
        line = next(
            (one for one in self._nearby.model.lines if one.is_same_class and one.photo and one.case != case),
            None,
        )
        shown = self._session.row("case", line.case) if line is not None else None
        if shown is None or city is None:
            return None
        return neighbour(shown.row, self._session.now_ms(), city.calendar.zone)
