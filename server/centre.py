"""Everything a serving centre holds together, made once and handed to the routes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import gridseat_files
from casework.catalogue.load import load_catalogues
from casework.catalogue.model import Catalogue
from server.auth import GrantKey, Patience
from server.blobs import Blobs
from server.deliveries import Deliveries
from server.feed import Hub
from server.paths import Paths
from server.signing import SigningKey
from server.snapshots import Snapshots
from server.store import Store
from server.store.sqlite import SqliteStore
from server.store.writing import Terms


def wall_ms() -> int:
    """The centre's clock: ms UTC."""
    return time.time_ns() // 1_000_000


def shipped_catalogues() -> Mapping[str, Catalogue]:
    """The catalogues of resources/catalogue."""
    return load_catalogues(lambda name: gridseat_files.find(f"resources/catalogue/{name}").read_bytes())


class Centre:
    """The open store and what stands around it. Make it inside the event loop; `close` when nobody asks any more."""

    def __init__(
        self,
        paths: Paths,
        store: Store,
        grants: GrantKey,
        catalogues: Mapping[str, Catalogue],
        clock: Callable[[], int] = wall_ms,
    ) -> None:
        self.paths = paths
        self.store = store
        self.catalogues = catalogues
        self.grants = grants
        self.clock = clock
        self.patience = Patience(clock)
        self.hub = Hub(store, clock)
        self.signing = SigningKey.load_or_make(paths.signing_key)
        self.snapshots = Snapshots(paths, store, self.signing, clock)
        self.blobs = Blobs(paths.blobs)
        self.deliveries = Deliveries(paths, store, clock, self.snapshots.prepare)

    def close(self) -> None:
        self.deliveries.close()
        self.snapshots.close()
        self.store.close()


def open_centre(paths: Paths, clock: Callable[[], int] = wall_ms) -> Centre:
    """The centre of a folder; raises server.store.NotOpenable."""
    grants = GrantKey.load(paths.grant_key)
    catalogues = shipped_catalogues()
    store = SqliteStore(paths.database, Terms(catalogues, grants.entitles), clock)
    return Centre(paths, store, grants, catalogues, clock)
